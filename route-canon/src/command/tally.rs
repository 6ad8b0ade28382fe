//! Counts requests by their routes.

use crate::{
    distinct::{Distinct, Estimate},
    labels::{Labels, Step},
    options::Statuses,
    printable::printable,
    request,
};
use route_canon::{Budget, label};
use serde::Serialize;
use std::collections::HashMap;

/// The most characters of an example, and of a text in an explanation.
const MAX_EXAMPLE: usize = 256;

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
    unreadable: Unreadable,
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
}

/// The lines without a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) count: u64,
    /// The first of them, counted from 1.
    pub(crate) first: u64,
}

/// What came after the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Overflow {
    pub(crate) limit: usize,
    pub(crate) routes: usize,
    pub(crate) requests: u64,
}

/// All that was counted.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) lines: u64,
    pub(crate) paths: u64,
    pub(crate) other_status: u64,
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
            unreadable: Unreadable::default(),
            label: String::new(),
        }
    }

    /// Counts a line. An empty one is none.
    pub(crate) fn add(&mut self, line: &[u8]) {
        self.lines += 1;
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            return;
        }
        let Some(request) = request::read(&line) else {
            self.unreadable.count += 1;
            if self.unreadable.count == 1 {
                self.unreadable.first = self.lines;
            }
            return;
        };
        if self
            .status
            .as_ref()
            .is_some_and(|asked| !asked.has(request.status))
        {
            self.other_status += 1;
            return;
        }
        self.paths += 1;
        self.distinct.add(&request.target);
        self.count(&request.target);
    }

    fn count(&mut self, path: &str) {
        self.labels.write(path, &mut self.label);
        if let Some(route) = self.routes.get_mut(self.label.as_str()) {
            route.count += 1;
        } else {
            let route = Route::first(path, self.explain.then(|| self.labels.explain(path)));
            self.routes.insert(self.label.as_str().into(), route);
        }
        if let Some(budget) = &self.budget {
            budget.admit(&self.label);
        }
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
            unreadable,
            label: _,
        } = self;
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by(|(a, x), (b, y)| y.count.cmp(&x.count).then_with(|| a.cmp(b)));
        Counts {
            lines,
            paths,
            other_status,
            unreadable,
            distinct: distinct.estimate(),
            overflow: budget.map(|budget| fold(&budget, &mut routes)),
            routes,
        }
    }
}

/// Makes one route of those that a budget turned away.
fn fold(budget: &Budget, routes: &mut Vec<(Box<str>, Route)>) -> Overflow {
    let mut overflow = Overflow {
        limit: budget.limit(),
        ..Overflow::default()
    };
    let mut first = None;
    routes.retain(|(label, route)| {
        let admitted = budget.lookup(label).is_some();
        if !admitted {
            overflow.routes += 1;
            overflow.requests += route.count;
            first.get_or_insert_with(|| route.clone());
        }
        admitted
    });
    if let Some(example) = first {
        let folded = Route {
            count: overflow.requests,
            ..example
        };
        let at = routes.partition_point(|(_, route)| route.count >= folded.count);
        routes.insert(at, (label::OVERFLOW.into(), folded));
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
            count: 1,
            example: shown(path),
            steps: steps.collect(),
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
        assert_eq!(counts.unreadable, Unreadable { count: 2, first: 5 });
        assert_eq!(counts.distinct.count, 5);
    }

    #[test]
    fn requests_with_another_status_are_left_out() {
        let counts = counts("/a 200\n/b 404\n/c", Some("2xx"), None);
        assert_eq!(routes(&counts), [("~/a", 1, "/a")]);
        assert_eq!((counts.paths, counts.other_status), (1, 2));
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
        };
        assert_eq!(counts.overflow, Some(overflow));
    }
}
