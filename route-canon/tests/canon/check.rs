//! What holds for each label.

use route_canon::{Canonicalizer, Decision, label};
use std::borrow::Cow;

/// Checks the label of one path.
pub(crate) fn check(canon: &Canonicalizer, path: &str) {
    let label = canon.canonicalize(path);
    assert!(
        label.len() <= Canonicalizer::MAX_LENGTH,
        "{path:?} is long: {label:?}"
    );
    assert!(
        label.bytes().all(is_shown),
        "{path:?} is shown as {label:?}"
    );
    assert_eq!(
        matches!(label, Cow::Borrowed(_)),
        label == path,
        "{path:?} borrows {label:?}"
    );
    assert!(
        segments(&label) <= segments(path).max(1),
        "{path:?} grows to {label:?}"
    );
    assert_eq!(
        canon.canonicalize(&label),
        label,
        "the label of {path:?} changes"
    );

    let mut written = String::from("before ");
    canon.write(path, &mut written);
    assert_eq!(
        written.strip_prefix("before "),
        Some(&*label),
        "{path:?} is written otherwise"
    );

    let explanation = canon.explain(path);
    assert_eq!(
        explanation.label(),
        label,
        "{path:?} is explained otherwise"
    );
    let outputs = explanation
        .segments()
        .iter()
        .map(|segment| segment.output.as_str());
    match explanation.segments() {
        [only] if only.decision == Decision::Unmatched => assert!(is_whole(&label)),
        _ => assert_eq!(
            outputs.collect::<Vec<_>>(),
            label
                .split('/')
                .skip(1)
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>(),
            "{path:?} has other segments explained than {label:?}",
        ),
    }
}

fn is_whole(label: &str) -> bool {
    label == label::UNMATCHED || label == label::OVERFLOW
}

fn is_shown(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:@+,!$/{}*".contains(&byte)
}

fn segments(path: &str) -> usize {
    path.split('/')
        .skip(1)
        .filter(|segment| !segment.is_empty())
        .count()
}
