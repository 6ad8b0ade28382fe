//! The caller's trace context, by the W3C's rules, strictly: what is malformed is not there.
//!
//! | header | accepted |
//! |---|---|
//! | `traceparent` | once; version `00` in 55 bytes, or a later one, but `ff`, whose first 55 bytes read as one; hexadecimal digits in lower case; ids that are not zero |
//! | `tracestate` | beside an accepted `traceparent`; at most 32 members and 512 bytes in all its lines, every member valid, no key twice |
//!
//! Source: Trace Context, W3C Recommendation of 23 November 2021, sections 3.2 and 3.3; keys of vendors as
//! in Level 1.

use std::hint::black_box;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// The most members of a `tracestate`.
const MOST_MEMBERS: usize = 32;

/// The most bytes of a `tracestate`.
const MOST_BYTES: usize = 512;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// How long version 00 is: `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits.
const LENGTH: usize = 55;

/// So many fields are looked at one by one: each look-up hashes a name, which costs as much as seven.
const FEW: usize = 8;

/// The caller's span. Its context is made where it stays: each move of one is a copy.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    trace: TraceId,
    span: SpanId,
    flags: TraceFlags,
    /// Where there is a `tracestate`.
    state: Option<&'a HeaderMap>,
}

/// The span that the request was sent from; `None` if there is none that is valid.
#[inline(always)]
pub(crate) fn caller(headers: &HeaderMap) -> Option<Caller<'_>> {
    if headers.is_empty() {
        return None;
    }
    let (parent, has_state) = find(headers)?;
    let (trace, span, flags) = traceparent(parent.as_bytes())?;
    Some(Caller {
        trace,
        span,
        flags,
        state: has_state.then_some(headers),
    })
}

// === impl Caller ===

impl Caller<'_> {
    #[inline(always)]
    pub(crate) fn context(self) -> SpanContext {
        let Self {
            trace,
            span,
            flags,
            state,
        } = self;
        let state = match state {
            Some(headers) => tracestate(headers).unwrap_or_default(),
            None => TraceState::NONE,
        };
        SpanContext::new(trace, span, flags, true, state)
    }
}

/// The only `traceparent`, and whether there is a `tracestate`.
#[inline(always)]
fn find(headers: &HeaderMap) -> Option<(&HeaderValue, bool)> {
    if headers.len() > FEW {
        return find_among_many(headers);
    }
    let (mut parents, mut has_state) = (None, false);
    for (name, value) in headers {
        match name.as_str() {
            "traceparent" if parents.replace(value).is_some() => return None,
            "tracestate" => has_state = true,
            _ => {}
        }
    }
    Some((parents?, has_state))
}

#[inline(never)]
fn find_among_many(headers: &HeaderMap) -> Option<(&HeaderValue, bool)> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let parent = parents.next()?;
    let is_only = parents.next().is_none();
    is_only.then(|| (parent, headers.contains_key(TRACESTATE)))
}

/// Reads a `traceparent`.
#[inline(always)]
fn traceparent(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (parent, rest) = value.split_first_chunk::<LENGTH>()?;
    if parent[2] != b'-' || parent[35] != b'-' || parent[52] != b'-' {
        return None;
    }
    let more_is_fine = match [parent[0], parent[1]] {
        [b'0', b'0'] => rest.is_empty(),
        [b'f', b'f'] => false,
        [high, low] => {
            byte(high, low)?;
            rest.first().is_none_or(|byte| *byte == b'-')
        }
    };
    if !more_is_fine {
        return None;
    }
    let (trace, span) = ids(parent)?;
    // Of the flags one has a meaning here; what the others mean, their sender's version tells.
    let sampled = match [parent[53], parent[54]] {
        [b'0', b'0'] => 0,
        [b'0', b'1'] => 1,
        [high, low] => byte(high, low)? & 1,
    };
    Some((trace, span, TraceFlags::new(sampled)))
}

