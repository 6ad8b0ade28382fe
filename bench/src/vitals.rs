//! Reports of browsers, as many as one core takes, and what is made to be refused. Times are of one run, side by side.

use std::{
    error::Error,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Instant,
};

use bartizan::vitals::WebVitals;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower_service::Service;

use crate::{machine::Machine, recorder::Exporter};

const ROUNDS: usize = 31;
/// How many requests a round has.
const REQUESTS: usize = 2_000;
const PAGES: [&str; 4] = ["/", "/products/{id}", "/cart", "/articles/{slug}/comments"];
/// The most bytes of a body.
const MOST: usize = 16 * 1_024;

/// What is sent.
struct Load {
    name: &'static str,
    status: StatusCode,
    /// How many reports a body has, if they are taken.
    reports: usize,
    body: fn(u64) -> String,
}

/// What a round of a load took, in nanoseconds a request, and how long a body is.
struct Took {
    median: f64,
    least: f64,
    bytes: usize,
}

const LOADS: &[Load] = &[
    taken("one report", 1, |n| report(n, "/products/7340518")),
    taken("five of a page", 5, |n| {
        batch((0..5).map(|i| report(n * 5 + i, "/products/7340518")))
    }),
    taken("16 KiB of a page", 119, |n| {
        batch((0..119).map(|i| report(n * 119 + i, "/products/7340518")))
    }),
    taken("16 KiB of 119 pages", 119, |n| {
        batch((0..119).map(|i| report(n * 119 + i, &format!("/made/up{i}/{n}"))))
    }),
    taken("an update", 1, |_| report(0, "/products/7340518")),
    refused("a value out of range", |n| {
        report(n, "/products/7340518").replace("1234.5", "-234.5")
    }),
    refused("a name that is none", |n| {
        report(n, "/products/7340518").replace("LCP", "LCQ")
    }),
    refused("a field too many", |n| {
        report(n, "/products/7340518").replace("\"id\"", "\"ix\"")
    }),
    refused("16 KiB, the last report bad", |n| {
        let bad = report(n, "/p").replace("LCP", "LCQ");
        let good = (0..118).map(|i| report(n + i, "/products/7340518"));
        batch(good.chain([bad]))
    }),
    refused("16 KiB of brackets", |_| "[".repeat(MOST)),
    refused("16 KiB of depth in what is dropped", |n| {
        let start = report(n, "/p").replace('}', ",\"entries\":");
        let rest = MOST - start.len();
        start + &"[".repeat(rest)
    }),
    refused("16 KiB of arrays that are dropped", |n| {
        let start = report(n, "/p").replace('}', ",\"entries\":[");
        let rest = (MOST - start.len()) / 3;
        start + &"[],".repeat(rest)
    }),
    refused("16 KiB of objects that are dropped", |n| {
        let start = report(n, "/p").replace('}', ",\"entries\":[");
        let rest = (MOST - start.len()) / 9;
        start + &"{\"\":1.5},".repeat(rest)
    }),
    refused("16 KiB of a name", |_| {
        format!("{{\"name\":\"{}\"}}", "x".repeat(MOST - 11))
    }),
    refused("16 KiB of escapes", |_| {
        format!("{{\"name\":\"{}\"}}", "\\u0041".repeat(MOST / 6 - 2))
    }),
    refused("16 KiB of digits", |_| {
        format!("{{\"value\":0.{}x", "9".repeat(MOST - 12))
    }),
    refused("16 KiB of reports without a field", |_| {
        format!("[{}]", ["{}"; 5_000].join(","))
    }),
    refused("16 KiB of spaces", |_| " ".repeat(MOST)),
    refused("16 KiB of letters", |_| "x".repeat(MOST)),
];

/// Prints all of it.
pub fn run() -> Result<(), Box<dyn Error>> {
    println!("{}", Machine::this());
    println!(
        "one core, in process, a table of {} pages; median (and best) of {ROUNDS} rounds of {REQUESTS} requests; what is
refused is compared by its best nanoseconds a byte:",
        PAGES.len()
    );
    let exporter = Exporter::install();
    let mut service = WebVitals::builder()
        .pages(PAGES)
        .max_rate(10_000_000)
        .build()?;
    // What browsers send: by itself, and in batches.
    let (mut alone, mut batched) = (0.0, 0.0);
    for load in LOADS {
        let took = measure(&mut service, load, &exporter);
        let Took {
            median,
            least,
            bytes,
        } = took;
        let a_byte = least / bytes as f64;
        let note = match load.reports {
            0 if bytes < 1_000 => format!("{:.2} of a report's", a_byte / alone),
            0 => format!("{:.2} of a batch's", a_byte / batched),
            reports => format!("{:.0} reports/s", reports as f64 / median * 1e9),
        };
        match load.reports {
            1 if alone == 0.0 => alone = a_byte,
            5 => batched = a_byte,
            _ => {}
        }
        println!(
            "{:34} {bytes:>6} bytes {median:>7.0} ({least:.0}) ns a request, {a_byte:.2} ns a byte: {note}",
            load.name
        );
    }
    Ok(())
}

fn measure(service: &mut WebVitals, load: &Load, exporter: &Exporter) -> Took {
    let (mut times, mut bytes, mut number) = (Vec::new(), 0, 1);
    for _ in 0..ROUNDS {
        let requests: Vec<_> = (0..REQUESTS)
            .map(|_| {
                number += 1;
                let body = (load.body)(number);
                bytes = body.len();
                request(body)
            })
            .collect();
        let began = Instant::now();
        for request in requests {
            assert_eq!(send(service, request), load.status, "{}", load.name);
        }
        times.push(began.elapsed().as_nanos() as f64 / REQUESTS as f64);
        exporter.drain();
    }
    times.sort_by(f64::total_cmp);
    Took {
        median: times[ROUNDS / 2],
        least: times[0],
        bytes,
    }
}

/// A POST as a beacon is one.
pub fn request(body: String) -> Request<Full<Bytes>> {
    Request::post("/api/metrics/web-vitals")
        .header("host", "shop.example")
        .header("origin", "https://shop.example")
        .header("content-type", "text/plain;charset=UTF-8")
        .header("content-length", body.len())
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")
        .body(Full::new(body.into()))
        .expect("a request")
}

/// Sends a request whose body is there at once.
pub fn send(service: &mut WebVitals, request: Request<Full<Bytes>>) -> StatusCode {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(answer) = pin!(service.call(request)).poll(&mut cx) else {
        unreachable!("the whole body is there");
    };
    let Ok(response) = answer;
    response.status()
}

/// A report as the module for browsers makes it.
pub fn report(number: u64, page: &str) -> String {
    format!(
        r#"{{"name":"LCP","value":1234.5,"id":"v6-1763741000000-{number:013}","navigationType":"navigate","page":"{page}"}}"#
    )
}

fn batch(reports: impl Iterator<Item = String>) -> String {
    format!("[{}]", reports.collect::<Vec<_>>().join(","))
}

const fn taken(name: &'static str, reports: usize, body: fn(u64) -> String) -> Load {
    Load {
        name,
        status: StatusCode::NO_CONTENT,
        reports,
        body,
    }
}

const fn refused(name: &'static str, body: fn(u64) -> String) -> Load {
    Load {
        name,
        status: StatusCode::BAD_REQUEST,
        reports: 0,
        body,
    }
}
