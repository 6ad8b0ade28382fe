//! What is wrong with an expression.

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// It is no PromQL.
    #[error("it does not parse: {0}")]
    Syntax(String),
    /// A variable stands where nothing is known to put.
    #[error(
        "`${0}` is outside of a string: there, only `$__rate_interval`, `$__interval`, `$__range` and their `_s` and \
         `_ms` are known"
    )]
    Variable(String),
    /// A selector without a name.
    #[error("`{0}`: a selector names its metric")]
    Nameless(String),
    /// A metric that nobody emits.
    #[error(
        "`{0}` is no metric of the catalogue, no recording rule, and none of the few others{like}",
        like = like(.1.as_deref())
    )]
    Metric(String, Option<String>),
    /// The name of a histogram, or a part that the metric does not have.
    #[error("`{name}` is a {kind}: {accepted}")]
    Part {
        name: String,
        kind: &'static str,
        accepted: String,
    },
    /// A label that is not there.
    #[error("`{label}` is no label of {what}, which has {has}")]
    Label {
        label: String,
        what: String,
        has: String,
    },
    /// A value that a label never has.
    #[error("`{label}` of `{metric}` is never {value:?}; it is one of {accepted}")]
    Value {
        metric: String,
        label: String,
        value: String,
        accepted: String,
    },
    /// A function that is for what only rises.
    #[error("`{function}` is of what only rises, and `{metric}` is a gauge")]
    Gauge { function: String, metric: String },
    /// Series that have no bucket's edge.
    #[error("`histogram_quantile` is of buckets, and `le` is no label of its operand any more")]
    Edgeless,
    /// Two operands that never match.
    #[error(
        "nothing matches in `{operator}`: the labels are {left} on the left, and {right} on the right"
    )]
    Mismatch {
        operator: String,
        left: String,
        right: String,
    },
}

fn like(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; is `{name}` meant?"))
}
