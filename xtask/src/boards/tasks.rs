//! The board of background jobs.

use bartizan::catalog;

use super::{
    board::{Board, Choice, Row},
    expression::{buckets, quantile_by, rate_by, rise_by, share},
    link,
    panel::{Panel, Steps},
    unit::Unit,
};

const ENDED: &str = "task_duration_seconds_count";

pub(super) fn board() -> Board {
    Board {
        name: "tasks",
        title: "bartizan: background jobs",
        about: "Which jobs fail, which are stuck, which have gone silent, and how long they take.",
        source: "task_started_total",
        choice: Some(Choice {
            name: "task",
            title: "Task",
            label: "task",
            source: "task_started_total",
            all: ".+",
        }),
        rows: vec![first(), ends(), durations()],
    }
}

fn failed_share(by: &str) -> String {
    let of = |outcomes: &str| {
        let series = format!("{ENDED}{{@task,{outcomes}}}");
        if by.is_empty() {
            format!("sum(rate({series}[$__rate_interval]))")
        } else {
            rate_by(by, &series)
        }
    };
    share(
        &of("outcome=~\"error|panic\""),
        &of("outcome!=\"cancelled\""),
    )
}

fn first() -> Row {
    Row {
        title: "Is it broken, which task, since when",
        panels: vec![
            Panel::stat("Failed jobs", Unit::Share)
                .query(failed_share(""), "failed")
                .steps(Steps::Above(0.01, 0.05))
                .alerts(&["TaskFailureRatio"])
                .no_value("no jobs ended")
                .shows("Of the jobs that came to an end, the share that ended with an error or a panic. Cancelled ones are not among them.")
                .next("Failed jobs by task tells which, errors by class why.")
                .width(6),
            Panel::stat("Under way", Unit::Of(&catalog::TASK_ACTIVE))
                .query("sum(task_active{@task})", "under way")
                .shows("Jobs that are under way.")
                .next("It rises and stays: jobs hang, or come faster than they end. Oldest job tells which it is.")
                .width(6),
            Panel::stat("Oldest job", Unit::Of(&catalog::TASK_OLDEST_START_TIME))
                .query("time() - min(task_oldest_start_time_seconds{@task} > 0)", "age")
                .steps(Steps::Above(300.0, 600.0))
                .alerts(&["TaskStuck"])
                .no_value("none under way")
                .shows("For how long the oldest job has been under way, as of the last scan.")
                .next("Older than such a job ever takes: it is stuck. Oldest job by task tells which; its trace has no end yet, its log line of the start has the ids.")
                .width(6),
            Panel::stat("Longest without success", Unit::Of(&catalog::TASK_LAST_SUCCESS_TIME))
                .query("max(time() - max by (job, task) (task_last_success_time_seconds{@task} > 0))", "silence")
                .steps(Steps::Above(1800.0, 3600.0))
                .alerts(&["TaskSilent", "TaskNeverSucceeds"])
                .no_value("no success yet")
                .shows("How long ago the task succeeded last that succeeded longest ago. For one that runs once a day, a day is no fault.")
                .next("Last success by task tells which; then whether it still starts at all.")
                .width(6),
            Panel::lines("Failed jobs by task", Unit::Share)
                .query(failed_share("task"), "{{task}}")
                .steps(Steps::Above(0.01, 0.05))
                .alerts(&["TaskFailureRatio"])
                .no_value("no jobs ended")
                .shows("Each task's share of jobs that ended with an error or a panic.")
                .next("Follow the link to its failed traces, or to its lines; then errors by class.")
                .link(link::TASK_FAILURES)
                .link(link::TASK_LINES),
            Panel::lines("Oldest job by task", Unit::Of(&catalog::TASK_OLDEST_START_TIME))
                .query("time() - min by (task) (task_oldest_start_time_seconds{@task} > 0)", "{{task}}")
                .steps(Steps::Above(300.0, 600.0))
                .alerts(&["TaskStuck"])
                .no_value("none under way")
                .shows("For how long each task's oldest job has been under way. A line that rises by a second a second is one job that does not end.")
                .next("Find its start in the log: its line has trace_id. Then see what it waits for, such as a lock, a call without a time-out.")
                .link(link::TASK_TRACES)
                .link(link::TASK_LINES),
            Panel::lines("Last success by task", Unit::Of(&catalog::TASK_LAST_SUCCESS_TIME))
                .query("time() - max by (task) (task_last_success_time_seconds{@task} > 0)", "{{task}}")
                .steps(Steps::Above(1800.0, 3600.0))
                .alerts(&["TaskSilent"])
                .no_value("no success yet")
                .shows("How long ago each task succeeded last.")
                .next("It rises while the task still starts: each run fails. It rises and nothing starts: the scheduler or the queue.")
                .link(link::TASK_LINES),
        ],
    }
}

