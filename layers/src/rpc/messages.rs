//! The messages of a body, by their length prefixes.

use std::io::IoSlice;

use bytes::Buf;
use http::HeaderValue;

use super::{RpcStatus, base64::Decoder, framing::Framing, trailers::Line};

/// Counts the messages of a body as its bytes pass, however they are cut into frames.
///
/// A message is behind five bytes: a flag and its length. It counts when its last byte has passed;
/// whether it is compressed does not matter. In gRPC-Web the last frame holds the trailers, which are
/// no message. 16 bytes are kept, whatever the messages' sizes; a frame costs some 30 instructions and 20
/// a message, and nothing for each byte, but for `grpc-web-text`, which is base64 and is read whole.
///
/// ```
/// use bartizan::rpc::Messages;
/// use http::HeaderValue;
///
/// let mut messages = Messages::of(Some(&HeaderValue::from_static("application/grpc")));
/// assert_eq!(messages.feed(b"\0\0\0\0\x05hello\0\0"), 1);
/// assert_eq!(messages.feed(b"\0\0\x05world"), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// How many bytes of the present frame are still to come; of a header that is cut, its length as far
    /// as it was read.
    left: u32,
    /// How many bytes of the header are read.
    filled: u8,
    flag: u8,
    framing: Framing,
    status: Option<RpcStatus>,
    decoder: Decoder,
    line: Line,
}

/// A flag and a length.
const HEADER: usize = 5;
/// What tells trailers from a message. Compressed ones are not read.
const TRAILERS: u8 = 0x80;
/// How many pieces of a frame are looked at.
const PIECES: usize = 16;

/// Whether these bytes are one message, whole.
#[inline(always)]
fn is_message(bytes: &[u8]) -> bool {
    bytes.split_first_chunk().is_some_and(|(header, payload)| {
        let [_, length @ ..]: &[u8; HEADER] = header;
        payload.len() == u32::from_be_bytes(*length) as usize
    })
}

// === impl Messages ===

impl Messages {
    /// Of a body of this content type. If that is not gRPC's, there are none.
    #[must_use]
    pub fn of(content_type: Option<&HeaderValue>) -> Self {
        Self::framed(Framing::of(content_type))
    }

    #[inline]
    pub(super) fn framed(framing: Framing) -> Self {
        Self {
            framing,
            ..Self::default()
        }
    }

    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.framing == Framing::Plain
    }

    /// Of another body, before anything was read.
    #[inline]
    pub(super) fn reframe(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// Reads on. Returns how many messages ended in these bytes.
    #[inline]
    pub fn feed(&mut self, bytes: &[u8]) -> u64 {
        match self.framing {
            // Mostly a frame is a message.
            Framing::Plain if self.filled == 0 && is_message(bytes) => 1,
            Framing::Plain | Framing::Web => self.read(bytes),
            Framing::WebText => self.read_text(bytes),
            Framing::Unread => 0,
        }
    }

    /// Reads a frame on. One in several pieces shows them with [`Buf::chunks_vectored`], here up to
    /// 16; of one that does not show all, nothing more is read.
    #[inline]
    pub fn feed_frame(&mut self, frame: &dyn Buf) -> u64 {
        let bytes = frame.chunk();
        if bytes.len() == frame.remaining() {
            self.feed(bytes)
        } else {
            self.feed_pieces(frame)
        }
    }

    /// The status in the trailers of gRPC-Web, once they have passed.
    #[must_use]
    pub fn status(&self) -> Option<RpcStatus> {
        self.status
    }

    #[cold]
    fn feed_pieces(&mut self, frame: &dyn Buf) -> u64 {
        let mut pieces = [IoSlice::new(&[]); PIECES];
        let count = frame.chunks_vectored(&mut pieces);
        let pieces = &pieces[..count];
        let seen: usize = pieces.iter().map(|piece| piece.len()).sum();
        if seen != frame.remaining() {
            // Where the next header is, no one knows.
            self.framing = Framing::Unread;
            return 0;
        }
        pieces.iter().map(|piece| self.feed(piece)).sum()
    }

    #[cold]
    fn read_text(&mut self, text: &[u8]) -> u64 {
        let (mut decoder, mut messages) = (self.decoder, 0);
        decoder.decode(text, |bytes| messages += self.read(bytes));
        self.decoder = decoder;
        messages
    }

    fn read(&mut self, mut bytes: &[u8]) -> u64 {
        let mut messages = 0;
        loop {
            if usize::from(self.filled) < HEADER {
                if bytes.is_empty() {
                    return messages;
                }
                bytes = self.read_header(bytes);
                if usize::from(self.filled) < HEADER {
                    return messages;
                }
            }
            // A length fits the type on every system that has the memory for a socket's buffer.
            let here = bytes.len().min(self.left as usize);
            let (payload, rest) = bytes.split_at(here);
            bytes = rest;
            self.left -= here as u32;
            let is_trailers = self.framing != Framing::Plain && self.flag & TRAILERS != 0;
            if is_trailers {
                self.read_trailers(payload);
            }
            if self.left > 0 {
                return messages;
            }
            self.filled = 0;
            messages += u64::from(!is_trailers);
        }
    }

    /// Reads on in a header, and returns what is behind it.
    #[inline]
    fn read_header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes.split_first_chunk::<HEADER>() {
            Some((&[flag, ref length @ ..], rest)) if self.filled == 0 => {
                self.filled = HEADER as u8;
                self.flag = flag;
                self.left = u32::from_be_bytes(*length);
                rest
            }
            _ => self.read_cut_header(bytes),
        }
    }

    #[cold]
    fn read_cut_header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let missing = HEADER - usize::from(self.filled);
        let (here, rest) = bytes.split_at(bytes.len().min(missing));
        for &byte in here {
            if self.filled == 0 {
                (self.flag, self.left) = (byte, 0);
            } else {
                self.left = self.left << 8 | u32::from(byte);
            }
            self.filled += 1;
        }
        rest
    }

    #[cold]
    fn read_trailers(&mut self, payload: &[u8]) {
        if self.flag != TRAILERS {
            return;
        }
        let mut found = self.line.feed(payload);
        if self.left == 0 {
            found = found.or(self.line.end());
        }
        self.status = self.status.or(found);
    }
}
