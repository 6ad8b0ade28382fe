//! The streams of the clients beside those of the metrics.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::label::{End, Fault};

use super::{ACTIVE, OfRoute, Streams};
use crate::{
    answers,
    scrape::{self, Family, Values},
    table::{self, grouped},
};

/// The metric whose counts by reason are compared with the clients'.
const DURATION: &str = "sse_stream_duration_seconds";

/// One figure of a route, on both sides.
struct Figure<'a> {
    route: &'a str,
    what: &'a str,
    metric: &'static str,
    received: u64,
    counted: u64,
}

// === impl Streams ===

impl Streams {
    /// Prints the comparison, and tells whether all counts agree.
    pub(crate) fn print(&self, families: &[Family]) -> bool {
        let mut differences = Vec::new();
        self.print_reasons(families, &mut differences);
        self.print_received(families, &mut differences);
        for difference in &differences {
            println!("differs: {difference}");
        }
        if differences.is_empty() {
            let streams = self.closed.values().sum::<u64>();
            let streams = grouped(streams as f64, 0);
            println!("The clients and the metrics agree on why each of {streams} streams closed.");
        }
        differences.is_empty()
    }

    fn print_reasons(&self, families: &[Family], differences: &mut Vec<String>) {
        println!(
            "\nstreams, by why they closed: by the clients' own count, and as {DURATION} has it"
        );
        let counted = by(families, DURATION, &["close_reason"], |values| values.count);
        let reasons: BTreeSet<&str> = counted
            .iter()
            .filter(|(_, count)| **count != 0)
            .map(|(labels, _)| labels[0])
            .chain(self.closed.keys().copied())
            .collect();
        let mut rows = Vec::new();
        let (mut all_streams, mut all_counted) = (0, 0);
        for reason in reasons {
            let streams = self.closed.get(reason).copied().unwrap_or_default();
            let counted = counted.get(&vec![reason]).copied().unwrap_or_default();
            all_streams += streams;
            all_counted += counted;
            if streams != counted {
                differences.push(format!("{reason}: {streams} streams, {counted} counted"));
            }
            rows.push(row(
                [reason, fault(reason)],
                streams,
                counted,
                streams == counted,
            ));
        }
        rows.push(row(["all", ""], all_streams, all_counted, true));
        table::print(heads(&["reason", "fault", "streams", "counted"]), rows, 2);

        for (metric, expected) in [
            ("sse_streams_started_total", all_streams),
            ("sse_reconnects_total", self.reconnects),
            (ACTIVE, 0),
        ] {
            let counted = scrape::sum(families, metric);
            println!("  {metric}: {}", grouped(counted, 0));
            if counted != expected as f64 {
                differences.push(format!("{metric} is {counted}, and should be {expected}"));
            }
        }
    }

    fn print_received(&self, families: &[Family], differences: &mut Vec<String>) {
        println!("\nwhat streams brought; of those that broke off, more was sent perhaps (<=)");
        let mut rows = Vec::new();
        for (route, of_route) in &self.routes {
            for figure in of_route.figures(route, families) {
                let Figure {
                    route,
                    what,
                    metric,
                    received,
                    counted,
                } = figure;
                let agree = if of_route.is_cut {
                    received <= counted
                } else {
                    received == counted
                };
                if !agree {
                    let counts = format!("{received} received, {counted} counted");
                    differences.push(format!("{metric} of {route}, {what}: {counts}"));
                }
                let mut cells = row([route, what], received, counted, agree);
                if agree && of_route.is_cut {
                    cells.push("<=".into());
                }
                rows.push(cells);
            }
        }
        table::print(heads(&["route", "", "received", "counted"]), rows, 2);
        println!();
    }
}

// === impl OfRoute ===

impl OfRoute {
    fn figures<'a>(&'a self, route: &'a str, families: &'a [Family]) -> Vec<Figure<'a>> {
        let value = |values: &Values| values.value;
        let of_route = |metric| {
            let counts = by(families, metric, &["http_route"], value);
            counts.get(&vec![route]).copied().unwrap_or_default()
        };
        let by_type = by(
            families,
            "sse_events_total",
            &["http_route", "event_type"],
            value,
        );
        let types = by_type
            .iter()
            .filter(|(labels, count)| labels[0] == route && **count != 0)
            .map(|(labels, _)| labels[1]);
        let types: BTreeSet<&str> = types
            .chain(self.received.events.keys().map(String::as_str))
            .collect();
        let events = types.into_iter().map(|event_type| Figure {
            route,
            what: event_type,
            metric: "sse_events_total",
            received: self
                .received
                .events
                .get(event_type)
                .copied()
                .unwrap_or_default(),
            counted: by_type
                .get(&vec![route, event_type])
                .copied()
                .unwrap_or_default(),
        });
        let others = [
            (
                "all keep-alives",
                "sse_keepalives_total",
                self.received.keepalives,
            ),
            ("all frames", "sse_frames_total", self.received.frames),
        ];
        let others = others.map(|(what, metric, received)| Figure {
            route,
            what,
            metric,
            received,
            counted: of_route(metric),
        });
        events.chain(others).collect()
    }
}

/// The sums of a metric's figures by these labels.
fn by<'a>(
    families: &'a [Family],
    metric: &str,
    labels: &[&str],
    figure: impl Fn(&Values) -> f64,
) -> BTreeMap<Vec<&'a str>, u64> {
    let mut sums = BTreeMap::new();
    for (of, values) in families
        .iter()
        .filter(|family| family.name == metric)
        .flat_map(|family| &family.series)
    {
        let texts = labels
            .iter()
            .map(|label| of.get(*label).map_or("", String::as_str));
        *sums.entry(texts.collect()).or_default() += figure(values) as u64;
    }
    sums
}

/// Whose fault a close reason is.
fn fault(reason: &str) -> &'static str {
    let end = End::ALL.iter().find(|end| end.as_str() == reason);
    let fault = match end {
        Some(end) => end.fault(),
        None => (reason == answers::QUOTA).then_some(Fault::Client),
    };
    match fault {
        None => "-",
        Some(Fault::Client) => "client",
        Some(Fault::Planned) => "planned",
        Some(Fault::Server) => "server",
        Some(_) => "unknown",
    }
}

fn heads(heads: &[&str]) -> Vec<String> {
    heads.iter().map(|head| (*head).to_owned()).collect()
}

fn row(texts: [&str; 2], own: u64, counted: u64, agree: bool) -> Vec<String> {
    let figures = [own, counted].map(|count| grouped(count as f64, 0));
    let mark = (!agree).then(|| "<".to_owned());
    let texts = texts.map(str::to_owned).into_iter();
    texts.chain(figures).chain(mark).collect()
}
