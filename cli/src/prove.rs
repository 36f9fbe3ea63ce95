//! `repute prove`: an agent shows something of its record to whoever asks.

use crate::{
    ask::AskArgs,
    error::{CliError, EXIT_CODES},
    file::OutArgs,
    jobs::find,
    output::{self, duration, short},
    place::Place,
    policy::{self, PolicyText, Written},
    reveal::Reveal,
    time::{Moment, moment},
    wallet::{AgentSession, WalletArgs},
};
use alloy::primitives::U256;
use clap::{ArgGroup, Args, Subcommand};
use repute_circuits::{
    statement::{Completion, Standing},
    window::Filter,
};
use repute_prover::{Provenance, TerminalProgress};
use repute_sdk::{anonymity::Bound, ask::Ask, document::Document};
use serde::Serialize;

/// What may be shown.
#[derive(Debug, Subcommand)]
pub enum Prove {
    /// The jobs taken since a time meet a policy now
    ///
    /// Shows, of the agent's current record, that the jobs taken at `--since` or later in the category
    /// (or in all) meet the policy, and a pseudonym that is the agent's for this audience and label
    /// alone. The smallest window that covers them is proven: 16, 128 or 512 records. A record that
    /// misses the policy is refused before any proof, with the condition and the numbers.
    ///
    /// The keys of a window are made when it is first proven, which takes up to a minute for the
    /// largest, and kept in the user's cache directory or the one that REPUTE_CACHE_DIR names.
    #[command(
        after_long_help = policy_help(),
        group = ArgGroup::new("jobs").required(true)
    )]
    Window(Window),
    /// The whole record meets a policy now
    ///
    /// Shows that the agent's current record meets the policy, and a pseudonym that is the agent's for
    /// this audience and label alone. A record that misses it is refused before any proof.
    #[command(after_long_help = policy_help())]
    Standing(StandingArgs),
    /// This agent took a job
    ///
    /// Shows that the job belongs to the agent with this pseudonym; how it ended, the chain tells.
    #[command(after_long_help = EXIT_CODES)]
    Completion(CompletionArgs),
}

/// What follows the help of commands that take a policy.
fn policy_help() -> String {
    format!("{}\n\n{EXIT_CODES}", policy::SYNTAX)
}

/// Which jobs, and what they meet.
#[derive(Debug, Args)]
pub struct Window {
    /// Count the jobs of this category
    #[arg(long, value_name = "NUMBER", group = "jobs")]
    category: Option<u32>,
    /// Count the jobs of every category
    #[arg(long, group = "jobs")]
    any_category: bool,
    /// Count jobs taken then or later: a length before now, or unix seconds as @1700000000
    ///
    /// The proof names the second, which whoever asks compares with what it asked for. Times in a
    /// record lie on a ten-minute grid, up to ten minutes before the transaction.
    #[arg(long, value_name = "TIME")]
    since: Moment,
    /// What the jobs meet, such as completed>=10,success>=95%
    #[arg(long, value_name = "CONDITIONS")]
    policy: PolicyText,
    #[command(flatten)]
    shared: Shared,
}

/// What the record meets.
#[derive(Debug, Args)]
pub struct StandingArgs {
    /// What the record meets, such as completed>=10,rating>=90
    #[arg(long, value_name = "CONDITIONS")]
    policy: PolicyText,
    #[command(flatten)]
    shared: Shared,
}

/// Which job.
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The job's number on the board
    #[arg(long, value_name = "NUMBER")]
    job: u64,
    #[command(flatten)]
    shared: Shared,
}

/// What all proofs have.
#[derive(Debug, Args)]
struct Shared {
    #[command(flatten)]
    ask: AskArgs,
    #[command(flatten)]
    wallet: WalletArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// What was proven, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<P> {
    ok: bool,
    /// The statement's name.
    statement: String,
    /// The agent's name for this audience and label.
    pseudonym: U256,
    /// Unix seconds from which a refresh tells least; nothing where no state was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_after: Option<u64>,
    reveals: Reveal,
    /// The document for whoever asks.
    proof: P,
}

impl Prove {
    fn shared(&self) -> &Shared {
        match self {
            Self::Window(window) => &window.shared,
            Self::Standing(standing) => &standing.shared,
            Self::Completion(completion) => &completion.shared,
        }
    }

    /// Proves, notes in the wallet what was shown, and hands the proof out.
    ///
    /// # Errors
    /// Before any proof where the statement is false; see [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.shared().open(place).await?;
        match self {
            Self::Window(window) => window.prove(&mut session).await,
            Self::Standing(standing) => standing.prove(&mut session).await,
            Self::Completion(completion) => completion.prove(&mut session).await,
        }
    }
}

/// An agent at a deployment, with what is asked of it.
struct Session<'a> {
    agent: AgentSession,
    ask: Ask,
    shared: &'a Shared,
}

