//! Public inputs in words.

use super::Handed;
use crate::utc::utc;
use alloy::primitives::U256;
use repute_circuits::policy::Policy;
use serde::Serialize;

/// A public input and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The input's name.
    pub name: &'static str,
    /// Its value; missing where only the chain knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<U256>,
    /// What it says.
    pub meaning: String,
}

/// `width` bits from `offset` on.
fn part(word: U256, offset: usize, width: usize) -> U256 {
    (word >> offset) & ((U256::from(1) << width) - U256::from(1))
}

fn number(word: U256, offset: usize, width: usize) -> u64 {
    part(word, offset, width).saturating_to()
}

/// Says what each public input means.
#[must_use]
pub fn words(handed: &Handed) -> Vec<Word> {
    let names = handed.subject.inputs().iter().zip(&handed.inputs);
    names
        .map(|(name, value)| Word {
            name,
            value: *value,
            meaning: meaning(handed, name, *value),
        })
        .collect()
}

fn meaning(handed: &Handed, name: &str, value: Option<U256>) -> String {
    let Some(value) = value else {
        return "the ticket that the board holds for the job".to_owned();
    };
    match name {
        "root" => "a root of the ledger's trees, among whose states the agent's is".to_owned(),
        "nullifier" => {
            "of the agent's state: once the ledger knows it, the state is spent".to_owned()
        }
        "commitment" => "of the state that follows".to_owned(),
        "ticket" => "ties the job to the hidden agent".to_owned(),
        "job" => match handed.job {
            Some((board, post_id)) => format!("job {post_id} of the board {board}"),
            None => "the job, by chain, board and number".to_owned(),
        },
        "context" => match (handed.ask, handed.venue) {
            (Some(ask), Some((chain_id, ledger))) => format!(
                "for the audience {} alone, challenge {}, good until {}, about the ledger {ledger} on chain {chain_id}",
                ask.audience,
                ask.challenge,
                utc(ask.deadline)
            ),
            _ => "for whom the proof is, until when, and about which ledger, hashed".to_owned(),
        },
        "scope" => match handed.ask {
            Some(ask) => format!(
                "the agent's pseudonym is for the audience {} and the label {}",
                ask.audience, ask.label
            ),
            None => "for which audience and label the pseudonym is, hashed".to_owned(),
        },
        "pseudonym" => "the agent's name within the scope".to_owned(),
        "policy" => policy(value),
        "filter" => filter(value),
        "at" => format!("as of {}", utc(value.saturating_to())),
        "offer" => format!(
            "category {}, taken at {}",
            number(value, 0, 32),
            utc(number(value, 32, 40))
        ),
        "engagement" => engagement(value),
        "reviewer" if value.is_zero() => "nobody may rate in private".to_owned(),
        "reviewer" => "the key that may rate in private, hashed".to_owned(),
        "deliverable" => "what was delivered, hashed".to_owned(),
        "binding" => "everything else that the transaction carries, hashed".to_owned(),
        _ => String::new(),
    }
}

/// A packed policy as people say it.
#[must_use]
pub fn policy(word: U256) -> String {
    let policy = match Policy::unpack(word) {
        Ok(policy) => policy,
        Err(error) => return format!("not well-formed: {error}"),
    };
    let share = |bps: u16| format!("{}.{:02} %", bps / 100, bps % 100).replace(".00", "");
    let mut said = Vec::new();
    let mut say = |is_asked: bool, text: String| {
        if is_asked {
            said.push(text);
        }
    };
    let p = &policy;
    say(
        p.min_completed > 0,
        format!("at least {} jobs completed", p.min_completed),
    );
    say(
        p.min_clients > 0,
        format!("for at least {} clients", p.min_clients),
    );
    say(
        p.min_success_bps > 0,
        format!("a success rate of {} or more", share(p.min_success_bps)),
    );
    say(
        p.free_open > 0,
        format!(
            "of which up to {} unresolved jobs do not count",
            p.free_open
        ),
    );
    say(
        p.min_rating > 0,
        format!("an average rating of {} or more", p.min_rating),
    );
    say(
        p.min_rated_bps > 0,
        format!("{} or more of the jobs rated", share(p.min_rated_bps)),
    );
    say(
        p.min_volume > 0,
        format!("budgets of {} base units or more in all", p.min_volume),
    );
    say(
        p.min_kept_bps > 0,
        format!(
            "{} or more of the jobs not called off",
            share(p.min_kept_bps)
        ),
    );
    say(
        p.min_age_days > 0,
        format!("{} days or more since the first job", p.min_age_days),
    );
    match said.is_empty() {
        true => "asks for nothing".to_owned(),
        false => said.join(", "),
    }
}

fn filter(word: U256) -> String {
    let category = match number(word, 32, 1) {
        1 => "jobs of every category".to_owned(),
        _ => format!("jobs of category {}", number(word, 0, 32)),
    };
    format!("{category} taken at {} or later", utc(number(word, 33, 40)))
}

fn engagement(word: U256) -> String {
    let ended = match number(word, 219, 2) {
        2 => format!(
            "completed, budget {} base units, {}",
            part(word, 83, 96),
            match number(word, 221, 2) {
                0 => "not rated".to_owned(),
                1 => "rated in private".to_owned(),
                _ => format!(
                    "rated {} in the open",
                    number(word, 223, 8).saturating_sub(1)
                ),
            }
        ),
        3 => "called off".to_owned(),
        _ => "ended in no way that there is".to_owned(),
    };
    format!(
        "category {}, taken at {}, {ended} at {}",
        number(word, 0, 32),
        utc(number(word, 179, 40)),
        utc(number(word, 32, 40))
    )
}
