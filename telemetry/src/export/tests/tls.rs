//! Receivers over TLS: those that are trusted, those that are not, and those that never get there.

use std::{net::SocketAddr, sync::Arc};

use http::HeaderMap;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::support::{Collector, Hostile, Manner, Scene, millis, spent};
use crate::{
    config::TraceExporter,
    export::{
        client::Client,
        connector::{Version, ring, trusting},
        courier::Courier,
        exporter::Deliver,
        grpc::Grpc,
        otlp::{Line, Spans, Wire},
        post::Post,
        spans,
    },
    health::Signal,
};

/// A certificate that only those trust who are told to.
struct Certificate {
    server: ServerConfig,
    roots: RootCertStore,
}

// === impl Certificate ===

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let key = made.signing_key.serialize_der().try_into().expect("a key");
        let mut server = ServerConfig::builder_with_provider(ring())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate");
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).expect("a certificate");
        Self { server, roots }
    }

    /// Stands in front of an honest receiver.
    fn serve(self, scene: &Scene, honest: SocketAddr) -> SocketAddr {
        let acceptor = TlsAcceptor::from(Arc::new(self.server));
        let listener = scene.run(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        scene.runtime().spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut from = acceptor.accept(from).await?;
                    let mut to = TcpStream::connect(honest).await?;
                    tokio::io::copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        address
    }
}

fn client_config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(ring())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn deliver(exporter: TraceExporter, trusted: bool) -> (Scene, Collector, Result<(), String>) {
    let scene = Scene::new();
    let collector = Collector::default();
    let certificate = Certificate::new();
    let roots = if trusted {
        certificate.roots.clone()
    } else {
        RootCertStore::empty()
    };
    let (honest, _) = collector.serve(&scene);
    let port = certificate.serve(&scene, honest).port();
    let to = format!("https://localhost:{port}/v1/traces")
        .parse()
        .expect("a URI");
    let (headers, runtime) = (HeaderMap::new(), scene.runtime());
    let wire = if exporter == TraceExporter::OtlpGrpc {
        let to = format!("https://localhost:{port}").parse().expect("a URI");
        let connector = trusting(client_config(roots), Version::Http2);
        let client = Client::with_connector(connector, to, headers, Version::Http2, runtime);
        let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
        Wire::Grpc(Grpc::with_client(client), method)
    } else {
        let connector = trusting(client_config(roots), Version::Http1);
        let client = Client::with_connector(connector, to, headers, Version::Http1, runtime);
        Wire::Http(Post::with_client(client, "application/x-protobuf"))
    };
    let spans = Spans::new(Line::new(wire), &Scene::resource());
    let courier = Courier::new(runtime.clone(), millis(800));
    let delivered = spans.deliver(Vec::new(), &courier);
    (
        scene,
        collector,
        delivered.map_err(|failure| failure.to_string()),
    )
}

#[test]
fn one_that_is_trusted_gets_spans() {
    for exporter in [TraceExporter::OtlpGrpc, TraceExporter::OtlpHttp] {
        let (_scene, collector, delivered) = deliver(exporter, true);
        assert_eq!((delivered, collector.requests()), (Ok(()), 1));
    }
}

#[test]
fn one_that_is_not_trusted_gets_none_and_the_reason_is_told() {
    for exporter in [TraceExporter::OtlpGrpc, TraceExporter::OtlpHttp] {
        let (_scene, collector, delivered) = deliver(exporter, false);
        let reason = delivered.expect_err("it is not trusted");
        assert!(reason.contains("invalid peer certificate"), "{reason}");
        assert_eq!(collector.requests(), 0);
    }
}

/// By the way that the configuration takes, with the system's certificates.
#[test]
fn one_that_hangs_or_speaks_no_tls_costs_the_time_out() {
    let exporters = [
        (TraceExporter::OtlpGrpc, ""),
        (TraceExporter::OtlpHttp, "/v1/traces"),
        (TraceExporter::Zipkin, "/api/v2/spans"),
    ];
    for (exporter, path) in exporters {
        for manner in [Manner::Hangs, Manner::Garbage, Manner::Dies] {
            let scene = Scene::new();
            let to = Hostile::start(manner).url(path).replace("http:", "https:");
            let config = Scene::tracing(exporter, &to, millis(600));
            let health = scene.health(Signal::Traces);
            let provider = spans(
                &config,
                Scene::resource(),
                Some(&health),
                scene.runtime(),
                Vec::new(),
            );
            let provider = provider.expect("certificates").expect("an exporter");
            Scene::spans(&provider, 3);
            let flushed = spent(millis(0), millis(600), || provider.force_flush());
            flushed.expect_err("spans that do not arrive");
            scene.assert_figures("traces", 0, 1, 3);
        }
    }
}
