//! One JSON object, for programs.

use super::distinct_routes;
use crate::{
    distinct::Estimate,
    labels::Step,
    printable::printable,
    tally::{Counts, Overflow, Route, Unreadable},
};
use route_canon::Canonicalizer;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Report<'c> {
    lines: u64,
    paths: u64,
    distinct_paths: Estimate,
    distinct_routes: usize,
    unreadable_lines: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_unreadable_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_unreadable_file: Option<&'c str>,
    paths_of_other_status: u64,
    paths_without_status: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    overflow: Option<Overflow>,
    routes: Vec<RouteReport<'c>>,
}

#[derive(Serialize)]
struct RouteReport<'c> {
    route: String,
    count: u64,
    share: f64,
    example: &'c str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    segments: &'c [Step],
}

pub(super) fn write(counts: &Counts, shown: usize, out: &mut impl Write) -> io::Result<()> {
    let Counts {
        lines,
        paths,
        other_status,
        unknown_status,
        unreadable:
            Unreadable {
                count,
                first,
                file,
                text: _,
            },
        distinct,
        overflow,
        routes,
    } = counts;
    let report = Report {
        lines: *lines,
        paths: *paths,
        distinct_paths: *distinct,
        distinct_routes: distinct_routes(counts),
        unreadable_lines: *count,
        first_unreadable_line: (*count > 0).then_some(*first),
        first_unreadable_file: (*count > 0).then_some(file),
        paths_of_other_status: *other_status,
        paths_without_status: *unknown_status,
        overflow: *overflow,
        routes: routes[..shown]
            .iter()
            .map(|(label, route)| RouteReport::new(label, route, *paths))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

// === impl RouteReport ===

impl<'c> RouteReport<'c> {
    fn new(label: &str, route: &'c Route, paths: u64) -> Self {
        let Route {
            count,
            example,
            steps,
            overflowed: _,
        } = route;
        let share = *count as f64 / paths.max(1) as f64;
        Self {
            route: printable(label, Canonicalizer::MAX_LENGTH),
            count: *count,
            share: (share * 1e4).round() / 1e4,
            example,
            segments: steps,
        }
    }
}
