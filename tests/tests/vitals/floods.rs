//! Many senders at once.

use bartizan_tests::{Protocol, client::Client, recorder::Recorder, server::Server};

use crate::{post, vitals};

const SENDERS: usize = 8;
const EACH: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_and_what_is_refused_adds_up() {
    let recorder = Recorder::new();
    let server = Server::hyper(vitals(&recorder, |it| it.max_rate(10_000_000))).await;
    let address = server.address();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            tokio::spawn(async move {
                let protocol = Protocol::BOTH[sender % 2];
                let mut client = Client::connect(address, protocol).await;
                let mut taken = 0;
                for number in 0..EACH {
                    // Every second id is another sender's, too; every tenth body is bad.
                    let id = if number % 2 == 0 {
                        number
                    } else {
                        number + sender * EACH
                    };
                    let value = if number % 10 == 0 { "\"x\"" } else { "1" };
                    let body = format!(r#"{{"name":"CLS","value":{value},"id":"{id}"}}"#);
                    let answer = client.fetch(post(body)).await.expect("an answer");
                    taken += usize::from(answer.head.status == 204);
                }
                client.leave().await;
                taken
            })
        })
        .collect();
    let mut taken = 0;
    for sender in senders {
        taken += sender.await.expect("a sender that does not panic");
    }
    server.stop().await;
    let scrape = recorder.scrape();
    let value =
        |name: &str, labels: &[(&str, &str)]| scrape.value(name, labels).unwrap_or(0.0) as usize;
    let rejected = "browser_web_vital_rejected_total";
    assert_eq!(taken, SENDERS * EACH * 9 / 10);
    let recorded = value("browser_web_vital_reports_total", &[]);
    let updates = value(rejected, &[("reason", "update")]);
    assert_eq!(recorded + updates, taken);
    // The ids that all share are recorded once: four of ten numbers are even and not bad.
    assert_eq!(recorded, EACH * 4 / 10 + SENDERS * EACH / 2);
    assert_eq!(
        value(rejected, &[("reason", "invalid_field")]),
        SENDERS * EACH / 10
    );
}
