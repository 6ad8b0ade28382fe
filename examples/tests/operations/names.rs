//! Every series that a rule, a panel or a document names is one that the service emits, and the other way round.

use std::{collections::BTreeSet, fs};

use bartizan::catalog::{self, Kind};
use promql_parser::{
    parser::{self, Expr},
    util::{ExprVisitor, walk_expr},
};

use crate::{boards, rig::Prometheus, rules::root};

/// A feature, and the start of its metrics' names.
const GEN_AI: &str = "gen_ai";

/// What is named, and whose name was not seen.
pub(crate) async fn unknown(prometheus: &Prometheus) -> Vec<String> {
    let seen: BTreeSet<String> = prometheus.names().await.into_iter().collect();
    let mut unknown = Vec::new();
    for metric in catalog::ALL {
        let name = match metric.kind {
            Kind::Histogram => format!("{}_count", metric.name),
            _ => metric.name.to_owned(),
        };
        if !seen.contains(&name) {
            unknown.push(format!("the catalogue's {name} is not emitted"));
        }
    }
    for (place, expression) in expressions() {
        for name in selected(&expression) {
            if !seen.contains(&name) {
                unknown.push(format!("{place}: {name} is not there"));
            }
        }
    }
    for name in documented() {
        if !is_known(&name, &seen) {
            unknown.push(format!("docs/operations.md: {name} is not there"));
        }
    }
    unknown
}

/// The expressions of the committed rules, and of the dashboards.
fn expressions() -> Vec<(String, String)> {
    let mut expressions = Vec::new();
    for file in ["recording.rules.yml", "alerts.rules.yml"] {
        let path = root().join("ops/prometheus").join(file);
        let text = fs::read_to_string(path).expect("the rules are there");
        let rules: yaml_serde::Value = yaml_serde::from_str(&text).expect("it is YAML");
        let groups = rules["groups"].as_sequence().expect("it has groups");
        let rules = groups
            .iter()
            .filter_map(|group| group["rules"].as_sequence());
        for rule in rules.flatten() {
            let name = rule["alert"].as_str().or(rule["record"].as_str());
            let expression = rule["expr"].as_str().expect("a rule has an expression");
            expressions.push((name.unwrap_or(file).to_owned(), expression.to_owned()));
        }
    }
    assert!(expressions.len() > 40, "only {} rules", expressions.len());
    let panels = boards::queries().into_iter();
    expressions.extend(panels.map(|query| (query.place, query.expression)));
    expressions
}

/// The names of the series that an expression selects.
fn selected(expression: &str) -> BTreeSet<String> {
    #[derive(Default)]
    struct Names(BTreeSet<String>);
    impl ExprVisitor for Names {
        type Error = std::convert::Infallible;

        fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Self::Error> {
            let selector = match expression {
                Expr::VectorSelector(selector) => Some(selector),
                Expr::MatrixSelector(matrix) => Some(&matrix.vs),
                _ => None,
            };
            self.0
                .extend(selector.and_then(|selector| selector.name.clone()));
            Ok(true)
        }
    }
    let parsed = parser::parse(expression);
    let parsed = parsed.unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut names = Names::default();
    let Ok(_) = walk_expr(&mut names, &parsed);
    names.0
}

/// What the document has in code that looks like a metric.
fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/operations.md")).expect("it is there");
    let starts: BTreeSet<_> = catalog::ALL
        .iter()
        .filter_map(|metric| start(metric.name))
        .collect();
    let code = text.split('`').skip(1).step_by(2);
    // What is recorded by a rule has colons in it, and is no series of the service's.
    let words =
        code.flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && !"_:".contains(c)));
    words
        .filter(|word| !word.contains(':') && *word != GEN_AI)
        .filter(|word| start(word).is_some_and(|start| starts.contains(start)))
        .map(str::to_owned)
        .collect()
}

/// The first word of a name.
fn start(name: &str) -> Option<&str> {
    Some(name.split_once('_')?.0)
}

/// A series, a family of them, or a label or value of one.
fn is_known(name: &str, seen: &BTreeSet<String>) -> bool {
    let labels = catalog::ALL.iter().flat_map(|metric| metric.labels);
    let is_word = |text: &str| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.any(|word| word == name)
    };
    seen.contains(name)
        || seen.contains(&format!("{name}_count"))
        || labels.clone().any(|label| label.name == name)
        || labels.clone().any(|label| is_word(label.bound))
}