impl Shared {
    async fn open(&self, place: &Place) -> Result<Session<'_>, CliError> {
        self.out.check(place)?;
        let agent = self.wallet.session(place).await?;
        Ok(Session {
            ask: self.ask.resolve(agent.now),
            agent,
            shared: self,
        })
    }
}

impl Session<'_> {
    /// Tells what the audience learns besides the pseudonym, and what others do.
    fn reveal(&mut self, bound: Bound, what: &str) -> Result<Reveal, CliError> {
        let reveal = Reveal::among(bound)
            .to(
                self.ask.audience.to_string(),
                format!("{what}, and the name by which it alone knows this agent"),
            )
            .to(
                "everybody else",
                "nothing, unless the proof is sent to a contract",
            );
        reveal.tell(&mut self.agent.tell)?;
        Ok(reveal)
    }

    /// Hands the proof out, and says what was shown.
    fn hand_out<P: Document>(
        &mut self,
        (statement, keys): (String, Provenance),
        pseudonym: U256,
        what: &str,
        (proof, reveals): (P, Reveal),
    ) -> Result<(), CliError> {
        let written = self.shared.out.write(&proof)?;
        let Self { agent, ask, .. } = self;
        let shown = agent.agent.wallet().shown()?;
        let now = agent.now;
        agent.tell.done(what, None)?;
        let name = short(format!("{pseudonym:#x}"));
        let left = ask.deadline.saturating_sub(now);
        agent.tell.say(&format!(
            "Statement {statement} with {keys}, for {} alone, good for {}; the agent's pseudonym there is {name}",
            ask.audience,
            duration(left),
        ))?;
        if let Some(path) = written {
            agent.tell.say(&format!("Written to {}", path.display()))?;
        }
        if let Some(shown) = shown {
            agent.tell.aside(&format!(
                "The current state has left this machine. Before it is used for anything else it must be \
                 refreshed, best in {} or later: `repute agent refresh`.",
                duration(shown.refresh_after.saturating_sub(now)),
            ))?;
        }
        if agent.json {
            output::print_json(&Report {
                ok: true,
                statement,
                pseudonym,
                refresh_after: shown.map(|shown| shown.refresh_after),
                reveals,
                proof,
            })?;
        }
        Ok(())
    }
}

/// What a shown state tells besides its policy.
const CURRENT: &str = "when the state shown is spent, because its nullifier is in the proof";

impl Window {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        let filter = Filter {
            category: self.category,
            since: self.since.before(session.agent.now),
        };
        let token = session.agent.chain.token().clone();
        let policy = self.policy.resolve(&token)?;
        let AgentSession { agent, log, .. } = &session.agent;
        let size = agent.can_show_window(log, &filter, &policy).await?;
        let jobs = match filter.category {
            Some(category) => format!("jobs of category {category}"),
            None => "jobs of every category".to_owned(),
        };
        let meets = format!(
            "The {jobs} taken since {} meet {}",
            moment(filter.since),
            Written(&policy, &token),
        );
        let bound = Bound::of_window(log, &policy, &filter);
        let reveal = session.reveal(bound, &format!("{meets:?}, and {CURRENT}"))?;
        size.load_keys(&session.agent.keyring, &TerminalProgress::new())?;
        let AgentSession { agent, log, .. } = &mut session.agent;
        let proof = agent
            .prove_window(log, &session.ask, &filter, &policy)
            .await?;
        let statement = (format!("window-{}", proof.slots), proof.made_with.keys);
        session.hand_out(statement, proof.pseudonym, &meets, (proof, reveal))
    }
}

impl StandingArgs {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        let token = session.agent.chain.token().clone();
        let policy = self.policy.resolve(&token)?;
        session.agent.agent.can_show_standing(&policy).await?;
        let meets = format!("The record meets {}", Written(&policy, &token));
        let bound = Bound::of_policy(&session.agent.log, &policy, session.agent.now);
        let reveal = session.reveal(bound, &format!("{meets:?}, and {CURRENT}"))?;
        session.agent.load::<Standing>()?;
        let AgentSession { agent, log, .. } = &mut session.agent;
        let proof = agent.prove_standing(log, &session.ask, policy).await?;
        let statement = ("standing".to_owned(), proof.made_with.keys);
        session.hand_out(statement, proof.pseudonym, &meets, (proof, reveal))
    }
}

impl CompletionArgs {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        let AgentSession { agent, log, .. } = &session.agent;
        agent.wallet().owns(find(log, self.job)?)?;
        let bound = Bound::registered(log);
        let what = format!("that this agent took job {}", self.job);
        let reveal = session.reveal(bound, &what)?;
        session.agent.load::<Completion>()?;
        let AgentSession { agent, log, .. } = &mut session.agent;
        let proof = agent.prove_completion(log, &session.ask, self.job).await?;
        let what = format!("Job {} was taken by this agent", self.job);
        let statement = ("completion".to_owned(), proof.made_with.keys);
        session.hand_out(statement, proof.pseudonym, &what, (proof, reveal))
    }
}
