//! The board of Web Vitals.

use bartizan::catalog::{self, Metric};

use super::{
    board::{Board, Choice, Row},
    expression::{buckets, quantile, quantile_by, rate_by, share},
    panel::{Panel, Steps},
    unit::Unit,
};

const REPORTS: &str = "browser_web_vital_reports_total";

/// A vital: what is good up to its first value is poor above its second one.
struct Vital {
    metric: &'static Metric,
    titles: [&'static str; 3],
    good: f64,
    poor: f64,
    alerts: &'static [&'static str],
    shows: &'static str,
    next: &'static str,
}

pub(super) fn board() -> Board {
    Board {
        name: "web-vitals",
        title: "bartizan: Web Vitals",
        about: "What browsers report of their pages: how fast they show, answer and settle, for three of four visits.",
        source: "browser_web_vital_reports_total",
        choice: Some(Choice {
            name: "page",
            title: "Page",
            label: "page",
            source: "browser_web_vital_lcp_seconds_count",
            all: ".+",
        }),
        rows: vec![first(), pages(), distributions(), reports()],
    }
}

fn vitals() -> [Vital; 5] {
    [
        Vital {
            metric: &catalog::WEB_VITAL_LCP,
            titles: ["LCP, p75", "LCP by page, p75", "LCP"],
            good: 2.5,
            poor: 4.0,
            alerts: &["WebVitalLcpPoor"],
            shows: "Largest Contentful Paint: until the largest element showed. Good up to 2.5 s, poor above 4 s.",
            next: "With a high TTFB it is the server: look at the p95 of the page's route. Else images, fonts, scripts that block.",
        },
        Vital {
            metric: &catalog::WEB_VITAL_INP,
            titles: ["INP, p75", "INP by page, p75", "INP"],
            good: 0.2,
            poor: 0.5,
            alerts: &["WebVitalInpPoor"],
            shows: "Interaction to Next Paint: until the page showed what its user did. Good up to 0.2 s, poor above 0.5 s.",
            next: "Scripts of the page: what was released last, third parties first.",
        },
        Vital {
            metric: &catalog::WEB_VITAL_CLS,
            titles: ["CLS, p75", "CLS by page, p75", "CLS"],
            good: 0.1,
            poor: 0.25,
            alerts: &["WebVitalClsPoor"],
            shows: "Cumulative Layout Shift: how far content moved by itself. Good up to 0.1, poor above 0.25.",
            next: "Images and advertisements without a size, banners that push content down, fonts that swap.",
        },
        Vital {
            metric: &catalog::WEB_VITAL_FCP,
            titles: ["FCP, p75", "FCP by page, p75", "FCP"],
            good: 1.8,
            poor: 3.0,
            alerts: &[],
            shows: "First Contentful Paint: until anything showed. Good up to 1.8 s, poor above 3 s.",
            next: "With a high TTFB it is the server; else style sheets and scripts that block.",
        },
        Vital {
            metric: &catalog::WEB_VITAL_TTFB,
            titles: ["TTFB, p75", "TTFB by page, p75", "TTFB"],
            good: 0.8,
            poor: 1.8,
            alerts: &[],
            shows: "Time to First Byte: until the page began to arrive, redirects and the line among it. Good up to 0.8 s, poor above 1.8 s.",
            next: "Compare with the p95 of the page's route: the difference is the network, redirects, or a cold cache at the edge.",
        },
    ]
}

