//! Answers that say come again, and answers that do not.

use tonic::{Code, Status};

use super::support::{Collector, Scene, millis, spent};
use crate::config::TraceExporter;

/// How many spans are sent.
const SPANS: u64 = 4;

/// Sends them, of which so many are `lost`.
fn flush(collector: &Collector, exporter: TraceExporter, lost: u64, most: u64) {
    let scene = Scene::new();
    let path = match exporter {
        TraceExporter::OtlpHttp => "/v1/traces",
        TraceExporter::Zipkin => "/api/v2/spans",
        _ => "",
    };
    let config = Scene::tracing(exporter, &collector.url(&scene, path), millis(3_000));
    let provider = scene.provider(&config);
    Scene::spans(&provider, SPANS as usize);
    let flushed = spent(millis(0), millis(most), || provider.force_flush());
    assert_eq!(flushed.is_ok(), lost == 0, "{flushed:?}");
    let failed = u64::from(lost > 0);
    scene.assert_figures("traces", 1 - failed, failed, lost);
}

#[test]
fn a_receiver_with_too_much_to_do_gets_it_when_it_said() {
    for exporter in [TraceExporter::OtlpHttp, TraceExporter::Zipkin] {
        for status in [429, 503] {
            let collector = Collector::default();
            collector.will_answer(status, Some("1"), "");
            flush(&collector, exporter, 0, 2_000);
            assert_eq!(collector.requests(), 2);
            assert!(
                collector.pause() >= millis(1_000),
                "{:?}",
                collector.pause()
            );
        }
    }
}

#[test]
fn one_that_wants_more_time_than_there_is_is_not_waited_for() {
    let collector = Collector::default();
    collector.will_answer(503, Some("3600"), "");
    flush(&collector, TraceExporter::OtlpHttp, SPANS, 0);
    assert_eq!(collector.requests(), 1);
}

#[test]
fn one_that_says_no_is_believed() {
    for status in [400, 401, 413, 500] {
        let collector = Collector::default();
        collector.will_answer(status, Some("1"), "no such key");
        flush(&collector, TraceExporter::OtlpHttp, SPANS, 0);
        assert_eq!(collector.requests(), 1, "{status}");
    }
    for code in [
        Code::InvalidArgument,
        Code::Unauthenticated,
        Code::ResourceExhausted,
    ] {
        let collector = Collector::default();
        collector.will_fail(Status::new(code, "no such key"));
        flush(&collector, TraceExporter::OtlpGrpc, SPANS, 0);
        assert_eq!(collector.requests(), 1, "{code:?}");
    }
}

#[test]
fn a_call_that_may_succeed_later_is_tried_later() {
    for code in [Code::Unavailable, Code::DataLoss] {
        let collector = Collector::default();
        collector.will_fail(Status::new(code, "restarting"));
        collector.will_fail(Status::new(code, "restarting"));
        flush(&collector, TraceExporter::OtlpGrpc, 0, 1_000);
        assert_eq!((collector.requests(), collector.spans().len()), (3, 4));
    }
}

/// What the receiver rejected is lost, and what it says of what it took is not.
#[test]
fn what_was_taken_in_part_is_a_failure() {
    for exporter in [TraceExporter::OtlpGrpc, TraceExporter::OtlpHttp] {
        let collector = Collector::default();
        collector.will_reject(3, "too old");
        flush(&collector, exporter, 3, 0);
        assert_eq!(collector.requests(), 1, "it is not sent again");
        let collector = Collector::default();
        collector.will_reject(0, "use the new port");
        flush(&collector, exporter, 0, 0);
    }
}
