//! The record, as only the agent can read it.

use crate::{
    error::CliError,
    output::{self, percent},
    time::{moment, until},
    wallet::AgentSession,
};
use alloy::primitives::{Address, U256};
use repute_circuits::{policy::BPS, state::AgentState};
use serde::Serialize;

/// The record, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    ok: bool,
    registered: bool,
    record: Record,
    open_jobs: Vec<u64>,
    /// Unix seconds after which the shown state is best refreshed; nothing where none was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_after: Option<u64>,
    payouts: Vec<Payout>,
}

/// A state: counts, base units, unix seconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    accepted: u32,
    completed: u32,
    cancelled: u32,
    rated: u32,
    clients: u32,
    rating_sum: u64,
    volume: String,
    first_at: u64,
    last_at: u64,
}

/// A job that was paid.
#[derive(Serialize)]
struct Payout {
    job: u64,
    recipient: Address,
    paid: String,
}

impl Record {
    fn new(state: &AgentState) -> Self {
        Self {
            accepted: state.accepted,
            completed: state.completed,
            cancelled: state.cancelled,
            rated: state.rated,
            clients: state.clients,
            rating_sum: state.rating_sum,
            volume: state.volume.to_string(),
            first_at: state.first_at,
            last_at: state.last_at,
        }
    }
}

/// Prints the record.
pub fn show(mut session: AgentSession) -> Result<(), CliError> {
    let wallet = session.agent.wallet();
    let state = wallet.state();
    let shown = wallet.shown().ok().flatten();
    let open_jobs: Vec<u64> = wallet.open_jobs().collect();
    let paid = |job: u64| {
        let settled = session.log.job(job).and_then(|job| job.settled);
        settled.map_or(U256::ZERO, |settled| settled.paid)
    };
    let payouts: Vec<(u64, Address, U256)> = wallet
        .payouts(&session.log)
        .into_iter()
        .map(|payout| (payout.post_id, payout.recipient, paid(payout.post_id)))
        .collect();
    if session.json {
        return Ok(output::print_json(&Report {
            ok: true,
            registered: wallet.is_registered(),
            record: Record::new(&state),
            open_jobs,
            refresh_after: shown.map(|shown| shown.refresh_after),
            payouts: payouts
                .into_iter()
                .map(|(job, recipient, paid)| Payout {
                    job,
                    recipient,
                    paid: paid.to_string(),
                })
                .collect(),
        })?);
    }
    if !wallet.is_registered() {
        return Ok(session
            .tell
            .say("This agent is not registered; `repute agent register` does that.")?);
    }
    let token = session.chain.token();
    let facts = facts(
        &state,
        output::amount(U256::from(state.volume), token),
        session.now,
    );
    let rows: Vec<[String; 3]> = payouts
        .iter()
        .map(|(job, recipient, paid)| {
            [
                job.to_string(),
                output::amount(*paid, token),
                recipient.to_string(),
            ]
        })
        .collect();
    let tell = &mut session.tell;
    tell.title("Record")?;
    tell.facts(&facts)?;
    if !rows.is_empty() {
        tell.title("Payouts")?;
        tell.columns(["job", "paid", "to"], &rows)?;
    }
    if let Some(shown) = shown {
        tell.aside(&format!(
            "The current state has left this machine. Before it is used for anything else it must be \
             refreshed, best {} or later: `repute agent refresh`.",
            until(shown.refresh_after, session.now)
        ))?;
    }
    Ok(())
}

fn facts(state: &AgentState, volume: String, now: u64) -> Vec<(&'static str, String)> {
    let share = |part: u64, whole: u64| match whole {
        0 => "none yet".to_owned(),
        whole => percent(part * u64::from(BPS) / whole),
    };
    let [accepted, completed, cancelled, rated] = [
        state.accepted,
        state.completed,
        state.cancelled,
        state.rated,
    ]
    .map(u64::from);
    let mut facts = vec![
        ("jobs taken", accepted.to_string()),
        ("completed", completed.to_string()),
        ("called off", cancelled.to_string()),
        ("success rate", share(completed, accepted - cancelled)),
        ("distinct clients", state.clients.to_string()),
        ("volume", volume),
        (
            "average rating",
            match rated {
                0 => "none yet".to_owned(),
                rated => format!(
                    "{:.2} of 100, in {rated} jobs",
                    state.rating_sum as f64 / rated as f64
                ),
            },
        ),
    ];
    if state.first_at > 0 {
        let first = format!(
            "{} ({})",
            moment(state.first_at),
            until(state.first_at, now)
        );
        facts.push(("first job", first));
    }
    facts
}
