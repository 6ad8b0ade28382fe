//! What a label has, whatever the path and the settings.

#[path = "canon/check.rs"]
mod check;
#[path = "canon/paths.rs"]
mod paths;

use proptest::prelude::*;
use route_canon::{Canonicalizer, Placeholders, Spelling};
use std::borrow::Cow;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_path_of_segments_has_a_label(path in paths::path(), canon in settings()) {
        check::check(&canon, &path);
    }

    #[test]
    fn any_text_has_a_label(path in any::<String>(), canon in settings()) {
        check::check(&canon, &path);
    }

    #[test]
    fn any_text_after_a_slash_has_a_label(path in "/[!-~]{0,80}", canon in settings()) {
        check::check(&canon, &path);
    }

    #[test]
    fn own_placeholders_give_themselves_out(path in paths::own(), depth in 4..=32_usize) {
        let canon = Canonicalizer::builder().depth(depth).build();
        prop_assert!(matches!(canon.canonicalize(&path), Cow::Borrowed(_)), "{}", canon.canonicalize(&path));
    }

    #[test]
    fn other_braces_do_not(name in "[a-z_]{1,12}", canon in settings()) {
        let path = format!("/{{{name}x}}");
        let label = canon.canonicalize(&path);
        prop_assert!(!label.contains("x}"), "{}", label);
    }

    #[test]
    fn a_step_up_takes_what_is_before_it(
        before in paths::plain(), segment in "[a-z]{1,9}|[0-9]{1,9}", after in "[a-z]{3,9}", canon in settings(),
    ) {
        let with = format!("{before}/{segment}/%2E./{after}");
        let without = format!("{before}/{after}");
        prop_assert_eq!(canon.canonicalize(&with), canon.canonicalize(&without));
    }
}

#[test]
fn a_buffer_keeps_what_it_has_and_its_room() {
    let canon = Canonicalizer::default();
    let mut out = String::with_capacity(64);
    out.push_str("route=");
    let room = out.as_ptr();
    canon.write("/users/42", &mut out);
    assert_eq!(out, "route=~/users/{int}");
    assert_eq!(out.as_ptr(), room);
}

#[test]
fn a_path_without_end_is_linear() {
    let canon = Canonicalizer::default();
    let long = "/".to_owned() + &"x1-".repeat(400_000);
    assert_eq!(canon.canonicalize(&long), "~/{id}");
    let deep = "/a".repeat(400_000);
    assert_eq!(
        canon.canonicalize(&deep),
        format!("~{}/{{*rest}}", "/a".repeat(9))
    );
    let up = deep + &"/..".repeat(400_000);
    assert_eq!(canon.canonicalize(&up), "~/");
}

fn settings() -> impl Strategy<Value = Canonicalizer> {
    let placeholders = prop_oneof![Just(Placeholders::Class), Just(Placeholders::Id)];
    let spelling = prop_oneof![Just(Spelling::Braces), Just(Spelling::Colon)];
    (placeholders, spelling, any::<bool>(), 0..40_usize).prop_map(
        |(placeholders, spelling, marked, depth)| {
            Canonicalizer::builder()
                .placeholders(placeholders)
                .spelling(spelling)
                .marked(marked)
                .depth(depth)
                .build()
        },
    )
}
