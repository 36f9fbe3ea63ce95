//! What the chain does not show, checked against everything that was published on it.

use super::{jobs::Worker, report::Hidden, world::World};
use crate::error::CliError;
use alloy::primitives::{Address, B256};
use repute_circuits::field::{Fr, to_word};
use repute_sdk::{log::Change, observer::Observation, wallet::Wallet};
use std::collections::HashSet;

/// An agent's secrets and the jobs it took: what nobody else should find.
pub struct Secrets {
    identity: B256,
    words: Vec<B256>,
    jobs: Vec<u64>,
}

impl Secrets {
    /// What `worker` would not want to be found.
    pub fn of(w: &World, worker: &Worker) -> Result<Self, CliError> {
        let wallet = worker.agent.wallet();
        let secret = wallet.secrets().secret();
        let state = wallet.state();
        let mut words: Vec<B256> = [
            secret.expose(),
            secret.view().expose(),
            secret.owner(),
            state.digest(),
            state.counters(),
            state.seen,
            state.history,
        ]
        .map(word)
        .to_vec();
        let jobs = taken(wallet)?;
        for post_id in &jobs {
            let job = w.job(*post_id)?;
            words.push(wallet.worker(job)?.to_bytes());
            words.push(wallet.payout_key(job).to_bytes());
        }
        Ok(Self {
            identity: word(wallet.secrets().identity()),
            words,
            jobs,
        })
    }
}

fn word(element: Fr) -> B256 {
    to_word(element).into()
}

fn taken(wallet: &Wallet) -> Result<Vec<u64>, CliError> {
    let steps = &wallet.book()?.steps;
    let taken = steps.iter().filter_map(|step| match step.change {
        Change::Take { post_id, .. } => Some(post_id),
        _ => None,
    });
    Ok(taken.collect())
}

/// Searches the chain for what must not be there, and says what was not found.
pub fn check(
    w: &World,
    observation: &Observation,
    agents: [Secrets; 2],
) -> Result<Vec<Hidden>, CliError> {
    for agent in &agents {
        // The identity is published once, so a search that does not find it finds nothing.
        if observation.mentions(agent.identity.as_slice()).len() != 1 {
            return Err(CliError::internal(
                "a registration is not found on the chain",
            ));
        }
    }
    let secrets: HashSet<B256> = agents.iter().flat_map(|a| a.words.clone()).collect();
    for secret in &secrets {
        if let Some(published) = observation.mentions(secret.as_slice()).first() {
            return Err(CliError::internal(format!(
                "transaction {} shows an agent's secret",
                published.transaction
            )));
        }
    }
    // One-time keys and tickets: no value may come back in two jobs, whoever took them.
    let jobs: Vec<_> = w.log.jobs().filter_map(|job| job.taken.as_ref()).collect();
    let workers: HashSet<Address> = jobs.iter().map(|taken| taken.worker).collect();
    let tickets: HashSet<Fr> = jobs.iter().map(|taken| taken.ticket).collect();
    if workers.len() != jobs.len() || tickets.len() != jobs.len() {
        return Err(CliError::internal(
            "two jobs share a worker key or a ticket",
        ));
    }
    let [ada, ben] = agents.map(|agent| agent.jobs.len());
    Ok(vec![
        Hidden {
            what: format!(
                "which of the {} jobs were done by the same agent",
                jobs.len()
            ),
            because: format!(
                "each has a worker key, a ticket and a recipient of its own, and one provider stands \
                 for all agents (in truth Ada took {ada} and Ben {ben})"
            ),
        },
        Hidden {
            what: "which agent did a job".to_owned(),
            because: "a registration and a job share no value: each change of a record spends a \
                      nullifier that nobody else can compute"
                .to_owned(),
        },
        Hidden {
            what: "Cleo's private rating".to_owned(),
            because:
                "her signature is checked inside the proof, which shows only that there is one"
                    .to_owned(),
        },
        Hidden {
            what: "any agent's record: jobs, clients, success rate, ratings, volume".to_owned(),
            because: "the ledger stores commitments only".to_owned(),
        },
        Hidden {
            what: format!("any of {} secret values of the agents", secrets.len()),
            because: format!(
                "they were searched for in all {} transactions and their events, and not found",
                observation.transactions.len()
            ),
        },
    ])
}
