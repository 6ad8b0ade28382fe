//! Web Vitals: what browsers report of their pages.
#![allow(missing_docs)]

mod answer;
mod body;
mod builder;
mod field;
mod future;
mod ids;
mod inner;
mod origin;
mod pages;
mod rate;
mod refusal;
mod report;
mod service;
#[cfg(test)]
mod tests;
mod vital;

pub use self::{
    body::VitalsBody,
    builder::{WebVitalsBuilder, WebVitalsError},
    field::{FIELDS, Field, Handling},
    future::VitalsFuture,
    service::WebVitals,
};

pub const MODULE: &str = include_str!("browser/web-vitals.js");
pub const NEXT_JS: &str = include_str!("browser/next.jsx");
