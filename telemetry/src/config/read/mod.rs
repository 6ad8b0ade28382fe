//! From a text to a configuration: structure, then variables, then types.
//!
//! The text becomes a tree first, within limits. Variables are put into the tree's scalars, so that what they hold is
//! never structure. Types come last; what they refuse is cut out of the tree, and they are asked again, so that one
//! reading tells all faults. Where a fault is in the text is looked up once there is one: [`place`] goes there again.

mod fault;
mod near;
mod node;
mod parse;
mod path;
mod place;
mod shown;
mod source;
mod substitution;

pub(super) use self::{near::near, place::place, shown::shown_path};

use serde::Deserialize;

use self::{fault::Refusal, node::Node, source::Source};
use super::{Config, ConfigFault};

/// How many faults are told at most.
const MOST_FAULTS: usize = 20;

/// Reads a configuration; `lookup` has the variables that its values name.
///
/// # Errors
///
/// What is wrong, in the order of the text.
pub(super) fn read(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<ConfigFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut node = Node::parse(text).map_err(|fault| vec![fault])?;
    let mut refused = node.duplicates();
    node.without_duplicates();
    refused.extend(node.substitute(lookup));
    let mut faults = Vec::new();
    for refusal in refused.iter().take(MOST_FAULTS) {
        faults.push(refusal.fault(text, &node));
    }
    for refusal in refused.iter().filter(|refusal| !refusal.is_twice()) {
        node.cut(&refusal.path);
    }
    while faults.len() < MOST_FAULTS {
        let refusal: Refusal = match Config::deserialize(Source::new(&node)) {
            Ok(config) if faults.is_empty() => return Ok(config),
            Ok(_) => break,
            Err(refusal) => refusal,
        };
        faults.push(refusal.fault(text, &node));
        if !node.cut(&refusal.path) {
            break;
        }
    }
    faults.sort_by_key(|fault| (fault.line(), fault.column()));
    Err(faults)
}
