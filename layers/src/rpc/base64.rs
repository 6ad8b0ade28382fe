//! Base64, as it comes.

/// Decodes base64 that is cut anywhere, and padded wherever a part of it was encoded by itself, as
/// gRPC-Web allows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decoder {
    /// The bits that make no byte yet, the last ones lowest.
    bits: u8,
    /// How many they are.
    count: u8,
}

/// How many characters are decoded at a time.
const STEP: usize = 256;

// === impl Decoder ===

impl Decoder {
    /// Decodes `text`, and shows what it holds to `f`, in pieces.
    pub(super) fn decode(&mut self, text: &[u8], mut f: impl FnMut(&[u8])) {
        let mut bytes = [0; STEP];
        for text in text.chunks(STEP) {
            let mut len = 0;
            for &character in text {
                if let Some(byte) = self.next(character) {
                    bytes[len] = byte;
                    len += 1;
                }
            }
            f(&bytes[..len]);
        }
    }

    fn next(&mut self, character: u8) -> Option<u8> {
        let six = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                // The end of what was encoded together: what is left is filling.
                *self = Self::default();
                return None;
            }
            // A line's end, say.
            _ => return None,
        };
        let all = u16::from(self.bits) << 6 | u16::from(six);
        if self.count == 0 {
            (self.bits, self.count) = (six, 6);
            return None;
        }
        self.count -= 2;
        self.bits = (all & ((1 << self.count) - 1)) as u8;
        Some((all >> self.count) as u8)
    }
}
