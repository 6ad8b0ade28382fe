//! Durations of rules: ranges, offsets, `for`s and intervals.

use std::fmt;

/// A duration of a rule.
///
/// It is shown as what stands in an expression: divided, where rules are compressed. Its [`name`](Self::name) stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window {
    nominal: u64,
    effective: u64,
}

const UNITS: [(&str, u64); 5] = [
    ("w", 604_800),
    ("d", 86_400),
    ("h", 3_600),
    ("m", 60),
    ("s", 1),
];

// === impl Window ===

impl Window {
    /// Of seconds, divided by `compress`; what is not 0 is a second at least.
    pub(crate) fn new(seconds: u64, compress: u64) -> Self {
        let divided = seconds.div_ceil(compress.max(1));
        Self {
            nominal: seconds,
            effective: divided,
        }
    }

    /// Reads `90s`, `5m` or `1h30m`.
    pub(crate) fn parse(text: &str, compress: u64) -> Option<Self> {
        let (mut rest, mut seconds, mut units) = (text, 0_u64, UNITS.iter());
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at(digits);
            // Larger units come first, each once.
            let (unit, size) = units.find(|(unit, _)| after.starts_with(unit))?;
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*size)?)?;
            rest = &after[unit.len()..];
        }
        (!text.is_empty()).then(|| Self::new(seconds, compress))
    }

    /// What it is called in the names of recording rules, whatever it is divided by.
    pub(crate) fn name(self) -> String {
        text(self.nominal)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.nominal == 0
    }

    /// The seconds of it, before it was divided.
    pub(crate) fn nominal_seconds(self) -> u64 {
        self.nominal
    }

    /// The seconds of it, as they stand in an expression.
    pub(crate) fn seconds(self) -> u64 {
        self.effective
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.effective))
    }
}

fn text(seconds: u64) -> String {
    // As people write it: 90m, not 1h30m.
    let unit = UNITS
        .iter()
        .skip(1)
        .find(|(_, size)| seconds > 0 && seconds.is_multiple_of(*size));
    unit.map_or_else(
        || "0s".to_owned(),
        |(unit, size)| format!("{}{unit}", seconds / size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (given, shown) in [
            ("5m", "5m"),
            ("90s", "90s"),
            ("1h30m", "90m"),
            ("24h", "1d"),
            ("0s", "0s"),
        ] {
            let window = Window::parse(given, 1).expect(given);
            assert_eq!(
                (window.to_string(), window.name()),
                (shown.into(), shown.into())
            );
        }
        for wrong in [
            "",
            "5",
            "m",
            "5m5m",
            "1s1h",
            "1.5h",
            "-1m",
            "5 m",
            "99999999999999999999s",
        ] {
            assert_eq!(Window::parse(wrong, 1), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_compressed_keeps_its_name_and_a_second() {
        let window = Window::new(300, 60);
        assert_eq!(
            (window.to_string(), window.name()),
            ("5s".into(), "5m".into())
        );
        assert_eq!(Window::new(30, 60).to_string(), "1s");
        assert_eq!(Window::new(0, 60).to_string(), "0s");
    }
}
