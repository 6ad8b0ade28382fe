//! What holds for any rules and any path.

use proptest::prelude::*;
use route_canon::{Canonicalizer, Decision, Placeholders, Rule, Rules, Spelling};

fn canon(rules: impl IntoIterator<Item = Rule>) -> Canonicalizer {
    let rules = Rules::new(rules).expect("the rules are accepted");
    Canonicalizer::builder().rules(rules).build()
}

#[test]
fn rules_come_before_the_heuristics() {
    let canon = canon([
        Rule::path("/internal/health").keep(),
        Rule::path("/internal/*rest").deny(),
        Rule::path("/u/:id").rewrite("/users/{id}"),
        Rule::path("/users/{{int}}/avatar").keep(),
        Rule::segment("*").after("t").rewrite("{tenant}"),
        Rule::segment("q?-20??").keep(),
        Rule::segment("*").after("{int}").keep(),
        Rule::segment("raw-*").keep(),
    ]);
    for (path, label) in [
        ("/internal/health", "~/internal/health"),
        ("/internal/./x/../health/?a=b", "~/internal/health"),
        ("/internal/debug/vars", "{unmatched}"),
        ("/u/7", "~/users/{id}"),
        ("/users/7", "~/users/{int}"),
        ("/users/7/avatar", "~/users/{int}/avatar"),
        ("/t/acme/users/7", "~/t/{tenant}/users/{int}"),
        ("/t/x/../acme;v=1/a", "~/t/{tenant}/a"),
        ("/t", "~/t"),
        ("/reports/q3-2024", "~/reports/q3-2024"),
        ("/7/b4d5e6f7", "~/{int}/b4d5e6f7"),
        ("/raw-it's", "~/{text}"),
        ("/raw-%41%40", "~/raw-A%40"),
        ("/raw-%%341", "~/raw-%%341"),
        ("/%72aw-x", "~/raw-x"),
        ("/t/{uuid}", "~/t/{uuid}"),
        ("*", "{unmatched}"),
    ] {
        assert_eq!(canon.canonicalize(path), label, "{path}");
        assert_eq!(canon.canonicalize(label), label, "{path}");
        assert_eq!(canon.explain(path).label(), label, "{path}");
    }
}

#[test]
fn a_glob_is_asked_about_what_would_be_shown() {
    for (rule, path, label) in [
        (
            Rule::segment("acme*").rewrite("{tenant}"),
            "/t/%61cme-eu",
            "~/t/{tenant}",
        ),
        (
            Rule::segment("*-*").rewrite("{file}.js"),
            "/%2D",
            "~/{file}.js",
        ),
    ] {
        let canon = canon([rule]);
        assert_eq!(canon.canonicalize(path), label);
        assert_eq!(canon.canonicalize(label), label);
    }
}

#[test]
fn a_path_of_more_segments_than_any_label_is_matched() {
    let canon = canon([
        Rule::path("/deep/{*rest}").keep(),
        Rule::path("/{a}/{b}").deny(),
        Rule::path("/x".repeat(32)).deny(),
    ]);
    assert_eq!(canon.canonicalize(&"/x".repeat(32)), "{unmatched}");
    assert_ne!(canon.canonicalize(&"/x".repeat(33)), "{unmatched}");
    assert_eq!(
        canon.canonicalize(&format!("/deep{}", "/a".repeat(100))),
        "~/deep/{*rest}"
    );
    let back = format!("/a{}{}/b", "/x".repeat(100), "/..".repeat(100));
    assert_eq!(canon.canonicalize(&back), "{unmatched}");
}

#[test]
fn an_explanation_names_the_rule_by_its_position() {
    let canon = canon([
        Rule::path("/internal/*rest").deny(),
        Rule::segment("*").after("t").rewrite("{tenant}"),
    ]);
    let decisions = |path| {
        let explanation = canon.explain(path);
        let segments = explanation.segments().iter();
        segments.map(|segment| segment.decision).collect::<Vec<_>>()
    };
    assert_eq!(decisions("/internal/x/y"), [Decision::Rule(0)]);
    assert_eq!(decisions("/t/acme")[1], Decision::Rule(1));
    assert_eq!(decisions("/t/{tenant}")[1], Decision::Rule(1));
}

fn rule() -> impl Strategy<Value = Rule> {
    let glob = "[a-c7*?-]{1,3}|[*]|[{]int[}]";
    let text = "[a-c7-]{1,3}|[{](a|int|id|b)[}]|v[{]n[}]|[{]int[}][.]x";
    let template =
        "(/([a-c7]{1,2}|[{]p[}]|v[{]p[}]|[{][{](int|id|[*]rest)[}][}])){0,3}(/[{][*]r[}])?";
    let template = template.prop_map(|text| {
        let parts = text.split_inclusive("{p}").enumerate();
        let distinct: String = parts
            .map(|(at, part)| part.replace("{p}", &format!("{{p{at}}}")))
            .collect();
        if distinct.is_empty() {
            "/".to_owned()
        } else {
            distinct
        }
    });
    let template = template.boxed();
    prop_oneof![
        glob.prop_map(|glob| Rule::segment(glob).keep()),
        (glob, glob).prop_map(|(glob, after)| Rule::segment(glob).after(after).keep()),
        (glob, text).prop_map(|(glob, to)| Rule::segment(glob).rewrite(to)),
        (glob, glob, text)
            .prop_map(|(glob, after, to)| Rule::segment(glob).after(after).rewrite(to)),
        template.clone().prop_map(|path| Rule::path(path).deny()),
        template.clone().prop_map(|path| Rule::path(path).keep()),
        (template.clone(), template).prop_map(|(path, to)| Rule::path(path).rewrite(to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_label_is_safe_and_gives_itself_out(
        rules in prop::collection::vec(rule(), 0..6),
        path in "(/([a-c7-]{0,3}|[.]{1,2}|a1b2c3d4|t;x|[{](int|a|b|p0|[*]rest|[*]r)[}]|:a|[*]r|é|it's|App.CSS|%61|%2D|%2d[a-c]|a%7E|[a-c]?%62%40|%%361|%41%é|[{]%61[}])){0,6}",
        (id, colon, marked, depth) in (any::<bool>(), any::<bool>(), any::<bool>(), 1_usize..6),
    ) {
        let canon = Canonicalizer::builder()
            .placeholders(if id { Placeholders::Id } else { Placeholders::Class })
            .spelling(if colon { Spelling::Colon } else { Spelling::Braces })
            .marked(marked)
            .depth(depth)
            .rules(Rules::new(rules).unwrap())
            .build();
        let label = canon.canonicalize(&path);
        prop_assert_eq!(canon.canonicalize(&label), label.as_ref());
        prop_assert!(label.len() <= Canonicalizer::MAX_LENGTH);
        prop_assert!(label.bytes().all(|b| b.is_ascii_graphic() && !b"\"'\\`".contains(&b)));
        let mut written = "x".to_owned();
        canon.write(&path, &mut written);
        prop_assert_eq!(&written[1..], label.as_ref());
        let explanation = canon.explain(&path);
        prop_assert_eq!(explanation.label(), label.as_ref());
    }
}
