//! Where the paths of a document begin.

use serde::Deserialize;
use std::collections::BTreeMap;

/// One of `servers`.
#[derive(Deserialize)]
pub(super) struct Server {
    url: String,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
}

#[derive(Deserialize)]
struct Variable {
    default: String,
}

// === impl Server ===

impl Server {
    /// The path of the URL, with the defaults of its variables; empty where there is none.
    pub(super) fn path(&self) -> Result<String, String> {
        let Self { url, variables } = self;
        let mut resolved = url.clone();
        for (name, Variable { default }) in variables {
            resolved = resolved.replace(&format!("{{{name}}}"), default);
        }
        if let Some(mark) = resolved.chars().find(|c| matches!(c, '?' | '#')) {
            return Err(format!(
                "the URL {url:?} of `servers` has a {mark:?}: a query or a fragment is no part of a path"
            ));
        }
        let after_scheme = resolved.split_once("://").map(|(_scheme, rest)| rest);
        let path = match after_scheme.or_else(|| resolved.strip_prefix("//")) {
            Some(rest) => rest.find('/').map_or("", |slash| &rest[slash..]),
            None => resolved.trim_start_matches('.'),
        };
        if let Some(name) = path
            .split_once('{')
            .and_then(|(_before, rest)| rest.split_once('}'))
            .map(|(name, _after)| name)
        {
            return Err(format!(
                "the URL {url:?} of `servers` has the variable {name:?}, which `variables` does not declare"
            ));
        }
        Ok(if path.is_empty() || path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        })
    }
}
