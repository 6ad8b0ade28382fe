//! How long a client waits.

use std::time::Duration;

use http::HeaderMap;

use super::fields::{GRPC_TIMEOUT, find};

/// The `grpc-timeout` of a call: so long after its start its client has given up.
///
/// ```
/// use std::time::Duration;
///
/// use bartizan::rpc::Timeout;
///
/// let timeout = Timeout::parse(b"250m").expect("milliseconds");
/// assert_eq!(timeout.duration(), Duration::from_millis(250));
/// assert!(Timeout::parse(b"250 ms").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timeout {
    number: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Hours,
    Minutes,
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// More is malformed.
const MOST_DIGITS: usize = 8;

// === impl Timeout ===

impl Timeout {
    /// The one of a request; `None` if there is none, or a malformed one.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Self::parse(find(headers, GRPC_TIMEOUT)?.as_bytes())
    }

    /// Reads one: at most eight digits, and a unit of `H`, `M`, `S`, `m`, `u` and `n`.
    #[must_use]
    #[inline]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (unit, digits) = value.split_last()?;
        let unit = match unit {
            b'H' => Unit::Hours,
            b'M' => Unit::Minutes,
            b'S' => Unit::Seconds,
            b'm' => Unit::Millis,
            b'u' => Unit::Micros,
            b'n' => Unit::Nanos,
            _ => return None,
        };
        if digits.is_empty() || digits.len() > MOST_DIGITS {
            return None;
        }
        let mut number = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            number = number * 10 + u32::from(digit - b'0');
        }
        Some(Self { number, unit })
    }

    /// The time; what is past 584 years counts as that.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }

    /// Whether it has passed so many nanoseconds after the call's start.
    pub(super) const fn has_passed(self, elapsed: u64) -> bool {
        elapsed >= self.nanos()
    }

    const fn nanos(self) -> u64 {
        let unit: u64 = match self.unit {
            Unit::Hours => 3_600_000_000_000,
            Unit::Minutes => 60_000_000_000,
            Unit::Seconds => 1_000_000_000,
            Unit::Millis => 1_000_000,
            Unit::Micros => 1_000,
            Unit::Nanos => 1,
        };
        (self.number as u64).saturating_mul(unit)
    }
}
