//! The values file: what rules compare with, for how long, and where.

use std::{cell::RefCell, collections::BTreeSet};

use bartizan::catalog::Metric;
use promql_parser::{label::Matcher, parser::token::T_EQL_REGEX};
use toml::{Table, Value};

use super::Window;
use crate::promql;

/// The values that rules are made of, by the paths of their keys.
///
/// What was asked for is remembered: a key that no rule asks for is refused, and each alert's documentation lists what
/// it was made of.
#[derive(Debug)]
pub(crate) struct Thresholds {
    table: Table,
    compress: u64,
    asked: RefCell<BTreeSet<String>>,
    /// Asked for since the last [`taken`](Self::taken), in order.
    recent: RefCell<Vec<String>>,
}

/// What is wrong with the values file.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum ThresholdError {
    /// It is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A key is not there.
    #[error("{path}: it is missing; {accepted}")]
    Missing {
        path: String,
        accepted: &'static str,
    },
    /// A key has a value that it cannot have.
    #[error("{path}: {value} is not accepted; {accepted}")]
    Invalid {
        path: String,
        value: String,
        accepted: &'static str,
    },
    /// A threshold on a quantile, where quantiles are not known.
    #[error("{path}: {value} is {why} of `{metric}`; its edges are {edges}")]
    Edge {
        path: String,
        value: f64,
        why: &'static str,
        metric: &'static str,
        edges: String,
    },
    /// Two values that make an alert that never fires.
    #[error("{path}: {why}")]
    NeverFires { path: String, why: String },
    /// A key that no rule asks for.
    #[error("{path}: no rule knows this key{like}")]
    Unknown { path: String, like: String },
}

/// Another threshold for some of the series.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    pub(crate) path: String,
    /// Which: a pattern, of the whole value.
    pub(crate) pattern: String,
    /// `None`: these have no threshold.
    pub(crate) threshold: Option<f64>,
}

type Result<T, E = ThresholdError> = std::result::Result<T, E>;

// === impl Thresholds ===

impl Thresholds {
    /// Reads the values, and lets those of `over` take the places of their own.
    pub(crate) fn parse(text: &str, over: Option<&str>, compress: u64) -> Result<Self> {
        let read = |text: &str| {
            text.parse::<Table>()
                .map_err(|error| ThresholdError::Syntax(error.to_string()))
        };
        let mut table = read(text)?;
        if let Some(over) = over {
            lay_over(&mut table, read(over)?);
        }
        Ok(Self {
            table,
            compress,
            asked: RefCell::default(),
            recent: RefCell::default(),
        })
    }

    /// The keys that were asked for since this was called last, with their values.
    pub(crate) fn taken(&self) -> Vec<(String, String)> {
        let recent = self.recent.take().into_iter();
        recent
            .map(|path| {
                let value = self
                    .find(&path)
                    .map_or_else(String::new, ToString::to_string);
                (path, value)
            })
            .collect()
    }

    /// Keys that nobody has asked for.
    ///
    /// # Errors
    ///
    /// The first of them.
    pub(crate) fn all_asked(&self) -> Result<()> {
        let asked = self.asked.borrow();
        let mut paths = Vec::new();
        leaves(&self.table, "", &mut paths);
        let is_known = |path: &String| {
            let within = |asked: &String| path.starts_with(&format!("{asked}["));
            asked.contains(path) || asked.iter().any(within)
        };
        let Some(path) = paths.into_iter().find(|path| !is_known(path)) else {
            return Ok(());
        };
        let near = asked
            .iter()
            .min_by_key(|other| promql::distance(&path, other));
        let near = near.filter(|other| promql::distance(&path, other) <= 4);
        let like = near.map_or_else(String::new, |other| format!("; is `{other}` meant?"));
        Err(ThresholdError::Unknown { path, like })
    }