fn ends() -> Row {
    Row {
        title: "Jobs by how they end",
        panels: vec![
            Panel::stack("Ends by outcome", Unit::Other("cps"))
                .query(rate_by("outcome", &format!("{ENDED}{{@task}}")), "{{outcome}}")
                .shows("Jobs that ended in a second, by how.")
                .next("cancelled rises: a time-out outside, or a deploy. panic: the log has where."),
            Panel::stack("Started by task", Unit::Rate(&catalog::TASK_STARTED))
                .query(rate_by("task", "task_started_total{@task}"), "{{task}}")
                .shows("Jobs that were started in a second, by task.")
                .next("Nothing starts: the queue or the scheduler. Far more than usual: a retry without a pause.")
                .link(link::TASK_LINES),
            Panel::lines("Under way by task", Unit::Of(&catalog::TASK_ACTIVE))
                .query("sum by (task) (task_active{@task})", "{{task}}")
                .shows("Jobs under way, by task.")
                .next("A flat line at a round number is a limit of concurrency that is reached: jobs wait in the queue.")
                .link(link::TASK_TRACES),
            Panel::stack("Errors by class", Unit::Rate(&catalog::TASK_ERRORS))
                .query(rate_by("task, error_type", "task_errors_total{@task}"), "{{task}} {{error_type}}")
                .shows("Jobs that ended with an error, by the classes that the service declares. Panics are outcomes, and not among them.")
                .next("timeout: a dependency. _OTHER: an error that nobody gave a class; give it one.")
                .link(link::TASK_FAILURES)
                .link(link::TASK_LINES),
            Panel::table("Failed jobs in this time", Unit::Other("short"))
                .query(rise_by("task, outcome", &format!("{ENDED}{{@task,outcome!=\"success\"}}")), "")
                .width(8)
                .no_value("none failed")
                .shows("How many jobs of each task failed or were cancelled in the time that is shown.")
                .next("The first row is where to begin: follow its link to the log.")
                .link(link::TASK_LINES),
            Panel::table("Tasks", Unit::Other("short"))
                .query(rise_by("task", "task_started_total{@task}"), "")
                .width(8)
                .no_value("none was started")
                .shows("How many jobs of each task were started in the time that is shown.")
                .next("A task that is missing here did not run: choose a longer time to see when it did last.")
                .link(link::TASK_LINES),
        ],
    }
}

fn durations() -> Row {
    let stages = "TasksBuilder::stages";
    Row {
        title: "How long jobs take",
        panels: vec![
            Panel::lines("Duration by task, p95", Unit::Of(&catalog::TASK_DURATION))
                .query(
                    quantile_by(
                        "task",
                        "0.95",
                        "task_duration_seconds",
                        "@task,outcome!=\"cancelled\"",
                    ),
                    "{{task}}",
                )
                .steps(Steps::Above(300.0, 600.0))
                .alerts(&["TaskSlow"])
                .no_value("no jobs ended")
                .shows("What 95 of 100 jobs of a task stay below.")
                .next("Stages tell which part is slow; else its traces.")
                .link(link::TASK_TRACES),
            Panel::heatmap("Durations", Unit::Of(&catalog::TASK_DURATION))
                .query(buckets("task_duration_seconds", "@task"), "{{le}}")
                .shows("How many jobs took how long.")
                .next("A band at a round number of seconds is a time-out."),
            Panel::lines("Stages, p95", Unit::Of(&catalog::TASK_STAGE_DURATION))
                .query(
                    quantile_by(
                        "task, stage",
                        "0.95",
                        "task_stage_duration_seconds",
                        "@task",
                    ),
                    "{{task}} {{stage}}",
                )
                .steps(Steps::Above(300.0, 600.0))
                .opt_in(stages)
                .no_value("no stages")
                .shows("How long each part of a job takes.")
                .next("The stage that grew with the job is the one to look at.")
                .link(link::TASK_TRACES),
            Panel::lines("Failed stages", Unit::Other("cps"))
                .query(
                    rate_by(
                        "task, stage, outcome",
                        "task_stage_duration_seconds_count{@task,outcome!=\"success\"}",
                    ),
                    "{{task}} {{stage}} {{outcome}}",
                )
                .opt_in(stages)
                .no_value("no stage failed")
                .shows("Stages that did not succeed, in a second.")
                .next("The first stage that fails is the cause, later ones follow from it.")
                .link(link::TASK_FAILURES),
        ],
    }
}
