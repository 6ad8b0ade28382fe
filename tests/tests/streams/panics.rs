//! Recorders that panic: no stream notices.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use bartizan::{conn::Connections, meter::Meter, observe::ObserveLayer, sse::Sse};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get},
    script::{Script, Step},
    server::{Server, Stop},
    wait::eventually,
};
use http::{Request, Response};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tokio::task::JoinSet;
use tower::{Layer, service_fn};

use crate::{
    everywhere, reads_to_the_end,
    rig::{Framework, event_stream},
};

everywhere! {
    a_recorder_that_panics_harms_no_stream,
}

/// Panics at each use, once it is armed, and counts that.
#[derive(Clone, Debug, Default)]
struct Bomb {
    armed: Arc<AtomicBool>,
    blown: Arc<AtomicU64>,
}

// === impl Bomb ===

impl Bomb {
    fn blow(&self) {
        if self.armed.load(Ordering::Relaxed) {
            self.blown.fetch_add(1, Ordering::Relaxed);
            panic!("the recorder panics");
        }
    }
}

impl Recorder for Bomb {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(self.clone()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(self.clone()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(self.clone()))
    }
}

impl CounterFn for Bomb {
    fn increment(&self, _: u64) {
        self.blow();
    }

    fn absolute(&self, _: u64) {
        self.blow();
    }
}

impl GaugeFn for Bomb {
    fn increment(&self, _: f64) {
        self.blow();
    }

    fn decrement(&self, _: f64) {
        self.blow();
    }

    fn set(&self, _: f64) {
        self.blow();
    }
}

impl HistogramFn for Bomb {
    fn record(&self, _: f64) {
        self.blow();
    }
}

async fn serve<B>(request: Request<B>) -> Result<Response<AnyBody>, std::convert::Infallible> {
    let path = request.uri().path().to_owned();
    let last = match &*path {
        "/panics" => Step::Panic,
        "/fails" => Step::Fail,
        "/hangs" => Step::Hang,
        _ => Step::End,
    };
    let steps = [Step::data("data: 1\n\n"), Step::Pend, last];
    Ok(event_stream(Script::new(steps).silent().any()))
}

async fn axum_server(layer: ObserveLayer<Sse>, connections: Connections) -> Server {
    let router = axum::Router::new()
        .fallback_service(service_fn(serve))
        .layer(tower::layer::layer_fn(
            move |route: axum::routing::Route| layer.layer(route),
        ));
    Server::start(move |listener, stop| {
        axum::serve(connections.listener(listener), connections.make(router))
            .with_graceful_shutdown(stop)
            .into_future()
    })
    .await
}

async fn hyper_server(layer: ObserveLayer<Sse>, connections: Connections) -> Server {
    Server::start(move |listener, mut stop: Stop| async move {
        let mut tasks = JoinSet::new();
        loop {
            let io = tokio::select! {
                accepted = listener.accept() => accepted.expect("a connection").0,
                () = &mut stop => break,
            };
            let io = connections.observe(io);
            let handle = io.handle();
            let service = layer
                .clone()
                .connection(handle.clone())
                .layer(service_fn(serve));
            tasks.spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let service = TowerToHyperService::new(service);
                let connection = builder.serve_connection(TokioIo::new(io), service);
                let _ = handle.observe_boxed(connection).await;
            });
        }
        // A connection whose service panicked is done too.
        while tasks.join_next().await.is_some() {}
    })
    .await
}

async fn a_recorder_that_panics_harms_no_stream(framework: Framework, protocol: Protocol) {
    for armed in [false, true] {
        let bomb = Bomb::default();
        bomb.armed.store(armed, Ordering::Relaxed);
        let meter = || Meter::builder().recorder(bomb.clone()).build();
        let meter = || meter().expect("a meter without options");
        let sse = Sse::builder().meter(meter()).build();
        let sse = sse.expect("no options");
        let layer = ObserveLayer::new(sse.clone());
        let connections = Connections::builder().meter(meter()).build();
        let server = match framework {
            Framework::Hyper => hyper_server(layer, connections).await,
            Framework::Axum => axum_server(layer, connections).await,
        };
        for path in ["/ends", "/fails", "/panics", "/hangs", "/ends"] {
            let mut client = Client::connect(server.address(), protocol).await;
            match path {
                "/ends" => {
                    let answer = client.fetch(get(path)).await.expect("an answer");
                    assert_eq!(answer.body, "data: 1\n\n");
                }
                "/hangs" => {
                    let mut body = client.send(get(path)).await.expect("a head").into_body();
                    crate::reads(&mut body, "data: 1\n\n").await;
                    // What is recorded from here on panics in a drop.
                    bomb.armed.store(true, Ordering::Relaxed);
                }
                _ => {
                    if let Ok(response) = client.send(get(path)).await {
                        assert!(!reads_to_the_end(response.into_body()).await);
                    }
                }
            }
            client.leave().await;
            let gone = || (sse.scan_open() == 0).then_some(());
            eventually(gone, || "a stream that stays".to_owned()).await;
        }
        assert!(bomb.blown.load(Ordering::Relaxed) > 0);
        server.stop().await;
    }
}

trait Scanned {
    fn scan_open(&self) -> u64;
}

impl Scanned for Sse {
    /// A scan of one who cannot tell its recorder.
    fn scan_open(&self) -> u64 {
        let scan = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.scan().open));
        scan.expect("a scan that a recorder's panic does not end")
    }
}
