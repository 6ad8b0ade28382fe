//! A server whose connections and streams are observed, and whose streams are fed by the test.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bartizan::{
    conn::{Connections, Drain},
    meter::Meter,
    observe::{Kind, MediaTypes, ObserveLayer, Observer, Record, RequestHead, StreamHandles},
    route::RouteSources,
    sse::{Sse, SseBuilder},
};
use bartizan_tests::{
    AnyBody, recorder::Recorder, scrape::Scrape, server::Server, wait::eventually,
};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper_util::{rt::TokioExecutor, server::conn::auto};
use tokio::{
    net::TcpStream,
    sync::{Notify, mpsc},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    expect,
    feed::{Exchange, fed},
    serve::{self, Aborts, App},
    stack::{Layers, Stack},
};

/// Who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framework {
    Hyper,
    Axum,
}

/// What stands between the stream metrics and the guard.
#[derive(Clone, Default)]
pub(crate) enum Between {
    #[default]
    Nothing,
    Body(Arc<dyn Fn(AnyBody) -> AnyBody + Send + Sync>),
    Gzip,
    Timeout(std::time::Duration),
    /// Answers itself once it is notified, and lets go of what is under way.
    Race(Arc<Notify>),
    /// More stream metrics.
    Again,
}

/// What answers a request.
pub(crate) type Answer =
    Arc<dyn Fn(Request<AnyBody>) -> BoxFuture<'static, Response<AnyBody>> + Send + Sync>;

/// How a server is built.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) framework: Framework,
    /// Whether connections are observed.
    pub(crate) observed: bool,
    /// Whether there is a guard, outermost.
    pub(crate) guard: bool,
    pub(crate) between: Between,
    /// Whether there is a probe next to the service.
    pub(crate) probe: bool,
    /// Whether streams are compressed inside of the metrics.
    pub(crate) gzip_inside: bool,
    /// Whether streams are ended by the drain, and with which last event.
    pub(crate) ends: Option<Option<&'static str>>,
    pub(crate) sse: fn(SseBuilder) -> SseBuilder,
    pub(crate) types: MediaTypes,
    pub(crate) handles: Option<StreamHandles>,
    /// Done to each socket that is accepted.
    pub(crate) socket: fn(&TcpStream),
    pub(crate) http: fn(&mut auto::Builder<TokioExecutor>),
    pub(crate) tls: Option<TlsAcceptor>,
    /// What answers; streams that the test feeds, if it is nothing.
    pub(crate) answer: Option<Answer>,
    /// Where it records; a new one, if it is nothing.
    pub(crate) recorder: Option<Recorder>,
    /// Whether it records to whatever the process' recorder is.
    pub(crate) global: bool,
}

/// Counts the streams whose end all other observers have seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Last(Arc<AtomicU64>);

/// What is recorded of a server's streams.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) recorder: Recorder,
    last: Option<Last>,
}

/// A server, and what is known of it.
pub(crate) struct Rig {
    pub(crate) recorder: Recorder,
    pub(crate) watch: Watch,
    pub(crate) sse: Sse,
    pub(crate) drain: Drain,
    server: Server,
    exchanges: mpsc::UnboundedReceiver<Exchange>,
    aborts: Aborts,
}

// === impl Setup ===

impl Setup {
    /// Observed connections, no guard, and nothing in between.
    pub(crate) fn of(framework: Framework) -> Self {
        Self {
            framework,
            observed: true,
            guard: false,
            between: Between::Nothing,
            probe: false,
            gzip_inside: false,
            ends: None,
            sse: |sse| sse,
            types: MediaTypes::default(),
            handles: None,
            socket: |_| (),
            http: |_| (),
            tls: None,
            answer: None,
            recorder: None,
            global: false,
        }
    }

    /// The same with a guard.
    pub(crate) fn guarded(framework: Framework) -> Self {
        Self {
            guard: true,
            ..Self::of(framework)
        }
    }

