//! Routes by themselves: paths that are guessed, beside a set of regular expressions that does the same,
//! and a table beside the router that axum stands on. Times are of one run, side by side.

mod expressions;

use std::{error::Error, fs, hint::black_box, path::Path, time::Instant};

use route_canon::{Canonicalizer, Table};
use serde::Deserialize;

use self::expressions::Expressions;
use crate::{drive::Run, machine::Machine};

const ROUNDS: usize = 31;
/// How often all paths are read in a round.
const REPEATS: usize = 20;

const TEMPLATES: [&str; 12] = [
    "/health",
    "/metrics",
    "/api/users",
    "/api/users/{id}",
    "/api/users/{id}/posts",
    "/api/orgs/{org}/teams/{team}/members/{member}",
    "/api/sessions/{session}/turns/{turn}",
    "/api/projects/{project}/issues/{issue}/comments",
    "/v1/chat/completions",
    "/v1/models/{model}",
    "/events/{topic}",
    "/static/{*path}",
];

const ROUTED: [&str; 10] = [
    "/health",
    "/api/users",
    "/api/users/7340518",
    "/api/users/7340518/posts",
    "/api/orgs/acme/teams/core/members/42",
    "/api/sessions/0190163d-8694-739b-aea5-966c26f8ad91/turns/3",
    "/api/projects/web/issues/1203/comments",
    "/v1/chat/completions",
    "/events/orders",
    "/static/css/site.css",
];

/// What a frame of `testdata` has of a case.
#[derive(Deserialize)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    input: String,
}

/// Prints all of it.
pub fn run() -> Result<(), Box<dyn Error>> {
    println!("{}", Machine::this());
    guesses()?;
    tables()
}

fn guesses() -> Result<(), Box<dyn Error>> {
    let paths = paths()?;
    let bytes: usize = paths.iter().map(String::len).sum();
    let segments: usize = paths.iter().map(|path| path.matches('/').count()).sum();
    println!(
        "{} paths of public interfaces, {segments} segments; {ROUNDS} rounds, side by side:",
        paths.len()
    );
    let canonicalizer = Canonicalizer::default();
    let expressions = Expressions::new()?;
    let mut label = String::with_capacity(Canonicalizer::MAX_LENGTH);
    let [canonicalized, matched] = side_by_side([
        &mut || {
            for path in &paths {
                label.clear();
                canonicalizer.write(black_box(path), &mut label);
                black_box(&label);
            }
        },
        &mut || {
            for path in &paths {
                black_box(expressions.label(black_box(path)));
            }
        },
    ]);
    for (name, Times { median, least }) in
        [("canonicalizer", canonicalized), ("regex set", matched)]
    {
        println!(
            "{name:14} {:>6.1} ns a segment, at best {:>6.1} {:>9.2} million paths/s {:>8.0} MB/s",
            median / segments as f64,
            least / segments as f64,
            paths.len() as f64 / median * 1e3,
            bytes as f64 / median * 1e3
        );
    }
    println!(
        "ratio          {:>6.1}",
        matched.median / canonicalized.median
    );
    Ok(())
}

fn tables() -> Result<(), Box<dyn Error>> {
    let table = Table::new(TEMPLATES)?;
    let mut router = matchit::Router::new();
    for (index, template) in TEMPLATES.iter().enumerate() {
        router.insert(*template, index)?;
    }
    for path in ROUTED {
        assert_eq!(table.find(path), router.at(path).ok().map(|at| *at.value));
    }
    let [ours, theirs] = side_by_side([
        &mut || {
            for path in ROUTED {
                black_box(table.find(black_box(path)));
            }
        },
        &mut || {
            for path in ROUTED {
                black_box(router.at(black_box(path)).ok().map(|at| *at.value));
            }
        },
    ]);
    println!(
        "table {:.1} ns a path, matchit {:.1}, ratio {:.2}",
        ours.median / ROUTED.len() as f64,
        theirs.median / ROUTED.len() as f64,
        ours.median / theirs.median
    );
    Ok(())
}

/// What the rounds took, in nanoseconds.
#[derive(Clone, Copy)]
struct Times {
    median: f64,
    /// On a machine that others use, what the task takes by itself.
    least: f64,
}

/// The times of both, with the rounds of one between those of the other.
fn side_by_side(mut tasks: [&mut dyn FnMut(); 2]) -> [Times; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (task, times) in tasks.iter_mut().zip(&mut times) {
            let began = Instant::now();
            for _ in 0..REPEATS {
                task();
            }
            times.push(began.elapsed().as_nanos() as f64 / REPEATS as f64);
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        Times {
            median: times[ROUNDS / 2],
            least: times[0],
        }
    })
}

/// The paths of public interfaces in route-canon's corpus.
fn paths() -> Result<Vec<String>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../route-canon/testdata/paths");
    let mut paths = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with("apis_") {
            let corpus: Corpus = toml::from_str(&fs::read_to_string(file.path())?)?;
            paths.extend(corpus.case.into_iter().map(|case| case.input));
        }
    }
    Ok(paths)
}

// === for callgrind ===

const FIVE_SEGMENTS: &str = "/api/users/7340518/orders/0190163d-8694-739b-aea5-966c26f8ad91";
const FIVE_WORDS: &str = "/api/users/active/orders/recent";

/// Guesses a path of five segments, two of them ids.
pub fn guessed(run: Run) -> u64 {
    write(FIVE_SEGMENTS, run)
}

/// Guesses a path of five words.
pub fn guessed_words(run: Run) -> u64 {
    write(FIVE_WORDS, run)
}

fn write(path: &str, run: Run) -> u64 {
    let canonicalizer = Canonicalizer::default();
    let mut label = String::new();
    canonicalizer.write(path, &mut label);
    let before = (run.allocations)();
    counted_region_of_paths(&canonicalizer, path, &mut label, run.requests);
    (run.allocations)() - before
}

#[inline(never)]
fn counted_region_of_paths(
    canonicalizer: &Canonicalizer,
    path: &str,
    label: &mut String,
    paths: usize,
) {
    for _ in 0..paths {
        label.clear();
        canonicalizer.write(black_box(path), label);
        black_box(&label);
    }
}

/// The loop alone.
pub fn nothing(run: Run) -> u64 {
    counted_region_of_nothing(run.requests);
    0
}

#[inline(never)]
fn counted_region_of_nothing(paths: usize) {
    for _ in 0..paths {
        black_box(FIVE_WORDS);
    }
}
