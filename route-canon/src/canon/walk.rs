//! The way along a path: which segments there are, and what of the label they become.

mod ruled;

use self::ruled::Raw;
use super::{
    Canonicalizer, Class, Decision, Explained, Placeholders,
    escape::{self, Decoded},
    judge::{self, Verdict},
    output::Output,
    shape::{self, Shape},
};
use crate::label;

/// The mark in front of a label.
const MARK: &str = "~";

/// Writes each segment when it is read; those beyond the depth or the longest label are only counted, for a
/// `..` can bring the end of the label back.
#[derive(Debug)]
pub(super) struct Walk<'w, 'p> {
    canon: &'w Canonicalizer,
    output: &'w mut Output<'p>,
    /// Where the label ends after so many segments.
    ends: [u16; Canonicalizer::MAX_DEPTH + 1],
    /// How many segments the path has so far.
    count: usize,
    /// How many of them are written.
    written: usize,
}

/// Why each segment became what it did, if anyone asks.
type Trail<'t, 'p> = Option<&'t mut Vec<Explained<'p>>>;

// === impl Walk ===

impl<'w, 'p> Walk<'w, 'p> {
    pub(super) fn new(canon: &'w Canonicalizer, output: &'w mut Output<'p>) -> Self {
        Self {
            canon,
            output,
            ends: [0; Canonicalizer::MAX_DEPTH + 1],
            count: 0,
            written: 0,
        }
    }

    pub(super) fn run(mut self, path: &'p str, trail: Trail<'_, 'p>) {
        let Some(path) = rooted(path) else {
            return self.unmatched(path, trail);
        };
        if self.canon.rules.is_empty() {
            self.walk(path, None, trail);
        } else {
            self.by_rules(path, trail);
        }
    }

    /// Writes the label of a path; `raw` if there are rules to be asked.
    #[inline(always)] // Without rules, there is nothing of them on the way.
    fn walk(&mut self, path: &'p str, raw: Option<&Raw<'p>>, mut trail: Trail<'_, 'p>) {
        if self.canon.marked {
            self.output.push(MARK);
        }
        self.ends[0] = u16_of(self.output.len());

        let bytes = path.as_bytes();
        let mut at = 0;
        let mut beyond = "";
        while bytes.get(at) == Some(&b'/') {
            let start = at + 1;
            let (shape, end) = Shape::scan(bytes, start);
            let with_slash = &path[at..end];
            let segment = &with_slash[1..];
            at = if bytes.get(end) == Some(&b';') {
                shape::end_of_segment(bytes, end)
            } else {
                end
            };
            if segment.is_empty() {
                continue;
            }
            if shape.has(shape::DOT | shape::PERCENT)
                && let Some(up) = dots(segment)
            {
                if up {
                    self.up(&mut trail);
                }
                continue;
            }
            self.count += 1;
            if self.written + 1 < self.count {
                if self.is_beyond_return(bytes.len() - at) {
                    break;
                }
                continue;
            }
            if self.written == self.canon.depth {
                beyond = segment;
                continue;
            }
            if let Some(raw) = raw
                && let Some((fits, rule)) = self.by_segment_rules(segment, shape, raw)
            {
                if !fits {
                    beyond = segment;
                } else if let Some(trail) = trail.as_deref_mut() {
                    trail.push(self.explained(segment, Decision::Rule(rule)));
                }
                continue;
            }
            match self.judge(segment, shape) {
                Verdict::Rest => {
                    beyond = segment;
                    break;
                }
                verdict if self.write(with_slash, shape, verdict) => {
                    if let Some(trail) = trail.as_deref_mut() {
                        trail.push(self.explained(segment, verdict.decision()));
                    }
                }
                _ => beyond = segment,
            }
        }
        self.finish(beyond, trail);
    }

    fn unmatched(self, path: &'p str, trail: Trail<'_, 'p>) {
        let label = if path == label::OVERFLOW {
            label::OVERFLOW
        } else {
            label::UNMATCHED
        };
        self.output.push(label);
        if let Some(trail) = trail {
            trail.push(Explained {
                input: path,
                output: label.to_owned(),
                decision: Decision::Unmatched,
            });
        }
    }

    #[inline(always)] // Out of line, each segment's registers go through memory.
    fn judge(&self, segment: &str, shape: Shape) -> Verdict {
        if shape.has(shape::OPENS)
            && let Some(own) = self.canon.spelling.read(segment)
        {
            return own;
        }
        judge::judge(segment, shape)
    }

