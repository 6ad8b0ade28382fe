use super::*;

#[test]
fn a_conflict_names_both_templates_and_their_positions() {
    let error = Table::new(["/", "/users/:id", "/users/<int:user>"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "template 2, `/users/{user}`, matches the same paths as template 1, `/users/{id}`: \
         remove one of them",
    );
}

#[test]
fn a_level_may_have_very_many_literals() {
    let routes = (0..60_000).map(|number| format!("/r{number:x}/{{id}}"));
    let table = Table::new(routes).unwrap();
    for number in [0_usize, 7, 4_711, 59_999] {
        assert_eq!(table.find(&format!("/r{number:x}/7")), Some(number));
    }
    assert_eq!(table.find("/rx/7"), None);
}

#[test]
fn a_template_that_is_refused_is_named_with_its_position() {
    let error = Table::new(["/", "users"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "template 1, \"users\", is refused: the template does not begin with `/`: \
         write the whole path, without scheme and host",
    );
}

#[test]
fn templates_are_kept_in_their_order_and_spelling() {
    let table = Table::new(["/b/:id", "/a"]).unwrap();
    assert_eq!(
        table
            .templates()
            .iter()
            .map(Template::as_str)
            .collect::<Vec<_>>(),
        ["/b/{id}", "/a"]
    );
    assert_eq!(table.get(1).map(Template::as_str), Some("/a"));
    assert_eq!(
        (table.get(2), table.len(), table.is_empty()),
        (None, 2, false)
    );
}

#[test]
fn a_table_can_be_shared_cloned_and_shown() {
    fn shareable<T: Clone + std::fmt::Debug + Send + Sync + 'static>(value: &T) -> String {
        format!("{:?}", value.clone())
    }
    assert!(shareable(&Table::new(["/é", "/è"]).unwrap()).contains("/é"));
}
