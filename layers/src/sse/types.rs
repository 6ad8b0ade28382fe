//! Event types: which may be labels, which are keep-alives, which end a stream.

use route_canon::{Admission, Budget};
use sse_body::{Event, EventType};

use crate::label::{self, OTHER, OVERFLOW};

/// How event types become labels, and what they mean.
#[derive(Debug)]
pub(super) struct EventTypes {
    budget: Budget,
    /// No other type is admitted than those that are given.
    closed: bool,
    keepalives: Box<[Box<str>]>,
    markers: Box<[EndMarker]>,
    /// What an event without a type is.
    message: Known,
}

/// What ends a stream that was said whole: an event of a type, or one with these data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EndMarker {
    Type(Box<str>),
    Data(Box<str>),
}

/// A type's label in a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TypeLabel(u16);

/// The type that came last, for streams say the same one again and again.
#[derive(Clone, Debug)]
pub(super) struct LastType {
    text: [u8; Self::MOST],
    len: u8,
    known: Known,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) label: TypeLabel,
    pub(super) keepalive: bool,
    pub(super) marker: bool,
    /// It is neither, whatever its data.
    pub(super) is_plain: bool,
}

// === impl EventTypes ===

impl EventTypes {
    /// How many types may be labels, unless it is told otherwise.
    pub(super) const CAP: usize = 20;

    pub(super) fn new(
        cap: usize,
        allowed: Option<&[String]>,
        keepalives: &[String],
        markers: Vec<EndMarker>,
    ) -> Self {
        let budget = Budget::new(allowed.map_or(cap, |allowed| allowed.len().max(1)));
        for allowed in allowed.unwrap_or_default() {
            budget.admit(allowed);
        }
        let mut types = Self {
            budget,
            closed: allowed.is_some(),
            keepalives: keepalives.iter().map(|name| name.as_str().into()).collect(),
            markers: markers.into(),
            message: Known::MESSAGE,
        };
        types.message = types.known(
            TypeLabel::MESSAGE,
            types.is_keepalive(MESSAGE),
            types.is_end_type(MESSAGE),
        );
        types
    }

    fn is_keepalive(&self, name: &str) -> bool {
        self.keepalives.iter().any(|known| **known == *name)
    }

    fn is_end_type(&self, name: &str) -> bool {
        self.markers.iter().any(|marker| match marker {
            EndMarker::Type(known) => **known == *name,
            EndMarker::Data(_) => false,
        })
    }

    /// Whether a stream is only whole with an end marker.
    pub(super) fn has_markers(&self) -> bool {
        !self.markers.is_empty()
    }

    /// What an event is; `overflowed` is called if the budget refuses its type.
    #[inline(always)]
    pub(super) fn know(
        &self,
        event: Event<'_>,
        last: &mut LastType,
        overflowed: impl FnOnce(),
    ) -> Known {
        let mut known = match event.event_type() {
            EventType::Message => self.message,
            EventType::Named(name) if last.is(name) => last.known,
            event_type => self.know_another(event_type, last, overflowed),
        };
        if !known.is_plain && !known.marker {
            known.marker = self.is_end(event);
        }
        known
    }

    #[cold]
    fn know_another(
        &self,
        event_type: EventType<'_>,
        last: &mut LastType,
        overflowed: impl FnOnce(),
    ) -> Known {
        let EventType::Named(name) = event_type else {
            return self.know_unfit(overflowed);
        };
        let known = self.know_named(name, overflowed);
        // Each hit of a full budget is counted: none is remembered.
        if known.label != TypeLabel::OVERFLOW {
            last.set(name, known);
        }
        known
    }

    fn know_named(&self, name: &[u8], overflowed: impl FnOnce()) -> Known {
        let Ok(name) = str::from_utf8(name) else {
            return self.know_unfit(overflowed);
        };
        if name == MESSAGE {
            return self.message;
        }
        let keepalive = self.is_keepalive(name);
        let marker = self.is_end_type(name);
        // A keep-alive is no event, and takes no place.
        let label = if keepalive {
            TypeLabel::OTHER
        } else {
            self.admit(&label::clean(name), overflowed)
        };
        self.known(label, keepalive, marker)
    }

    fn known(&self, label: TypeLabel, keepalive: bool, marker: bool) -> Known {
        Known {
            label,
            keepalive,
            marker,
            is_plain: !keepalive && !self.has_markers(),
        }
    }