/// The ids, neither of which may be zero.
#[inline(always)]
fn ids(parent: &[u8; LENGTH]) -> Option<(TraceId, SpanId)> {
    let mut digits = [b'0'; 64];
    digits[..32].copy_from_slice(&parent[3..35]);
    digits[48..].copy_from_slice(&parent[36..52]);
    let values = hex(digits)?;
    let mut bytes = [0; 32];
    // Neighbours are put together, sixteen at once.
    for (byte, [high, low]) in bytes.iter_mut().zip(values.as_chunks().0) {
        *byte = high << 4 | low;
    }
    // The compiler would put the bytes into the order of numbers before there are any, one by one.
    let bytes = black_box(bytes);
    let word = |from: usize| {
        let word = bytes[from..].first_chunk().unwrap_or(&[0; 8]);
        u64::from_be_bytes(*word)
    };
    let (high, low, span) = (word(0), word(8), word(24));
    let trace = u128::from(high) << 64 | u128::from(low);
    (trace != 0 && span != 0).then(|| (TraceId::from(trace), SpanId::from(span)))
}

/// The byte that two digits are.
fn byte(high: u8, low: u8) -> Option<u8> {
    let [high, low] = hex([high, low])?;
    Some(high << 4 | low)
}

/// The values of these digits; `None` if one is no digit, or in upper case. Without a branch for each, the
/// compiler reads sixteen at once.
#[inline(always)]
fn hex<const N: usize>(digits: [u8; N]) -> Option<[u8; N]> {
    let mut wrong = 0;
    let values = digits.map(|digit| {
        let (from_0, from_a) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        let (is_decimal, is_letter) = (from_0 < 10, from_a < 6);
        wrong |= u8::from(!(is_decimal | is_letter));
        if is_letter { from_a + 10 } else { from_0 }
    });
    (wrong == 0).then_some(values)
}

/// Reads the `tracestate`, which may be in several lines.
#[inline(never)]
fn tracestate(headers: &HeaderMap) -> Option<TraceState> {
    let lines = headers.get_all(TRACESTATE);
    let (mut members, mut bytes) = (Vec::new(), 0);
    for (index, line) in lines.iter().enumerate() {
        // A comma joins two lines.
        bytes += line.len() + usize::from(index > 0);
        if bytes > MOST_BYTES {
            return None;
        }
        for member in line.as_bytes().split(|byte| *byte == b',') {
            let member = trim(member);
            if member.is_empty() {
                continue;
            }
            let (key, value) = self::member(member)?;
            if members.len() == MOST_MEMBERS || members.iter().any(|(known, _)| *known == key) {
                return None;
            }
            members.push((key, value));
        }
    }
    if members.is_empty() {
        return None;
    }
    TraceState::from_key_value(members).ok()
}

/// The key and the value of a list member, if both are valid.
fn member(member: &[u8]) -> Option<(&str, &str)> {
    let (key, value) = std::str::from_utf8(member).ok()?.split_once('=')?;
    let (tenant, system) = match key.split_once('@') {
        Some((tenant, system)) => (tenant, Some(system)),
        None => (key, None),
    };
    let valid = match system {
        Some(system) => {
            let starts = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
            is_name(tenant, 241, starts) && is_name(system, 14, |first| first.is_ascii_lowercase())
        }
        None => is_name(tenant, 256, |first| {
            first.is_ascii_lowercase() || first.is_ascii_digit()
        }),
    };
    let is_value = (1..=256).contains(&value.len())
        && value
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && byte != b'=');
    (valid && is_value).then_some((key, value))
}

/// Whether a part of a key is one to `most` of the characters that keys have.
fn is_name(name: &str, most: usize, starts: impl Fn(u8) -> bool) -> bool {
    name.len() <= most
        && name.bytes().next().is_some_and(starts)
        && name.bytes().all(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'_' | b'-' | b'*' | b'/')
        })
}

/// Without the white space around it, which HTTP calls optional.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// What `traceresponse` tells a caller: the trace and the span that answered it.
pub(super) fn traceresponse(span: &SpanContext) -> String {
    let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    format!("00-{trace:032x}-{id:016x}-{flags:02x}")
}
