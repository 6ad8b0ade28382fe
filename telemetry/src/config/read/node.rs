//! A document as a tree, made within limits.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    fault::{self, Refusal},
    path,
};
use crate::config::{ConfigFault, error::Place};

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order of the text; a key may be there twice.
    Section(Vec<(String, Node)>),
}

/// A value that has no parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) value: Value,
    /// As it is written, without quotes.
    pub(super) text: String,
    /// As it was written, before variables were put in.
    pub(super) written: Option<String>,
}

/// What YAML takes a scalar for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text,
}

/// What is left of the room for a tree.
struct Room<'a>(&'a Cell<usize>);

struct NodeVisitor<'a>(Room<'a>);

/// Puts the texts of scalars into a tree whose shape is known: what YAML takes for a number may be a text to who reads
/// it, as the version `1.10`.
struct Texts<'a>(&'a mut Node);

struct KeyText;

/// The most bytes of a text.
const MOST_BYTES: usize = 1 << 20;

/// The most bytes that a tree may take, about: an alias repeats what it names, and aliases of aliases do so many times.
const MOST_ROOM: usize = 16 << 20;

/// What a node takes besides its text.
const NODE: usize = 64;

// === impl Node ===

impl Node {
    /// Reads the one document of a text; none is an empty section.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigFault> {
        if text.len() > MOST_BYTES {
            let problem = format!(
                "the configuration has {} bytes; at most {MOST_BYTES} are accepted",
                text.len()
            );
            return Err(ConfigFault::new("", problem));
        }
        if let Some(place) = too_deep(text) {
            let problem = "there are more than 100 brackets within brackets";
            return Err(ConfigFault::new("", problem).at(Some(place)));
        }
        let mut documents = yaml_serde::Deserializer::from_str(text);
        let room = Cell::new(MOST_ROOM);
        let mut node = match documents.next() {
            Some(document) => Room(&room)
                .deserialize(document)
                .map_err(|error| fault::syntax(&error))?,
            None => return Ok(Self::Section(Vec::new())),
        };
        if let Some(second) = documents.next() {
            // What cannot be read at all says so by itself.
            Room(&room)
                .deserialize(second)
                .map_err(|error| fault::syntax(&error))?;
            let problem = "a second document begins; one is accepted";
            return Err(ConfigFault::new("", problem));
        }
        if let Self::Scalar(scalar) = &node
            && scalar.value == Value::Null
        {
            return Ok(Self::Section(Vec::new()));
        }
        let mut again = yaml_serde::Deserializer::from_str(text);
        if let Some(document) = again.next() {
            Texts(&mut node)
                .deserialize(document)
                .map_err(|error| fault::syntax(&error))?;
        }
        Ok(node)
    }

    /// The part with a path, or the first one if there are several.
    pub(super) fn find(&self, path: &str) -> Option<&Self> {
        if path.is_empty() {
            return Some(self);
        }
        match self {
            Self::Scalar(_) => None,
            Self::List(items) => {
                let (index, rest) = path::index(path)?;
                items.get(index)?.find(rest)
            }
            Self::Section(entries) => entries.iter().find_map(|(key, node)| {
                let rest = path::after(path, key)?;
                node.find(rest)
            }),
        }
    }

    /// Takes out what has a path; of a list all of it, so that the others keep their places. Whether there was
    /// something.
    pub(super) fn cut(&mut self, path: &str) -> bool {
        let Self::Section(entries) = self else {
            return false;
        };
        let mut cut = false;
        entries.retain_mut(|(key, node)| match path::after(path, key) {
            _ if cut => true,
            None => true,
            Some("") => {
                cut = true;
                false
            }
            Some(rest) if rest.starts_with('[') => {
                cut = node.find(rest).is_some();
                !cut
            }
            Some(rest) => {
                cut = node.cut(rest);
                true
            }
        });
        cut
    }

    /// The keys that are there again, by their paths.
    pub(super) fn duplicates(&self) -> Vec<Refusal> {
        let mut found = Vec::new();
        self.duplicates_within("", &mut found);
        found
    }

    fn duplicates_within(&self, path: &str, found: &mut Vec<Refusal>) {
        match self {
            Self::Scalar(_) => {}
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.duplicates_within(&format!("{path}[{index}]"), found);
                }
            }
            Self::Section(entries) => {
                let mut seen = BTreeMap::new();
                for (key, node) in entries {
                    let path = path::joined(path, key);
                    let times = seen.entry(key).or_insert(0);
                    *times += 1;
                    // One word of it is enough.
                    if *times == 2 {
                        found.push(Refusal::twice(path.clone()));
                    }
                    node.duplicates_within(&path, found);
                }
            }
        }
    }

    /// Leaves the first one of keys that are there twice.
    pub(super) fn without_duplicates(&mut self) {
        match self {
            Self::Scalar(_) => {}
            Self::List(items) => items.iter_mut().for_each(Self::without_duplicates),
            Self::Section(entries) => {
                let mut seen = BTreeSet::new();
                entries.retain(|(key, _)| seen.insert(key.clone()));
                for (_, node) in entries {
                    node.without_duplicates();
                }
            }
        }
    }

    /// Calls `visit` with each scalar and its path.
    pub(super) fn scalars(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut Scalar)) {
        match self {
            Self::Scalar(scalar) => visit(path, scalar),
            Self::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.scalars(&format!("{path}[{index}]"), visit);
                }
            }
            Self::Section(entries) => {
                for (key, node) in entries {
                    node.scalars(&path::joined(path, key), visit);
                }
            }
        }
    }
}

