//! Which statuses are asked for.

use std::str::FromStr;

/// A list such as `2xx,404`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statuses(Vec<(u16, u16)>);

// === impl Statuses ===

impl Statuses {
    /// Whether a status is in the list. None at all is not.
    pub(crate) fn has(&self, status: Option<u16>) -> bool {
        let Self(ranges) = self;
        status.is_some_and(|status| {
            let mut all = ranges.iter();
            all.any(|&(first, last)| (first..=last).contains(&status))
        })
    }
}

// === impl FromStr ===

impl FromStr for Statuses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ranges = text.split(',').map(|part| {
            range(part.trim()).ok_or_else(|| {
                format!(
                    "{part:?} is not accepted: write a status or a class, such as `404` or `2xx`"
                )
            })
        });
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

fn range(text: &str) -> Option<(u16, u16)> {
    if let [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = text.as_bytes() {
        let first = u16::from(class - b'0') * 100;
        return Some((first, first + 99));
    }
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    let status = digits.then(|| text.parse().ok()).flatten()?;
    (100..=599).contains(&status).then_some((status, status))
}

#[cfg(test)]
mod tests {
    use super::Statuses;

    #[test]
    fn a_list_has_statuses_and_classes() {
        let statuses: Statuses = "2xx, 404,5XX".parse().unwrap();
        for (status, has) in [
            (Some(200), true),
            (Some(299), true),
            (Some(300), false),
            (Some(404), true),
            (Some(405), false),
            (Some(503), true),
            (None, false),
        ] {
            assert_eq!(statuses.has(status), has, "{status:?}");
        }
        for text in ["", "2x", "6xx", "0xx", "20", "2000", "+20", "200,", "99"] {
            assert!(text.parse::<Statuses>().is_err(), "{text:?}");
        }
    }
}
