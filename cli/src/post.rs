//! `repute post`: what a client does.

mod create;

use crate::{
    account::{AccountArgs, Session},
    error::{CliError, EXIT_CODES},
    file::{self, OutArgs},
    jobs::{find, list},
    output,
    place::Place,
    policy::SYNTAX,
};
use alloy::{primitives::Address, rpc::types::TransactionReceipt};
use clap::{Args, Subcommand};
use create::Create;
use repute_sdk::{
    board::Client,
    chain::ChainError,
    consent::Consent,
    log::{Job, Submitted},
};
use serde::Serialize;
use std::path::PathBuf;

/// What a client can do.
#[derive(Debug, Subcommand)]
pub enum Post {
    /// Offer a job and deposit its budget
    ///
    /// The terms are public. The deposit is budget, relay fee and arbiter fee; the board may take exactly
    /// that much from the account.
    #[command(after_long_help = format!("{SYNTAX}\n\n{EXIT_CODES}"))]
    Create(Box<Create>),
    /// List this account's jobs, the newest first
    #[command(after_long_help = EXIT_CODES)]
    List(ListArgs),
    /// Let a worker key take a selective job: sign an approval for its agent
    #[command(after_long_help = EXIT_CODES)]
    Approve(Approve),
    /// Let the agent be paid before the periods pass
    ///
    /// Sends a transaction, which is final: the job can be disputed no more. With --out, signs a release
    /// for the agent instead, which costs nothing.
    #[command(after_long_help = EXIT_CODES)]
    Release(Release),
    /// Take back a post that nobody took
    #[command(after_long_help = EXIT_CODES)]
    Withdraw(One),
    /// Call a taken job off, with its worker's consent
    #[command(after_long_help = EXIT_CODES)]
    Cancel(Cancel),
    /// Get back the budget of a job that was not delivered in time, or that expired
    #[command(after_long_help = EXIT_CODES)]
    Reclaim(One),
    /// Rate delivered work in the open, which the agent cannot leave out
    #[command(after_long_help = EXIT_CODES)]
    Rate(Rate),
    /// Dispute delivered work before the job's arbiter
    #[command(after_long_help = EXIT_CODES)]
    Dispute(One),
}

/// Whose jobs.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The client, instead of the account
    #[arg(long, value_name = "ADDRESS")]
    client: Option<Address>,
    #[command(flatten)]
    account: AccountArgs,
}

/// One job.
#[derive(Debug, Args)]
pub struct One {
    /// The job's number on the board
    #[arg(value_name = "JOB", index = 1)]
    job: u64,
    #[command(flatten)]
    account: AccountArgs,
}

/// Who may take a job.
#[derive(Debug, Args)]
pub struct Approve {
    /// The worker key's address, which the agent told
    #[arg(long, value_name = "ADDRESS")]
    worker: Address,
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    out: OutArgs,
}

/// How payment is released.
#[derive(Debug, Args)]
pub struct Release {
    #[command(flatten)]
    one: One,
    /// Sign a release for the agent into this file, and send nothing
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

/// With which consent a job is called off.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The worker's consent, from the agent
    #[arg(long, value_name = "FILE")]
    consent: PathBuf,
    #[command(flatten)]
    one: One,
}

/// How good the work is.
#[derive(Debug, Args)]
pub struct Rate {
    /// From 0 to 100
    #[arg(
        value_name = "RATING",
        index = 2,
        value_parser = clap::value_parser!(u8).range(0..=100)
    )]
    rating: u8,
    #[command(flatten)]
    one: One,
}

/// A signed consent, as `--json` prints it.
#[derive(Serialize)]
struct Signed<'a> {
    ok: bool,
    job: u64,
    consent: &'a Consent,
}

impl Post {
    /// Does what is asked for.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::Create(create) => create.run(place).await,
            Self::List(args) => args.run(place).await,
            Self::Approve(approve) => approve.run(place).await,
            Self::Release(release) => release.run(place).await,
            Self::Cancel(cancel) => cancel.run(place).await,
            Self::Withdraw(one) => {
                let send = async |client: &Client, job: &Job| client.withdraw(job).await;
                one.send(place, "withdraw", "is withdrawn", send).await
            }
            Self::Reclaim(one) => {
                let send = async |client: &Client, job: &Job| client.reclaim(job).await;
                one.send(place, "reclaim", "is refunded to its client", send)
                    .await
            }
            Self::Rate(rate) => {
                let send = async |client: &Client, job: &Job| client.rate(job, rate.rating).await;
                let words = format!("is rated {} of 100 in the open", rate.rating);
                rate.one.send(place, "rate", &words, send).await
            }
            Self::Dispute(one) => {
                let send = async |client: &Client, job: &Job| client.dispute(job).await;
                one.send(
                    place,
                    "dispute",
                    "is disputed; its arbiter can rule now",
                    send,
                )
                .await
            }
        }
    }
}

