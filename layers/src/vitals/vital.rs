//! The closed lists: which vitals there are, how they are rated, how a browser came to its page.

use metrics::Histogram;

use crate::{
    catalog::{self, Metric},
    meter::{Family, Meter},
};

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Vital(Vital),
    /// Known, and not recorded: see the module docs.
    Unsupported,
}

/// A Web Vital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vital {
    Cls,
    Fcp,
    Inp,
    Lcp,
    Ttfb,
}

/// How good a value is, by the thresholds of its vital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rating {
    Good,
    NeedsImprovement,
    Poor,
}

/// How the browser came to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Navigation {
    Navigate,
    Reload,
    BackForward,
    BackForwardCache,
    Prerender,
    Restore,
    Soft,
}

/// What there is to know about a vital.
struct Row {
    name: &'static str,
    /// The last value that is good, and the last that is not poor, as reported.
    thresholds: [f64; 2],
    /// The highest value that is believed, as reported.
    most: f64,
    /// Reported values in one of the metric.
    per_unit: f64,
    metric: &'static Metric,
}

/// What a page of the Next.js framework, or an older web-vitals, reports besides.
const UNSUPPORTED: [&str; 4] = [
    "FID",
    "Next.js-hydration",
    "Next.js-render",
    "Next.js-route-change-to-render",
];

/// No page that loads for longer is waited for.
const TEN_MINUTES: f64 = 600_000.0;

// === impl Name ===

impl Name {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let vital = Vital::ALL.into_iter().find(|vital| vital.name() == name);
        match vital {
            Some(vital) => Some(Self::Vital(vital)),
            None => UNSUPPORTED.contains(&name).then_some(Self::Unsupported),
        }
    }

    /// Whether a value is one that a browser may report.
    pub(super) fn admits(self, value: f64) -> bool {
        match self {
            Self::Vital(vital) => (0.0..=vital.row().most).contains(&value),
            Self::Unsupported => value.is_finite(),
        }
    }
}

// === impl Vital ===

impl Vital {
    pub(super) const ALL: [Self; 5] = [Self::Cls, Self::Fcp, Self::Inp, Self::Lcp, Self::Ttfb];

    const fn row(self) -> &'static Row {
        match self {
            Self::Cls => &Row {
                name: "CLS",
                thresholds: [0.1, 0.25],
                most: 100.0,
                per_unit: 1.0,
                metric: &catalog::WEB_VITAL_CLS,
            },
            Self::Fcp => &Row {
                name: "FCP",
                thresholds: [1_800.0, 3_000.0],
                most: TEN_MINUTES,
                per_unit: 1_000.0,
                metric: &catalog::WEB_VITAL_FCP,
            },
            Self::Inp => &Row {
                name: "INP",
                thresholds: [200.0, 500.0],
                most: TEN_MINUTES,
                per_unit: 1_000.0,
                metric: &catalog::WEB_VITAL_INP,
            },
            Self::Lcp => &Row {
                name: "LCP",
                thresholds: [2_500.0, 4_000.0],
                most: TEN_MINUTES,
                per_unit: 1_000.0,
                metric: &catalog::WEB_VITAL_LCP,
            },
            Self::Ttfb => &Row {
                name: "TTFB",
                thresholds: [800.0, 1_800.0],
                most: TEN_MINUTES,
                per_unit: 1_000.0,
                metric: &catalog::WEB_VITAL_TTFB,
            },
        }
    }

    /// The word for it.
    pub(super) const fn name(self) -> &'static str {
        self.row().name
    }

    pub(super) fn rate(self, value: f64) -> Rating {
        let [good, fair] = self.row().thresholds;
        if value <= good {
            Rating::Good
        } else if value <= fair {
            Rating::NeedsImprovement
        } else {
            Rating::Poor
        }
    }

    /// A reported value in the metric's unit. It is divided: 2,500 ms are the double nearest to 2.5 then, which is the
    /// bucket's edge, and `-0` is 0.
    pub(super) fn in_unit(self, value: f64) -> f64 {
        value / self.row().per_unit + 0.0
    }

    pub(super) fn family(self, meter: &Meter) -> Family<Histogram> {
        Family::new(meter, self.row().metric)
    }
}

// === impl Rating ===

impl Rating {
    pub(super) const ALL: [Self; 3] = [Self::Good, Self::NeedsImprovement, Self::Poor];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NeedsImprovement => "needs-improvement",
            Self::Poor => "poor",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.as_str() == word)
    }
}

// === impl Navigation ===

impl Navigation {
    const ALL: [Self; 7] = [
        Self::Navigate,
        Self::Reload,
        Self::BackForward,
        Self::BackForwardCache,
        Self::Prerender,
        Self::Restore,
        Self::Soft,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Navigate => "navigate",
            Self::Reload => "reload",
            Self::BackForward => "back-forward",
            Self::BackForwardCache => "back-forward-cache",
            Self::Prerender => "prerender",
            Self::Restore => "restore",
            Self::Soft => "soft-navigation",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
