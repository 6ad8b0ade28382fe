//! Web Vitals over sockets: hyper and axum, HTTP/1 and HTTP/2, senders of every kind.

mod check;
mod floods;
mod random;
mod senders;

use axum::{Router, routing::get};
use bartizan::vitals::{WebVitals, WebVitalsBuilder};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{self, Client, request},
    recorder::Recorder,
    server::Server,
};
use http::Request;

const REPORT: &str = r#"{"name":"LCP","value":2500,"id":"v6-1","page":"/products/7"}"#;

fn vitals(
    recorder: &Recorder,
    options: impl FnOnce(WebVitalsBuilder) -> WebVitalsBuilder,
) -> WebVitals {
    let meter = recorder.meter().build().expect("a meter without options");
    let builder = WebVitals::builder().meter(meter).pages(["/products/{id}"]);
    options(builder).build().expect("options")
}

/// A server of each kind, with the service at `/v`.
async fn servers(service: &WebVitals) -> [Server; 2] {
    let app = Router::new()
        .route("/", get(async || "a page"))
        .route_service("/v", service.clone());
    [
        Server::hyper(service.clone()).await,
        Server::axum(app).await,
    ]
}

/// A POST of a page of the same origin.
fn post(body: impl Into<bytes::Bytes>) -> Request<AnyBody> {
    let mut request = request("POST", "/v").map(|_| client::text(body));
    let headers = request.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        headers.insert(name, value.parse().expect("a value"));
    };
    set("origin", "https://bartizan.test");
    set("content-type", "text/plain;charset=UTF-8");
    request
}

#[tokio::test]
async fn reports_are_taken_on_every_server_and_protocol() {
    let recorder = Recorder::new();
    let service = vitals(&recorder, |options| options);
    let mut taken = 0.0;
    for server in servers(&service).await {
        for protocol in Protocol::BOTH {
            let mut client = Client::connect(server.address(), protocol).await;
            for name in ["LCP", "INP"] {
                taken += 1.0;
                let body = REPORT
                    .replace("v6-1", &format!("{taken}"))
                    .replace("LCP", name);
                let answer = client.fetch(post(body)).await.expect("an answer");
                assert_eq!((answer.head.status.as_u16(), answer.body.len()), (204, 0));
            }
            let answer = client.fetch(request("GET", "/v")).await.expect("an answer");
            assert_eq!(answer.body, bartizan::vitals::MODULE);
            let answer = client
                .fetch(request("HEAD", "/v"))
                .await
                .expect("an answer");
            assert_eq!((answer.head.status.as_u16(), answer.body.len()), (200, 0));
            client.leave().await;
        }
        server.stop().await;
    }
    let scrape = recorder.scrape();
    let page = [("page", "/products/{id}"), ("le", "2.5")];
    let lcp = scrape.value("browser_web_vital_lcp_seconds_bucket", &page);
    assert_eq!(lcp, Some(taken / 2.0));
    let reports = scrape.value("browser_web_vital_reports_total", &[]);
    assert_eq!(reports, Some(taken));
    assert_eq!(
        scrape.value("browser_web_vital_rejected_total", &[]),
        Some(0.0)
    );
}

#[tokio::test]
async fn each_answer_is_given_over_sockets() {
    let recorder = Recorder::new();
    let service = vitals(&recorder, |options| options);
    type Alter = fn(&mut Request<AnyBody>);
    let cases: [(Alter, u16); 9] = [
        (|_| {}, 204),
        (|it| *it.body_mut() = client::text("{\"a\":1}"), 400),
        (|it| *it.body_mut() = client::text(vec![0xFF; 100]), 400),
        (|it| *it.body_mut() = client::text(""), 400),
        (|it| drop(it.headers_mut().remove("origin")), 403),
        (|it| *it.method_mut() = http::Method::PUT, 405),
        (|it| *it.body_mut() = client::text("x".repeat(16_385)), 413),
        (|it| drop(it.headers_mut().remove("content-type")), 415),
        (
            |it| {
                let gzip = http::HeaderValue::from_static("gzip");
                it.headers_mut().insert("content-encoding", gzip);
            },
            415,
        ),
    ];
    for server in servers(&service).await {
        for protocol in Protocol::BOTH {
            for (alter, status) in cases {
                let mut client = Client::connect(server.address(), protocol).await;
                let mut request = post(REPORT);
                alter(&mut request);
                let answer = client.fetch(request).await.expect("an answer");
                assert_eq!(answer.head.status.as_u16(), status, "{protocol:?}");
                client.leave().await;
            }
        }
        server.stop().await;
    }
}
