//! The reader of HTTP/2's frames, cut anywhere.

use proptest::prelude::*;

use crate::conn::sniff::{Found, Sniffer};

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    let mut frame = length.to_vec();
    frame.extend([kind, 0]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A client's connection: SETTINGS, HEADERS, resets of two streams, DATA that looks like a reset, a
/// PING, GOAWAY with a text; and frames that are none of ours or are malformed.
fn conversation() -> Vec<u8> {
    let reset = frame(3, 1, &8_u32.to_be_bytes());
    let mut bytes = PREFACE.to_vec();
    for frame in [
        frame(4, 0, &[0, 2, 0, 0, 0, 0]),
        frame(4, 0, &[]),
        frame(1, 1, b"\x82\x86\x84"),
        frame(0, 1, &reset),
        reset.clone(),
        frame(3, 0, &7_u32.to_be_bytes()),
        frame(3, 5, b"short"),
        frame(3, 5, b""),
        frame(8, 0x8000_0000, &[0, 0, 1, 0]),
        frame(3, 0x8000_0003, &0xffff_ffff_u32.to_be_bytes()),
        frame(7, 0, b"\0\0\0\0\0\0\0\x02enough"),
        frame(6, 0, &[0; 8]),
        frame(3, 7, &0_u32.to_be_bytes()),
    ] {
        bytes.extend(frame);
    }
    bytes
}

const FOUND: [Found; 5] = [
    Found::Http2,
    Found::Reset(8),
    Found::Reset(0xffff_ffff),
    Found::GoAway,
    Found::Reset(0),
];

fn read<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Found>, Sniffer) {
    let (mut sniffer, mut all) = (Sniffer::new(), Vec::new());
    for part in parts {
        sniffer.read(part, |found| all.push(found));
    }
    (all, sniffer)
}

#[test]
fn it_finds_the_same_wherever_it_is_cut() {
    let bytes = conversation();
    assert_eq!(read([&*bytes]).0, FOUND);
    assert_eq!(read(bytes.chunks(1)).0, FOUND);
    for at in 0..=bytes.len() {
        let (first, second) = bytes.split_at(at);
        assert_eq!(read([first, second]).0, FOUND, "cut at {at}");
    }
}

#[test]
fn it_goes_off_at_the_first_byte_that_differs() {
    for at in 0..PREFACE.len() {
        let mut bytes = PREFACE.to_vec();
        bytes[at] ^= 0x20;
        let (all, sniffer) = read(bytes[..=at].chunks(1));
        assert!(all.is_empty() && sniffer.is_off(), "at {at}");
        bytes.extend(frame(3, 1, &[0; 4]));
        let (all, sniffer) = read([&*bytes]);
        assert!(all.is_empty() && sniffer.is_off(), "at {at}");
    }
}

#[test]
fn it_stays_off() {
    let http1 = b"POST / HTTP/1.1\r\nhost: a\r\n\r\n".as_slice();
    let (all, sniffer) = read([http1, PREFACE, &frame(3, 1, &[0; 4])]);
    assert!(all.is_empty() && sniffer.is_off());
}

#[test]
fn it_takes_no_room_to_speak_of() {
    assert!(size_of::<Sniffer>() <= 16);
}

proptest! {
    #[test]
    fn cuts_alter_nothing(cuts in proptest::collection::vec(0..220_usize, 0..12)) {
        let bytes = conversation();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
        prop_assert_eq!(read(parts).0, FOUND);
    }

    #[test]
    fn garbage_after_the_preface_is_read_alike_however_it_is_cut(
        garbage in proptest::collection::vec(any::<u8>(), 0..600),
        size in 1..50_usize,
    ) {
        let bytes = [PREFACE, &garbage].concat();
        prop_assert_eq!(read([&*bytes]).0, read(bytes.chunks(size)).0);
    }

    #[test]
    fn garbage_finds_nothing(garbage in proptest::collection::vec(any::<u8>(), 1..600)) {
        prop_assume!(!garbage.starts_with(PREFACE));
        prop_assert!(read(garbage.chunks(7)).0.is_empty());
    }
}
