//! Ids of a fixed alphabet and length: UUIDs, ULIDs, KSUIDs, ObjectIds, digests and other hex.

use super::{
    Class,
    shape::{self, Shape},
};

/// The class of a text with a digit.
pub(super) fn class(text: &str, shape: Shape) -> Option<Class> {
    // No program writes hex in both cases.
    if shape.is_only(shape::HEX) && !(shape.has(shape::LOWER) && shape.has(shape::UPPER)) {
        return hex(text.as_bytes());
    }
    if shape.is_only(shape::ALPHANUMERIC) {
        return alphanumeric(text.as_bytes(), shape);
    }
    if shape.is_only(shape::HEX | shape::DASH) {
        return None;
    }
    if is_uuid_inside(text) {
        return Some(Class::Uuid);
    }
    is_named_digest(text).then_some(Class::Hash)
}

/// Whether a digest has so many digits of hex: MD5, SHA-1, SHA-2 and SHA-3, BLAKE2.
pub(super) const fn is_digest(length: usize) -> bool {
    matches!(length, 32 | 40 | 56 | 64 | 96 | 128)
}

/// Hex with a digit; digits alone are a number.
fn hex(text: &[u8]) -> Option<Class> {
    match text.len() {
        32 if is_versioned(text) => Some(Class::Uuid),
        24 => Some(Class::Objectid),
        26 if is_ulid(text) => Some(Class::Ulid),
        length if is_digest(length) => Some(Class::Hash),
        7.. if !is_iban(text) => Some(Class::Hex),
        _ => None,
    }
}

fn alphanumeric(text: &[u8], shape: Shape) -> Option<Class> {
    match text {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() && is_hex(digits) => {
            Some(Class::Hex)
        }
        _ if text.len() == 26 && is_ulid(text) => Some(Class::Ulid),
        _ if text.len() == 27
            && shape.has(shape::LOWER)
            && shape.has(shape::UPPER)
            && is_ksuid(text) =>
        {
            Some(Class::Ksuid)
        }
        _ => None,
    }
}

/// Whether the version and the variant of RFC 9562 stand where they do in a UUID.
fn is_versioned(text: &[u8]) -> bool {
    matches!(text[12], b'1'..=b'8') && matches!(text[16], b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
}

/// A time of 48 bits and 80 random ones, in Crockford's base32.
fn is_ulid(text: &[u8]) -> bool {
    text[0] <= b'7'
        && text
            .iter()
            .all(|byte| !matches!(byte | 0x20, b'i' | b'l' | b'o' | b'u'))
}

/// 160 bits in base62, the first of which are a time that has not run far yet.
fn is_ksuid(text: &[u8]) -> bool {
    matches!(text[0], b'0'..=b'3')
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

/// The number of an account: the code of a country, and digits.
fn is_iban(text: &[u8]) -> bool {
    text.len() > 14
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && text[2..].iter().all(u8::is_ascii_digit)
}

/// 8-4-4-4-12 digits.
pub(super) fn is_dashed(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else {
        return false;
    };
    // Without a branch for each byte.
    let dashes = [8, 13, 18, 23].iter().all(|&at| text[at] == b'-');
    let digits = text.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    dashes && digits == 32
}

/// In braces, or after `urn:uuid:`.
fn is_uuid_inside(text: &str) -> bool {
    const URN: &str = "urn:uuid:";

    let inside = match text.len() {
        38 => text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}')),
        45 if text.as_bytes()[..URN.len()].eq_ignore_ascii_case(URN.as_bytes()) => {
            text.get(URN.len()..)
        }
        _ => None,
    };
    inside.is_some_and(|inside| is_dashed(inside.as_bytes()))
}

/// `sha256:` and hex, as long as a digest is.
fn is_named_digest(text: &str) -> bool {
    const NAMES: [&str; 7] = [
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b",
    ];

    const SHORTEST: usize = "md5:".len() + 32;

    if text.len() < SHORTEST {
        return false;
    }
    let Some((name, digits)) = text.split_once([':', '-']) else {
        return false;
    };
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
        && is_digest(digits.len())
        && is_hex(digits.as_bytes())
}
