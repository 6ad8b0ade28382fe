//! A dashboard: rows of panels, and what its reader can choose.

use super::panel::Panel;

/// A dashboard.
#[derive(Clone, Debug)]
pub(super) struct Board {
    /// The file's name, and what links to it are made of: neither ever changes.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What it is for, in a sentence.
    pub(super) about: &'static str,
    /// The metric that every service has that this is about: its jobs and instances are those to choose from.
    pub(super) source: &'static str,
    /// What else can be chosen.
    pub(super) choice: Option<Choice>,
    pub(super) rows: Vec<Row>,
}

/// A label whose values can be chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The variable.
    pub(super) name: &'static str,
    /// What its reader is shown.
    pub(super) title: &'static str,
    pub(super) label: &'static str,
    /// A series that has the label.
    pub(super) source: &'static str,
    /// The regex of all values. `.*` where the label may be absent.
    pub(super) all: &'static str,
}

/// A row of a dashboard.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) panels: Vec<Panel>,
}

/// Where a panel is on Grafana's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Columns of Grafana's grid.
pub(super) const COLUMNS: u32 = 24;

// === impl Board ===

impl Board {
    /// What Grafana knows it by.
    pub(super) fn uid(&self) -> String {
        format!("bartizan-{}", self.name)
    }

    /// The file, from the root of the repository.
    pub(super) fn file(&self) -> String {
        format!("ops/grafana/{}.json", self.name)
    }

    /// Every panel.
    pub(super) fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }

    /// The variables of its expressions.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'static str> {
        ["job", "instance"]
            .into_iter()
            .chain(self.choice.map(|choice| choice.name))
    }

    /// Where each row's title is, and each of its panels: from left to right, and on below when a line is full.
    pub(super) fn places(&self) -> Vec<(Place, Vec<Place>)> {
        let mut top = 0;
        let mut rows = Vec::new();
        for row in &self.rows {
            let title = Place {
                x: 0,
                y: top,
                width: COLUMNS,
                height: 1,
            };
            let (mut x, mut y, mut line) = (0, top + 1, 0);
            let mut places = Vec::new();
            for panel in &row.panels {
                if x + panel.width > COLUMNS {
                    (x, y, line) = (0, y + line, 0);
                }
                places.push(Place {
                    x,
                    y,
                    width: panel.width,
                    height: panel.height(),
                });
                x += panel.width;
                line = line.max(panel.height());
            }
            top = y + line;
            rows.push((title, places));
        }
        rows
    }
}

// === impl Place ===

impl Place {
    /// Whether two of them have a cell in common.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}