    /// A type that is no text, or too long for one.
    #[cold]
    fn know_unfit(&self, overflowed: impl FnOnce()) -> Known {
        if !self.closed {
            overflowed();
        }
        let label = if self.closed {
            TypeLabel::OTHER
        } else {
            TypeLabel::OVERFLOW
        };
        self.known(label, false, false)
    }

    fn admit(&self, name: &str, overflowed: impl FnOnce()) -> TypeLabel {
        if self.closed {
            return self
                .budget
                .lookup(name)
                .map_or(TypeLabel::OTHER, TypeLabel::known);
        }
        match self.budget.admit(name) {
            Admission::Known(id) | Admission::Admitted(id) => TypeLabel::known(id),
            Admission::Overflow { first } => {
                if first {
                    tracing::warn!(
                        limit = self.budget.limit(),
                        "there are more distinct event types than the cap allows; new ones are \
                         recorded as {OVERFLOW}"
                    );
                }
                overflowed();
                TypeLabel::OVERFLOW
            }
        }
    }

    #[cold]
    fn is_end(&self, event: Event<'_>) -> bool {
        let Some(data) = event.data() else {
            return false;
        };
        self.markers.iter().any(|marker| match marker {
            EndMarker::Data(known) => *known.as_bytes() == *data,
            EndMarker::Type(_) => false,
        })
    }

    /// The label's text.
    pub(super) fn text(&self, label: TypeLabel) -> &str {
        match label {
            TypeLabel::MESSAGE => MESSAGE,
            TypeLabel::OVERFLOW => OVERFLOW,
            TypeLabel::OTHER => OTHER,
            TypeLabel(number) => {
                let index = usize::from(number - TypeLabel::FIRST_KNOWN);
                let id = route_canon::ValueId::from_index(index);
                id.and_then(|id| self.budget.value(id)).unwrap_or(OVERFLOW)
            }
        }
    }
}

/// The type of an event that names none.
const MESSAGE: &str = "message";

// === impl TypeLabel ===

impl TypeLabel {
    pub(super) const MESSAGE: Self = Self(0);
    const OVERFLOW: Self = Self(1);
    const OTHER: Self = Self(2);
    const FIRST_KNOWN: u16 = 3;

    fn known(id: route_canon::ValueId) -> Self {
        // A budget has 60,000 ids at most.
        Self(Self::FIRST_KNOWN + id.index() as u16)
    }

    #[inline]
    pub(super) fn number(self) -> u32 {
        u32::from(self.0)
    }

    #[cfg(feature = "conn")]
    pub(super) fn as_u16(self) -> u16 {
        self.0
    }

    #[cfg(feature = "conn")]
    pub(super) fn from_u16(number: u16) -> Self {
        Self(number)
    }
}

// === impl Known ===

impl Known {
    /// Where nothing is declared.
    const MESSAGE: Self = Self {
        label: TypeLabel::MESSAGE,
        keepalive: false,
        marker: false,
        is_plain: true,
    };
}

// === impl LastType ===

impl LastType {
    /// Longer types are looked up each time.
    const MOST: usize = 24;

    #[inline]
    fn is(&self, name: &[u8]) -> bool {
        usize::from(self.len) == name.len() && same(&self.text, name)
    }

    fn set(&mut self, name: &[u8], known: Known) {
        let Some(text) = self.text.get_mut(..name.len()) else {
            return;
        };
        text.copy_from_slice(name);
        self.len = name.len() as u8;
        self.known = known;
    }
}

/// Whether `text` begins with `name`. A call of the C library would cost more than such short names.
#[inline]
fn same(text: &[u8; LastType::MOST], name: &[u8]) -> bool {
    let len = name.len();
    match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        // The two words may overlap, and what is between them is looked at if they leave any.
        (Some(first), Some(last)) => {
            text.first_chunk() == Some(first)
                && text.get(..len).and_then(<[u8]>::last_chunk) == Some(last)
                && (len <= 8 || text.iter().zip(name).all(|(known, given)| known == given))
        }
        _ => text.iter().zip(name).all(|(known, given)| known == given),
    }
}

impl Default for LastType {
    fn default() -> Self {
        Self {
            text: [0; Self::MOST],
            len: 0,
            known: Known::MESSAGE,
        }
    }
}
