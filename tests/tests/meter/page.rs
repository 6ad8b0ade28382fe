//! A page's reports, with all that can be asked for.

use bartizan::{meter::Meter, vitals::WebVitals};
use bartizan_tests::client;
use http::Request;
use tower::ServiceExt;

/// Reports each of the Web Vitals once.
pub(super) async fn one_page(meter: Meter) {
    let vitals = WebVitals::builder()
        .meter(meter)
        .any_origin()
        .navigation_type(true)
        .build()
        .expect("options that fit");
    let report = |name: &&str| {
        format!(r#"{{"name":"{name}","value":1,"id":"v6-1","page":"/","navigationType":"reload"}}"#)
    };
    let reports: Vec<_> = ["CLS", "FCP", "INP", "LCP", "TTFB"]
        .iter()
        .map(report)
        .collect();
    let request = Request::post("/").header("content-type", "text/plain");
    let request = request.body(client::text(format!("[{}]", reports.join(","))));
    let Ok(answer) = vitals.oneshot(request.expect("a request")).await;
    assert_eq!(answer.status(), 204);
}
