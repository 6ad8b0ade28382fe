//! Whose fault an end is, and how loud its line.

use tracing::Level;

use crate::{
    label::{ErrorType, Fault},
    observe::{Kind, Record},
};

/// What an exchange came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome<'a> {
    error: Option<Error<'a>>,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug)]
enum Error<'a> {
    Type(ErrorType),
    /// The reason that a handler closed its stream with.
    Declared(&'a str),
}

// === impl Outcome ===

impl<'a> Outcome<'a> {
    /// The first fault wins: a status of 5xx goes before the reason why a stream was closed.
    pub(super) fn of(record: Record<'a>) -> Self {
        let error = record.error_type();
        if !matches!(error, Some(ErrorType::Status(_)))
            && record.kind() == Kind::Stream
            && let Some(reason) = record.close_reason()
            && reason.end().is_none()
        {
            return Self {
                error: Some(Error::Declared(reason.as_str())),
                fault: reason.fault(),
            };
        }
        Self {
            error: error.map(Error::Type),
            fault: error.map(ErrorType::fault),
        }
    }

    pub(super) fn error_type(&self) -> Option<&str> {
        self.error.as_ref().map(|error| match error {
            Error::Type(error) => error.as_str(),
            Error::Declared(reason) => reason,
        })
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        self.fault.map(|fault| match fault {
            Fault::Client => "client",
            Fault::Planned => "planned",
            Fault::Server => "server",
            Fault::Unknown => "unknown",
        })
    }

    /// The level of the line.
    pub(super) fn level(&self, record: Record<'_>, warns_of_clients: bool) -> Level {
        let of_client = if warns_of_clients {
            Level::WARN
        } else {
            Level::INFO
        };
        match self.fault {
            Some(Fault::Server) => Level::ERROR,
            Some(Fault::Client) => of_client,
            Some(Fault::Planned | Fault::Unknown) => Level::INFO,
            None if record
                .status()
                .is_some_and(|status| status.is_client_error()) =>
            {
                of_client
            }
            None => Level::INFO,
        }
    }
}
