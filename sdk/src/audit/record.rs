//! One agent's whole record, rebuilt for an auditor that the agent chose.

use super::{Fault, Finding, Place};
use crate::{
    log::{Change, Job, Leaf, Log, Stage},
    wallet::{Book, Reader, RecordError},
};
use alloy::primitives::U256;
use repute_circuits::{field::to_word, statement::settle::Outcome};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write as _};

/// What a change of the record was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// A job was taken.
    Taken,
    /// A job was paid.
    Completed,
    /// A job that was called off was counted.
    Cancelled,
    /// Only the nullifier changed.
    Refreshed,
}

impl Entry {
    /// The entry's name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Refreshed => "refreshed",
        }
    }
}

/// One change, with the totals after it. Amounts are base units, times unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What changed.
    pub entry: Entry,
    /// The job's number on the board; none for a refresh.
    pub job: Option<u64>,
    /// The job's category.
    pub category: Option<u32>,
    /// When, as the proof says.
    pub at: Option<u64>,
    /// What the job was worth, where it was completed.
    pub budget: Option<u128>,
    /// The rating, also where only the agent knows it.
    pub rating: Option<u8>,
    /// Where the state after it is.
    pub leaf: Leaf,
    /// Its commitment.
    pub commitment: U256,
    /// The nullifier that the change published.
    pub nullifier: U256,
    /// Jobs taken so far.
    pub accepted: u32,
    /// Jobs completed so far.
    pub completed: u32,
    /// Jobs called off so far.
    pub cancelled: u32,
    /// Sum of ratings so far.
    pub rating_sum: u64,
    /// Sum of budgets of completed jobs so far.
    pub volume: u128,
}

/// A record, and whether it is what the chain says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordReport {
    /// Whether every state's commitment, and every job, is as the record says.
    pub ok: bool,
    /// The agent's identity as it was registered.
    pub identity: U256,
    /// Where its first state is.
    pub registered: Leaf,
    /// Its changes, oldest first.
    pub rows: Vec<Row>,
    /// Jobs taken that did not end in the record, with their stage on the board.
    pub unresolved: Vec<Unresolved>,
    /// Commitments that were derived again and found on the ledger.
    pub commitments: usize,
    /// What does not fit.
    pub findings: Vec<Finding>,
}

/// A job that counts as not completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unresolved {
    /// Its number on the board.
    pub job: u64,
    /// Its stage there.
    pub stage: String,
}

/// Rebuilds the record that `reader` reads, and reconciles it: each state's commitment with the one
/// that the ledger holds, and each job with the board's.
///
/// # Errors
/// [`RecordError`] where the agent is not registered, or a state follows from nothing.
pub fn audit_record(reader: &Reader, log: &Log) -> Result<RecordReport, RecordError> {
    let book = reader.read(log, &BTreeMap::new())?;
    let registered = log
        .registration(reader.identity())
        .ok_or(RecordError::NotRegistered)?;
    let mut findings = Vec::new();
    let rows = rows(&book, log);
    let totals = rows.last();
    let state = &book.state;
    let told = totals.map_or((0, 0, 0, 0, 0), |row| {
        (
            row.accepted,
            row.completed,
            row.cancelled,
            row.rating_sum,
            row.volume,
        )
    });
    let held = (
        state.accepted,
        state.completed,
        state.cancelled,
        state.rating_sum,
        state.volume,
    );
    if told != held || !reader.agrees(&book, log) {
        findings.push(mismatch(
            Place::default(),
            "the last state is not the sum of the record",
        ));
    }
    let unresolved = unresolved(&rows, log, &mut findings);
    Ok(RecordReport {
        ok: findings.is_empty(),
        identity: to_word(reader.identity()),
        registered,
        commitments: rows.len() + 1,
        rows,
        unresolved,
        findings,
    })
}