/// The first bracket that opens within a hundred others. The parser's work grows with the square of the depth, and it
/// reads all of a text before anybody can stop it. Brackets in quotes and comments are counted too, where they do not
/// close: nobody opens a hundred.
fn too_deep(text: &str) -> Option<Place> {
    let mut depth = 0_usize;
    for (line, row) in text.lines().enumerate() {
        for (column, byte) in row.bytes().enumerate() {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 100 {
                return Some(Place {
                    line: line + 1,
                    column: column + 1,
                });
            }
        }
    }
    None
}

// === impl Scalar ===

impl Scalar {
    fn new(value: Value, text: impl Into<String>) -> Self {
        Self {
            value,
            text: text.into(),
            written: None,
        }
    }
}

// === impl Room ===

impl Room<'_> {
    fn take<E: de::Error>(&self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().checked_sub(NODE + bytes);
        self.0.set(left.unwrap_or(0));
        match left {
            Some(_) => Ok(()),
            None => Err(E::custom(
                "the document grows too large here, by aliases that repeat what they name",
            )),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Room<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor(self))
    }
}

// === impl NodeVisitor ===

impl NodeVisitor<'_> {
    fn scalar<E: de::Error>(&self, value: Value, text: &str) -> Result<Node, E> {
        self.0.take(text.len())?;
        Ok(Node::Scalar(Scalar::new(value, text)))
    }
}

impl<'de> Visitor<'de> for NodeVisitor<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag of its own")
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.scalar(Value::Null, "")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.scalar(Value::Null, "")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        self.scalar(Value::Bool(value), "")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        self.scalar(Value::Unsigned(value), "")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        self.scalar(Value::Signed(value), "")
    }

    /// No field takes as much.
    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        self.scalar(Value::Text, &value.to_string())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        self.scalar(Value::Text, &value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        self.scalar(Value::Float(value), "")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        self.scalar(Value::Text, text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let Self(Room(room)) = self;
        Room(room).take(0)?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Room(room))? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let Self(Room(room)) = self;
        Room(room).take(0)?;
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(KeyText)? {
            Room(room).take(key.len())?;
            entries.push((key, map.next_value_seed(Room(room))?));
        }
        Ok(Node::Section(entries))
    }
}

// === impl KeyText ===

impl<'de> DeserializeSeed<'de> for KeyText {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}

// === impl Texts ===

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Node::Scalar(_) => deserializer.deserialize_str(self),
            Node::List(_) => deserializer.deserialize_seq(self),
            Node::Section(_) => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was there before")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        if let Node::Scalar(scalar) = self.0 {
            text.clone_into(&mut scalar.text);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if let Node::List(items) = self.0 {
            for item in items {
                list.next_element_seed(Texts(item))?;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Node::Section(entries) = self.0 {
            for (_, node) in entries {
                map.next_key_seed(KeyText)?;
                map.next_value_seed(Texts(node))?;
            }
        }
        Ok(())
    }
}
