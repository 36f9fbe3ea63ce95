//! How an agent's jobs stand, and what comes next.

use crate::{
    error::CliError,
    jobs::{
        find,
        view::{View, stage_name},
    },
    output,
    time::until,
    wallet::AgentSession,
};
use repute_sdk::{
    log::{Job, Stage},
    wallet::Intent,
};
use serde::Serialize;

/// How the jobs stand, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    ok: bool,
    now: u64,
    jobs: Vec<Standing<'a>>,
    /// What waits to be done.
    queue: Vec<Queued>,
}

/// How a job stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing<'a> {
    #[serde(flatten)]
    job: crate::jobs::view::JobView<'a>,
    next: String,
}

/// Something that waits.
#[derive(Serialize)]
struct Queued {
    action: &'static str,
    job: Option<u64>,
}

/// Tells how one job stands, or all open ones.
pub fn status(mut session: AgentSession, job: Option<u64>) -> Result<(), CliError> {
    let AgentSession {
        chain,
        log,
        agent,
        now,
        ..
    } = &session;
    let wallet = agent.wallet();
    let jobs: Vec<&Job> = match job {
        Some(id) => {
            let job = find(log, id)?;
            wallet.owns(job)?;
            vec![job]
        }
        None => wallet.open_jobs().filter_map(|id| log.job(id)).collect(),
    };
    let waiting: Vec<&Intent> = agent
        .queue()
        .iter()
        .filter(|queued| queued.done.is_none())
        .map(|queued| &queued.intent)
        .collect();
    let view = View::new(chain, *now);
    let hold = chain.rules().min_hold;
    if session.json {
        return Ok(output::print_json(&Report {
            ok: true,
            now: *now,
            jobs: jobs
                .iter()
                .map(|job| Standing {
                    job: view.job(job),
                    next: next(job, *now, hold),
                })
                .collect(),
            queue: waiting
                .iter()
                .map(|intent| Queued {
                    action: intent.name(),
                    job: intent.post_id(),
                })
                .collect(),
        })?);
    }
    let rows: Vec<[String; 4]> = jobs
        .iter()
        .map(|job| {
            let [number, stage, _, budget, ..] = view.row(job, String::new());
            [number, stage, budget, next(job, *now, hold)]
        })
        .collect();
    let queued: Vec<String> = waiting
        .iter()
        .map(|intent| match intent.post_id() {
            Some(job) => format!("{} job {job}", intent.name()),
            None => intent.name().to_owned(),
        })
        .collect();
    let tell = &mut session.tell;
    match rows.is_empty() {
        true => tell.say("This agent has no open job; `repute jobs list` finds some.")?,
        false => tell.columns(["job", "stage", "budget", "next"], &rows)?,
    }
    if !queued.is_empty() {
        tell.say(&format!(
            "Waiting to be done: {}. `repute job resume` does what can be done now.",
            queued.join(", ")
        ))?;
    }
    Ok(())
}

/// What its agent does next with a job, where `hold` seconds must pass between take and settlement.
pub fn next(job: &Job, now: u64, hold: u64) -> String {
    let id = job.post_id;
    let settle = format!("`repute job settle {id}`");
    match job.stage {
        Stage::Taken if now > job.post.terms.submit_by => {
            "nothing: its time to deliver passed".to_owned()
        }
        Stage::Taken => format!(
            "deliver, at the latest {}: `repute job submit {id}`",
            until(job.post.terms.submit_by, now)
        ),
        Stage::Submitted => {
            let held = job.taken.as_ref().map_or(0, |taken| taken.at + hold);
            if job.released || job.is_cleared(now) {
                return match now < held {
                    true => format!("settle {}: {settle}", until(held, now)),
                    false => format!("settle: {settle}"),
                };
            }
            let end = match job.dispute {
                Some(_) => job.arbitration_end(),
                None => job.review_end(),
            };
            let end = end.map_or_else(String::new, |end| until(end.max(held), now));
            format!("ask for a release, or settle {end}: {settle}")
        }
        Stage::Cancelled => format!("count it as called off: {settle}"),
        other => format!("nothing: it is {}", stage_name(other)),
    }
}
