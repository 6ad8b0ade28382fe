//! Two of them in one process.

use bartizan_tests::client::get;

use crate::rig::{Rig, listening, page_of, until};

#[tokio::test]
async fn each_has_what_went_through_its_own_layers() {
    let one = Rig::start(listening("resource: { service_name: one }")).await;
    let other = Rig::start(listening("resource: { service_name: other }")).await;
    for (rig, times) in [(&one, 1), (&other, 2)] {
        let mut client = rig.client().await;
        for _ in 0..times {
            client.fetch(get("/users/1")).await.expect("an answer");
        }
    }
    let users = [("http_route", "/users/{id}")];
    for (rig, name, times) in [(&one, "one", 1), (&other, "other", 2)] {
        let scrape = until(page_of(&rig.telemetry), |scrape| {
            let count = scrape.count("http_server_request_duration_seconds", &users);
            (count == times).then(|| scrape.clone())
        })
        .await;
        assert_eq!(scrape.values("target_info", "service_name"), [name]);
    }
    assert!(one.telemetry.shutdown_blocking().lines == bartizan_telemetry::Ended::Absent);
    let answer = other.client().await.fetch(get("/users/1")).await;
    assert_eq!(answer.expect("an answer").head.status, 200);
}
