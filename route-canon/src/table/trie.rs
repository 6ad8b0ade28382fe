//! The templates by their segments: each path is walked once, and nothing is allocated.

use crate::{template::Segment, text::same};
use std::collections::HashMap;

/// A tree with a level for each segment.
///
/// A node is reached by one way only, so a walk enters it once at most: the work is bounded by the size of the
/// tree, whatever the path.
#[derive(Clone, Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

/// What can follow. Tried in the order of the fields.
#[derive(Clone, Debug, Default)]
struct Node {
    /// Sorted by length: most comparisons need no more.
    literals: Vec<(Box<[u8]>, usize)>,
    empty: Option<usize>,
    /// Parameters with literal text around them, the longest text first.
    affixed: Vec<(Affix, usize)>,
    parameter: Option<usize>,
    /// The template that a catch-all ends here.
    catch_all: Option<usize>,
    /// The template that ends here.
    end: Option<usize>,
}

/// Makes a tree.
///
/// It knows the literals of all nodes by their text: a node may have tens of thousands.
#[derive(Debug)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    literals: HashMap<(usize, Box<[u8]>), usize>,
}

/// So many literals are compared one by one.
const FEW: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Affix {
    prefix: Box<str>,
    suffix: Box<str>,
}

// === impl Builder ===

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
            literals: HashMap::new(),
        }
    }

    /// Adds a template under its index.
    ///
    /// # Errors
    /// The index of the template that has this place already.
    pub(super) fn insert<'a>(
        &mut self,
        segments: impl Iterator<Item = Segment<'a>>,
        index: usize,
    ) -> Result<(), usize> {
        let mut at = Trie::ROOT;
        for segment in segments {
            let next = self.nodes.len();
            let child = match segment {
                Segment::Literal(text) => self.literal_or_insert(at, &unescape(text), next),
                Segment::Parameter {
                    prefix: "",
                    name: _,
                    suffix: "",
                } => *self.nodes[at].parameter.get_or_insert(next),
                Segment::Parameter {
                    prefix,
                    name: _,
                    suffix,
                } => {
                    let affix = Affix {
                        prefix: prefix.into(),
                        suffix: suffix.into(),
                    };
                    self.nodes[at].affixed_or_insert(affix, next)
                }
                // Always the last segment.
                Segment::CatchAll { name: _ } => {
                    return occupy(&mut self.nodes[at].catch_all, index);
                }
            };
            if child == next {
                self.nodes.push(Node::default());
            }
            at = child;
        }
        occupy(&mut self.nodes[at].end, index)
    }

    pub(super) fn build(self) -> Trie {
        let Self {
            mut nodes,
            literals,
        } = self;
        for ((node, text), child) in literals {
            nodes[node].literals.push((text, child));
        }
        for node in &mut nodes {
            // By the text, too: the order is the same each time.
            node.literals
                .sort_unstable_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        }
        Trie { nodes }
    }

    fn literal_or_insert(&mut self, at: usize, text: &str, child: usize) -> usize {
        if text.is_empty() {
            return *self.nodes[at].empty.get_or_insert(child);
        }
        let key = (at, text.as_bytes().into());
        *self.literals.entry(key).or_insert(child)
    }
}

// === impl Trie ===

impl Trie {
    const ROOT: usize = 0;

    pub(super) fn find(&self, path: &str) -> Option<usize> {
        self.walk(Self::ROOT, path.as_bytes().strip_prefix(b"/")?)
    }

    fn walk(&self, mut at: usize, mut rest: &[u8]) -> Option<usize> {
        loop {
            let node = &self.nodes[at];
            if node.only_few_literals()
                && let Some((child, after)) = node.literal_before_slash(rest)
            {
                (at, rest) = (child, after);
                continue;
            }
            // Segments are short: a plain loop ends before a search by words has begun.
            let slash = rest.iter().position(|&byte| byte == b'/');
            let segment = &rest[..slash.unwrap_or(rest.len())];
            let after = slash.map(|slash| &rest[slash + 1..]);
            let onward = match node.only_way(segment) {
                Some(child) => child?,
                None => return self.try_ways(node, segment, after),
            };
            match after {
                Some(after) => (at, rest) = (onward, after),
                None => return self.nodes[onward].end,
            }
        }
    }

