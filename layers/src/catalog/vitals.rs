//! The metrics of Web Vitals, as browsers report them.

use super::{
    Kind, Label, Metric, NAVIGATION_TYPE, PAGE, RATING, Stability, VITAL, VITAL_REASON, opt_in,
};

/// What all five have.
const LABELS: &[Label] = &[PAGE, opt_in(NAVIGATION_TYPE)];
const RECORDED: &str = "the first report of an id";

/// How long the largest element of a page took to show.
pub const WEB_VITAL_LCP: Metric = Metric {
    name: "browser_web_vital_lcp_seconds",
    otel_name: "browser.web_vital.lcp",
    kind: Kind::Histogram,
    unit: "s",
    labels: LABELS,
    buckets: Some(&[0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0]),
    help: "Largest Contentful Paint, as browsers report it; good up to 2.5 s, poor above 4 s.",
    recorded: RECORDED,
    stability: Stability::Development,
};
/// How long a page took to answer what its user did.
pub const WEB_VITAL_INP: Metric = Metric {
    name: "browser_web_vital_inp_seconds",
    otel_name: "browser.web_vital.inp",
    kind: Kind::Histogram,
    unit: "s",
    labels: LABELS,
    buckets: Some(&[0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0]),
    help: "Interaction to Next Paint, as browsers report it; good up to 0.2 s, poor above 0.5 s.",
    recorded: RECORDED,
    stability: Stability::Development,
};
/// How long a page took to show anything.
pub const WEB_VITAL_FCP: Metric = Metric {
    name: "browser_web_vital_fcp_seconds",
    otel_name: "browser.web_vital.fcp",
    kind: Kind::Histogram,
    unit: "s",
    labels: LABELS,
    buckets: Some(&[0.5, 1.0, 1.4, 1.8, 2.4, 3.0, 4.0, 6.0, 10.0]),
    help: "First Contentful Paint, as browsers report it; good up to 1.8 s, poor above 3 s.",
    recorded: RECORDED,
    stability: Stability::Development,
};
/// How long the first byte of a page took.
pub const WEB_VITAL_TTFB: Metric = Metric {
    name: "browser_web_vital_ttfb_seconds",
    otel_name: "browser.web_vital.ttfb",
    kind: Kind::Histogram,
    unit: "s",
    labels: LABELS,
    buckets: Some(&[0.1, 0.2, 0.4, 0.8, 1.2, 1.8, 3.0, 6.0, 10.0]),
    help: "Time to First Byte, as browsers report it; good up to 0.8 s, poor above 1.8 s.",
    recorded: RECORDED,
    stability: Stability::Development,
};
/// How far a page's content moved by itself.
pub const WEB_VITAL_CLS: Metric = Metric {
    name: "browser_web_vital_cls",
    otel_name: "browser.web_vital.cls",
    kind: Kind::Histogram,
    unit: "1",
    labels: LABELS,
    buckets: Some(&[0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0]),
    help: "Cumulative Layout Shift, as browsers report it; good up to 0.1, poor above 0.25.",
    recorded: RECORDED,
    stability: Stability::Development,
};
/// Reports that were recorded.
pub const WEB_VITAL_REPORTS: Metric = Metric {
    name: "browser_web_vital_reports_total",
    otel_name: "browser.web_vital.reports",
    kind: Kind::Counter,
    unit: "{report}",
    labels: &[VITAL, RATING],
    buckets: None,
    help: "Web Vitals that browsers reported and that were recorded, by their rating.",
    recorded: "accepted; every name and rating is registered at 0",
    stability: Stability::Development,
};
/// Reports that were not.
pub const WEB_VITAL_REJECTED: Metric = Metric {
    name: "browser_web_vital_rejected_total",
    otel_name: "browser.web_vital.rejected",
    kind: Kind::Counter,
    unit: "{report}",
    labels: &[VITAL_REASON],
    buckets: None,
    help: "Web Vitals that were not recorded; a request that is refused counts as one, whatever is in it.",
    recorded: "refused, or repeated; every reason is registered at 0",
    stability: Stability::Development,
};
