//! The repute command-line tool: arguments in, SDK calls, output.

mod account;
mod agent;
mod amount;
mod arbiter;
mod ask;
mod audit;
mod chain;
mod courier;
mod delivery;
mod demo;
mod deploy;
mod error;
mod file;
mod job;
mod jobs;
mod keys;
mod manual;
mod output;
mod place;
mod policy;
mod post;
mod prove;
mod reading;
mod relay;
mod reveal;
mod review;
mod secret;
mod spinner;
mod status;
mod time;
mod verify;
mod wallet;

use account::Collect;
use agent::AgentCommand;
use arbiter::ArbiterCommand;
use audit::Audit;
use chain::ChainCommand;
use clap::{CommandFactory, Parser, Subcommand};
use deploy::Deploy;
use error::CliError;
use job::JobCommand;
use jobs::Jobs;
use keys::Keys;
use manual::{Completions, Man};
use place::Place;
use post::Post;
use prove::Prove;
use relay::RelayArgs;
use review::Review;
use std::{path::PathBuf, process::ExitCode};
use verify::Verify;

/// Private reputation for agents, and payment on a proof
///
/// Without a command it tells where you stand and what to do next.
#[derive(Debug, Parser)]
#[command(name = "repute", version, after_long_help = error::EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell the whole story on a chain inside this process
    ///
    /// Agents register, take jobs, deliver and are paid on proofs; clients are silent, rate, dispute
    /// and are refunded; attacks are tried and refused. Nothing is kept afterwards, no network is
    /// used, and nothing has to be set up.
    ///
    /// The proofs use development keys, which are INSECURE: they come from a published seed. The
    /// first run makes them and keeps them in the user's cache directory, or in the directory that
    /// REPUTE_CACHE_DIR names.
    ///
    /// With --json, amounts are decimal strings in base units of `token`; gas is a number. `steps` are the
    /// transactions in order, `refusals` the attacks with the reason of the contract or checker that
    /// refused, `payments` every transfer of tokens, `observer` what the chain shows to everybody,
    /// `hidden` what it does not show.
    #[command(after_long_help = error::EXIT_CODES)]
    Demo {
        /// Use the keys of ceremonies in this directory instead of development keys
        #[arg(long, value_name = "DIRECTORY")]
        keys: Option<PathBuf>,
    },
    /// Deploy the contracts of a new board and write their manifest
    ///
    /// Verifiers, Poseidon, escrow, registration gate, agent ledger, job board and shared provider, none
    /// of which has an owner. Everything is read back and compared before the manifest is written:
    /// addresses, constructor arguments, the hashes of code, verifying keys and circuits.
    #[command(after_long_help = error::EXIT_CODES)]
    Deploy(Box<Deploy>),
    /// Make, check and list keys: exports for other tools, ceremonies, imports
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Keys(Box<Keys>),
    /// Search the board
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Jobs(Box<Jobs>),
    /// Make, register, show, refresh and recover an agent
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Agent(Box<AgentCommand>),
    /// Take jobs, deliver, and get paid
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Job(Box<JobCommand>),
    /// Offer jobs, and say how they went
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Post(Box<Post>),
    /// Rule on disputes
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Arbiter(Box<ArbiterCommand>),
    /// Rate work in private
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Review(Box<Review>),
    /// Send agents' requests and earn the fees in them
    ///
    /// Each request is checked and simulated before it is sent, so that nothing is paid for what would be
    /// refused. Settlements share a transaction, which costs less than one for each.
    #[command(after_long_help = error::EXIT_CODES)]
    Relay(Box<RelayArgs>),
    /// Get what the board owes the account: refunds, returned bonds, arbiter fees
    #[command(after_long_help = error::EXIT_CODES)]
    Collect(Box<Collect>),
    /// Show something of an agent's record to whoever asks
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Prove(Box<Prove>),
    /// Check proofs that somebody handed over, and say what they show
    ///
    /// Every check and its outcome is listed, and every public input in words. A proof is valid only
    /// where every check that applies to it ran and passed; what could not be checked is said, and makes
    /// it incomplete.
    ///
    /// With --rpc-url that node is asked whether root and nullifier are current. Its whole log is read, so
    /// that it does not learn which proof is looked at. With --manifest or --key alone no chain is asked.
    /// With none of them it is the chain in the data directory.
    ///
    /// With --json, `ok` is true where every proof is valid (with --offline: lacks only the chain). `proofs`
    /// has for each file, in order: `file`, `statement`, `status` (valid, incomplete or refused), `refusal`
    /// with `name`, `code` and `message` where one is refused, `checks` with `name`, `outcome` (passed,
    /// refused or not-run) and `detail`, and `inputs` with `name`, `value` and `meaning`.
    Verify(Box<Verify>),
    /// Replay a whole deployment from its first block and compare everything, trusting nothing
    ///
    /// Code and keys against what is compiled here; every register, take, settle, refresh and fold derived
    /// again from calldata; every proof verified again, in batches; tree, roots, nullifiers and tickets
    /// rebuilt; every transfer of the token explained to the base unit; the protocol's invariants; the
    /// order of escrow jobs. The report says what was checked, what was not and why, and names each fault
    /// with its place.
    Audit(Box<Audit>),
    /// Look at the chain that commands work on, let time pass there, or start anew
    ///
    /// Without --rpc-url that is a chain in the data directory, with a board of its own from its first use
    /// on. It needs no node, and is for trying things out.
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Chain(ChainCommand),
    /// Print a shell's completions of this command line
    #[command(after_long_help = error::EXIT_CODES)]
    Completions(Completions),
    /// Write man pages
    #[command(after_long_help = error::EXIT_CODES)]
    Man(Man),
}

#[tokio::main]
async fn main() -> ExitCode {
    // Wrong usage ends here, with exit code 2.
    let Cli { place, command } = Cli::parse();
    finish(run(command, &place).await, place.json())
}

async fn run(command: Option<Command>, place: &Place) -> Result<ExitCode, CliError> {
    let Some(command) = command else {
        return status::run(place).await.map(|()| ExitCode::SUCCESS);
    };
    let done = match command {
        // Each refusal of theirs has a code of its own.
        Command::Verify(verify) => return verify.run(place).await,
        Command::Audit(audit) => return audit.run(place).await,
        Command::Demo { keys } => demo::run(place.json(), keys).await,
        Command::Deploy(deploy) => deploy.run(place).await,
        Command::Keys(keys) => keys.run(place),
        Command::Jobs(jobs) => jobs.run(place).await,
        Command::Agent(agent) => agent.run(place).await,
        Command::Job(job) => job.run(place).await,
        Command::Post(post) => post.run(place).await,
        Command::Arbiter(arbiter) => arbiter.run(place).await,
        Command::Review(review) => review.run(place).await,
        Command::Relay(relay) => relay.run(place).await,
        Command::Collect(collect) => collect.run(place).await,
        Command::Prove(prove) => prove.run(place).await,
        Command::Chain(chain) => chain.run(place).await,
        Command::Completions(completions) => completions.run(Cli::command()),
        Command::Man(man) => man.run(place, Cli::command()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn finish(result: Result<ExitCode, CliError>, json: bool) -> ExitCode {
    match result {
        Ok(code) => code,
        // Whoever read the output has seen enough, as `head` does.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            if json {
                // Stdout may be what failed; stderr says the same in any case.
                let _ = output::print_json(&error.to_json());
            }
            error.print();
            error.kind.exit_code()
        }
    }
}
