//! Web Vitals: what browsers report of their pages, taken, checked and recorded.
//!
//! A server knows when a page left it, and nothing of when it showed, moved or answered. Browsers know, and the package
//! [`web-vitals`](https://www.npmjs.com/package/web-vitals) measures it there. [`WebVitals`] is the service that it
//! reports to: mounted anywhere, it takes POSTs from anyone's browser and makes metrics of them.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `browser_web_vital_lcp_seconds` | histogram, s | `page` (200 and 2), on request `navigation_type` (7) | the first report of an id |
//! | `browser_web_vital_inp_seconds` | histogram, s | the same | the same |
//! | `browser_web_vital_fcp_seconds` | histogram, s | the same | the same |
//! | `browser_web_vital_ttfb_seconds` | histogram, s | the same | the same |
//! | `browser_web_vital_cls` | histogram, 1 | the same | the same |
//! | `browser_web_vital_reports_total` | counter, {report} | `name` (5), `rating` (3) | with the histogram; registered at 0 |
//! | `browser_web_vital_rejected_total` | counter, {report} | `reason` (14) | see [Answers](#answers); registered at 0 |
//! | `bartizan_label_overflow_total` | counter, {occurrence} | `label` | each report of a page past the limit |
//!
//! **Series**: a page has at most 60 in the text of a scrape, 12 for each of the five vitals; with the type of
//! navigation eight times as many. 200 pages are 12,000 series. Each metric keeps at most 1,900 label sets.
//!
//! # On axum
//!
//! ```
//! use axum::Router;
//! use bartizan::vitals::WebVitals;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vitals = WebVitals::builder()
//!     .pages(["/", "/products/{id}", "/cart"])
//!     .build()?;
//! let app: Router = Router::new().route_service("/api/metrics/web-vitals", vitals);
//! # let _ = app; Ok(())
//! # }
//! ```
//!
//! # On plain hyper
//!
//! ```
//! # async fn example(io: tokio::net::TcpStream) -> Result<(), Box<dyn std::error::Error>> {
//! use bartizan::vitals::WebVitals;
//! use hyper_util::{rt::TokioIo, service::TowerToHyperService};
//!
//! let vitals = WebVitals::builder().origins(["https://shop.example"]).build()?;
//! hyper::server::conn::http1::Builder::new()
//!     .serve_connection(TokioIo::new(io), TowerToHyperService::new(vitals))
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # In the browser
//!
//! A GET of the same path is answered with a small module ([`MODULE`]) that knows by its own address where to report:
//!
//! ```js
//! import * as webVitals from 'web-vitals';
//! import { report } from '/api/metrics/web-vitals';
//! report(webVitals);
//! ```
//!
//! It keeps the last value of each measurement, sends them when the page is hidden, by `sendBeacon` or else by a
//! `fetch` that outlives the page and has no credentials, in batches under 16 KiB, and sends no fields but five: `name`,
//! `value`, `id`, `navigationType` and `page`. The page is the path that shows at that time; where the package tells
//! which one was measured (`navigationURL`, since 6), it is that one's. Soft navigations are measured where browser and
//! package can.
//!
//! With Next.js a copy of the module stands beside this file ([`NEXT_JS`]):
//!
//! ```js
#![doc = include_str!("browser/next.jsx")]
//! ```
//!
//! Measurements may also be sent as they are, `navigator.sendBeacon(path, JSON.stringify(metric))`: what the packages
//! web-vitals 5 and 6 and Next.js put into them is taken, and most of it dropped.
//!
//! # What is read, and what is kept
//!
#![doc = include_str!("privacy.md")]
//!
//! Of the request's head `Origin`, `Host`, `Content-Type`, `Content-Length` and `Content-Encoding` are compared and let go
//! of; no other header, no cookie and no address is read. Nothing that a sender wrote is in an answer or in the log.
//! Other fields, and one that is there twice, are refused: what nobody decided about does not slip in.
//!
//! # Answers
//!
//! Looked at in this order; what is cheap comes first, and a body is read last.
//!
//! | answer | `reason` | when |
//! |---|---|---|
//! | 405, with Allow | `method` | another method than POST, OPTIONS, GET and HEAD |
//! | 403 | `origin` | pages of this origin may not report; of a preflight, too |
//! | 429, with Retry-After | `rate_limit` | more requests than [`max_rate`](WebVitalsBuilder::max_rate) |
//! | 415 | `content_type` | neither `application/json` nor `text/plain`, with any parameters |
//! | 415 | `content_encoding` | any content encoding: what is small here stays small |
//! | 413 | `too_large` | more than 16 KiB, declared or sent |
//! | 408 | `timeout` | the body took longer than [`timeout`](WebVitalsBuilder::timeout), from when it first let wait |
//! | 400 | `body_error` | the connection failed |
//! | 400 | `malformed` | no JSON in UTF-8, or neither a report nor an array of at least one |
//! | 400 | `unknown_field` | a field that is not in the table |
//! | 400, with the field's name | `invalid_field` | a field is missing, there twice, or not as the table has it |
//! | 204 | `update` | a repeated id, for each such report |
//! | 204 | `unsupported` | FID, or a measurement of Next.js' own, for each such report |
//! | 204 | | recorded |
//! | | `cancelled` | the request was dropped before its answer |
//!
//! A request that is refused counts as one. A batch is recorded whole or not at all. FID is no Web Vital any more, and
//! Next.js' own measurements (`Next.js-hydration`, `Next.js-render`, `Next.js-route-change-to-render`) are no Web Vitals:
//! they are taken, counted and not recorded, so that they don't spoil the batch that they are in.
//!
//! # Updates
//!
//! LCP, CLS and INP grow while a page is open, and are reported with one id again and again. A histogram cannot take a
//! sample back, so the **first** report of an id is recorded, and later ones count as `update`. The module therefore sends
//! the last value when the page is hidden. A page that is shown again and hidden later sends what grew meanwhile; the
//! share of updates tells how much is missed so. Ids are remembered in
//! [so many places](WebVitalsBuilder::remembered_ids), by a keyed hash: nobody can make another one's id collide.
//!
//! # Pages
//!
//! The sender is not authenticated, and says by itself which page it is on. [`pages`](WebVitalsBuilder::pages) is a table
//! of templates: what matches none is `{unmatched}`, and no sender can add a label. **Use it where you can.**
//!
//! Without it, a [canonicalizer](crate::route::canon::Canonicalizer) guesses the route, with a `~` in front, and the
//! guess becomes a label with the second request that reports it, within a [budget](WebVitalsBuilder::page_limit) of 200.
//! It is the default because it needs nothing; its price is that a sender who makes up pages can fill the budget.
//! Pages that are labels by then stay, later ones are `{overflow}`, and the number of series stays bounded.
//!
//! # Origins
//!
//! A beacon is sent without a preflight, so the origin is checked on the POST itself, and preflights are answered by the
//! same list. By default the `Origin` has to have the authority that the request is for, by `:authority` or `Host`; the
//! scheme is not compared, since TLS may end in front. A proxy that changes `Host`, as nginx does unless it is told
//! `proxy_set_header Host $http_host`, makes all reports 403: say [`origins`](WebVitalsBuilder::origins) then.
//! `X-Forwarded-Host` is not read, for anyone can send it. An origin keeps other sites' pages out, and nobody who writes his
//! own requests: values can be made up, within the bounds of the table.
//!
//! # Limits
//!
//! The rate is per process and for all senders together; a limit for each sender is a proxy's matter, which knows their
//! addresses. At most `max_rate × timeout` bodies are being read, with the defaults 5,000 of 16 KiB: 80 MB.
//!
//! # Source
//!
//! The package [`web-vitals`](https://github.com/GoogleChrome/web-vitals) 6.2: names, fields, types of navigation, and
//! the thresholds of ratings. The metrics' names are this project's own: OpenTelemetry's conventions have none. Values
//! come in milliseconds and are divided by 1,000; of CLS they are scores. Ratings are computed here.
//!
//! # Cost
//!
//! A report by itself takes 0.8 µs from call to answer, one in a batch of five 0.4 to 0.5 µs: one core takes 1.3 million a
//! second, or 2 million. A request that is refused costs no more a byte than one of a browser; the dearest that was found,
//! 16 KiB of small arrays in a field that is dropped, takes 0.6 to 1.0 of what a batch of five does a byte (and up to 1.2 of
//! what a full batch does). Measured in process by `cargo xtask bench vitals`, whose results are in
//! `bench/results/vitals.txt`.
//!
//! No allocation for a report whose page is known, beyond the recorder's block for each 64 samples (a test of the
//! benchmark counts them). An array takes one for its reports, and one more each time they double past eight; a body that
//! comes in pieces is copied into one buffer of its declared length; a string with escapes into one of its own. Shared
//! writes: the word of the rate, the word of an id, a reference count and the recorder's cells. No lock.
//!
//! # Errors, panics, cancellation
//!
//! No errors: the service answers every request. No panics, whatever is sent; the future panics when it is polled
//! after its answer, or, if a body lets wait, outside of a tokio runtime with a timer. A future that is dropped records
//! nothing, and is counted as `cancelled`.

mod answer;
mod body;
mod builder;
mod field;
mod future;
mod ids;
mod inner;
mod origin;
mod pages;
mod rate;
mod refusal;
mod report;
mod service;
#[cfg(test)]
mod tests;
mod vital;

pub use self::{
    body::VitalsBody,
    builder::{WebVitalsBuilder, WebVitalsError},
    field::{FIELDS, Field, Handling},
    future::VitalsFuture,
    service::WebVitals,
};

/// The module for browsers, which a GET is answered with. It needs no build and no other package than `web-vitals`.
pub const MODULE: &str = include_str!("browser/web-vitals.js");

/// The component for Next.js; see the [module docs](self#in-the-browser).
pub const NEXT_JS: &str = include_str!("browser/next.jsx");
