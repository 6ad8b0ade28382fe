//! What is wrong with the catalogue's rows.

use std::collections::BTreeMap;

use bartizan::catalog::{Kind, Metric};

/// Label names that an exporter writes itself.
const RESERVED: [&str; 2] = ["le", "quantile"];

/// Everything that is wrong with these rows.
pub(crate) fn faults(rows: &[&Metric]) -> Vec<String> {
    let mut faults: Vec<_> = rows.iter().flat_map(|row| of_row(row)).collect();
    faults.extend(of_names(rows));
    faults.extend(of_labels(rows));
    faults
}

fn of_row(row: &Metric) -> Vec<String> {
    let Metric {
        name,
        kind,
        unit,
        labels,
        buckets,
        help,
        recorded,
        ..
    } = *row;
    let mut faults = Vec::new();
    let mut wrong = |what: String| faults.push(format!("catalogue: {name}: {what}"));

    if !is_name(name) {
        wrong("a name is lower-case letters, digits and `_`".into());
    }
    let base = name.strip_suffix("_total").unwrap_or(name);
    if (kind == Kind::Counter) != (base != name) {
        wrong("counters, and only they, end with `_total`".into());
    }
    match suffix(unit, kind) {
        Ok(Some(suffix)) if !base.ends_with(suffix) => {
            wrong(format!("in {unit:?}, and the name has no `{suffix}`"));
        }
        Ok(_) => {}
        Err(()) => wrong(format!("the unit {unit:?} is not known here")),
    }
    match (kind, buckets) {
        (Kind::Histogram, Some(edges)) => {
            if edges.is_empty() || !edges.iter().all(|edge| edge.is_finite()) {
                wrong("buckets need finite edges".into());
            }
            if !edges.is_sorted_by(|a, b| a < b) {
                wrong("the edges of the buckets do not ascend".into());
            }
        }
        (Kind::Histogram, None) => wrong("a histogram without buckets".into()),
        (_, Some(_)) => wrong("buckets, and it is no histogram".into()),
        (_, None) => {}
    }
    if !help.ends_with('.') || !help.starts_with(|c: char| c.is_ascii_uppercase()) {
        wrong("the help is no sentence, with a capital and a period".into());
    }
    if recorded.is_empty() || recorded.ends_with('.') || recorded.contains('|') {
        wrong("`recorded` is no phrase that fits into a table".into());
    }
    for (index, label) in labels.iter().enumerate() {
        let name = label.name;
        if labels[..index]
            .iter()
            .any(|other| sanitised(other.name) == sanitised(name))
        {
            wrong(format!("the label `{name}` is there twice"));
        }
    }
    faults
}

/// Names that collide, also through what an exporter appends to a histogram's.
fn of_names(rows: &[&Metric]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut taken = BTreeMap::new();
    for row in rows {
        let parts: &[&str] = match row.kind {
            Kind::Histogram => &["", "_bucket", "_sum", "_count"],
            _ => &[""],
        };
        for part in parts {
            let name = format!("{}{part}", row.name);
            if let Some(other) = taken.insert(name.clone(), row.name) {
                faults.push(format!(
                    "catalogue: `{name}` of {} is also of {other}",
                    row.name
                ));
            }
        }
        if rows
            .iter()
            .filter(|other| other.otel_name == row.otel_name)
            .count()
            > 1
        {
            faults.push(format!(
                "catalogue: {}: the OTel name is there twice",
                row.name
            ));
        }
    }
    faults
}

/// Labels whose names are not the same everywhere, or do not fit.
fn of_labels(rows: &[&Metric]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut known = BTreeMap::new();
    for label in rows.iter().flat_map(|row| row.labels) {
        let (name, otel) = (label.name, label.otel_name);
        if known.insert(name, otel).is_some_and(|other| other != otel) {
            faults.push(format!("catalogue: the label `{name}` has two OTel names"));
        }
        if sanitised(otel) != name {
            faults.push(format!(
                "catalogue: the label `{name}` is not what `{otel}` becomes"
            ));
        }
        if !is_name(name) || RESERVED.contains(&name) || name.starts_with("__") {
            faults.push(format!("catalogue: `{name}` may not be a label"));
        }
        if label.bound.is_empty() {
            faults.push(format!("catalogue: nothing bounds the label `{name}`"));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// What a name ends with, `_total` aside; an annotation such as `{request}` leaves no trace.
fn suffix(unit: &str, kind: Kind) -> Result<Option<&'static str>, ()> {
    match unit {
        "s" => Ok(Some("_seconds")),
        "By" => Ok(Some("_bytes")),
        // Exporters call gauges of no unit ratios, and nothing else.
        "1" => Ok((kind == Kind::Gauge).then_some("_ratio")),
        _ if unit.starts_with('{') && unit.ends_with('}') => Ok(None),
        _ => Err(()),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// What an exporter makes of a name.
fn sanitised(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

#[cfg(test)]
mod tests {
    use bartizan::catalog;

    use super::*;

    #[test]
    fn the_catalogue_is_consistent() {
        assert_eq!(faults(catalog::ALL), Vec::<String>::new());
    }

    #[test]
    fn a_row_that_is_there_twice_is_found() {
        let row = &catalog::HTTP_SERVER_ACTIVE_REQUESTS;
        let faults = faults(&[row, row]);
        assert!(
            faults.iter().any(|fault| fault.contains("is also of")),
            "{faults:?}"
        );
    }

    #[test]
    fn units_are_in_the_names() {
        assert_eq!(suffix("s", Kind::Gauge), Ok(Some("_seconds")));
        assert_eq!(suffix("{request}", Kind::Counter), Ok(None));
        assert_eq!(suffix("ms", Kind::Histogram), Err(()));
        assert_eq!(suffix("1", Kind::Gauge), Ok(Some("_ratio")));
        assert_eq!(suffix("1", Kind::Histogram), Ok(None));
    }

    /// The rows are made by the catalogue alone, so what is altered here is a copy of one.
    fn faults_of(alter: impl FnOnce(&mut Metric)) -> String {
        let mut row = catalog::HTTP_SERVER_REQUEST_DURATION;
        alter(&mut row);
        faults(&[&row]).join("\n")
    }

    #[test]
    fn each_inconsistency_of_a_row_is_found() {
        type Alter = fn(&mut Metric);
        let cases: [(Alter, &str); 8] = [
            (|row| row.name = "http_request_duration", "no `_seconds`"),
            (
                |row| row.name = "http_request_seconds_total",
                "only they, end with `_total`",
            ),
            (|row| row.name = "Http.seconds", "lower-case letters"),
            (
                |row| row.kind = Kind::Counter,
                "buckets, and it is no histogram",
            ),
            (|row| row.buckets = None, "without buckets"),
            (|row| row.buckets = Some(&[1.0, 1.0]), "do not ascend"),
            (|row| row.help = "Duration of requests", "no sentence"),
            (
                |row| row.labels = &[catalog::METHOD, catalog::METHOD],
                "is there twice",
            ),
        ];
        for (alter, expected) in cases {
            let faults = faults_of(alter);
            assert!(faults.contains(expected), "{expected}: {faults}");
        }
    }

    #[test]
    fn a_label_that_the_exporter_writes_itself_is_found() {
        let mut label = catalog::METHOD;
        (label.name, label.otel_name) = ("le", "le");
        let labels: &'static [_] = Box::leak(Box::new([label]));
        let faults = faults_of(|row| row.labels = labels);
        assert!(faults.contains("`le` may not be a label"), "{faults}");
    }
}
