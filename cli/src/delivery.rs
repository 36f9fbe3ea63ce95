//! Doing what an agent wants done, and telling what became of it.

use crate::{
    courier::Chosen,
    error::{CliError, Kind},
    output,
    reveal::Reveal,
    spinner::Spinner,
    time::until,
    wallet::AgentSession,
};
use repute_sdk::{board::Delivery, wallet::Intent};
use serde::Serialize;

/// What was done, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    ok: bool,
    done: Vec<Act>,
    /// What waits: for its time, for a relayer to send what a file holds, or for what is before it.
    waiting: Vec<Act>,
    failed: Vec<Act>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reveals: Option<Reveal>,
}

/// An act and what became of it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Act {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<u64>,
    /// Unix seconds from which it can be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Act {
    fn new(intent: &Intent) -> Self {
        Self {
            action: intent.name(),
            job: intent.post_id(),
            from: None,
            reason: None,
        }
    }

    fn words(&self) -> String {
        match self.job {
            Some(job) => format!("{} job {job}", self.action),
            None => self.action.to_owned(),
        }
    }
}

/// Puts `intent` into the agent's queue, does what can be done now, and tells what became of it.
///
/// # Errors
/// Where something that was asked for cannot be done; see [`CliError`].
pub async fn run(
    mut session: AgentSession,
    intent: Option<Intent>,
    courier: &Chosen,
    reveals: Option<Reveal>,
) -> Result<(), CliError> {
    if let Some(intent) = &intent {
        session.agent.enqueue(intent.clone())?;
    }
    let spinner = Spinner::new("proving and sending");
    let delivered = session.agent.deliver(courier, &mut session.log).await?;
    drop(spinner);
    let Delivery {
        done,
        failed,
        waiting,
    } = delivered;
    let report = Report {
        ok: failed.is_empty(),
        done: done.iter().map(Act::new).collect(),
        waiting: waiting
            .iter()
            .map(|waiting| Act {
                from: waiting.until,
                ..Act::new(&waiting.intent)
            })
            .collect(),
        failed: failed
            .iter()
            .map(|failed| Act {
                reason: Some(failed.reason.to_string()),
                ..Act::new(&failed.intent)
            })
            .collect(),
        reveals,
    };
    let now = session.chain.now().await?;
    let tell = &mut session.tell;
    for act in &report.done {
        tell.done(&format!("Done: {}", act.words()), None)?;
    }
    for act in &report.waiting {
        let words = act.words();
        match (act.from, courier) {
            (Some(from), _) => tell.say(&format!(
                "Waiting: {words} can be done {}; `repute job resume` does it then",
                until(from, now)
            ))?,
            (None, Chosen::File { path, .. }) => tell.say(&format!(
                "Waiting: {words}; give {} to a relayer, then `repute job resume`",
                path.display()
            ))?,
            (None, _) => tell.say(&format!(
                "Waiting: {words} comes after something else; `repute job resume` goes on"
            ))?,
        }
    }
    if report.failed.is_empty() {
        return match session.json {
            true => Ok(output::print_json(&report)?),
            false => Ok(()),
        };
    }
    let reasons: Vec<String> = report
        .failed
        .iter()
        .map(|act| {
            let reason = act.reason.as_deref().unwrap_or_default();
            format!("{}: {reason}", act.words())
        })
        .collect();
    Err(CliError::new(Kind::Refused, reasons.join("; "))
        .with("done", &report.done)
        .with("waiting", &report.waiting)
        .with("failed", &report.failed))
}
