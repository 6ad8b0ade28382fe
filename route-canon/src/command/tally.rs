//! Counts requests by their routes.

use crate::{
    distinct::{Distinct, Estimate},
    labels::{Labels, Step},
    options::Statuses,
    printable::printable,
    request,
};
use route_canon::{Admission, Budget, label};
use serde::Serialize;
use std::collections::HashMap;

/// The most characters of an example, and of a text in an explanation.
const MAX_EXAMPLE: usize = 256;

/// The most characters of a line that has no path.
const MAX_UNREADABLE: usize = 80;

/// What was counted so far. Its size depends on the routes only.
#[derive(Debug)]
pub(crate) struct Tally {
    labels: Labels,
    status: Option<Statuses>,
    explain: bool,
    budget: Option<Budget>,
    routes: HashMap<Box<str>, Route>,
    distinct: Distinct,
    lines: u64,
    paths: u64,
    other_status: u64,
    unknown_status: u64,
    unreadable: Unreadable,
    /// What is read now, and how many lines of it.
    file: String,
    file_lines: u64,
    label: String,
}

/// What was counted of a route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) count: u64,
    /// Fit to print.
    pub(crate) example: String,
    /// Fit to print; empty if nobody asked.
    pub(crate) steps: Vec<Step>,
    /// Whether a budget turned it away.
    pub(crate) overflowed: bool,
}

/// The lines without a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) count: u64,
    /// The first of them, counted from 1 in its file.
    pub(crate) first: u64,
    pub(crate) file: String,
    /// The first of them, fit to print.
    pub(crate) text: String,
}

/// What came after the limit, or has no place because no success vouched for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Overflow {
    pub(crate) limit: usize,
    pub(crate) routes: usize,
    pub(crate) requests: u64,
    pub(crate) unmatched_routes: usize,
    pub(crate) unmatched_requests: u64,
}

/// All that was counted.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) lines: u64,
    pub(crate) paths: u64,
    pub(crate) other_status: u64,
    /// Those without a status that was understood, where only some are asked for.
    pub(crate) unknown_status: u64,
    pub(crate) unreadable: Unreadable,
    pub(crate) distinct: Estimate,
    pub(crate) overflow: Option<Overflow>,
    /// By their count, and then by their names.
    pub(crate) routes: Vec<(Box<str>, Route)>,
}

// === impl Tally ===

impl Tally {
    pub(crate) fn new(
        labels: Labels,
        status: Option<Statuses>,
        limit: Option<usize>,
        explain: bool,
    ) -> Self {
        Self {
            labels,
            status,
            explain,
            budget: limit.map(Budget::new),
            routes: HashMap::new(),
            distinct: Distinct::default(),
            lines: 0,
            paths: 0,
            other_status: 0,
            unknown_status: 0,
            unreadable: Unreadable::default(),
            file: String::new(),
            file_lines: 0,
            label: String::new(),
        }
    }

    /// Begins another file.
    pub(crate) fn begin(&mut self, file: &str) {
        file.clone_into(&mut self.file);
        self.file_lines = 0;
    }

    /// Counts a line. An empty one is none.
    pub(crate) fn add(&mut self, line: &[u8]) {
        self.lines += 1;
        self.file_lines += 1;
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            return;
        }
        let Some(request) = request::read(&line) else {
            if self.unreadable.count == 0 {
                self.unreadable = Unreadable {
                    count: 0,
                    first: self.file_lines,
                    file: printable(&self.file, MAX_EXAMPLE),
                    text: printable(line.trim(), MAX_UNREADABLE),
                };
            }
            self.unreadable.count += 1;
            return;
        };
        if let Some(asked) = &self.status
            && !asked.has(request.status)
        {
            match request.status {
                Some(_) => self.other_status += 1,
                None => self.unknown_status += 1,
            }
            return;
        }
        self.paths += 1;
        self.distinct.add(&request.target);
        self.count(&request.target, request.status);
    }

    fn count(&mut self, path: &str, status: Option<u16>) {
        let is_known = self.labels.write(path, &mut self.label);
        let route = match self.routes.get_mut(self.label.as_str()) {
            Some(route) => route,
            None => {
                let steps = self.explain.then(|| self.labels.explain(path));
                let route = Route::first(path, steps);
                self.routes
                    .entry(self.label.as_str().into())
                    .or_insert(route)
            }
        };
        route.count += 1;
        let Some(budget) = &self.budget else {
            return;
        };
        let admission = match status {
            _ if self.label == label::UNMATCHED => None,
            Some(400..) if !is_known => None,
            Some(_) if !is_known => budget.vouch(&self.label),
            _ => Some(budget.admit(&self.label)),
        };
        route.overflowed |= matches!(admission, Some(Admission::Overflow { .. }));
    }

    pub(crate) fn finish(self) -> Counts {
        let Self {
            labels: _,
            status: _,
            explain: _,
            budget,
            routes,
            distinct,
            lines,
            paths,
            other_status,
            unknown_status,
            unreadable,
            file: _,
            file_lines: _,
            label: _,
        } = self;
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by(|(a, x), (b, y)| y.count.cmp(&x.count).then_with(|| a.cmp(b)));
        Counts {
            lines,
            paths,
            other_status,
            unknown_status,
            unreadable,
            distinct: distinct.estimate(),
            overflow: budget.map(|budget| fold(&budget, &mut routes)),
            routes,
        }
    }
}

