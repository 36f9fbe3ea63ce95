//! A job as people and programs read it.

use crate::{
    output::{amount, duration},
    policy::Written,
    time::{moment, until},
};
use alloy::primitives::{Address, B256, U256};
use repute_circuits::{field::to_word, statement::settle::Mode};
use repute_sdk::{
    chain::Chain,
    log::{Dispute, Job, Stage},
};
use serde::Serialize;

/// A board in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoardView<'a> {
    chain_id: u64,
    board: Address,
    token: TokenView<'a>,
    /// The newest block's time, unix seconds.
    now: u64,
}

/// The board's token in JSON.
#[derive(Serialize)]
struct TokenView<'a> {
    symbol: &'a str,
    decimals: u8,
}

/// A job in JSON: amounts are decimal strings in base units, times unix seconds, periods seconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView<'a> {
    job: u64,
    stage: &'static str,
    category: u32,
    client: Address,
    budget: String,
    /// As arguments write it.
    policy: String,
    reviewer: Option<U256>,
    review_period: u64,
    arbiter: Option<Address>,
    arbitration_period: u64,
    arbiter_fee: String,
    take_by: u64,
    submit_by: u64,
    relay_fee: String,
    bond: String,
    selective: bool,
    description_hash: B256,
    description_uri: &'a str,
    taken: Option<TakenView>,
    submitted: Option<SubmittedView>,
    open_rating: Option<u8>,
    dispute: Option<&'static str>,
    released: bool,
    settled: Option<SettledView>,
}

#[derive(Serialize)]
struct TakenView {
    worker: Address,
    at: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubmittedView {
    deliverable: B256,
    at: u64,
    review_end: Option<u64>,
    arbitration_end: Option<u64>,
}

#[derive(Serialize)]
struct SettledView {
    recipient: Address,
    paid: String,
    rating: &'static str,
}

/// How jobs of a board look at a time.
pub struct View<'a> {
    chain: &'a Chain,
    now: u64,
}

impl<'a> View<'a> {
    /// A view of the chain's board at `now`.
    pub fn new(chain: &'a Chain, now: u64) -> Self {
        Self { chain, now }
    }

