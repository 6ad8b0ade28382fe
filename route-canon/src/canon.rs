//! Makes a label of any path, with no route known in advance.
//!
//! A gateway, a proxy, a log: they see paths and no router. What tells a route from an id in it is the look of
//! each segment. A [`Canonicalizer`] keeps the words and writes the name of its class for everything else:
//!
//! ```
//! use route_canon::Canonicalizer;
//!
//! let canon = Canonicalizer::default();
//! assert_eq!(
//!     canon.canonicalize("/users/42/orders/0190163d-8694-739b-aea5-966c26f8ad91?page=2"),
//!     "~/users/{int}/orders/{uuid}",
//! );
//! ```
//!
//! The mark `~` in front tells that the label is a guess: no [`Template`](crate::Template) begins with it.
//!
//! # The path
//! In this order:
//!
//! 1. The mark, if the path has it, is taken off. Of `scheme://authority/path`, the path stays.
//! 2. The query and the fragment are dropped. What then does not begin with `/` is [`label::UNMATCHED`],
//!    except that [`label::OVERFLOW`] stays.
//! 3. Empty segments and `.` are dropped, `..` takes away the segment before it, also where they are spelled
//!    `%2e`. Of each segment, what follows a `;` is dropped.
//! 4. Each segment is kept, or becomes a placeholder. The user's [`rules`](crate::rules) come first.
//! 5. What is beyond [`depth`](CanonicalizerBuilder::depth), or would make the label longer than
//!    [`MAX_LENGTH`](Canonicalizer::MAX_LENGTH), becomes one `{*rest}`.
//!
//! A label has no more segments than its path, and gives itself out: `canon(canon(path)) == canon(path)`.
//!
//! # A segment
//! The first that fits, from top to bottom:
//!
//! | class | what | example |
//! |---|---|---|
//! | own | a placeholder that this crate writes | `{uuid}`, `{file}.js` |
//! | `{text}` | an escape of anything but a letter, a digit, `-`, `.`, `_`, `~`; a byte outside ASCII | `caf%C3%A9` |
//! | kept | a known name with a digit, an API version, a locale, up to two letters with a digit | `oauth2`, `v1beta1`, `es-419`, `r4` |
//! | `{int}` | up to 19 digits; with more, `{id}` | `42`, `-1` |
//! | `{decimal}`, `{list}` | a decimal; numbers with commas between | `1.5`; `52.52,13.40` |
//! | `{uuid}` | also in braces, after `urn:uuid:`, and without dashes where version and variant show | `0190163d-8694-739b-aea5-966c26f8ad91` |
//! | `{ulid}`, `{ksuid}`, `{objectid}` | 26, 27, 24 characters of their alphabets | `01ARZ3NDEKTSV4RRFFQ69G5FAV` |
//! | `{hash}`, `{hex}` | as long as a digest, or after its name; other hex from 7 digits on | `sha256:9f86...`, `3f2a1b9` |
//! | `{date}`, `{time}` | ISO 8601 and its neighbours, RFC 3339 | `2024-01-31`, `20240131T235959Z` |
//! | `{email}`, `{ip}` | an address; with a port or a prefix, too | `a%40b.org`, `[::1]` |
//! | `{jwt}` | three parts of base64url, of which the first is a JSON object | `eyJhbGciOi...` |
//! | kept, `{file}.ext` | a file whose name has words and versions of two numbers only, or more | `app.min.js`, `main-DiwrgTda.js` |
//! | `{nanoid}`, `{token}` | random base64url of 21, of 22 or more characters, without a word in front | `V1StGXR8_Z5jdHi6B-myT` |
//! | `{id}` | what has a number beside words, or is unlike words; names after `@` and `~` | `order-77`, `dQw4w9WgXcQ`, `@alice` |
//! | `{slug}` | five words or more, separated | `how-to-cook-rice-well` |
//! | kept | a language with a script or a country, of the codes of ISO 639-1, ISO 15924 and ISO 3166 | `en-US`, `zh-Hans-CN` |
//! | kept | words, of up to 40 bytes, or 80 with dots | `web-vitals`, `createdAt`, `documents:batchGet` |
//! | `{text}` | all else | `it's`, `year=2024` |
//!
//! The escapes of `@`, `:`, `+`, `/`, a space, braces and brackets count for `{email}`, `{ip}`, `{date}`, `{time}`,
//! `{uuid}` and names after `@`.
//!
//! # Policies
//! Where a text can be read in two ways, the choice is the one that bounds the labels:
//!
//! - Ten digits are an `{int}`, not a time: such a number is more often an id.
//! - Eight digits that are a day from 1900 to 2100 are a `{date}`: they are one more often than not.
//! - A dated API version is a `{date}`: it cannot be told from a day.
//! - `page2` is kept, `page22` and `page-2` are not: one digit bounds the labels to ten for each word.
//! - A version without `v`, such as `1.2.3`, is an `{id}`, except in the name of a file beside words: the packages of
//!   a registry have thousands. There it has two numbers: with more of them, the file is `{file}.ext`.
//! - A version with `v` has up to three digits or is a year, and with dots up to four digits in all.
//! - Letters that are kept because there are few of them (one, two, or up to four capitals) are an `{id}` where several are
//!   joined without a word: `EUR-USD`, `QKKG-HXQQ`. Two of a short list stay: `to-do`.
//! - A name with more than six parts between dots is kept only in a namespace, such as `com` or `google`; and its last
//!   part, if it is as short as an extension, is a word or a top-level domain.
//! - Words joined by `,`, `+`, `!`, `$` or `~`, or by several colons, are a `{text}`: each choice of words would be a label.
//! - Up to four words are kept: a route has few, the title of an article has many.
//! - What follows `@` is an `{id}`, as someone chose it. `@me` and a few more are kept.
//! - What follows a prefix is an `{id}` and no `{token}`: the ids of one kind have several lengths.
//! - Hex in both cases is none: no program writes it.
//!
//! # Words
//! A run of letters is a word if its pairs of letters are likelier in the words of `data/words.txt` than in random
//! text; short runs have to be less so, for abbreviations are short. Runs of one or two letters, and of up to four
//! capitals, are words always. Of words of APIs and sites that are not in the list, less than 1 % are taken for ids;
//! of ids, less than 1 % for words, both measured on `testdata/heldout`. Lower-case random text without a digit is the
//! hardest: of 10 letters, 2 % pass, and of 6, a quarter.
//!
//! # Cost
//! One pass over a segment tells its letters, digits and separators, and adds up its pairs; a second one is made
//! only where parts have to be looked at. The work is linear in the path, and ends early beyond the depth. A segment
//! that is one word of five letters takes 240 instructions, a UUID 1,300, and the mean over a mix of paths is 510
//! (x86-64, release build, counted by callgrind).
//!
//! [`label::OVERFLOW`]: crate::label::OVERFLOW
//! [`label::UNMATCHED`]: crate::label::UNMATCHED

