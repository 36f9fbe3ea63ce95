//! `repute arbiter`: rulings on disputes.

use crate::{
    account::AccountArgs,
    error::{CliError, EXIT_CODES},
    jobs::find,
    place::Place,
};
use clap::{Args, Subcommand, ValueEnum};
use repute_sdk::board::Arbiter;

/// What an arbiter can do.
#[derive(Debug, Subcommand)]
pub enum ArbiterCommand {
    /// Rule on a disputed job and earn the arbiter fee
    #[command(after_long_help = EXIT_CODES)]
    Rule(Rule),
}

/// A ruling.
#[derive(Debug, Args)]
pub struct Rule {
    /// The job's number on the board
    #[arg(value_name = "JOB")]
    job: u64,
    /// Who is right: the agent, who can settle then, or the client, who is refunded
    #[arg(value_name = "PARTY")]
    party: Party,
    #[command(flatten)]
    account: AccountArgs,
}

/// Who is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Party {
    /// The agent can settle
    Agent,
    /// The client is refunded
    Client,
}

impl ArbiterCommand {
    /// Does what is asked for.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let Self::Rule(rule) = self;
        let mut session = rule.account.open(place).await?;
        let arbiter = Arbiter::new(session.account.clone());
        let job = find(&session.log, rule.job)?;
        let for_agent = rule.party == Party::Agent;
        let receipt = arbiter.rule(job, for_agent).await?;
        let text = match for_agent {
            true => format!(
                "Ruled for the agent of job {}, which can settle now",
                rule.job
            ),
            false => format!(
                "Ruled against the agent of job {}; its client is refunded",
                rule.job
            ),
        };
        session.mined("rule", Some(rule.job), &receipt, &text).await
    }
}
