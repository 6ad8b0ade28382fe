//! Attributes as JSON.

use opentelemetry::{Array, KeyValue, Value};
use serde_json::{Map, Number};

/// The attributes, as an object; of two with one key the later one.
pub(crate) fn object<'a>(
    attributes: impl IntoIterator<Item = &'a KeyValue>,
) -> Map<String, serde_json::Value> {
    let member = |pair: &KeyValue| (pair.key.to_string(), value(&pair.value));
    attributes.into_iter().map(member).collect()
}

pub(crate) fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::F64(value) => float(*value),
        Value::String(value) => value.as_str().into(),
        Value::Array(Array::Bool(values)) => values.as_slice().into(),
        Value::Array(Array::I64(values)) => values.as_slice().into(),
        Value::Array(Array::F64(values)) => values.iter().copied().map(float).collect(),
        Value::Array(Array::String(values)) => values.iter().map(|value| value.as_str()).collect(),
        // Kinds to come.
        other => other.to_string().into(),
    }
}

/// JSON has no number for what is not finite.
fn float(value: f64) -> serde_json::Value {
    match Number::from_f64(value) {
        Some(number) => number.into(),
        None => value.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::StringValue;

    use super::*;

    #[test]
    fn each_kind_of_attribute_is_what_json_has_for_it() {
        let strings = Array::String(vec![StringValue::from("a"), StringValue::from("\"b\"")]);
        let attributes = [
            KeyValue::new("bool", true),
            KeyValue::new("int", -7),
            KeyValue::new("float", 1.5),
            KeyValue::new("nan", f64::NAN),
            KeyValue::new("text", "line\nline"),
            KeyValue::new("bools", Value::Array(Array::Bool(vec![true, false]))),
            KeyValue::new("ints", Value::Array(Array::I64(vec![1, 2]))),
            KeyValue::new("floats", Value::Array(Array::F64(vec![0.5, f64::INFINITY]))),
            KeyValue::new("texts", Value::Array(strings)),
            KeyValue::new("int", 8),
        ];
        let expected = serde_json::json!({
            "bool": true, "int": 8, "float": 1.5, "nan": "NaN", "text": "line\nline",
            "bools": [true, false], "ints": [1, 2], "floats": [0.5, "inf"], "texts": ["a", "\"b\""],
        });
        assert_eq!(serde_json::Value::Object(object(&attributes)), expected);
    }
}