fn mismatch(place: Place, words: &str) -> Finding {
    Finding {
        fault: Fault::RecordMismatch,
        place,
        words: words.to_owned(),
    }
}

fn rows(book: &Book, log: &Log) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(book.steps.len());
    for step in &book.steps {
        let mut row = Row {
            entry: Entry::Refreshed,
            job: None,
            category: None,
            at: None,
            budget: None,
            rating: step.rating,
            leaf: step.leaf,
            commitment: log.commitment(step.leaf).map_or(U256::ZERO, to_word),
            nullifier: to_word(step.nullifier),
            accepted: 0,
            completed: 0,
            cancelled: 0,
            rating_sum: 0,
            volume: 0,
        };
        if let Some(before) = rows.last() {
            (row.accepted, row.completed, row.cancelled) =
                (before.accepted, before.completed, before.cancelled);
            (row.rating_sum, row.volume) = (before.rating_sum, before.volume);
        }
        match step.change {
            Change::Refresh => {}
            Change::Take { post_id, offer } => {
                row.entry = Entry::Taken;
                (row.job, row.category, row.at) =
                    (Some(post_id), Some(offer.category), Some(offer.at));
                row.accepted += 1;
            }
            Change::Settle {
                post_id,
                engagement,
            } => {
                (row.job, row.category, row.at) = (
                    Some(post_id),
                    Some(engagement.category),
                    Some(engagement.at),
                );
                match engagement.outcome {
                    Outcome::Completed => {
                        row.entry = Entry::Completed;
                        row.budget = Some(engagement.budget);
                        row.completed += 1;
                        row.rating_sum += u64::from(step.rating.unwrap_or(0));
                        row.volume += engagement.budget;
                    }
                    Outcome::Cancelled => {
                        row.entry = Entry::Cancelled;
                        row.cancelled += 1;
                    }
                }
            }
        }
        rows.push(row);
    }
    rows
}

/// Jobs taken without an end in the record; one that the board paid must have one.
fn unresolved(rows: &[Row], log: &Log, findings: &mut Vec<Finding>) -> Vec<Unresolved> {
    let mut open: BTreeMap<u64, ()> = BTreeMap::new();
    for row in rows {
        match (row.entry, row.job) {
            (Entry::Taken, Some(job)) => drop(open.insert(job, ())),
            (Entry::Completed | Entry::Cancelled, Some(job)) => drop(open.remove(&job)),
            _ => {}
        }
    }
    open.into_keys()
        .map(|job| {
            let stage = log.job(job).map(|job: &Job| job.stage);
            if matches!(stage, Some(Stage::Completed | Stage::CancelFolded)) {
                let place = Place::default().of_job(job);
                findings.push(mismatch(
                    place,
                    "the board ended the job and the record did not",
                ));
            }
            Unresolved {
                job,
                stage: stage.map_or("unknown".to_owned(), |stage| {
                    format!("{stage:?}").to_lowercase()
                }),
            }
        })
        .collect()
}

impl RecordReport {
    /// The rows as CSV (RFC 4180), with a header; amounts in base units, times in unix seconds.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv =
            "entry,job,category,at,budget,rating,tree,leaf,commitment,nullifier,accepted,\
                       completed,cancelled,ratingSum,volume\r\n"
                .to_owned();
        fn field(value: Option<impl ToString>) -> String {
            value.map_or(String::new(), |value| value.to_string())
        }
        for row in &self.rows {
            let written = write!(
                csv,
                "{},{},{},{},{},{},{},{},{:#066x},{:#066x},{},{},{},{},{}\r\n",
                row.entry.name(),
                field(row.job),
                field(row.category),
                field(row.at),
                field(row.budget),
                field(row.rating),
                row.leaf.tree,
                row.leaf.index,
                row.commitment,
                row.nullifier,
                row.accepted,
                row.completed,
                row.cancelled,
                row.rating_sum,
                row.volume
            );
            written.expect("a String takes everything");
        }
        csv
    }
}
