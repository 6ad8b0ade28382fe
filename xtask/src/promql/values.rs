//! Which values a label can have, where that is a closed list.

use bartizan::{
    catalog::{self, Label, Metric},
    conn, label, rpc, sse,
};

/// The values of a metric's label; `None` where the service or its users choose them.
pub(super) fn of(metric: &Metric, label: &Label) -> Option<Vec<String>> {
    let is = |other: &Label| label == other;
    let on = |other: &Metric| metric.name == other.name;
    let mut values = if is(&catalog::ERROR_TYPE) && on(&catalog::SSE_WRITE_ERRORS) {
        words(conn::IoErrorType::ALL, |error| error.as_str())
    } else if is(&catalog::ERROR_TYPE) {
        let statuses = (500..600).map(|status| status.to_string());
        statuses.chain(faulty_ends()).collect()
    } else if is(&catalog::STATUS) {
        (100..600).map(|status| status.to_string()).collect()
    } else if is(&catalog::CLOSE_REASON) {
        words(close_reasons(), |end| end.as_str())
    } else if is(&catalog::CONNECTION_CLOSE_REASON) {
        words(conn::CloseReason::ALL, |reason| reason.as_str())
    } else if is(&catalog::CONNECTION_ERROR_TYPE) {
        words(conn::IoErrorType::ALL, |error| error.as_str())
    } else if is(&catalog::CAUSE) {
        words(sse::Cause::ALL, |cause| cause.as_str())
    } else if is(&catalog::REASON) {
        let mut reasons = words(
            close_reasons().filter(|end| end.fault() == Some(label::Fault::Server)),
            |end| end.as_str(),
        );
        reasons.push("serialization_error".to_owned());
        reasons
    } else if is(&catalog::RPC_STATUS) {
        words(rpc::RpcStatus::ALL, |status| status.name())
    } else if is(&catalog::RPC_ERROR_TYPE) {
        let statuses = rpc::RpcStatus::ALL.into_iter();
        let errors = statuses.filter(|status| status.is_server_error());
        let mut values = words(errors, |status| status.name());
        values.extend(faulty_ends().filter(|end| end != label::End::Incomplete.as_str()));
        values
    } else {
        listed(label.bound)?
    };
    if may_be_absent(label) {
        values.push(String::new());
    }
    Some(values)
}

/// The ends of a stream: those that there are once its head was sent.
pub(crate) fn close_reasons() -> impl Iterator<Item = &'static label::End> {
    let before_the_head = [
        label::End::CancelledBeforeResponse,
        label::End::ServiceError,
    ];
    let ends = label::End::ALL.iter();
    ends.filter(move |end| !before_the_head.contains(end))
}

fn faulty_ends() -> impl Iterator<Item = String> {
    let ends = label::End::ALL.iter().filter(|end| end.fault().is_some());
    ends.map(|end| end.as_str().to_owned())
}

fn may_be_absent(label: &Label) -> bool {
    let absent = [
        &catalog::ERROR_TYPE,
        &catalog::STATUS,
        &catalog::RPC_ERROR_TYPE,
        &catalog::GEN_AI_MODEL,
        &catalog::GEN_AI_PROVIDER,
    ];
    label.opt_in || absent.contains(&label)
}

/// The values, where a bound is nothing but a list of them: `` `success`, `error` (a word about it) ``.
fn listed(bound: &str) -> Option<Vec<String>> {
    bound
        .split(", ")
        .map(|word| {
            let word = word.split_once(" (").map_or(word, |(word, _)| word);
            let value = word.strip_prefix('`')?.strip_suffix('`')?;
            (!value.is_empty() && !value.contains('`')).then(|| value.to_owned())
        })
        .collect()
}

fn words<T>(values: impl IntoIterator<Item = T>, word: impl Fn(&T) -> &'static str) -> Vec<String> {
    values
        .into_iter()
        .map(|value| word(&value).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_a_list_is_closed() {
        assert_eq!(listed("`a`, `b`"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(listed("`a` (one)"), Some(vec!["a".into()]));
        for open in ["10 methods and `_OTHER`", "`a`, then `b`", "", "``"] {
            assert_eq!(listed(open), None, "{open}");
        }
    }

    #[test]
    fn what_is_closed_is_known_to_be_so() {
        for label in [
            catalog::CAUSE,
            catalog::CLOSE_REASON,
            catalog::OUTCOME,
            catalog::RATING,
            catalog::REASON,
            catalog::RPC_STATUS,
            catalog::SCAN,
            catalog::SIGNAL,
            catalog::VITAL,
            catalog::VITAL_REASON,
        ] {
            let metric = &catalog::SSE_STREAMS_ACTIVE;
            assert!(of(metric, &label).is_some(), "{label:?}");
        }
        for label in [catalog::ROUTE, catalog::TASK, catalog::TASK_ERROR_TYPE] {
            assert_eq!(of(&catalog::TASK_ERRORS, &label), None, "{label:?}");
        }
    }

    #[test]
    fn the_faults_of_calls_are_those_that_the_catalogue_counts() {
        let values =
            of(&catalog::RPC_SERVER_CALL_DURATION, &catalog::RPC_ERROR_TYPE).expect("closed");
        // 6 statuses, `_OTHER`, 12 kinds of end, and none.
        assert_eq!(values.len(), 6 + 1 + 12 + 1, "{values:?}");
    }
}
