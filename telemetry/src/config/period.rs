//! A length of time, as it is written.

use std::{fmt, str::FromStr, time::Duration};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Unexpected},
};

/// A length of time: `250ms`, `5s`, `2m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(Duration);

/// A text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no length of time: write a whole number and a unit, as in 250ms, 5s, 2m or 1h"
)]
pub struct PeriodError {
    given: String,
}

/// What is a length of time.
const ACCEPTED: &str = "a length of time, such as 250ms, 5s, 2m or 1h,";

const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

// === impl Period ===

impl Period {
    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// As the standard library has it.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let millis = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .and_then(|(_, millis)| number.parse::<u64>().ok()?.checked_mul(*millis));
        millis.map(Self::from_millis).ok_or_else(|| PeriodError {
            given: text.to_owned(),
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        for (unit, length) in UNITS {
            let length = u128::from(length);
            if millis >= length && millis.is_multiple_of(length) {
                return write!(f, "{}{unit}", millis / length);
            }
        }
        write!(f, "{millis}ms")
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = |_| de::Error::invalid_value(Unexpected::Str(&text), &ACCEPTED);
        text.parse().map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["250ms", "5s", "90s", "2m", "1h", "0ms"] {
            let period: Period = text.parse().expect("it is a length of time");
            assert_eq!(period.to_string(), text);
        }
        assert_eq!("60s".parse(), Ok(Period::from_secs(60)));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "1.5s",
            "5d",
            "99999999999999999999s",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text:?}");
        }
    }
}
