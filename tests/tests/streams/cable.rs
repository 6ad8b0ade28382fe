//! A cable that is pulled: what the client sends and what it is sent is lost, and nobody is told.

use std::{process::Command, time::Duration};

use bartizan::conn::Detail;
use bartizan_tests::{
    Protocol,
    client::{Client, get},
    wait::eventually,
};
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpSocket, TcpStream},
    runtime,
    time::Instant,
};

use crate::{
    expect,
    feed::Exchange,
    line::Line,
    reads,
    rig::{Framework, Rig, Setup},
};

/// What tells a process that it is in a network of its own.
const ALONE: &str = "BARTIZAN_ALONE";
/// The client's address. Without it the client is nowhere, and what goes there is lost.
const CLIENT: &str = "10.9.9.9";

/// Runs a test again in a process with a network of its own, and does it there.
fn alone(name: &str, test: impl Future<Output = ()>) {
    if std::env::var_os(ALONE).is_none() {
        let mut again = Command::new("unshare");
        again.args(["--map-root-user", "--net", "--"]);
        again.arg(std::env::current_exe().expect("a test binary"));
        again.args(["--exact", "--ignored", "--nocapture", name]);
        let said = again.env(ALONE, "yes").output();
        let said = said.expect("unshare is installed");
        let out = String::from_utf8_lossy(&said.stdout);
        let err = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{out}{err}");
        assert!(out.contains("1 passed"), "no test has this name: {out}");
        return;
    }
    ip(&["link", "set", "lo", "up"]);
    // Once the address is gone, this way leads to nobody.
    ip(&["route", "add", CLIENT, "dev", "lo"]);
    plug_in();
    // One thread, as for the tests of pings.
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test);
}

fn ip(words: &[&str]) {
    let status = Command::new("ip").args(words).status();
    assert!(status.expect("ip is installed").success(), "{words:?}");
}

fn plug_in() {
    ip(&["address", "add", CLIENT, "dev", "lo"]);
}

/// Waits until all that was sent has come to the other side, and pulls the cable.
async fn pull() {
    let sockets = || std::fs::read_to_string("/proc/self/net/tcp").expect("a list of sockets");
    // After the addresses come the state, which is 01 for one that is connected, and what is on the way.
    let is_there = |line: &str| {
        let mut words = line.split_whitespace().skip(3);
        let (state, queues) = (words.next(), words.next().unwrap_or_default());
        state != Some("01") || queues.starts_with("00000000:")
    };
    let all = || sockets().lines().skip(1).all(is_there).then_some(());
    eventually(all, sockets).await;
    ip(&["address", "del", &format!("{CLIENT}/32"), "dev", "lo"]);
}

/// A stream whose client is at the other end of the cable.
struct Far {
    rig: Rig,
    line: Line,
    client: Client,
    exchange: Exchange,
    body: Incoming,
}

// === impl Far ===

impl Far {
    async fn open(setup: Setup, protocol: Protocol) -> Self {
        let mut rig = setup.start().await;
        let socket = TcpSocket::new_v4().expect("a socket");
        let here = format!("{CLIENT}:0").parse().expect("an address");
        socket.bind(here).expect("a free port");
        let line = Line::of(socket.connect(rig.address()).await.expect("a server"));
        let mut client = Client::over(line.clone(), protocol).await;
        let response = client.send(get("/stream/far")).await.expect("a head");
        let exchange = rig.opened().await;
        exchange.sends("data: first\n\n");
        let mut body = response.into_body();
        reads(&mut body, "data: first\n\n").await;
        Self {
            rig,
            line,
            client,
            exchange,
            body,
        }
    }

    /// Checks that it is closed, and why.
    async fn closes(self, reason: &str, cause: Option<Detail>, connection: &str) {
        self.exchange.let_go().await;
        let scrape = self.rig.closes(&[(reason, 1)]).await;
        assert_eq!(self.exchange.connection().cause(), cause);
        // Whether a read or a write is told is a race, and no other error may be there.
        let errors = expect::by(&scrape, expect::WRITE_ERRORS, "error_type");
        assert!(
            errors.keys().all(|error| error == "timed_out"),
            "{errors:?}"
        );
        let closed = expect::connections(&self.rig.recorder, 1).await;
        assert_eq!(closed, [(connection.to_owned(), 1)].into());
        self.rig.stop().await;
    }

