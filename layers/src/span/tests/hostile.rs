//! Hostile `traceparent`, `tracestate` and `baggage`: the request is served, and nothing is copied.

use opentelemetry::{Context, baggage::BaggageExt, trace::TraceContextExt};
use opentelemetry_sdk::trace::SpanData;
use proptest::prelude::*;

use super::support::{Reply, Traces, exchange, layer, ok, with};
use crate::span::{BaggageLimits, text::fit};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn span(headers: &[(&'static str, &str)]) -> SpanData {
    let traces = Traces::sampled_by(opentelemetry_sdk::trace::Sampler::AlwaysOn);
    exchange(&traces.layer(), with(headers), |_| Reply::Answer(ok([])));
    traces.only()
}

fn goes_on(headers: &[(&'static str, &str)]) -> bool {
    let span = span(headers);
    assert!(span.span_context.is_valid());
    let goes_on = span.span_context.trace_id().to_string() == TRACE;
    assert_eq!(goes_on, span.parent_span_is_remote);
    goes_on
}

#[test]
fn valid_parents_are_taken() {
    for parent in [
        PARENT,
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-holds",
        "fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
    ] {
        assert!(goes_on(&[("traceparent", parent)]), "{parent}");
    }
}

#[test]
fn anything_else_starts_a_trace() {
    let long = format!("{PARENT}{}", "-".repeat(60_000));
    for parent in [
        "",
        "-",
        "00",
        "nonsense",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473@-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473:-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473`-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473é00f067aa0ba902b7--01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0F-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "FF-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        &long,
    ] {
        assert!(!goes_on(&[("traceparent", parent)]), "{parent:.80}");
    }
    assert!(!goes_on(&[
        ("traceparent", PARENT),
        ("traceparent", PARENT)
    ]));
}

#[test]
fn the_state_is_taken_whole_or_not_at_all() {
    // The API allows one character less than the 14 that the specification does.
    let vendor = format!("{}@{}", "t".repeat(241), "s".repeat(13));
    let members = |count: usize| {
        let members = (0..count).map(|index| format!("k{index}=v"));
        members.collect::<Vec<_>>().join(",")
    };
    let (most, over) = (members(32), members(33));
    let long = format!("a={}", "v".repeat(511));
    for (state, taken) in [
        ("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", true),
        ("a=1, b=2 ,\tc=3", true),
        ("a=1,,b=2,", true),
        ("0a@sys=1", true),
        (&format!("{vendor}=v"), true),
        (&format!("{}=v", "k".repeat(256)), true),
        (&format!("{}=v", "k".repeat(257)), false),
        (&most, true),
        (&over, false),
        (&long, false),
        (&format!("a={}", "v".repeat(256)), true),
        (&format!("a={}", "v".repeat(257)), false),
        ("a=1,a=2", false),
        ("A=1", false),
        ("a", false),
        ("=1", false),
        ("a=", false),
        ("a=1=2", false),
        ("a=é", false),
        ("a=1\tb", false),
        ("a b=1", false),
        ("a@b@c=1", false),
        ("@b=1", false),
        ("a@=1", false),
        ("a@1b=1", false),
        ("-a=1", false),
        ("a=1,b", false),
        ("", false),
    ] {
        let span = span(&[("traceparent", PARENT), ("tracestate", state)]);
        assert_eq!(
            span.span_context.trace_id().to_string(),
            TRACE,
            "{state:.60}"
        );
        let kept = span.span_context.trace_state().header();
        assert_eq!(!kept.is_empty(), taken, "{state:.60}: {kept}");
    }
    let lines = [
        ("traceparent", PARENT),
        ("tracestate", "a=1"),
        ("tracestate", "b=2"),
    ];
    assert_eq!(span(&lines).span_context.trace_state().header(), "a=1,b=2");
    let alone = span(&[("tracestate", "a=1")]);
    assert_eq!(alone.span_context.trace_state().header(), "");
}

/// The baggage that a handler sees.
fn baggage(limits: Option<BaggageLimits>, headers: &[(&'static str, &str)]) -> Vec<String> {
    let traces = Traces::new();
    let span = traces.with(|options| match limits {
        Some(limits) => options.baggage(limits),
        None => options,
    });
    let mut seen = Vec::new();
    exchange(&layer(span), with(headers), |_| {
        let here = Context::current();
        let members = here.baggage().iter();
        seen = members
            .map(|(key, (value, _))| format!("{key}={value}"))
            .collect();
        Reply::Answer(ok([]))
    });
    seen.sort();
    seen
}

#[test]
fn baggage_is_taken_if_it_is_asked_for_and_within_its_limits() {
    let all = || Some(BaggageLimits::default());
    let two = [("baggage", "user=alice%20b;p=1, team = blue")];
    assert_eq!(baggage(None, &two), [""; 0]);
    assert_eq!(baggage(all(), &two), ["team=blue", "user=alice b"]);
    assert_eq!(baggage(Some(BaggageLimits::new(1, 8_192)), &two), [""; 0]);
    assert_eq!(
        baggage(Some(BaggageLimits::new(2, 31)), &two),
        ["team=blue", "user=alice b"]
    );
    assert_eq!(baggage(Some(BaggageLimits::new(2, 30)), &two), [""; 0]);
    let big = format!("a={}", "v".repeat(8_192));
    for hostile in [
        "a", "=", "a=\"", "a b=1", "a=1,b", "a=%", "a=%4", "a=%zz", "a=%00", "a=%0a", "a=%ff",
        "a=é", "a=1;é", "a=b\\c", &big,
    ] {
        assert_eq!(
            baggage(all(), &[("baggage", hostile)]),
            [""; 0],
            "{hostile:.40}"
        );
    }
    let lines = [("baggage", "a=1"), ("baggage", "b=2")];
    assert_eq!(baggage(all(), &lines), ["a=1", "b=2"]);
}

#[test]
fn a_byte_that_is_not_to_be_shown_is_found_wherever_it_is() {
    for length in 0..=17 {
        assert_eq!(fit(&"~".repeat(length)), "~".repeat(length));
        for place in 0..length {
            for odd in ["\0", "\x1f", "\x7f"] {
                let text =
                    |at: &str| [&" ".repeat(place), at, &"~".repeat(length - place)].concat();
                assert_eq!(fit(&text(odd)), text("_"));
            }
            let umlaut = ["~".repeat(place), "ü".repeat(length)].concat();
            assert_eq!(fit(&umlaut), umlaut);
        }
    }
}

proptest! {
    #[test]
    fn no_header_makes_a_request_fail(
        parent in proptest::collection::vec(any::<u8>(), 0..120),
        state in proptest::collection::vec(any::<u8>(), 0..120),
        baggage in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let traces = Traces::new();
        let layer = layer(traces.with(|options| options.baggage(BaggageLimits::default())));
        let mut request = with(&[("traceparent", PARENT)]);
        let values = [("traceparent", parent), ("tracestate", state), ("baggage", baggage)];
        for (name, value) in values {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        exchange(&layer, request, |_| {
            assert!(Context::current().span().span_context().is_valid());
            Reply::Answer(ok([]))
        });
    }

    #[test]
    fn every_parent_is_read_as_it_was_written(trace in 1u128.., span in 1u64.., flags in any::<u8>()) {
        let parent = format!("00-{trace:032x}-{span:016x}-{flags:02x}");
        let headers = with(&[("traceparent", &parent)]).headers().clone();
        let caller = crate::span::w3c::caller(&headers).expect("a caller").context();
        prop_assert_eq!(caller.trace_id().to_string(), format!("{trace:032x}"));
        prop_assert_eq!(caller.span_id().to_string(), format!("{span:016x}"));
        prop_assert_eq!(caller.is_sampled(), flags & 1 == 1);
    }
}