    /// Answers like this.
    pub(crate) fn answering<F>(
        self,
        answer: impl Fn(Request<AnyBody>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response<AnyBody>> + Send + 'static,
    {
        let answer: Answer = Arc::new(move |request| Box::pin(answer(request)));
        Self {
            answer: Some(answer),
            ..self
        }
    }

    /// Answers each request with a body like this, as an event stream.
    pub(crate) fn streaming(self, body: impl Fn() -> AnyBody + Send + Sync + 'static) -> Self {
        self.answering(move |_| std::future::ready(event_stream(body())))
    }

    /// Has a layer between the metrics and the guard that does this to bodies.
    pub(crate) fn between(self, body: impl Fn(AnyBody) -> AnyBody + Send + Sync + 'static) -> Self {
        Self {
            between: Between::Body(Arc::new(body)),
            ..self
        }
    }

    fn layer(&self, recorder: &Recorder, sse: &Sse, last: Option<Last>) -> Layers {
        let http = recorder.http().build().expect("metrics without options");
        // Observers end in reverse.
        let layer = ObserveLayer::new(last)
            .with(sse.clone())
            .with((!self.global).then_some(http))
            .streams(self.types.clone())
            .routes(
                RouteSources::new()
                    .table(["/stream/{case}"])
                    .expect("a table"),
            );
        match &self.handles {
            Some(handles) => layer.stream_handles(handles.clone()),
            None => layer,
        }
    }

    /// Starts it.
    pub(crate) async fn start(self) -> Rig {
        let recorder = self.recorder.clone().unwrap_or_default();
        let global = self.global;
        let meter = || {
            let builder = if global {
                Meter::builder()
            } else {
                recorder.meter()
            };
            builder.build().expect("a meter without options")
        };
        let sse = (self.sse)(Sse::builder().meter(meter())).build();
        let sse = sse.expect("options that fit");
        let drain = Drain::with_meter(&meter());
        let connections = Connections::builder().meter(meter()).drain(drain.clone());
        let connections = connections.build();
        let (opened, exchanges) = mpsc::unbounded_channel();
        let app = App {
            answer: self.answer.clone().unwrap_or_else(|| fed(opened)),
            connection: None,
        };
        let aborts = Aborts::default();
        let last = Last::default();
        // An observer of the test's own would keep two layers from being one.
        let last = Some(last).filter(|_| !matches!(self.between, Between::Again) && !global);
        let stack = Stack {
            layer: self.layer(&recorder, &sse, last.clone()),
            again: self.layer(&recorder, &sse, None),
            setup: Arc::new(self),
            drain: drain.clone(),
        };
        let server = match stack.setup.framework {
            Framework::Hyper => {
                let aborts = Arc::clone(&aborts);
                Server::start(|listener, stop| {
                    serve::hyper(listener, stop, stack, app, connections, aborts)
                })
                .await
            }
            Framework::Axum => serve::axum(stack, app, connections).await,
        };
        Rig {
            watch: Watch {
                recorder: recorder.clone(),
                last,
            },
            recorder,
            sse,
            drain,
            server,
            exchanges,
            aborts,
        }
    }
}

/// A response with this body.
pub(crate) fn event_stream(body: AnyBody) -> Response<AnyBody> {
    let response = Response::builder().header("content-type", "text/event-stream");
    response.body(body).expect("a head")
}

// === impl Last ===

impl Observer for Last {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn end(&self, (): (), record: Record<'_>) {
        if record.kind() == Kind::Stream {
            self.0.fetch_add(1, Ordering::Release);
        }
    }
}

// === impl Watch ===

impl Watch {
    /// The scrape, once this many streams were closed.
    pub(crate) async fn closed(&self, streams: u64) -> Scrape {
        let Self { recorder, last } = self;
        let Some(Last(ended)) = last else {
            let is = |scrape: &Scrape| expect::closed(scrape) == streams;
            return recorder
                .once(|scrape| is(scrape) && expect::active(scrape) == 0.0)
                .await;
        };
        // A scrape is no snapshot: all has to be there before it.
        let are = || (ended.load(Ordering::Acquire) >= streams).then_some(());
        eventually(are, || recorder.text()).await;
        recorder.scrape()
    }

    /// Waits until this many streams are closed, and checks how many for each reason.
    pub(crate) async fn closes(&self, reasons: &[(&str, u64)]) -> Scrape {
        let streams = reasons.iter().map(|(_, streams)| streams).sum();
        let scrape = self.closed(streams).await;
        expect::reasons(&scrape, reasons);
        scrape
    }
}

// === impl Rig ===

impl Rig {
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The next stream that is opened.
    pub(crate) async fn opened(&mut self) -> Exchange {
        let opened = tokio::time::timeout(bartizan_tests::wait::PATIENCE, self.exchanges.recv());
        opened.await.expect("a request").expect("a server")
    }

    /// Lets go of all connections; hyper only.
    pub(crate) fn abort(&self) {
        for abort in &*self.aborts.lock().expect("no panic") {
            abort.abort();
        }
    }

    /// The scrape, once this many streams were closed.
    pub(crate) async fn closed(&self, streams: u64) -> Scrape {
        self.watch.closed(streams).await
    }

    /// Waits until this many streams are closed, and checks how many for each reason.
    pub(crate) async fn closes(&self, reasons: &[(&str, u64)]) -> Scrape {
        self.watch.closes(reasons).await
    }

    /// Waits until this many streams are open.
    pub(crate) async fn active(&self, streams: u32) {
        self.recorder
            .once(|scrape| expect::active(scrape) == f64::from(streams))
            .await;
    }

    /// Stops the server once its connections are done.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}