    /// A text.
    pub(crate) fn text(&self, path: &str) -> Result<String> {
        let accepted = "a text is expected";
        let value = self.ask(path, accepted)?;
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| invalid(path, value, accepted))
    }

    /// A pattern of a whole value.
    pub(crate) fn pattern(&self, path: &str) -> Result<String> {
        let accepted = "a pattern by RE2's rules is expected";
        let pattern = self.text(path)?;
        match Matcher::new_matcher(T_EQL_REGEX, String::new(), pattern.clone()) {
            Ok(_) => Ok(pattern),
            Err(_) => Err(invalid(path, self.ask(path, accepted)?, accepted)),
        }
    }

    /// Patterns of whole values, as one pattern; `None`: there are none.
    pub(crate) fn patterns(&self, path: &str) -> Result<Option<String>> {
        let accepted = "a list of patterns by RE2's rules is expected";
        let patterns = self.texts(path)?;
        let is_pattern = |pattern: &String| {
            Matcher::new_matcher(T_EQL_REGEX, String::new(), pattern.clone()).is_ok()
        };
        if !patterns.iter().all(is_pattern) || patterns.iter().any(String::is_empty) {
            return Err(invalid(path, self.ask(path, accepted)?, accepted));
        }
        Ok((!patterns.is_empty()).then(|| patterns.join("|")))
    }

    /// Texts.
    pub(crate) fn texts(&self, path: &str) -> Result<Vec<String>> {
        let accepted = "a list of texts is expected";
        let value = self.ask(path, accepted)?;
        let texts = value.as_array().and_then(|texts| {
            let text = |text: &Value| text.as_str().map(str::to_owned);
            texts.iter().map(text).collect::<Option<Vec<_>>>()
        });
        texts.ok_or_else(|| invalid(path, value, accepted))
    }

    /// A number above 0.
    pub(crate) fn number(&self, path: &str) -> Result<f64> {
        let accepted = "a number above 0 is expected";
        let value = self.ask(path, accepted)?;
        let positive = number(value).filter(|number| *number > 0.0 && number.is_finite());
        positive.ok_or_else(|| invalid(path, value, accepted))
    }

    /// A share between 0 and 1.
    pub(crate) fn share(&self, path: &str) -> Result<f64> {
        let accepted = "a share above 0 and below 1 is expected";
        let value = self.ask(path, accepted)?;
        let share = number(value).filter(|share| *share > 0.0 && *share < 1.0);
        share.ok_or_else(|| invalid(path, value, accepted))
    }

    /// A duration above 0.
    pub(crate) fn window(&self, path: &str) -> Result<Window> {
        let accepted = "a duration above 0 such as \"5m\" is expected";
        let window = self.hold(path)?;
        if window.is_zero() {
            return Err(invalid(path, self.ask(path, accepted)?, accepted));
        }
        Ok(window)
    }

    /// A duration, or 0.
    pub(crate) fn hold(&self, path: &str) -> Result<Window> {
        let accepted = "a duration such as \"90s\", \"5m\" or \"0s\" is expected";
        let value = self.ask(path, accepted)?;
        let window = value
            .as_str()
            .and_then(|text| Window::parse(text, self.compress));
        window.ok_or_else(|| invalid(path, value, accepted))
    }

    /// A threshold on a quantile of a histogram: one of its edges, and not the last one.
    pub(crate) fn edge(&self, path: &str, metric: &Metric) -> Result<f64> {
        let threshold = self.number(path)?;
        at_edge(path, threshold, metric)?;
        Ok(threshold)
    }

    /// Other thresholds for some series: a list of tables with a pattern under `key`, and `seconds` or `off = true`. Each
    /// is an edge of `metric`, if one is given.
    pub(crate) fn overrides(
        &self,
        path: &str,
        key: &'static str,
        metric: Option<&Metric>,
    ) -> Result<Vec<Override>> {
        let accepted =
            "a list of tables is expected, each with a pattern, and `seconds = …` or `off = true`";
        let Some(value) = self.find(path) else {
            return Ok(Vec::new());
        };
        let count = value
            .as_array()
            .ok_or_else(|| invalid(path, value, accepted))?
            .len();
        (0..count)
            .map(|index| {
                let path = format!("{path}[{index}]");
                let pattern = self.pattern(&format!("{path}.{key}"))?;
                let off = format!("{path}.off");
                let is_off = self.find(&off).and_then(Value::as_bool) == Some(true);
                let threshold = if is_off {
                    self.ask(&off, accepted)?;
                    None
                } else {
                    let path = format!("{path}.seconds");
                    Some(match metric {
                        Some(metric) => self.edge(&path, metric)?,
                        None => self.number(&path)?,
                    })
                };
                Ok(Override {
                    path,
                    pattern,
                    threshold,
                })
            })
            .collect()
    }

    /// How many tables a list has that may be missing.
    pub(crate) fn tables(&self, path: &str) -> Result<usize> {
        let accepted = "a list of tables is expected";
        match self.find(path) {
            None => Ok(0),
            Some(Value::Array(tables)) => Ok(tables.len()),
            Some(value) => Err(invalid(path, value, accepted)),
        }
    }

    fn ask(&self, path: &str, accepted: &'static str) -> Result<&Value> {
        self.asked.borrow_mut().insert(path.to_owned());
        let mut recent = self.recent.borrow_mut();
        if !recent.iter().any(|asked| asked == path) {
            recent.push(path.to_owned());
        }
        self.find(path).ok_or_else(|| ThresholdError::Missing {
            path: path.to_owned(),
            accepted,
        })
    }

    fn find(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = step_into(&self.table, parts.next()?)?;
        for part in parts {
            value = step_into(value.as_table()?, part)?;
        }
        Some(value)
    }
}

