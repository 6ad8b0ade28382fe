//! A hundred thousand of everything.

use super::support::Site;

/// A generator that is good enough to make things up.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

const WORDS: [&str; 8] = [
    "cart", "users", "invoice", "about", "wp-admin", "search", "blog", "team",
];

#[tokio::test]
async fn a_hundred_thousand_pages_and_names_leave_a_bounded_number_of_series() {
    let site = Site::with(|options| options.max_rate(10_000_000).navigation_type(true));
    let mut state = 0x5EED;
    let mut body = String::from("[");
    let mut taken = 0;
    for number in 0..100_000 {
        let (a, b) = (next(&mut state), next(&mut state));
        let word = |n: u64| WORDS[n as usize % WORDS.len()];
        let page = match a % 3 {
            0 => format!("/{}/{}/{}", word(a >> 8), word(a >> 16), word(b)),
            1 => format!("/{a:x}/{}/{b}", word(a >> 8)),
            _ => format!("/{}-{}-{}", word(b), word(a >> 9), word(b >> 20)),
        };
        let name = ["LCP", "CLS", "INP", "FCP", "TTFB"][b as usize % 5];
        let kind = ["navigate", "reload", "prerender", "restore"][b as usize % 4];
        let report = format!(
            r#"{{"name":"{name}","value":{},"id":"{number}","page":"{page}","navigationType":"{kind}"}}"#,
            a % 100
        );
        if body.len() + report.len() > 16_000 {
            body.push(']');
            assert_eq!(
                site.post(std::mem::replace(&mut body, "[".into())).await,
                204
            );
        }
        if body.len() > 1 {
            body.push(',');
        }
        body.push_str(&report);
        taken += 1;
        // A name of the sender's own is refused.
        if number % 10 == 0 {
            let bad = format!(r#"{{"name":"N{a}","value":1,"id":"x"}}"#);
            assert_eq!(site.post(bad).await, 400);
        }
    }
    body.push(']');
    assert_eq!(site.post(body).await, 204);
    assert_eq!(site.recorded(), f64::from(taken));
    assert_eq!(site.rejected("invalid_field"), 10_000.0);
    let scrape = site.scrape();
    let label_sets = scrape
        .lines()
        .filter(|line| line.contains("_count{page="))
        .count();
    // 200 pages, `{unmatched}` and `{overflow}`, by four types, of five vitals.
    assert!(label_sets <= 202 * 4 * 5, "{label_sets}");
    assert!(scrape.contains(r#"bartizan_label_overflow_total{label="page"}"#));
    assert!(site.value(r#"bartizan_label_overflow_total{label="page"}"#) > 0.0);
}

#[tokio::test]
async fn random_bytes_are_refused_without_a_panic() {
    let site = Site::with(|options| options.max_rate(10_000_000));
    let mut state = 0xBAD;
    let valid = super::support::REPORT.as_bytes();
    for _ in 0..20_000 {
        let mut body = valid.to_vec();
        for _ in 0..1 + next(&mut state) % 4 {
            let place = next(&mut state) as usize % body.len();
            match next(&mut state) % 3 {
                0 => body[place] = next(&mut state) as u8,
                1 => drop(body.remove(place)),
                _ => body.insert(place, next(&mut state) as u8),
            }
        }
        let status = site.post(body).await;
        assert!(matches!(status, 204 | 400), "{status}");
    }
    assert!(site.rejected("malformed") > 100.0);
    assert!(site.series() < 3_000);
}
