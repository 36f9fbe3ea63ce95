//! `repute prove`: an agent shows something of its record to whoever asks.

use crate::{
    ask::AskArgs,
    error::{CliError, EXIT_CODES},
    file::OutArgs,
    keys::KeysDirectory,
    output::{self, Narrator, duration, short},
    place::Place,
    policy::{self, PolicyText, Written},
    time::Moment,
    wallet::WalletArgs,
};
use alloy::primitives::U256;
use clap::{ArgGroup, Args, Subcommand};
use repute_circuits::{
    statement::{Completion, Standing},
    window::Filter,
};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    ask::Ask,
    board::Agent,
    chain::Chain,
    document::Document,
    keys::{Keyring, Provable},
    log::Log,
};
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
    keys: KeysDirectory,
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
    chain: Chain,
    log: Log,
    keyring: Keyring,
    agent: Agent,
    ask: Ask,
    now: u64,
    tell: Narrator,
    json: bool,
    shared: &'a Shared,
}

impl Shared {
    async fn open(&self, place: &Place) -> Result<Session<'_>, CliError> {
        self.out.check(place)?;
        let (chain, log) = place.open().await?;
        let wallet = self.wallet.open(&log)?;
        let imported = self.keys.store(place)?;
        let keyring = Keyring::of_deployment(chain.manifest(), &Store::of_user()?, &imported)?;
        let mut agent = Agent::new(chain.clone(), keyring.clone(), wallet)?;
        agent.sync(&log)?;
        let now = chain.now().await?;
        Ok(Session {
            ask: self.ask.resolve(now),
            tell: Narrator::new(place.json()),
            json: place.json(),
            shared: self,
            chain,
            log,
            keyring,
            agent,
            now,
        })
    }
}

impl Session<'_> {
    /// Loads or makes the keys, with a progress bar on stderr.
    fn load<S: Provable>(&self) -> Result<(), CliError> {
        Ok(self.keyring.load::<S>(&TerminalProgress::new())?)
    }

    /// Writes the wallet, then the proof, and says what was shown.
    fn hand_out<P: Document>(
        &mut self,
        statement: String,
        pseudonym: U256,
        what: &str,
        proof: P,
    ) -> Result<(), CliError> {
        let wallet = self.agent.wallet();
        self.shared.wallet.save(wallet)?;
        let written = self.shared.out.write(&proof)?;
        let shown = wallet.shown()?;
        self.tell.done(what, None)?;
        let name = short(format!("{pseudonym:#x}"));
        let left = self.ask.deadline.saturating_sub(self.now);
        self.tell.say(&format!(
            "Statement {statement} with {}, for {} alone, good for {}; the agent's pseudonym there is {name}",
            self.keyring.provenance(),
            self.ask.audience,
            duration(left),
        ))?;
        if let Some(path) = written {
            self.tell.say(&format!("Written to {}", path.display()))?;
        }
        if let Some(shown) = shown {
            self.tell.aside(&format!(
                "The current state has left this machine. Before it is used for anything else it must be \
                 refreshed, best in {} or later.",
                duration(shown.refresh_after.saturating_sub(self.now)),
            ))?;
        }
        if self.json {
            output::print_json(&Report {
                ok: true,
                statement,
                pseudonym,
                refresh_after: shown.map(|shown| shown.refresh_after),
                proof,
            })?;
        }
        Ok(())
    }
}

impl Window {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        let filter = Filter {
            category: self.category,
            since: self.since.before(session.now),
        };
        let token = session.chain.token().clone();
        let policy = self.policy.resolve(&token)?;
        let Session {
            agent, log, ask, ..
        } = session;
        let size = agent.can_show_window(log, &filter, &policy).await?;
        size.load_keys(&session.keyring, &TerminalProgress::new())?;
        let proof = agent.prove_window(log, ask, &filter, &policy).await?;
        let jobs = match filter.category {
            Some(category) => format!("jobs of category {category}"),
            None => "jobs of every category".to_owned(),
        };
        let what = format!(
            "The {jobs} taken since unix second {} meet {}",
            filter.since,
            Written(&policy, &token),
        );
        let statement = format!("window-{}", proof.slots);
        session.hand_out(statement, proof.pseudonym, &what, proof)
    }
}

impl StandingArgs {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        let token = session.chain.token().clone();
        let policy = self.policy.resolve(&token)?;
        session.agent.can_show_standing(&policy).await?;
        session.load::<Standing>()?;
        let Session {
            agent, log, ask, ..
        } = session;
        let proof = agent.prove_standing(log, ask, policy).await?;
        let what = format!("The record meets {}", Written(&policy, &token));
        session.hand_out("standing".to_owned(), proof.pseudonym, &what, proof)
    }
}

impl CompletionArgs {
    async fn prove(&self, session: &mut Session<'_>) -> Result<(), CliError> {
        session.load::<Completion>()?;
        let Session {
            agent, log, ask, ..
        } = session;
        let proof = agent.prove_completion(log, ask, self.job).await?;
        let what = format!("Job {} was taken by this agent", self.job);
        session.hand_out("completion".to_owned(), proof.pseudonym, &what, proof)
    }
}
