//! Messages, however they are cut.

use bytes::{Buf, Bytes};
use http::HeaderValue;
use proptest::prelude::*;

use crate::rpc::{Call, Messages, RpcStatus};

fn messages(content_type: &'static str) -> Messages {
    Messages::of(Some(&HeaderValue::from_static(content_type)))
}

fn message(flag: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    [&[flag], &length.to_be_bytes()[..], payload].concat()
}

fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            if place <= three.len() {
                text.push(char::from(
                    ALPHABET[(word >> (18 - 6 * place)) as usize & 63],
                ));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// A buffer of two pieces, which shows both or the first alone.
struct Pieces(Bytes, Bytes, bool);

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.0.len() + self.1.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.0
    }

    fn advance(&mut self, _: usize) {}

    fn chunks_vectored<'a>(&'a self, pieces: &mut [std::io::IoSlice<'a>]) -> usize {
        pieces[0] = std::io::IoSlice::new(&self.0);
        if !self.2 {
            return 1;
        }
        pieces[1] = std::io::IoSlice::new(&self.1);
        2
    }
}

#[test]
fn several_share_a_frame() {
    let frame = [message(0, b"one"), message(1, b""), message(0, b"three")].concat();
    assert_eq!(messages("application/grpc+proto").feed(&frame), 3);
}

#[test]
fn one_spans_several_and_counts_at_its_last_byte() {
    let mut messages = messages("application/grpc");
    let bytes = message(0, &[7; 1_000]);
    assert_eq!(messages.feed(&bytes[..3]), 0);
    assert_eq!(messages.feed(&bytes[3..700]), 0);
    assert_eq!(messages.feed(&[]), 0);
    assert_eq!(messages.feed(&bytes[700..]), 1);
}

#[test]
fn a_message_that_is_not_whole_is_none() {
    assert_eq!(
        messages("application/grpc").feed(&message(0, b"four")[..8]),
        0
    );
}

#[test]
fn what_is_not_grpc_has_none() {
    for content_type in [
        "text/plain",
        "application/grpcx",
        "application/grpc-else",
        "application/grp",
    ] {
        assert_eq!(
            messages(content_type).feed(&message(0, b"one")),
            0,
            "{content_type}"
        );
    }
    assert_eq!(Messages::of(None).feed(&message(0, b"one")), 0);
}

#[test]
fn types_are_told_in_any_case_and_with_parameters() {
    for content_type in [
        "application/grpc",
        "Application/GRPC;x=y",
        "application/grpc-web+proto",
        "application/GRPC-Web; a=b",
    ] {
        assert_eq!(
            messages(content_type).feed(&message(0, b"one")),
            1,
            "{content_type}"
        );
    }
    let text = encode(&message(0, b"one"));
    assert_eq!(
        messages("application/grpc-web-text+proto").feed(text.as_bytes()),
        1
    );
}

#[test]
fn a_frame_in_pieces_is_read_where_all_are_shown() {
    let bytes = [message(0, b"one"), message(0, b"two")].concat();
    let (first, second) = (
        Bytes::copy_from_slice(&bytes[..10]),
        Bytes::copy_from_slice(&bytes[10..]),
    );
    let mut shown = messages("application/grpc");
    assert_eq!(
        shown.feed_frame(&Pieces(first.clone(), second.clone(), true)),
        2
    );
    let mut hidden = messages("application/grpc");
    assert_eq!(hidden.feed_frame(&Pieces(first, second, false)), 0);
    // Where the next header is, no one knows.
    assert_eq!(hidden.feed(&message(0, b"one")), 0);
}

#[test]
fn the_trailers_of_grpc_web_are_no_message() {
    for (block, wanted) in [
        ("grpc-status:0\r\n", Some(RpcStatus::Ok)),
        (
            "grpc-status: 5\r\ngrpc-message:no\r\n",
            Some(RpcStatus::NotFound),
        ),
        (
            "grpc-message:grpc-status:3\r\nGRPC-Status: 16 \r\n",
            Some(RpcStatus::Unauthenticated),
        ),
        ("x:y\ngrpc-status:13", Some(RpcStatus::Internal)),
        ("grpc-status:0\r\ngrpc-status:5\r\n", Some(RpcStatus::Ok)),
        ("grpc-status:100\r\n", Some(RpcStatus::Other)),
        ("grpc-status:\r\n", Some(RpcStatus::Other)),
        ("grpc-status-details-bin:0\r\n", None),
        ("x-grpc-status:0\r\n", None),
        ("", None),
    ] {
        let mut messages = messages("application/grpc-web+proto");
        let body = [message(0, b"one"), message(0x80, block.as_bytes())].concat();
        assert_eq!(messages.feed(&body), 1, "{block:?}");
        assert_eq!(messages.status(), wanted, "{block:?}");
    }
}

#[test]
fn trailers_of_plain_grpc_are_not_looked_for_in_the_body() {
    let mut messages = messages("application/grpc");
    assert_eq!(messages.feed(&message(0x80, b"grpc-status:5\r\n")), 1);
    assert_eq!(messages.status(), None);
}

#[test]
fn it_keeps_a_few_bytes() {
    assert!(size_of::<Call>() <= 28, "{}", size_of::<Call>());
    assert!(size_of::<Messages>() <= 16, "{}", size_of::<Messages>());
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        payloads in prop::collection::vec((0u8..2, prop::collection::vec(any::<u8>(), 0..40)), 0..6),
        status in 0u8..17,
        cuts in prop::collection::vec(0usize..400, 0..12),
        kind in 0usize..3,
        apart: bool,
    ) {
        let framed: Vec<_> = payloads.iter().map(|(flag, payload)| message(*flag, payload)).collect();
        let trailers = message(0x80, format!("grpc-message:x\r\ngrpc-status:{status}\r\n").as_bytes());
        let (content_type, body) = match kind {
            0 => ("application/grpc", framed.concat()),
            1 => ("application/grpc-web", [framed.concat(), trailers].concat()),
            // Each part encoded by itself, and padded, or all of it together.
            _ if apart => {
                let parts: String = framed.iter().chain([&trailers]).map(|part| encode(part)).collect();
                ("application/grpc-web-text", parts.into_bytes())
            }
            _ => ("application/grpc-web-text", encode(&[framed.concat(), trailers].concat()).into_bytes()),
        };
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(body.len())).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let mut messages = messages(content_type);
        let counted: u64 = cuts.windows(2).map(|cut| messages.feed(&body[cut[0]..cut[1]])).sum();
        prop_assert_eq!(counted, payloads.len() as u64);
        let wanted = (kind > 0).then(|| RpcStatus::ALL[usize::from(status)]);
        prop_assert_eq!(messages.status(), wanted);
    }

    #[test]
    fn any_bytes_are_borne(content_type in 0usize..3, pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..8)) {
        let types = ["application/grpc", "application/grpc-web", "application/grpc-web-text"];
        let mut messages = messages(types[content_type]);
        for piece in &pieces {
            prop_assert!(messages.feed(piece) <= piece.len() as u64 + 1);
        }
    }
}
