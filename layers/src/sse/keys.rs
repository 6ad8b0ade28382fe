//! The label sets of the stream metrics, in numbers.

use crate::{
    label::{CloseReason, End},
    meter::Key,
    route::id_of,
};

/// A route, and a number below 2²⁴ that tells the other label's values apart. A route takes 21 bits.
#[inline(always)]
pub(super) fn with(route: u64, number: u32) -> Key {
    Key::closed(route | u64::from(number) << 40)
}

/// Why streams are closed. The other two ends come before a response's head, when nothing is a stream
/// yet.
pub(super) fn close_reasons() -> impl Iterator<Item = End> {
    let before_the_head = [End::CancelledBeforeResponse, End::ServiceError];
    let ends = End::ALL.iter().copied();
    ends.filter(move |end| !before_the_head.contains(end))
}

/// A number for the close reason of an exchange that ended.
pub(super) fn number(reason: CloseReason<'_>) -> u32 {
    match reason.end() {
        Some(end) => end as u32,
        // The same in any layer: the layers of one observer may declare different ones.
        None => DECLARED | id_of(reason.as_str()),
    }
}

/// Above all ends, and above what an id takes.
const DECLARED: u32 = 1 << 22;

/// A number for the report of an event that could not be written: no close reason's.
pub(super) const SERIALIZATION_ERROR: u32 = 1 << 8;

/// A number for events of which it is only known that they have no one type: no type's.
#[cfg(feature = "conn")]
pub(super) const SEVERAL_TYPES: u32 = 1 << 16;
