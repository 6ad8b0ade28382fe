//! promtool's notation of series: `0x10 0+5x20 _x3 stale`.

/// A series of a test.
#[derive(Debug)]
pub(super) struct Series {
    /// The metric, without its labels.
    pub(super) name: String,
    /// A value for each interval; `None` where there is none.
    values: Vec<Option<f64>>,
}

// === impl Series ===

impl Series {
    pub(super) fn parse(series: &str, values: &str) -> Result<Self, String> {
        let name = series.split('{').next().unwrap_or(series).trim().to_owned();
        let mut parsed = Vec::new();
        for token in values.split_whitespace() {
            extend(&mut parsed, token).ok_or_else(|| format!("{series}: {token:?} is no value"))?;
        }
        Ok(Self {
            name,
            values: parsed,
        })
    }

    /// Whether it rises between two moments, in seconds.
    pub(super) fn rises(&self, interval: u64, from: u64, to: u64) -> bool {
        let index = |seconds: u64| usize::try_from(seconds / interval.max(1)).unwrap_or(usize::MAX);
        let (from, to) = (index(from), index(to));
        let within = self.values.iter().take(to.saturating_add(1)).skip(from);
        let values: Vec<_> = within.flatten().collect();
        values.windows(2).any(|pair| pair[1] > pair[0])
    }
}

/// `a`, `a+bxn`, `a-bxn`, `axn`, `_`, `_xn` or `stale`; `x` means so many more.
fn extend(values: &mut Vec<Option<f64>>, token: &str) -> Option<()> {
    let (head, more) = match token.rsplit_once('x') {
        Some((head, more)) => (head, more.parse::<usize>().ok()?),
        None => (token, 0),
    };
    if head == "_" {
        // Here, and only here, `x` means so many.
        values.extend(std::iter::repeat_n(None, more.max(1)));
        return Some(());
    }
    if token == "stale" {
        values.push(None);
        return Some(());
    }
    // A sign at the start is the number's own.
    let step_at = head
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '+' | '-'));
    let (start, step) = match step_at {
        Some((at, _)) => (
            head[..at].parse::<f64>().ok()?,
            head[at..].parse::<f64>().ok()?,
        ),
        None => (head.parse().ok()?, 0.0),
    };
    let mut value = start;
    for _ in 0..=more {
        values.push(Some(value));
        value += step;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Option<f64>> {
        Series::parse("a{b=\"c\"}", text).expect("values").values
    }

    #[test]
    fn the_notation_is_understood() {
        assert_eq!(
            values("1x2 5"),
            [Some(1.0), Some(1.0), Some(1.0), Some(5.0)]
        );
        assert_eq!(values("0+2x2"), [Some(0.0), Some(2.0), Some(4.0)]);
        assert_eq!(values("3-1x1 -1"), [Some(3.0), Some(2.0), Some(-1.0)]);
        assert_eq!(values("_x2 _ stale"), [None; 4]);
        Series::parse("a", "1xb").expect_err("no number");
        Series::parse("a", "one").expect_err("no number");
    }

    #[test]
    fn a_rise_is_seen_where_it_is() {
        let series = Series::parse("a_total{b=\"c\"}", "0x4 0+1x5").expect("values");
        assert_eq!(series.name, "a_total");
        assert!(!series.rises(60, 0, 5 * 60));
        assert!(series.rises(60, 5 * 60, 6 * 60));
        assert!(!series.rises(60, 20 * 60, 30 * 60));
    }
}
