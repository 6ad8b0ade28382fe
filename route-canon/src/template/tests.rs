use super::*;

#[test]
fn segments_are_the_parts_between_the_slashes() {
    let template = Template::parse("/a/{{b}}/v{major}.html//{c}/*rest").unwrap();
    let segments: Vec<_> = template.segments().collect();
    assert_eq!(
        segments,
        [
            Segment::Literal("a"),
            Segment::Literal("{{b}}"),
            Segment::Parameter {
                prefix: "v",
                name: "major",
                suffix: ".html"
            },
            Segment::Literal(""),
            Segment::Parameter {
                prefix: "",
                name: "c",
                suffix: ""
            },
            Segment::CatchAll { name: "rest" },
        ]
    );
    let root = Template::parse("/").unwrap();
    assert_eq!(root.segments().collect::<Vec<_>>(), [Segment::Literal("")]);
}

#[test]
fn a_template_is_shown_and_read_as_text() {
    let template: Template = "/users/:id".parse().unwrap();
    assert_eq!(template.to_string(), "/users/{id}");
    assert_eq!(format!("{template:>12}"), " /users/{id}");
    assert_eq!(template.as_ref(), "/users/{id}");
}

#[test]
fn messages_show_braces_as_they_are_written() {
    let message = |text| Template::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("/{id"),
        "a `{` is not closed: write `{id}` or `<id>`, and `{{` for a literal brace",
    );
    assert_eq!(
        message("/id}"),
        "a `}` closes nothing: write `{id}` or `<id>`, and `}}` for a literal brace",
    );
    assert_eq!(
        message("/{*rest}/x"),
        "the catch-all `{*rest}` is not the whole last segment: \
         end the template with it, or write `{rest}` to match one segment",
    );
    assert_eq!(
        message(&"/a".repeat(200)),
        "the template is longer than 256 bytes: shorten it"
    );
}

#[test]
fn a_spelling_after_colons_reads_back_as_the_same_template() {
    for (text, after_colon) in [
        ("/", "/"),
        ("/users/{id}/", "/users/:id/"),
        ("/files/{*path}", "/files/*path"),
        ("/report-{year}.pdf", "/report-{year}.pdf"),
        ("/{{id}}/{id}", "/{{id}}/:id"),
    ] {
        let template = Template::parse(text).unwrap();
        assert_eq!(template.spelled(Spelling::Braces), text);
        let spelled = template.spelled(Spelling::Colon);
        assert_eq!(spelled, after_colon);
        assert_eq!(Template::parse(&spelled).unwrap(), template);
    }
}
