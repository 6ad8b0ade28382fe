//! How threads slow each other down on one route: what they write in common shows here. For
//! information; a clock is not a count.

use std::{convert::Infallible, sync::Barrier, thread, time::Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    cases,
    drive::exchange,
    recorder::Exporter,
    services::{Hello, plain},
    wrap_only::WrapOnlyLayer,
};

const REQUESTS: usize = 64_000;
const ROUNDS: usize = 15;

/// Prints the time of a request alone, and with another thread on the same route.
pub fn run() {
    let exporter = Exporter::install();
    println!(
        "{:24} {:>10} {:>10} {:>6}",
        "ns a request (median)", "1 thread", "2 threads", "ratio"
    );
    compare("a layer that only wraps", &exporter, || {
        WrapOnlyLayer.layer(Hello)
    });
    let floor = cases::floor();
    compare("by hand", &exporter, || floor.layer(Hello));
    let http = cases::http();
    compare("HttpMetrics", &exporter, || http.layer(Hello));
}

fn compare<S, B>(name: &str, exporter: &Exporter, service: impl Fn() -> S)
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible> + Send,
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let median = |threads: usize| {
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| round(threads, exporter, &service))
            .collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    let (alone, together) = (median(1), median(2));
    println!(
        "{name:24} {alone:>10.0} {together:>10.0} {:>6.2}",
        together / alone
    );
}

/// The nanoseconds of a request, on average over the threads.
fn round<S, B>(threads: usize, exporter: &Exporter, service: &impl Fn() -> S) -> f64
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible> + Send,
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let start = Barrier::new(threads);
    let times: Vec<f64> = thread::scope(|scope| {
        let spawn = |mut service: S| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                let began = Instant::now();
                for _ in 0..REQUESTS {
                    exchange(&mut service, plain());
                }
                began.elapsed().as_nanos() as f64 / REQUESTS as f64
            })
        };
        let running: Vec<_> = (0..threads).map(|_| spawn(service())).collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("nothing panics in it"))
            .collect()
    });
    exporter.drain();
    times.iter().sum::<f64>() / times.len() as f64
}
