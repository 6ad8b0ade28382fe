//! The trailers of gRPC-Web, which are the body's last frame.

use super::RpcStatus;

/// Finds the status in a block of header lines that is cut anywhere.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line {
    /// In a name that is the wanted one so far.
    Name(u8),
    /// In the wanted value: its first two characters, and how many there are.
    Value([u8; 2], u8),
    /// In a line of no interest.
    Other,
}

const NAME: &[u8] = b"grpc-status";

// === impl Line ===

impl Line {
    /// Reads on. Returns the status, if it is there now.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<RpcStatus> {
        let mut found = None;
        for &byte in bytes {
            let before = *self;
            *self = match (before, byte) {
                (_, b'\r' | b'\n') => {
                    found = found.or(before.end());
                    Self::default()
                }
                (Self::Name(at), _) => Self::name(at, byte),
                (Self::Value(..), b' ' | b'\t') => before,
                (Self::Value(mut text, len), _) => {
                    if let Some(place) = text.get_mut(usize::from(len)) {
                        *place = byte;
                    }
                    Self::Value(text, len.saturating_add(1))
                }
                (Self::Other, _) => Self::Other,
            };
        }
        found
    }

    fn name(at: u8, byte: u8) -> Self {
        match NAME.get(usize::from(at)) {
            Some(&wanted) if wanted == byte.to_ascii_lowercase() => Self::Name(at + 1),
            None if byte == b':' => Self::Value([0; 2], 0),
            _ => Self::Other,
        }
    }

    /// The status of a line that is at its end.
    pub(super) fn end(self) -> Option<RpcStatus> {
        match self {
            Self::Value(text, len) => {
                // Three characters are none of the codes.
                let text = text.get(..usize::from(len)).unwrap_or(b"?");
                Some(RpcStatus::parse(text))
            }
            Self::Name(_) | Self::Other => None,
        }
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::Name(0)
    }
}
