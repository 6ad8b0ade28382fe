//! What the service can be told.

use std::{sync::Arc, time::Duration};

use http::HeaderValue;
use route_canon::{Budget, Canonicalizer, Table, TableError};

use super::{
    WebVitals,
    ids::Ids,
    inner::{Inner, Recording},
    origin::{self, Origins},
    pages::Pages,
    rate::Rate,
};
use crate::{meter::Meter, route::Guesser};

/// The options of [`WebVitals`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made until `build`"]
pub struct WebVitalsBuilder {
    meter: Meter,
    origins: Whose,
    pages: Option<Vec<String>>,
    guess: Option<Canonicalizer>,
    page_limit: usize,
    navigation_type: bool,
    body_limit: usize,
    timeout: Duration,
    max_rate: u32,
    remembered_ids: usize,
    module: bool,
}

/// The options of [`WebVitals`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebVitalsError {
    /// What was given is no origin.
    #[error(
        "web_vitals.origins: {given:?} is not `scheme://host` or `scheme://host:port`, without a path and in ASCII"
    )]
    Origin {
        /// What was given.
        given: String,
    },
    /// The templates of pages do not make a table.
    #[error("web_vitals.pages: {0}")]
    Pages(#[from] TableError),
    /// More templates than any budget holds.
    #[error(
        "web_vitals.pages: {given} templates; at most {} are accepted",
        Budget::MAX_LIMIT
    )]
    TooManyPages {
        /// How many there are.
        given: usize,
    },
    /// The budget of pages is out of range.
    #[error(
        "web_vitals.page_limit: {given}; from 1 to {} are accepted",
        Budget::MAX_LIMIT
    )]
    PageLimit {
        /// What was given.
        given: usize,
    },
    /// The limit of a body is out of range.
    #[error("web_vitals.body_limit: {given} bytes; from 1 to {MOST_BYTES} are accepted")]
    BodyLimit {
        /// What was given.
        given: usize,
    },
    /// The time for a body is out of range.
    #[error("web_vitals.timeout: {given:?}; more than 0 and up to {MOST_TIME:?} is accepted")]
    Timeout {
        /// What was given.
        given: Duration,
    },
    /// The rate is out of range.
    #[error("web_vitals.max_rate: {given} a second; from 1 to {MOST_RATE} are accepted")]
    MaxRate {
        /// What was given.
        given: u32,
    },
    /// The memory of ids is out of range.
    #[error("web_vitals.remembered_ids: {given}; from 1 to {MOST_IDS} are accepted")]
    RememberedIds {
        /// What was given.
        given: usize,
    },
}

/// Whose pages may report, as it was asked for.
#[derive(Clone, Debug)]
enum Whose {
    Same,
    Any,
    Listed(Vec<String>),
}

/// The most bytes of a body, and the default.
const MOST_BYTES: usize = 16 * 1_024;
const MOST_TIME: Duration = Duration::from_secs(60);
const MOST_RATE: u32 = 10_000_000;
const MOST_IDS: usize = 1 << 24;

// === impl WebVitalsBuilder ===

