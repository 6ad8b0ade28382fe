//! Why reports are not recorded: for the metric, and for the browser.

use std::time::Duration;

use http::StatusCode;

use super::{field::FIELDS, report::Fault};

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Method,
    Origin,
    Rate(Duration),
    ContentType,
    ContentEncoding,
    TooLarge,
    Timeout,
    Broken,
    Fault(Fault),
}

/// Why reports are not recorded: the label `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    BodyError,
    Cancelled,
    ContentEncoding,
    ContentType,
    InvalidField,
    Malformed,
    Method,
    Origin,
    RateLimit,
    Timeout,
    TooLarge,
    UnknownField,
    Unsupported,
    Update,
}

// === impl Refusal ===

impl Refusal {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::Rate(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ContentType | Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Broken | Self::Fault(_) => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn reason(self) -> Reason {
        match self {
            Self::Method => Reason::Method,
            Self::Origin => Reason::Origin,
            Self::Rate(_) => Reason::RateLimit,
            Self::ContentType => Reason::ContentType,
            Self::ContentEncoding => Reason::ContentEncoding,
            Self::TooLarge => Reason::TooLarge,
            Self::Timeout => Reason::Timeout,
            Self::Broken => Reason::BodyError,
            Self::Fault(Fault::Malformed) => Reason::Malformed,
            Self::Fault(Fault::Unknown) => Reason::UnknownField,
            Self::Fault(Fault::Missing(_) | Fault::Repeated(_) | Fault::Invalid(_)) => {
                Reason::InvalidField
            }
        }
    }

    /// What the browser is told: words of this crate alone.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Method => "reports are posted\n",
            Self::Origin => "reports of pages of this origin are not taken\n",
            Self::Rate(_) => "too many reports\n",
            Self::ContentType => "application/json or text/plain is expected\n",
            Self::ContentEncoding => "a body without content encoding is expected\n",
            Self::TooLarge => "the body is too large\n",
            Self::Timeout => "the body took too long\n",
            Self::Broken => "the body could not be read\n",
            Self::Fault(Fault::Malformed) => {
                "a report of JSON, or an array of reports, is expected\n"
            }
            Self::Fault(Fault::Unknown) => "there is a field that is not known\n",
            Self::Fault(Fault::Missing(place)) => FIELDS[place].faults[0],
            Self::Fault(Fault::Repeated(place)) => FIELDS[place].faults[1],
            Self::Fault(Fault::Invalid(place)) => FIELDS[place].faults[2],
        }
    }
}

// === impl Reason ===

impl Reason {
    pub(super) const ALL: [Self; 14] = [
        Self::BodyError,
        Self::Cancelled,
        Self::ContentEncoding,
        Self::ContentType,
        Self::InvalidField,
        Self::Malformed,
        Self::Method,
        Self::Origin,
        Self::RateLimit,
        Self::Timeout,
        Self::TooLarge,
        Self::UnknownField,
        Self::Unsupported,
        Self::Update,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::BodyError => "body_error",
            Self::Cancelled => "cancelled",
            Self::ContentEncoding => "content_encoding",
            Self::ContentType => "content_type",
            Self::InvalidField => "invalid_field",
            Self::Malformed => "malformed",
            Self::Method => "method",
            Self::Origin => "origin",
            Self::RateLimit => "rate_limit",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::UnknownField => "unknown_field",
            Self::Unsupported => "unsupported",
            Self::Update => "update",
        }
    }
}
