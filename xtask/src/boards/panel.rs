//! A panel, as an operator thinks of it.

use super::{link::Link, unit::Unit};

/// A panel: what it asks, how it draws the answers, and what to make of them.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    pub(super) unit: Unit,
    pub(super) queries: Vec<Query>,
    pub(super) steps: Steps,
    /// What it shows.
    pub(super) shows: &'static str,
    /// What to look at next, when it shows something bad.
    pub(super) next: &'static str,
    /// How what it shows is asked for, if it is not there by default.
    pub(super) opt_in: Option<&'static str>,
    /// Why the demo has nothing for it, if that is so.
    pub(super) empty_in_demo: Option<&'static str>,
    /// What it says where there is no value.
    pub(super) no_value: &'static str,
    /// The alerts that watch what it shows.
    pub(super) alerts: &'static [&'static str],
    pub(super) links: Vec<Link>,
    pub(super) width: u32,
}

/// How a panel draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The last value, large, with its course behind it.
    Stat,
    /// A line for each series.
    Lines,
    /// Lines on top of each other, which have a sum.
    Stack,
    /// The buckets of a histogram over time.
    Heatmap,
    /// A row for each series, over the time that is shown.
    Table,
}

/// An expression, and what its series are called.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// PromQL, with the [names](super::expression) that stand for selectors and for lists of words.
    pub(super) expression: String,
    pub(super) legend: &'static str,
}

/// From which values on something is dubious, and bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Steps {
    /// No value is good or bad in itself.
    None,
    /// Yellow from the first value on, red from the second one on.
    Above(f64, f64),
    /// Red from this value on.
    Bad(f64),
    /// Red below this value.
    Below(f64),
}

// === impl Panel ===

impl Panel {
    fn new(kind: Kind, title: &'static str, unit: Unit, width: u32) -> Self {
        Self {
            title,
            kind,
            unit,
            queries: Vec::new(),
            steps: Steps::None,
            shows: "",
            next: "",
            opt_in: None,
            empty_in_demo: None,
            no_value: match unit {
                Unit::Share => "no traffic",
                _ => "no data",
            },
            alerts: &[],
            links: Vec::new(),
            width,
        }
    }

    pub(super) fn stat(title: &'static str, unit: Unit) -> Self {
        Self::new(Kind::Stat, title, unit, 4)
    }

    pub(super) fn lines(title: &'static str, unit: Unit) -> Self {
        Self::new(Kind::Lines, title, unit, 8)
    }

    pub(super) fn stack(title: &'static str, unit: Unit) -> Self {
        Self::new(Kind::Stack, title, unit, 8)
    }

    pub(super) fn heatmap(title: &'static str, unit: Unit) -> Self {
        Self::new(Kind::Heatmap, title, unit, 8)
    }

    pub(super) fn table(title: &'static str, unit: Unit) -> Self {
        Self::new(Kind::Table, title, unit, 12)
    }

    pub(super) fn query(mut self, expression: impl Into<String>, legend: &'static str) -> Self {
        let expression = expression.into();
        self.queries.push(Query { expression, legend });
        self
    }

    pub(super) fn steps(mut self, steps: Steps) -> Self {
        self.steps = steps;
        self
    }

    pub(super) fn shows(mut self, shows: &'static str) -> Self {
        self.shows = shows;
        self
    }

    pub(super) fn next(mut self, next: &'static str) -> Self {
        self.next = next;
        self
    }

    pub(super) fn opt_in(mut self, how: &'static str) -> Self {
        self.opt_in = Some(how);
        self
    }

    pub(super) fn empty_in_demo(mut self, reason: &'static str) -> Self {
        self.empty_in_demo = Some(reason);
        self
    }

    pub(super) fn no_value(mut self, text: &'static str) -> Self {
        self.no_value = text;
        self
    }

    pub(super) fn alerts(mut self, alerts: &'static [&'static str]) -> Self {
        self.alerts = alerts;
        self
    }

    pub(super) fn link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    pub(super) fn width(mut self, width: u32) -> Self {
        self.width = width;
        self
    }

    /// Its height, in rows of Grafana's grid.
    pub(super) fn height(&self) -> u32 {
        match self.kind {
            Kind::Stat => 4,
            _ => 8,
        }
    }

    /// A number that stays when panels are added, moved or taken away: links to panels have it.
    pub(super) fn id(&self) -> u32 {
        // FNV-1a.
        let hash = self.title.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        1 + hash % 1_000_000
    }

    /// What is written below its title: what it shows, what to do next, what it depends on.
    pub(super) fn description(&self) -> String {
        let mut text = self.shows.to_owned();
        if let Some(how) = self.opt_in {
            text.push_str(&format!("\n\nOpt-in: {how}."));
        }
        text.push_str(&format!("\n\n**Next:** {}", self.next));
        if !self.alerts.is_empty() {
            text.push_str(&format!("\n\nAlerts: {}.", self.alerts.join(", ")));
        }
        text
    }
}

// === impl Steps ===

impl Steps {
    /// The values at which the colour changes, from the lowest one on, with the colour from there on.
    pub(super) fn colours(self) -> Vec<(Option<f64>, &'static str)> {
        match self {
            Self::None => vec![(None, "text")],
            Self::Above(dubious, bad) => vec![
                (None, "green"),
                (Some(dubious), "yellow"),
                (Some(bad), "red"),
            ],
            Self::Bad(bad) => vec![(None, "green"), (Some(bad), "red")],
            Self::Below(bad) => vec![(None, "red"), (Some(bad), "green")],
        }
    }

    /// The values at which the colour changes.
    pub(super) fn values(self) -> impl Iterator<Item = f64> {
        self.colours().into_iter().filter_map(|(value, _)| value)
    }
}
