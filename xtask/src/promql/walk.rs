//! Goes through an expression.

use std::collections::BTreeSet;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{
        AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, SubqueryExpr, VectorMatchCardinality,
        VectorSelector,
        token::{T_EQL_REGEX, T_LOR},
    },
};

use super::{
    Fault, Known, known,
    shape::{Shape, list},
    values, variables,
};

/// What was found so far.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    known: &'a Known,
    pub(super) metrics: BTreeSet<&'static str>,
    pub(super) faults: Vec<Fault>,
}

/// No labels.
const NONE: [&str; 0] = [];

// === impl Walk ===

impl<'a> Walk<'a> {
    pub(super) fn new(known: &'a Known) -> Self {
        Self {
            known,
            metrics: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn shape(&mut self, expression: &Expr) -> Shape {
        match expression {
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Call(call) => self.call(call),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Shape::scalar(),
            Expr::Paren(paren) => self.shape(&paren.expr),
            Expr::Subquery(SubqueryExpr { expr, .. }) => self.shape(expr),
            Expr::Unary(unary) => self.shape(&unary.expr).computed(),
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::Extension(_) => {
                self.faults
                    .push(Fault::Syntax("an extension of the parser".to_owned()));
                Shape::default()
            }
        }
    }

    fn selector(&mut self, selector: &VectorSelector) -> Shape {
        let Some(name) = &selector.name else {
            self.faults.push(Fault::Nameless(selector.to_string()));
            return Shape {
                open: true,
                ..Shape::default()
            };
        };
        let (shape, metrics) = match self.known.find(name) {
            Ok(found) => found,
            Err(fault) => {
                self.faults.push(fault);
                // One fault is enough.
                return Shape {
                    open: true,
                    rises: true,
                    ..Shape::default()
                };
            }
        };
        self.metrics.extend(metrics);
        let matchers = &selector.matchers;
        for matcher in matchers
            .matchers
            .iter()
            .chain(matchers.or_matchers.iter().flatten())
        {
            self.label(&shape, &matcher.name);
            self.value(name, matcher);
        }
        shape
    }

    fn label(&mut self, shape: &Shape, label: &str) {
        if !shape.has(label) {
            self.faults.push(Fault::Label {
                label: label.to_owned(),
                what: shape.name(),
                has: shape.list(),
            });
        }
    }

    /// A matcher of a closed label is of a value that it has.
    fn value(&mut self, name: &str, matcher: &Matcher) {
        let Some((metric, _)) = known::metric(name) else {
            return;
        };
        let label = metric
            .labels
            .iter()
            .find(|label| label.name == matcher.name);
        let Some(values) = label.and_then(|label| values::of(metric, label)) else {
            return;
        };
        let wanted = match matcher.op {
            MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.as_str()],
            MatchOp::Re(_) | MatchOp::NotRe(_) => alternatives(&matcher.value),
        };
        let is_pattern = matches!(matcher.op, MatchOp::Re(_) | MatchOp::NotRe(_));
        for value in wanted {
            let possible = value.contains(variables::ANY)
                || if is_pattern {
                    let pattern =
                        Matcher::new_matcher(T_EQL_REGEX, matcher.name.clone(), value.to_owned());
                    pattern.is_ok_and(|pattern| values.iter().any(|value| pattern.is_match(value)))
                } else {
                    values.iter().any(|known| known == value)
                };
            if !possible {
                self.faults.push(Fault::Value {
                    metric: name.to_owned(),
                    label: matcher.name.clone(),
                    value: value.to_owned(),
                    accepted: shown(&values),
                });
            }
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr) -> Shape {
        let inner = self.shape(&aggregate.expr);
        if let Some(parameter) = &aggregate.param {
            self.shape(parameter);
        }
        let modifier = aggregate.modifier.as_ref();
        for label in modifier
            .iter()
            .flat_map(|modifier| &modifier.labels().labels)
        {
            self.label(&inner, label);
        }
        // These keep the series that they choose.
        let chooses = ["topk", "bottomk", "limitk", "limit_ratio"];
        if chooses.contains(&aggregate.op.to_string().as_str()) {
            return inner.computed();
        }
        let mut shape = match modifier {
            None => Shape::exactly(NONE),
            Some(LabelModifier::Include(labels)) => Shape::exactly(labels.labels.clone()),
            Some(LabelModifier::Exclude(labels)) => {
                let mut shape = inner.computed();
                shape.labels.retain(|label| !labels.labels.contains(label));
                shape
            }
        };
        if aggregate.op.to_string() == "count_values"
            && let Some(Expr::StringLiteral(label)) = aggregate.param.as_deref()
        {
            shape.labels.insert(label.val.clone());
        }
        shape
    }

    fn call(&mut self, call: &Call) -> Shape {
        let arguments = &call.args.args;
        let shapes: Vec<_> = arguments
            .iter()
            .map(|argument| self.shape(argument))
            .collect();
        let texts: Vec<_> = arguments
            .iter()
            .map(|argument| match &**argument {
                Expr::StringLiteral(text) => text.val.as_str(),
                _ => "",
            })
            .collect();
        let series = shapes.iter().find(|shape| !shape.scalar).cloned();
        let mut shape = series.unwrap_or_else(Shape::scalar);
        match call.func.name {
            "rate" | "irate" | "increase" | "resets" => {
                if let Some(metric) = shape.metric.clone().filter(|_| !shape.rises) {
                    self.faults.push(Fault::Gauge {
                        function: call.func.name.to_owned(),
                        metric,
                    });
                }
            }
            "histogram_quantile" => {
                if !shape.has("le") {
                    self.faults.push(Fault::Edgeless);
                }
                shape.labels.remove("le");
            }
            "label_replace" => {
                if let Some(source) = texts.get(3).filter(|source| !source.is_empty()) {
                    self.label(&shape, source);
                }
                shape
                    .labels
                    .extend(texts.get(1).map(|&label| label.to_owned()));
            }
            "label_join" => {
                for source in texts.iter().skip(3) {
                    self.label(&shape, source);
                }
                shape
                    .labels
                    .extend(texts.get(1).map(|&label| label.to_owned()));
            }
            "absent" | "absent_over_time" => shape = absent(arguments.first().map(AsRef::as_ref)),
            "scalar" => shape = Shape::scalar(),
            "vector" => shape = Shape::exactly(NONE),
            _ => {}
        }
        shape.computed()
    }

    fn binary(&mut self, binary: &BinaryExpr) -> Shape {
        let (left, right) = (self.shape(&binary.lhs), self.shape(&binary.rhs));
        if left.scalar {
            return right.computed();
        }
        if right.scalar {
            return left.computed();
        }
        let modifier = binary.modifier.as_ref();
        let matching = modifier.and_then(|modifier| modifier.matching.as_ref());
        for label in matching
            .iter()
            .flat_map(|matching| &matching.labels().labels)
        {
            if matching.is_some_and(LabelModifier::is_include) {
                self.label(&left, label);
                self.label(&right, label);
            } else if !left.has(label) {
                self.label(&right, label);
            }
        }
        self.sides(binary, matching, &left, &right);
        if binary.op.is_set_operator() {
            let mut shape = left.computed();
            if binary.op.id() == T_LOR {
                shape.exact &= right.exact && shape.labels == right.labels;
                shape.labels.extend(right.labels);
            }
            return shape;
        }
        let card = modifier.map(|modifier| &modifier.card);
        match card {
            Some(VectorMatchCardinality::ManyToOne(given)) => {
                self.grouped(left, &right, &given.labels)
            }
            Some(VectorMatchCardinality::OneToMany(given)) => {
                self.grouped(right, &left, &given.labels)
            }
            _ => match matching {
                Some(LabelModifier::Include(labels)) => Shape::exactly(labels.labels.clone()),
                Some(LabelModifier::Exclude(labels)) => {
                    let mut shape = left.computed();
                    shape.labels.retain(|label| !labels.labels.contains(label));
                    shape
                }
                None => left.computed(),
            },
        }
    }

    /// Of many to one: the many's labels, and what the one gives.
    fn grouped(&mut self, many: Shape, one: &Shape, given: &[String]) -> Shape {
        for label in given {
            self.label(one, label);
        }
        let mut shape = many.computed();
        shape.labels.extend(given.iter().cloned());
        shape
    }

    /// Without `on`, both sides match by all labels: if these are known and not the same, nothing matches.
    fn sides(
        &mut self,
        binary: &BinaryExpr,
        matching: Option<&LabelModifier>,
        left: &Shape,
        right: &Shape,
    ) {
        let ignored = match matching {
            // A union is not made by matching.
            _ if binary.op.id() == T_LOR => return,
            Some(LabelModifier::Include(_)) => return,
            Some(LabelModifier::Exclude(labels)) => &labels.labels[..],
            None => &[],
        };
        let matched = |shape: &Shape| -> BTreeSet<String> {
            let labels = shape.labels.iter().filter(|label| !ignored.contains(label));
            labels.cloned().collect()
        };
        let (by_left, by_right) = (matched(left), matched(right));
        if left.exact && right.exact && by_left != by_right {
            self.faults.push(Fault::Mismatch {
                operator: binary.op.to_string(),
                left: list(&by_left),
                right: list(&by_right),
            });
        }
    }
}

/// What is absent has the labels that were asked for by equality.
fn absent(argument: Option<&Expr>) -> Shape {
    let selector = match argument {
        Some(Expr::VectorSelector(selector)) => selector,
        Some(Expr::MatrixSelector(matrix)) => &matrix.vs,
        _ => return Shape::exactly(NONE),
    };
    let matchers = selector.matchers.matchers.iter();
    let equal = matchers.filter(|matcher| matcher.op == MatchOp::Equal);
    Shape::exactly(equal.map(|matcher| matcher.name.clone()))
}

/// The alternatives of a pattern, at its top.
fn alternatives(pattern: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                found.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&pattern[start..]);
    found
}

/// Values, for a message: the statuses between are not listed.
fn shown(values: &[String]) -> String {
    let is_number = |value: &&String| value.parse::<u16>().is_ok();
    let words = list(values.iter().filter(|value| !is_number(value)));
    let mut numbers = values.iter().filter(is_number);
    match (numbers.next(), numbers.next_back()) {
        (Some(first), Some(last)) => format!("{words}, `{first}` to `{last}`"),
        _ => words,
    }
}
