//! Which label a page has.

use route_canon::Canonicalizer;

use super::support::Site;

/// Reports a page, and returns the labels of all pages so far, in order.
async fn labels(site: &Site, members: &[&str]) -> Vec<String> {
    for (id, member) in members.iter().enumerate() {
        let body = format!(r#"{{"name":"TTFB","value":1,"id":"{id}"{member}}}"#);
        assert_eq!(site.post(body).await, 204, "{member}");
    }
    let scrape = site.scrape();
    let count = r#"browser_web_vital_ttfb_seconds_count{page=""#;
    let mut labels: Vec<_> = scrape
        .lines()
        .filter_map(|line| line.strip_prefix(count))
        .map(|line| line.replacen("\"}", "", 1))
        .collect();
    labels.sort();
    labels
}

#[tokio::test]
async fn declared_pages_are_the_only_ones() {
    let site = Site::with(|options| options.pages(["/", "/products/:id", "/docs/{*rest}"]));
    let labels = labels(
        &site,
        &[
            r#","page":"/""#,
            r#","page":"/products/7""#,
            r#","page":"/products/8?token=secret""#,
            r#","page":"/docs/a/b#secret""#,
            r#","page":"/wp-login.php""#,
            r#","page":"/products/7/8""#,
            "",
        ],
    )
    .await;
    let expected = [
        "/ 1",
        "/docs/{*rest} 1",
        "/products/{id} 2",
        "{unmatched} 3",
    ];
    assert_eq!(labels, expected);
}

#[tokio::test]
async fn a_guess_is_a_label_the_second_time() {
    let site = Site::new();
    let labels = labels(
        &site,
        &[
            r#","page":"/users/7""#,
            r#","page":"/users/8""#,
            r#","page":"/users/9""#,
            r#","page":"/once""#,
        ],
    )
    .await;
    assert_eq!(labels, ["{unmatched} 2", "~/users/{int} 2"]);
}

#[tokio::test]
async fn a_batch_of_one_page_is_one_sighting() {
    let site = Site::new();
    let one = |id: usize| format!(r#"{{"name":"TTFB","value":1,"id":"b{id}","page":"/cart"}}"#);
    let body = format!("[{},{},{}]", one(1), one(2), one(3));
    assert_eq!(site.post(body).await, 204);
    assert_eq!(labels(&site, &[]).await, ["{unmatched} 3"]);
    assert_eq!(
        labels(&site, &[r#","page":"/cart""#]).await,
        ["{unmatched} 3", "~/cart 1"]
    );
}

#[tokio::test]
async fn templates_first_and_then_guesses_if_both_are_asked_for() {
    let site = Site::with(|options| {
        options
            .pages(["/products/{id}"])
            .guess(Canonicalizer::default())
    });
    let labels = labels(
        &site,
        &[
            r#","page":"/products/7""#,
            r#","page":"/about""#,
            r#","page":"/about""#,
        ],
    )
    .await;
    assert_eq!(labels, ["/products/{id} 1", "{unmatched} 1", "~/about 1"]);
}

#[tokio::test]
async fn an_address_stands_for_a_page_that_is_not_told() {
    let site = Site::with(|options| options.pages(["/", "/a", "/b"]));
    let labels = labels(
        &site,
        &[
            r#","navigationURL":"https://shop.example/a?secret#x""#,
            r#","navigationURL":"https://shop.example/""#,
            r#","navigationURL":"https://shop.example/a","page":"/b""#,
            r#","page":"/b","navigationURL":"https://shop.example/a""#,
            r#","navigationURL":"https:\/\/shop.example\/b""#,
            r#","navigationURL":"https://shop.example""#,
            r#","navigationURL":"/a""#,
            r#","navigationURL":"""#,
        ],
    )
    .await;
    assert_eq!(labels, ["/ 1", "/a 1", "/b 3", "{unmatched} 3"]);
}

#[tokio::test]
async fn what_stands_for_no_page_is_no_page() {
    let site = Site::new();
    for _ in 0..3 {
        for page in ["/{overflow}", "/{unmatched}", "/%7Boverflow%7D"] {
            let id = format!("{:?}", std::time::SystemTime::now());
            let body = format!(r#"{{"name":"TTFB","value":1,"id":"{id}","page":"{page}"}}"#);
            assert_eq!(site.post(body).await, 204);
        }
    }
    let scrape = site.scrape();
    assert!(!scrape.contains("page=\"{overflow}\""), "{scrape}");
}
