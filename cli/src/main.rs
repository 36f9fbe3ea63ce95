//! The repute command-line tool: arguments in, SDK calls, output.

mod amount;
mod ask;
mod audit;
mod connection;
mod demo;
mod deploy;
mod error;
mod file;
mod keys;
mod output;
mod policy;
mod prove;
mod time;
mod verify;
mod wallet;

use audit::Audit;
use clap::{Parser, Subcommand};
use deploy::Deploy;
use error::CliError;
use keys::Keys;
use prove::Prove;
use std::{path::PathBuf, process::ExitCode};
use verify::Verify;

/// Private reputation for agents, and payment on a proof
#[derive(Debug, Parser)]
#[command(name = "repute", version, after_long_help = error::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
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
    #[command(after_long_help = error::EXIT_CODES)]
    Demo {
        /// Print one JSON document instead of the story
        ///
        /// Amounts are decimal strings in base units of `token`; gas is a number. `steps` are the
        /// transactions in order, `refusals` the attacks with the reason of the contract or checker
        /// that refused, `payments` every transfer of tokens, `observer` what the chain shows to
        /// everybody, `hidden` what it does not show. `ok` is false only where the command failed;
        /// then `error` says why.
        #[arg(long)]
        json: bool,
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
    /// Show something of an agent's record to whoever asks
    #[command(subcommand, after_long_help = error::EXIT_CODES)]
    Prove(Box<Prove>),
    /// Check proofs that somebody handed over, and say what they show
    ///
    /// Every check and its outcome is listed, and every public input in words. A proof is valid only
    /// where every check that applies to it ran and passed; what could not be checked is said, and makes
    /// it incomplete.
    Verify(Box<Verify>),
    /// Replay a whole deployment from its first block and compare everything, trusting nothing
    ///
    /// Code and keys against what is compiled here; every register, take, settle, refresh and fold derived
    /// again from calldata; every proof verified again, in batches; tree, roots, nullifiers and tickets
    /// rebuilt; every transfer of the token explained to the base unit; the protocol's invariants; the
    /// order of escrow jobs. The report says what was checked, what was not and why, and names each fault
    /// with its place.
    Audit(Box<Audit>),
}

#[tokio::main]
async fn main() -> ExitCode {
    // Wrong usage ends here, with exit code 2.
    let cli = Cli::parse();
    match cli.command {
        Command::Demo { json, keys } => finish(demo::run(json, keys).await, json),
        Command::Deploy(deploy) => finish(deploy.run().await, deploy.json()),
        Command::Keys(keys) => finish(keys.run(), keys.json()),
        Command::Prove(prove) => finish(prove.run().await, prove.json()),
        Command::Verify(verify) => match verify.run().await {
            Ok(code) => code,
            Err(error) => finish(Err(error), verify.json()),
        },
        Command::Audit(audit) => match audit.run().await {
            Ok(code) => code,
            Err(error) => finish(Err(error), audit.json()),
        },
    }
}

fn finish(result: Result<(), CliError>, json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
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
