//! How a placeholder is written, and read back.

use super::{Class, file, judge::Verdict};

/// What a placeholder names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placeholders {
    /// The class: `{int}`, `{uuid}`, `{file}.js`.
    #[default]
    Class,

    /// `{id}` for every class.
    Id,
}

/// How a placeholder is spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// `{int}`, `{*rest}`.
    #[default]
    Braces,

    /// `:int`, `*rest`.
    Colon,
}

// === impl Spelling ===

impl Spelling {
    pub(super) const fn rest(self) -> &'static str {
        match self {
            Self::Braces => "/{*rest}",
            Self::Colon => "/*rest",
        }
    }

    pub(super) const fn of_class(self, class: Class) -> &'static str {
        match self {
            Self::Braces => class.in_braces(),
            Self::Colon => class.after_colon(),
        }
    }

    /// Reads a placeholder that this crate writes. Those in braces are read in either spelling.
    pub(super) fn read(self, text: &str) -> Option<Verdict> {
        if let Some(text) = text.strip_prefix('{') {
            let (name, after) = text.split_once('}')?;
            return match (name, after) {
                ("*rest", "") => Some(Verdict::Rest),
                (name, after) => of_name(name, after),
            };
        }
        match self {
            Self::Braces => None,
            Self::Colon if text == "*rest" => Some(Verdict::Rest),
            Self::Colon => {
                let text = text.strip_prefix(':')?;
                let (name, after) = text.split_at(text.find('.').unwrap_or(text.len()));
                of_name(name, after)
            }
        }
    }
}

fn of_name(name: &str, after: &str) -> Option<Verdict> {
    let class = Class::of_name(name)?;
    if after.is_empty() {
        return Some(Verdict::Own(class));
    }
    match class {
        Class::File => {
            let extension = after.strip_prefix('.')?;
            // As it is written: in lower case.
            let known = file::extension(extension.as_bytes()).filter(|known| *known == extension);
            known.map(Verdict::OwnFile)
        }
        _ => None,
    }
}
