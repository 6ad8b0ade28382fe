//! A line that is a JSON object.

use super::{PATH_KEYS, Request, STATUS_KEYS, is_target, of_request_line, status};
use serde_json::{Map, Value};
use std::borrow::Cow;

pub(super) fn read(line: &str) -> Option<Request<'static>> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    // Some servers log the request as an object of its own.
    let inner = object.get("request").and_then(Value::as_object);
    let objects = || [Some(&object), inner].into_iter().flatten();
    let target = objects().find_map(target_of)?;
    Some(Request {
        target: Cow::Owned(target.to_owned()),
        status: objects().find_map(status_of),
    })
}

fn target_of(object: &Map<String, Value>) -> Option<&str> {
    PATH_KEYS.into_iter().find_map(|key| {
        let text = value(object, key)?.as_str()?;
        if is_target(text) {
            Some(text)
        } else {
            of_request_line(text)
        }
    })
}

fn status_of(object: &Map<String, Value>) -> Option<u16> {
    STATUS_KEYS
        .into_iter()
        .find_map(|key| match value(object, key)? {
            Value::Number(number) => status(&number.to_string()),
            Value::String(text) => status(text),
            _ => None,
        })
}

/// What is under a key, or under its parts one within the other.
fn value<'j>(object: &'j Map<String, Value>, key: &str) -> Option<&'j Value> {
    object.get(key).or_else(|| {
        let (outer, inner) = key.split_once('.')?;
        value(object.get(outer)?.as_object()?, inner)
    })
}
