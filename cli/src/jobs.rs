//! `repute jobs`: what is on the board.

mod filter;
pub mod view;

use crate::{
    error::{CliError, EXIT_CODES, Kind},
    output::{self, Narrator},
    place::Place,
    policy::SYNTAX,
    wallet::WalletArgs,
};
use clap::{Args, Subcommand};
use filter::FilterArgs;
use repute_circuits::policy::Policy;
use repute_sdk::{
    chain::Chain,
    log::{Job, Log},
    shortfall::Shortfall,
};
use serde::Serialize;
use view::{JobView, View};

/// What can be asked of the board.
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// List jobs, the newest first
    ///
    /// Open posts that can still be taken, where no other stage is asked for. The whole log is read from the
    /// node and searched here, so that the node learns nothing of what is looked for.
    #[command(after_long_help = format!("{SYNTAX}\n\n{EXIT_CODES}"))]
    List(Box<ListArgs>),
    /// Show all that the board says of a job
    #[command(after_long_help = EXIT_CODES)]
    Show(ShowArgs),
}

/// Which jobs.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// Jobs whose policy this agent's record meets now; opens its wallet
    #[arg(long)]
    can_meet: bool,
    #[command(flatten)]
    wallet: WalletArgs,
}

/// Which job.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The job's number on the board
    #[arg(value_name = "JOB")]
    job: u64,
}

/// Jobs, as `--json` prints them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing<'a> {
    ok: bool,
    #[serde(flatten)]
    board: view::BoardView<'a>,
    jobs: Vec<JobView<'a>>,
}

/// One job, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    ok: bool,
    #[serde(flatten)]
    board: view::BoardView<'a>,
    job: JobView<'a>,
}

impl Jobs {
    /// Reads the log and prints what is asked for.
    ///
    /// # Errors
    /// Where the chain does not answer, or there is no such job.
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::List(args) => args.run(place).await,
            Self::Show(show) => {
                let (chain, log) = place.open().await?;
                let job = find(&log, show.job)?;
                let view = View::new(&chain, chain.now().await?);
                if place.json() {
                    return Ok(output::print_json(&Shown {
                        ok: true,
                        board: view.board(),
                        job: view.job(job),
                    })?);
                }
                let mut tell = Narrator::telling();
                tell.title(&format!("Job {}", job.post_id))?;
                Ok(tell.facts(&view.facts(job))?)
            }
        }
    }
}

impl ListArgs {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        if !self.can_meet {
            let (chain, log) = place.open().await?;
            let now = chain.now().await?;
            return self.print(place, &chain, &log, now, |_| true);
        }
        let session = self.wallet.session(place).await?;
        let (state, now) = (session.agent.wallet().state(), session.now);
        let meets = |policy: &Policy| Shortfall::check(policy, &state, now).is_ok();
        self.print(place, &session.chain, &session.log, now, meets)
    }

    fn print(
        &self,
        place: &Place,
        chain: &Chain,
        log: &Log,
        now: u64,
        meets: impl Fn(&Policy) -> bool,
    ) -> Result<(), CliError> {
        let criteria = self.filter.resolve(chain, now)?;
        let found = log
            .jobs()
            .rev()
            .filter(|job| criteria.admit(job) && meets(&job.post.terms.policy));
        list(place, chain, now, found.collect())
    }
}

/// A job of the log.
///
/// # Errors
/// Where there is none of this number.
pub fn find(log: &Log, post_id: u64) -> Result<&Job, CliError> {
    log.job(post_id).ok_or_else(|| {
        let there = match log.jobs().next_back() {
            Some(last) => format!("the newest is {}", last.post_id),
            None => "nothing was posted yet".to_owned(),
        };
        CliError::new(
            Kind::Refused,
            format!(
                "there is no job {post_id} on this board; {there}; `repute jobs list` tells them"
            ),
        )
    })
}

/// Prints jobs as a table or as JSON.
///
/// # Errors
/// When stdout cannot be written.
pub fn list(place: &Place, chain: &Chain, now: u64, jobs: Vec<&Job>) -> Result<(), CliError> {
    let view = View::new(chain, now);
    if place.json() {
        return Ok(output::print_json(&Listing {
            ok: true,
            board: view.board(),
            jobs: jobs.into_iter().map(|job| view.job(job)).collect(),
        })?);
    }
    let mut tell = Narrator::telling();
    if jobs.is_empty() {
        return Ok(tell.say("No job on this board is as asked for.")?);
    }
    let clients: Vec<String> = jobs.iter().map(|job| job.post.client.to_string()).collect();
    let clients = output::shortened(&clients);
    let rows: Vec<_> = jobs
        .into_iter()
        .zip(clients)
        .map(|(job, client)| view.row(job, client))
        .collect();
    Ok(tell.columns(
        [
            "job", "stage", "category", "budget", "client", "until", "asks for",
        ],
        &rows,
    )?)
}
