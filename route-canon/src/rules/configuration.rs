//! Rules in a configuration: a list of maps.

use super::{
    Rule, RuleError, RuleProblem, Rules,
    error::Which,
    rule::{Action, Pattern},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The fields of a rule, each as it is found.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename = "rule")]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

// === impl Fields ===

impl Fields {
    /// Which fields there are, and together; what is in them is checked by [`Rules::new`].
    fn rule(self, position: Option<usize>) -> Result<Rule, RuleError> {
        let Self {
            name,
            segment,
            path,
            after,
            action,
            to,
        } = self;
        let which = Which {
            position,
            name: name.clone(),
        };
        let refused = |field, problem| Err(RuleError::new(which.clone(), field, problem));
        let excess = |accepted| RuleProblem::Excess { accepted };

        let action = match (action.as_deref(), to) {
            (Some("rewrite"), Some(to)) => Action::Rewrite(to),
            (Some("rewrite"), None) => return refused("to", RuleProblem::missing_to()),
            (Some("keep" | "deny"), Some(_)) => {
                return refused("to", excess("it goes with `action: rewrite`"));
            }
            (Some("keep"), None) => Action::Keep,
            (Some("deny"), None) => Action::Deny,
            (Some(found), _) => {
                let found = found.to_owned();
                return refused("action", RuleProblem::Action { found });
            }
            (None, _) => {
                let accepted = "accepted are `keep`, `deny` (of a path) and `rewrite`";
                return refused("action", RuleProblem::Missing { accepted });
            }
        };
        let pattern = match (segment, path) {
            (Some(glob), None) => Pattern::Segment { glob, after },
            (None, Some(template)) if after.is_none() => Pattern::Path(template),
            (None, Some(_)) => return refused("after", excess("it goes with `segment`")),
            (Some(_), Some(_)) => {
                let accepted = "a rule has either `segment` or `path`; write two rules";
                return refused("path", excess(accepted));
            }
            (None, None) => {
                let accepted =
                    "a rule has a `segment`, which is a glob, or a `path`, which is a template";
                return refused("segment", RuleProblem::Missing { accepted });
            }
        };
        Ok(Rule {
            name,
            pattern,
            action,
        })
    }

    fn of(rule: &Rule) -> Self {
        let Rule {
            name,
            pattern,
            action,
        } = rule.clone();
        let (segment, path, after) = match pattern {
            Pattern::Path(template) => (None, Some(template), None),
            Pattern::Segment { glob, after } => (Some(glob), None, after),
        };
        let (action, to) = match action {
            Action::Deny => ("deny", None),
            Action::Keep => ("keep", None),
            Action::Rewrite(to) => ("rewrite", Some(to)),
        };
        Self {
            name,
            segment,
            path,
            after,
            action: Some(action.to_owned()),
            to,
        }
    }
}

// === impl Rule ===

impl<'de> Deserialize<'de> for Rule {
    /// Reads a map of `name`, `segment` or `path`, `after`, `action` and `to`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        fields.rule(None).map_err(D::Error::custom)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::of(self).serialize(serializer)
    }
}

// === impl Rules ===

