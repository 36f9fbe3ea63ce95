//! `repute` alone: where one stands, and what to do next.

use crate::{
    error::CliError,
    output::{self, Narrator, amount},
    place::Place,
    time::until,
};
use alloy::{
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
};
use repute_sdk::{
    board::Client,
    chain::Chain,
    log::{Log, Stage},
    wallet::WalletDir,
};
use serde::Serialize;
use std::{env, path::PathBuf};
use zeroize::Zeroizing;

/// Where one stands, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    ok: bool,
    data_directory: PathBuf,
    /// Missing where there is none to work on.
    deployment: Option<Deployment>,
    /// Why there is none.
    problem: Option<String>,
    account: Option<Account>,
    /// The agents' wallets in the data directory, by name.
    wallets: Vec<String>,
    /// What to do next.
    next: Vec<String>,
}

/// The deployment in use.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    chain_id: u64,
    board: Address,
    agents: usize,
    jobs: usize,
    open_jobs: usize,
}

/// The account whose key is in the environment.
#[derive(Serialize)]
struct Account {
    address: Address,
    /// Base units.
    balance: String,
    /// What the board owes it, base units.
    credit: String,
}

/// Tells where one stands. Nothing is asked for and nothing is changed.
///
/// # Errors
/// When there is no data directory, or stdout cannot be written.
pub async fn run(place: &Place) -> Result<(), CliError> {
    let mut report = Report {
        ok: true,
        data_directory: place.data_dir()?,
        deployment: None,
        problem: None,
        account: None,
        wallets: WalletDir::names(&place.wallets_dir()?)?,
        next: Vec::new(),
    };
    let mut token = None;
    match place.open().await {
        Ok((chain, log)) => {
            token = Some(chain.token().clone());
            stand(&mut report, &chain, &log).await?;
        }
        Err(error) => {
            report.problem = Some(error.to_string());
            report
                .next
                .push("see a whole story first: `repute demo`".to_owned());
        }
    }
    if place.json() {
        return Ok(output::print_json(&report)?);
    }
    let mut facts = vec![(
        "data directory",
        report.data_directory.display().to_string(),
    )];
    if let Some(there) = &report.deployment {
        facts.extend([
            ("chain", there.chain_id.to_string()),
            ("board", there.board.to_string()),
            ("agents", there.agents.to_string()),
            (
                "jobs",
                format!("{}, of which {} can be taken", there.jobs, there.open_jobs),
            ),
        ]);
    }
    if let (Some(account), Some(token)) = (&report.account, &token) {
        let tokens = |units: &str| amount(units.parse().unwrap_or(U256::ZERO), token);
        facts.extend([
            ("account", account.address.to_string()),
            ("it has", tokens(&account.balance)),
            ("it is owed", tokens(&account.credit)),
        ]);
    }
    if !report.wallets.is_empty() {
        facts.push(("agents' wallets", report.wallets.join(", ")));
    }
    let mut tell = Narrator::telling();
    tell.title("Where you stand")?;
    tell.facts(&facts)?;
    if let Some(problem) = &report.problem {
        tell.say(&format!("There is no board to work on: {problem}"))?;
    }
    tell.title("What to do next")?;
    for next in &report.next {
        tell.item(next)?;
    }
    Ok(())
}

async fn stand(report: &mut Report, chain: &Chain, log: &Log) -> Result<(), CliError> {
    let now = chain.now().await?;
    let can_be_taken = log
        .jobs()
        .filter(|job| job.stage == Stage::Open && now <= job.post.terms.take_by);
    let open_jobs = can_be_taken.count();
    report.deployment = Some(Deployment {
        chain_id: chain.id(),
        board: chain.board(),
        agents: log.registration_count(),
        jobs: log.jobs().count(),
        open_jobs,
    });
    let next = &mut report.next;
    if let Some(signer) = signer() {
        let client = Client::new(chain.account(signer));
        let address = client.account().address();
        let credit = client.credit().await?;
        for job in log.jobs().filter(|job| job.post.client == address) {
            let id = job.post_id;
            match job.stage {
                Stage::Submitted if !job.is_cleared(now) => {
                    let end = job
                        .review_end()
                        .map_or_else(String::new, |end| until(end, now));
                    next.push(format!(
                        "job {id} is delivered; its review ends {end}: `repute post release {id}`, `rate` or \
                         `dispute`"
                    ));
                }
                Stage::Taken if now > job.post.terms.submit_by => next.push(format!(
                    "job {id} was not delivered in time: `repute post reclaim {id}`"
                )),
                Stage::Open if now > job.post.terms.take_by => {
                    next.push(format!("nobody took job {id}: `repute post withdraw {id}`"))
                }
                _ => {}
            }
        }
        if !credit.is_zero() {
            next.push("the board owes this account something: `repute collect`".to_owned());
        }
        report.account = Some(Account {
            address,
            balance: chain.balance(address).await?.to_string(),
            credit: credit.to_string(),
        });
    }
    match &report.wallets[..] {
        [] => next.push("work: make an agent's wallet with `repute agent new`".to_owned()),
        wallets => {
            for name in wallets {
                next.push(format!(
                    "see what the agent {name} has to do: `repute job status --wallet {name}`"
                ));
            }
            if open_jobs > 0 {
                next.push("find work: `repute jobs list --can-meet`".to_owned());
            }
        }
    }
    next.push("offer work: `repute post create --help`".to_owned());
    Ok(())
}

/// The account's key, where the environment has one. Nobody is asked.
fn signer() -> Option<PrivateKeySigner> {
    let key = Zeroizing::new(env::var("REPUTE_KEY").ok()?);
    key.trim().parse().ok()
}
