//! What each panel shows and what to look at next, in `docs/operations.md`.

use std::{fs, path::Path};

use crate::{Result, markers};

use super::{board::Board, panel::Panel};

pub(super) const FILE: &str = "docs/operations.md";
const BEGIN: &str = "<!-- panels:begin -->";
const END: &str = "<!-- panels:end -->";

/// The whole file, with the chapter as it should be.
pub(super) fn text(boards: &[Board], root: &Path) -> Result<String> {
    let old = fs::read_to_string(root.join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
    let new = markers::replace(&old, &chapter(boards), BEGIN, END);
    Ok(new.map_err(|fault| format!("{FILE}: {fault}"))?)
}

fn chapter(boards: &[Board]) -> String {
    let mut text = String::from("| board | what it is for |\n|---|---|\n");
    for board in boards {
        text.push_str(&format!(
            "| [{}](../{}) | {} |\n",
            board.title,
            board.file(),
            board.about
        ));
    }
    for board in boards {
        text.push_str(&format!(
            "\n### {}\n\n`{}`, uid `{}`.\n",
            capital(board.title),
            board.file(),
            board.uid()
        ));
        for row in &board.rows {
            text.push_str(&format!("\n#### {}\n\n", row.title));
            text.push_str("| panel | what it shows | what to look at next |\n|---|---|---|\n");
            row.panels
                .iter()
                .for_each(|panel| text.push_str(&line(panel)));
        }
    }
    text
}

fn line(panel: &Panel) -> String {
    let mut shows = panel.shows.to_owned();
    if let Some(how) = panel.opt_in {
        shows.push_str(&format!(" Opt-in: {how}."));
    }
    let mut next = panel.next.to_owned();
    if !panel.alerts.is_empty() {
        let alerts = panel
            .alerts
            .iter()
            .map(|alert| format!("[{alert}](#{})", alert.to_lowercase()));
        next.push_str(&format!(
            " Alerts: {}.",
            alerts.collect::<Vec<_>>().join(", ")
        ));
    }
    format!("| {} | {} | {} |\n", panel.title, cell(&shows), cell(&next))
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_is_told_of() {
        let boards = super::super::all();
        let chapter = chapter(&boards);
        for panel in boards.iter().flat_map(Board::panels) {
            assert!(
                chapter.contains(&format!("| {} | ", panel.title)),
                "{}",
                panel.title
            );
        }
    }
}
