//! Whose fault an end is, and how loud its line.

use tracing::Level;

use crate::{
    label::{ErrorType, Fault},
    observe::{Kind, Record},
    rpc::{self, CallError, CallRef, RpcStatus},
};

/// What an exchange came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome<'a> {
    error: Option<Error<'a>>,
    fault: Option<Fault>,
    /// The status that a call has, or is taken to have.
    rpc_status: Option<RpcStatus>,
    /// It failed, and not by the server's fault.
    failed_client: bool,
}

#[derive(Clone, Copy, Debug)]
enum Error<'a> {
    Type(ErrorType),
    /// The reason that a handler closed its stream with.
    Declared(&'a str),
    Call(CallError),
}

// === impl Outcome ===

impl<'a> Outcome<'a> {
    /// The first fault wins: a status of 5xx goes before the reason why a stream was closed.
    pub(super) fn of(record: Record<'a>) -> Self {
        if let Some(call) = record.call() {
            return Self::of_call(call, record);
        }
        let failed_client = record
            .status()
            .is_some_and(|status| status.is_client_error());
        let error = record.error_type();
        if !matches!(error, Some(ErrorType::Status(_)))
            && record.kind() == Kind::Stream
            && let Some(reason) = record.close_reason()
            && reason.end().is_none()
        {
            return Self {
                error: Some(Error::Declared(reason.as_str())),
                fault: reason.fault(),
                rpc_status: None,
                failed_client,
            };
        }
        Self {
            error: error.map(Error::Type),
            fault: error.map(ErrorType::fault),
            rpc_status: None,
            failed_client,
        }
    }

    fn of_call(call: CallRef<'_>, record: Record<'_>) -> Self {
        let rpc::Outcome { status, error, .. } = call.outcome(record);
        // What does not exist can be asked for by anyone.
        let is_unknown = status == RpcStatus::Unimplemented && call.method().is_none();
        let fault = |error: CallError| {
            if is_unknown {
                Fault::Client
            } else {
                error.fault()
            }
        };
        Self {
            error: error.map(Error::Call),
            fault: error.map(fault),
            rpc_status: Some(status),
            failed_client: status != RpcStatus::Ok,
        }
    }

    pub(super) fn rpc_status(&self) -> Option<&'static str> {
        self.rpc_status.map(RpcStatus::name)
    }

    pub(super) fn error_type(&self) -> Option<&str> {
        self.error.as_ref().map(|error| match error {
            Error::Type(error) => error.as_str(),
            Error::Declared(reason) => reason,
            Error::Call(error) => error.as_str(),
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
    pub(super) fn level(&self, warns_of_clients: bool) -> Level {
        let of_client = if warns_of_clients {
            Level::WARN
        } else {
            Level::INFO
        };
        match self.fault {
            Some(Fault::Server) => Level::ERROR,
            Some(Fault::Client) => of_client,
            Some(Fault::Planned | Fault::Unknown) => Level::INFO,
            None if self.failed_client => of_client,
            None => Level::INFO,
        }
    }
}
