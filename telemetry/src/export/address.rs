//! Addresses that requests go to.

use http::Uri;

/// An address without its query, which may have a key in it. It has no user and no password: those are refused.
pub(super) fn shown(to: &Uri) -> String {
    let text = to.to_string();
    let end = text.find('?').unwrap_or(text.len());
    text[..end].trim_end_matches('/').to_owned()
}

/// `to`, with the `path` of its protocol if it names a server alone: nobody takes what is posted to `/`.
#[cfg(any(feature = "otlp-http", feature = "zipkin"))]
pub(super) fn with_path(to: Uri, path: &str) -> Uri {
    if !to.path().trim_matches('/').is_empty() {
        return to;
    }
    let path = match to.query() {
        Some(query) => format!("{path}?{query}").parse(),
        None => path.parse(),
    };
    let mut parts = to.clone().into_parts();
    parts.path_and_query = path.ok();
    Uri::from_parts(parts).unwrap_or(to)
}

#[cfg(all(test, any(feature = "otlp-http", feature = "zipkin")))]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_query() {
        for (to, told) in [
            ("http://a:4317", "http://a:4317"),
            ("https://a/v1/traces?key=secret", "https://a/v1/traces"),
            ("https://[::1]:1/?key=secret", "https://[::1]:1"),
        ] {
            let to: Uri = to.parse().expect("a URI");
            assert_eq!(shown(&to), told);
        }
    }

    #[test]
    fn an_address_of_a_server_alone_gets_the_path() {
        for (given, whole) in [
            ("http://a:4318", "http://a:4318/v1/traces"),
            ("http://a:4318/", "http://a:4318/v1/traces"),
            ("https://a?key=b", "https://a/v1/traces?key=b"),
            ("https://a/otlp", "https://a/otlp"),
            ("https://a/otlp/", "https://a/otlp/"),
            ("http://[::1]:1/v1/traces", "http://[::1]:1/v1/traces"),
        ] {
            let given: Uri = given.parse().expect("a URI");
            assert_eq!(with_path(given, "/v1/traces").to_string(), whole);
        }
    }
}