    /// The board in JSON.
    pub fn board(&self) -> BoardView<'a> {
        let token = self.chain.token();
        BoardView {
            chain_id: self.chain.id(),
            board: self.chain.board(),
            token: TokenView {
                symbol: &token.symbol,
                decimals: token.decimals,
            },
            now: self.now,
        }
    }

    /// The job in JSON.
    pub fn job(&self, job: &'a Job) -> JobView<'a> {
        let terms = &job.post.terms;
        JobView {
            job: job.post_id,
            stage: stage_name(job.stage),
            category: terms.category,
            client: job.post.client,
            budget: job.post.budget.to_string(),
            policy: Written(&terms.policy, self.chain.token()).to_string(),
            reviewer: terms.reviewer.map(to_word),
            review_period: terms.review_period,
            arbiter: terms.arbitration.map(|arbitration| arbitration.arbiter),
            arbitration_period: terms
                .arbitration
                .map_or(0, |arbitration| arbitration.period),
            arbiter_fee: terms.arbiter_fee().to_string(),
            take_by: terms.take_by,
            submit_by: terms.submit_by,
            relay_fee: terms.relay_fee.to_string(),
            bond: terms.bond.to_string(),
            selective: terms.selective,
            description_hash: terms.description_hash,
            description_uri: &terms.description_uri,
            taken: job.taken.as_ref().map(|taken| TakenView {
                worker: taken.worker,
                at: taken.at,
            }),
            submitted: job.submitted.map(|submitted| SubmittedView {
                deliverable: submitted.deliverable,
                at: submitted.at,
                review_end: job.review_end(),
                arbitration_end: job.arbitration_end(),
            }),
            open_rating: job.open_rating,
            dispute: job.dispute.map(dispute_name),
            released: job.released,
            settled: job.settled.map(|settled| SettledView {
                recipient: settled.recipient,
                paid: settled.paid.to_string(),
                rating: match settled.mode {
                    Mode::Silence => "none",
                    Mode::Private => "private",
                    Mode::Open => "open",
                },
            }),
        }
    }

    fn tokens(&self, base_units: u128) -> String {
        amount(U256::from(base_units), self.chain.token())
    }

    fn time(&self, at: u64) -> String {
        format!("{} ({})", moment(at), until(at, self.now))
    }

    /// The job as a row of a table: number, stage, category, budget, client, the next time that
    /// matters, policy.
    pub fn row(&self, job: &Job, client: String) -> [String; 7] {
        let terms = &job.post.terms;
        let next = match job.stage {
            Stage::Open => Some(terms.take_by),
            Stage::Taken => Some(terms.submit_by),
            Stage::Submitted if job.dispute == Some(Dispute::Raised) => job.arbitration_end(),
            Stage::Submitted => job.review_end(),
            _ => None,
        };
        [
            job.post_id.to_string(),
            stage_words(job.stage).to_owned(),
            terms.category.to_string(),
            self.tokens(job.post.budget),
            client,
            next.map_or_else(String::new, |at| until(at, self.now)),
            Written(&terms.policy, self.chain.token()).to_string(),
        ]
    }

    /// Everything about the job, as names and values.
    pub fn facts(&self, job: &Job) -> Vec<(&'static str, String)> {
        let terms = &job.post.terms;
        let mut facts = vec![
            ("stage", stage_words(job.stage).to_owned()),
            ("category", terms.category.to_string()),
            ("client", job.post.client.to_string()),
            ("budget", self.tokens(job.post.budget)),
            (
                "asks for",
                Written(&terms.policy, self.chain.token()).to_string(),
            ),
            (
                "open to",
                match terms.selective {
                    true => "agents that the client approves".to_owned(),
                    false => "anyone who meets this".to_owned(),
                },
            ),
            ("take by", self.time(terms.take_by)),
            ("submit by", self.time(terms.submit_by)),
            ("review", duration(terms.review_period)),
        ];
        if let Some(reviewer) = terms.reviewer {
            facts.push(("reviewer", to_word(reviewer).to_string()));
        }
        if let Some(arbitration) = terms.arbitration {
            facts.push(("arbiter", arbitration.arbiter.to_string()));
            facts.push(("arbitration", duration(arbitration.period)));
            facts.push(("arbiter fee", self.tokens(arbitration.fee)));
        }
        facts.extend([
            ("relay fee", self.tokens(terms.relay_fee)),
            ("bond", self.tokens(terms.bond)),
            ("description", terms.description_uri.clone()),
            ("its hash", terms.description_hash.to_string()),
        ]);
        if let Some(taken) = &job.taken {
            facts.push(("taken", self.time(taken.at)));
            facts.push(("worker key", taken.worker.to_string()));
        }
        if let Some(submitted) = job.submitted {
            facts.push(("submitted", self.time(submitted.at)));
            facts.push(("deliverable", submitted.deliverable.to_string()));
        }
        for (name, end) in [
            ("review ends", job.review_end()),
            ("arbitration ends", job.arbitration_end()),
        ] {
            if let Some(end) = end {
                facts.push((name, self.time(end)));
            }
        }
        if let Some(rating) = job.open_rating {
            facts.push(("open rating", rating.to_string()));
        }
        if let Some(dispute) = job.dispute {
            facts.push(("dispute", dispute_words(dispute).to_owned()));
        }
        if job.released {
            facts.push(("released", "by the client, on the record".to_owned()));
        }
        if let Some(settled) = job.settled {
            facts.push(("paid", amount(settled.paid, self.chain.token())));
            facts.push(("paid to", settled.recipient.to_string()));
        }
        facts
    }
}

/// A stage's name in JSON.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "open",
        Stage::Withdrawn => "withdrawn",
        Stage::Taken => "taken",
        Stage::Submitted => "submitted",
        Stage::Completed => "completed",
        Stage::Rejected => "rejected",
        Stage::Reclaimed => "reclaimed",
        Stage::Cancelled => "cancelled",
        Stage::CancelFolded => "cancelFolded",
    }
}

/// A stage in words.
fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Cancelled => "called off",
        Stage::CancelFolded => "called off, in the record",
        other => stage_name(other),
    }
}

fn dispute_name(dispute: Dispute) -> &'static str {
    match dispute {
        Dispute::Raised => "raised",
        Dispute::RuledFor => "ruledFor",
        Dispute::RuledAgainst => "ruledAgainst",
    }
}

fn dispute_words(dispute: Dispute) -> &'static str {
    match dispute {
        Dispute::Raised => "raised, not ruled on",
        Dispute::RuledFor => "ruled for the agent",
        Dispute::RuledAgainst => "ruled against the agent",
    }
}
