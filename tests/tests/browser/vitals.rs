//! Pages that report what the package `web-vitals` measures in a browser, to the service, by its module.

use std::{collections::BTreeMap, env, fs, path::PathBuf, time::Duration};

use axum::{
    Router,
    http::header::CONTENT_TYPE,
    response::Html,
    routing::{get, post},
};
use bartizan::vitals::{WebVitals, WebVitalsBuilder};
use bartizan_tests::{recorder::Recorder, scrape::Scrape, server::Server, wait::PATIENCE};
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use crate::driver::Driver;

const NAMES: [(&str, &str); 5] = [
    ("CLS", "browser_web_vital_cls"),
    ("FCP", "browser_web_vital_fcp_seconds"),
    ("INP", "browser_web_vital_inp_seconds"),
    ("LCP", "browser_web_vital_lcp_seconds"),
    ("TTFB", "browser_web_vital_ttfb_seconds"),
];
const PATH: &str = "/api/metrics/web-vitals";
const REPORTS: &str = "browser_web_vital_reports_total";
const REJECTED: &str = "browser_web_vital_rejected_total";
const REPORTING: &str = "new Promise((done) => {
    const look = () => window.reporting ? done() : setTimeout(look, 5);
    look();
})";
/// Until the page was told of a soft navigation.
const SOFT: &str = "new Promise((done) => {
    const is = (metric) => metric.type === 'soft-navigation' && metric.name === 'FCP';
    const look = () => Object.values(seen).some(is) ? done() : setTimeout(look, 5);
    look();
})";
const FRAMES: &str =
    "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true), 100)))";

