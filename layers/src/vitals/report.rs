//! Reads reports, whole or not at all, without a copy.

mod scalar;
mod skip;

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use self::{scalar::Scalar, skip::Skip};
use super::{
    field::{FIELDS, Field, Handling},
    vital::{Name, Navigation, Rating},
};

/// One measurement, as far as it is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Report<'a> {
    pub(super) name: Name,
    pub(super) value: f64,
    pub(super) id: Cow<'a, str>,
    /// A path.
    pub(super) page: Option<Cow<'a, str>>,
    pub(super) navigation: Option<Navigation>,
}

/// What a body holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reports<'a> {
    One(Report<'a>),
    Many(Vec<Report<'a>>),
}

/// What is wrong with a body. It has nothing of the body's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no JSON, or something else than reports.
    Malformed,
    /// A field that no row is of.
    Unknown,
    /// The row of a field that is not there.
    Missing(usize),
    /// The row of a field that is there twice.
    Repeated(usize),
    /// The row of a field whose value is not accepted.
    Invalid(usize),
}

/// What the visitors tell, since the errors of JSON have text of their own.
#[derive(Debug, Default)]
struct Found {
    fault: Cell<Option<Fault>>,
    /// The row of the field whose value is being read.
    within: Cell<Option<usize>>,
}

/// Reads a report, or an array of them.
struct Batch<'c>(&'c Found);

/// Reads a report.
struct Single<'c>(&'c Found);

/// Reads the name of a field.
struct Key;

/// The longest id, in bytes; those of web-vitals have 30.
const MOST_ID: usize = 128;

/// Reads a body.
pub(super) fn parse(body: &[u8]) -> Result<Reports<'_>, Fault> {
    // At once, and not string by string.
    let text = str::from_utf8(body).map_err(|_| Fault::Malformed)?;
    let found = Found::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let reports = Batch(&found).deserialize(&mut json);
    let reports = reports.and_then(|reports| json.end().map(|()| reports));
    reports.map_err(|_| found.into_fault())
}

/// The visitor's methods for what it takes no value of, all at the same small price.
macro_rules! refuse {
    ($($method:ident: $type:ty),+) => { $(
        fn $method<E: Error>(self, _: $type) -> Result<Self::Value, E> {
            Err(E::custom(""))
        }
    )+ };
}

// === impl Found ===

impl Found {
    fn fail<E: Error>(&self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("")
    }

    fn into_fault(self) -> Fault {
        let within = self.within.get().map(Fault::Invalid);
        self.fault.get().or(within).unwrap_or(Fault::Malformed)
    }
}

// === impl Batch ===

impl<'de> DeserializeSeed<'de> for Batch<'_> {
    type Value = Reports<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Batch<'_> {
    type Value = Reports<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reports")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Single(self.0).visit_map(map).map(Reports::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut reports = Vec::new();
        while let Some(report) = list.next_element_seed(Single(self.0))? {
            if reports.is_empty() {
                // A page has five vitals, and most batches are of one page.
                reports.reserve(8);
            }
            reports.push(report);
        }
        if reports.is_empty() {
            return Err(self.0.fail(Fault::Malformed));
        }
        Ok(Reports::Many(reports))
    }

    refuse!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
}

// === impl Single ===

impl<'de> DeserializeSeed<'de> for Single<'_> {
    type Value = Report<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Single<'_> {
    type Value = Report<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self(found) = self;
        let (mut name, mut value, mut id) = (None, None, None);
        let (mut page, mut address, mut navigation) = (None, None, None);
        let mut seen = 0_u32;
        while let Some(place) = map.next_key_seed(Key)? {
            let Some(place) = place else {
                return Err(found.fail(Fault::Unknown));
            };
            if seen & 1 << place != 0 {
                return Err(found.fail(Fault::Repeated(place)));
            }
            seen |= 1 << place;
            found.within.set(Some(place));
            let handling = FIELDS[place].handling;
            if handling == Handling::Dropped {
                map.next_value::<Skip>()?;
            } else {
                let given = map.next_value::<Scalar<'de>>()?;
                let is_accepted = match handling {
                    Handling::Name => set(&mut name, given.text().and_then(|it| Name::parse(&it))),
                    Handling::Value => set(&mut value, given.number()),
                    Handling::Id => set(&mut id, given.text().filter(|id| is_id(id))),
                    Handling::Page => {
                        set(&mut page, given.text().filter(|page| page.starts_with('/')))
                    }
                    Handling::Address => set(&mut address, given.text()),
                    Handling::Navigation => set(
                        &mut navigation,
                        given.text().and_then(|it| Navigation::parse(&it)),
                    ),
                    Handling::Rating => given.text().is_some_and(|it| Rating::parse(&it).is_some()),
                    Handling::Dropped => true,
                };
                if !is_accepted {
                    return Err(found.fail(Fault::Invalid(place)));
                }
            }
            found.within.set(None);
        }
        let missing = |handling| found.fail(Fault::Missing(Field::place(handling)));
        let name: Name = name.ok_or_else(|| missing(Handling::Name))?;
        let value = value.ok_or_else(|| missing(Handling::Value))?;
        let id = id.ok_or_else(|| missing(Handling::Id))?;
        if !name.admits(value) {
            return Err(found.fail(Fault::Invalid(Field::place(Handling::Value))));
        }
        Ok(Report {
            name,
            value,
            id,
            page: page.or_else(|| address.and_then(path_of)),
            navigation,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(""))
    }

    refuse!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
}

// === impl Key ===

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Field::find(name))
    }
}

/// Keeps what is there, and says whether it is.
fn set<T>(place: &mut Option<T>, given: Option<T>) -> bool {
    *place = given;
    place.is_some()
}

fn is_id(id: &str) -> bool {
    (1..=MOST_ID).contains(&id.len())
}

/// The path of an address, and what follows it.
fn path_of(address: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let start = |address: &str| {
        let authority = address.find("://")? + 3;
        Some(authority + address[authority..].find('/')?)
    };
    let start = start(&address)?;
    Some(match address {
        Cow::Borrowed(address) => Cow::Borrowed(&address[start..]),
        Cow::Owned(address) => Cow::Owned(address[start..].to_owned()),
    })
}
