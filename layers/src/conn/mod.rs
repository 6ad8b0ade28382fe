//! What connections know.

#[cfg(feature = "axum")]
mod axum;
mod connections;
mod drain;
mod exchange;
mod guard;
mod handle;
mod incoming;
mod io;
mod metrics;
mod outcome;
mod probe;
mod resets;
mod settle;
mod sniff;
mod state;
#[cfg(feature = "tonic")]
mod tonic;
mod words;

#[cfg(feature = "axum")]
pub use self::axum::{ObservedListener, ObservedMake, ObservedMakeFuture, WithConnection};
#[cfg(feature = "tonic")]
pub use self::tonic::{ConnectInfoLayer, ConnectInfoService, ObservedInfo};
pub use self::{
    connections::{Connections, ConnectionsBuilder},
    drain::{Drain, Fired},
    handle::ConnHandle,
    incoming::ObservedIncoming,
    io::ObservedIo,
    outcome::{ObservedConnection, Outcome},
    words::{CloseReason, Detail, IoErrorType},
};
#[allow(unused_imports, reason = "the engine and its observers are the users")]
pub(crate) use self::{
    drain::DrainCell,
    handle::{ConnMark, Verdict},
    settle::Settle,
};
