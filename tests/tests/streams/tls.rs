//! Streams over TLS.

use std::sync::Arc;

use bartizan::conn::Detail;
use bartizan_tests::{
    Protocol,
    client::{Client, get},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        pki_types::{PrivatePkcs8KeyDer, ServerName},
    },
};

use crate::{
    line::Line,
    reads,
    rig::{Framework, Rig, Setup},
    rounds,
};

struct Tls {
    acceptor: TlsAcceptor,
    connector: TlsConnector,
}

// === impl Tls ===

impl Tls {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["bartizan.test".to_owned()]);
        let made = made.expect("a certificate");
        let certificate = made.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let server = ServerConfig::builder().with_no_client_auth();
        let server = server.with_single_cert(vec![certificate.clone()], key.into());
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("a certificate");
        let client = ClientConfig::builder().with_root_certificates(roots);
        Self {
            acceptor: TlsAcceptor::from(Arc::new(server.expect("a key"))),
            connector: TlsConnector::from(Arc::new(client.with_no_client_auth())),
        }
    }

    async fn rig(&self) -> Rig {
        let setup = Setup {
            tls: Some(self.acceptor.clone()),
            ..Setup::guarded(Framework::Hyper)
        };
        setup.start().await
    }

    async fn connect(&self, rig: &Rig) -> (Line, TlsStream<Line>) {
        let line = Line::connect(rig.address()).await;
        let name = ServerName::try_from("bartizan.test").expect("a name");
        let stream = self.connector.connect(name, line.clone()).await;
        (line, stream.expect("a handshake"))
    }
}

#[tokio::test]
async fn an_end_without_a_word_and_a_reset() {
    let tls = Tls::new();
    for (resets, detail) in [(false, Detail::TlsEof), (true, Detail::Reset)] {
        let mut rig = tls.rig().await;
        for protocol in Protocol::BOTH {
            for _ in 0..rounds() {
                let (line, stream) = tls.connect(&rig).await;
                let mut client = Client::over(stream, protocol).await;
                let response = client.send(get("/stream/a")).await.expect("a head");
                let mut body = response.into_body();
                let exchange = rig.opened().await;
                exchange.sends("data: 1\n\n");
                reads(&mut body, "data: 1\n\n").await;
                if resets {
                    line.reset();
                } else {
                    line.close();
                }
                exchange.let_go().await;
                assert_eq!(exchange.connection().cause(), Some(detail));
            }
        }
        rig.closes(&[("client_disconnect", 2 * rounds())]).await;
        rig.stop().await;
    }
}

#[tokio::test]
async fn an_end_that_is_announced() {
    let tls = Tls::new();
    let mut rig = tls.rig().await;
    let (_line, mut stream) = tls.connect(&rig).await;
    stream.write_all(crate::line::GET.as_bytes()).await.unwrap();
    let exchange = rig.opened().await;
    exchange.sends("data: 1\n\n");
    let mut read = Vec::new();
    while !read.ends_with(b"data: 1\n\n\r\n") {
        stream.read_buf(&mut read).await.unwrap();
    }
    stream.shutdown().await.unwrap();
    exchange.let_go().await;
    assert_eq!(exchange.connection().cause(), Some(Detail::Fin));
    rig.closes(&[("client_disconnect", 1)]).await;
    rig.stop().await;
}
