//! The header fields that the engine reads of a head.

use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};

/// What a head tells of its body. Of fields that are there twice, the first one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) content_type: Option<&'a HeaderValue>,
    content_length: Option<&'a HeaderValue>,
}

/// So many fields are looked at one by one: each look-up hashes a name, which costs as much as seven.
const FEW: usize = 8;

/// A length below a petabyte is believed.
const MOST_DIGITS: usize = 15;

// === impl Fields ===

impl<'a> Fields<'a> {
    #[inline(always)]
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut found = Self::default();
        if headers.is_empty() {
            return found;
        }
        if headers.len() > FEW {
            return Self::find(headers);
        }
        for (name, value) in headers {
            if *name == CONTENT_TYPE {
                found.content_type = found.content_type.or(Some(value));
            } else if *name == CONTENT_LENGTH {
                found.content_length = found.content_length.or(Some(value));
            }
        }
        found
    }

    #[inline(never)]
    fn find(headers: &'a HeaderMap) -> Self {
        Self {
            content_type: headers.get(CONTENT_TYPE),
            content_length: headers.get(CONTENT_LENGTH),
        }
    }

    /// The body's declared length. Several equal ones, which HTTP allows, count as the first.
    #[inline(always)]
    pub(super) fn length(self) -> Option<u64> {
        parse(self.content_length?)
    }
}

/// The length that a request declares.
#[inline(always)]
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    if headers.is_empty() {
        None
    } else {
        find_length(headers)
    }
}

#[inline(never)]
fn find_length(headers: &HeaderMap) -> Option<u64> {
    let found = if headers.len() > FEW {
        headers.get(CONTENT_LENGTH)
    } else {
        let mut fields = headers.iter();
        let found = fields.find(|(name, _)| **name == CONTENT_LENGTH);
        found.map(|(_, value)| value)
    };
    parse(found?)
}

fn parse(value: &HeaderValue) -> Option<u64> {
    let value = value.as_bytes();
    // The client's word for a request: what no body can reach would spoil a sum for good.
    if value.is_empty() || value.len() > MOST_DIGITS {
        return None;
    }
    value.iter().try_fold(0, |number: u64, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u64::from(digit - b'0'))
    })
}
