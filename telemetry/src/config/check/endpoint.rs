//! Where exporters send to.

use http::{Uri, uri::Scheme};

/// Whether this is where an exporter can send to, that speaks gRPC: the path is the call's.
///
/// # Errors
///
/// As [`endpoint`].
pub(in crate::config) fn grpc_endpoint(given: &str) -> Result<(), String> {
    endpoint(given)?;
    match given.parse::<Uri>() {
        Ok(uri) if uri.path() != "/" || uri.query().is_some() => Err(
            "its path is refused: gRPC has its own; a URI such as http://collector:4317 is accepted, or with a path \
             by HTTP"
                .into(),
        ),
        _ => Ok(()),
    }
}

/// Whether this is where an exporter can send to.
///
/// # Errors
///
/// What is accepted. What was given is not told if it may have a password in it.
pub(in crate::config) fn endpoint(given: &str) -> Result<(), String> {
    // What follows may be a key.
    let shown = given.split(['?', '#']).next().unwrap_or_default();
    let refused = |why: &str| {
        Err(format!(
            "{shown:?} is refused: {why}; a URI such as https://collector:4318 is accepted"
        ))
    };
    if given.contains('@') {
        return Err(
            "user and password in it are not sent; write them as a header `authorization`".into(),
        );
    }
    let Ok(uri) = given.parse::<Uri>() else {
        return refused("it is no URI");
    };
    if !uri
        .scheme()
        .is_some_and(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS)
    {
        return refused("it does not begin with http:// or https://");
    }
    match uri.authority() {
        Some(authority) if !authority.host().is_empty() => {
            // What follows the host is a port, or nothing.
            let port = authority.as_str().strip_prefix(authority.host());
            match port.and_then(|port| port.strip_prefix(':')) {
                Some(port) if port.parse::<u16>().is_err() => refused("its port is none"),
                _ => Ok(()),
            }
        }
        _ => refused("it has no host"),
    }
}
