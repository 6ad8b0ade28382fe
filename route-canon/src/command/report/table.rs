//! A table for people.

use super::distinct_routes;
use crate::{
    labels::Step,
    printable::printable,
    tally::{Counts, Overflow, Route},
};
use std::io::{self, Write};

/// The most characters of a line, unless a route alone is longer.
const WIDTH: usize = 100;

/// Routes beyond this width do not move the examples of the others.
const MAX_ROUTE: usize = 60;

/// An example of fewer characters tells nothing.
const MIN_EXAMPLE: usize = 8;

/// Before a step: as wide as the count and the share.
const INDENT: usize = 18;

pub(super) fn write(counts: &Counts, shown: usize, out: &mut impl Write) -> io::Result<()> {
    let (top, others) = counts.routes.split_at(shown);
    let width = route_width(top);
    if !top.is_empty() {
        writeln!(
            out,
            "{:>9} {:>6}  {:width$}  example",
            "count", "share", "route"
        )?;
    }
    for (label, route) in top {
        row(counts, label, route, width, out)?;
        for step in &route.steps {
            explained(step, &route.steps, out)?;
        }
    }
    if !others.is_empty() {
        let count: u64 = others.iter().map(|(_, route)| route.count).sum();
        let rest = plural(others.len() as u64, "other route");
        writeln!(
            out,
            "{:>9} {:>6}  {rest}",
            grouped(count),
            share(count, counts.paths)
        )?;
    }
    if !top.is_empty() {
        writeln!(out)?;
    }
    summary(counts, out)
}

fn row(
    counts: &Counts,
    label: &str,
    route: &Route,
    width: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let label = printable(label, WIDTH * 3);
    let front = format!(
        "{:>9} {:>6}  {label}",
        grouped(route.count),
        share(route.count, counts.paths)
    );
    let at = INDENT + width.max(label.chars().count()) + 2;
    // A label that says it all needs no example.
    if label.trim_start_matches('~') == route.example || at + MIN_EXAMPLE > WIDTH {
        return writeln!(out, "{front}");
    }
    let example = printable(&route.example, WIDTH - at);
    writeln!(out, "{front:width$}  {example}", width = at - 2)
}

fn explained(step: &Step, all: &[Step], out: &mut impl Write) -> io::Result<()> {
    const WIDEST: usize = 28;
    let column = |text: fn(&Step) -> &str| {
        let widths = all.iter().map(|step| text(step).chars().count());
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let Step {
        input,
        output,
        decision,
        reason,
    } = step;
    let line = format!(
        "{:INDENT$}{:input_width$}  {:output_width$}  {decision}: {reason}",
        "",
        printable(input, WIDEST),
        printable(output, WIDEST),
        input_width = column(|step| &step.input),
        output_width = column(|step| &step.output),
    );
    writeln!(out, "{}", printable(&line, WIDTH))
}

fn summary(counts: &Counts, out: &mut impl Write) -> io::Result<()> {
    let Counts {
        lines,
        paths,
        other_status,
        unknown_status,
        unreadable,
        distinct,
        overflow,
        routes: _,
    } = counts;
    let about = if distinct.exact { "" } else { "about " };
    write!(
        out,
        "{}: {}, of them {about}{} distinct; {}",
        plural(*lines, "line"),
        plural(*paths, "path"),
        grouped(distinct.count),
        plural(distinct_routes(counts) as u64, "route"),
    )?;
    if *other_status > 0 {
        write!(
            out,
            "; {} with another status",
            plural(*other_status, "path")
        )?;
    }
    if *unknown_status > 0 {
        write!(
            out,
            "; {} without a status",
            plural(*unknown_status, "path")
        )?;
    }
    writeln!(out, "; {} without a path", plural(unreadable.count, "line"))?;
    let Some(Overflow {
        limit,
        routes,
        requests,
        unmatched_routes,
        unmatched_requests,
    }) = overflow
    else {
        return Ok(());
    };
    if *unmatched_routes > 0 {
        writeln!(
            out,
            "no second success: {} in {} ({}) unmatched",
            plural(*unmatched_routes as u64, "route"),
            plural(*unmatched_requests, "request"),
            share(*unmatched_requests, *paths),
        )?;
    }
    writeln!(
        out,
        "limit {limit}: {} with {} ({}) overflow",
        plural(*routes as u64, "route"),
        plural(*requests, "request"),
        share(*requests, *paths),
    )
}

fn route_width(routes: &[(Box<str>, Route)]) -> usize {
    let widths = routes.iter().map(|(label, _)| label.chars().count());
    let short = widths.filter(|&width| width <= MAX_ROUTE);
    short.max().unwrap_or(0).max("route".len())
}

fn plural(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(count))
}

fn share(count: u64, of: u64) -> String {
    format!("{:.1}%", 100.0 * count as f64 / of.max(1) as f64)
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
