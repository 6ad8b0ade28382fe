//! Routes that are guessed from paths, for gateways and proxies that know none.

use bartizan::route::{
    RouteSources,
    canon::{Canonicalizer, Rule, Rules},
};
use bartizan_tests::{
    AnyBody, BoxError,
    client::{get, text},
    recorder::{DURATION, Recorder},
};
use http::{Request, Response, StatusCode};
use tower::{Layer, service_fn};

use super::{exchange, records};

/// Answers with the status that the query names, and 200 without.
async fn answer<B>(request: Request<B>) -> Result<Response<AnyBody>, BoxError> {
    let status = request.uri().query().map_or(Ok(200), str::parse)?;
    let mut response = Response::new(text("an answer"));
    *response.status_mut() = StatusCode::from_u16(status)?;
    Ok(response)
}

fn guessing() -> RouteSources {
    RouteSources::new().guess(Canonicalizer::default())
}

async fn records_of(sources: RouteSources, paths: &[&str]) -> Vec<String> {
    let recorder = Recorder::new();
    let service = recorder.layer().routes(sources).layer(service_fn(answer));
    records(&recorder, service, paths).await
}

#[tokio::test]
async fn a_guess_counts_once_it_was_answered_with_success_twice() {
    let paths = ["/users/1", "/users/2", "/users/3", "/users/4?500"];
    let wanted = [
        "2x GET ~/users/{int} 200",
        "GET {unmatched} 200",
        "GET ~/users/{int} 500 500",
    ];
    let mut wanted = wanted.map(str::to_owned);
    let mut found = records_of(guessing(), &paths).await;
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn what_is_not_found_is_no_route_even_where_the_guess_is_known() {
    let paths = ["/users/1", "/users/2", "/users/3?404", "/users/4?403"];
    let mut found = records_of(guessing(), &paths).await;
    found.sort();
    let mut wanted = [
        "GET {unmatched} 200",
        "GET ~/users/{int} 200",
        "GET {unmatched} 404",
        "GET ~/users/{int} 403",
    ];
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn refusals_and_redirections_vouch_for_nothing() {
    for status in [301, 302, 308, 400, 401, 403, 404, 405, 429] {
        let path = format!("/users/1?{status}");
        let found = records_of(guessing(), &[&path, &path, &path]).await;
        assert_eq!(found, [format!("3x GET {{unmatched}} {status}")]);
    }
    let found = records_of(guessing(), &["/users/1?503"; 3]).await;
    assert_eq!(found, ["3x GET {unmatched} 503 503"]);
}

#[tokio::test]
async fn a_table_and_a_rule_go_before_a_guess() {
    let rules = Rules::new([
        Rule::path("/internal/{*rest}").deny(),
        Rule::segment("*").after("t").rewrite("{tenant}"),
    ]);
    let canonicalizer = Canonicalizer::builder().rules(rules.unwrap()).build();
    let sources = RouteSources::new()
        .table(["/users/{id}"])
        .unwrap()
        .guess(canonicalizer);
    let paths = [
        "/users/1",
        "/internal/a/1",
        "/internal/a/1",
        "/internal/a/1",
        "/t/acme/7",
        "/t/other/8",
        "/t/third/9",
    ];
    let mut found = records_of(sources, &paths).await;
    found.sort();
    let mut wanted = [
        "GET /users/{id} 200",
        "4x GET {unmatched} 200",
        "2x GET ~/t/{tenant}/{int} 200",
    ];
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn the_handlers_word_goes_before_a_guess() {
    let recorder = Recorder::new();
    let service =
        recorder
            .layer()
            .routes(guessing())
            .layer(service_fn(async |request: Request<_>| {
                bartizan::route::annotate("/users/{name}");
                answer(request).await
            }));
    let found = records(&recorder, service, &["/users/1", "/users/2", "/users/3"]).await;
    assert_eq!(found, ["3x GET /users/{name} 200"]);
}

#[tokio::test]
async fn a_scanner_takes_no_place_and_a_flood_no_more_than_there_are() {
    let recorder = Recorder::new();
    let sources = guessing().limit(20);
    let service = recorder.layer().routes(sources).layer(service_fn(answer));
    for number in 0..2_000 {
        // Words, so that each is a guess of its own.
        let word: String = format!("{number:x}")
            .bytes()
            .map(|digit| ["lo", "mi", "ra", "te", "nu"][usize::from(digit) % 5])
            .collect();
        exchange(&service, get(&format!("/{word}?404")))
            .await
            .unwrap();
        for _ in 0..2 {
            exchange(&service, get(&format!("/app/{word}")))
                .await
                .unwrap();
        }
    }
    let routes = recorder.scrape().values(DURATION, "http_route");
    assert!(routes.len() <= 22, "{routes:?}");
    assert!(routes.contains(&"{overflow}".to_owned()), "{routes:?}");
    let guesses = routes.iter().filter(|route| route.starts_with("~/app/"));
    assert_eq!(guesses.count(), 20, "{routes:?}");
}

#[tokio::test]
async fn hostile_paths_over_a_socket_make_no_route_and_harm_no_request() {
    use bartizan_tests::{Protocol, client::Client, server::Server};

    for protocol in [Protocol::Http1, Protocol::Http2] {
        let recorder = Recorder::new();
        let layer = recorder.layer().routes(guessing());
        let server = Server::hyper(layer.layer(service_fn(answer))).await;
        let mut client = Client::connect(server.address(), protocol).await;
        let long = format!("/{}", "a/".repeat(2_000));
        let dots = format!("/{}etc/passwd", "../".repeat(500));
        let paths = [
            long.as_str(),
            &dots,
            "/%00%0d%0aset-cookie:%20a=b",
            "/%7Bint%7D/%7B*rest%7D",
            "//////",
            "/..;/..;/admin",
            "/~/~/~",
            "/%",
            "/%e2%80%ae/x",
        ];
        for path in paths.iter().cycle().take(3 * paths.len()) {
            let response = client.send(get(path)).await.expect("an answer");
            assert_eq!(response.status(), 200, "{path}");
            http_body_util::BodyExt::collect(response.into_body())
                .await
                .expect("a body");
        }
        recorder.ended(3 * paths.len() as u64).await;
        let routes = recorder.scrape().values(DURATION, "http_route");
        assert!(routes.len() <= paths.len() + 1, "{routes:?}");
        for route in routes {
            assert!(route.len() <= 256, "{route}");
            assert!(route == "{unmatched}" || route.starts_with("~/"), "{route}");
            assert!(route.bytes().all(|byte| byte.is_ascii_graphic()), "{route}");
        }
        server.stop().await;
    }
}
