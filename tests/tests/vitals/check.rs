//! What holds for any body, for the random test and the fuzz target.

use std::{
    cell::RefCell,
    collections::VecDeque,
    convert::Infallible,
    fmt,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bartizan::{
    meter::Meter,
    vitals::{FIELDS, Handling, WebVitals},
};
use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use tower_service::Service;

/// A body that is there, in pieces.
struct Pieces(VecDeque<Bytes>);

/// A service that guesses pages, since what fills a budget is what has to be bounded.
struct Site {
    service: WebVitals,
    exporter: PrometheusHandle,
    bodies: usize,
}

/// An object as it is written, with what is there twice.
struct Pairs(Vec<(String, Value)>);

struct Reading;

const NAMES: [&str; 9] = [
    "CLS",
    "FCP",
    "INP",
    "LCP",
    "TTFB",
    "FID",
    "Next.js-hydration",
    "Next.js-render",
    "Next.js-route-change-to-render",
];
const NAVIGATIONS: [&str; 7] = [
    "navigate",
    "reload",
    "back-forward",
    "back-forward-cache",
    "prerender",
    "restore",
    "soft-navigation",
];

/// The most series that one site can have: 60 for each of 8 pages and two more, 15 and 14 of closed labels, and one.
const MOST_SERIES: usize = 60 * 10 + 15 + 14 + 1;

thread_local! {
    static SITE: RefCell<Option<Site>> = const { RefCell::new(None) };
}

/// Posts a body in pieces, and looks at the answer and at the series.
pub(crate) fn check(body: &[u8], pieces: usize) {
    SITE.with_borrow_mut(|site| {
        let site = site.get_or_insert_with(Site::new);
        let (status, said) = site.post(body, pieces);
        let is_taken = body.len() <= 16_384 && is_accepted(body);
        let expected = if is_taken {
            204
        } else if body.len() > 16_384 {
            413
        } else {
            400
        };
        assert_eq!(status, expected, "{}: {said}", body.escape_ascii());
        assert!(said.is_empty() == (status == 204), "{said}");
        if status == 400 {
            assert!(is_ours(&said), "{said}");
        }
        // To render is dear.
        site.bodies += 1;
        if site.bodies % 256 == 0 {
            let scrape = site.exporter.render();
            let lines = scrape.lines();
            let series = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            assert!(series.count() <= MOST_SERIES, "{scrape}");
        }
    });
}

// === impl Site ===

impl Site {
    fn new() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
            .expect("edges")
            .build_recorder();
        let exporter = recorder.handle();
        let meter = Meter::builder().recorder(recorder).build();
        let builder = WebVitals::builder().meter(meter.expect("a meter"));
        let service = builder
            .any_origin()
            .page_limit(8)
            .max_rate(10_000_000)
            .remembered_ids(64)
            .build();
        Self {
            service: service.expect("options"),
            exporter,
            bodies: 0,
        }
    }

    fn post(&mut self, body: &[u8], pieces: usize) -> (u16, String) {
        let each = body.len().div_ceil(pieces).max(1);
        let pieces = body.chunks(each).map(Bytes::copy_from_slice).collect();
        let request = Request::post("/").header("content-type", "text/plain");
        let request = request.body(Pieces(pieces)).expect("a request");
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = pin!(self.service.call(request)).poll(&mut cx) else {
            panic!("the whole body is there");
        };
        let status = response.status().as_u16();
        let Poll::Ready(frame) = pin!(response.into_body()).poll_frame(&mut cx) else {
            panic!("an answer is there at once");
        };
        let data = frame.map(|frame| {
            let Ok(frame) = frame;
            frame.into_data().expect("no trailers")
        });
        let said = String::from_utf8(data.unwrap_or_default().into()).expect("text");
        (status, said)
    }
}

// === impl Pieces ===

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether all of a text is one of the service's own, which name fields of the table alone.
fn is_ours(said: &str) -> bool {
    let Some((name, _)) = said.split_once(": ") else {
        return said.ends_with("is expected\n") || said == "there is a field that is not known\n";
    };
    FIELDS.iter().any(|field| field.name == name)
        && !said.contains(|c: char| !c.is_ascii() || (c.is_control() && c != '\n'))
}

/// What the documentation says of a body, by a reader that keeps all that is read.
fn is_accepted(body: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(body) else {
        return false;
    };
    if let Ok(report) = serde_json::from_str::<Pairs>(text) {
        return report.is_accepted();
    }
    serde_json::from_str::<Vec<Pairs>>(text)
        .is_ok_and(|reports| !reports.is_empty() && reports.iter().all(Pairs::is_accepted))
}

// === impl Pairs ===

impl Pairs {
    fn is_accepted(&self) -> bool {
        let Self(pairs) = self;
        let of = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| &pair.1);
        let is_once = |name: &str| pairs.iter().filter(|pair| pair.0 == name).count() == 1;
        let is_fine =
            |(name, value): &(String, Value)| {
                let text = value.as_str();
                let handling = FIELDS.iter().find(|field| field.name == name);
                match handling.map(|field| field.handling) {
                    None => false,
                    Some(Handling::Name) => text.is_some_and(|it| NAMES.contains(&it)),
                    Some(Handling::Value) => value.as_f64().is_some_and(|number| {
                        match of("name").and_then(Value::as_str) {
                            Some("CLS") => (0.0..=100.0).contains(&number),
                            Some("FCP" | "INP" | "LCP" | "TTFB") => (0.0..=6e5).contains(&number),
                            _ => true,
                        }
                    }),
                    Some(Handling::Id) => text.is_some_and(|it| (1..=128).contains(&it.len())),
                    Some(Handling::Page) => text.is_some_and(|it| it.starts_with('/')),
                    Some(Handling::Address) => text.is_some(),
                    Some(Handling::Navigation) => text.is_some_and(|it| NAVIGATIONS.contains(&it)),
                    Some(Handling::Rating) => {
                        matches!(text, Some("good" | "needs-improvement" | "poor"))
                    }
                    Some(_) => true,
                }
            };
        let needed = FIELDS.iter().filter(|field| field.is_needed());
        pairs.iter().all(|pair| is_once(&pair.0) && is_fine(pair))
            && needed.into_iter().all(|field| of(field.name).is_some())
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(Reading)
    }
}

// === impl Reading ===

impl<'de> Visitor<'de> for Reading {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            pairs.push((name, map.next_value()?));
        }
        Ok(Pairs(pairs))
    }
}
