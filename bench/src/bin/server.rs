//! What wrk loads: hyper on one thread, bare or with `HttpMetrics`, over HTTP/1 on a free port of the
//! loopback. `server bare|http`; the address is the only thing that it prints.

use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    io::Write,
    task::{Context, Poll},
    thread,
    time::Duration,
};

use bartizan_bench::{cases, recorder::Exporter};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{net::TcpListener, runtime, task};
use tower_layer::Layer;
use tower_service::Service;

/// Answers with 13 bytes, and lets go of the request.
#[derive(Clone, Debug)]
struct Hello;

fn main() -> Result<(), Box<dyn Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        match &*mode {
            "bare" => serve(listener, Hello).await,
            "http" => {
                let exporter = Exporter::install();
                thread::spawn(move || {
                    loop {
                        thread::sleep(Duration::from_secs(5));
                        exporter.drain();
                    }
                });
                serve(listener, cases::http().layer(Hello)).await
            }
            _ => Err("server bare|http".into()),
        }
    })
}

async fn serve<S, B>(listener: TcpListener, service: S) -> Result<(), Box<dyn Error>>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let service = TowerToHyperService::new(service.clone());
        task::spawn(async move {
            // A client that breaks its connection is no concern of a benchmark.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

// === impl Hello ===

impl Service<Request<Incoming>> for Hello {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Incoming>) -> Self::Future {
        ready(Ok(Response::new(Full::new(Bytes::from_static(
            b"Hello, world!",
        )))))
    }
}
