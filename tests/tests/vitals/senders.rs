//! Senders that are slow, that leave, that say one thing and do another; written by hand on the socket.

use std::time::Duration;

use bartizan_tests::{recorder::Recorder, scrape::Scrape, server::Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{REPORT, vitals};

const PATIENCE: Duration = Duration::from_secs(20);

fn head(more: &str) -> String {
    format!(
        "POST /v HTTP/1.1\r\nhost: shop.example\r\norigin: https://shop.example\r\n\
         content-type: application/json\r\n{more}\r\n"
    )
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address())
        .await
        .expect("a server that listens")
}

/// The first line that is answered.
async fn answer(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') {
        let mut bytes = [0; 1_024];
        let read = timeout(PATIENCE, socket.read(&mut bytes)).await;
        let read = read.expect("an answer in time").expect("a socket");
        assert!(read > 0, "no answer");
        answer.extend_from_slice(&bytes[..read]);
    }
    let answer = String::from_utf8_lossy(&answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

fn rejected(reason: &'static str, times: f64) -> impl Fn(&Scrape) -> bool {
    move |scrape| {
        let value = scrape.value("browser_web_vital_rejected_total", &[("reason", reason)]);
        value == Some(times)
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_408() {
    let recorder = Recorder::new();
    let service = vitals(&recorder, |it| it.timeout(Duration::from_millis(200)));
    let server = Server::hyper(service).await;
    let mut socket = connect(&server).await;
    let head = head("content-length: 100\r\n");
    socket.write_all(head.as_bytes()).await.expect("a socket");
    assert_eq!(answer(&mut socket).await, "HTTP/1.1 408 Request Timeout");
    recorder.once(rejected("timeout", 1.0)).await;
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_keep_it_waiting() {
    let recorder = Recorder::new();
    let service = vitals(&recorder, |it| it.timeout(Duration::from_millis(300)));
    let server = Server::hyper(service).await;
    let (mut reader, mut writer) = connect(&server).await.into_split();
    let drip = tokio::spawn(async move {
        let head = head(&format!("content-length: {}\r\n", REPORT.len()));
        let _ = writer.write_all(head.as_bytes()).await;
        for byte in REPORT.bytes() {
            sleep(Duration::from_millis(50)).await;
            if writer.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = [0; 32];
    let read = timeout(PATIENCE, reader.read_exact(&mut bytes[..12])).await;
    read.expect("an answer in time").expect("an answer");
    assert_eq!(&bytes[..12], b"HTTP/1.1 408");
    recorder.once(rejected("timeout", 1.0)).await;
    drop(reader);
    drip.abort();
    let _ = drip.await;
    server.stop().await;
}

#[tokio::test]
async fn a_sender_that_leaves_is_no_report() {
    let recorder = Recorder::new();
    let server = Server::hyper(vitals(&recorder, |it| it)).await;
    let mut socket = connect(&server).await;
    let head = head("content-length: 1000\r\n");
    socket.write_all(head.as_bytes()).await.expect("a socket");
    socket.write_all(REPORT.as_bytes()).await.expect("a socket");
    sleep(Duration::from_millis(50)).await;
    drop(socket);
    // Whether the connection's end is read or the future dropped first is the server's matter.
    let gone =
        |scrape: &Scrape| rejected("body_error", 1.0)(scrape) || rejected("cancelled", 1.0)(scrape);
    let scrape = recorder.once(gone).await;
    assert_eq!(
        scrape.value("browser_web_vital_reports_total", &[]),
        Some(0.0)
    );
    server.stop().await;
}

#[tokio::test]
async fn chunks_of_any_size_are_read_up_to_the_limit() {
    let recorder = Recorder::new();
    let server = Server::hyper(vitals(&recorder, |it| it)).await;
    let chunked = |pieces: &[&str]| {
        let pieces: String = pieces
            .iter()
            .map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len()))
            .collect();
        format!(
            "{}{pieces}0\r\n\r\n",
            head("transfer-encoding: chunked\r\n")
        )
    };
    let mut socket = connect(&server).await;
    let (first, second) = REPORT.split_at(17);
    let request = chunked(&[first, second]);
    socket
        .write_all(request.as_bytes())
        .await
        .expect("a socket");
    assert_eq!(answer(&mut socket).await, "HTTP/1.1 204 No Content");

    let mut socket = connect(&server).await;
    let spaces = " ".repeat(9_000);
    let request = chunked(&[&spaces, &spaces]);
    socket
        .write_all(request.as_bytes())
        .await
        .expect("a socket");
    assert_eq!(answer(&mut socket).await, "HTTP/1.1 413 Payload Too Large");
    recorder.once(rejected("too_large", 1.0)).await;
    drop(socket);
    server.stop().await;
}
