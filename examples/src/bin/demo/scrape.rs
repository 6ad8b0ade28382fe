//! Reads the Prometheus text format, as far as this program needs it.

use std::collections::BTreeMap;

/// One metric with all its series.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) series: BTreeMap<Labels, Values>,
}

pub(crate) type Labels = BTreeMap<String, String>;

/// What one series says. A counter or a gauge has only a `value`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Values {
    pub(crate) value: f64,
    pub(crate) sum: f64,
    pub(crate) count: f64,
    /// Upper edges with their cumulative counts.
    pub(crate) buckets: Vec<(f64, f64)>,
}

/// What buckets tell of a quantile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Quantile {
    /// There are no values.
    None,
    /// It is in the first bucket, whose edge this is.
    AtMost(f64),
    /// It is between two edges, about here.
    About(f64),
    /// It is beyond the last edge.
    Over(f64),
}

/// The families of a page, in its order.
pub(crate) fn parse(text: &str) -> Result<Vec<Family>, String> {
    let mut families: Vec<Family> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            let mut words = comment.split_whitespace();
            if let (Some("TYPE"), Some(name), Some(kind)) =
                (words.next(), words.next(), words.next())
            {
                families.push(Family {
                    name: name.into(),
                    kind: kind.into(),
                    series: BTreeMap::new(),
                });
            }
            continue;
        }
        let (name, labels, value) = sample(line).ok_or_else(|| format!("not a sample: {line}"))?;
        let family = families
            .iter_mut()
            .rev()
            .find(|family| name.starts_with(&family.name));
        family
            .ok_or_else(|| format!("a sample without a type: {line}"))?
            .add(name, labels, value);
    }
    Ok(families)
}

/// The sum of a metric's values over all its series; 0 if there is none.
pub(crate) fn sum(families: &[Family], name: &str) -> f64 {
    let family = families.iter().find(|family| family.name == name);
    family.map_or(0.0, |family| {
        family.series.values().map(|values| values.value).sum()
    })
}

// === impl Family ===

impl Family {
    fn add(&mut self, name: &str, mut labels: Labels, value: f64) {
        let edge = labels.remove("le").and_then(|edge| edge.parse().ok());
        let values = self.series.entry(labels).or_default();
        match (&name[self.name.len()..], edge) {
            ("_bucket", Some(edge)) => values.buckets.push((edge, value)),
            ("_sum", _) => values.sum = value,
            ("_count", _) => values.count = value,
            _ => values.value = value,
        }
    }
}

// === impl Values ===

impl Values {
    /// As Prometheus' `histogram_quantile`, but for the first bucket: within that one, nothing tells
    /// whether a value is near its edge or far below.
    pub(crate) fn quantile(&self, quantile: f64) -> Quantile {
        let rank = quantile * self.count;
        let (mut lower, mut below) = (None, 0.0);
        for &(edge, count) in self.buckets.iter().filter(|(edge, _)| edge.is_finite()) {
            if count >= rank && count > below {
                return lower.map_or(Quantile::AtMost(edge), |lower| {
                    Quantile::About(lower + (edge - lower) * ((rank - below) / (count - below)))
                });
            }
            (lower, below) = (Some(edge), count);
        }
        match lower {
            Some(last) if self.count > 0.0 => Quantile::Over(last),
            _ => Quantile::None,
        }
    }
}

fn sample(line: &str) -> Option<(&str, Labels, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => label_set(rest)?,
        None => (Labels::new(), rest),
    };
    Some((name, labels, rest.split_whitespace().next()?.parse().ok()?))
}

/// Labels up to the closing brace, and what follows it.
fn label_set(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels = Labels::new();
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, value) = rest.split_once("=\"")?;
        let (mut text, mut chars) = (String::new(), value.char_indices());
        loop {
            match chars.next()? {
                (at, '"') => {
                    rest = &value[at + 1..];
                    break;
                }
                (_, '\\') => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                (_, other) => text.push(other),
            }
        }
        labels.insert(name.into(), text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# HELP d_seconds How long.
# TYPE d_seconds histogram
d_seconds_bucket{r=\"/a\",le=\"0.1\"} 1
d_seconds_bucket{r=\"/a\",le=\"1\"} 3
d_seconds_bucket{r=\"/a\",le=\"+Inf\"} 4
d_seconds_sum{r=\"/a\"} 6.5
d_seconds_count{r=\"/a\"} 4

# TYPE up gauge
up{x=\"a\\\"b\\\\,}\"} 2
up 1
";

    #[test]
    fn reads_histograms_gauges_and_escapes() {
        let families = parse(PAGE).unwrap();
        assert_eq!(families.len(), 2);
        let (labels, values) = families[0].series.first_key_value().unwrap();
        assert_eq!(labels["r"], "/a");
        assert_eq!(
            (values.sum, values.count, values.buckets.len()),
            (6.5, 4.0, 3)
        );
        assert!(
            families[1]
                .series
                .keys()
                .any(|labels| labels.get("x").is_some_and(|x| x == "a\"b\\,}"))
        );
        assert_eq!(sum(&families, "up"), 3.0);
    }

    #[test]
    fn quantiles_as_prometheus_estimates_them() {
        let values = &parse(PAGE).unwrap()[0].series.pop_first().unwrap().1;
        assert_eq!(values.quantile(0.2), Quantile::AtMost(0.1));
        assert_eq!(values.quantile(0.5), Quantile::About(0.1 + 0.9 * 0.5));
        assert_eq!(values.quantile(0.95), Quantile::Over(1.0));
        assert_eq!(Values::default().quantile(0.5), Quantile::None);
    }

    #[test]
    fn refuses_what_is_no_page() {
        assert!(parse("<html>").is_err() && parse("up 1").is_err());
    }
}
