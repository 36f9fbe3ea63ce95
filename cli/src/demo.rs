//! `repute demo`: the whole story on a chain inside this process.

mod attacks;
mod closing;
mod hidden;
mod jobs;
mod observer;
mod parties;
mod recovery;
mod report;
mod shows;
mod story;
mod world;

use crate::{
    error::CliError,
    output::{self, Narrator, grouped},
};
use hidden::Secrets;
use jobs::Worker;
use rand::rngs::OsRng;
use report::{Report, Step};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    board::Agent,
    keys::Keyring,
    observer::observe,
    wallet::{Wallet, Words},
};
use std::path::PathBuf;
use world::World;

/// Tells the story on stdout, or prints one JSON document there.
///
/// The keys are those of ceremonies in `imported`, or development keys.
///
/// # Errors
/// Whatever of the story does not happen as told; see [`CliError`].
pub async fn run(json: bool, imported: Option<PathBuf>) -> Result<(), CliError> {
    let mut tell = Narrator::new(json);
    tell.title("repute: agents whose record is private and whose pay needs a proof")?;
    tell.say(
        "Everything below really happens, with the real circuits and contracts, on a chain inside \
         this process. Nothing is kept and no network is used.",
    )?;
    tell.title("Keys")?;
    let keyring = keys(imported).await?;
    let provenance = keyring.provenance();
    let worth = if provenance.is_insecure() {
        "whoever knows the published seed can forge proofs, so they are good for a demo and for \
         nothing else"
    } else {
        "nobody can forge proofs unless all who contributed conspired"
    };
    tell.done(&format!("Five circuits, with {provenance}: {worth}"), None)?;
    let report = tell_story(keyring, tell).await?;
    match json {
        true => Ok(output::print_json(&report)?),
        false => Ok(()),
    }
}

/// Loads the keys or makes them, with a progress bar on stderr.
async fn keys(imported: Option<PathBuf>) -> Result<Keyring, CliError> {
    let loading = tokio::task::spawn_blocking(move || match imported {
        Some(directory) => Ok(Keyring::imported(&Store::at(directory))?),
        None => Keyring::development(&Store::of_user()?, &TerminalProgress::new())
            .map_err(CliError::from),
    });
    loading.await.map_err(CliError::internal)?
}

async fn tell_story(keyring: Keyring, tell: Narrator) -> Result<Report, CliError> {
    let mut w = World::new(keyring, tell).await?;
    deployed(&mut w)?;
    let ada_words = Words::generate(&mut OsRng);
    let mut ada = worker(&w, "Ada", &ada_words)?;
    let mut ben = worker(&w, "Ben", &Words::generate(&mut OsRng))?;

    story::register(&mut w, [&mut ada, &mut ben]).await?;
    let first = story::first_job(&mut w, &mut ada).await?;
    story::reviews(&mut w, &mut ada, &mut ben).await?;
    story::trouble(&mut w, &mut ben).await?;
    let shown = vec![
        shows::standing(&mut w, &mut ada, &mut ben).await?,
        shows::completion(&mut w, &mut ada, &mut ben, first).await?,
    ];
    let secrets = [Secrets::of(&w, &ada)?, Secrets::of(&w, &ben)?];
    let recovery = recovery::recover(&mut w, ada, &ada_words).await?;
    closing::collect(&mut w).await?;

    let totals = closing::payments(&mut w)?;
    closing::gas(&mut w)?;
    let observation = observe(&w.chain).await?;
    observer::tell(&mut w, &observation)?;
    let hidden = hidden::check(&w, &observation, secrets)?;
    w.tell.title("What nobody learned from the chain")?;
    for fact in &hidden {
        w.tell.say(&format!("{}: {}", fact.what, fact.because))?;
    }
    Ok(Report {
        ok: true,
        keys: w.keyring.provenance().to_string(),
        token: w.chain.token().into(),
        steps: w.steps,
        refusals: w.refusals,
        records: w.records,
        shown,
        recovery,
        payments: w.payments,
        totals,
        observer: observation.transactions,
        hidden,
    })
}

/// Tells what was deployed.
fn deployed(w: &mut World) -> Result<(), CliError> {
    let manifest = w.chain.manifest();
    let gas = manifest
        .contracts()
        .filter_map(|(_, contract)| contract.creation.as_ref())
        .map(|creation| creation.gas_used)
        .sum();
    let text = format!(
        "Deployed: a job board at {}, an agent ledger, an ERC-8183 escrow, a verifier for each \
         circuit, and a token, {}",
        manifest.board.address,
        w.chain.token().symbol
    );
    w.steps.push(Step {
        name: "deploy",
        job: None,
        by: "anyone",
        gas,
        transaction: None,
    });
    w.tell.title("Contracts")?;
    w.tell.done(&text, Some(gas))?;
    let rules = *w.chain.rules();
    let text = format!(
        "Every completed job pays {} to a record fund and {} % to the escrow's operator. Clients \
         Cleo and Dan have {} each.",
        w.amount(rules.record_fee),
        grouped(world::PLATFORM_FEE_BPS / 100),
        w.amount(world::POCKET),
    );
    Ok(w.tell.say(&text)?)
}

fn worker(w: &World, name: &'static str, words: &Words) -> Result<Worker, CliError> {
    let wallet = Wallet::new(&words.seed(), w.chain.id(), w.chain.ledger(), 0);
    Ok(Worker {
        name,
        agent: Agent::new(w.chain.clone(), w.keyring.clone(), wallet)?,
    })
}
