//! What a segment can be, other than words.

use std::fmt;

/// Declares the classes with their names, so that a name is written once.
macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident = $name:literal: $reason:literal,)*) => {
        /// What a segment is, where it is not kept. The [module docs](super) show each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Class {
            $($(#[$doc])* $class,)*
        }

        impl Class {
            /// Every class, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$class,)*];

            /// The name that stands in a placeholder, such as `int`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$class => $name,)*
                }
            }

            pub(super) const fn reason(self) -> &'static str {
                match self {
                    $(Self::$class => $reason,)*
                }
            }

            /// As a segment, with its slash.
            pub(super) const fn in_braces(self) -> &'static str {
                match self {
                    $(Self::$class => concat!("/{", $name, "}"),)*
                }
            }

            /// As a segment, with its slash.
            pub(super) const fn after_colon(self) -> &'static str {
                match self {
                    $(Self::$class => concat!("/:", $name),)*
                }
            }
        }
    };
}

classes! {
    /// A day, a month or a week: `2024-01-31`, `20240131`, `2024-W05`.
    Date = "date": "a day, a month or a week of a calendar",
    /// A decimal: `1.5`.
    Decimal = "decimal": "a decimal number",
    /// An address of mail: `someone@example.org`.
    Email = "email": "an e-mail address",
    /// The name of a file with more in it than words: written with its extension, as in `{file}.js`.
    File = "file": "the name of a file that has more than words and versions",
    /// A digest, by its length or its prefix: `sha256:9f86...`.
    Hash = "hash": "as long as a digest in hex, or after the name of one",
    /// Other hex, from 7 digits on: `3f2a1b9`.
    Hex = "hex": "digits and letters of hex",
    /// Any other id: `dQw4w9WgXcQ`, `order-77`.
    Id = "id": "unlike words, or a number beside words",
    /// A whole number of up to 19 digits: `42`.
    Int = "int": "a whole number",
    /// An IPv4 or IPv6 address: `192.0.2.1`, `2001:db8::1`.
    Ip = "ip": "an IP address",
    /// A JSON web token.
    Jwt = "jwt": "three parts of base64url, as in a JSON web token",
    /// Numbers between commas: `1,2,3`, `52.52,13.40`.
    List = "list": "numbers between commas",
    /// 27 characters of base62 that begin with a time.
    Ksuid = "ksuid": "27 characters of base62, as in a KSUID",
    /// 21 random characters of base64url.
    Nanoid = "nanoid": "21 random characters of base64url",
    /// 24 digits of hex, as MongoDB has them.
    Objectid = "objectid": "24 digits of hex, as in an ObjectId",
    /// Five or more words with separators: `how-to-cook-rice-well`.
    Slug = "slug": "five words or more, as in a title",
    /// Text with characters that no route has, or a long one.
    Text = "text": "characters that are not shown, or more than 40 bytes",
    /// A time, or a day and a time: `2024-01-31T12:00:00Z`.
    Time = "time": "a time of day, or a day and a time",
    /// 22 or more random characters of base64.
    Token = "token": "22 or more random characters of base64",
    /// 26 characters of Crockford's base32, as in a ULID.
    Ulid = "ulid": "26 characters of base32, as in a ULID",
    /// A UUID in any of its spellings.
    Uuid = "uuid": "a UUID",
}

// === impl Class ===

impl Class {
    /// The class of a name, for placeholders that are read back.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.name() == name)
    }
}

// === impl Display ===

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
