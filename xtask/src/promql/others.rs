//! Series that are not the catalogue's: Prometheus' own, and the process'.

/// A series that is not of the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Other {
    pub(super) name: &'static str,
    /// Beside `job` and `instance`.
    pub(super) labels: &'static [&'static str],
    /// Whether it may have any labels besides.
    pub(super) open: bool,
    /// Whether it only rises.
    pub(super) counter: bool,
}

/// All of them. The process' are those that the crate metrics-process emits.
pub(super) const OTHERS: &[Other] = &[
    gauge("up"),
    alerts("ALERTS", &["alertname", "alertstate"]),
    alerts("ALERTS_FOR_STATE", &["alertname"]),
    gauge("scrape_duration_seconds"),
    gauge("scrape_samples_post_metric_relabeling"),
    gauge("scrape_samples_scraped"),
    gauge("scrape_series_added"),
    Other {
        counter: true,
        ..gauge("process_cpu_seconds_total")
    },
    gauge("process_max_fds"),
    gauge("process_open_fds"),
    gauge("process_resident_memory_bytes"),
    gauge("process_start_time_seconds"),
    gauge("process_threads"),
    gauge("process_virtual_memory_bytes"),
    gauge("process_virtual_memory_max_bytes"),
    Other {
        labels: &[
            "deployment_environment_name",
            "service_instance_id",
            "service_name",
            "service_namespace",
            "service_version",
        ],
        ..gauge("target_info")
    },
];

pub(super) fn find(name: &str) -> Option<&'static Other> {
    OTHERS.iter().find(|other| other.name == name)
}

const fn gauge(name: &'static str) -> Other {
    Other {
        name,
        labels: &[],
        open: false,
        counter: false,
    }
}

/// An alert has the labels of its expression, and those that its rule adds.
const fn alerts(name: &'static str, labels: &'static [&'static str]) -> Other {
    Other {
        labels,
        open: true,
        ..gauge(name)
    }
}
