//! What a segment is: the first that fits, in the order that the module docs of `canon` list.

use super::{
    Class, Decision, Keep, address, date, escape, file, hex, known, locale, name, number, pairs,
    shape::{self, Shape},
    words::{self, Parts},
};

/// More bytes than these are not kept.
pub(super) const LONGEST_KEPT: usize = 40;

/// A dotted name may have more: a service of a remote call often has.
const LONGEST_DOTTED: usize = 80;

/// What is no one's name after an `@`.
const AFTER_AT: &[&[u8]] = &[b"", b"latest", b"me", b"self", b"v", b"vite"];

/// What became of a segment, with what it takes to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Kept(Keep),
    Class(Class),
    /// A file, with its extension.
    File(&'static str),
    /// A placeholder already.
    Own(Class),
    OwnFile(&'static str),
    Rest,
}

// === impl Verdict ===

impl Verdict {
    pub(super) fn decision(self) -> Decision {
        match self {
            Self::Kept(keep) => Decision::Kept(keep),
            Self::Class(class) => Decision::Class(class),
            Self::File(_) => Decision::Class(Class::File),
            Self::Own(_) | Self::OwnFile(_) => Decision::Placeholder,
            Self::Rest => Decision::Rest,
        }
    }
}

/// Judges a segment that is no placeholder. It is not empty.
#[inline(always)]
pub(super) fn judge(text: &str, shape: Shape) -> Verdict {
    if shape.is_only(shape::LOWER) {
        lower(text)
    } else if shape.is_only(shape::DIGIT) {
        digits(text)
    } else {
        other(text, shape)
    }
}

#[inline(always)]
fn lower(text: &str) -> Verdict {
    if text.len() <= LONGEST_KEPT
        && words::is_like_word(text.len(), pairs::score_of(text.as_bytes()))
    {
        Verdict::Kept(Keep::Word)
    } else {
        other(text, Shape::of(text.as_bytes()))
    }
}

fn digits(text: &str) -> Verdict {
    Verdict::Class(match text.len() {
        8 if date::is_basic(text.as_bytes()) => Class::Date,
        ..=number::MOST_DIGITS => Class::Int,
        _ => Class::Id,
    })
}

fn other(text: &str, shape: Shape) -> Verdict {
    if shape.has(shape::PERCENT | shape::NON_ASCII) {
        return escaped(text, shape);
    }
    // Most of what has several parts.
    if shape.is_only(shape::LOWER | shape::DASH | shape::UNDERSCORE)
        && text.len() <= LONGEST_KEPT
        && words::are_plain(text.as_bytes())
    {
        return Verdict::Kept(Keep::Words);
    }
    // Most ids are one of these.
    if shape.is_only(shape::HEX | shape::DASH) && hex::is_dashed(text.as_bytes()) {
        return Verdict::Class(Class::Uuid);
    }
    if let Some(keep) = known::keep(text.as_bytes(), shape) {
        return Verdict::Kept(keep);
    }
    match class(text, shape) {
        Some(class) => Verdict::Class(class),
        None => parts(text, shape),
    }
}

/// What has a form of its own.
fn class(text: &str, shape: Shape) -> Option<Class> {
    let bytes = text.as_bytes();
    if !shape.has(shape::DIGIT) {
        // Digests and UUIDs of letters alone are rare, and addresses and tokens need none.
        if hex::is_digest(bytes.len())
            && (shape.is_only(shape::LOWER_HEX) || shape.is_only(shape::UPPER_HEX))
        {
            return Some(Class::Hash);
        }
        if hex::is_dashed(bytes) {
            return Some(Class::Uuid);
        }
    } else {
        if shape.is_only(number::KINDS)
            && let Some(class) = number::class(bytes)
        {
            return Some(class);
        }
        if let Some(class) = hex::class(text, shape) {
            return Some(class);
        }
        if bytes[0].is_ascii_digit()
            && let Some(class) = date::class(bytes)
        {
            return Some(class);
        }
    }
    if shape.has(shape::AT) && address::is_email(text) {
        return Some(Class::Email);
    }
    if shape.has(shape::DOT | shape::COLON) {
        if address::is_ip(text, shape) {
            return Some(Class::Ip);
        }
        if is_jwt(text, shape) {
            return Some(Class::Jwt);
        }
    }
    None
}

/// Three parts of base64url; the first, an object in JSON, begins with `{"`.
fn is_jwt(text: &str, shape: Shape) -> bool {
    let mut parts = text.split('.');
    text.starts_with("eyJ")
        && shape.is_only(shape::UNRESERVED & !shape::TILDE)
        && parts.by_ref().take(2).all(|part| part.len() > 3)
        && parts.next().is_some()
        && parts.next().is_none()
}

/// What is judged by its parts.
fn parts(text: &str, shape: Shape) -> Verdict {
    if shape.has(shape::DOT)
        && !shape.has(shape::BRACKETS)
        && let Some(verdict) = file::verdict(text)
    {
        return verdict;
    }
    let parts = Parts::of(text.as_bytes());
    if let Some(class) = random(text, shape, &parts) {
        return Verdict::Class(class);
    }
    if !parts.are_words() {
        return if locale::is_locale(text.as_bytes()) {
            Verdict::Kept(Keep::Locale)
        } else {
            Verdict::Class(unlike_words(text, shape))
        };
    }
    if is_chosen(text) && !shape.has(shape::HIDDEN) {
        return Verdict::Class(Class::Id);
    }
    if !is_shown(text, shape) {
        return Verdict::Class(Class::Text);
    }
    if shape.has(shape::DOT) && !name::is_likely(text) {
        return Verdict::Class(Class::Id);
    }
    let longest = if shape.has(shape::DOT) {
        LONGEST_DOTTED
    } else {
        LONGEST_KEPT
    };
    match parts.words {
        // Only separators. One alone is part of some routes.
        0 if text.len() > 1 && shape.is_only(shape::UNRESERVED) => Verdict::Class(Class::Id),
        0 if text.len() > 1 => Verdict::Class(Class::Text),
        _ if parts.titled >= Parts::OF_SLUG => Verdict::Class(Class::Slug),
        _ if text.len() > longest => Verdict::Class(Class::Text),
        0 | 1 => Verdict::Kept(Keep::Word),
        _ => Verdict::Kept(Keep::Words),
    }
}

/// What has a number or random letters in it.
fn unlike_words(text: &str, shape: Shape) -> Class {
    let only_digits = !shape.has(shape::LETTER) && !shape.is_only(shape::UNRESERVED);
    let is_joined = shape.has(shape::EQUALS | shape::JOINS | shape::AT) || only_digits;
    let is_long_run = text.len() > LONGEST_KEPT && shape.is_only(shape::LETTER);
    if shape.has(shape::HIDDEN) || is_joined && !is_chosen(text) || is_long_run {
        Class::Text
    } else {
        Class::Id
    }
}

/// Random characters that are long enough to tell what made them. What has a prefix is an id: those of one kind
/// are of several lengths.
fn random(text: &str, shape: Shape, parts: &Parts) -> Option<Class> {
    const URL_SAFE: u32 = shape::ALPHANUMERIC | shape::DASH | shape::UNDERSCORE;
    const OF_NANOID: usize = 21;

    let varied = shape.has(shape::DIGIT) || shape.has(shape::LOWER) && shape.has(shape::UPPER);
    if text.len() < OF_NANOID || parts.random * 2 < text.len() || !varied || has_prefix(text) {
        return None;
    }
    if text.len() == OF_NANOID {
        return shape.is_only(URL_SAFE).then_some(Class::Nanoid);
    }
    shape
        .is_only(URL_SAFE | shape::PLUS | shape::EQUALS)
        .then_some(Class::Token)
}

/// `cus_`, `file-`, `My-`: a word in small letters, or with one capital in front.
fn has_prefix(text: &str) -> bool {
    let Some(end) = text.find(['_', '-']) else {
        return false;
    };
    let prefix = &text.as_bytes()[..end];
    prefix.len() > 1
        && prefix[0].is_ascii_alphabetic()
        && prefix[1..].iter().all(u8::is_ascii_lowercase)
}

/// What someone chose as a name: `@alice`, `~alice`, `@user:server.org`, `!room:server.org`.
fn is_chosen(text: &str) -> bool {
    match text.as_bytes() {
        [b'@', word @ ..] => !AFTER_AT.contains(&word),
        [b'~', name @ ..] => !name.is_empty(),
        [b'!', ..] => text.contains(':'),
        _ => false,
    }
}

/// Whether a text of words has only characters that a route has, and where it has them.
fn is_shown(text: &str, shape: Shape) -> bool {
    const SHOWN: u32 = shape::ALPHANUMERIC
        | shape::DASH
        | shape::UNDERSCORE
        | shape::DOT
        | shape::COLON
        | shape::AT;

    if shape.is_only(SHOWN & !(shape::COLON | shape::AT)) {
        return true;
    }
    // `@me`, `$batch`
    let text = text.strip_prefix(['@', '$']).unwrap_or(text);
    // The proxy of a service has one at its end, too.
    let text = text
        .strip_suffix(':')
        .filter(|text| text.contains(':'))
        .unwrap_or(text);
    Shape::of(text.as_bytes()).is_only(SHOWN & !shape::AT)
        // One that is in front would read as a parameter.
        && text.find(':').is_none_or(|at| at > 0 && !text[at + 1..].contains(':'))
}

/// What has escapes, or bytes outside ASCII.
#[cold]
fn escaped(text: &str, shape: Shape) -> Verdict {
    const TEXT: Verdict = Verdict::Class(Class::Text);

    if shape.has(shape::NON_ASCII) {
        return TEXT;
    }
    let Some(decoded) = escape::decode(text) else {
        return TEXT;
    };
    let verdict = judge(decoded.as_str(), Shape::of(decoded.as_str().as_bytes()));
    match verdict {
        Verdict::Class(Class::Date | Class::Email | Class::Ip | Class::Time | Class::Uuid) => {
            verdict
        }
        Verdict::Class(Class::Id) if is_chosen(decoded.as_str()) => verdict,
        _ if decoded.is_special() => TEXT,
        verdict => verdict,
    }
}
