//! What spans are named, and the routes in that.

use std::{borrow::Cow, sync::OnceLock};

use opentelemetry::Value;

use crate::{label::OTHER, observe::Record, route::RouteSource};

/// The name of the spans of a method and a route.
#[derive(Debug)]
struct Kept {
    key: u64,
    name: &'static str,
    /// The end of the name.
    route: &'static str,
}

/// Names that are used again and again: a span takes what is not kept as a copy of its own. Each place is taken
/// once; a name that finds its place taken is copied for ever. What clients say is in none, for routes and
/// methods come out of closed lists and budgets.
static KEPT: [OnceLock<Kept>; PLACES] = [const { OnceLock::new() }; PLACES];
const PLACES: usize = 512;

/// The route, if someone knows it: a guess is not one, nor is a full budget.
pub(super) fn template(record: Record<'_>) -> Option<&str> {
    let route = record.route().label;
    // What stands for a route begins as no route does.
    (is_known(record.route_source()) && route.starts_with('/')).then_some(route)
}

#[inline]
fn is_known(source: Option<RouteSource>) -> bool {
    match source {
        Some(
            RouteSource::Handler
            | RouteSource::Framework
            | RouteSource::Nested
            | RouteSource::Table,
        ) => true,
        Some(RouteSource::Guess) | None => false,
    }
}

/// The route, for the span to have.
#[inline]
pub(super) fn route(record: Record<'_>) -> Option<Value> {
    match kept(record) {
        Some(kept) => Some(kept.route.into()),
        None => template(record).map(|route| route.to_owned().into()),
    }
}

/// `{method} {route}`, or the method alone.
#[inline]
pub(super) fn name(record: Record<'_>) -> Cow<'static, str> {
    if let Some(kept) = kept(record) {
        return Cow::Borrowed(kept.name);
    }
    match template(record) {
        Some(route) => joined(&method_name(record), route).into(),
        None => method_name(record),
    }
}

#[inline]
fn kept(record: Record<'_>) -> Option<&'static Kept> {
    // A guess may read as somebody's template, and the numbers of the user's own methods are others.
    if !is_known(record.route_source()) || !record.has_standard_methods() {
        return None;
    }
    let key = record.route_key(record.route_label()) << 5 | record.method_number();
    let kept = match KEPT[place(key)].get() {
        Some(kept) => kept,
        None => keep(key, record)?,
    };
    (kept.key == key).then_some(kept)
}

#[cold]
fn keep(key: u64, record: Record<'_>) -> Option<&'static Kept> {
    let route = template(record)?;
    let make = || Kept::new(key, &method_name(record), route);
    Some(KEPT[place(key)].get_or_init(make))
}

/// Routes are numbered in order, so those of a service have a place each.
#[inline]
fn place(key: u64) -> usize {
    let (route, method) = (key >> 5, key & 31);
    (route * 4 + method) as usize % PLACES
}

fn joined(method: &str, route: &str) -> String {
    [method, " ", route].concat()
}

/// The method, as a name has it.
#[inline]
pub(super) fn method_name(record: Record<'_>) -> Cow<'static, str> {
    match record.standard_method() {
        _ if !record.is_method_known() => "HTTP".into(),
        Some(method) => method.into(),
        None => record.method().to_owned().into(),
    }
}

/// The method's label, copied only if the user gave a list of methods.
#[inline(always)]
pub(super) fn method(record: Record<'_>) -> Value {
    match record.standard_method() {
        Some(method) => method.into(),
        None if !record.is_method_known() => OTHER.into(),
        None => record.method().to_owned().into(),
    }
}

// === impl Kept ===

impl Kept {
    #[cold]
    fn new(key: u64, method: &str, route: &str) -> Self {
        let name: &'static str = joined(method, route).leak();
        let route = &name[method.len() + 1..];
        Self { key, name, route }
    }
}