impl<'de> Deserialize<'de> for Rules {
    /// Reads a list of rules, and refuses it as [`Rules::new`] does.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<Fields>::deserialize(deserializer)?.into_iter();
        let rules = all.enumerate().map(|(at, fields)| fields.rule(Some(at)));
        let rules: Vec<Rule> = rules.collect::<Result<_, _>>().map_err(D::Error::custom)?;
        Self::new(rules).map_err(D::Error::custom)
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rules().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"[
        {"name":"tenants","segment":"*","after":"t","action":"rewrite","to":"{tenant}"},
        {"segment":"q?-20??","action":"keep"},
        {"path":"/internal/{*rest}","action":"deny"},
        {"path":"/u/{id}","action":"rewrite","to":"/users/{id}"}
    ]"#;

    #[test]
    fn rules_are_read_and_printed_as_they_are() {
        let read: Rules = serde_json::from_str(RULES).unwrap();
        let built = [
            Rule::segment("*")
                .after("t")
                .rewrite("{tenant}")
                .named("tenants"),
            Rule::segment("q?-20??").keep(),
            Rule::path("/internal/{*rest}").deny(),
            Rule::path("/u/{id}").rewrite("/users/{id}"),
        ];
        assert_eq!(read.rules(), built);
        let printed = serde_json::to_string(&read).unwrap();
        assert_eq!(printed, RULES.replace([' ', '\n'], ""));
        let rule: Rule = serde_json::from_str(r#"{"path": "/a", "action": "keep"}"#).unwrap();
        assert_eq!(rule, Rule::path("/a").keep());
    }

    #[test]
    fn any_format_will_do() {
        #[derive(Deserialize)]
        struct Configuration {
            rules: Rules,
        }
        let text = "[[rules]]\nsegment = \"a\"\naction = \"keep\"\n";
        let Configuration { rules } = toml::from_str(text).unwrap();
        assert_eq!(rules.rules(), [Rule::segment("a").keep()]);
    }

    #[test]
    fn a_rule_that_is_refused_is_named_with_its_field() {
        for (rule, message) in [
            (
                r#"{"name": "x", "segment": "a", "action": "drop"}"#,
                "rule 1, \"x\", `action`: \"drop\" is no action: accepted are `keep`, `deny` (of a path) and \
                 `rewrite`",
            ),
            (
                r#"{"segment": "a"}"#,
                "rule 1, `action`: is missing or empty: accepted are `keep`, `deny` (of a path) and `rewrite`",
            ),
            (
                r#"{"segment": "a", "action": "deny"}"#,
                "rule 1, `action`: `deny` is for a `path`: a segment accepts `keep` and `rewrite`",
            ),
            (
                r#"{"action": "keep"}"#,
                "rule 1, `segment`: is missing or empty: a rule has a `segment`, which is a glob, or a `path`, which \
                 is a template",
            ),
            (
                r#"{"segment": "a", "path": "/a", "action": "keep"}"#,
                "rule 1, `path`: is given, and this rule has no use for it: a rule has either `segment` or `path`; \
                 write two rules",
            ),
            (
                r#"{"path": "/a", "after": "b", "action": "keep"}"#,
                "rule 1, `after`: is given, and this rule has no use for it: it goes with `segment`",
            ),
            (
                r#"{"path": "/a", "action": "keep", "to": "/b"}"#,
                "rule 1, `to`: is given, and this rule has no use for it: it goes with `action: rewrite`",
            ),
            (
                r#"{"path": "/a", "action": "rewrite"}"#,
                "rule 1, `to`: is missing or empty: `rewrite` needs the text to write, such as `{tenant}` for a \
                 segment, `/tenants/{tenant}` for a path",
            ),
            (
                r#"{"path": "a", "action": "keep"}"#,
                "rule 1, `path`: \"a\" is refused: the template does not begin with `/`: write the whole path, \
                 without scheme and host",
            ),
            (
                r#"{"segmnt": "a", "action": "keep"}"#,
                "unknown field `segmnt`, expected one of `name`, `segment`, `path`, `after`, `action`, `to`",
            ),
        ] {
            let list = format!(r#"[{{"segment": "b", "action": "keep"}}, {rule}]"#);
            let error = serde_json::from_str::<Rules>(&list).unwrap_err();
            let error = error.to_string();
            let (shown, _line) = error.split_once(" at line ").unwrap_or((&error, ""));
            assert_eq!(shown, message, "{rule}");
        }
        let alone = serde_json::from_str::<Rule>(r#"{"name": "x", "path": "/a"}"#);
        let error = alone.unwrap_err().to_string();
        assert!(
            error.starts_with("rule \"x\", `action`: is missing"),
            "{error}"
        );
    }
}
