//! Exporters against receivers on real sockets, honest ones and others.

mod feedback;
mod hostile;
mod metrics;
mod places;
mod refused;
mod retries;
mod sent;
mod shutdown;
mod support;
mod tls;
mod told;
mod zipkin;
