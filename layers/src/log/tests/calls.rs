//! gRPC calls: one line each, by their own status.

use http::{HeaderValue, StatusCode};

use super::support::subscribe;
use crate::{
    log::{Log, LogLayer},
    observe::ObserveLayer,
    route::RouteSources,
    rpc::tests::{
        cases::{CASES, Case},
        kit::{OK, Reply, answer, call, exchange, message},
    },
};

fn layer(log: Log) -> LogLayer {
    let routes = RouteSources::new().grpc_methods(["test.Echo/Say"]);
    ObserveLayer::new(log).routes(routes.expect("a method"))
}

/// The level of a line, and of its fields these, as they stand there.
fn fields(line: &str, names: &[&str]) -> String {
    let level = line.split(' ').next().expect("a level").to_owned();
    let told = names.iter().filter_map(|name| {
        let (_, rest) = line.split_once(&format!(" {name}="))?;
        rest.split(' ').next()
    });
    std::iter::once(&*level)
        .chain(told)
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(start_paused = true)]
async fn every_end_has_its_line() {
    for case in CASES {
        let Case {
            name,
            reply,
            status,
            error,
        } = case;
        let (_guard, lines) = subscribe();
        exchange(&layer(Log::new()), case.request(), reply(), || {});
        let lines = lines.take();
        assert_eq!(lines.len(), 1, "{name}: {lines:?}");
        if let Some(http) = reply().http_status() {
            // The answer is not gRPC's: HTTP tells.
            let level = if http.is_server_error() {
                "ERROR"
            } else {
                "INFO"
            };
            assert_eq!(fields(&lines[0], &["rpc.method"]), level, "{name}");
            continue;
        }
        let fault = match *error {
            None => None,
            Some("cancelled_before_response" | "dropped") => Some("unknown"),
            Some(_) => Some("server"),
        };
        let level = match fault {
            Some("server") => "ERROR",
            _ => "INFO",
        };
        let mut wanted = format!("{level} \"test.Echo/Say\" \"{status}\"");
        for word in error.iter().chain(&fault) {
            wanted.push_str(&format!(" \"{word}\""));
        }
        let names = [
            "rpc.method",
            "rpc.response.status_code",
            "error.type",
            "fault",
        ];
        assert_eq!(fields(&lines[0], &names), wanted, "{name}");
    }
}

#[test]
fn any_status_but_ok_that_is_not_the_servers_fault_is_a_clients() {
    let log = Log::builder().warn_of_client_faults().build();
    let layer = layer(log.expect("a log"));
    for case in CASES {
        let (_guard, lines) = subscribe();
        exchange(&layer, case.request(), (case.reply)(), || {});
        if (case.reply)().http_status().is_some() {
            continue;
        }
        let wanted = match (case.status, case.error) {
            ("OK", _) | (_, Some("cancelled_before_response" | "dropped")) => "INFO",
            (_, None) => "WARN",
            (_, Some(_)) => "ERROR",
        };
        assert_eq!(fields(&lines.take()[0], &[]), wanted, "{}", case.name);
    }
}

#[test]
fn the_whole_line_of_a_call() {
    let (_guard, lines) = subscribe();
    let reply = Reply::Answer(answer([message("one"), OK]));
    exchange(&layer(Log::new()), call("Say"), reply, || {});
    let [line] = <[String; 1]>::try_from(lines.take()).expect("one line");
    let (before, after) = line.split_once(" duration_seconds=").expect("a duration");
    assert_eq!(
        before,
        "INFO bartizan::request \"request ended\" http.request.method=\"POST\" \
         http.route=\"/test.Echo/Say\" http.response.status_code=200 rpc.method=\"test.Echo/Say\" \
         rpc.response.status_code=\"OK\" network.protocol.version=\"1.1\""
    );
    let (_, after) = after.split_once(' ').expect("more");
    assert_eq!(after, "http.response.body.size=8 frames=1");
}

#[test]
fn a_method_is_the_clients_text_until_an_answer_vouches_for_it() {
    let layer = LogLayer::default();
    let method = |status: &'static str, steps: bool| {
        let (_guard, lines) = subscribe();
        let mut response = answer(
            steps
                .then(|| message("one"))
                .into_iter()
                .chain(steps.then_some(OK)),
        );
        if !steps {
            let status = HeaderValue::from_static(status);
            response.headers_mut().insert("grpc-status", status);
        }
        exchange(&layer, call("Say"), Reply::Answer(response), || {});
        fields(&lines.take()[0], &["rpc.method"])
    };
    // Anyone can ask for what does not exist.
    assert_eq!(method("12", false), "INFO \"_OTHER\"");
    assert_eq!(method("13", false), "ERROR \"_OTHER\"");
    assert_eq!(method("0", true), "INFO \"test.Echo/Say\"");
    assert_eq!(method("16", false), "INFO \"test.Echo/Say\"");
    assert_eq!(method("12", false), "ERROR \"test.Echo/Say\"");
}

#[test]
fn what_is_no_call_has_no_status_of_one() {
    let (_guard, lines) = subscribe();
    let mut request = call("Say");
    *request.method_mut() = http::Method::GET;
    let mut response = answer([message("one"), OK]);
    *response.status_mut() = StatusCode::OK;
    exchange(&layer(Log::new()), request, Reply::Answer(response), || {});
    let lines = lines.take();
    assert!(!lines[0].contains("rpc."), "{lines:?}");
}
