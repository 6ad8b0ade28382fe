//! The user's rules, on the way along a path.

use super::{MARK, Trail, Walk, dots};
use crate::{
    canon::{
        Canonicalizer, Class, Decision, Explained, Placeholders,
        escape::{self, Decoded},
        shape::{self, Shape},
    },
    label,
    rules::{PathAction, Previous, SegmentAction},
};

/// As many segments as a rule or a label can have, and one more.
const MOST: usize = Canonicalizer::MAX_DEPTH + 1;

/// The segments of a path as they came, without those that are dropped.
///
/// It is made only where there are rules: they look at a path as a whole.
#[derive(Debug)]
pub(super) struct Raw<'p> {
    segments: [&'p str; MOST],
    count: usize,
}

// === impl Walk ===

impl<'w, 'p> Walk<'w, 'p> {
    /// Walks along a path where there are rules.
    #[cold]
    pub(super) fn by_rules(mut self, path: &'p str, mut trail: Trail<'_, 'p>) {
        let Canonicalizer {
            rules, spelling, ..
        } = self.canon;
        let raw = Raw::of(path);
        if let Some((rule, action)) = rules.path(raw.segments(), *spelling) {
            return self.ruled_path(path, rule, action, trail);
        }
        self.walk(path, Some(&raw), trail.as_deref_mut());
        // What no rule makes of the label, none makes of it when it comes in as a path.
        let shown = self.output.since(0).trim_start_matches(MARK);
        let shown = shown.split('/').filter(|segment| !segment.is_empty());
        if let Some((rule, action)) = rules.path(shown, *spelling) {
            self.ruled_path(path, rule, action, trail);
        }
    }

    /// Writes what the rules make of a segment: whether it fits, and which rule decided; `None` if none did.
    pub(super) fn by_segment_rules(
        &mut self,
        segment: &str,
        shape: Shape,
        raw: &Raw<'p>,
    ) -> Option<(bool, usize)> {
        // As the heuristics would show it: so a label that comes in as a path is matched by the same rules.
        let decoded = shape
            .has(shape::PERCENT)
            .then(|| escape::unreserved(segment))
            .flatten();
        let segment = decoded.as_ref().map_or(segment, Decoded::as_str);
        let (rule, action) = self.ask(segment, raw)?;
        Some((self.ruled_segment(segment, action), rule))
    }

    /// What the rules make of a segment. What they wrote, and the placeholders of this crate, stay.
    fn ask(&self, segment: &str, raw: &Raw<'p>) -> Option<(usize, SegmentAction<'w>)> {
        let Canonicalizer {
            rules, spelling, ..
        } = self.canon;
        if let Some((rule, text)) = rules.wrote_segment(segment, *spelling) {
            return Some((rule, SegmentAction::Write(text)));
        }
        if spelling.read(segment).is_some() {
            return None;
        }
        let previous = raw.before(self.written).map(|raw| Previous {
            raw,
            shown: self.last(),
        });
        rules.segment(segment, previous, *spelling)
    }

    /// Writes what a rule makes of a segment, if it fits.
    fn ruled_segment(&mut self, segment: &str, action: SegmentAction<'_>) -> bool {
        let Canonicalizer {
            placeholders,
            spelling,
            ..
        } = *self.canon;
        let text = match (action, placeholders) {
            (SegmentAction::Keep, _) => segment,
            (SegmentAction::Write(text), _) => text,
            (SegmentAction::Hide, Placeholders::Class) => &spelling.of_class(Class::Text)[1..],
            (SegmentAction::Hide, Placeholders::Id) => &spelling.of_class(Class::Id)[1..],
        };
        if self.output.len() + 1 + text.len() > Canonicalizer::MAX_LENGTH {
            return false;
        }
        self.output.push("/");
        self.output.push(text);
        self.wrote();
        true
    }

    /// Writes what a rule makes of the path, in place of all else.
    fn ruled_path(
        &mut self,
        path: &'p str,
        rule: usize,
        action: PathAction<'_>,
        trail: Trail<'_, 'p>,
    ) {
        self.output.truncate(0);
        match action {
            PathAction::Deny => self.output.push(label::UNMATCHED),
            PathAction::Write(label) => {
                if self.canon.marked {
                    self.output.push(MARK);
                }
                self.output.push(label);
            }
        }
        if let Some(trail) = trail {
            trail.clear();
            trail.push(Explained {
                input: path,
                output: self.output.since(0).to_owned(),
                decision: Decision::Rule(rule),
            });
        }
    }
}

// === impl Raw ===

impl<'p> Raw<'p> {
    fn of(path: &'p str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let mut segments = [""; MOST];
        let mut count = 0_usize;
        for segment in path.split('/') {
            let segment = segment.split(';').next().unwrap_or(segment);
            match dots(segment) {
                _ if segment.is_empty() => {}
                Some(false) => {}
                Some(true) => count = count.saturating_sub(1),
                None => {
                    if let Some(place) = segments.get_mut(count) {
                        *place = segment;
                    }
                    count += 1;
                }
            }
        }
        Self { segments, count }
    }

    fn segments(&self) -> impl Iterator<Item = &'p str> + Clone {
        self.segments[..self.count.min(MOST)].iter().copied()
    }

    /// The segment before the one at an index.
    fn before(&self, index: usize) -> Option<&'p str> {
        self.segments().nth(index.checked_sub(1)?)
    }
}
