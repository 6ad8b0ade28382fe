use super::*;

const OPENAPI_3: &str = r#"{
    "openapi": "3.1.0",
    "info": {"title": "Orchard", "version": "7"},
    "x-owner": "fruit",
    "servers": [
        {
            "url": "https://{region}.orchard.example/{base}/",
            "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}, "base": {"default": "api/v2"}}
        },
        {"url": "/second"}
    ],
    "paths": {
        "x-internal": {"note": "not a path"},
        "/": {"get": {}},
        "/trees/{tree-id}": {"parameters": [{"name": "tree-id", "in": "path"}]},
        "/trees/{tree-id}/apples/{appleId}": {},
        "/trees/{id}:prune": {},
        "/trees:batchGet": {},
        "/compare/{base}...{head}": {},
        "/reports/{from}-{to}.csv": {}
    },
    "components": {"schemas": {}}
}"#;

const SWAGGER_2: &str = r##"{
    "swagger": "2.0",
    "host": "orchard.example",
    "basePath": "/v1",
    "paths": {"/trees/{id}": {"get": {"responses": {}}}, "/pears/": {}}
}"##;

fn shown(api: &OpenApi) -> Vec<String> {
    let templates = api.templates().unwrap();
    templates.iter().map(ToString::to_string).collect()
}

fn refused(document: &str) -> String {
    let error = serde_json::from_str::<OpenApi>(document).unwrap_err();
    let error = error.to_string();
    let (shown, _line) = error.split_once(" at line ").unwrap_or((&error, ""));
    shown.to_owned()
}

#[test]
fn a_document_of_version_3_is_read() {
    let api: OpenApi = serde_json::from_str(OPENAPI_3).unwrap();
    assert_eq!(
        shown(&api),
        [
            "/api/v2/",
            "/api/v2/trees/{tree-id}",
            "/api/v2/trees/{tree-id}/apples/{appleId}",
            "/api/v2/trees/{id}:prune",
            "/api/v2/trees:batchGet",
            "/api/v2/compare/{base-head}",
            "/api/v2/reports/{from-to}.csv",
        ]
    );
    let table = api.prefix("").table().unwrap();
    let find = |path| {
        table
            .find(path)
            .and_then(|at| table.get(at))
            .map(Template::as_str)
    };
    assert_eq!(find("/trees/7"), Some("/trees/{tree-id}"));
    assert_eq!(find("/trees/7:prune"), Some("/trees/{id}:prune"));
    assert_eq!(find("/compare/v1...v2"), Some("/compare/{base-head}"));
    assert_eq!(find("/reports/1-2.csv"), Some("/reports/{from-to}.csv"));
    assert_eq!(find("/x-internal"), None);
}

#[test]
fn a_document_of_version_2_is_read() {
    let api: OpenApi = serde_json::from_str(SWAGGER_2).unwrap();
    assert_eq!(shown(&api), ["/v1/trees/{id}", "/v1/pears/"]);
    for prefix in ["/v2/", "/v2", "v2"] {
        let api = api.clone().prefix(prefix);
        assert_eq!(shown(&api), ["/v2/trees/{id}", "/v2/pears/"]);
    }
}

#[test]
fn paths_begin_where_the_first_server_says() {
    for (servers, path) in [
        ("[]", "/a"),
        (r#"[{"url": "/"}]"#, "/a"),
        (r#"[{"url": "/v1"}, {"url": "/v2"}]"#, "/v1/a"),
        (r#"[{"url": "./v1/"}]"#, "/v1/a"),
        (r#"[{"url": "v1"}]"#, "/v1/a"),
        (r#"[{"url": "https://example.com"}]"#, "/a"),
        (r#"[{"url": "https://example.com/"}]"#, "/a"),
        (r#"[{"url": "https://example.com:8443/a/b"}]"#, "/a/b/a"),
        (
            r#"[{"url": "https://{host}/{tenant}", "variables": {"tenant": {"default": "acme"}}}]"#,
            "/acme/a",
        ),
        (r#"[{"url": "//example.com/v1"}]"#, "/v1/a"),
        (r#"[{"url": "//example.com"}]"#, "/a"),
    ] {
        let document =
            format!(r#"{{"openapi": "3.0.0", "servers": {servers}, "paths": {{"/a": 1}}}}"#);
        let api: OpenApi = serde_json::from_str(&document).unwrap();
        assert_eq!(shown(&api), [path], "{servers}");
    }
}

#[test]
fn a_document_without_paths_has_no_routes() {
    for document in [
        r#"{"openapi": "3.1.0"}"#,
        r#"{"openapi": "3.1.0", "paths": {}}"#,
    ] {
        let api: OpenApi = serde_json::from_str(document).unwrap();
        assert!(api.table().unwrap().is_empty());
    }
}

#[test]
fn what_is_no_path_is_refused_by_its_name() {
    let of_key = |key: &str| {
        refused(&format!(
            r#"{{"openapi": "3.0.0", "paths": {{{key:?}: {{}}}}}}"#
        ))
    };
    assert_eq!(
        of_key("/trees?ripe=true"),
        "the path \"/trees?ripe=true\" of `paths` is refused: the character '?' cannot be in a path: percent-encode \
         it; a query or a fragment is no part of a template",
    );
    assert!(of_key("/trees#top").contains("\"/trees#top\""));
    assert!(of_key("trees").ends_with("write the whole path, without scheme and host"));
    assert!(of_key("/{id").contains("a `{` is not closed"));
    assert_eq!(
        refused(r#"{"name": "orchard", "paths": {}}"#),
        "this is no OpenAPI document: it has neither `openapi` nor `swagger`",
    );
    assert_eq!(
        refused(r#"{"openapi": "3.0.0", "servers": [{"url": "/{tenant}/v1"}]}"#),
        "the URL \"/{tenant}/v1\" of `servers` has the variable \"tenant\", which `variables` does not declare",
    );
    assert_eq!(
        refused(r#"{"openapi": "3.0.0", "servers": [{"url": "/v1?x=1"}]}"#),
        "the URL \"/v1?x=1\" of `servers` has a '?': a query or a fragment is no part of a path",
    );
}

#[test]
fn a_prefix_that_makes_no_template_is_named_with_the_path() {
    let api: OpenApi = serde_json::from_str(SWAGGER_2).unwrap();
    let error = api.prefix("/{id}").table().unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("template 0, \"/{id}/trees/{id}\", is refused"),
        "{error}"
    );
}
