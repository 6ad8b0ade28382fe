//! Texts that are made anew between two markers of a file that is written by hand.

/// Puts `new` between the markers.
///
/// # Errors
///
/// The markers are not there once each, in this order.
pub(crate) fn replace(text: &str, new: &str, begin: &str, end: &str) -> Result<String, String> {
    let fault = || format!("it needs the lines {begin} and {end}, once each and in this order");
    let (before, rest) = text.split_once(begin).ok_or_else(fault)?;
    let (between, after) = rest.split_once(end).ok_or_else(fault)?;
    if [before, between, after]
        .iter()
        .any(|part| part.contains(begin) || part.contains(end))
    {
        return Err(fault());
    }
    Ok(format!("{before}{begin}\n{new}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "<!-- a:begin -->";
    const END: &str = "<!-- a:end -->";

    #[test]
    fn the_text_replaces_what_is_between_the_markers() {
        let text = format!("# A\n{BEGIN}\nold\n{END}\nB\n");
        let new = replace(&text, "| new |\n", BEGIN, END).unwrap();
        assert_eq!(new, format!("# A\n{BEGIN}\n| new |\n{END}\nB\n"));
        assert_eq!(replace(&new, "| new |\n", BEGIN, END).unwrap(), new);
    }

    #[test]
    fn missing_doubled_and_swapped_markers_are_refused() {
        for text in [
            "none".to_owned(),
            BEGIN.to_owned(),
            format!("{END}\n{BEGIN}"),
            format!("{BEGIN}{END}{BEGIN}{END}"),
        ] {
            assert!(replace(&text, "", BEGIN, END).is_err(), "{text}");
        }
    }
}
