//! Clients of the page that mean no good.

use std::time::Duration;

use bartizan_tests::{
    Protocol,
    client::{Client, get},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::rig::{listening, page_of, scrape};

const SOON: Duration = Duration::from_secs(5);

/// A page of some size, or those who do not read it would not be noticed.
fn fill(telemetry: &bartizan_telemetry::Telemetry) {
    for task in 0..150 {
        let task = bartizan::task::Task::of(telemetry.tasks(), &format!("task_{task}"));
        let _ = task.call(|| Ok::<_, std::io::Error>(()));
    }
}

#[tokio::test]
async fn a_thousand_connections_are_in_nobodys_way() {
    let telemetry = listening("");
    fill(&telemetry);
    let page = page_of(&telemetry);
    let mut hostile = Vec::new();
    for number in 0..1_000 {
        let mut stream = TcpStream::connect(page).await.expect("a connection");
        let said: &[u8] = match number % 5 {
            // Nothing; the start of a head; the start of a preface; garbage; and a page that nobody reads.
            0 => b"",
            1 => b"GET /metrics HTTP/1.1\r\nx: ",
            2 => b"PRI * HTTP/2.0\r\n\r\n",
            3 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n\0\0\0",
            _ => {
                b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\nGET /metrics HTTP/1.1\r\nhost: a\r\n\r\n"
            }
        };
        // One that gave way is closed already.
        let _ = stream.write_all(said).await;
        hostile.push(stream);
        if number % 100 == 0 {
            timeout(SOON, scrape(page)).await.expect("a page, in time");
        }
    }
    timeout(SOON, scrape(page)).await.expect("a page, in time");
    let files = scrape(page).await;
    let files = files
        .value("process_open_fds", &[])
        .expect("figures of the process");
    // Each of the thousand is one of ours; of the other ends at most 64 are there.
    assert!(files < 1_200.0, "{files}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let telemetry = listening("");
    let mut stream = TcpStream::connect(page_of(&telemetry))
        .await
        .expect("a connection");
    let head = format!("GET /metrics HTTP/1.1\r\nx: {}", "y".repeat(100_000));
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut answer))
        .await
        .expect("it ends");
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_flood_of_requests_leaves_the_page_to_others() {
    let telemetry = listening("");
    fill(&telemetry);
    let page = page_of(&telemetry);
    let floods: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn(async move {
                let mut client = Client::connect(page, Protocol::Http1).await;
                while client.fetch(get("/metrics")).await.is_ok() {}
            })
        })
        .collect();
    for _ in 0..20 {
        timeout(SOON, scrape(page)).await.expect("a page, in time");
        sleep(Duration::from_millis(10)).await;
    }
    for flood in floods {
        flood.abort();
    }
}