/// The package as npm has it.
fn web_vitals() -> String {
    let folder = env::var_os("BARTIZAN_WEB_VITALS").map(PathBuf::from);
    let folder = folder.expect("BARTIZAN_WEB_VITALS: the folder of npm's package web-vitals 6");
    let file = folder.join("dist/web-vitals.js");
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn vitals(
    recorder: &Recorder,
    options: impl FnOnce(WebVitalsBuilder) -> WebVitalsBuilder,
) -> WebVitals {
    let meter = recorder.meter().build().expect("a meter without options");
    let builder = WebVitals::builder()
        .meter(meter)
        .pages(["/articles/{id}", "/series/{id}"]);
    options(builder).build().expect("options")
}

/// A site whose pages report, and what its pages were told at their end.
async fn site(service: WebVitals) -> (Server, mpsc::UnboundedReceiver<Vec<Value>>) {
    let (tell, told) = mpsc::unbounded_channel();
    let seen = async move |body: String| {
        let _ = tell.send(serde_json::from_str(&body).expect("JSON"));
    };
    let package = web_vitals();
    let app = Router::new()
        .route("/articles/{id}", get(Html(include_str!("vitals.html"))))
        .route("/bye", get(Html("<title>bye</title>")))
        .route("/seen", post(seen))
        .route(
            "/web-vitals.js",
            get(async move || ([(CONTENT_TYPE, "text/javascript")], package)),
        )
        .route_service(PATH, service);
    (Server::axum(app).await, told)
}

/// Reads a page as a person does, and leaves it. It reports to where it is told, or to its own server.
async fn read(browser: &mut Driver, server: &Server, to: &str) {
    let at = |path: &str| format!("http://{}{path}", server.address());
    browser
        .visit(&at(&format!("/articles/7?token=secret{to}#top")))
        .await;
    browser.evaluate(REPORTING).await;
    browser.evaluate(FRAMES).await;
    browser.evaluate("shift()").await;
    browser.click(100, 250).await;
    browser.evaluate(FRAMES).await;
    let pressed = "document.getElementById('press').textContent";
    assert_eq!(browser.evaluate(pressed).await, "done");
    browser.scroll(100, 250, 600).await;
    sleep(Duration::from_millis(300)).await;
    browser.visit(&at("/bye")).await;
}

fn all_five(scrape: &Scrape) -> bool {
    NAMES
        .iter()
        .all(|(_, metric)| scrape.count(metric, &[]) > 0)
}

/// The sum of each metric is that of what the page was told, to a rounding of the last digit.
fn agrees(scrape: &Scrape, seen: &[Value]) {
    let mut told: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    for metric in seen {
        let sum = told
            .entry(metric["name"].as_str().expect("a name"))
            .or_default();
        sum.0 += 1;
        sum.1 += metric["value"].as_f64().expect("a number");
    }
    for (name, metric) in NAMES {
        let (times, sum) = told[name];
        let sum = if name == "CLS" { sum } else { sum / 1_000.0 };
        let page = [("page", "/articles/{id}")];
        assert_eq!(scrape.count(metric, &page), times, "{name}: {seen:?}");
        assert!(
            (scrape.sum(metric, &page) - sum).abs() < 1e-9,
            "{name}: {seen:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs chromium and npm's web-vitals"]
async fn what_a_browser_measures_shows_in_the_scrape() {
    let recorder = Recorder::new();
    let (server, mut told) = site(vitals(&recorder, |it| it)).await;
    let mut browser = Driver::start().await;
    read(&mut browser, &server, "").await;
    let seen = timeout(PATIENCE, told.recv()).await;
    let seen = seen
        .expect("a page that says what it saw")
        .expect("a server");
    let scrape = recorder.once(all_five).await;
    agrees(&scrape, &seen);
    let of = |name| seen.iter().find(|it| it["name"] == name).expect(name)["value"].as_f64();
    assert!(
        of("INP") >= Some(120.0) && of("CLS") > Some(0.0),
        "{seen:?}"
    );
    assert_eq!(scrape.value(REJECTED, &[]), Some(0.0));
    assert!(!recorder.text().contains("secret"));
    browser.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs chromium and npm's web-vitals"]
async fn pages_of_another_origin_report_where_they_are_listed() {
    let (recorder, unused) = (Recorder::new(), Recorder::new());
    let (pages, mut told) = site(vitals(&unused, |it| it)).await;
    let listed = format!("http://{}", pages.address());
    let service = vitals(&recorder, |it| it.origins([&listed]));
    let collector = Server::hyper(service).await;
    let mut browser = Driver::start().await;
    let to = format!("&to=http://{}/v", collector.address());
    read(&mut browser, &pages, &to).await;
    let seen = timeout(PATIENCE, told.recv()).await;
    let seen = seen
        .expect("a page that says what it saw")
        .expect("a server");
    agrees(&recorder.once(all_five).await, &seen);

    // A page that is not listed gets no module, and its beacons are refused.
    let (others, _told) = site(vitals(&unused, |it| it)).await;
    browser
        .visit(&format!("http://{}/bye", others.address()))
        .await;
    let fails = format!(
        "import('http://{}/v').then(() => 'got it', () => 'refused')",
        collector.address()
    );
    assert_eq!(browser.evaluate(&fails).await, "refused");
    let report = r#"{"name":"LCP","value":1,"id":"x"}"#;
    let beacon = format!(
        "navigator.sendBeacon('http://{}/v', '{report}')",
        collector.address()
    );
    assert_eq!(browser.evaluate(&beacon).await, true);
    let refused = |scrape: &Scrape| scrape.value(REJECTED, &[("reason", "origin")]) == Some(1.0);
    let scrape = recorder.once(refused).await;
    assert_eq!(scrape.value(REPORTS, &[]), Some(seen.len() as f64));
    // Its JSON asks before, and is refused then.
    let asks = format!(
        "fetch('http://{}/v', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, body: '{report}' }})
            .then(() => 'sent', () => 'refused')",
        collector.address()
    );
    assert_eq!(browser.evaluate(&asks).await, "refused");
    assert_eq!(unused.scrape().series(), 0);
    browser.close().await;
    for server in [pages, collector, others] {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs chromium and npm's web-vitals"]
async fn a_soft_navigation_is_a_page_of_its_own_and_arrives_without_beacons() {
    let recorder = Recorder::new();
    let (server, _told) = site(vitals(&recorder, |it| it.navigation_type(true))).await;
    let mut browser = Driver::start().await;
    let at = |path: &str| format!("http://{}{path}", server.address());
    browser.visit(&at("/articles/7")).await;
    browser.evaluate(REPORTING).await;
    browser.evaluate(FRAMES).await;
    browser.click(450, 50).await;
    browser.evaluate(SOFT).await;
    // Where there are no beacons, or no more of them, a request outlives the page.
    browser.evaluate("navigator.sendBeacon = () => false").await;
    browser.visit(&at("/bye")).await;
    let fcp = "browser_web_vital_fcp_seconds";
    let of = |scrape: &Scrape, page, kind| {
        scrape.count(fcp, &[("page", page), ("navigation_type", kind)])
    };
    let both = |scrape: &Scrape| {
        of(scrape, "/articles/{id}", "navigate") == 1
            && of(scrape, "/series/{id}", "soft-navigation") == 1
    };
    let scrape = recorder.once(both).await;
    assert_eq!(scrape.value(REJECTED, &[]), Some(0.0));
    assert!(!recorder.text().contains("secret"));
    browser.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs chromium and npm's web-vitals"]
async fn many_measurements_are_sent_in_batches_that_are_taken() {
    const MANY: usize = 300;
    let recorder = Recorder::new();
    let (server, _told) = site(vitals(&recorder, |it| it)).await;
    let mut browser = Driver::start().await;
    let at = |path: &str| format!("http://{}{path}", server.address());
    browser.visit(&at("/articles/7")).await;
    browser.evaluate(REPORTING).await;
    let made_up = format!(
        "import('{PATH}').then(({{ reporter }}) => {{
            const send = reporter();
            for (let n = 0; n < {MANY}; n++) {{
                send({{ name: 'CLS', value: 7, id: 'x'.repeat(60) + n, navigationType: 'reload', entries: [document] }});
                send({{ name: 'CLS', value: 1, id: 'x'.repeat(60) + n, navigationType: 'reload', delta: 3 }});
            }}
            send({{ name: 'CLS', value: NaN, id: 'nan' }});
        }})"
    );
    browser.evaluate(&made_up).await;
    browser.visit(&at("/bye")).await;
    // The last value of each, and perhaps the page's own, which did not move.
    let whole = |scrape: &Scrape| scrape.count("browser_web_vital_cls", &[]) >= MANY as u64;
    let scrape = recorder.once(whole).await;
    assert_eq!(scrape.sum("browser_web_vital_cls", &[]), MANY as f64);
    assert_eq!(scrape.value(REJECTED, &[]), Some(0.0));
    assert!(scrape.value(REPORTS, &[]) >= Some(MANY as f64));
    browser.close().await;
    server.stop().await;
}
