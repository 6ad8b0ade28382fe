//! How connections are made: plain, or with TLS.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use super::ExportError;

/// Makes connections.
#[cfg(feature = "tls")]
pub(crate) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
/// Makes connections.
#[cfg(not(feature = "tls"))]
pub(crate) type Connector = HttpConnector;

/// The version of HTTP that is spoken, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    #[cfg(any(feature = "otlp-http", feature = "zipkin"))]
    Http1,
    #[cfg(feature = "otlp-grpc")]
    Http2,
}

// === impl Version ===

impl Version {
    pub(crate) fn is_http2(self) -> bool {
        match self {
            #[cfg(any(feature = "otlp-http", feature = "zipkin"))]
            Self::Http1 => false,
            #[cfg(feature = "otlp-grpc")]
            Self::Http2 => true,
        }
    }
}

/// A connector for an endpoint of that scheme. It reads the system's certificates where the scheme is `https`.
#[cfg(feature = "tls")]
pub(crate) fn connector(
    field: &'static str,
    to: &Uri,
    version: Version,
) -> Result<Connector, ExportError> {
    use hyper_rustls::ConfigBuilderExt;

    let roots = rustls::ClientConfig::builder_with_provider(ring())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string());
    let refused = |reason| ExportError::Roots { field, reason };
    let roots = roots.map_err(refused)?;
    let config = if to.scheme() == Some(&http::uri::Scheme::HTTPS) {
        let trusting = roots.with_native_roots();
        trusting.map_err(|error| refused(error.to_string()))?
    } else {
        roots.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(trusting(config.with_no_client_auth(), version))
}

/// A connector for an endpoint of that scheme.
#[cfg(not(feature = "tls"))]
pub(crate) fn connector(
    field: &'static str,
    to: &Uri,
    _: Version,
) -> Result<Connector, ExportError> {
    if to.scheme() == Some(&http::uri::Scheme::HTTPS) {
        return Err(ExportError::NotCompiledIn {
            field,
            asked: "an endpoint of `https`",
            feature: "tls",
        });
    }
    Ok(HttpConnector::new())
}

/// A connector that trusts as `config` does.
#[cfg(feature = "tls")]
pub(crate) fn trusting(config: rustls::ClientConfig, version: Version) -> Connector {
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    let builder = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http();
    if version.is_http2() {
        builder.enable_http2().wrap_connector(plain)
    } else {
        builder.enable_http1().wrap_connector(plain)
    }
}

/// The cryptography: not the process's default, which the service may have set or not.
#[cfg(feature = "tls")]
pub(crate) fn ring() -> std::sync::Arc<rustls::crypto::CryptoProvider> {
    std::sync::Arc::new(rustls::crypto::ring::default_provider())
}
