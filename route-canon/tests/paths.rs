//! Runs the corpus of `testdata/paths/` whole.

use route_canon::{Canonicalizer, Placeholders, Spelling};
use serde::Deserialize;
use std::{collections::HashSet, fs, path::Path};

/// A file that is not read would show here.
const LEAST_CASES: usize = 650;

const LEAST_CASES_OF_A_CLASS: usize = 3;

const CLASSES: [&str; 20] = [
    "date", "decimal", "email", "file", "hash", "hex", "id", "int", "ip", "jwt", "ksuid", "list",
    "nanoid", "objectid", "slug", "text", "time", "token", "ulid", "uuid",
];

#[derive(Deserialize)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    input: String,
    output: String,
    kind: Kind,
    reason: Option<String>,
    placeholders: Option<PlaceholdersName>,
    spelling: Option<SpellingName>,
    marked: Option<bool>,
    depth: Option<usize>,
}

/// Who would agree with a case.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Any sensible tool.
    Consensus,

    /// Who accepts the reason.
    Policy,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlaceholdersName {
    Class,
    Id,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SpellingName {
    Braces,
    Colon,
}

#[test]
fn every_path_has_its_label() {
    let cases = cases();
    let failures: Vec<_> = cases.iter().filter_map(failure).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.concat()
    );
}

/// The label of a label is the label: it is what a second layer, or a reader of labels, would make of it.
#[test]
fn every_label_stays() {
    let cases = cases();
    let moved = cases.iter().filter_map(|case| {
        let canonicalizer = case.canonicalizer();
        let once = canonicalizer.canonicalize(&case.input);
        let twice = canonicalizer.canonicalize(&once);
        (once != twice).then(|| format!("  {}: {once:?} becomes {twice:?}\n", case.name))
    });
    let moved: Vec<_> = moved.collect();
    assert!(
        moved.is_empty(),
        "{} labels move:\n{}",
        moved.len(),
        moved.concat()
    );
}

#[test]
fn the_corpus_is_in_order() {
    let cases = cases();
    assert!(cases.len() >= LEAST_CASES, "only {} cases", cases.len());

    let mut names = HashSet::new();
    for Case {
        name, kind, reason, ..
    } in &cases
    {
        assert!(names.insert(name), "{name}: the name is taken");
        let reason = reason.as_deref().map(str::trim);
        assert_ne!(reason, Some(""), "{name}: the reason is empty");
        assert_eq!(
            reason.is_some(),
            *kind == Kind::Policy,
            "{name}: a policy, and no other, has a reason"
        );
    }

    for class in CLASSES {
        let placeholder = format!("{{{class}}}");
        let shown = |case: &&Case| case.output.contains(&placeholder);
        let count = cases.iter().filter(shown).count();
        assert!(
            count >= LEAST_CASES_OF_A_CLASS,
            "{placeholder} is the output of {count} cases only"
        );
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/paths");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let cases = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).expect("the file is readable");
        let corpus = toml::from_str(&text);
        let Corpus { case } = corpus.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        case
    });
    cases.collect()
}

fn failure(case: &Case) -> Option<String> {
    let label = case.canonicalizer().canonicalize(&case.input);
    (label != case.output).then(|| {
        let Case {
            name,
            input,
            output,
            ..
        } = case;
        format!("  {name}: {input:?}\n    expected {output:?}\n    got      {label:?}\n")
    })
}

// === impl Case ===

impl Case {
    fn canonicalizer(&self) -> Canonicalizer {
        let mut builder = Canonicalizer::builder();
        if let Some(placeholders) = self.placeholders {
            builder = builder.placeholders(match placeholders {
                PlaceholdersName::Class => Placeholders::Class,
                PlaceholdersName::Id => Placeholders::Id,
            });
        }
        if let Some(spelling) = self.spelling {
            builder = builder.spelling(match spelling {
                SpellingName::Braces => Spelling::Braces,
                SpellingName::Colon => Spelling::Colon,
            });
        }
        if let Some(marked) = self.marked {
            builder = builder.marked(marked);
        }
        if let Some(depth) = self.depth {
            builder = builder.depth(depth);
        }
        builder.build()
    }
}
