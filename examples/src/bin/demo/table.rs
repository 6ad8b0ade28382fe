//! Tables and figures for a reader.

/// Columns as wide as their content; those from `figures` on are aligned to the right.
pub(crate) fn print(heads: Vec<String>, mut rows: Vec<Vec<String>>, figures: usize) {
    rows.insert(0, heads);
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(String::len)
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
        let cells = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| {
                if column < figures {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        println!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// What a figure is shown in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Milliseconds,
    Bytes,
    Plain,
}

// === impl Unit ===

impl Unit {
    pub(crate) fn of(name: &str) -> Self {
        let name = name.strip_suffix("_total").unwrap_or(name);
        if name.ends_with("_time_seconds") {
            Self::Plain // a point in time
        } else if name.ends_with("_seconds") {
            Self::Milliseconds
        } else if name.ends_with("_bytes") {
            Self::Bytes
        } else {
            Self::Plain
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => ", ms",
            Self::Bytes => ", bytes",
            Self::Plain => "",
        }
    }

    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Milliseconds => grouped(value * 1000.0, 2),
            Self::Bytes | Self::Plain => grouped(value, 0),
        }
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::from(if value < 0.0 { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped(0.0, 0), "0");
        assert_eq!(grouped(999.5, 1), "999.5");
        assert_eq!(grouped(-1_234_567.0, 0), "-1,234,567");
    }

    #[test]
    fn names_tell_units() {
        assert_eq!(
            Unit::of("http_server_request_duration_seconds").show(1.5),
            "1,500.00"
        );
        assert_eq!(
            Unit::of("http_server_response_body_size_bytes").show(65_536.0),
            "65,536"
        );
        assert_eq!(Unit::of("task_oldest_start_time_seconds").show(7.0), "7");
    }
}
