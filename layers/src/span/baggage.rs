//! The caller's baggage, within limits.

use std::str;

use http::{HeaderMap, HeaderName};
use opentelemetry::baggage::{Baggage, BaggageMetadata};

use super::w3c::trim;

const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// What of a request's baggage is taken: all of it, or nothing.
///
/// The default is what W3C Baggage asks every party to pass on: 64 members and 8,192 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaggageLimits {
    pub(super) members: usize,
    pub(super) bytes: usize,
}

// === impl BaggageLimits ===

impl BaggageLimits {
    /// The most members that may be allowed.
    pub const MOST_MEMBERS: usize = 64;
    /// The most bytes that may be allowed.
    pub const MOST_BYTES: usize = 8_192;

    /// At most so many members, in at most so many bytes of the request's `baggage` headers. What the
    /// builder accepts is 1 to 64 and 1 to 8,192.
    #[must_use]
    pub const fn new(members: usize, bytes: usize) -> Self {
        Self { members, bytes }
    }

    pub(super) fn fit(self) -> bool {
        (1..=Self::MOST_MEMBERS).contains(&self.members)
            && (1..=Self::MOST_BYTES).contains(&self.bytes)
    }
}

impl Default for BaggageLimits {
    fn default() -> Self {
        Self::new(Self::MOST_MEMBERS, Self::MOST_BYTES)
    }
}

/// The baggage of a request: none if it has none, if one member is malformed, or if it is over a limit.
pub(super) fn of(headers: &HeaderMap, limits: BaggageLimits) -> Option<Baggage> {
    let lines = headers.get_all(BAGGAGE);
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    // A comma joins two lines, and there is one less than lines.
    if bytes == 0 || bytes - 1 > limits.bytes {
        return None;
    }
    let members = || {
        let lines = lines
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        lines.map(trim).filter(|member| !member.is_empty())
    };
    if members().count() > limits.members {
        return None;
    }
    let mut baggage = Baggage::new();
    for member in members() {
        let (key, value, metadata) = read(member)?;
        baggage.insert_with_metadata(key.to_owned(), value, BaggageMetadata::from(metadata));
    }
    (!baggage.is_empty()).then_some(baggage)
}

/// The key, the decoded value and the properties of a member.
fn read(member: &[u8]) -> Option<(&str, String, &str)> {
    let member = str::from_utf8(member).ok()?;
    let (pair, metadata) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (
        key.trim_matches([' ', '\t']),
        value.trim_matches([' ', '\t']),
    );
    let is_token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    let is_octet =
        |c: u8| matches!(c, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
    let is_property = |c: u8| is_octet(c) || matches!(c, b' ' | b'\t' | b';');
    let valid = !key.is_empty()
        && key.bytes().all(is_token)
        && value.bytes().all(is_octet)
        && metadata.bytes().all(is_property);
    valid.then_some(())?;
    Some((key, decode(value)?, metadata))
}

/// What a text says with its `%` sequences read, if it is UTF-8 without control characters then.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            // Two digits are a byte.
            (digit(bytes.next())? << 4 | digit(bytes.next())?) as u8
        } else {
            byte
        });
    }
    let decoded = String::from_utf8(decoded).ok()?;
    (!decoded.contains(char::is_control)).then_some(decoded)
}
