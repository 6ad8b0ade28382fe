//! What a receiver says once it took a request.

use opentelemetry_proto::tonic::collector::{
    metrics::v1::ExportMetricsServiceResponse, trace::v1::ExportTraceServiceResponse,
};
use prost::Message;

use crate::export::failure::{Failure, Said};

/// What a receiver says once it took a request: of spans, and of metrics, on the wire it is alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) rejected: u64,
    pub(crate) said: Said,
}

// === impl Answer ===

impl Answer {
    /// Reads an answer. In JSON it is understood, too: some receivers give it whatever they are asked.
    pub(crate) fn read(answer: &[u8]) -> Result<Self, Failure> {
        if let Some(answer) = Self::json(answer) {
            return Ok(answer);
        }
        let answer = ExportTraceServiceResponse::decode(answer)
            .map_err(|error| Failure::Garbage(error.to_string()))?;
        let partial = answer.partial_success.unwrap_or_default();
        Ok(Self::new(partial.rejected_spans, &partial.error_message))
    }

    fn json(answer: &[u8]) -> Option<Self> {
        let answer: serde_json::Value = serde_json::from_slice(answer).ok()?;
        let partial = answer.as_object()?.get("partialSuccess");
        let field = |name| partial.and_then(|partial| partial.get(name));
        let rejected = field("rejectedSpans").or_else(|| field("rejectedDataPoints"));
        // 64 bits are a string there.
        let rejected = rejected.and_then(|number| match number.as_str() {
            Some(text) => text.parse().ok(),
            None => number.as_i64(),
        });
        let said = field("errorMessage").and_then(serde_json::Value::as_str);
        Some(Self::new(
            rejected.unwrap_or_default(),
            said.unwrap_or_default(),
        ))
    }

    fn new(rejected: i64, said: &str) -> Self {
        Self {
            rejected: rejected.try_into().unwrap_or_default(),
            said: Said::new(said),
        }
    }
}

/// Both answers have the same fields under the same numbers, so that one is read as the other.
const _: fn(ExportMetricsServiceResponse) = |ExportMetricsServiceResponse { partial_success }| {
    drop(partial_success.map(|partial| (partial.rejected_data_points, partial.error_message)));
};

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::{
        metrics::v1::ExportMetricsPartialSuccess, trace::v1::ExportTracePartialSuccess,
    };

    use super::*;

    fn answer(rejected: u64, said: &str) -> Answer {
        Answer {
            rejected,
            said: Said::new(said),
        }
    }

    #[test]
    fn what_was_rejected_is_read_of_spans_and_of_metrics() {
        let spans = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans: 3,
                error_message: "too old".into(),
            }),
        };
        let metrics = ExportMetricsServiceResponse {
            partial_success: Some(ExportMetricsPartialSuccess {
                rejected_data_points: 3,
                error_message: "too old".into(),
            }),
        };
        for bytes in [spans.encode_to_vec(), metrics.encode_to_vec()] {
            let read = Answer::read(&bytes).expect("an answer");
            assert_eq!(read, answer(3, "too old"));
        }
        let nothing = Answer::read(b"").expect("an answer");
        assert_eq!(nothing, answer(0, ""));
    }

    #[test]
    fn json_is_understood_and_garbage_is_not() {
        let json = |text: &str| Answer::read(text.as_bytes()).expect("an answer");
        assert_eq!(json("{}"), answer(0, ""));
        let partial = r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#;
        assert_eq!(json(partial), answer(2, "no"));
        let partial = r#"{"partialSuccess":{"rejectedDataPoints":4}}"#;
        assert_eq!(json(partial), answer(4, ""));
        let negative = r#"{"partialSuccess":{"rejectedSpans":-1}}"#;
        assert_eq!(json(negative), answer(0, ""));
        for garbage in ["<html>", "OK", "[]", "\u{0}"] {
            let read = Answer::read(garbage.as_bytes());
            assert!(
                matches!(read, Err(Failure::Garbage(_))),
                "{garbage:?}: {read:?}"
            );
        }
    }
}
