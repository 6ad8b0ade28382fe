//! Numbers, and lists of them.

use super::{Class, shape};

/// The kinds of the bytes of numbers and of lists.
pub(super) const KINDS: u32 = shape::DIGIT | shape::DOT | shape::COMMA | shape::DASH | shape::PLUS;

/// More digits are more than an integer of 64 bits holds, and so an id.
pub(super) const MOST_DIGITS: usize = 19;

#[derive(Clone, Copy)]
enum Number {
    Integer { digits: usize },
    Decimal,
}

/// The class of a number or of a list of numbers.
pub(super) fn class(text: &[u8]) -> Option<Class> {
    let mut numbers = text.split(|&byte| byte == b',').map(number);
    let first = numbers.next()??;
    let mut more = numbers.peekable();
    if more.peek().is_some() {
        return more.all(|number| number.is_some()).then_some(Class::List);
    }
    Some(match first {
        Number::Integer {
            digits: ..=MOST_DIGITS,
        } => Class::Int,
        Number::Integer { .. } => Class::Id,
        Number::Decimal => Class::Decimal,
    })
}

fn number(text: &[u8]) -> Option<Number> {
    let unsigned = match text {
        [b'+' | b'-', unsigned @ ..] => unsigned,
        unsigned => unsigned,
    };
    let digits = digits(unsigned);
    match &unsigned[digits..] {
        _ if digits == 0 => None,
        [] => Some(Number::Integer { digits }),
        [b'.', fraction @ ..]
            if !fraction.is_empty() && self::digits(fraction) == fraction.len() =>
        {
            Some(Number::Decimal)
        }
        _ => None,
    }
}

/// How many digits are in front.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
