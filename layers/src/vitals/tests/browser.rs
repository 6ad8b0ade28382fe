//! What the packages send, and the module for browsers as text.

use super::support::Site;
use crate::vitals::{FIELDS, MODULE, NEXT_JS};

/// As web-vitals 6 makes it, of a soft navigation, whole: `JSON.stringify(metric)`.
const WEB_VITALS_6: &str = r#"{"name":"LCP","value":1201.5,"rating":"good","delta":1201.5,
    "entries":[{"name":"","entryType":"largest-contentful-paint","startTime":1201.5,"duration":0,
    "renderTime":1201.5,"loadTime":0,"size":4242,"id":"hero","url":""}],
    "id":"v6-1763741000000-4105893175361","navigationType":"soft-navigation","navigationId":812,
    "navigationInteractionId":4,"navigationURL":"https://shop.example/cart?coupon=x",
    "navigationStartTime":2200.1}"#;
/// As web-vitals 5 with attribution makes it.
const WEB_VITALS_5: &str = r##"{"name":"CLS","value":0.0412,"rating":"good","delta":0.0412,"entries":[],
    "id":"v5-1763741000000-4105893175362","navigationType":"back-forward-cache",
    "attribution":{"largestShiftTarget":"#ad","loadState":"complete"}}"##;
/// As Next.js had it, with its own label.
const NEXT: &str = r#"{"id":"v3-1763741000000-4105893175363","name":"FCP","startTime":130.4,"value":130.4,
    "label":"web-vital","attribution":{}}"#;

#[tokio::test]
async fn the_packages_measurements_are_taken_whole() {
    let site = Site::with(|options| options.pages(["/cart"]));
    for body in [WEB_VITALS_6, WEB_VITALS_5, NEXT] {
        assert_eq!(site.post(body).await, 204, "{body}");
    }
    assert_eq!(site.recorded(), 3.0);
    let series = r#"browser_web_vital_lcp_seconds_count{page="/cart"}"#;
    assert_eq!(site.value(series), 1.0);
}

#[test]
fn the_module_sends_what_the_table_has() {
    let sent = MODULE
        .split_once("waiting.set(id, {")
        .and_then(|(_, rest)| rest.split_once("});"))
        .expect("the place where a report is made")
        .0;
    let names = sent
        .split(',')
        .map(|member| member.split(':').next().unwrap_or_default().trim());
    for name in names {
        assert!(FIELDS.iter().any(|field| field.name == name), "{name}");
    }
    assert!(MODULE.contains("16384"), "the limit of a body");
}

#[test]
fn the_snippet_uses_what_the_module_exports() {
    assert!(NEXT_JS.contains("import { reporter } from './web-vitals.js'"));
    assert!(MODULE.contains("export function reporter("));
    assert!(MODULE.contains("export function report("));
}