fn first() -> Row {
    let mut panels: Vec<_> = vitals()
        .into_iter()
        .map(|vital| {
            Panel::stat(vital.titles[0], Unit::Of(vital.metric))
                .query(quantile("0.75", vital.metric.name, "@page"), "p75")
                .steps(Steps::Above(vital.good, vital.poor))
                .no_value("no reports")
                .alerts(vital.alerts)
                .shows(vital.shows)
                .next(vital.next)
        })
        .collect();
    let poor = share(
        &format!("sum(rate({REPORTS}{{@job,rating=\"poor\"}}[$__rate_interval]))"),
        &format!("sum(rate({REPORTS}{{@job}}[$__rate_interval]))"),
    );
    panels.push(
        Panel::stat("Poor reports", Unit::Share)
            .query(poor, "poor")
            .steps(Steps::Above(0.1, 0.25))
            .no_value("no reports")
            .shows("The share of all reports that browsers rate poor, of all pages: the counter has no page.")
            .next("Ratings tells of which vital, the p75 by page where."),
    );
    Row {
        title: "Are pages fast, for three of four visits",
        panels,
    }
}

fn pages() -> Row {
    let mut panels: Vec<_> = vitals()
        .into_iter()
        .map(|vital| {
            Panel::lines(vital.titles[1], Unit::Of(vital.metric))
                .query(
                    quantile_by("page", "0.75", vital.metric.name, "@page"),
                    "{{page}}",
                )
                .steps(Steps::Above(vital.good, vital.poor))
                .no_value("no reports")
                .alerts(vital.alerts)
                .shows(vital.shows)
                .next(vital.next)
        })
        .collect();
    panels.push(
        Panel::lines("LCP by navigation, p75", Unit::Of(&catalog::WEB_VITAL_LCP))
            .query(
                quantile_by("navigation_type", "0.75", "browser_web_vital_lcp_seconds", "@page,navigation_type!=\"\""),
                "{{navigation_type}}",
            )
            .steps(Steps::Above(2.5, 4.0))
            .opt_in("WebVitalsBuilder::navigation_type")
            .empty_in_demo("it does not ask for the type of navigation")
            .no_value("not asked for")
            .shows("Largest Contentful Paint, by how the browser came to the page.")
            .next("back-forward slow and back-forward-cache rare: something keeps pages out of the cache."),
    );
    Row {
        title: "By page",
        panels,
    }
}

fn distributions() -> Row {
    let panels = vitals().into_iter().map(|vital| {
        Panel::heatmap(vital.titles[2], Unit::Of(vital.metric))
            .query(buckets(vital.metric.name, "@page"), "{{le}}")
            .no_value("no reports")
            .shows(vital.shows)
            .next("Two bands are two kinds of visit, such as phones and desks, or the first and the next.")
    });
    Row {
        title: "How reports are spread",
        panels: panels.collect(),
    }
}

fn reports() -> Row {
    let of = |rating: &str| {
        share(
            &rate_by("name", &format!("{REPORTS}{{@job,rating=\"{rating}\"}}")),
            &rate_by("name", &format!("{REPORTS}{{@job}}")),
        )
    };
    Row {
        title: "Reports",
        panels: vec![
            Panel::lines("Ratings", Unit::Share)
                .query(of("poor"), "{{name}} poor")
                .query(of("needs-improvement"), "{{name}} needs improvement")
                .no_value("no reports")
                .shows("Of each vital's reports, the shares that browsers rate poor, and in need of improvement.")
                .next("A step at a restart: a release. A slow rise: a page that grows."),
            Panel::stack("Reports by vital", Unit::Rate(&catalog::WEB_VITAL_REPORTS))
                .query(rate_by("name", &format!("{REPORTS}{{@job}}")), "{{name}}")
                .shows("Reports that were recorded, in a second.")
                .next("None while there are visits: the script is blocked, such as by a policy of the page; look at rejected reports."),
            Panel::stack("Rejected reports by reason", Unit::Rate(&catalog::WEB_VITAL_REJECTED))
                .query(rate_by("reason", "browser_web_vital_rejected_total{@job}"), "{{reason}}")
                .shows("Reports that were refused, and updates of what was recorded before, in a second.")
                .next("update: usual. origin: a page that is not on the list. rate_limit: more visits than the limit, or someone who sends nonsense. unsupported, unknown_field: a newer script; the log tells."),
        ],
    }
}