mod address;
mod builder;
mod class;
mod date;
mod decision;
mod escape;
mod explanation;
mod file;
mod hex;
mod judge;
mod known;
mod locale;
mod name;
mod number;
mod output;
mod pairs;
mod shape;
mod spelling;
mod walk;
mod words;

#[cfg(test)]
mod tests;

pub use self::{
    builder::CanonicalizerBuilder,
    class::Class,
    decision::{Decision, Keep},
    explanation::{Explained, Explanation},
    spelling::{Placeholders, Spelling},
};

use self::{output::Output, walk::Walk};
use crate::Rules;
use std::{borrow::Cow, mem};

/// Makes a bounded label of any path; see the [module docs](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonicalizer {
    placeholders: Placeholders,
    spelling: Spelling,
    marked: bool,
    depth: usize,
    rules: Rules,
}

// === impl Canonicalizer ===

impl Canonicalizer {
    /// The most bytes of a label.
    pub const MAX_LENGTH: usize = 256;

    /// The most segments of a label by default.
    pub const DEFAULT_DEPTH: usize = 10;

    /// The highest [`depth`](CanonicalizerBuilder::depth).
    pub const MAX_DEPTH: usize = 32;

    /// Begins with the default of every setting.
    pub fn builder() -> CanonicalizerBuilder {
        CanonicalizerBuilder::default()
    }

    /// The label of a path.
    ///
    /// It is borrowed if it equals the path, and else allocated once. It has at most
    /// [`MAX_LENGTH`](Self::MAX_LENGTH) bytes of ASCII, and no control character, white space, quote or
    /// backslash. It never panics, whatever the path.
    #[must_use]
    pub fn canonicalize<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let mut output = Output::borrowing(path);
        Walk::new(self, &mut output).run(path, None);
        output.into_label()
    }

    /// Appends the label of a path to `out`.
    ///
    /// It allocates only if `out` has no room for it.
    pub fn write(&self, path: &str, out: &mut String) {
        let mut output = Output::appending(path, mem::take(out));
        Walk::new(self, &mut output).run(path, None);
        *out = output.into_buffer();
    }

    /// The label of a path, and why each of its segments is kept or not.
    ///
    /// For people: it allocates for each segment.
    #[must_use]
    pub fn explain<'p>(&self, path: &'p str) -> Explanation<'p> {
        let mut segments = Vec::new();
        let mut output = Output::borrowing(path);
        Walk::new(self, &mut output).run(path, Some(&mut segments));
        Explanation {
            label: output.into_label(),
            segments,
        }
    }
}

// === impl Default ===

impl Default for Canonicalizer {
    fn default() -> Self {
        Self::builder().build()
    }
}
