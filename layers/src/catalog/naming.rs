//! Prometheus names or OpenTelemetry names.

use super::{Label, Metric};

/// How metrics and labels are named.
///
/// ```
/// use bartizan::{catalog::HTTP_SERVER_REQUEST_DURATION, meter::Naming};
///
/// # fn main() -> Result<(), bartizan::meter::NamingError> {
/// let plain = Naming::prometheus();
/// assert_eq!(plain.metric(&HTTP_SERVER_REQUEST_DURATION), "http_server_request_duration_seconds");
/// let dotted = Naming::opentelemetry().prefixed("shop")?;
/// assert_eq!(dotted.metric(&HTTP_SERVER_REQUEST_DURATION), "shop.http.server.request.duration");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    style: Style,
    prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Style {
    #[default]
    Prometheus,
    OpenTelemetry,
}

/// A prefix was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamingError {
    /// The prefix has a character that one of the exposition formats refuses.
    #[error(
        "prefix {prefix:?}: a prefix starts with a letter and goes on with letters, digits and `_`"
    )]
    Prefix {
        /// What was given.
        prefix: String,
    },
}

// === impl Naming ===

impl Naming {
    /// Prometheus names, which carry their unit: `http_server_request_duration_seconds`. The
    /// default.
    #[must_use]
    pub fn prometheus() -> Self {
        Self {
            style: Style::Prometheus,
            prefix: None,
        }
    }

    /// OpenTelemetry names: `http.server.request.duration`, `http.route`.
    #[must_use]
    pub fn opentelemetry() -> Self {
        Self {
            style: Style::OpenTelemetry,
            prefix: None,
        }
    }

    /// Puts `prefix` and a separator in front of each metric's name; labels keep theirs.
    ///
    /// # Errors
    ///
    /// [`NamingError::Prefix`] if it does not start with an ASCII letter, or has anything but
    /// letters, digits and `_`.
    pub fn prefixed(mut self, prefix: impl Into<String>) -> Result<Self, NamingError> {
        let prefix = prefix.into();
        let fits = prefix.starts_with(|c: char| c.is_ascii_alphabetic())
            && prefix
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            return Err(NamingError::Prefix { prefix });
        }
        self.prefix = Some(prefix);
        Ok(self)
    }

    /// The name of a metric.
    #[must_use]
    pub fn metric(&self, metric: &Metric) -> String {
        let (name, separator) = match self.style {
            Style::Prometheus => (metric.name, '_'),
            Style::OpenTelemetry => (metric.otel_name, '.'),
        };
        match &self.prefix {
            Some(prefix) => format!("{prefix}{separator}{name}"),
            None => name.to_owned(),
        }
    }

    /// The name of a label.
    #[must_use]
    pub fn label(&self, label: Label) -> &'static str {
        match self.style {
            Style::Prometheus => label.name,
            Style::OpenTelemetry => label.otel_name,
        }
    }
}
