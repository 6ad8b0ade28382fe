//! What Prometheus would scrape, and what it says.

mod check;
mod parse;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A series' labels.
pub type Labels = BTreeMap<String, String>;

/// A scrape in the text format, read as strictly as the format demands.
///
/// Labels to look for are read as PromQL's: a series may have more, and `("error_type", "")` asks for
/// series without the label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrape {
    families: BTreeMap<String, Family>,
    samples: Vec<Sample>,
}

/// A line of a scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name, with `_bucket`, `_sum` or `_count` where it has one.
    pub name: String,
    /// The labels, `le` included.
    pub labels: Labels,
    /// The value.
    pub value: f64,
}

/// What a scrape says about a metric as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// The word after `# TYPE`.
    pub kind: String,
    /// The text after `# HELP`.
    pub help: Option<String>,
}

/// A scrape that Prometheus would refuse, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1; 0 if it is no single line's fault.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

// === impl Scrape ===

impl Scrape {
    /// Reads a scrape.
    ///
    /// # Errors
    ///
    /// [`ParseError`] names the first line that breaks the format.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let scrape = parse::parse(text)?;
        check::check(&scrape)?;
        Ok(scrape)
    }

    /// How many series there are, each bucket of a histogram counted.
    #[must_use]
    pub fn series(&self) -> usize {
        self.samples.len()
    }

    /// The kind and the help of a metric.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// The names of all metrics.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.families.keys().map(String::as_str)
    }

    /// The series of a name that have these labels.
    pub fn samples<'a>(
        &'a self,
        name: &'a str,
        labels: &'a [(&str, &str)],
    ) -> impl Iterator<Item = &'a Sample> {
        self.samples
            .iter()
            .filter(move |sample| sample.name == name && sample.has(labels))
    }

    /// The sum of the values of all series that have these labels; `None` if there is no such series.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.samples(name, labels)
            .map(|sample| sample.value)
            .reduce(|a, b| a + b)
    }

    /// How many values the histogram took under these labels.
    #[must_use]
    pub fn count(&self, histogram: &str, labels: &[(&str, &str)]) -> u64 {
        self.value(&format!("{histogram}_count"), labels)
            .unwrap_or(0.0) as u64
    }

    /// The sum of the values that the histogram took under these labels.
    #[must_use]
    pub fn sum(&self, histogram: &str, labels: &[(&str, &str)]) -> f64 {
        self.value(&format!("{histogram}_sum"), labels)
            .unwrap_or(0.0)
    }

    /// The label sets of a metric, each once, without `le`.
    #[must_use]
    pub fn label_sets(&self, metric: &str) -> BTreeSet<Labels> {
        let count = format!("{metric}_count");
        let of_metric = |sample: &&Sample| sample.name == metric || sample.name == count;
        self.samples
            .iter()
            .filter(of_metric)
            .map(|sample| sample.labels.clone())
            .collect()
    }

    /// The values of a label of a metric, sorted.
    #[must_use]
    pub fn values(&self, metric: &str, label: &str) -> Vec<String> {
        let sets = self.label_sets(metric);
        let values: BTreeSet<_> = sets.iter().filter_map(|labels| labels.get(label)).collect();
        values.into_iter().cloned().collect()
    }

    /// The edges of a histogram's buckets, without infinity.
    #[must_use]
    pub fn edges(&self, histogram: &str) -> Vec<f64> {
        let name = format!("{histogram}_bucket");
        let buckets = self.samples.iter().filter(|sample| sample.name == name);
        let edges = buckets.filter_map(|sample| sample.labels.get("le")?.parse::<f64>().ok());
        let mut edges: Vec<_> = edges.filter(|edge| edge.is_finite()).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        edges
    }
}

// === impl Sample ===

impl Sample {
    fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(name, value)| {
            self.labels
                .get(*name)
                .map(String::as_str)
                .unwrap_or_default()
                == *value
        })
    }
}

// === impl ParseError ===

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for ParseError {}

/// Labels, written as pairs.
#[must_use]
pub fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
