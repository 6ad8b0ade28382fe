//! The word that a process is to end.

use std::io;

use crate::{Telemetry, health::TARGET};

// === impl Telemetry ===

impl Telemetry {
    /// Waits until the process is told to end, by SIGTERM or by Ctrl-C, and fires the [drain](Self::drain): what the graceful
    /// shutdown of a server waits for. It resolves when the drain is fired otherwise, too.
    ///
    /// It needs tokio's runtime, with its I/O. Once it was polled, the signals no longer end the process by themselves.
    pub fn terminated(&self) -> impl Future<Output = ()> + Send + use<> {
        let drain = self.drain().clone();
        async move {
            tokio::select! {
                signal = signal() => if let Err(error) = signal {
                    tracing::error!(target: TARGET, %error, "signals are not heard; the drain has to be fired otherwise");
                    drain.fired().await;
                },
                () = drain.fired() => {}
            }
            drain.fire();
        }
    }
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use crate::{Config, Telemetry};

    #[tokio::test]
    async fn a_drain_that_fires_otherwise_is_heard() {
        let config = Config::from_yaml("metrics: { listen: null }").expect("a configuration");
        let builder = Telemetry::builder().config(config).install_globals(false);
        let telemetry = builder.start().expect("a telemetry");
        let terminated = tokio::spawn(telemetry.terminated());
        tokio::task::yield_now().await;
        assert!(!terminated.is_finished());
        telemetry.drain().fire();
        terminated.await.expect("it resolves");
    }
}
