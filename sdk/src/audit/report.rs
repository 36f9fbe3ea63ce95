//! What an audit reports.

use super::{
    Counts, Finding, Point, Reason,
    books::{Books, Stage, Status},
    facts::Facts,
};
use crate::chain::Token;
use alloy::primitives::{Address, B256, U256};
use repute_contracts::deploy::Manifest;
use serde::Serialize;

/// The outcome of an audit. Amounts are base units, times unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was found.
    pub ok: bool,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The job board.
    pub board: Address,
    /// The agent ledger.
    pub ledger: Address,
    /// The block of the deployment's first transaction.
    pub first_block: u64,
    /// The block up to which the audit looked.
    pub block: u64,
    /// Its hash.
    pub block_hash: B256,
    /// Its time.
    pub time: u64,
    /// The token's symbol; empty where it has none.
    pub symbol: String,
    /// The token's decimals.
    pub decimals: u8,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    pub more_findings: u64,
    /// What was checked, each in a sentence.
    pub checked: Vec<String>,
    /// What was not checked, and why.
    pub not_checked: Vec<Unchecked>,
    /// How much was looked at.
    pub counts: Counts,
    /// Money that moved, by reason.
    pub moved: Vec<Moved>,
    /// Money that is still held.
    pub held: Held,
    /// How the deployment grew.
    pub series: Vec<Point>,
}

/// Something that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// What, and why not.
    pub what: String,
    /// How often it came up.
    pub times: u64,
}

/// Transfers for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The reason.
    pub reason: Reason,
    /// Base units.
    pub amount: U256,
}

/// What the contracts hold at the end, by the events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Budgets of funded and submitted jobs, in the escrow.
    pub budgets: U256,
    /// Credits that their owners did not take yet.
    pub credits: U256,
    /// Platform fees set aside.
    pub platform_fees: U256,
    /// Posts that nobody took yet.
    pub open_posts: u64,
    /// Jobs taken or submitted.
    pub unresolved_jobs: u64,
}

pub(super) fn make(
    books: &Books,
    facts: &Facts,
    manifest: &Manifest,
    token: Option<Token>,
    (block, block_hash, time): (u64, B256, u64),
) -> Report {
    let (symbol, decimals) = token.map_or((String::new(), 0), |t| (t.symbol, t.decimals));
    let stages = |wanted: &[Stage]| {
        let jobs = books.jobs.values();
        jobs.filter(|job| wanted.contains(&job.stage)).count() as u64
    };
    let budgets = books
        .escrow_jobs
        .values()
        .filter(|job| matches!(job.status, Status::Funded | Status::Submitted))
        .filter(|job| job.token == facts.token)
        .fold(U256::ZERO, |sum, job| sum.saturating_add(job.budget));
    let credits = books.credits.values();
    Report {
        ok: books.findings.is_empty(),
        chain_id: manifest.chain_id,
        board: facts.board,
        ledger: facts.ledger,
        first_block: manifest.block,
        block,
        block_hash,
        time,
        symbol,
        decimals,
        findings: books.findings.clone(),
        more_findings: books.more_findings,
        checked: checked(books),
        not_checked: not_checked(books),
        counts: books.counts,
        moved: books
            .money
            .by_reason
            .iter()
            .map(|(reason, amount)| Moved {
                reason: *reason,
                amount: *amount,
            })
            .collect(),
        held: Held {
            budgets,
            credits: credits.fold(U256::ZERO, |sum, credit| sum.saturating_add(*credit)),
            platform_fees: books.money.platform_fees,
            open_posts: stages(&[Stage::Open]),
            unresolved_jobs: stages(&[Stage::Taken, Stage::Submitted]),
        },
        series: books.series.points(),
    }
}

fn checked(books: &Books) -> Vec<String> {
    let counts = &books.counts;
    let (roots, nullifiers) = (books.roots.len(), books.nullifiers.len());
    vec![
        "the code of every contract against the compiled artifacts, and the values that constructors \
         fixed against the manifest"
            .to_owned(),
        "the verifying keys in the verifiers' code against the manifest, and the circuits against those \
         compiled here"
            .to_owned(),
        format!(
            "{} blocks: their hashes, their transactions and receipts against the roots in their \
             headers, and logs against receipts",
            counts.blocks
        ),
        format!(
            "{} transactions and {} events, each event against the call that left it",
            counts.transactions, counts.events
        ),
        format!(
            "{} registrations, {} takes, {} settlements ({} of them in batches), {} refreshes and {} \
             folds derived again: public inputs, signatures, times, periods, senders",
            counts.registrations,
            counts.takes,
            counts.settlements,
            counts.batched_settlements,
            counts.refreshes,
            counts.folds
        ),
        format!(
            "{} proofs verified again, {} of them in batches",
            counts.proofs_in_batches + counts.proofs_one_by_one,
            counts.proofs_in_batches
        ),
        format!(
            "the tree of {} leaves, {roots} roots and {nullifiers} nullifiers rebuilt and asked from the \
             ledger",
            books.leaf_count()
        ),
        format!(
            "{} jobs with their tickets, stages, periods and escrow jobs, in ERC-8183's order",
            books.jobs.len()
        ),
        format!(
            "{} transfers and all credits to the base unit: what was paid in is what was paid out and is \
             still held",
            counts.transfers
        ),
        "the invariants of the protocol on the chain's state: leaves, balances of board, escrow and \
         provider, liabilities, allowance, one ticket for each funded job, one settlement for each \
         completed one, nothing locked after expiry"
            .to_owned(),
    ]
}

fn not_checked(books: &Books) -> Vec<Unchecked> {
    let always = [
        "that the node's blocks are those that the network agreed on: consensus is not verified",
        "what left no event: transactions that failed, and proofs that were only shown",
    ];
    let mut all: Vec<Unchecked> = books
        .unchecked_deployment
        .iter()
        .chain(&books.unchecked)
        .map(|(what, times)| Unchecked {
            what: what.clone(),
            times: *times,
        })
        .collect();
    all.extend(always.map(|what| Unchecked {
        what: what.to_owned(),
        times: 1,
    }));
    all
}

impl Report {
    /// How many proofs were verified again.
    #[must_use]
    pub fn proofs(&self) -> u64 {
        self.counts.proofs_in_batches + self.counts.proofs_one_by_one
    }
}
