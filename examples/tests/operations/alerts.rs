//! Faults are turned on until alerts fire, and off until they are resolved.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    boards, names,
    rig::{self, Alertmanager, Demo, Fault, Prometheus, Scratch, Watch, Webhook, until},
    rules,
};

/// Faults that are on together, and the alerts that these are to raise.
type Act = (&'static [Fault], &'static [&'static str]);

/// One after the other; what is in one act does not hide each other.
const ACTS: &[Act] = &[
    (
        &[
            "errors",
            "failing-jobs",
            "slow-pages",
            "grpc-errors",
            "model-errors",
            "many-types",
        ],
        &[
            "HttpErrorBudgetFast",
            "TaskFailureRatio",
            "WebVitalLcpPoor",
            "WebVitalInpPoor",
            "WebVitalClsPoor",
            "RpcErrorBudgetFast",
            "GenAiErrorRatio",
            "LabelOverflow",
        ],
    ),
    (
        &["latency", "stuck-job", "broken-streams"],
        &[
            "HttpLatencyP95High",
            "TaskStuck",
            "SseErrorBudgetFast",
            "SseErrorSpike",
        ],
    ),
    (
        &["hang", "no-jobs", "disconnects"],
        &[
            "HttpClientsGaveUp",
            "TaskSilent",
            "SseDisconnectStorm",
            "SseShortStreams",
        ],
    ),
    (
        &["silence", "slow-consumers"],
        &[
            "SseFlowStopped",
            "SseHeartbeatsOnly",
            "SseStreamsStalled",
            "SseSlowConsumers",
        ],
    ),
    (&["slow-first-event"], &["SseFirstEventSlow"]),
    (&["empty-streams"], &["SseNoFirstEvent"]),
];

/// How long an alert may take to fire, or to be resolved.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long all is to be well at the start: as long as the longest window is, and some more.
const HEALTHY: Duration = Duration::from_secs(20);

/// The streams that stay open.
const STAY_OPEN: &str = "http_route=~\"/(feed|ticker)/.*\"";

const CONFIG: &str = "\
logging:
  level: warn
  output: stderr
metrics:
  listen: 127.0.0.1:0
scan:
  interval: 1s
layers:
  http:
    time_to_first_byte: true
  sse:
    end_types: [end]
    end_data: ['[DONE]']
tasks:
  stage_cap: 10
models:
  end_data: ['[DONE]']
vitals:
  origins: any
  pages: [/, '/shop/{item}']
  navigation_type: true
";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs prometheus and prometheus-alertmanager"]
async fn alerts_fire_and_are_resolved() {
    let _alone = rig::alone().await;
    let scratch = Scratch::new("alerts");
    let rules = rules::compressed(&scratch);
    let (webhook, url) = Webhook::start().await;
    let alertmanager = Alertmanager::start(&scratch, &url).await;
    let mut demo = Demo::start(&scratch, CONFIG).await;
    let watch = Watch {
        target: demo.metrics().to_owned(),
        rules: rules.iter().map(AsRef::as_ref).collect(),
        alertmanager: Some(alertmanager.address()),
    };
    let prometheus = Prometheus::start(&scratch, watch).await;

    sleep(HEALTHY).await;
    assert!(
        webhook.firing().is_empty(),
        "all is well, and {:?}",
        webhook.firing()
    );

    let mut raised = 0;
    for (faults, alerts) in ACTS {
        demo.switch(faults, true).await;
        until(&format!("{faults:?}"), PATIENCE, async || {
            webhook.fire(alerts)
        })
        .await;
        println!("{faults:?}: {alerts:?} fire");
        demo.switch(faults, false).await;
        until(&format!("{faults:?} off"), PATIENCE, async || {
            webhook.are_resolved(alerts)
        })
        .await;
        println!("{faults:?}: {alerts:?} are resolved");
        raised += alerts.len();
    }
    println!("{raised} alerts fired and were resolved");

    assert_eq!(prometheus.broken_rules().await, Vec::<String>::new());
    // Every kind of end has been there by now.
    assert_eq!(names::unknown(&prometheus).await, Vec::<String>::new());
    assert_eq!(boards::empty(&prometheus).await, Vec::<String>::new());

    // The last closes are seen, for the page is held until it was asked for once more.
    let open = sum(&prometheus, &format!("sse_streams_active{{{STAY_OPEN}}}")).await;
    assert!(open >= 30.0, "{open} streams are open");
    demo.process().signal("TERM");
    until("the end", Duration::from_secs(20), async || {
        demo.process().exit_code().ok_or("it still runs")
    })
    .await;
    let closed = format!(
        "sse_stream_duration_seconds_count{{{STAY_OPEN}, close_reason=\"server_shutdown\"}}"
    );
    assert_eq!(sum(&prometheus, &closed).await, open);

    until("TargetDown", PATIENCE, async || {
        webhook.fire(&["TargetDown"])
    })
    .await;
}

/// The sum of all series, as of now.
async fn sum(prometheus: &Prometheus, series: &str) -> f64 {
    let sum = prometheus.query(&format!("sum({series})")).await;
    let sum = sum.expect("it is an expression");
    let sum = sum.first().expect("it is asked for while it is fresh");
    let value = sum["value"][1]
        .as_str()
        .and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("{sum}"))
}
