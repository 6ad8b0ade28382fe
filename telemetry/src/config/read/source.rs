//! A tree as what types are read from.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::StrDeserializer,
    },
};

use super::{
    fault::Refusal,
    node::{Node, Scalar, Value},
};

/// A part of a tree, as a type reads it. It decides by what the type asks for: a text takes `1.10` as it is written, and
/// a section of which all is commented out is an empty one.
#[derive(Clone, Copy)]
pub(super) struct Source<'a>(&'a Node);

struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    index: usize,
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, (String, Node)>,
    value: Option<(&'a str, &'a Node)>,
}

// === impl Source ===

impl<'a> Source<'a> {
    pub(super) fn new(node: &'a Node) -> Self {
        Self(node)
    }

    fn scalar(self) -> Option<&'a Scalar> {
        match self.0 {
            Node::Scalar(scalar) => Some(scalar),
            Node::List(_) | Node::Section(_) => None,
        }
    }

    fn is_null(self) -> bool {
        self.scalar()
            .is_some_and(|scalar| scalar.value == Value::Null)
    }

    /// A number, if it is one that fits.
    fn number<N: TryFrom<u64> + TryFrom<i64>>(
        self,
        accepted: impl FnOnce() -> String,
    ) -> Result<N, Refusal> {
        let number = match self.scalar().map(|scalar| scalar.value) {
            Some(Value::Unsigned(number)) => N::try_from(number).ok(),
            Some(Value::Signed(number)) => N::try_from(number).ok(),
            _ => None,
        };
        number.ok_or_else(|| Refusal::kind(accepted()))
    }
}

/// Reads a number of this type.
macro_rules! numbers {
    ($($method:ident, $visit:ident, $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let accepted = || match <$type>::MAX as u128 {
                // Nobody needs to know how large a word of the machine is.
                most if most >= u128::from(i64::MAX as u64) => {
                    format!("a whole number from {} on", <$type>::MIN)
                }
                most => format!("a whole number from {} to {most}", <$type>::MIN),
            };
            visitor.$visit(self.number::<$type>(accepted)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Source<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            Node::List(_) => self.deserialize_seq(visitor),
            Node::Section(_) => self.deserialize_map(visitor),
            Node::Scalar(Scalar { value, text, .. }) => match value {
                Value::Null => visitor.visit_unit(),
                Value::Bool(value) => visitor.visit_bool(*value),
                Value::Unsigned(value) => visitor.visit_u64(*value),
                Value::Signed(value) => visitor.visit_i64(*value),
                Value::Float(value) => visitor.visit_f64(*value),
                Value::Text => visitor.visit_str(text),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.scalar().map(|scalar| scalar.value) {
            Some(Value::Bool(value)) => visitor.visit_bool(value),
            _ => Err(Refusal::word(&["true", "false"])),
        }
    }

    numbers! {
        deserialize_u8, visit_u8, u8;
        deserialize_u16, visit_u16, u16;
        deserialize_u32, visit_u32, u32;
        deserialize_u64, visit_u64, u64;
        deserialize_i8, visit_i8, i8;
        deserialize_i16, visit_i16, i16;
        deserialize_i32, visit_i32, i32;
        deserialize_i64, visit_i64, i64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.scalar().map(|scalar| scalar.value) {
            Some(Value::Unsigned(number)) => visitor.visit_f64(number as f64),
            Some(Value::Signed(number)) => visitor.visit_f64(number as f64),
            Some(Value::Float(number)) => visitor.visit_f64(number),
            _ => Err(Refusal::kind("a number")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.scalar() {
            // A variable that holds nothing is an empty text.
            Some(scalar) if scalar.value != Value::Null || scalar.written.is_some() => {
                visitor.visit_str(&scalar.text)
            }
            _ => Err(Refusal::kind("a text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.is_null() {
            visitor.visit_unit()
        } else {
            Err(Refusal::kind("nothing"))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let items = match self.0 {
            Node::List(items) => items.iter(),
            _ if self.is_null() => [].iter(),
            _ => return Err(Refusal::kind("a list")),
        };
        visitor.visit_seq(Items { items, index: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let entries = match self.0 {
            Node::Section(entries) => entries.iter(),
            _ if self.is_null() => [].iter(),
            _ => return Err(Refusal::kind("a section of keys and values")),
        };
        visitor.visit_map(Entries {
            entries,
            value: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match self.scalar() {
            Some(scalar) if scalar.value != Value::Null => {
                let word: StrDeserializer<'_, Refusal> = scalar.text.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
            _ => Err(Refusal::word(words)),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }
}

// === impl Items ===

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        let item = seed.deserialize(Source(item));
        item.map(Some)
            .map_err(|refusal| refusal.within(&format!("[{index}]")))
    }
}

// === impl Entries ===

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refusal> {
        let Some((key, node)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some((key, node));
        let name: StrDeserializer<'_, Refusal> = key.as_str().into_deserializer();
        seed.deserialize(name)
            .map(Some)
            .map_err(|refusal| refusal.within(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        match self.value.take() {
            Some((key, node)) => seed
                .deserialize(Source(node))
                .map_err(|refusal| refusal.within(key)),
            None => Err(Refusal::kind("a key before its value")),
        }
    }
}
