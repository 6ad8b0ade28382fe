//! Expressions of PromQL, held against the catalogue.
//!
//! A rule or a panel that names a metric, a label or a value that the service never emits is silent, and silence is
//! what a healthy service looks like. So each expression is parsed, and everything that it names must exist:
//!
//! - a selector names a metric of the catalogue, with the part that its kind has; a recording rule that was
//!   [recorded](Known::record); or one of a [short list](others) of what Prometheus and the process emit;
//! - a label in a matcher, a `by`, an `on`, a `group_left` is one that the operand has at that place;
//! - a matcher's value, of a label whose values are a closed list, is one of them, and each alternative of a
//!   pattern matches at least one;
//! - `rate` and `increase` are of what only rises, `histogram_quantile` is of buckets;
//! - the two sides of an operator have the labels by which they are matched.
//!
//! Grafana's variables may stand in it, see [`variables`].

mod fault;
mod known;
mod others;
mod shape;
mod values;
mod variables;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    fault::Fault,
    known::{Known, distance},
    values::close_reasons,
};
