//! What the adapters give to handlers, and streams over tonic's transport.

use std::net::SocketAddr;

use axum::{Router, extract::ConnectInfo, routing::get as axum_get};
use bartizan::{
    conn::{ConnHandle, ConnectInfoLayer, Connections, Detail},
    observe::ObserveLayer,
    route::RouteSources,
    sse::Sse,
};
use bartizan_tests::{
    BoxError, Protocol,
    client::{Client, get},
    recorder::Recorder,
    scrape::Scrape,
    script::{Script, Step},
    server::Server,
};
use http::Request;
use http_body_util::BodyExt;
use tokio::{io::AsyncWrite, net::TcpStream, sync::mpsc};
use tonic::{
    service::Routes,
    transport::{
        self,
        server::{TcpConnectInfo, TcpIncoming},
    },
};

use crate::{expect, line::Line, rig::event_stream};

#[tokio::test]
async fn handlers_of_axum_know_the_address_and_the_connection() {
    let handler = async |ConnectInfo(address): ConnectInfo<SocketAddr>, request: Request<_>| {
        let _: &Request<axum::body::Body> = &request;
        let handle = request.extensions().get::<ConnHandle>();
        let http2 = handle.expect("a connection").is_http2();
        format!("{address} {http2}")
    };
    let router = Router::new().route("/who", axum_get(handler));
    let recorder = Recorder::new();
    let meter = recorder.meter().build().unwrap();
    let connections = Connections::builder().meter(meter).build();
    let server = Server::start(move |listener, stop| {
        axum::serve(connections.listener(listener), connections.make(router))
            .with_graceful_shutdown(stop)
            .into_future()
    })
    .await;
    for protocol in Protocol::BOTH {
        let socket = TcpStream::connect(server.address()).await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut client = Client::over(socket, protocol).await;
        let answer = client.fetch(get("/who")).await.expect("an answer");
        let http2 = protocol == Protocol::Http2;
        assert_eq!(answer.body, format!("{address} {http2}"));
        client.leave().await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tonic_knows_the_address_and_why_a_stream_was_closed() {
    let recorder = Recorder::new();
    let meter = || recorder.meter().build().unwrap();
    let sse = Sse::builder().meter(meter()).build().unwrap();
    let connections = Connections::builder().meter(meter()).build();
    let (opened, mut seen) = mpsc::unbounded_channel();
    let handler = move |request: Request<axum::body::Body>| {
        let extensions = request.extensions();
        let address = extensions.get::<TcpConnectInfo>().unwrap().remote_addr();
        let handle = extensions.get::<ConnHandle>().unwrap().clone();
        opened.send((address, handle)).unwrap();
        let hangs = Script::new([Step::data("data: 1\n\n"), Step::Hang]).any();
        let stream = event_stream(hangs.map_err(BoxError::from).boxed_unsync());
        std::future::ready(stream.map(axum::body::Body::new))
    };
    let router = Router::new().route("/stream/{case}", axum_get(handler));
    let routes = RouteSources::new().table(["/stream/{case}"]).unwrap();
    let mut builder = transport::Server::builder()
        .accept_http1(true)
        .layer(ConnectInfoLayer::tcp())
        .layer(ObserveLayer::new(()))
        .layer(ObserveLayer::new(sse).routes(routes));
    let router = builder.add_routes(Routes::from(router));
    let server = Server::start(move |listener, stop| {
        let incoming = connections.incoming(TcpIncoming::from(listener));
        router.serve_with_incoming_shutdown(incoming, stop)
    })
    .await;
    for (round, protocol) in (1..).zip(Protocol::BOTH) {
        let socket = TcpStream::connect(server.address()).await.unwrap();
        let address = socket.local_addr().unwrap();
        let line = Line::of(socket);
        let mut client = Client::over(line.clone(), protocol).await;
        let mut body = client
            .send(get("/stream/a"))
            .await
            .expect("a head")
            .into_body();
        crate::reads(&mut body, "data: 1\n\n").await;
        let (remote, handle) = seen.recv().await.unwrap();
        assert_eq!(remote, Some(address));
        line.close();
        // A scrape is no snapshot: the gauge may be read before it is lowered.
        let is = |scrape: &Scrape| expect::closed(scrape) == round && expect::active(scrape) == 0.0;
        let scrape = recorder.once(is).await;
        expect::reasons(&scrape, &[("client_disconnect", round)]);
        assert_eq!(handle.cause(), Some(Detail::Fin));
    }
    server.stop().await;
}

/// hyper copies into one buffer if it thinks that the IO does not take several.
#[tokio::test]
async fn vectored_writes_are_told_as_the_socket_tells_them() {
    let recorder = Recorder::new();
    let meter = recorder.meter().build().unwrap();
    let connections = Connections::builder().meter(meter).build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let plain = socket.is_write_vectored();
    assert_eq!(connections.observe(socket).is_write_vectored(), plain);
    let (pipe, _other) = tokio::io::duplex(64);
    let plain = pipe.is_write_vectored();
    assert_eq!(connections.observe(pipe).is_write_vectored(), plain);
}
