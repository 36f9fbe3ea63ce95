//! A wallet is lost, and comes back from its words and the chain alone.

use super::{jobs::Worker, report::Recovery, world::World};
use crate::error::CliError;
use alloy::primitives::{Address, U256};
use repute_sdk::{
    log::Log,
    wallet::{Book, Seed, Wallet, Words},
};
use std::collections::BTreeMap;

/// What must be the same.
#[derive(PartialEq)]
struct Contents {
    book: Book,
    ratings: BTreeMap<u64, u8>,
    payouts: Vec<(u64, Address)>,
}

fn contents(wallet: &Wallet, log: &Log) -> Result<Contents, CliError> {
    // A payout whose key the wallet does not derive is lost, so it does not count.
    let payouts = wallet.payouts(log).into_iter();
    let payouts = payouts.filter_map(|paid| Some((paid.post_id, paid.key?.address())));
    Ok(Contents {
        book: wallet.book()?.clone(),
        ratings: wallet.notes().ratings.clone(),
        payouts: payouts.collect(),
    })
}

/// Forgets the agent and recovers its wallet from `words`.
pub async fn recover(w: &mut World, ada: Worker, words: &Words) -> Result<Recovery, CliError> {
    w.tell.title("A wallet is lost")?;
    let lost = contents(ada.agent.wallet(), &w.log)?;
    drop(ada);
    w.tell
        .say("Ada's disk breaks. She has her 24 words on paper, and the chain is there.")?;
    let seed: Seed = Words::parse(&words.phrase())
        .map_err(CliError::internal)?
        .seed();
    let mut log = Log::new(&w.chain);
    log.sync(&w.chain).await?;
    let wallet = Wallet::recover(&seed, &log, 0)?;
    let found = contents(&wallet, &log)?;
    if found != lost {
        return Err(CliError::internal("the recovered wallet differs"));
    }
    let mut holds = U256::ZERO;
    for (_, account) in &found.payouts {
        holds += w.chain.balance(*account).await?;
    }
    let recovery = Recovery {
        equal: true,
        changes: found.book.steps.len(),
        private_ratings: found.ratings.len(),
        payout_keys: found.payouts.len(),
    };
    let text = format!(
        "Recovered, and equal to the lost one: {} changes of the record, {} private rating, and the \
         keys of {} accounts with {}",
        recovery.changes,
        recovery.private_ratings,
        recovery.payout_keys,
        crate::output::amount(holds, w.chain.token())
    );
    w.tell.done(&text, None)?;
    Ok(recovery)
}
