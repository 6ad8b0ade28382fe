//! What exporters send besides.

use http::{HeaderName, HeaderValue};

/// Whether this can be a header of a request.
///
/// # Errors
///
/// What is accepted; what was given is not told, for it may be secret.
pub(in crate::config) fn header(name: &str, value: &str) -> Result<(), &'static str> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(
            "this is no name of a header: letters, digits and !#$%&'*+-.^_`|~ are accepted",
        );
    }
    // gRPC has no others, though HTTP would.
    match HeaderValue::from_str(value) {
        Ok(_) if value.is_ascii() => Ok(()),
        _ => Err("the value is refused: visible ASCII, spaces and tabs are accepted"),
    }
}
