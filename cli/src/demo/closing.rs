//! Everybody takes what the board owes, and the sums are shown.

use super::{
    report::{PaymentKind, Totals},
    world::{WITHDRAW_CREDIT, World},
};
use crate::{
    error::CliError,
    output::{amount, grouped},
};
use alloy::primitives::U256;
use repute_contracts::bindings::{JobBoard, JobEscrow};
use std::collections::BTreeMap;

/// Credits and fees are collected, after which the contracts hold nothing.
pub async fn collect(w: &mut World) -> Result<(), CliError> {
    w.tell.title("Everybody takes what is owed")?;
    let board = w.chain.board();
    let owners = [
        ("Cleo", w.cleo.client.account().clone()),
        ("Dan", w.dan.client.account().clone()),
        ("Rita", w.rita.account().clone()),
        ("Jo", w.judge.account().clone()),
    ];
    for (name, account) in owners {
        let to = account.address();
        let owed = JobBoard::creditsCall { owner: to };
        let owed = w.chain.call(board, &owed).await?;
        let receipt = account
            .send(board, &JobBoard::withdrawCreditCall { to })
            .await?;
        let text = format!("{name} withdraws {}", amount(owed, w.chain.token()));
        w.did((WITHDRAW_CREDIT, None, name), &receipt, &text)
            .await?;
    }
    let anyone = w.stranger.clone();
    let receipt = anyone.send(board, &JobBoard::payRecordFeesCall {}).await?;
    let text = "Anyone sends on the record fees, which make invented records dear";
    w.did(("pay record fees", None, "anyone"), &receipt, text)
        .await?;
    let (escrow, token) = {
        let manifest = w.chain.manifest();
        (manifest.escrow.address, manifest.token.address)
    };
    let collect = JobEscrow::collectFeesCall { token };
    let receipt = anyone.send(escrow, &collect).await?;
    let text = "Anyone sends on the escrow operator's fees";
    w.did(("collect escrow fees", None, "anyone"), &receipt, text)
        .await?;
    let provider = w.chain.manifest().provider.address;
    for contract in [board, escrow, provider] {
        let left = w.chain.balance(contract).await?;
        if !left.is_zero() {
            return Err(CliError::internal(format!(
                "{contract} still holds {left} base units"
            )));
        }
    }
    Ok(w.tell
        .done("Board, escrow and provider hold nothing any more", None)?)
}

/// Who paid and was paid what.
pub fn payments(w: &mut World) -> Result<Totals, CliError> {
    w.tell.title("What each party paid and was paid")?;
    let mut sums: BTreeMap<(&str, PaymentKind), (U256, u32)> = BTreeMap::new();
    for payment in &w.payments {
        let sum = sums.entry((payment.party, payment.kind)).or_default();
        *sum = (sum.0 + payment.amount, sum.1 + 1);
    }
    let rows: Vec<_> = sums
        .into_iter()
        .map(|((party, kind), (sum, count))| {
            let (sign, what) = words(kind);
            let times = if count == 1 { "time" } else { "times" };
            (
                format!("{party} {what}, {count} {times}"),
                format!("{sign}{}", amount(sum, w.chain.token())),
            )
        })
        .collect();
    w.tell.table(&rows)?;
    let totals = Totals::of(&w.payments);
    if !totals.balance() {
        return Err(CliError::internal(format!(
            "the payments do not add up: {totals:?}"
        )));
    }
    w.tell.aside(&format!(
        "Paid in: {}. Paid out: the same.",
        amount(totals.deposits + totals.bonds, w.chain.token())
    ))?;
    Ok(totals)
}

fn words(kind: PaymentKind) -> (&'static str, &'static str) {
    match kind {
        PaymentKind::Deposit => ("−", "pays in for jobs"),
        PaymentKind::Bond => ("−", "puts up bonds"),
        PaymentKind::Payout => ("+", "is paid for work"),
        PaymentKind::Fee => ("+", "earns fees"),
        PaymentKind::Refund => ("+", "gets back"),
        PaymentKind::BondReturned => ("+", "gets bonds back"),
    }
}

/// What each kind of transaction cost.
pub fn gas(w: &mut World) -> Result<(), CliError> {
    w.tell.title("Gas")?;
    let mut kinds: Vec<(&str, Vec<u64>)> = Vec::new();
    for step in &w.steps {
        match kinds.iter_mut().find(|(name, _)| *name == step.name) {
            Some((_, used)) => used.push(step.gas),
            None => kinds.push((step.name, vec![step.gas])),
        }
    }
    let rows: Vec<_> = kinds
        .into_iter()
        .map(|(name, used)| {
            let least = used.iter().min().copied().unwrap_or_default();
            let most = used.iter().max().copied().unwrap_or_default();
            let range = match least == most {
                true => grouped(most),
                false => format!("{} to {}", grouped(least), grouped(most)),
            };
            (format!("{name} ({})", used.len()), range)
        })
        .collect();
    Ok(w.tell.table(&rows)?)
}
