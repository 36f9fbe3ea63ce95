//! `repute agent`: an agent's wallet and record.

mod make;
mod show;

use crate::{
    courier::CourierArgs,
    delivery,
    error::{CliError, EXIT_CODES, Kind},
    file::{self, OutArgs},
    jobs::find,
    output,
    place::Place,
    reveal::Reveal,
    wallet::WalletArgs,
};
use alloy::primitives::{Bytes, U256};
use alloy::sol_types::SolValue;
use clap::{Args, Subcommand};
use make::{New, Recover};
use repute_circuits::statement::Refresh;
use repute_sdk::{anonymity::Bound, wallet::Intent};
use serde::Serialize;
use std::path::PathBuf;

/// What can be done with an agent.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Make a wallet with 24 new words
    ///
    /// The words are the agent: whoever has them can act as it, and without them and the wallet nobody
    /// can. Write them down.
    #[command(after_long_help = EXIT_CODES)]
    New(New),
    /// Show the record, as only the agent can read it
    #[command(after_long_help = EXIT_CODES)]
    Show(ShowArgs),
    /// Register the agent, once, with an empty record
    #[command(after_long_help = EXIT_CODES)]
    Register(Register),
    /// Cut the link that showing the record left
    ///
    /// Best some time after the show, as the command that showed it says; until then nothing is sent.
    #[command(after_long_help = EXIT_CODES)]
    Refresh(RefreshArgs),
    /// Make a lost wallet again from its 24 words and the chain
    #[command(after_long_help = EXIT_CODES)]
    Recover(Recover),
    /// Write the key with which an auditor of the agent's choice reads the record, and can do nothing else
    ///
    /// It cannot be taken back: it reads the whole record, past and future. A standing shows less.
    #[command(after_long_help = EXIT_CODES)]
    ViewingKey(ViewingKeyArgs),
    /// Write the private key of the account to which a job was paid
    #[command(after_long_help = EXIT_CODES)]
    PayoutKey(PayoutKey),
}

/// Whose record.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    wallet: WalletArgs,
}

/// How the agent registers.
#[derive(Debug, Args)]
pub struct Register {
    #[command(flatten)]
    wallet: WalletArgs,
    /// The id of an ERC-8004 agent that the sending account owns, where the gate asks for one
    #[arg(long, value_name = "NUMBER")]
    erc8004_id: Option<U256>,
    #[command(flatten)]
    courier: CourierArgs,
}

/// How the state is refreshed.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    #[command(flatten)]
    wallet: WalletArgs,
    /// Send it now, though its time may tell what it follows
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    courier: CourierArgs,
}

/// Who may read.
#[derive(Debug, Args)]
pub struct ViewingKeyArgs {
    #[command(flatten)]
    wallet: WalletArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// Which key.
#[derive(Debug, Args)]
pub struct PayoutKey {
    /// The job's number on the board
    #[arg(value_name = "JOB")]
    job: u64,
    /// Where to write the key, 32 bytes in hexadecimal, which --key-file takes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// A viewing key, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Viewing<'a> {
    ok: bool,
    viewing_key: &'a repute_sdk::wallet::ViewingKey,
}

impl AgentCommand {
    /// Does what is asked for.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::New(new) => new.run(place).await,
            Self::Show(args) => show::show(args.wallet.session(place).await?),
            Self::Register(register) => register.run(place).await,
            Self::Refresh(refresh) => refresh.run(place).await,
            Self::Recover(recover) => recover.run(place).await,
            Self::ViewingKey(args) => args.run(place),
            Self::PayoutKey(args) => args.run(place).await,
        }
    }
}

impl Register {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.wallet.session(place).await?;
        let courier = self.courier.open(place, &session.chain).await?;
        if session.agent.wallet().is_registered() {
            session.tell.say("This agent is registered already.")?;
        }
        let gate_data = match self.erc8004_id {
            Some(id) => Bytes::from(id.abi_encode()),
            None => Bytes::new(),
        };
        let mut bound = Bound::registered(&session.log);
        bound.agents += u64::from(!session.agent.wallet().is_registered());
        let reveal = Reveal::among(bound).to(
            "everybody",
            "that an agent registers, under an identity that is never used again, and who sends it",
        );
        reveal.tell(&mut session.tell)?;
        let intent = Intent::Register { gate_data };
        delivery::run(session, Some(intent), &courier, Some(reveal)).await
    }
}

impl RefreshArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.wallet.session(place).await?;
        if let Some(shown) = session.agent.wallet().shown()?
            && session.now < shown.refresh_after
            && !self.now
        {
            return Err(CliError::new(
                Kind::Refused,
                format!(
                    "a refresh so soon after the show would tell whose it is: do it {} or later, or add \
                     --now",
                    crate::time::until(shown.refresh_after, session.now)
                ),
            ));
        }
        let courier = self.courier.open(place, &session.chain).await?;
        let reveal = Reveal::among(Bound::registered(&session.log))
            .to("everybody", "that some agent refreshes its state, and when");
        reveal.tell(&mut session.tell)?;
        session.load::<Refresh>()?;
        delivery::run(session, Some(Intent::Refresh), &courier, Some(reveal)).await
    }
}

impl ViewingKeyArgs {
    fn run(&self, place: &Place) -> Result<(), CliError> {
        self.out.check(place)?;
        let key = self.wallet.open(place)?.viewing_key();
        if let Some(path) = self.out.write(&key)? {
            let mut tell = output::Narrator::new(place.json());
            tell.done(&format!("Written to {}", path.display()), None)?;
            tell.say(
                "Whoever has it reads this agent's whole record, past and future. It can do nothing \
                 else. It cannot be taken back.",
            )?;
        }
        match place.json() {
            true => Ok(output::print_json(&Viewing {
                ok: true,
                viewing_key: &key,
            })?),
            false => Ok(()),
        }
    }
}

impl PayoutKey {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.wallet.session(place).await?;
        let wallet = session.agent.wallet();
        find(&session.log, self.job)?;
        let payout = wallet
            .payouts(&session.log)
            .into_iter()
            .find(|payout| payout.post_id == self.job)
            .ok_or_else(|| {
                CliError::new(
                    Kind::Refused,
                    format!("job {} was not paid to this agent", self.job),
                )
            })?;
        let key = payout.key.ok_or_else(|| {
            CliError::new(
                Kind::Refused,
                format!(
                    "job {} was paid to {}, whose key is not of this wallet",
                    self.job, payout.recipient
                ),
            )
        })?;
        let text = zeroize::Zeroizing::new(key.to_bytes().to_string());
        file::write("the key", &self.out, &text)?;
        let written = format!(
            "The key of {} is in {}",
            payout.recipient,
            self.out.display()
        );
        session.tell.done(&written, None)?;
        match session.json {
            true => Ok(output::print_json(&serde_json::json!({
                "ok": true,
                "job": self.job,
                "recipient": payout.recipient,
            }))?),
            false => Ok(()),
        }
    }
}