    /// Writes a segment, which has its slash, if it fits.
    #[inline(always)]
    fn write(&mut self, segment: &str, shape: Shape, verdict: Verdict) -> bool {
        // Most are words as they came.
        if matches!(verdict, Verdict::Kept(_)) && !shape.has(shape::PERCENT) {
            let fits = self.output.len() + segment.len() <= Canonicalizer::MAX_LENGTH;
            if fits {
                self.output.push(segment);
                self.wrote();
            }
            return fits;
        }
        self.write_verdict(segment, verdict)
    }

    fn write_verdict(&mut self, segment: &str, verdict: Verdict) -> bool {
        let Canonicalizer {
            placeholders,
            spelling,
            ..
        } = *self.canon;
        let decoded;
        let (text, extension) = match (verdict, placeholders) {
            (Verdict::Kept(_), _) => {
                decoded = escape::decode(segment);
                (decoded.as_ref().map_or(segment, Decoded::as_str), None)
            }
            (Verdict::File(extension) | Verdict::OwnFile(extension), Placeholders::Class) => {
                (spelling.of_class(Class::File), Some(extension))
            }
            (Verdict::Class(class) | Verdict::Own(class), Placeholders::Class) => {
                (spelling.of_class(class), None)
            }
            (_, Placeholders::Id) | (Verdict::Rest, _) => (spelling.of_class(Class::Id), None),
        };
        let length = text.len() + extension.map_or(0, |extension| 1 + extension.len());
        if self.output.len() + length > Canonicalizer::MAX_LENGTH {
            return false;
        }
        self.output.push(text);
        if let Some(extension) = extension {
            self.output.push(".");
            self.output.push(extension);
        }
        self.wrote();
        true
    }

    #[inline]
    fn wrote(&mut self) {
        self.written += 1;
        self.ends[self.written] = u16_of(self.output.len());
    }

    /// Takes a segment away.
    fn up(&mut self, trail: &mut Trail<'_, 'p>) {
        self.count = self.count.saturating_sub(1);
        if self.count < self.written {
            self.cut(self.count, trail);
        }
    }

    fn cut(&mut self, written: usize, trail: &mut Trail<'_, 'p>) {
        self.written = written;
        self.output.truncate(usize::from(self.ends[written]));
        if let Some(trail) = trail {
            trail.truncate(written);
        }
    }

    /// Whether what remains is too short to take as many segments away as are too many: `/..` has three bytes.
    fn is_beyond_return(&self, remaining: usize) -> bool {
        self.count - self.written > remaining / 3
    }

    /// Writes what stands for the segments that are not written, if there are any, or the root.
    fn finish(&mut self, beyond: &'p str, mut trail: Trail<'_, 'p>) {
        if self.count > self.written {
            let rest = self.canon.spelling.rest();
            let most = Canonicalizer::MAX_LENGTH - rest.len();
            let mut keep = self.written.min(self.canon.depth - 1);
            while usize::from(self.ends[keep]) > most {
                keep -= 1;
            }
            let first = match trail.as_deref() {
                Some(trail) => trail.get(keep).map_or(beyond, |first| first.input),
                None => beyond,
            };
            self.cut(keep, &mut trail);
            self.output.push(rest);
            if let Some(trail) = trail {
                trail.push(Explained {
                    input: first,
                    output: rest[1..].to_owned(),
                    decision: Decision::Rest,
                });
            }
        } else if self.written == 0 {
            self.output.push("/");
        }
    }

    fn explained(&self, input: &'p str, decision: Decision) -> Explained<'p> {
        Explained {
            input,
            output: self.last().to_owned(),
            decision,
        }
    }

    /// The segment that was written last; there is one.
    fn last(&self) -> &str {
        let start = usize::from(self.ends[self.written - 1]) + 1;
        self.output.since(start)
    }
}

/// The path without the mark, or without scheme and authority; `None` if it is no path.
#[inline]
fn rooted(path: &str) -> Option<&str> {
    match path.as_bytes() {
        [b'/', ..] => Some(path),
        [b'~', b'/', ..] => Some(&path[1..]),
        _ => after_authority(path),
    }
}

#[cold]
fn after_authority(path: &str) -> Option<&str> {
    let (scheme, after) = path.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    is_scheme.then_some(&after[end..])
}

/// Whether a segment is one or two dots, and if so, whether two.
#[inline]
fn dots(segment: &str) -> Option<bool> {
    const LONGEST: usize = "%2e%2e".len();
    if segment.len() > LONGEST {
        return None;
    }
    let mut rest = segment.as_bytes();
    let mut count = 0;
    while !rest.is_empty() {
        rest = match rest {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return None,
        };
        count += 1;
    }
    match count {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// Of a length that [`Canonicalizer::MAX_LENGTH`] bounds.
#[inline]
fn u16_of(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
