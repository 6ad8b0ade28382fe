//! Alerts on Web Vitals, at the values from which on they are poor.

use bartizan::catalog::{Metric, WEB_VITAL_CLS, WEB_VITAL_INP, WEB_VITAL_LCP};

use super::{
    Alert, JOB, Look, NUMBER, PAGE, Result, SECONDS, Severity, Thresholds, look, parts, query,
};

struct Vital {
    key: &'static str,
    name: &'static str,
    metric: &'static Metric,
    said: &'static str,
    value: &'static str,
    meaning: &'static str,
    look: Vec<Look>,
}

impl Vital {
    fn alert(self, values: &Thresholds) -> Result {
        let Self {
            key,
            name,
            metric,
            said,
            value,
            meaning,
            look,
        } = self;
        let at = |end: &str| format!("web_vitals.{key}.{end}");
        let window = values.window("web_vitals.window")?;
        let threshold = values.edge(&at("poor"), metric)?;
        let least = values.number("web_vitals.least_reports")?;
        let (bucket, count) = (parts::bucket(metric), parts::count(metric));
        Ok(Alert {
            name,
            severity: Severity::Warning,
            expression: Some(format!(
                "histogram_quantile(0.75, sum by (job, page, le) (rate({bucket}[{window}]))) > {threshold}\n\
                 and on (job, page) sum by (job, page) (increase({count}[{window}])) >= {least}"
            )),
            hold: values.hold("web_vitals.for")?,
            summary: format!(
                "{said} of {PAGE} of {JOB} is poor: {value} for a quarter of the visits"
            ),
            description: format!(
                "A quarter of the visits to {PAGE} of {JOB} over {window} had a value of {value} or more; above {threshold} it is poor."
            ),
            meaning,
            look,
            tune: "`poor` is Google's limit, and an edge of the buckets. Pages with few visits need a longer `web_vitals.window`.",
        })
    }
}

pub(super) fn lcp(values: &Thresholds) -> Result {
    Vital {
        key: "lcp",
        name: "WebVitalLcpPoor",
        metric: &WEB_VITAL_LCP,
        said: "Largest Contentful Paint",
        value: SECONDS,
        meaning: "Visitors wait for the main content of a page.",
        look: vec![
            query("whether the server is late; then it is no matter of the page:", "histogram_quantile(0.75, sum by (page, le) (rate(browser_web_vital_ttfb_seconds_bucket[1h])))"),
            query("whether anything shows sooner:", "histogram_quantile(0.75, sum by (page, le) (rate(browser_web_vital_fcp_seconds_bucket[1h])))"),
            look("the last release of the page: images without sizes or priority, scripts and fonts that block"),
        ],
    }
    .alert(values)
}

pub(super) fn inp(values: &Thresholds) -> Result {
    Vital {
        key: "inp",
        name: "WebVitalInpPoor",
        metric: &WEB_VITAL_INP,
        said: "Interaction to Next Paint",
        value: SECONDS,
        meaning: "A page answers clicks and keys late: long tasks of scripts.",
        look: vec![
            query("all pages or one:", "histogram_quantile(0.75, sum by (page, le) (rate(browser_web_vital_inp_seconds_bucket[1h])))"),
            look("scripts that are new, third parties' among them; a profile of the page's slowest interaction"),
        ],
    }
    .alert(values)
}

pub(super) fn cls(values: &Thresholds) -> Result {
    Vital {
        key: "cls",
        name: "WebVitalClsPoor",
        metric: &WEB_VITAL_CLS,
        said: "Cumulative Layout Shift",
        value: NUMBER,
        meaning: "What visitors are about to read or to click moves away.",
        look: vec![
            query("all pages or one:", "histogram_quantile(0.75, sum by (page, le) (rate(browser_web_vital_cls_bucket[1h])))"),
            look("images, frames and banners without a place kept for them; fonts that are swapped"),
        ],
    }
    .alert(values)
}
