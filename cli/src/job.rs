//! `repute job`: what an agent does with one job.

mod next;
mod seal;

use crate::{
    amount::Amount,
    courier::CourierArgs,
    delivery,
    error::{CliError, EXIT_CODES, Kind},
    file::{self, OutArgs},
    jobs::find,
    output,
    place::Place,
    reveal::Reveal,
    time::{length, moment},
    wallet::{AgentSession, WalletArgs},
};
use alloy::primitives::Address;
use clap::{Args, Subcommand};
use rand::rngs::OsRng;
use repute_circuits::statement::{Accept, Refresh, Settle as SettleStatement};
use repute_prover::TerminalProgress;
use repute_sdk::{
    anonymity::Bound,
    consent::Consent,
    deliverable,
    log::Stage,
    review::SignedReview,
    wallet::{Fold, Intent, Settle, Take},
};
use seal::Seal;
use serde::Serialize;
use std::path::PathBuf;

/// What an agent can do with a job.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Take a job: prove that the record meets its policy, and count the job in the record
    ///
    /// A record that misses the policy is refused before any proof, with the condition and both numbers.
    #[command(after_long_help = EXIT_CODES)]
    Take(TakeArgs),
    /// Hand in work
    ///
    /// The chain gets a salted hash alone. The client needs the work and the salt.
    #[command(after_long_help = EXIT_CODES)]
    Submit(SubmitArgs),
    /// Get paid for a delivered job, and count its end in the record
    ///
    /// A job that was called off is counted as that; no money moves then.
    #[command(after_long_help = EXIT_CODES)]
    Settle(SettleArgs),
    /// Tell how this agent's jobs stand, and what to do next
    #[command(after_long_help = EXIT_CODES)]
    Status(StatusArgs),
    /// Do what waits and can be done now: what was interrupted, refused by a relayer or too early
    #[command(after_long_help = EXIT_CODES)]
    Resume(ResumeArgs),
    /// Let the client call a taken job off: sign a consent for it
    #[command(after_long_help = EXIT_CODES)]
    CallOff(CallOff),
}

/// One job of one agent.
#[derive(Debug, Args)]
struct One {
    /// The job's number on the board
    #[arg(value_name = "JOB")]
    job: u64,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// How a job is taken.
#[derive(Debug, Args)]
pub struct TakeArgs {
    #[command(flatten)]
    one: One,
    /// The client's approval, where the job is selective
    #[arg(long, value_name = "FILE")]
    approval: Option<PathBuf>,
    #[command(flatten)]
    courier: CourierArgs,
}

/// What is handed in.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    #[command(flatten)]
    one: One,
    /// The work
    #[arg(long, value_name = "FILE")]
    work: PathBuf,
    /// Where to write the salt, which the client needs to check the work
    #[arg(long, value_name = "FILE")]
    seal: PathBuf,
    #[command(flatten)]
    courier: CourierArgs,
}

/// How a job is settled.
#[derive(Debug, Args)]
pub struct SettleArgs {
    #[command(flatten)]
    one: One,
    /// The client's signed release, where the periods have not passed
    #[arg(long, value_name = "FILE")]
    release: Option<PathBuf>,
    /// A private rating to put into the record
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Who is paid; a fresh address of the wallet without it
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Address>,
    /// What the relayer gets of the payment, in tokens; with --relay
    #[arg(long, value_name = "AMOUNT")]
    relayer_fee: Option<Amount>,
    #[command(flatten)]
    courier: CourierArgs,
}

/// Which jobs.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The job's number on the board; all of this agent's open jobs without it
    #[arg(value_name = "JOB")]
    job: Option<u64>,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// Whose work goes on.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    #[command(flatten)]
    wallet: WalletArgs,
    #[command(flatten)]
    courier: CourierArgs,
}

/// For how long a job may be called off.
#[derive(Debug, Args)]
pub struct CallOff {
    #[command(flatten)]
    one: One,
    /// How long the client may use the consent
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "1d")]
    within: u64,
    #[command(flatten)]
    out: OutArgs,
}

/// A consent, as `--json` prints it.
#[derive(Serialize)]
struct Signed<'a> {
    ok: bool,
    job: u64,
    consent: &'a Consent,
}

impl JobCommand {
    /// Does what is asked for.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::Take(take) => take.run(place).await,
            Self::Submit(submit) => submit.run(place).await,
            Self::Settle(settle) => settle.run(place).await,
            Self::Status(status) => next::status(status.wallet.session(place).await?, status.job),
            Self::Resume(resume) => {
                let session = resume.wallet.session(place).await?;
                let courier = resume.courier.open(place, &session.chain).await?;
                delivery::run(session, None, &courier, None).await
            }
            Self::CallOff(call_off) => call_off.run(place).await,
        }
    }
}

impl TakeArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let approval: Option<Consent> = read(self.approval.as_ref(), "the approval")?;
        let mut session = self.one.wallet.session(place).await?;
        let AgentSession {
            chain, log, agent, ..
        } = &session;
        let id = self.one.job;
        let job = find(log, id)?;
        agent.can_take(log, id).await?;
        let courier = self.courier.open(place, chain).await?;
        let worker = agent.worker(log, id)?;
        let approval = match &approval {
            Some(consent) => Some(consent.approval(chain, job, worker)?),
            None if job.post.terms.selective => {
                return Err(CliError::new(
                    Kind::Refused,
                    format!(
                        "job {id} is selective: have its client run `repute post approve {id} --worker \
                         {worker} --out FILE`, and give the file with --approval"
                    ),
                ));
            }
            None => None,
        };
        let reveal = Reveal::among(Bound::of_policy(log, &job.post.terms.policy, session.now))
            .to(
                "everybody",
                format!(
                    "that some agent whose record meets the policy takes job {id} with the one-time key \
                     {worker}, and when, to ten minutes"
                ),
            )
            .to(
                "whoever sends it",
                "the same, and the network address that hands it over",
            );
        reveal.tell(&mut session.tell)?;
        session.load::<Accept>()?;
        session.load_refresh()?;
        let intent = Intent::Take {
            post_id: id,
            take: Take {
                relayer: Address::ZERO,
                approval,
            },
        };
        delivery::run(session, Some(intent), &courier, Some(reveal)).await
    }
}

