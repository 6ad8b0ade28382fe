//! What the values of a panel are measured in, as Grafana calls it.

use bartizan::catalog::{Kind, Metric};

/// The unit of a panel's values, which the catalogue has where it has the metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    /// That of a metric's values, quantiles or increases.
    Of(&'static Metric),
    /// How often a metric rises or is recorded, in a second.
    Rate(&'static Metric),
    /// A share of a whole: 1 is all of it.
    Share,
    /// Grafana's name of one, for what the catalogue does not have.
    Other(&'static str),
}

// === impl Unit ===

impl Unit {
    /// Grafana's name of it.
    pub(super) fn grafana(self) -> Result<&'static str, String> {
        match self {
            Self::Of(metric) => value(metric.unit),
            Self::Rate(metric) if metric.kind == Kind::Counter => rate(metric.unit),
            Self::Rate(_) => Ok("cps"),
            Self::Share => Ok("percentunit"),
            Self::Other(name) => Ok(name),
        }
    }

    /// The metric that it is of.
    pub(super) fn metric(self) -> Option<&'static Metric> {
        match self {
            Self::Of(metric) | Self::Rate(metric) => Some(metric),
            Self::Share | Self::Other(_) => None,
        }
    }
}

fn value(unit: &str) -> Result<&'static str, String> {
    match unit {
        "s" => Ok("s"),
        "By" => Ok("bytes"),
        "1" => Ok("none"),
        "{USD}" => Ok("currencyUSD"),
        annotation if annotation.starts_with('{') => Ok("short"),
        other => Err(format!("the unit {other:?} has no name in Grafana here")),
    }
}

fn rate(unit: &str) -> Result<&'static str, String> {
    match unit {
        "By" => Ok("Bps"),
        "{event}" => Ok("eps"),
        "{message}" => Ok("mps"),
        "{request}" => Ok("reqps"),
        annotation if annotation.starts_with('{') => Ok("cps"),
        other => Err(format!("the rate of {other:?} has no name in Grafana here")),
    }
}

#[cfg(test)]
mod tests {
    use bartizan::catalog;

    use super::*;

    #[test]
    fn every_unit_of_the_catalogue_has_a_name() {
        for metric in catalog::ALL {
            let names = (Unit::Of(metric).grafana(), Unit::Rate(metric).grafana());
            assert!(
                matches!(names, (Ok(_), Ok(_))),
                "{}: {names:?}",
                metric.name
            );
        }
    }

    #[test]
    fn a_unit_that_is_not_known_is_refused() {
        assert!(value("ms").is_err());
        assert!(rate("s").is_err());
    }
}