    fn is_open(&self) -> bool {
        let scrape = self.rig.recorder.scrape();
        !self.exchange.is_let_go() && expect::active(&scrape) == 1.0
    }

    /// Goes on where it was, and leaves in good order.
    async fn goes_on(mut self) {
        self.exchange.sends("data: last\n\n");
        reads(&mut self.body, "data: last\n\n").await;
        self.line.close();
        self.exchange.let_go().await;
        self.rig.closes(&[("client_disconnect", 1)]).await;
        assert_eq!(self.exchange.connection().cause(), Some(Detail::Fin));
        drop(self.client);
        self.rig.stop().await;
    }
}

fn user_timeout(io: &TcpStream) {
    let timeout = Some(Duration::from_secs(1));
    let socket = SockRef::from(io);
    socket.set_tcp_user_timeout(timeout).expect("an option");
}

fn keep_alive(io: &TcpStream) {
    let second = Duration::from_secs(1);
    let keep_alive = TcpKeepalive::new().with_time(second);
    let keep_alive = keep_alive.with_interval(second).with_retries(2);
    let socket = SockRef::from(io);
    socket.set_tcp_keepalive(&keep_alive).expect("an option");
}

fn both(io: &TcpStream) {
    user_timeout(io);
    keep_alive(io);
}

/// What becomes of a stream whose cable is pulled.
struct Case {
    /// The options of the server's socket.
    socket: fn(&TcpStream),
    /// Whether there is something on the way to the client.
    ticks: bool,
    /// Whether the system gives up on it within seconds.
    closes: bool,
}

const fn case(socket: fn(&TcpStream), ticks: bool, closes: bool) -> Case {
    Case {
        socket,
        ticks,
        closes,
    }
}

const CASES: [Case; 8] = [
    case(|_| (), false, false),
    case(|_| (), true, false),
    case(user_timeout, false, false),
    case(user_timeout, true, true),
    case(keep_alive, false, true),
    case(keep_alive, true, false),
    case(both, false, true),
    case(both, true, true),
];

/// Only both options together find out about all streams.
#[test]
#[ignore = "needs unshare and ip"]
fn what_the_system_gives_up_on() {
    alone("cable::what_the_system_gives_up_on", async {
        let (mut closing, mut staying) = (Vec::new(), Vec::new());
        for framework in [Framework::Hyper, Framework::Axum] {
            for protocol in Protocol::BOTH {
                for case in &CASES {
                    let Case {
                        socket,
                        ticks,
                        closes,
                    } = *case;
                    let setup = Setup {
                        socket,
                        ..Setup::guarded(framework)
                    };
                    let far = Far::open(setup, protocol).await;
                    let of = if closes { &mut closing } else { &mut staying };
                    of.push((far, ticks));
                }
            }
        }
        pull().await;
        let pulled = Instant::now();
        for (far, ticks) in closing.iter().chain(&staying) {
            if *ticks {
                far.exchange.sends("data: lost\n\n");
            }
        }
        for (far, _) in closing {
            far.closes("client_disconnect", Some(Detail::OsTimeout), "peer_timeout")
                .await;
        }
        assert!(pulled.elapsed() < Duration::from_secs(10));
        assert!(staying.iter().all(|(far, _)| far.is_open()));
        plug_in();
        for (far, _) in staying {
            far.goes_on().await;
        }
    });
}

/// Pings find out about all streams of HTTP/2, and then it is the server that closes.
#[test]
#[ignore = "needs unshare and ip"]
fn what_pings_give_up_on() {
    alone("cable::what_pings_give_up_on", async {
        let mut streams = Vec::new();
        for ticks in [false, true] {
            let setup = Setup {
                http: |http| {
                    http.http2()
                        .timer(TokioTimer::new())
                        .keep_alive_interval(Duration::from_secs(1))
                        .keep_alive_timeout(Duration::from_secs(1));
                },
                ..Setup::guarded(Framework::Hyper)
            };
            streams.push((Far::open(setup, Protocol::Http2).await, ticks));
        }
        pull().await;
        for (far, ticks) in &streams {
            if *ticks {
                far.exchange.sends("data: lost\n\n");
            }
        }
        for (far, _) in streams {
            far.closes("server_closed", None, "peer_timeout").await;
        }
    });
}