impl SubmitArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let work = file::read_bytes("the work", &self.work)?;
        let mut session = self.one.wallet.session(place).await?;
        let id = self.one.job;
        let job = find(&session.log, id)?;
        session.agent.wallet().owns(job)?;
        let courier = self.courier.open(place, &session.chain).await?;
        let sealed = deliverable::seal(&work, &mut OsRng);
        // Before anything leaves: without the salt nobody could check the work.
        file::write_document(&self.seal, &Seal::new(&session.chain, id, sealed))?;
        let reveal = Reveal::among(Bound::registered(&session.log))
            .to(
                "everybody",
                format!("that job {id} is delivered, and a salted hash of the work"),
            )
            .to(
                "the client, once it has the salt",
                "that the work it holds is the one that was handed in",
            );
        reveal.tell(&mut session.tell)?;
        session.tell.say(&format!(
            "Give the work and {} to the client.",
            self.seal.display()
        ))?;
        let intent = Intent::submit(id, sealed.deliverable);
        delivery::run(session, Some(intent), &courier, Some(reveal)).await
    }
}

impl SettleArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let release: Option<Consent> = read(self.release.as_ref(), "the release")?;
        let review: Option<SignedReview> = read(self.review.as_ref(), "the review")?;
        let mut session = self.one.wallet.session(place).await?;
        let id = self.one.job;
        let (chain, job) = (&session.chain, find(&session.log, id)?);
        session.agent.wallet().owns(job)?;
        let courier = self.courier.open(place, chain).await?;
        let relayer = courier.named(self.relayer_fee.as_ref())?;
        let is_called_off = job.stage == Stage::Cancelled;
        let reveal = Reveal::among(Bound::registered(&session.log));
        let (intent, reveal) = if is_called_off {
            let fold = Fold { relayer };
            let learns = format!("that the agent of job {id} counts it as called off");
            (
                Intent::Fold { post_id: id, fold },
                reveal.to("everybody", learns),
            )
        } else {
            if let Some(review) = &review {
                // Before a state is shown for it.
                review.open(job)?;
            }
            let relayer_fee = match self.relayer_fee {
                Some(fee) => fee.base_units(chain.token())?,
                None => 0,
            };
            let recipient = self
                .to
                .unwrap_or_else(|| session.agent.wallet().payout_key(job).address());
            let settle = Settle {
                recipient: Some(recipient),
                min_payout: None,
                relayer,
                relayer_fee,
                release: release
                    .map(|consent| consent.release(chain, job))
                    .transpose()?,
                review,
            };
            let learns = format!(
                "that job {id} is paid to {recipient}, and whether its rating is private, open or none"
            );
            let mut reveal = reveal.to("everybody", learns);
            if self.to.is_some() {
                reveal = reveal.to(
                    "whoever knows this address",
                    "that its owner did the job: a fresh one would hide that",
                );
            }
            (
                Intent::Settle {
                    post_id: id,
                    settle,
                },
                reveal,
            )
        };
        reveal.tell(&mut session.tell)?;
        session.load::<SettleStatement>()?;
        session.load_refresh()?;
        delivery::run(session, Some(intent), &courier, Some(reveal)).await
    }
}

impl CallOff {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        self.out.check(place)?;
        let mut session = self.one.wallet.session(place).await?;
        let deadline = session.now.saturating_add(self.within);
        let id = self.one.job;
        let AgentSession { agent, log, .. } = &session;
        let consent = agent.consent_to_calling_off(log, id, deadline)?;
        if let Some(path) = self.out.write(&consent)? {
            let text = format!("Job {id} may be called off until {}", moment(deadline));
            session.tell.done(&text, None)?;
            session.tell.say(&format!(
                "Give {} to the client; `repute post cancel {id} --consent FILE` uses it. Afterwards \
                 `repute job settle {id}` counts the job as called off.",
                path.display()
            ))?;
        }
        match place.json() {
            true => Ok(output::print_json(&Signed {
                ok: true,
                job: id,
                consent: &consent,
            })?),
            false => Ok(()),
        }
    }
}

impl AgentSession {
    /// Loads or makes a statement's keys, with a progress bar on stderr.
    ///
    /// # Errors
    /// Where the keys cannot be made.
    pub fn load<S: repute_sdk::keys::Provable>(&self) -> Result<(), CliError> {
        Ok(self.keyring.load::<S>(&TerminalProgress::new())?)
    }

    /// [`AgentSession::load`] for the refresh that may come before, where the state was shown.
    ///
    /// # Errors
    /// As [`AgentSession::load`].
    pub fn load_refresh(&self) -> Result<(), CliError> {
        match self.agent.wallet().shown() {
            Ok(Some(_)) => self.load::<Refresh>(),
            _ => Ok(()),
        }
    }
}

/// A document that may be named.
fn read<D: repute_sdk::document::Document>(
    path: Option<&PathBuf>,
    what: &str,
) -> Result<Option<D>, CliError>
where
    D::Error: std::fmt::Display,
{
    path.map(|path| file::read_document(what, path)).transpose()
}
