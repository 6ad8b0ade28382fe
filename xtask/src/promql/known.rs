//! What an expression may name.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::catalog::{self, Kind, Metric};

use super::{
    Fault, others,
    shape::{Shape, list},
    variables,
    walk::Walk,
};

/// What an expression may name: the catalogue, a few others, and the recording rules that were recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    rules: BTreeMap<String, Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    shape: Shape,
    metrics: BTreeSet<&'static str>,
}

/// The parts of a histogram.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

// === impl Known ===

impl Known {
    /// The catalogue and the few others.
    pub(crate) fn catalogue() -> Self {
        Self::default()
    }

    /// Takes a recording rule in, so that later expressions may name it. Its labels are what its expression gives.
    ///
    /// # Errors
    ///
    /// What is wrong with its expression.
    pub(crate) fn record(&mut self, name: &str, expression: &str) -> Result<(), Vec<Fault>> {
        let (shape, metrics, faults) = self.look(expression);
        if !faults.is_empty() {
            return Err(faults);
        }
        let shape = Shape {
            metric: Some(name.to_owned()),
            ..shape
        };
        self.rules.insert(name.to_owned(), Rule { shape, metrics });
        Ok(())
    }

    /// Everything that is wrong with an expression.
    pub(crate) fn faults(&self, expression: &str) -> Vec<Fault> {
        self.look(expression).2
    }

    /// The metrics of the catalogue that an expression reads, those behind recording rules among them.
    pub(crate) fn metrics(&self, expression: &str) -> BTreeSet<&'static str> {
        self.look(expression).1
    }

    /// The labels that the series of an expression have.
    pub(crate) fn labels(&self, expression: &str) -> BTreeSet<String> {
        self.look(expression).0.labels
    }

    fn look(&self, expression: &str) -> (Shape, BTreeSet<&'static str>, Vec<Fault>) {
        let parsed = variables::replace(expression)
            .and_then(|text| promql_parser::parser::parse(&text).map_err(Fault::Syntax));
        match parsed {
            Err(fault) => (Shape::default(), BTreeSet::new(), vec![fault]),
            Ok(parsed) => {
                let mut walk = Walk::new(self);
                let shape = walk.shape(&parsed);
                (shape, walk.metrics, walk.faults)
            }
        }
    }

    /// The series of a name, and the catalogue's metrics that are behind it.
    pub(super) fn find(&self, name: &str) -> Result<(Shape, BTreeSet<&'static str>), Fault> {
        if let Some(Rule { shape, metrics }) = self.rules.get(name) {
            return Ok((shape.clone(), metrics.clone()));
        }
        if let Some(other) = others::find(name) {
            return Ok((Shape::of_other(other), BTreeSet::new()));
        }
        let (metric, part) =
            metric(name).ok_or_else(|| Fault::Metric(name.to_owned(), self.like(name)))?;
        let is_histogram = metric.kind == Kind::Histogram;
        if is_histogram == part.is_empty() {
            let accepted = if is_histogram {
                list(&PARTS.map(|part| format!("{}{part}", metric.name)))
            } else {
                format!("`{}` is all there is", metric.name)
            };
            return Err(Fault::Part {
                name: name.to_owned(),
                kind: metric.kind.as_str(),
                accepted,
            });
        }
        let labels = metric.labels.iter().map(|label| label.name);
        let edge = (part == "_bucket").then_some("le");
        let rises = matches!(metric.kind, Kind::Counter | Kind::Histogram);
        let shape = Shape::of_metric(name, labels.chain(edge), rises);
        Ok((shape, BTreeSet::from([metric.name])))
    }

    /// The name that differs least, if it is near.
    fn like(&self, name: &str) -> Option<String> {
        let metrics = catalog::ALL.iter().map(|metric| metric.name);
        let others = others::OTHERS.iter().map(|other| other.name);
        let rules = self.rules.keys().map(String::as_str);
        let near = metrics
            .chain(others)
            .chain(rules)
            .map(|other| (distance(name, other), other));
        let (far, other) = near.min()?;
        (far <= name.len() / 4).then(|| other.to_owned())
    }
}

/// The metric that a name is of, and the part that it names.
pub(super) fn metric(name: &str) -> Option<(&'static Metric, &'static str)> {
    let with = |part: &'static str| {
        let base = name.strip_suffix(part)?;
        let metric = catalog::ALL.iter().find(|metric| metric.name == base)?;
        Some((*metric, part))
    };
    with("").or_else(|| PARTS.into_iter().find_map(with))
}

/// How many characters have to be changed, added or left out.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, c) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, d) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(c != d);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}
