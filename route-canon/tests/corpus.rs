//! Runs the corpora of `testdata/` whole.

use route_canon::{Table, TableError, Template, TemplateError};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Deserialize)]
struct Corpus<C> {
    case: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateCase {
    name: String,
    input: String,
    output: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableCase {
    name: String,
    templates: Vec<String>,
    #[serde(default)]
    paths: Vec<PathCase>,
    conflict: Option<(usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathCase {
    path: String,
    finds: Option<usize>,
}

#[test]
fn templates() {
    for case in read::<TemplateCase>(include_str!("../testdata/templates.toml")) {
        let TemplateCase {
            name,
            input,
            output,
            error,
        } = case;
        let parsed = Template::parse(&input);
        let shown = parsed.as_ref().ok().map(Template::as_str);
        assert_eq!(
            shown,
            output.as_deref(),
            "{name}: {input:?} is read as {parsed:?}"
        );
        assert_eq!(
            parsed.err().as_ref().map(kind),
            error.as_deref(),
            "{name}: {input:?}"
        );
        if let Some(output) = output {
            assert_eq!(
                Template::parse(&output).unwrap().as_str(),
                output,
                "{name}: not stable"
            );
        }
    }
}

#[test]
fn tables() {
    for case in read::<TableCase>(include_str!("../testdata/tables.toml")) {
        let TableCase {
            name,
            templates,
            paths,
            conflict,
        } = case;
        assert!(
            conflict.is_some() == paths.is_empty(),
            "{name}: expects paths or a conflict"
        );
        let table = match Table::new(&templates) {
            Ok(table) => table,
            Err(TableError::Conflict {
                earlier_position,
                position,
                ..
            }) => {
                assert_eq!(Some((earlier_position, position)), conflict, "{name}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(conflict, None, "{name}: is accepted");
        for PathCase { path, finds } in paths {
            assert_eq!(table.find(&path), finds, "{name}: {path:?}");
        }
    }
}

fn read<C: DeserializeOwned>(text: &str) -> Vec<C> {
    let Corpus { case } = toml::from_str(text).expect("the corpus is readable");
    assert!(!case.is_empty(), "the corpus has no case");
    case
}

fn kind(error: &TemplateError) -> &'static str {
    match error {
        TemplateError::BraceBesideParameter => "brace_beside_parameter",
        TemplateError::CatchAllNotLast { .. } => "catch_all_not_last",
        TemplateError::DuplicateName { .. } => "duplicate_name",
        TemplateError::Empty => "empty",
        TemplateError::EmptyName => "empty_name",
        TemplateError::InvalidCharacter { .. } => "invalid_character",
        TemplateError::InvalidName { .. } => "invalid_name",
        TemplateError::ManyParameters { .. } => "many_parameters",
        TemplateError::NoLeadingSlash => "no_leading_slash",
        TemplateError::OptionalPart => "optional_part",
        TemplateError::TooLong => "too_long",
        TemplateError::Unclosed { .. } => "unclosed",
        TemplateError::Unopened { .. } => "unopened",
        other => panic!("{other:?} has no name in the corpus"),
    }
}
