//! The alerts that there are, by name: what other files refer to.

use std::{collections::BTreeSet, fs, path::Path};

use crate::Result;

const FILE: &str = "docs/operations.md";
const BEGIN: &str = "<!-- alerts:begin -->";
const END: &str = "<!-- alerts:end -->";

/// Every alert that the documentation has a section for, those that are off by default among them.
pub(crate) fn read(root: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
    let names = sections(&text);
    if names.is_empty() {
        return Err(
            format!("{FILE}: it has no section of an alert between {BEGIN} and {END}").into(),
        );
    }
    Ok(names)
}

fn sections(text: &str) -> BTreeSet<String> {
    let chapter = text
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END));
    let lines = chapter.map_or("", |(chapter, _)| chapter).lines();
    let titles = lines.filter_map(|line| line.strip_prefix("### "));
    titles.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_the_chapter_are_alerts() {
        let text = format!("### A\n{BEGIN}\n### B\n#### C\n### D\n{END}\n### E\n");
        assert_eq!(
            sections(&text),
            BTreeSet::from(["B".to_owned(), "D".to_owned()])
        );
        assert_eq!(sections("### A"), BTreeSet::new());
    }
}