    /// Where there may be a way back to come to.
    #[inline(never)]
    fn try_ways(&self, node: &Node, segment: &[u8], after: Option<&[u8]>) -> Option<usize> {
        let onward = |child: usize| match after {
            Some(after) => self.walk(child, after),
            None => self.nodes[child].end,
        };
        if segment.is_empty() {
            let found = node.empty.and_then(onward);
            return found.or_else(|| node.catch_all.filter(|_| after.is_some()));
        }
        let fitting = || node.affixed.iter().filter(|(affix, _)| affix.fits(segment));
        node.literal(segment)
            .and_then(onward)
            .or_else(|| fitting().find_map(|&(_, child)| onward(child)))
            .or_else(|| node.parameter.and_then(onward))
            .or(node.catch_all)
    }
}

fn occupy(place: &mut Option<usize>, index: usize) -> Result<(), usize> {
    match *place {
        Some(earlier) => Err(earlier),
        None => {
            *place = Some(index);
            Ok(())
        }
    }
}

fn unescape(text: &str) -> String {
    text.replace("{{", "{").replace("}}", "}")
}

// === impl Node ===

impl Node {
    /// The one way on, or that there is none; `None` if there may be several.
    #[inline]
    fn only_way(&self, segment: &[u8]) -> Option<Option<usize>> {
        if !self.affixed.is_empty() || self.catch_all.is_some() {
            None
        } else if segment.is_empty() {
            Some(self.empty)
        } else if self.literals.is_empty() {
            Some(self.parameter)
        } else {
            match (self.literal(segment), self.parameter) {
                (Some(_), Some(_)) => None,
                (literal, parameter) => Some(literal.or(parameter)),
            }
        }
    }

    /// Whether the way on is one of a few literals: then there is none to come back for.
    #[inline]
    fn only_few_literals(&self) -> bool {
        self.parameter.is_none()
            && self.catch_all.is_none()
            && self.affixed.is_empty()
            && self.literals.len() <= FEW
    }

    /// The literal that a path begins with, and what comes after it and its slash.
    #[inline]
    fn literal_before_slash<'a>(&self, path: &'a [u8]) -> Option<(usize, &'a [u8])> {
        self.literals.iter().find_map(|(known, child)| {
            let (segment, after) = path.split_at_checked(known.len())?;
            let after = after.strip_prefix(b"/")?;
            same(known, segment).then_some((*child, after))
        })
    }

    #[inline]
    fn literal(&self, text: &[u8]) -> Option<usize> {
        let from = if self.literals.len() <= FEW {
            0
        } else {
            let shorter = |(known, _): &(Box<[u8]>, usize)| known.len() < text.len();
            self.literals.partition_point(shorter)
        };
        self.literals[from..]
            .iter()
            .take_while(|(known, _)| known.len() <= text.len())
            .find(|(known, _)| same(known, text))
            .map(|&(_, child)| child)
    }

    fn affixed_or_insert(&mut self, affix: Affix, child: usize) -> usize {
        if let Some(&(_, known)) = self.affixed.iter().find(|(known, _)| *known == affix) {
            return known;
        }
        let at = self
            .affixed
            .partition_point(|(known, _)| known.len() >= affix.len());
        self.affixed.insert(at, (affix, child));
        child
    }
}

// === impl Affix ===

impl Affix {
    fn len(&self) -> usize {
        self.prefix.len() + self.suffix.len()
    }

    fn fits(&self, segment: &[u8]) -> bool {
        segment.len() > self.len()
            && segment.starts_with(self.prefix.as_bytes())
            && segment.ends_with(self.suffix.as_bytes())
    }
}
