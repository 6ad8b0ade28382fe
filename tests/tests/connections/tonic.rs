//! tonic's transport on observed connections.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bartizan::conn::{ConnHandle, ConnectInfoLayer};
use bartizan_tests::{
    grpc::{Caller, Echo},
    server::Server,
};
use http::Request;
use tonic::{
    body::Body,
    transport::{self, server::TcpIncoming},
};
use tower::{ServiceBuilder, util::MapRequestLayer};

use crate::rig::Rig;

#[tokio::test]
async fn handlers_know_the_peer_and_its_connection() {
    type Peers = Arc<Mutex<Vec<(Option<SocketAddr>, bool)>>>;

    let rig = Rig::new();
    let peers = Peers::default();
    let noted = Arc::clone(&peers);
    let look = move |request: Request<Body>| {
        let handle = request.extensions().get::<ConnHandle>().cloned();
        let request = tonic::Request::from_http(request);
        let known = handle.is_some_and(|handle| handle.is_http2());
        noted.lock().unwrap().push((request.remote_addr(), known));
        let (metadata, extensions, body) = request.into_parts();
        let mut inner = Request::post("/test.Echo/Say").body(body).unwrap();
        *inner.headers_mut() = metadata.into_headers();
        *inner.extensions_mut() = extensions;
        inner
    };
    let stack = ServiceBuilder::new()
        .layer(ConnectInfoLayer::tcp())
        .layer(MapRequestLayer::new(look))
        .into_inner();
    let router = transport::Server::builder().layer(stack).add_service(Echo);
    let connections = rig.connections.clone();
    let server = Server::start(move |listener, stop| {
        let incoming = connections.incoming(TcpIncoming::from(listener));
        router.serve_with_incoming_shutdown(incoming, stop)
    })
    .await;
    let mut caller = Caller::connect(server.address()).await;
    for _ in 0..2 {
        assert_eq!(
            caller.call("/test.Echo/Say", "hello").await.unwrap(),
            "hello"
        );
    }
    for (address, http2) in peers.lock().unwrap().iter() {
        assert!(address.is_some_and(|address| address.ip().is_loopback()));
        assert!(http2);
    }
    assert_eq!(peers.lock().unwrap().len(), 2);
    drop(caller);
    rig.closed(1, "client_closed").await;
    server.stop().await;
}
