//! What no line shows alone: types, duplicates, and histograms that add up.

use std::collections::{BTreeMap, BTreeSet};

use super::{Labels, ParseError, Scrape};

pub(super) fn check(scrape: &Scrape) -> Result<(), ParseError> {
    let mut seen = BTreeSet::new();
    let mut histograms: BTreeMap<(&str, Labels), Histogram> = BTreeMap::new();
    for sample in &scrape.samples {
        let (name, labels) = (sample.name.as_str(), &sample.labels);
        if !seen.insert((name, labels)) {
            return fails(format!("{name}{labels:?} twice"));
        }
        let Some((family, suffix)) = family(scrape, name) else {
            return fails(format!("{name} has no TYPE"));
        };
        let kind = scrape.families[family].kind.as_str();
        if kind == "counter" && (sample.value < 0.0 || !sample.value.is_finite()) {
            return fails(format!("counter {name} is {}", sample.value));
        }
        if kind != "histogram" {
            continue;
        }
        let mut without_edge = labels.clone();
        let edge = without_edge.remove("le");
        let histogram = histograms.entry((family, without_edge)).or_default();
        match (suffix, edge.map(|edge| edge.parse::<f64>())) {
            ("_bucket", Some(Ok(edge))) => histogram.buckets.push((edge, sample.value)),
            ("_count", None) => histogram.count = Some(sample.value),
            ("_sum", None) => histogram.sum = Some(sample.value),
            _ => return fails(format!("{name}{labels:?} is no part of a histogram")),
        }
    }
    match histograms
        .iter()
        .find(|(_, histogram)| !histogram.adds_up())
    {
        Some((series, histogram)) => fails(format!("{series:?} does not add up: {histogram:?}")),
        None => Ok(()),
    }
}

/// The metric that a series' name belongs to, and the rest of the name.
fn family<'a>(scrape: &'a Scrape, name: &str) -> Option<(&'a str, &'static str)> {
    ["", "_bucket", "_count", "_sum"]
        .into_iter()
        .find_map(|suffix| {
            let (family, about) = scrape.families.get_key_value(name.strip_suffix(suffix)?)?;
            let compound = matches!(about.kind.as_str(), "histogram" | "summary");
            (!about.kind.is_empty() && (suffix.is_empty() || compound))
                .then_some((family.as_str(), suffix))
        })
}

fn fails(what: String) -> Result<(), ParseError> {
    Err(ParseError { line: 0, what })
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: Option<f64>,
}

// === impl Histogram ===

impl Histogram {
    /// Buckets rise in edge and value, the last one is infinite and holds all.
    fn adds_up(&self) -> bool {
        let Self {
            buckets,
            count,
            sum,
        } = self;
        let rises = buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let last = buckets.last().map(|(edge, held)| (*edge, Some(*held)));
        rises && sum.is_some() && last == Some((f64::INFINITY, *count))
    }
}
