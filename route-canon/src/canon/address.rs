//! Addresses: of mail and of hosts.

use super::{
    file,
    shape::{self, Shape},
};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest address of mail.
const LONGEST_EMAIL: usize = 254;

/// The longest address of a host: IPv6 with an IPv4 address at its end, in brackets, with a port.
const LONGEST_IP: usize = 64;

/// A local part, an `@`, and a host with a dot and a top level of letters.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((host, top)) = domain.rsplit_once('.') else {
        return false;
    };
    text.len() <= LONGEST_EMAIL
        && !local.is_empty()
        && local.bytes().all(is_local)
        && !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        && top.len() > 1
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        // `logo@2x.png`
        && file::extension(top.as_bytes()).is_none()
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$&'*+-/=^_`{|}~".contains(&byte)
}

/// An address, with a port or the length of a prefix after it, or neither.
pub(super) fn is_ip(text: &str, shape: Shape) -> bool {
    let is_hex = !shape.has(shape::LOWER_OTHER | shape::UPPER_OTHER);
    let may_be_one = !shape.has(shape::LETTER) || is_hex && shape.has(shape::COLON);
    if text.len() > LONGEST_IP || !may_be_one {
        return false;
    }
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    if prefix.is_some_and(|prefix| !is_number(prefix, 3)) {
        return false;
    }
    is_v4(address, prefix.is_none(), shape) || is_v6(address, prefix.is_none(), shape)
}

fn is_v4(text: &str, may_have_port: bool, shape: Shape) -> bool {
    if shape.has(shape::LETTER) {
        return false;
    }
    let address = match text.split_once(':') {
        Some((address, port)) if may_have_port && is_number(port, 5) => address,
        Some(_) => return false,
        None => text,
    };
    address.parse::<Ipv4Addr>().is_ok()
}

fn is_v6(text: &str, may_have_port: bool, shape: Shape) -> bool {
    if !shape.has(shape::COLON) {
        return false;
    }
    let address = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((address, "")) => address,
        Some((address, port)) => match port.strip_prefix(':') {
            Some(port) if may_have_port && is_number(port, 5) => address,
            _ => return false,
        },
        None => text,
    };
    address.parse::<Ipv6Addr>().is_ok()
}

fn is_number(text: &str, most_digits: usize) -> bool {
    (1..=most_digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}
