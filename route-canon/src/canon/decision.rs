//! Why a segment became what it is.

use super::Class;

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// It became the placeholder of a class.
    Class(Class),

    /// It is written as it came, save for escapes that were not needed.
    Kept(Keep),

    /// It was a placeholder of this crate already.
    Placeholder,

    /// It and all that follow became one `{*rest}`.
    Rest,

    /// The user's rule at this position says so.
    Rule(usize),

    /// The path as a whole is none.
    Unmatched,
}

/// Why a segment is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Keep {
    /// A file whose name has words and versions only.
    File,

    /// A name that is known, such as `oauth2`.
    Known,

    /// A code of a language and a region, such as `es-419`.
    Locale,

    /// A version of an API, such as `v1beta1`.
    Version,

    /// One word.
    Word,

    /// Up to four words, or a dotted name.
    Words,
}

// === impl Decision ===

impl Decision {
    /// A stable name: `kept`, `placeholder`, `rest`, `rule`, `unmatched`, or that of the class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class(class) => class.name(),
            Self::Kept(_) => "kept",
            Self::Placeholder => "placeholder",
            Self::Rest => "rest",
            Self::Rule(_) => "rule",
            Self::Unmatched => "unmatched",
        }
    }

    /// The reason, in one line.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Class(class) => class.reason(),
            Self::Kept(keep) => keep.reason(),
            Self::Placeholder => "a placeholder of a label already",
            Self::Rest => "beyond the depth or the longest label",
            Self::Rule(_) => "a rule of the user",
            Self::Unmatched => "does not begin with a slash: no path",
        }
    }
}

// === impl Keep ===

impl Keep {
    /// A stable name: `file`, `known`, `locale`, `version`, `word`, `words`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Known => "known",
            Self::Locale => "locale",
            Self::Version => "version",
            Self::Word => "word",
            Self::Words => "words",
        }
    }

    /// The reason, in one line.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::File => "a file whose name has words and versions only",
            Self::Known => "a known name",
            Self::Locale => "the code of a language and a region",
            Self::Version => "a version of an API",
            Self::Word => "a word",
            Self::Words => "words, four at most or in a dotted name",
        }
    }
}
