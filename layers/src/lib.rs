//! Observability layers for tower: one true record for every request and every stream.
#[cfg(feature = "http")]
pub mod catalog;
#[cfg(feature = "http")]
pub mod http;
pub mod label;
#[cfg(feature = "http")]
pub mod meter;
pub mod observe;
pub mod order {}
pub mod route;
