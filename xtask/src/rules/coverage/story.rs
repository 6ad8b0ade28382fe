//! A test group of promtool's, as far as it matters here.

use yaml_serde::Value;

use super::{Series, Window};

/// A test group.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) name: String,
    /// Seconds between the values of a series.
    pub(super) interval: u64,
    pub(super) series: Vec<Series>,
    /// By time.
    pub(super) asked: Vec<Asked>,
}

/// An expression, and what is expected of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) seconds: u64,
    pub(super) expression: String,
    /// The labels of each sample.
    pub(super) samples: Vec<String>,
}

/// The groups of a file.
pub(super) fn read(text: &str) -> Result<Vec<Story>, String> {
    let file: Value = yaml_serde::from_str(text).map_err(|error| error.to_string())?;
    list(&file, "tests").map(story).collect()
}

fn story(group: &Value) -> Result<Story, String> {
    let name = word(group, "name").ok_or("a group has no name")?;
    let series = list(group, "input_series").map(|series| {
        let (series, values) = (word(series, "series"), word(series, "values"));
        let (series, values) = series
            .zip(values)
            .ok_or("a series without a name or values")?;
        Series::parse(&series, &values)
    });
    let asked = list(group, "promql_expr_test").map(|asked| {
        let seconds = seconds(asked, "eval_time").ok_or("an `eval_time` is no duration")?;
        let samples = list(asked, "exp_samples");
        Ok(Asked {
            seconds,
            expression: word(asked, "expr").ok_or("an `expr` is missing")?,
            samples: samples
                .filter_map(|sample| word(sample, "labels"))
                .collect(),
        })
    });
    let series = series.collect::<Result<_, String>>();
    let asked = asked.collect::<Result<Vec<_>, String>>();
    let (series, mut asked) = series
        .and_then(|series| Ok((series, asked?)))
        .map_err(|fault| format!("{name}: {fault}"))?;
    asked.sort_by_key(|asked| asked.seconds);
    Ok(Story {
        interval: seconds(group, "interval").ok_or_else(|| format!("{name}: no `interval`"))?,
        name,
        series,
        asked,
    })
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
}

fn word(value: &Value, key: &str) -> Option<String> {
    let value = value.get(key)?;
    // A lone number is one in YAML, and a value in promtool's notation.
    let number = || value.as_f64().map(|number| number.to_string());
    value.as_str().map(str::to_owned).or_else(number)
}

fn seconds(value: &Value, key: &str) -> Option<u64> {
    Some(Window::parse(&word(value, key)?, 1)?.nominal_seconds())
}
