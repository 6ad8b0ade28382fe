//! Finds the frames of HTTP/2 that tell that a peer lets go, in what is read from it.
//!
//! It takes the bytes as they come, cut anywhere, and keeps a frame's head and no more. What does not
//! start with HTTP/2's preface is looked at until its first byte that differs, and never again.
//!
//! Source: RFC 9113, sections 3.4, 4.1, 6.4 and 6.8.

/// Reads along with a peer.
#[derive(Debug)]
pub(super) struct Sniffer {
    stage: Stage,
    /// How much of the preface or of a head there was already.
    have: u8,
    /// The head of a frame, then the start of its payload.
    kept: [u8; HEAD],
    /// How much of a payload is to come.
    left: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Preface,
    Head,
    /// A payload that tells nothing.
    Skip,
    /// That of a RST_STREAM.
    Reset,
    /// It is not HTTP/2.
    Off,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The preface: it is HTTP/2.
    Http2,
    /// RST_STREAM, with its code.
    Reset(u32),
    /// GOAWAY.
    GoAway,
}

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD: usize = 9;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
/// The payload of a RST_STREAM is a code.
const CODE: u32 = 4;

// === impl Sniffer ===

impl Sniffer {
    pub(super) const fn new() -> Self {
        Self {
            stage: Stage::Preface,
            have: 0,
            kept: [0; HEAD],
            left: 0,
        }
    }

    /// Whether there is no more to find.
    #[inline]
    pub(super) fn is_off(&self) -> bool {
        self.stage == Stage::Off
    }

    /// Goes on with the next bytes.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut found: impl FnMut(Found)) {
        while !bytes.is_empty() {
            bytes = match self.stage {
                Stage::Preface => self.preface(bytes, &mut found),
                Stage::Head => self.head(bytes, &mut found),
                Stage::Skip => self.skip(bytes),
                Stage::Reset => self.reset(bytes, &mut found),
                Stage::Off => return,
            };
        }
    }

    fn preface<'a>(&mut self, bytes: &'a [u8], found: &mut impl FnMut(Found)) -> &'a [u8] {
        let expected = &PREFACE[usize::from(self.have)..];
        let (next, rest) = bytes.split_at(expected.len().min(bytes.len()));
        if !expected.starts_with(next) {
            self.stage = Stage::Off;
        } else if next.len() == expected.len() {
            found(Found::Http2);
            self.expect_head();
        } else {
            self.have += next.len() as u8;
        }
        rest
    }

    fn head<'a>(&mut self, bytes: &'a [u8], found: &mut impl FnMut(Found)) -> &'a [u8] {
        let (whole, rest) = self.fill(HEAD, bytes);
        if whole {
            let [a, b, c, kind, _, stream @ ..] = self.kept;
            self.left = u32::from_be_bytes([0, a, b, c]);
            self.have = 0;
            let on_stream = u32::from_be_bytes(stream) << 1 != 0;
            self.stage = match kind {
                RST_STREAM if self.left == CODE && on_stream => Stage::Reset,
                GOAWAY if !on_stream => {
                    found(Found::GoAway);
                    Stage::Skip
                }
                _ => Stage::Skip,
            };
            if self.left == 0 {
                self.expect_head();
            }
        }
        rest
    }

    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let skipped = bytes.len().min(self.left as usize);
        self.left -= skipped as u32;
        if self.left == 0 {
            self.expect_head();
        }
        &bytes[skipped..]
    }

    fn reset<'a>(&mut self, bytes: &'a [u8], found: &mut impl FnMut(Found)) -> &'a [u8] {
        let (whole, rest) = self.fill(CODE as usize, bytes);
        if whole {
            let [a, b, c, d, ..] = self.kept;
            found(Found::Reset(u32::from_be_bytes([a, b, c, d])));
            self.expect_head();
        }
        rest
    }

    fn expect_head(&mut self) {
        self.stage = Stage::Head;
        self.have = 0;
    }

    /// Keeps bytes up to `most`, and returns whether they are all there, and what is left over.
    fn fill<'a>(&mut self, most: usize, bytes: &'a [u8]) -> (bool, &'a [u8]) {
        let have = usize::from(self.have);
        let (next, rest) = bytes.split_at((most - have).min(bytes.len()));
        self.kept[have..have + next.len()].copy_from_slice(next);
        self.have += next.len() as u8;
        (usize::from(self.have) == most, rest)
    }
}
