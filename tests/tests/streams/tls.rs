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
    everywhere, expect, h2,
    line::{GET, Line},
    reads,
    rig::{Framework, Rig, Setup},
    rounds,
};

everywhere! {
    an_end_that_is_announced,
    ends_of_the_line,
}

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

    async fn rig(&self, framework: Framework) -> Rig {
        let setup = Setup {
            tls: Some(self.acceptor.clone()),
            ..Setup::guarded(framework)
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

async fn ends_of_the_line(framework: Framework, protocol: Protocol) {
    let tls = Tls::new();
    for (resets, detail) in [(false, Detail::TlsEof), (true, Detail::Reset)] {
        let mut rig = tls.rig(framework).await;
        for round in 1..=rounds() {
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
            let scrape = rig.closes(&[("client_disconnect", round)]).await;
            assert_eq!(exchange.connection().cause(), Some(detail));
            assert_eq!(expect::total(&scrape, expect::WRITE_ERRORS, &[]), 0);
        }
        rig.stop().await;
    }
}

async fn an_end_that_is_announced(framework: Framework, protocol: Protocol) {
    let tls = Tls::new();
    let mut rig = tls.rig(framework).await;
    for round in 1..=3 {
        let (_line, mut stream) = tls.connect(&rig).await;
        let request = match protocol {
            Protocol::Http1 => GET.into(),
            Protocol::Http2 => [h2::hello(), h2::headers(1)].concat(),
        };
        stream.write_all(&request).await.expect("a connection");
        let exchange = rig.opened().await;
        exchange.sends("data: 1\n\n");
        // On HTTP/1 a line goes behind the chunk.
        let last = match protocol {
            Protocol::Http1 => "data: 1\n\n\r\n",
            Protocol::Http2 => "data: 1\n\n",
        };
        let mut read = Vec::new();
        while !read.ends_with(last.as_bytes()) {
            let more = stream.read_buf(&mut read).await;
            assert_ne!(more.expect("a connection"), 0);
        }
        stream.shutdown().await.expect("a connection");
        exchange.let_go().await;
        rig.closes(&[("client_disconnect", round)]).await;
        assert_eq!(exchange.connection().cause(), Some(Detail::Fin));
    }
    rig.stop().await;
}
