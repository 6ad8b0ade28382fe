//! The scanner, held to a corpus, to the standard's text, and to a published parser.

mod check;
mod corpus;
mod large;
mod oracle;
mod properties;
mod random;
mod reference;
mod seen;
