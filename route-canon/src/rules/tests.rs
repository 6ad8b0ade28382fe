use super::*;
use crate::Spelling::{Braces, Colon};

fn path<'r>(rules: &'r Rules, path: &str) -> Option<(usize, PathAction<'r>)> {
    rules.path(
        path.split('/').filter(|segment| !segment.is_empty()),
        Braces,
    )
}

fn after<'a>(raw: &'a str, shown: &'a str) -> Option<Previous<'a>> {
    Some(Previous { raw, shown })
}

#[test]
fn the_first_rule_for_paths_that_matches_decides() {
    let rules = Rules::new([
        Rule::path("/internal/health").keep(),
        Rule::path("/internal/*rest").deny(),
        Rule::path("/u/:id").rewrite("/users/<int:id>"),
        Rule::path("/files/:name.pdf").keep(),
        Rule::path("/files/report-{year}.pdf").keep(),
        Rule::path("/users/{{int}}/avatar/").rewrite("/users/{user}/avatar/"),
        Rule::path("/").rewrite("/index"),
    ])
    .unwrap();
    let write = PathAction::Write;
    for (from, expected) in [
        ("/internal/health", Some((0, write("/internal/health")))),
        ("/internal/x/y", Some((1, PathAction::Deny))),
        ("/internal", None),
        ("/u/7", Some((2, write("/users/{id}")))),
        ("/u/7/", Some((2, write("/users/{id}")))),
        ("/u/7/x", None),
        ("/files/a.pdf", Some((3, write("/files/{name}.pdf")))),
        ("/files/.pdf", None),
        ("/files/report-9.pdf", Some((3, write("/files/{name}.pdf")))),
        ("/users/7/avatar", None),
        (
            "/users/{int}/avatar",
            Some((5, write("/users/{user}/avatar"))),
        ),
        ("/", Some((6, write("/index")))),
        // What a rule has written is known first.
        ("/users/{id}", Some((2, write("/users/{id}")))),
        ("/files/{name}.pdf", Some((3, write("/files/{name}.pdf")))),
        (
            "/users/{user}/avatar",
            Some((5, write("/users/{user}/avatar"))),
        ),
        ("/index", Some((6, write("/index")))),
    ] {
        assert_eq!(path(&rules, from), expected, "{from}");
    }
}

#[test]
fn a_kept_literal_path_does_not_go_before_the_rules_above_it() {
    let rules = Rules::new([
        Rule::path("/admin/{*rest}").deny(),
        Rule::path("/admin/health").keep(),
    ])
    .unwrap();
    assert_eq!(path(&rules, "/admin/health"), Some((0, PathAction::Deny)));
}

#[test]
fn labels_of_paths_are_spelled_as_the_others_are() {
    let rules = Rules::new([Rule::path("/a/{b}/v{c}.x/{*d}").keep()]).unwrap();
    for (spelling, label) in [(Braces, "/a/{b}/v{c}.x/{*d}"), (Colon, "/a/:b/v{c}.x/*d")] {
        let written = Some((0, PathAction::Write(label)));
        assert_eq!(rules.path("a/1/v2.x/3/4".split('/'), spelling), written);
        let itself = label.split('/').skip(1);
        assert_eq!(rules.path(itself, spelling), written);
    }
}

#[test]
fn the_first_rule_for_segments_that_matches_decides() {
    let rules = Rules::new([
        Rule::segment("*").after("t").rewrite("{tenant}"),
        Rule::segment("q?-20??").keep(),
        Rule::segment("web-*").rewrite("web-{n}"),
        Rule::segment("*").after("raw").keep(),
        Rule::segment("web-*").keep(),
    ])
    .unwrap();
    let long = "x".repeat(MAX_SEGMENT + 1);
    for (segment, previous, expected) in [
        (
            "acme",
            after("t", "t"),
            Some((0, SegmentAction::Write("{tenant}"))),
        ),
        ("acme", after("T", "T"), None),
        ("acme", None, None),
        ("q3-2024", None, Some((1, SegmentAction::Keep))),
        (
            "q3-2024",
            after("t", "t"),
            Some((0, SegmentAction::Write("{tenant}"))),
        ),
        ("web-7", None, Some((2, SegmentAction::Write("web-{n}")))),
        ("0x7f", after("raw", "raw"), Some((3, SegmentAction::Keep))),
        ("it's", after("raw", "raw"), Some((3, SegmentAction::Hide))),
        ("{x}", after("raw", "raw"), Some((3, SegmentAction::Hide))),
        (":x", after("raw", "raw"), Some((3, SegmentAction::Hide))),
        ("é", after("raw", "raw"), Some((3, SegmentAction::Hide))),
        (&long, after("raw", "raw"), Some((3, SegmentAction::Hide))),
        (
            &long[1..],
            after("raw", "raw"),
            Some((3, SegmentAction::Keep)),
        ),
    ] {
        let answer = rules.segment(segment, previous, Braces);
        assert_eq!(answer, expected, "{segment} after {previous:?}");
    }
    assert_eq!(
        rules.wrote_segment("{tenant}", Braces),
        Some((0, "{tenant}"))
    );
    assert_eq!(rules.wrote_segment(":tenant", Colon), Some((0, ":tenant")));
    assert_eq!(rules.wrote_segment("web-{n}", Colon), Some((2, "web-{n}")));
    assert_eq!(rules.wrote_segment("tenant", Braces), None);
}

