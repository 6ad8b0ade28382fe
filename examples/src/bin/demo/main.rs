//! A service with every kind of route, one bartizan layer around it, and its metrics at `/metrics`.
//!
//! `demo --load 5 --exit` plays traffic against itself and prints what the metrics say of it.
#![allow(clippy::print_stdout, reason = "this is a program for a terminal")]

mod answers;
mod args;
mod blast;
mod broken;
mod chat;
mod client;
mod connection;
mod download;
mod faults;
mod feed;
mod files;
mod jobs;
mod ledger;
mod load;
mod observability;
mod programme;
mod progress;
mod routes;
mod scenes;
mod scrape;
mod sse;
mod streams;
mod summary;
mod table;
mod traces;
mod traffic;

use std::{
    io::Write,
    net::SocketAddr,
    panic::PanicHookInfo,
    pin::pin,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bartizan_telemetry::Telemetry;
use tokio::{net::TcpListener, time::timeout};

use crate::{
    args::{Command, Options},
    traces::Traces,
};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long exchanges may take to end once the program is to stop.
const GRACE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let options = match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            print!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("demo: {error}\nTry `demo --help`.");
            return ExitCode::from(2);
        }
    };
    std::panic::set_hook(Box::new(report_panic));
    let run = || tokio::runtime::Runtime::new()?.block_on(serve(options));
    run().unwrap_or_else(|error| {
        eprintln!("demo: {error}");
        ExitCode::FAILURE
    })
}

async fn serve(options: Options) -> Result<ExitCode, Error> {
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener.local_addr()?;
    let traces = Traces::default();
    let telemetry = observability::start(options.config.as_deref(), &traces)?;
    let router = routes::router(&telemetry);
    let router = if options.traffic {
        faults::fallible(router)
    } else {
        router
    };
    let app = observability::observe(router, &telemetry)?;

    let (connections, drain) = (telemetry.connections(), telemetry.drain());
    let server = axum::serve(connections.listener(listener), connections.make(app))
        .with_graceful_shutdown(drain.fired());
    let server = tokio::spawn(server.into_future());
    println!("listening on http://{address}");
    if let Some(metrics) = telemetry.metrics_address() {
        println!("metrics at http://{metrics}/metrics");
    }
    std::io::stdout().flush()?;

    // The clients stay while the server drains, or they would leave before they are told to.
    let mut played = pin!(play(address, options, &telemetry, &traces));
    let code = tokio::select! {
        () = telemetry.terminated() => ExitCode::SUCCESS,
        code = &mut played => code?,
    };
    drain.fire();
    tokio::select! {
        ended = timeout(GRACE, server) => match ended {
            Ok(ended) => ended??,
            Err(_) => eprintln!("demo: some exchanges were still open after {} s", GRACE.as_secs()),
        },
        _ = tokio::signal::ctrl_c() => {}
    }
    telemetry.shutdown().await;
    Ok(code)
}

/// Plays the load, or traffic, if any. Returns only if the program is to end with it.
async fn play(
    address: SocketAddr,
    options: Options,
    telemetry: &Telemetry,
    traces: &Traces,
) -> Result<ExitCode, Error> {
    let Options {
        listen: _,
        load,
        exit,
        config: _,
        traffic,
    } = options;
    let address = connectable(address);
    if traffic {
        traffic::run(address, telemetry.tasks().clone()).await?;
    }
    if let Some(length) = load {
        let agreed = load::run(address, length, telemetry, traces, exit).await?;
        if exit {
            return Ok(if agreed {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
    }
    std::future::pending().await
}

/// `0.0.0.0` is an address to listen on, not one to connect to.
fn connectable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => ([127, 0, 0, 1], v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            ([0, 0, 0, 0, 0, 0, 0, 1], v6.port()).into()
        }
        address => address,
    }
}

/// One line for a panic, and only one for all those that were asked for.
fn report_panic(info: &PanicHookInfo<'_>) {
    static ASKED: AtomicBool = AtomicBool::new(false);
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic");
    if message != routes::PANIC {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("demo: panicked at {place}: {message}");
    } else if !ASKED.swap(true, Ordering::Relaxed) {
        eprintln!("demo: {message} (further ones are silent)");
    }
}
