//! `axum::serve` on observed connections.

use std::net::SocketAddr;

use axum::{Extension, Router, extract::ConnectInfo, routing::get, serve::ListenerExt};
use bartizan::conn::ConnHandle;
use bartizan_tests::{
    Protocol,
    client::{self, Client},
    server::Server,
};
use tokio::net::TcpStream;

use crate::rig::Rig;

/// The peer's address, and whether the connection is one of HTTP/2.
async fn who(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Extension(handle): Extension<ConnHandle>,
) -> String {
    format!("{address} {}", handle.is_http2())
}

async fn serve(rig: &Rig) -> Server {
    let (connections, drain) = (rig.connections.clone(), rig.drain.clone());
    let app: Router = Router::new().route("/", get(who));
    Server::start(move |listener, stop| {
        let tapped = listener.tap_io(|stream| stream.set_nodelay(true).expect("a socket"));
        let fired = drain.clone();
        tokio::spawn(async move {
            stop.await;
            fired.fire();
        });
        axum::serve(connections.listener(tapped), connections.make(app))
            .with_graceful_shutdown(drain.fired())
            .into_future()
    })
    .await
}

#[tokio::test]
async fn handlers_know_the_peer_and_its_connection() {
    let rig = Rig::new();
    let server = serve(&rig).await;
    for protocol in Protocol::BOTH {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let address = stream.local_addr().unwrap();
        let mut client = Client::over(stream, protocol).await;
        for _ in 0..2 {
            let answer = client.fetch(client::get("/")).await.unwrap();
            assert_eq!(
                answer.body,
                format!("{address} {}", protocol == Protocol::Http2)
            );
        }
        client.leave().await;
    }
    rig.closed(2, "client_closed").await;
    server.stop().await;
}

#[tokio::test]
async fn a_drain_ends_the_server_and_its_idle_connections() {
    let rig = Rig::new();
    let server = serve(&rig).await;
    let mut kept = Client::connect(server.address(), Protocol::Http1).await;
    kept.fetch(client::get("/")).await.unwrap();
    server.stop().await;
    rig.closed(1, "server_shutdown").await;
    drop(kept);
}

#[cfg(unix)]
#[tokio::test]
async fn other_listeners_have_their_own_addresses() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{UnixListener, UnixStream, unix},
    };

    let rig = Rig::new();
    let path = std::env::temp_dir().join(format!("bartizan-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let unnamed = async |ConnectInfo(address): ConnectInfo<unix::SocketAddr>| {
        address.is_unnamed().to_string()
    };
    let app: Router = Router::new().route("/", get(unnamed));
    let serve = axum::serve(
        rig.connections.listener(listener),
        rig.connections.make(app),
    )
    .with_graceful_shutdown(rig.drain.fired());
    let served = tokio::spawn(serve.into_future());
    let mut client = UnixStream::connect(&path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    client.write_all(request).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("true"), "{answer}");
    rig.closed(1, "server_closed").await;
    rig.drain.fire();
    served.await.unwrap().unwrap();
}