impl ListArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let client = match self.client {
            Some(client) => client,
            None => self.account.signer(place)?.address(),
        };
        let (chain, log) = place.open().await?;
        let now = chain.now().await?;
        let jobs = log.jobs().rev().filter(|job| job.post.client == client);
        list(place, &chain, now, jobs.collect())
    }
}

impl One {
    /// Opens the account and finds the job.
    async fn open(&self, place: &Place) -> Result<(Session, Client, Job), CliError> {
        let session = self.account.open(place).await?;
        let client = Client::new(session.account.clone());
        let job = find(&session.log, self.job)?.clone();
        Ok((session, client, job))
    }

    /// Sends one transaction about the job, and tells that the job is what `words` say.
    async fn send(
        &self,
        place: &Place,
        action: &'static str,
        words: &str,
        send: impl AsyncFnOnce(&Client, &Job) -> Result<TransactionReceipt, ChainError>,
    ) -> Result<(), CliError> {
        let (mut session, client, job) = self.open(place).await?;
        let receipt = send(&client, &job).await?;
        let text = format!("Job {} {words}", job.post_id);
        session
            .mined(action, Some(job.post_id), &receipt, &text)
            .await
    }
}

impl Approve {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        self.out.check(place)?;
        let (mut session, client, job) = self.one.open(place).await?;
        own(&client, &job)?;
        let consent = client.consent_to_take(&job, self.worker);
        let written = self.out.write(&consent)?;
        if let Some(path) = written {
            session.tell.done(
                &format!("The worker {} may take job {}", self.worker, job.post_id),
                None,
            )?;
            session.tell.say(&format!(
                "Give {} to the agent, which takes the job with it",
                path.display()
            ))?;
        }
        print_consent(place, &job, &consent)
    }
}

impl Release {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let (mut session, client, job) = self.one.open(place).await?;
        own(&client, &job)?;
        let consent = client.consent_to_payment(&job)?;
        let Some(path) = &self.out else {
            let deliverable = job.submitted.map_or_else(Default::default, deliverable);
            let receipt = client.release(&job, deliverable).await?;
            let text = format!("Job {} is released for payment", job.post_id);
            return session
                .mined("release", Some(job.post_id), &receipt, &text)
                .await;
        };
        file::write_document(path, &consent)?;
        session.tell.done(
            &format!("Payment for job {} is released, signed", job.post_id),
            None,
        )?;
        session.tell.say(&format!(
            "Give {} to the agent, which settles with it",
            path.display()
        ))?;
        print_consent(place, &job, &consent)
    }
}

fn deliverable(submitted: Submitted) -> alloy::primitives::B256 {
    submitted.deliverable
}

impl Cancel {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let consent: Consent = file::read_document("the consent", &self.consent)?;
        let (mut session, client, job) = self.one.open(place).await?;
        let (deadline, signature) = consent.calling_off(session.chain(), &job, session.now)?;
        let receipt = client.cancel(&job, deadline, signature).await?;
        let text = format!("Job {} is called off", job.post_id);
        session
            .mined("cancel", Some(job.post_id), &receipt, &text)
            .await
    }
}

/// Refuses to sign for another client's job: nobody could use it.
fn own(client: &Client, job: &Job) -> Result<(), CliError> {
    let (account, owner) = (client.account().address(), job.post.client);
    match account == owner {
        true => Ok(()),
        false => Err(CliError::new(
            crate::error::Kind::Refused,
            format!(
                "job {} is {owner}'s, and this account is {account}: use its client's key",
                job.post_id
            ),
        )),
    }
}

fn print_consent(place: &Place, job: &Job, consent: &Consent) -> Result<(), CliError> {
    match place.json() {
        true => Ok(output::print_json(&Signed {
            ok: true,
            job: job.post_id,
            consent,
        })?),
        false => Ok(()),
    }
}
