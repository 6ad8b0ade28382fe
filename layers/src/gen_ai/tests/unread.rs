//! Bodies that cannot be read, or not in whole.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Buf;
use http_body::{Body, Frame};

use super::support::{CHAT, DURATION, Error, FIRST_TOKEN, Rig, Script, USAGE, drain, tell};
use crate::gen_ai::Tokens;

/// Two pieces, of which it shows the first alone.
struct Pieces(&'static [u8], &'static [u8]);

/// A frame of two pieces, and nothing else.
struct OneFrame(Option<Pieces>);

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.0.len() + self.1.len()
    }

    fn chunk(&self) -> &[u8] {
        if self.0.is_empty() { self.1 } else { self.0 }
    }

    fn advance(&mut self, count: usize) {
        let of_first = count.min(self.0.len());
        self.0 = &self.0[of_first..];
        self.1 = &self.1[count - of_first..];
    }
}

impl Body for OneFrame {
    type Data = Pieces;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Pieces>, Error>>> {
        Poll::Ready(self.0.take().map(|pieces| Ok(Frame::data(pieces))))
    }
}

#[test]
fn what_may_have_been_in_the_rest_is_not_held_against_it() {
    let rig = Rig::with(|options| options.end_data("[DONE]"));
    let pieces = Pieces(b"data: a\n\n", b"data: b\n\ndata: [DONE]\n\n");
    let body = rig.chat().stream(OneFrame(Some(pieces)), Tokens::PerEvent);
    drain(Box::pin(body).as_mut());
    assert_eq!(rig.risen(DURATION), [format!("{{{CHAT}}} 1")]);
    // How many tokens there were is not known.
    assert_eq!(rig.scribe.series(FIRST_TOKEN), [""; 0]);
    assert_eq!(rig.scribe.series(USAGE), [""; 0]);
}

#[test]
fn an_encoded_body_is_whole_at_its_end() {
    let rig = Rig::with(|options| options.end_data("[DONE]"));
    let script = Script::data(["\u{1f}\u{8b} data: a\n\n"]);
    let body = rig.chat().stream(script, Tokens::Unreadable);
    tell(body.call());
    drain(Box::pin(body).as_mut());
    rig.check(None, &"encoded");
    assert_eq!(rig.scribe.series(FIRST_TOKEN), [""; 0]);
}