#[test]
fn a_segment_is_rewritten_after_the_raw_one_and_kept_after_the_shown_one() {
    let rules = Rules::new([
        Rule::segment("a").after("t-*").rewrite("{a}"),
        Rule::segment("b").after("t-*").keep(),
        Rule::segment("b").after("{int}").keep(),
    ])
    .unwrap();
    let answer = |segment, previous| rules.segment(segment, previous, Braces);
    assert_eq!(
        answer("a", after("t-7", "{id}")),
        Some((0, SegmentAction::Write("{a}")))
    );
    assert_eq!(answer("b", after("t-7", "{id}")), None);
    assert_eq!(
        answer("b", after("t-x", "t-x")),
        Some((1, SegmentAction::Keep))
    );
    assert_eq!(
        answer("b", after("42", "{int}")),
        Some((2, SegmentAction::Keep))
    );
}

#[test]
fn a_rule_that_is_refused_is_named_with_its_field() {
    let long = format!("/{}", "x".repeat(MAX_LABEL));
    let glob = "x".repeat(Glob::MAX_LENGTH + 1);
    let deep = "/x".repeat(33);
    for (rule, message) in [
        (
            Rule::segment("").keep(),
            "rule 1, `segment`: is missing or empty: a glob, in which `*` stands for any run of characters, and `?` \
             for one",
        ),
        (
            Rule::segment("a/b").keep(),
            "rule 1, `segment`: \"a/b\" has the character '/': no segment has it; write a rule with `path` for \
             several segments",
        ),
        (
            Rule::segment("[0-9]*").keep(),
            "rule 1, `segment`: \"[0-9]*\" has the character '[': a glob is no regular expression: `*` stands for any \
             run of characters, `?` for one",
        ),
        (
            Rule::segment("caf\u{e9}").keep(),
            "rule 1, `segment`: \"caf\u{e9}\" has the character '\u{e9}': a segment has it in percent-encoding only: \
             write `*` or the escapes for it",
        ),
        (
            Rule::segment("a").after("b;c").keep().named("odd"),
            "rule 1, \"odd\", `after`: \"b;c\" has the character ';': no segment has it; write a rule with `path` for \
             several segments",
        ),
        (
            Rule::segment(&*glob).keep(),
            &format!("rule 1, `segment`: {glob:?} has 129 bytes: at most 128 are accepted"),
        ),
        (
            Rule::segment("a").rewrite(""),
            "rule 1, `to`: is missing or empty: `rewrite` needs the text to write, such as `{tenant}` for a \
             segment, `/tenants/{tenant}` for a path",
        ),
        (
            Rule::segment("a").rewrite("{a}/b"),
            "rule 1, `to`: \"{a}/b\" is not one segment: accepted are a literal text and at most one `{name}`",
        ),
        (
            Rule::segment("a").rewrite("*rest"),
            "rule 1, `to`: \"*rest\" is not one segment: accepted are a literal text and at most one `{name}`",
        ),
        (
            Rule::segment("a").rewrite("{a}-{b}"),
            "rule 1, `to`: \"{a}-{b}\" is refused: the segment of `b` has a parameter already: put one parameter in \
             a segment",
        ),
        (
            Rule::segment("a").rewrite("é"),
            "rule 1, `to`: \"é\" has the character 'é': a label is ASCII: percent-encode it, or rewrite it to a name \
             in ASCII",
        ),
        (
            Rule::segment("a").rewrite("%2E."),
            "rule 1, `to`: \"%2E.\" has a segment `.` or `..`, which no path has when it is matched: resolve it",
        ),
        (
            Rule::path("internal").deny(),
            "rule 1, `path`: \"internal\" is refused: the template does not begin with `/`: write the whole path, \
             without scheme and host",
        ),
        (
            Rule::path("").deny(),
            "rule 1, `path`: is missing or empty: a template, such as `/internal/{*rest}`",
        ),
        (
            Rule::path(&*deep).deny(),
            &format!(
                "rule 1, `path`: {deep:?} has 33 segments: at most 32 are accepted, and `{{*rest}}` for all that \
                 follow"
            ),
        ),
        (
            Rule::path("/a;b").deny(),
            "rule 1, `path`: \"/a;b\" has the character ';': what follows a `;` is dropped before a path is matched: \
             leave it out",
        ),
        (
            Rule::path("/café").keep(),
            "rule 1, `path`: \"/café\" has the character 'é': a label is ASCII: percent-encode it, or rewrite it to \
             a name in ASCII",
        ),
        (
            Rule::path("/a").rewrite(&*long),
            &format!("rule 1, `to`: {long:?} has 256 bytes: at most 255 are accepted"),
        ),
        (
            Rule::path("/a").rewrite(""),
            "rule 1, `to`: is missing or empty: `rewrite` needs the text to write, such as `{tenant}` for a \
             segment, `/tenants/{tenant}` for a path",
        ),
        (
            Rule::path("/a").deny().named("first"),
            "rule 1, \"first\", `name`: \"first\" is the name of an earlier rule: give each rule a name of its own",
        ),
        (
            Rule::path("/a").deny().named(" "),
            "rule 1, \" \", `name`: is missing or empty: a text for errors and explanations, or no `name` at all",
        ),
    ] {
        let error = Rules::new([Rule::path("/x").deny().named("first"), rule]).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.position(), Some(1));
    }
}
