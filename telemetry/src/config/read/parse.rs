//! From a text to a tree, within limits.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    fault,
    node::{Node, Scalar, Value},
};
use crate::config::ConfigFault;

/// What is left of the room for a tree.
struct Room<'a>(&'a Cell<usize>);

struct NodeVisitor<'a>(Room<'a>);

/// Puts the texts of scalars into a tree whose shape is known: what YAML takes for a number may be a text to who reads
/// it, as the version `1.10`.
struct Texts<'a>(&'a mut Node);

struct KeyText;

/// The most bytes of a text.
const MOST_BYTES: usize = 1 << 20;

/// The most bytes of a text, times how deep its brackets may be. The parser looks at each open bracket for each word, and
/// reads all of a text before anybody can stop it: the worst text of this much takes it six seconds in a debug build.
const MOST_WORK: usize = 1 << 30;

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
        if open_brackets(text).saturating_mul(text.len()) > MOST_WORK {
            let problem = "there are too many brackets, of lists and sections in one line, for a text of this length; \
                           write these lists in lines of their own, with `-`";
            return Err(ConfigFault::new("", problem));
        }
        let mut documents = yaml_serde::Deserializer::from_str(text);
        let room = Cell::new(MOST_ROOM);
        let mut node = match documents.next() {
            Some(document) => Room(&room)
                .deserialize(document)
                .map_err(|error| fault::syntax(&error, text))?,
            None => return Ok(Self::Section(Vec::new())),
        };
        if let Some(second) = documents.next() {
            // What cannot be read at all says so by itself.
            Room(&room)
                .deserialize(second)
                .map_err(|error| fault::syntax(&error, text))?;
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
                .map_err(|error| fault::syntax(&error, text))?;
        }
        Ok(node)
    }
}

/// No fewer than the brackets that are open at once: all but those that are closed before a quote, a comment or another
/// bracket, which may hide what closes them.
fn open_brackets(text: &str) -> usize {
    let mut marks = text
        .bytes()
        .filter(|byte| b"[]{}\"'#".contains(byte))
        .peekable();
    let mut open = 0;
    while let Some(mark) = marks.next() {
        if matches!(mark, b'[' | b'{') && !matches!(marks.peek(), Some(b']' | b'}')) {
            open += 1;
        }
    }
    open
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

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        self.scalar(Value::Float(value as f64), "")
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        self.scalar(Value::Float(value as f64), "")
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
