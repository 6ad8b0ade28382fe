//! The dashboards: what an operator sees, as data, and Grafana's JSON and a chapter of the documentation that are made of it.
//!
//! A board answers "is it broken, for whom, since when" in its first row, and has what to look at next below. Each panel says
//! what it shows and what to look at next; the same words are its description in Grafana and its entry in
//! `docs/operations.md`.

mod board;
mod connections;
mod coverage;
mod documentation;
mod empty;
mod expression;
mod faults;
mod grpc;
mod http_sse;
mod json;
mod link;
mod models;
mod panel;
mod requests;
mod streams;
mod tasks;
mod telemetry;
mod unit;
mod vitals;

use std::{fs, path::Path};

use crate::Result;

use self::board::Board;

/// Every board, in the order of the documentation.
fn all() -> Vec<Board> {
    vec![
        http_sse::board(),
        grpc::board(),
        tasks::board(),
        models::board(),
        vitals::board(),
        telemetry::board(),
    ]
}

/// Writes the boards, the list of panels that the demo has nothing for, and the chapter of the documentation.
pub(crate) fn generate(root: &Path) -> Result<()> {
    for (path, text) in texts(root)? {
        let file = root.join(&path);
        if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
            if let Some(directory) = file.parent() {
                fs::create_dir_all(directory)?;
            }
            fs::write(file, text)?;
            println!("{path}: written");
        }
    }
    Ok(())
}

/// What is wrong with the boards, and the files that are not as they would be written.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let boards = all();
    let mut found: Vec<_> = boards.iter().flat_map(faults::of).collect();
    found.extend(faults::of_all(&boards, root)?);
    found.extend(coverage::faults(&boards, root)?);
    for (path, text) in texts(root)? {
        if fs::read_to_string(root.join(&path)).ok().as_ref() != Some(&text) {
            found.push(format!(
                "{path}: not what the boards say; run `cargo xtask generate`"
            ));
        }
    }
    Ok(found)
}

/// Each file, and what is to be in it.
fn texts(root: &Path) -> Result<Vec<(String, String)>> {
    let boards = all();
    let mut texts = Vec::new();
    for board in &boards {
        let text = json::text(board).map_err(|fault| format!("{}: {fault}", board.name))?;
        texts.push((board.file(), text));
    }
    texts.push((empty::FILE.to_owned(), empty::text(&boards)));
    texts.push((
        documentation::FILE.to_owned(),
        documentation::text(&boards, root)?,
    ));
    Ok(texts)
}