impl WebVitalsBuilder {
    /// Records through `meter`; by default the global recorder, with Prometheus names.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// Takes reports of pages of these origins, `https://shop.example` or `http://localhost:3000`, and of no others, the
    /// service's own included. Called again, it adds to them.
    ///
    /// Without it, reports are taken whose `Origin` has the authority that the request is for. Say it where a proxy in
    /// front changes `Host`, or where pages are of another host.
    pub fn origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut listed = match self.origins {
            Whose::Listed(listed) => listed,
            Whose::Same | Whose::Any => Vec::new(),
        };
        listed.extend(origins.into_iter().map(Into::into));
        self.origins = Whose::Listed(listed);
        self
    }

    /// Takes reports of anyone's pages, and of what is no browser.
    pub fn any_origin(mut self) -> Self {
        self.origins = Whose::Any;
        self
    }

    /// Labels reports with the template that their page matches, in any spelling of
    /// [`Template`](route_canon::Template); other pages are `{unmatched}`, unless [`guess`](Self::guess) is asked for, too.
    ///
    /// It is the safe choice: no sender can add a label. Called again, it adds to them.
    pub fn pages(mut self, templates: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let pages = self.pages.get_or_insert_default();
        pages.extend(templates.into_iter().map(Into::into));
        self
    }

    /// Guesses the route of a page that no template matches. Without [`pages`](Self::pages) that is done in any case, by
    /// the default canonicalizer.
    ///
    /// A guess becomes a label with the second request that reports its page; see the
    /// [module docs](super#pages) for what a sender can do about it.
    pub fn guess(mut self, canonicalizer: Canonicalizer) -> Self {
        self.guess = Some(canonicalizer);
        self
    }

    /// Keeps at most `limit` distinct pages: 200 by default, 60,000 at most. Templates have their places in any case,
    /// so it counts as no less than these. Later pages are `{overflow}`.
    pub fn page_limit(mut self, limit: usize) -> Self {
        self.page_limit = limit;
        self
    }

    /// Labels the histograms with how the browser came to the page, too: seven types, so up to eight times the series.
    pub fn navigation_type(mut self, label: bool) -> Self {
        self.navigation_type = label;
        self
    }

    /// Refuses a body of more than so many bytes: 16,384 by default, which is also the most. The module for browsers sends
    /// batches up to that, if a page has some hundred measurements; with the usual five they have less than 1,024.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Refuses a body that is not there so long after it first let wait: 5 seconds by default, 60 at most. It is for the
    /// whole of it: one byte now and then does not help.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Takes at most so many POST requests a second, in this service and its clones, and a second's worth at once: 1,000
    /// by default, 10,000,000 at most. Those that the origin refuses do not count.
    pub fn max_rate(mut self, requests: u32) -> Self {
        self.max_rate = requests;
        self
    }

    /// Has room for so many ids, 8 bytes each, rounded up to a power of two: 65,536 by default, 16,777,216 at most.
    /// When there are more, the oldest are forgotten, and a later report of one is recorded again; of the ids that came
    /// last, a quarter of the room, all but one in a thousand are remembered.
    pub fn remembered_ids(mut self, ids: usize) -> Self {
        self.remembered_ids = ids;
        self
    }

    /// Answers a GET with the [module for browsers](super::MODULE), or not; on by default.
    pub fn module(mut self, serve: bool) -> Self {
        self.module = serve;
        self
    }

    /// Makes the service.
    ///
    /// # Errors
    ///
    /// [`WebVitalsError`] names the option that was refused, and says what is accepted.
    pub fn build(self) -> Result<WebVitals, WebVitalsError> {
        let origins = match &self.origins {
            Whose::Same => Origins::Same,
            Whose::Any => Origins::Any,
            Whose::Listed(given) => Origins::Listed(listed(given)?),
        };
        let table = self.pages.as_ref().map(Table::new).transpose()?;
        let Self {
            page_limit,
            body_limit,
            timeout,
            max_rate,
            remembered_ids,
            ..
        } = self;
        match table.as_ref().map_or(0, Table::len) {
            given if given > Budget::MAX_LIMIT => Err(WebVitalsError::TooManyPages { given }),
            _ if !(1..=Budget::MAX_LIMIT).contains(&page_limit) => {
                Err(WebVitalsError::PageLimit { given: page_limit })
            }
            _ if !(1..=MOST_BYTES).contains(&body_limit) => {
                Err(WebVitalsError::BodyLimit { given: body_limit })
            }
            _ if timeout.is_zero() || timeout > MOST_TIME => {
                Err(WebVitalsError::Timeout { given: timeout })
            }
            _ if !(1..=MOST_RATE).contains(&max_rate) => {
                Err(WebVitalsError::MaxRate { given: max_rate })
            }
            _ if !(1..=MOST_IDS).contains(&remembered_ids) => Err(WebVitalsError::RememberedIds {
                given: remembered_ids,
            }),
            _ => Ok(self.make(origins, table)),
        }
    }

    /// Makes the service of options that need no check.
    pub(super) fn finish(self) -> WebVitals {
        self.make(Origins::Same, None)
    }

    fn make(self, origins: Origins, table: Option<Table>) -> WebVitals {
        let Self {
            meter,
            origins: _,
            pages: _,
            guess,
            page_limit,
            navigation_type,
            body_limit,
            timeout,
            max_rate,
            remembered_ids,
            module,
        } = self;
        let guesser = match guess {
            None if table.is_some() => Guesser::default(),
            guess => guess.unwrap_or_default().into(),
        };
        let pages = Pages::new(page_limit, table.map(Arc::new), guesser);
        let ids = Ids::new(remembered_ids);
        let recording = Recording::new(meter, pages, navigation_type, ids);
        Inner::new(
            origins,
            Rate::new(max_rate),
            body_limit,
            timeout,
            module,
            recording,
        )
        .into()
    }
}

impl Default for WebVitalsBuilder {
    fn default() -> Self {
        Self {
            meter: Meter::default(),
            origins: Whose::Same,
            pages: None,
            guess: None,
            page_limit: Budget::DEFAULT_LIMIT,
            navigation_type: false,
            body_limit: MOST_BYTES,
            timeout: Duration::from_secs(5),
            max_rate: 1_000,
            remembered_ids: 1 << 16,
            module: true,
        }
    }
}

/// Origins as browsers write them.
fn listed(given: &[String]) -> Result<Vec<HeaderValue>, WebVitalsError> {
    let normal = |given: &String| {
        origin::normal(given).ok_or_else(|| WebVitalsError::Origin {
            given: given.clone(),
        })
    };
    given.iter().map(normal).collect()
}
