//! What the HTTP metrics can be told.

use std::{fmt, sync::Arc};

use super::{
    CustomLabel, HttpMetrics,
    cache::Cache,
    custom::{self, Capped},
    inner::Inner,
};
use crate::{
    catalog,
    label::{LabelNameError, Names},
    meter::{Family, Meter, Overflow},
    observe::{Kind, RequestHead},
};

/// When the duration of an exchange is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// When the response's head passes: what a stream's client waits for. Without a head, at the end.
    Head,
    /// At the end of the body.
    End,
    /// Not at all.
    Never,
}

/// The options of [`HttpMetrics`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made until `build`"]
pub struct HttpMetricsBuilder {
    meter: Meter,
    options: Options,
    server_address: Option<usize>,
    custom: Vec<CustomLabel>,
}

#[derive(Clone)]
pub(super) struct Options {
    pub(super) timing: Timings,
    pub(super) time_to_first_byte: bool,
    pub(super) request_size: bool,
    pub(super) response_size: bool,
    pub(super) protocol_version: bool,
    pub(super) size_status: bool,
    pub(super) active_route: bool,
    pub(super) skip: Option<Arc<Skip>>,
}

/// The timing of each kind, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timings([Timing; 4]);

pub(super) type Skip = dyn Fn(RequestHead<'_>) -> bool + Send + Sync;

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
    pub(super) fn finish(self) -> HttpMetrics {
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
        HttpMetrics::from(Inner {
            custom: custom.collect(),
            duration: Family::new(&meter, &catalog::HTTP_SERVER_REQUEST_DURATION),
            active: Family::new(&meter, &catalog::HTTP_SERVER_ACTIVE_REQUESTS),
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

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            timing: Timings::default(),
            time_to_first_byte: false,
            request_size: true,
            response_size: true,
            protocol_version: false,
            size_status: false,
            active_route: false,
            skip: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            timing,
            time_to_first_byte,
            request_size,
            response_size,
            protocol_version,
            size_status,
            active_route,
            skip,
        } = self;
        f.debug_struct("Options")
            .field("timing", timing)
            .field("time_to_first_byte", time_to_first_byte)
            .field("request_size", request_size)
            .field("response_size", response_size)
            .field("protocol_version", protocol_version)
            .field("size_status", size_status)
            .field("active_route", active_route)
            .field("skip", &skip.is_some())
            .finish()
    }
}

// === impl Timings ===

impl Timings {
    #[inline]
    pub(super) fn of(self, kind: Kind) -> Timing {
        self.0[kind as usize]
    }

    fn set(&mut self, kind: Kind, timing: Timing) {
        self.0[kind as usize] = timing;
    }
}

impl Default for Timings {
    fn default() -> Self {
        let mut timings = Self([Timing::End; 4]);
        timings.set(Kind::Stream, Timing::Head);
        timings.set(Kind::Upgrade, Timing::Head);
        timings
    }
}
