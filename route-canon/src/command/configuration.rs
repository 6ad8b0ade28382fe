//! Reads the files that options name.

use crate::{labels::Labels, options::Options};
use route_canon::{Canonicalizer, OpenApi, Rules, Table, TableError};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use std::{fmt, fs, path::Path};

/// The rules of a file: a list, or a map with the list under `rules`.
struct RulesFile(Rules);

struct RulesVisitor;

/// Makes what labels paths.
///
/// # Errors
/// A file that cannot be read, or is refused: its name and why.
pub(crate) fn labels(options: &Options) -> Result<Labels, String> {
    let rules = match &options.rules {
        Some(file) => {
            if text(file)?.trim().is_empty() {
                Rules::default()
            } else {
                let RulesFile(rules) = document(file)?;
                rules
            }
        }
        None => Rules::default(),
    };
    let known = match (&options.openapi, &options.templates) {
        (Some(file), _) => {
            let api: OpenApi = document(file)?;
            Some(api.table().map_err(|error| refused(file, &error))?)
        }
        (None, Some(file)) => {
            let text = text(file)?;
            let lines = (1..).zip(text.lines().map(str::trim));
            let (lines, templates): (Vec<u64>, Vec<_>) = lines
                .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
                .unzip();
            let table = Table::new(templates);
            Some(table.map_err(|error| refused_in_line(file, &lines, &error))?)
        }
        (None, None) => None,
    };
    let builder = Canonicalizer::builder()
        .placeholders(options.placeholders)
        .spelling(options.spelling)
        .marked(!options.no_mark)
        .depth(options.depth.unwrap_or(Canonicalizer::DEFAULT_DEPTH))
        .rules(rules.clone());
    Ok(Labels {
        known,
        canon: builder.build(),
        rules,
    })
}

/// A document in JSON, or in YAML if its name does not end in `.json`.
fn document<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = text(file)?;
    if file
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        serde_json::from_str(&text).map_err(|error| refused(file, &error))
    } else {
        // The document is the user's own: it may be as large as it is.
        let options = serde_saphyr::options! { budget: None, with_snippet: false };
        serde_saphyr::from_str_with_options(&text, options).map_err(|error| refused(file, &error))
    }
}

fn text(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| refused(file, &error))?;
    // Some editors begin a file with a byte order mark.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Why a list of templates is refused, with the lines that they are in.
fn refused_in_line(file: &Path, lines: &[u64], error: &TableError) -> String {
    let (position, why) = match error {
        TableError::Template {
            text,
            position,
            source,
        } => (*position, format!("{text:?} is refused: {source}")),
        TableError::Conflict {
            earlier,
            earlier_position,
            template,
            position,
        } => (
            *position,
            format!(
                "{template} matches the same paths as {earlier} in line {}",
                lines[*earlier_position]
            ),
        ),
        other => return refused(file, other),
    };
    format!("{}:{}: {why}", file.display(), lines[position])
}

fn refused(file: &Path, error: &dyn fmt::Display) -> String {
    format!("{}: {error}", file.display())
}

// === impl RulesFile ===

impl<'de> Deserialize<'de> for RulesFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RulesVisitor)
    }
}

// === impl RulesVisitor ===

impl<'de> Visitor<'de> for RulesVisitor {
    type Value = RulesFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rules, or a map with such a list under `rules`")
    }

    /// A document of comments.
    fn visit_unit<E: serde::de::Error>(self) -> Result<RulesFile, E> {
        Ok(RulesFile(Rules::default()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RulesFile, A::Error> {
        Rules::deserialize(SeqAccessDeserializer::new(list)).map(RulesFile)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RulesFile, A::Error> {
        let mut rules = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "rules" {
                return Err(serde::de::Error::unknown_field(&key, &["rules"]));
            }
            rules = Some(RulesFile(map.next_value()?));
        }
        rules.ok_or_else(|| serde::de::Error::missing_field("rules"))
    }
}
