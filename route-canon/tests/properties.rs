//! What holds for any text, and for any set of templates.

use proptest::prelude::*;
use route_canon::{Segment, Table, Template};

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Template::parse(&text);
    }

    #[test]
    fn what_is_read_is_safe_to_show_and_reads_as_itself(text in "/[ab/{}<>:*.()\\\\ \"'é-]{0,24}") {
        let Ok(template) = Template::parse(&text) else { return Ok(()) };
        let shown = template.as_str();
        prop_assert_eq!(Template::parse(shown), Ok(template.clone()));
        prop_assert!(shown.len() <= Template::MAX_LENGTH);
        prop_assert!(!shown.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'\\<>".contains(c)));
        prop_assert_eq!(spell(&template), shown);
    }

    #[test]
    fn any_path_is_found_or_not(path in any::<String>(), other in "/[ab/.{}é]{0,12}") {
        let table = Table::new(["/a/{b}", "/{x}.b/é", "/é{x}", "/{{a}}/{*rest}"]).unwrap();
        for path in [path, other] {
            let _ = table.find(&path);
        }
    }

    #[test]
    fn a_table_agrees_with_trying_each_template(
        texts in prop::collection::vec("(/(a|b|[{]p[}])){1,3}(/|/[{][*]rest[}])?", 1..8),
        path in "(/[ab]?){0,5}",
    ) {
        let Ok(table) = Table::new(texts.iter().map(|text| distinct(text))) else { return Ok(()) };
        let fits = table.templates().iter().enumerate().filter(|(_, t)| fits(t, &path));
        // The most literal one, segment by segment.
        let best = fits.min_by_key(|(_, t)| t.segments().map(|s| rank(&s)).collect::<Vec<_>>());
        prop_assert_eq!(table.find(&path), best.map(|(index, _)| index));
    }

    #[test]
    fn a_table_agrees_with_matchit(
        texts in prop::collection::vec("(/(a|b|ab|[{]p[}])){0,3}(/|/[{][*]rest[}])?", 1..8),
        path in "(/[ab]{0,2}){1,5}",
    ) {
        let mut router = matchit::Router::new();
        let mut accepted = Vec::new();
        for text in texts.iter().filter(|text| !text.is_empty()).map(|text| distinct(text)) {
            if router.insert(text.clone(), accepted.len()).is_ok() {
                accepted.push(text);
            }
        }
        let table = Table::new(&accepted).unwrap();
        prop_assert_eq!(table.find(&path), router.at(&path).ok().map(|found| *found.value));
    }
}

/// Gives each parameter a name of its own.
fn distinct(text: &str) -> String {
    let mut parts = text.split("{p}").enumerate();
    let first = parts.next().map_or("", |(_, part)| part).to_owned();
    parts.fold(first, |text, (at, part)| {
        text + &format!("{{p{at}}}") + part
    })
}

fn spell(template: &Template) -> String {
    let spelled = template.segments().map(|segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Parameter {
            prefix,
            name,
            suffix,
        } => format!("/{prefix}{{{name}}}{suffix}"),
        Segment::CatchAll { name } => format!("/{{*{name}}}"),
    });
    spelled.collect()
}

/// Whether a template without text around its parameters matches, by the plainest of means.
fn fits(template: &Template, path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    if !path.starts_with('/') {
        return false;
    }
    for segment in template.segments() {
        let fits = match (segment, parts.next()) {
            (Segment::CatchAll { .. }, Some(first)) => {
                return !first.is_empty() || parts.next().is_some();
            }
            (Segment::Literal(text), Some(part)) => text == part,
            (Segment::Parameter { .. }, Some(part)) => !part.is_empty(),
            (_, None) => false,
        };
        if !fits {
            return false;
        }
    }
    parts.next().is_none()
}

fn rank(segment: &Segment<'_>) -> u8 {
    match segment {
        Segment::Literal(_) => 0,
        Segment::Parameter { .. } => 1,
        Segment::CatchAll { .. } => 2,
    }
}
