//! What a report may have, what is read of it, and what becomes of it: the one table.

/// A field of a report.
///
/// The parser reads by these rows and knows no others, and the privacy table of the docs is made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What is done with its value.
    pub handling: Handling,
    /// What is accepted as its value.
    pub accepted: &'static str,
    /// What is kept of it.
    pub kept: &'static str,
    /// What a sender is told of it: that it is missing, there twice, not accepted. Made at compile time, so that a flood of
    /// such reports allocates no texts.
    pub(super) faults: [&'static str; 3],
}

/// What is done with the value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handling {
    /// The name of the vital. Needed.
    Name,
    /// The measured value. Needed.
    Value,
    /// What tells the reports of one measurement. Needed.
    Id,
    /// The path of the page.
    Page,
    /// The address of the page, of which the path counts where there is no page.
    Address,
    /// How the browser came to the page.
    Navigation,
    /// The browser's own rating.
    Rating,
    /// It is read as JSON, and let go of.
    Dropped,
}

/// A row, with the texts of its faults.
macro_rules! field {
    ($name:literal, $handling:expr, $accepted:literal, $kept:literal) => {
        Field {
            name: $name,
            handling: $handling,
            accepted: $accepted,
            kept: $kept,
            faults: [
                concat!($name, ": it is missing\n"),
                concat!($name, ": it is there twice\n"),
                concat!($name, ": expected ", $accepted, "\n"),
            ],
        }
    };
}

/// A row of a field that is dropped.
macro_rules! dropped {
    ($name:literal) => {
        field!(
            $name,
            Handling::Dropped,
            "any JSON that is no deeper than 100",
            "nothing"
        )
    };
}

/// Every field that a report may have; one that is not here is refused.
///
/// They are those of the packages web-vitals 5 and 6 and of Next.js, and `page`, which the module adds.
pub const FIELDS: &[Field] = &[
    field!(
        "name",
        Handling::Name,
        "CLS, FCP, INP, LCP or TTFB; also FID and those of Next.js",
        "the label `name`, one of five; of FID and those of Next.js, nothing"
    ),
    field!(
        "value",
        Handling::Value,
        "a number: milliseconds from 0 to 600000, of CLS a score from 0 to 100",
        "a sample of a histogram, and the label `rating`, one of three"
    ),
    field!(
        "id",
        Handling::Id,
        "a string of 1 to 128 bytes",
        "44 bits of a keyed hash, in memory, until newer ones push it out"
    ),
    field!(
        "page",
        Handling::Page,
        "a path, which begins with a slash",
        "the label `page`: a template of the server's, or a guess without ids, both bounded"
    ),
    field!(
        "navigationType",
        Handling::Navigation,
        "navigate, reload, back-forward, back-forward-cache, prerender, restore or soft-navigation",
        "on request the label `navigation_type`, one of seven; else nothing"
    ),
    field!(
        "navigationURL",
        Handling::Address,
        "a string",
        "where there is no `page`, its path stands for it; else nothing"
    ),
    field!(
        "rating",
        Handling::Rating,
        "good, needs-improvement or poor",
        "nothing: it is computed anew from the value"
    ),
    dropped!("delta"),
    dropped!("entries"),
    dropped!("attribution"),
    dropped!("navigationId"),
    dropped!("navigationInteractionId"),
    dropped!("navigationStartTime"),
    dropped!("label"),
    dropped!("startTime"),
];

// What was seen of a report is a bit of a word for each field.
const _: () = assert!(FIELDS.len() <= u32::BITS as usize);

// === impl Field ===

impl Field {
    /// Whether a report is refused without it.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        matches!(
            self.handling,
            Handling::Name | Handling::Value | Handling::Id
        )
    }

    /// The row of a name.
    pub(super) fn find(name: &str) -> Option<usize> {
        FIELDS.iter().position(|field| field.name == name)
    }

    /// The place of what is handled so; the first, where there are several.
    pub(super) const fn place(handling: Handling) -> usize {
        let mut place = 0;
        while FIELDS[place].handling as u8 != handling as u8 {
            place += 1;
        }
        place
    }
}
