//! What types refuse, and how that is told.

use super::faults;

const SAMPLERS: &str = "accepted are `always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, \
                        `parentbased_always_off` and `parentbased_traceidratio`";
const PERIOD: &str = "a length of time, such as 250ms, 5s, 2m or 1h, is accepted";
const SECTIONS: &str = "Sections are `resource`, `logging`, `metrics`, `tracing`, `routes`, `layers`, `tasks`, \
                        `models`, `vitals`, `scan` and `shutdown`";

#[test]
fn unknown_keys_are_told_with_what_was_probably_meant() {
    for (text, fault) in [
        (
            "tracing:\n  samplr: x\n",
            "line 2, column 3: tracing.samplr: there is no such key; did you mean `sampler`? `tracing` has \
             `exporter`, `endpoint`, `headers`, `timeout`, `sampler`, `ratio`, `propagators` and `batch`"
                .to_owned(),
        ),
        (
            "traicing: {}\n",
            format!(
                "line 1, column 1: traicing: there is no such section; did you mean `tracing`? {SECTIONS}"
            ),
        ),
        // It belongs elsewhere.
        (
            "ratio: 0.5\n",
            format!(
                "line 1, column 1: ratio: there is no such section; did you mean `tracing.ratio`? {SECTIONS}"
            ),
        ),
        (
            "zzz: 1\n",
            format!("line 1, column 1: zzz: there is no such section. {SECTIONS}"),
        ),
        (
            "layers:\n  lines: { smaple: null }\n",
            "line 2, column 12: layers.lines.smaple: there is no such key; did you mean `sample`? `layers.lines` has \
             `enabled`, `warn_of_client_faults` and `sample`"
                .to_owned(),
        ),
        (
            "routes:\n  guess: { dept: 3 }\n",
            "line 2, column 12: routes.guess.dept: there is no such key; did you mean `depth`? `routes.guess` has \
             `placeholders`, `spelling`, `mark` and `depth`"
                .to_owned(),
        ),
        (
            "routes:\n  rules:\n    - { segment: a, action: keep }\n    - { segmnt: a, action: keep }\n",
            "line 4, column 9: routes.rules[1].segmnt: there is no such key; did you mean `segment`? \
             `routes.rules[1]` has `name`, `segment`, `path`, `after`, `action` and `to`"
                .to_owned(),
        ),
    ] {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn values_are_told_with_what_is_accepted() {
    for (text, fault) in [
        (
            "tracing:\n  sampler: parentbased_alwayson\n",
            format!(
                "line 2, column 3: tracing.sampler: \"parentbased_alwayson\" is refused: did you mean \
                 `parentbased_always_on`? {SAMPLERS}"
            ),
        ),
        (
            "tracing: { sampler: [x] }\n",
            format!("line 1, column 12: tracing.sampler: a list is refused: {SAMPLERS}"),
        ),
        (
            "logging: { enabled: yes }\n",
            "line 1, column 12: logging.enabled: \"yes\" is refused: accepted are `true` and `false`".into(),
        ),
        (
            "metrics: { listen: 9464 }\n",
            "line 1, column 12: metrics.listen: `9464` is refused: an address and a port, such as 0.0.0.0:9464 or \
             [::]:9464, or null, is accepted"
                .into(),
        ),
        (
            "tracing: { batch: { queue: -1 } }\n",
            "line 1, column 21: tracing.batch.queue: `-1` is refused: a whole number from 0 on is accepted".into(),
        ),
        (
            "tracing: { batch: { queue: 99999999999999999999999 } }\n",
            "line 1, column 21: tracing.batch.queue: `99999999999999999999999` is refused: a whole number from 0 on \
             is accepted"
                .into(),
        ),
        (
            "layers: { spans: { server_port: 70000 } }\n",
            "line 1, column 20: layers.spans.server_port: `70000` is refused: a whole number from 0 to 65535 is \
             accepted"
                .into(),
        ),
        (
            "tracing: { ratio: most }\n",
            "line 1, column 12: tracing.ratio: \"most\" is refused: a number is accepted".into(),
        ),
        (
            "scan: { interval: 5 }\n",
            format!("line 1, column 9: scan.interval: `5` is refused: {PERIOD}"),
        ),
        (
            "logging: 5\n",
            "line 1, column 1: logging: `5` is refused: a section of keys and values is accepted".into(),
        ),
        (
            "routes: { table: /users }\n",
            "line 1, column 11: routes.table: \"/users\" is refused: a list is accepted".into(),
        ),
        (
            "routes: { guess: maybe }\n",
            "line 1, column 11: routes.guess: \"maybe\" is refused: `true`, `false`, or a section of `placeholders`, \
             `spelling`, `mark`, `depth` is accepted"
                .into(),
        ),
        (
            "vitals: { origins: https://shop.example }\n",
            "line 1, column 11: vitals.origins: \"https://shop.example\" is refused: `same`, `any`, or a list of \
             origins such as `https://shop.example` is accepted"
                .into(),
        ),
        (
            "resource: { service_name: }\n",
            "line 1, column 13: resource.service_name: nothing is refused: a text is accepted".into(),
        ),
        (
            "layers: { spans: { stream_events: { every: 1 } } }\n",
            "line 1, column 20: layers.spans.stream_events: `most` is missing, and has no default".into(),
        ),
        (
            "routes: { rules: [{ segment: a, action: drop }] }\n",
            "line 1, column 11: routes.rules: rule 0, `action`: \"drop\" is no action: accepted are `keep`, `deny` \
             (of a path) and `rewrite`"
                .into(),
        ),
        (
            "logging:\n  level: info\n  level: debug\n",
            "line 3, column 3: logging.level: the key is there twice, and one of them would be lost".into(),
        ),
    ] {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn what_is_no_configuration_is_told_as_such() {
    for (text, fault) in [
        (
            "- a\n",
            "a list is refused: a section of keys and values is accepted",
        ),
        (
            "text\n",
            "\"text\" is refused: a section of keys and values is accepted",
        ),
        (
            "logging:\n\tlevel: info\n",
            "line 2, column 1: this is no YAML: found character that cannot start any token, while scanning for the \
             next token",
        ),
        (
            "a: [\n",
            "line 2, column 1: this is no YAML: did not find expected node content, while parsing a flow node",
        ),
        (
            "resource: {service_name: ${NOPE}}\n",
            "line 1, column 27: this is no YAML: did not find expected ',' or '}', while parsing a flow mapping at line 1 \
             column 11; within `{ }` and `[ ]` write a variable in quotes, as \"${NAME}\"",
        ),
        (
            "--- {}\n--- {}\n",
            "a second document begins; one is accepted",
        ),
        (
            "!foo {}\n",
            "line 1, column 1: a tag is refused: a value without one is accepted",
        ),
        (
            "? [a]\n: b\n",
            "line 1, column 3: a section or a list is refused as a key: a text is accepted",
        ),
        (
            "a: *b\n",
            "line 1, column 4: this is no YAML: unknown anchor",
        ),
        (
            "\0",
            "line 1, column 1: this is no YAML: control characters are not allowed",
        ),
    ] {
        assert_eq!(faults(text), [fault], "{text:?}");
    }
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_text() {
    let text = "scan:\n  interval: 5\n  intervall: 6\ntracing:\n  batch:\n    size: many\n    delay: 1 s\n  ratio: ${NOT_SET_ANYWHERE}\n\
                resource:\n  servce_name: x\n  service_name: a\n  service_name: b\n";
    let told: Vec<String> = faults(text)
        .iter()
        .map(|fault| fault.splitn(3, ": ").take(2).collect::<Vec<_>>().join(": "))
        .collect();
    assert_eq!(
        told,
        [
            "line 2, column 3: scan.interval",
            "line 3, column 3: scan.intervall",
            "line 6, column 5: tracing.batch.size",
            "line 7, column 5: tracing.batch.delay",
            "line 8, column 3: tracing.ratio",
            "line 10, column 3: resource.servce_name",
            "line 12, column 3: resource.service_name",
        ]
    );
}

#[test]
fn no_more_than_twenty_faults_are_told() {
    let text: String = (0..50).map(|key| format!("key{key}: 1\n")).collect();
    assert_eq!(faults(&text).len(), 20);
    let text: String = (0..50)
        .map(|key| format!("key{key}: ${{NOT_SET_ANYWHERE}}\n"))
        .collect();
    assert_eq!(faults(&text).len(), 20);
}

#[test]
fn a_line_cannot_be_forged_by_what_is_refused() {
    let text = "logging: { format: \"json\\n\\e[31mall is well\" }\n\"a\\nb\": 1\n";
    let faults = faults(text);
    assert_eq!(faults.len(), 2);
    for fault in faults {
        assert!(!fault.contains(char::is_control), "{fault:?}");
    }
}
