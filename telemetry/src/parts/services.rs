//! The builders of what measures jobs, calls to models, and pages.

use bartizan::{
    gen_ai::{GenAi, GenAiBuilder},
    task::TasksBuilder,
    vitals::{WebVitals, WebVitalsBuilder},
};

use crate::config::{Guess, Models, Origins, Routes, TaskLines, Tasks, Vitals};

pub(super) fn tasks(tasks: &Tasks) -> TasksBuilder {
    let Tasks {
        spans: _,
        lines,
        task_cap,
        stage_cap,
    } = tasks;
    let mut builder = bartizan::task::Tasks::builder().task_cap(*task_cap);
    if let Some(cap) = stage_cap {
        builder = builder.stages(*cap);
    }
    match lines {
        TaskLines::All => builder,
        TaskLines::Ends => builder.without_start_lines(),
        TaskLines::None => builder.without_lines(),
    }
}

pub(super) fn gen_ai(models: &Models) -> GenAiBuilder {
    let Models {
        spans: _,
        lines,
        models,
        model_cap,
        provider_cap,
        tool_cap,
        team_cap,
        keepalive_types,
        end_types,
        end_data,
    } = models;
    let mut builder = GenAi::builder()
        .models(models)
        .model_cap(*model_cap)
        .provider_cap(*provider_cap)
        .tool_cap(*tool_cap)
        .keepalive_types(keepalive_types);
    if let Some(cap) = team_cap {
        builder = builder.teams(*cap);
    }
    builder = end_types.iter().fold(builder, GenAiBuilder::end_type);
    builder = end_data.iter().fold(builder, GenAiBuilder::end_data);
    if *lines {
        builder
    } else {
        builder.without_lines()
    }
}

pub(super) fn vitals(vitals: &Vitals, routes: &Routes) -> WebVitalsBuilder {
    let Vitals {
        origins,
        pages,
        guess,
        page_limit,
        navigation_type,
        body_limit,
        timeout,
        max_rate,
        remembered_ids,
        module,
    } = vitals;
    let mut builder = WebVitals::builder()
        .page_limit(*page_limit)
        .navigation_type(*navigation_type)
        .body_limit(*body_limit)
        .timeout(timeout.as_duration())
        .max_rate(*max_rate)
        .remembered_ids(*remembered_ids)
        .module(*module);
    builder = match origins {
        Origins::Same => builder,
        Origins::Any => builder.any_origin(),
        Origins::Listed(origins) => builder.origins(origins),
    };
    let guess = guess.unwrap_or(if pages.is_empty() {
        Guess::On(Default::default())
    } else {
        Guess::Off
    });
    match routes.canonicalizer(guess) {
        Some(canonicalizer) if pages.is_empty() => builder.guess(canonicalizer),
        Some(canonicalizer) => builder.pages(pages).guess(canonicalizer),
        None => builder.pages(pages),
    }
}
