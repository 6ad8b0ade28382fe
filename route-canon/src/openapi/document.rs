//! What is read of a document, and how a key becomes a template.

use super::{OpenApi, server::Server};
use crate::{Template, TemplateError};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use std::fmt;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    openapi: Option<IgnoredAny>,
    swagger: Option<IgnoredAny>,
    base_path: Option<String>,
    #[serde(default)]
    servers: Vec<Server>,
    #[serde(default)]
    paths: Paths,
}

/// The keys of `paths`, as templates.
#[derive(Default)]
struct Paths(Vec<String>);

struct PathsVisitor;

// === impl OpenApi ===

impl<'de> Deserialize<'de> for OpenApi {
    /// Reads a document.
    ///
    /// Refused is what is neither OpenAPI nor Swagger, and a key of `paths` that is no path: by its name.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Document {
            openapi,
            swagger,
            base_path,
            servers,
            paths: Paths(paths),
        } = Document::deserialize(deserializer)?;
        if openapi.is_none() && swagger.is_none() {
            return Err(D::Error::custom(
                "this is no OpenAPI document: it has neither `openapi` nor `swagger`",
            ));
        }
        let server = servers.first().map(Server::path).transpose();
        let server = server.map_err(D::Error::custom)?;
        let prefix = server.or(base_path).unwrap_or_default();
        Ok(Self {
            prefix: String::new(),
            paths,
        }
        .prefix(&prefix))
    }
}

// === impl Paths ===

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PathsVisitor)
    }
}

// === impl PathsVisitor ===

impl<'de> Visitor<'de> for PathsVisitor {
    type Value = Paths;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from paths to what they do")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Paths, A::Error> {
        let mut paths = Vec::new();
        while let Some((key, IgnoredAny)) = map.next_entry::<String, _>()? {
            if key.starts_with("x-") {
                continue;
            }
            paths.push(template(&key).map_err(|error| {
                A::Error::custom(format_args!(
                    "the path {key:?} of `paths` is refused: {error}"
                ))
            })?);
        }
        Ok(Paths(paths))
    }

    fn visit_unit<E: Error>(self) -> Result<Paths, E> {
        Ok(Paths::default())
    }
}

fn template(key: &str) -> Result<String, TemplateError> {
    let segments = key.split('/').map(one_parameter);
    let text = segments.collect::<Vec<_>>().join("/");
    Template::parse(&text)?;
    Ok(text)
}

/// Makes one parameter of several, and of what is between them.
fn one_parameter(segment: &str) -> String {
    let several = segment.split('{').skip(1).count() > 1 && !segment.contains("{{");
    let inside = several.then(|| {
        let (prefix, rest) = segment.split_once('{')?;
        let (parameters, suffix) = rest.rsplit_once('}')?;
        let names: Vec<_> = parameters
            .split('{')
            .map(|part| part.split_once('}').map_or(part, |(name, _between)| name))
            .collect();
        Some(format!("{prefix}{{{}}}{suffix}", names.join("-")))
    });
    inside.flatten().unwrap_or_else(|| segment.to_owned())
}
