//! What open streams keep in memory: a million of them in one process, without and with an observed
//! connection each. For information; the unit tests bound the sizes.

use std::{
    env,
    error::Error,
    fs,
    pin::pin,
    process::Command,
    task::{Context, Poll, Waker},
    time::Instant,
};

use bartizan::{
    conn::Connections,
    sse::{Sse, SseLayer},
};
use http::Response;
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    machine::Machine,
    recorder::Exporter,
    services::{Events, plain},
};

const STREAMS: usize = 1_000_000;

/// What is around a stream.
#[derive(Clone, Copy, Debug)]
pub enum Around {
    Nothing,
    Sse,
    SseAndConnection,
}

/// Opens them, and prints what each one takes.
pub fn run() -> Result<(), Box<dyn Error>> {
    println!("{}", Machine::this());
    println!("{STREAMS} open streams, each after its first event; over the bare body, a stream:");
    let bare = apart(Around::Nothing)?;
    println!(
        "bytes, Sse:                         {}",
        apart(Around::Sse)? - bare
    );
    let observed = apart(Around::SseAndConnection)? - bare;
    println!("bytes, Sse and its own connection:  {observed}");

    let _exporter = Exporter::install();
    let sse = Sse::new();
    let layer = SseLayer::new(sse.clone());
    let streams: Vec<_> = (0..STREAMS)
        .map(|_| open(&mut layer.layer(Events(usize::MAX))))
        .collect();
    let began = Instant::now();
    let found = sse.scan();
    let took = began.elapsed();
    println!(
        "milliseconds, a scan of {}:    {}",
        found.open,
        took.as_millis()
    );
    drop(streams);
    match sse.scan().open {
        0 => Ok(()),
        left => Err(format!("{left} streams are open after all have ended").into()),
    }
}

/// Measures in a process of its own: what one lets go of, the next would be given.
fn apart(around: Around) -> Result<u64, Box<dyn Error>> {
    let mut program = Command::new(env::current_exe()?);
    let output = program.args(["streams", around.name()]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Prints how many bytes a stream takes.
pub fn run_one(around: Around) -> Result<(), Box<dyn Error>> {
    let _exporter = Exporter::install();
    let layer = SseLayer::default();
    let connections = Connections::new();
    let bytes = match around {
        Around::Nothing => measure(|| open(&mut Events(usize::MAX))),
        Around::Sse => measure(|| open(&mut layer.layer(Events(usize::MAX)))),
        Around::SseAndConnection => measure(|| {
            let io = connections.observe(());
            let layer = layer.clone().connection(io.handle());
            (open(&mut layer.layer(Events(usize::MAX))), io)
        }),
    };
    println!("{}", bytes?);
    Ok(())
}

/// How many bytes each of a million takes.
fn measure<T>(make: impl Fn() -> T) -> Result<u64, Box<dyn Error>> {
    // What is made once is made before.
    drop(make());
    let before = resident()?;
    let kept: Vec<T> = (0..STREAMS).map(|_| make()).collect();
    let after = resident()?;
    drop(kept);
    Ok((after.saturating_sub(before)) * 1024 / STREAMS as u64)
}

/// The body of a stream that has sent its first event.
fn open<S, B>(service: &mut S) -> B
where
    S: Service<http::Request<http_body_util::Empty<bytes::Bytes>>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
    B: Body + Unpin,
{
    let mut cx = Context::from_waker(Waker::noop());
    let future = pin!(service.call(plain()));
    let Poll::Ready(response) = future.poll(&mut cx) else {
        unreachable!("every service here answers at once");
    };
    let mut body = response.expect("no service here fails").into_body();
    let frame = std::pin::Pin::new(&mut body).poll_frame(&mut cx);
    assert!(frame.is_ready(), "every body here has its frames ready");
    body
}

/// The resident memory of this process, in KiB.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.ok_or("/proc/self/status has no VmRSS")?.parse()?)
}

// === impl Around ===

impl Around {
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Sse, Self::SseAndConnection];

    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "bare",
            Self::Sse => "sse",
            Self::SseAndConnection => "connection",
        }
    }
}
