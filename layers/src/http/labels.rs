//! The label sets of the HTTP metrics, in numbers and in words.

use http::{StatusCode, Version};

use super::custom::{Capped, Values};
use crate::{
    catalog,
    label::{End, ErrorType},
    meter::{Key, Labels, Naming},
    observe::{METHODS, Record, SCHEME},
    route::RouteLabel,
};

/// What a duration is told apart by.
#[derive(Clone, Copy)]
pub(super) struct Duration<'a> {
    pub(super) record: Record<'a>,
    pub(super) protocol_version: bool,
    pub(super) custom: Custom<'a>,
}

/// What a size is told apart by.
#[derive(Clone, Copy)]
pub(super) struct Size<'a> {
    pub(super) record: Record<'a>,
    pub(super) status: bool,
    pub(super) custom: Custom<'a>,
}

/// The custom labels of one exchange.
#[derive(Clone, Copy)]
pub(super) struct Custom<'a> {
    pub(super) labels: &'a [Capped],
    pub(super) naming: &'a Naming,
    pub(super) values: Values,
}

// Where each part of a label set stands in the closed word of a key, besides those of the layer.
const VERSION: u32 = SCHEME + 1;
const ERROR: u32 = 9;
const STATUS: u32 = 14;
const ROUTE: u32 = 24;
// A route takes 21 bits.
const _: () = assert!(METHODS - ROUTE == 21);

/// The method and the scheme.
#[inline(always)]
pub(super) fn method_and_scheme(record: Record<'_>) -> u64 {
    record.method_number() | record.layer_key()
}

#[inline(always)]
pub(super) fn route(record: Record<'_>, route: RouteLabel) -> u64 {
    record.route_key(route) << ROUTE
}

#[inline]
fn status(status: Option<StatusCode>) -> u64 {
    status.map_or(0, |status| u64::from(status.as_u16()) << STATUS)
}

#[inline]
fn error(error: Option<ErrorType>) -> u64 {
    match error {
        None => 0,
        // Which status it is, the status says.
        Some(ErrorType::Status(_)) => 1 << ERROR,
        Some(ErrorType::End(end)) => (2 + end as u64) << ERROR,
    }
}

// An end's number must fit the 5 bits that it has.
const _: () = assert!(End::ALL.len() + 2 < 1 << (STATUS - ERROR));

/// A version's label, and its number.
fn version(version: Version) -> Option<(&'static str, u64)> {
    Some(match version {
        Version::HTTP_09 => ("0.9", 1),
        Version::HTTP_10 => ("1.0", 2),
        Version::HTTP_11 => ("1.1", 3),
        Version::HTTP_2 => ("2", 4),
        Version::HTTP_3 => ("3", 5),
        _ => return None,
    })
}

// === impl Duration ===

impl Duration<'_> {
    #[inline]
    pub(super) fn key(self) -> Key {
        let Self {
            record,
            protocol_version,
            custom,
        } = self;
        let mut closed = method_and_scheme(record)
            | route(record, record.route_label())
            | status(record.status())
            | error(record.error_type());
        if protocol_version && let Some((_, number)) = version(record.version()) {
            closed |= number << VERSION;
        }
        Key {
            closed,
            capped: custom.values.word(),
        }
    }

    pub(super) fn fill(self, labels: &mut Labels<'_>) {
        let Self {
            record,
            protocol_version,
            custom,
        } = self;
        labels.push(catalog::METHOD, record.method().to_owned());
        labels.push(catalog::ROUTE, record.route().label.to_owned());
        fill_status(labels, record);
        if let Some(error) = record.error_type() {
            labels.push(catalog::ERROR_TYPE, error.as_str().to_owned());
        }
        labels.push(catalog::SCHEME, record.scheme().as_str());
        if protocol_version && let Some((version, _)) = version(record.version()) {
            labels.push(catalog::PROTOCOL_VERSION, version);
        }
        custom.fill(labels);
    }
}

// === impl Size ===

impl Size<'_> {
    #[inline]
    pub(super) fn key(self) -> Key {
        let Self {
            record,
            status: with_status,
            custom,
        } = self;
        let method = method_and_scheme(record) & !(1 << SCHEME);
        let mut closed = method | route(record, record.route_label());
        if with_status {
            closed |= status(record.status());
        }
        Key {
            closed,
            capped: custom.values.word(),
        }
    }

    pub(super) fn fill(self, labels: &mut Labels<'_>) {
        let Self {
            record,
            status,
            custom,
        } = self;
        labels.push(catalog::METHOD, record.method().to_owned());
        labels.push(catalog::ROUTE, record.route().label.to_owned());
        if status {
            fill_status(labels, record);
        }
        custom.fill(labels);
    }
}

// === impl Custom ===

impl Custom<'_> {
    fn fill(self, labels: &mut Labels<'_>) {
        for (index, label) in self.labels.iter().enumerate() {
            if let Some((name, value)) = label.text(self.naming, self.values, index) {
                labels.push_named(name, value.to_owned());
            }
        }
    }
}

fn fill_status(labels: &mut Labels<'_>, record: Record<'_>) {
    if let Some(status) = record.status() {
        labels.push(catalog::STATUS, status.as_str().to_owned());
    }
}
