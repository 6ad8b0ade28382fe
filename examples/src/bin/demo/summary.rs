//! What the metrics say, beside what the clients did.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ledger::{Key, Ledger},
    scrape::{self, Family, Quantile, Values},
    table::{self, Unit, grouped},
};

/// The metric whose counts are compared with the clients'.
const DURATION: &str = "http_server_request_duration_seconds";

/// The gauge that must be back at 0.
pub(crate) const ACTIVE: &str = "http_server_active_requests";
/// The gauge that is back at 0 once nobody is there any more.
pub(crate) const CONNECTIONS: &str = "server_connections_active";

/// These labels come first, in this order; others follow.
const ORDER: &[&str] = &[
    "http_route",
    "http_request_method",
    "http_response_status_code",
    "error_type",
    "event_type",
    "task",
    "outcome",
    "close_reason",
];

/// Prints every metric and the comparison; tells whether all counts agree.
pub(crate) fn print(families: &[Family], ledger: &Ledger) -> bool {
    println!(
        "\nWhat the metrics say. p50 and p95 are estimates within the buckets of the exporter."
    );
    let mut sorted: Vec<&Family> = families
        .iter()
        .filter(|family| !family.series.is_empty())
        .collect();
    sorted.sort_by_key(|family| &family.name);
    for family in sorted {
        print_family(family);
    }
    let streams_agree = ledger.streams().print(families);
    let counts_agree = print_comparison(&counted(families), &ledger.counts());
    let active = scrape::sum(families, ACTIVE);
    if active != 0.0 {
        println!("differs: {ACTIVE} is {active}, and nothing should be active");
    }
    let surprises = ledger.surprises();
    for surprise in &surprises {
        println!("unexpected: {surprise}");
    }
    streams_agree && counts_agree && active == 0.0 && surprises.is_empty()
}

fn print_family(family: &Family) {
    let Family { name, kind, series } = family;
    let unit = Unit::of(name);
    println!("\n{name} ({kind}{})", unit.name());
    let names: BTreeSet<&str> = series
        .keys()
        .flat_map(|of| of.keys())
        .map(String::as_str)
        .collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    // A stable sort: the others stay in the order of the alphabet.
    names.sort_by_key(|name| {
        ORDER
            .iter()
            .position(|first| first == name)
            .unwrap_or(ORDER.len())
    });
    let figures: &[&str] = if kind == "histogram" {
        &["count", "mean", "p50", "p95"]
    } else {
        &["value"]
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    // Most series of the closed sets of labels are there only to be seen when they rise.
    let is_at_0 = |values: &Values| values.value == 0.0 && values.count == 0.0;
    let all_at_0 = series.values().filter(|values| is_at_0(values)).count();
    for (of, values) in series.iter().filter(|(_, values)| !is_at_0(values)) {
        let labels = names
            .iter()
            .map(|name| of.get(*name).map_or("-", String::as_str).to_owned());
        let figures = if kind == "histogram" {
            histogram(values, unit)
        } else {
            vec![unit.show(values.value)]
        };
        rows.push(labels.chain(figures).collect());
    }
    rows.sort();
    let heads = names
        .iter()
        .chain(figures)
        .map(|head| (*head).to_owned())
        .collect();
    if all_at_0 < series.len() {
        table::print(heads, rows, names.len());
    }
    if all_at_0 > 0 {
        println!("  (at 0: {all_at_0} series)");
    }
}

fn histogram(values: &Values, unit: Unit) -> Vec<String> {
    let quantile = |at| match values.quantile(at) {
        Quantile::None => "-".to_owned(),
        Quantile::AtMost(edge) => format!("<= {}", unit.show(edge)),
        Quantile::About(estimate) => unit.show(estimate),
        Quantile::Over(edge) => format!("> {}", unit.show(edge)),
    };
    let mean = if values.count > 0.0 {
        unit.show(values.sum / values.count)
    } else {
        "-".to_owned()
    };
    vec![
        grouped(values.count, 0),
        mean,
        quantile(0.5),
        quantile(0.95),
    ]
}

/// Requests by route, method and status, as the metrics have them.
fn counted(families: &[Family]) -> BTreeMap<Key, u64> {
    let mut counts = BTreeMap::new();
    for (labels, values) in families
        .iter()
        .filter(|family| family.name == DURATION)
        .flat_map(|f| &f.series)
    {
        let text = |label: &str| labels.get(label).cloned().unwrap_or_default();
        let key = Key {
            route: text("http_route"),
            method: text("http_request_method"),
            status: labels
                .get("http_response_status_code")
                .and_then(|status| status.parse().ok()),
        };
        *counts.entry(key).or_default() += values.count as u64;
    }
    counts
}

fn print_comparison(counted: &BTreeMap<Key, u64>, sent: &BTreeMap<Key, u64>) -> bool {
    println!("\nrequests, as the clients sent them and as {DURATION} counted them");
    let heads = ["route", "method", "status", "sent", "counted", ""]
        .map(String::from)
        .to_vec();
    let keys: BTreeSet<&Key> = counted.keys().chain(sent.keys()).collect();
    let count = |of: &BTreeMap<Key, u64>, key: &Key| of.get(key).copied().unwrap_or_default();
    let mut differences = Vec::new();
    let mut rows = Vec::new();
    for key in keys {
        let Key {
            route,
            method,
            status,
        } = key;
        let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let (sent, counted) = (count(sent, key), count(counted, key));
        let figures = [sent, counted].map(|count| grouped(count as f64, 0));
        let mark = if sent == counted { "" } else { "<" };
        if sent != counted {
            let counts = format!("{sent} sent, {counted} counted");
            differences.push(format!("{method} {route} {status}: {counts}"));
        }
        let cells = [route.clone(), method.clone(), status]
            .into_iter()
            .chain(figures);
        rows.push(cells.chain([mark.to_owned()]).collect());
    }
    let all_sent: u64 = sent.values().sum();
    let all = [all_sent, counted.values().sum()].map(|count| grouped(count as f64, 0));
    let cells = ["all", "", ""].map(String::from).into_iter();
    rows.push(cells.chain(all).collect());
    table::print(heads, rows, 3);
    println!();
    for difference in &differences {
        println!("differs: {difference}");
    }
    if differences.is_empty() {
        let all = grouped(all_sent as f64, 0);
        println!("The clients and the metrics agree on each of {all} requests.");
    } else {
        println!("Requests that others made meanwhile show as differences too.");
    }
    differences.is_empty()
}
