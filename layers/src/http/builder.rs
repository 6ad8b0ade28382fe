//! What the HTTP metrics can be told.

use std::sync::Arc;

use super::{
    CustomLabel, HttpMetrics,
    cache::Cache,
    custom::{self, Capped},
    inner::Inner,
    options::{Options, Timing},
};
use crate::{
    catalog,
    label::{LabelNameError, Names},
    meter::{Family, Meter, Overflow},
    observe::{Kind, RequestHead},
};

/// The options of [`HttpMetrics`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made until `build`"]
pub struct HttpMetricsBuilder {
    meter: Meter,
    options: Options,
    server_address: Option<usize>,
    custom: Vec<CustomLabel>,
}

/// The options of [`HttpMetrics`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpMetricsError {
    /// A custom label's name does not fit, or is taken.
    #[error("http.label: {0}")]
    LabelName(#[from] LabelNameError),
    /// There are too many capped labels.
    #[error(
        "http.label: {given} capped labels, `server_address` included; at most {} are accepted",
        custom::MOST
    )]
    TooManyLabels {
        /// How many there are.
        given: usize,
    },
}

// === impl HttpMetricsBuilder ===

impl HttpMetricsBuilder {
    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// When the duration of exchanges of a kind is recorded: by default [`Timing::Head`] for event
    /// streams and upgrades, [`Timing::End`] for everything else.
    ///
    /// gRPC calls are [`Timing::Never`] by default where an observer [measures](crate::observe::Needs::measures_calls)
    /// them, such as `Grpc`, which has their durations by their own status. What is said here of [`Kind::Grpc`] goes
    /// for every call, whatever it is answered with.
    pub fn duration(mut self, kind: Kind, timing: Timing) -> Self {
        self.options.timing.set(kind, timing);
        self
    }

    /// Also records the time to the first data frame of each body.
    pub fn time_to_first_byte(mut self) -> Self {
        self.options.time_to_first_byte = true;
        self
    }

    /// Records the sizes of request bodies, or not; on by default.
    pub fn request_size(mut self, record: bool) -> Self {
        self.options.request_size = record;
        self
    }

    /// Records the sizes of response bodies, or not; on by default.
    pub fn response_size(mut self, record: bool) -> Self {
        self.options.response_size = record;
        self
    }

    /// Adds `network_protocol_version` to durations.
    pub fn protocol_version(mut self) -> Self {
        self.options.protocol_version = true;
        self
    }

    /// Adds `http_response_status_code` to body sizes.
    pub fn size_by_status(mut self) -> Self {
        self.options.size_status = true;
        self
    }

    /// Adds `http_route` to active requests, as far as it is known when a request arrives.
    pub fn active_by_route(mut self) -> Self {
        self.options.active_route = true;
        self
    }

    /// Adds `server_address`, with at most `cap` distinct hosts. It is the client's text: choose the
    /// cap with that in mind.
    pub fn server_address(mut self, cap: usize) -> Self {
        self.server_address = Some(cap);
        self
    }

    /// Adds a label to durations, sizes and times to first byte. Four capped labels at most.
    pub fn label(mut self, label: CustomLabel) -> Self {
        self.custom.push(label);
        self
    }

    /// Leaves requests out: health checks, say.
    pub fn skip(mut self, skip: impl Fn(RequestHead<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.options.skip = Some(Arc::new(skip));
        self
    }

    /// Makes the observer.
    ///
    /// # Errors
    ///
    /// [`HttpMetricsError`] names the label that was refused, and says what is accepted.
    pub fn build(self) -> Result<HttpMetrics, HttpMetricsError> {
        let mut names = Names::with_catalog();
        for name in self.meter.constant_names() {
            names.claim(name)?;
        }
        for name in self.custom.iter().filter_map(CustomLabel::given_name) {
            names.claim(name)?;
        }
        let given = self.custom.len() + usize::from(self.server_address.is_some());
        if given > custom::MOST {
            return Err(HttpMetricsError::TooManyLabels { given });
        }
        Ok(self.finish())
    }

    /// Makes the observer of options that need no check.
    pub(crate) fn finish(self) -> HttpMetrics {
        let Self {
            meter,
            options,
            server_address,
            custom,
        } = self;
        let address = server_address.map(CustomLabel::server_address);
        let custom = custom
            .into_iter()
            .chain(address)
            .map(|label| Capped::new(&meter, label));
        let custom: Box<[_]> = custom.collect();
        HttpMetrics::from(Inner {
            looks_at_requests: options.skip.is_some() || !custom.is_empty(),
            custom,
            duration: Family::new(&meter, &catalog::HTTP_SERVER_REQUEST_DURATION),
            active: Family::of_gauges(&meter, &catalog::HTTP_SERVER_ACTIVE_REQUESTS),
            request_size: Family::new(&meter, &catalog::HTTP_SERVER_REQUEST_BODY_SIZE),
            response_size: Family::new(&meter, &catalog::HTTP_SERVER_RESPONSE_BODY_SIZE),
            first_byte: Family::new(&meter, &catalog::HTTP_TIME_TO_FIRST_BYTE),
            cache: Cache::new(&meter),
            routes: Overflow::new(&meter, meter.naming().label(catalog::ROUTE)),
            announced: std::sync::OnceLock::new(),
            options,
            meter,
        })
    }
}
