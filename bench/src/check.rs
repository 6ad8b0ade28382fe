//! The table, and what is wrong with it.

use std::{error::Error, process::ExitCode};

use crate::{
    args::Then,
    callgrind::Count,
    figures::{self, Counts, Figure},
    machine::Machine,
    results::{Build, Committed, Results},
};

/// How much an instruction figure may rise unnoticed: by a twentieth, or by as few instructions as
/// another compiler's taste may take.
const TOLERANCE: f64 = 1.05;
const SLACK: f64 = 2.0;

/// Counts the figures, prints them, and compares or saves them.
pub fn run(build: Build, then: Then, only: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(unknown) = only
        .iter()
        .find(|name| figures::ALL.iter().all(|f| f.name != **name))
    {
        let names: Vec<_> = figures::ALL.iter().map(|figure| figure.name).collect();
        return Err(format!(
            "there is no figure {unknown:?}; there are {}",
            names.join(", ")
        )
        .into());
    }
    let results = Results::read(build)?;
    let mut counts = Counts::default();
    let mut counted = Vec::new();
    for figure in figures::ALL
        .iter()
        .filter(|f| only.is_empty() || only.iter().any(|o| o == f.name))
    {
        counted.push((figure, figure.count(&mut counts)?));
    }

    println!(
        "{:58} {:>12} {:>9} {:>6} {:>12}",
        "added per request or frame", "instructions", "committed", "bound", "allocations"
    );
    let mut faults = Vec::new();
    for (figure, count) in &counted {
        let committed = results.figure.get(figure.name);
        println!("{}", row(figure, *count, committed));
        match committed {
            Some(committed) => faults.extend(find_faults(figure, *count, committed)),
            None => faults.push(format!("{}: not in {}", figure.name, build.file())),
        }
    }
    for (figure, count) in &counted {
        let target = results
            .figure
            .get(figure.name)
            .and_then(|figure| figure.target_instructions);
        if let Some(target) = target.filter(|target| count.instructions > *target) {
            let over = count.instructions - target;
            println!(
                "{}: the target of {target:.0} is MISSED by {over:.0}",
                figure.name
            );
        }
    }
    let (here, there) = (Machine::this(), &results.machine);
    match then {
        Then::Save => results.save(build, &counted)?,
        Then::Show | Then::Check => {
            if let Some(there) = there
                && (&there.rustc, &there.cpu) != (&here.rustc, &here.cpu)
            {
                println!(
                    "committed: rustc {} on {}; here: rustc {} on {}",
                    there.rustc, there.cpu, here.rustc, here.cpu
                );
            }
            for fault in &faults {
                println!("{fault}");
            }
        }
    }
    let failed = then == Then::Check && !faults.is_empty();
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn row(figure: &Figure, count: Count, committed: Option<&Committed>) -> String {
    let or_dash = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.0}"));
    format!(
        "{:58} {:>12.1} {:>9} {:>6} {:>12.2}",
        format!("{} ({})", figure.what, figure.name),
        count.instructions,
        or_dash(committed.map(|committed| committed.instructions)),
        or_dash(committed.and_then(|committed| committed.most_instructions)),
        count.allocations,
    )
}

fn find_faults(figure: &Figure, count: Count, committed: &Committed) -> Vec<String> {
    let Committed {
        instructions,
        allocations,
        most_instructions,
        most_allocations,
        // Told apart from the faults.
        target_instructions: _,
    } = *committed;
    let name = figure.name;
    let mut faults = Vec::new();
    if count.instructions > (instructions * TOLERANCE).max(instructions + SLACK) {
        faults.push(format!(
            "{name}: {:.1} instructions, {instructions:.1} committed: more than 5 % over",
            count.instructions
        ));
    }
    if count.allocations > allocations {
        let now = count.allocations;
        faults.push(format!(
            "{name}: {now:.2} allocations, {allocations:.2} committed"
        ));
    }
    if let Some(most) = most_instructions
        && count.instructions > most
    {
        faults.push(format!(
            "{name}: {:.1} instructions, the bound is {most}",
            count.instructions
        ));
    }
    if let Some(most) = most_allocations
        && count.allocations > most
    {
        faults.push(format!(
            "{name}: {:.2} allocations, the bound is {most}",
            count.allocations
        ));
    }
    faults
}
