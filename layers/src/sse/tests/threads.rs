//! Streams on several threads, while others scan them, speak through their handles and drain.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use http_body_util::{Empty, StreamBody};
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::{Layer, Service, service_fn};

use crate::{
    conn::Drain,
    label::Fault,
    meter::Meter,
    observe::{ObserveLayer, StreamHandle, StreamHandles},
    sse::{DrainLayer, Sse},
};

const THREADS: usize = 4;
const STREAMS: usize = 1_000;

/// The sum of a metric's samples in a scrape.
fn sum(scrape: &str, name: &str) -> f64 {
    let of_metric = |line: &&str| line.starts_with(&format!("{name}{{"));
    let value = |line: &str| line.rsplit(' ').next()?.parse::<f64>().ok();
    scrape.lines().filter(of_metric).filter_map(value).sum()
}

#[test]
fn every_stream_is_closed_once_and_none_is_left() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let scrape = recorder.handle();
    let meter = Meter::builder().recorder(Arc::new(recorder)).build();
    let sse = Sse::builder().meter(meter.expect("a meter")).build();
    let sse = sse.expect("fitting options");
    let handles = StreamHandles::new().reason("quota", Fault::Client);
    let layer = ObserveLayer::new(sse.clone()).stream_handles(handles.expect("a fitting name"));
    let drain = Drain::new();
    let (tell, told) = mpsc::channel::<StreamHandle>();
    let done = AtomicBool::new(false);

    let scans = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let (layer, drain, tell) = (&layer, &drain, tell.clone());
                scope.spawn(move || streams(worker, layer, drain, &tell))
            })
            .collect();
        drop(tell);
        scope.spawn(move || {
            for (number, handle) in told.into_iter().enumerate() {
                handle.set_id(number.to_string());
                handle.serialization_error();
                handle.first_token();
                handle.end_with("quota").expect("it was declared");
                assert!(handle.counts().events <= handle.counts().frames + 1);
            }
        });
        let scanner = scope.spawn(|| {
            let mut scans = 0;
            while !done.load(Ordering::Acquire) {
                assert!(sse.scan().open <= THREADS as u64);
                scans += 1;
            }
            scans
        });
        for worker in workers {
            worker.join().expect("no panic");
        }
        done.store(true, Ordering::Release);
        scanner.join().expect("no panic")
    });

    assert!(scans > 0);
    assert_eq!(sse.scan().open, 0);
    let scrape = scrape.render();
    let all = (THREADS * STREAMS) as f64;
    assert_eq!(sum(&scrape, "sse_streams_started_total"), all);
    assert_eq!(sum(&scrape, "sse_stream_duration_seconds_count"), all);
    assert_eq!(sum(&scrape, "sse_streams_active"), 0.0);
}

/// Opens streams, reads some of each, and lets go of it.
fn streams(
    worker: usize,
    layer: &ObserveLayer<Sse>,
    drain: &Drain,
    tell: &mpsc::Sender<StreamHandle>,
) {
    let inner = service_fn(|request: Request<Empty<Bytes>>| {
        let handle = request.extensions().get::<StreamHandle>();
        let handle = handle.expect("it was asked for").clone();
        async move {
            let frame = |_| Ok::<_, std::io::Error>(Frame::data(Bytes::from("data: x\n\n")));
            let frames = futures_util::stream::iter((0..5).map(frame));
            let mut response = Response::new(StreamBody::new(frames));
            let event_stream = "text/event-stream".parse().expect("a value");
            response.headers_mut().insert(CONTENT_TYPE, event_stream);
            response.extensions_mut().insert(handle);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut service = layer.layer(DrainLayer::new(drain).layer(inner));
    let mut cx = Context::from_waker(Waker::noop());
    for number in 0..STREAMS {
        if (worker, number) == (0, STREAMS / 2) {
            drain.fire();
        }
        let future = pin!(service.call(Request::new(Empty::new())));
        let Poll::Ready(Ok(response)) = future.poll(&mut cx) else {
            panic!("it answers at once");
        };
        let handle = response.extensions().get::<StreamHandle>();
        tell.send(handle.expect("the handler's").clone())
            .expect("someone listens");
        let mut body = pin!(response.into_body());
        // From none of it to its end.
        for _ in 0..number % 7 {
            let frame = body.as_mut().poll_frame(&mut cx);
            assert!(frame.is_ready());
        }
    }
}