/// Makes one route of those that a budget turned away, and one of those that nothing vouched for.
fn fold(budget: &Budget, routes: &mut Vec<(Box<str>, Route)>) -> Overflow {
    let mut unmatched = (0, None);
    let mut overflowed = (0, None);
    routes.retain(|(label, route)| {
        let admitted = budget.lookup(label).is_some();
        if !admitted {
            let (count, folded) = if route.overflowed {
                &mut overflowed
            } else {
                &mut unmatched
            };
            *count += usize::from(**label != *label::UNMATCHED);
            match folded {
                Some(Route { count, .. }) => *count += route.count,
                None => *folded = Some(route.clone()),
            }
        }
        admitted
    });
    let requests = |folded: &Option<Route>| folded.as_ref().map_or(0, |route| route.count);
    let overflow = Overflow {
        limit: budget.limit(),
        routes: overflowed.0,
        requests: requests(&overflowed.1),
        unmatched_routes: unmatched.0,
        unmatched_requests: requests(&unmatched.1),
    };
    for (label, folded) in [
        (label::OVERFLOW, overflowed.1),
        (label::UNMATCHED, unmatched.1),
    ] {
        if let Some(folded) = folded {
            let at = routes.partition_point(|(_, route)| route.count >= folded.count);
            routes.insert(at, (label.into(), folded));
        }
    }
    overflow
}

// === impl Route ===

impl Route {
    fn first(path: &str, steps: Option<Vec<Step>>) -> Self {
        let shown = |text: &str| printable(text, MAX_EXAMPLE);
        let steps = steps.unwrap_or_default().into_iter().map(|step| {
            let Step {
                input,
                output,
                decision,
                reason,
            } = step;
            Step {
                input: shown(&input),
                output: shown(&output),
                decision,
                reason: shown(&reason),
            }
        });
        Self {
            count: 0,
            example: shown(path),
            steps: steps.collect(),
            overflowed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_canon::{Canonicalizer, Rules};

    fn counts(log: &str, status: Option<&str>, limit: Option<usize>) -> Counts {
        let labels = Labels {
            known: None,
            canon: Canonicalizer::default(),
            rules: Rules::default(),
        };
        let status = status.map(|text| text.parse().unwrap());
        let mut tally = Tally::new(labels, status, limit, false);
        for line in log.split('\n') {
            tally.add(line.as_bytes());
        }
        tally.finish()
    }

    fn routes(counts: &Counts) -> Vec<(&str, u64, &str)> {
        let all = counts.routes.iter();
        all.map(|(label, route)| (&**label, route.count, route.example.as_str()))
            .collect()
    }

    #[test]
    fn routes_come_by_their_count_and_then_by_their_names() {
        let counts = counts(
            "/users/7\n/b\n/a\n\nnothing\n/users/8\nno\n/a/\u{1b}",
            None,
            None,
        );
        assert_eq!(
            routes(&counts),
            [
                ("~/users/{int}", 2, "/users/7"),
                ("~/a", 1, "/a"),
                ("~/a/{text}", 1, r"/a/\u{1b}"),
                ("~/b", 1, "/b"),
            ]
        );
        assert_eq!((counts.lines, counts.paths), (8, 5));
        let Unreadable {
            count, first, text, ..
        } = &counts.unreadable;
        assert_eq!((*count, *first, text.as_str()), (2, 5, "nothing"));
        assert_eq!(counts.distinct.count, 5);
    }

    #[test]
    fn requests_with_another_status_are_left_out() {
        let counts = counts("/a 200\n/b 404\n/c", Some("2xx"), None);
        assert_eq!(routes(&counts), [("~/a", 1, "/a")]);
        assert_eq!((counts.paths, counts.other_status), (1, 1));
        assert_eq!(counts.unknown_status, 1);
    }

    #[test]
    fn routes_after_the_limit_are_one() {
        let counts = counts("/a\n/b\n/b\n/c/7\n/d\n/c/8\n/a\n/a\n/a", None, Some(2));
        assert_eq!(
            routes(&counts),
            [
                ("~/a", 4, "/a"),
                ("{overflow}", 3, "/c/7"),
                ("~/b", 2, "/b")
            ]
        );
        let overflow = Overflow {
            limit: 2,
            routes: 2,
            requests: 3,
            ..Overflow::default()
        };
        assert_eq!(counts.overflow, Some(overflow));
    }

    #[test]
    fn a_status_vouches_for_a_route() {
        let log = "/a 200\n/b 404\n/a 200\n/c 200\n/b 404\n/d 200\n/d 200\n/d 200\n";
        let counts = counts(log, None, Some(1));
        assert_eq!(
            routes(&counts),
            [
                ("{overflow}", 4, "/d"),
                ("~/a", 2, "/a"),
                ("{unmatched}", 2, "/b")
            ]
        );
    }
}
