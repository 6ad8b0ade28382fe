//! Rotel, a receiver of OTLP in a process of its own, which passes on what it received.

use std::{
    env,
    fs::{self, File},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use bartizan_tests::wait::eventually;
use tokio::process::{Child, Command};

use crate::export::Transport;

/// A receiver that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Rotel {
    child: Child,
    ports: Ports,
    log: PathBuf,
}

/// Where it listens.
#[derive(Clone, Copy, Debug)]
struct Ports {
    grpc: SocketAddr,
    http: SocketAddr,
}

/// It has an option for most variables, so it sees only those by which it is found and loaded.
const VARIABLES: [&str; 2] = ["PATH", "LD_LIBRARY_PATH"];

/// A port that is free may be another program's a moment later.
const STARTS: usize = 3;

// === impl Rotel ===

impl Rotel {
    /// Starts it. What it receives it passes on, over gRPC, and nothing else: its own telemetry is off
    /// unless it is asked for.
    pub(crate) async fn start(to: SocketAddr) -> Self {
        let mut ends = Vec::new();
        for _ in 0..STARTS {
            let mut rotel = Self::spawn(Ports::free(), to);
            match rotel.listens().await {
                Ok(()) => return rotel,
                Err(end) => ends.push(format!("{end}: {}", rotel.said())),
            }
        }
        panic!("rotel does not start: {ends:#?}");
    }

    fn spawn(ports: Ports, to: SocketAddr) -> Self {
        let name = format!(
            "bartizan-rotel-{}-{}",
            std::process::id(),
            ports.grpc.port()
        );
        let log = env::temp_dir().join(name);
        let file = File::create(&log).expect("a log");
        let program = env::var_os("BARTIZAN_ROTEL").unwrap_or_else(|| "rotel".into());
        let variables = VARIABLES.iter();
        let child = Command::new(&program)
            .args(["start", "--disable-batching", "--exporter=otlp"])
            .arg(format!("--otlp-grpc-endpoint={}", ports.grpc))
            .arg(format!("--otlp-http-endpoint={}", ports.http))
            .arg(format!("--otlp-exporter-endpoint=http://{to}"))
            .env_clear()
            .envs(variables.filter_map(|name| Some((name, env::var_os(name)?))))
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log"))
            .stderr(file)
            .kill_on_drop(true)
            .spawn();
        let child = child.unwrap_or_else(|error| {
            let _ = fs::remove_file(&log);
            panic!("no rotel, by BARTIZAN_ROTEL or in the PATH: {program:?}: {error}")
        });
        Self { child, ports, log }
    }

    /// Waits until both of its ports answer. The error is how it ended before.
    async fn listens(&mut self) -> Result<(), ExitStatus> {
        for port in [self.ports.grpc, self.ports.http] {
            let answers = || match self.child.try_wait().expect("a child's state") {
                Some(end) => Some(Err(end)),
                None => TcpStream::connect(port).ok().map(|_| Ok(())),
            };
            eventually(answers, || format!("rotel at {port}")).await?;
        }
        Ok(())
    }

    /// Where it listens for this.
    pub(crate) fn address(&self, transport: Transport) -> SocketAddr {
        match transport {
            Transport::Grpc => self.ports.grpc,
            Transport::HttpProtobuf => self.ports.http,
        }
    }

    /// What it had to say.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_else(|error| error.to_string())
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) {
        self.child.kill().await.expect("a process that is there");
    }
}

impl Drop for Rotel {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}

// === impl Ports ===

impl Ports {
    /// Two that nobody listens at.
    fn free() -> Self {
        let port = || TcpListener::bind("127.0.0.1:0").expect("a port");
        let (grpc, http) = (port(), port());
        let address = |listener: TcpListener| listener.local_addr().expect("an address");
        Self {
            grpc: address(grpc),
            http: address(http),
        }
    }
}