/// What a part of a path leads to: `name` or `name[2]`.
fn step_into<'a>(table: &'a Table, part: &str) -> Option<&'a Value> {
    match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        None => table.get(part),
        Some((name, index)) => table.get(name)?.get(index.parse::<usize>().ok()?),
    }
}

fn number(value: &Value) -> Option<f64> {
    // Whole numbers of a configuration are far below 2⁵³.
    let whole = value.as_integer().map(|whole| whole as f64);
    value.as_float().or(whole)
}

fn invalid(path: &str, value: &Value, accepted: &'static str) -> ThresholdError {
    ThresholdError::Invalid {
        path: path.to_owned(),
        value: value.to_string(),
        accepted,
    }
}

/// A quantile is interpolated within a bucket, and never above the last edge.
fn at_edge(path: &str, value: f64, metric: &Metric) -> Result<()> {
    let edges = metric.buckets.unwrap_or_default();
    let why = match edges.iter().position(|edge| *edge == value) {
        None => "no edge",
        Some(index) if index + 1 == edges.len() => "the last edge, which no quantile passes,",
        Some(_) => return Ok(()),
    };
    let edges: Vec<_> = edges.iter().map(ToString::to_string).collect();
    Err(ThresholdError::Edge {
        path: path.to_owned(),
        value,
        why,
        metric: metric.name,
        edges: edges.join(", "),
    })
}

/// Puts each value of `over` in its place; tables are gone into.
fn lay_over(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => lay_over(under, over),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// The paths of all values that are no tables.
fn leaves(table: &Table, prefix: &str, paths: &mut Vec<String>) {
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        match value {
            Value::Table(table) => leaves(table, &format!("{path}."), paths),
            Value::Array(values) if values.iter().any(Value::is_table) => {
                for (index, value) in values.iter().enumerate() {
                    match value {
                        Value::Table(table) => leaves(table, &format!("{path}[{index}]."), paths),
                        _ => paths.push(format!("{path}[{index}]")),
                    }
                }
            }
            _ => paths.push(path),
        }
    }
}
