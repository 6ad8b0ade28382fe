//! Where in a text a field is.

use std::{cell::Cell, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::path;
use crate::config::error::Place;

/// Goes to a path, and fails there on purpose: errors are what the parser gives places to.
#[derive(Clone, Copy)]
struct Seek<'a> {
    path: &'a str,
    search: &'a Search,
}

/// A key, which may be what is sought.
struct Key<'a>(Seek<'a>);

struct Search {
    /// How many keys with the path are to be passed.
    to_pass: Cell<usize>,
    is_there: Cell<bool>,
}

// === impl Place ===

/// The place of the field with this path; where the text does not have it, that of the section which would.
pub(in crate::config) fn place(text: &str, path: &str) -> Option<Place> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut path = path;
    while !path.is_empty() {
        if let Some(place) = exact(text, path, 0) {
            return Some(place);
        }
        path = path::outer(path);
    }
    None
}

/// The place of the field with this path; of several, the one that so many are before.
pub(super) fn exact(text: &str, path: &str, before: usize) -> Option<Place> {
    let document = yaml_serde::Deserializer::from_str(text).next()?;
    let search = Search {
        to_pass: Cell::new(before),
        is_there: Cell::new(false),
    };
    let seek = Seek {
        path,
        search: &search,
    };
    let error = seek.deserialize(document).err()?;
    let location = error.location().filter(|_| search.is_there.get())?;
    Some(Place {
        line: location.line(),
        column: location.column(),
    })
}

// === impl Seek ===

impl Seek<'_> {
    fn there<E: de::Error>(self) -> E {
        self.search.is_there.set(true);
        E::custom("it is here")
    }

    fn scalar<E: de::Error>(self) -> Result<(), E> {
        if self.path.is_empty() {
            return Err(self.there());
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag of its own")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.path.is_empty() {
            return Err(self.there());
        }
        if let Some((index, path)) = path::index(self.path) {
            for _ in 0..index {
                list.next_element::<IgnoredAny>()?;
            }
            list.next_element_seed(Self { path, ..self })?;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.path.is_empty() {
            return Err(self.there());
        }
        while let Some(key) = map.next_key_seed(Key(self))? {
            match path::after(self.path, &key) {
                Some(path) if !path.is_empty() => {
                    map.next_value_seed(Self { path, ..self })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

// === impl Key ===

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<String, E> {
        let Self(seek) = self;
        if key == seek.path {
            match seek.search.to_pass.get().checked_sub(1) {
                Some(left) => seek.search.to_pass.set(left),
                None => return Err(seek.there()),
            }
        }
        Ok(key.to_owned())
    }
}
