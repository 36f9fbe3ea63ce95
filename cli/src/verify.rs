//! `repute verify`: whether proofs that somebody handed over hold, and what they say.

mod exit;
mod report;

use crate::{
    error::{CliError, Kind},
    file,
    place::Place,
    policy::PolicyText,
    time::Moment,
};
use alloy::primitives::{Address, B256};
use clap::Args;
use rand::rngs::OsRng;
use repute_contracts::deploy::Manifest;
use repute_prover::{VerifyingKey, snarkjs};
use repute_sdk::{
    chain::Token,
    shown::label,
    verify::{Asked, Handed, Refusal, Request, Subject, Trust, verify},
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

/// A file that stands for standard input.
const STDIN: &str = "-";

/// Which proofs, what is relied upon, and what was asked for.
#[derive(Debug, Args)]
#[command(after_long_help = exit::CODES)]
pub struct Verify {
    /// Proofs: documents of `repute prove`, proof files, or snarkjs' proof.json; `-` for standard input
    ///
    /// Proofs under one key are verified as a batch.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What snarkjs' proof.json proves, such as standing or window-16
    #[arg(long, value_name = "STATEMENT", help_heading = "Proofs of snarkjs")]
    statement: Option<Subject>,
    /// snarkjs' public.json; else the one beside each proof
    #[arg(
        long,
        value_name = "FILE",
        requires = "statement",
        help_heading = "Proofs of snarkjs"
    )]
    public: Option<PathBuf>,
    /// Rely on this verifying key, snarkjs' verification_key.json; of a deployment it must be one of the keys
    #[arg(long, value_name = "FILE", help_heading = "What is relied upon")]
    key: Option<PathBuf>,
    /// Take INSECURE development keys, under which anyone can forge
    #[arg(long, help_heading = "What is relied upon")]
    allow_development_keys: bool,
    /// End with 0 where nothing but the chain's checks is missing
    #[arg(long, help_heading = "What is relied upon")]
    offline: bool,
    /// You, for whom the proof should be; without it no shown proof is valid
    #[arg(long, value_name = "ADDRESS", help_heading = "What you asked for")]
    audience: Option<Address>,
    /// The value that you chose for this one request, 32 bytes
    #[arg(
        long,
        value_name = "HEX",
        default_value_t = B256::ZERO,
        hide_default_value = true,
        requires = "audience",
        help_heading = "What you asked for"
    )]
    challenge: B256,
    /// Your label for the pseudonym's scope
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        requires = "audience",
        help_heading = "What you asked for"
    )]
    label: String,
    /// The request's deadline, unix seconds as @1800000000; for files that do not name it
    #[arg(
        long,
        value_name = "TIME",
        requires = "audience",
        help_heading = "What you asked for"
    )]
    deadline: Option<Moment>,
    /// The policy that you asked for, such as completed>=10,success>=95%
    #[arg(long, value_name = "CONDITIONS", help_heading = "What you asked for")]
    policy: Option<PolicyText>,
    /// Judge times as of then: unix seconds as @1800000000; else the newest block's time, or the clock's
    #[arg(long, value_name = "TIME", help_heading = "What you asked for")]
    now: Option<Moment>,
}

impl Verify {
    /// Verifies, prints the verdicts, and returns the exit code: the first refusal's.
    ///
    /// # Errors
    /// Where a file or the node cannot be read, or the deployment is not what its manifest says.
    pub async fn run(&self, place: &Place) -> Result<ExitCode, CliError> {
        let proofs = self.read()?;
        let named = place.named_manifest()?;
        let chain = match self.asks_a_chain(place, named.is_some())? {
            true => Some(place.open().await?),
            false => None,
        };
        let manifest = match &chain {
            Some((chain, _)) => Some(chain.manifest().clone()),
            None => named,
        };
        let trust = self.trust(manifest.as_ref())?;
        let newest = match &chain {
            Some((chain, _)) => chain.now().await?,
            None => clock()?,
        };
        let now = self.now.map_or(newest, |moment| moment.before(newest));
        let token = match &chain {
            Some((chain, _)) => chain.token().clone(),
            None => Token::test(),
        };
        let policy = self.policy.map(|text| text.resolve(&token)).transpose()?;
        let request = Request {
            asked: self.audience.map(|audience| Asked {
                audience,
                challenge: self.challenge,
                label: label(&self.label),
                deadline: self.deadline.map(|moment| moment.after(now)),
            }),
            policy,
            now,
            allow_development_keys: self.allow_development_keys,
        };
        let log = chain.as_ref().map(|(_, log)| log);
        let verdicts = verify(&proofs, &trust, &request, log, &mut OsRng);
        report::print(&self.files, &verdicts, place.json(), self.offline)?;
        Ok(exit::of(&verdicts, self.offline))
    }

    /// Whether a chain is asked: the node that is named, or the one in the data directory where nothing else
    /// is named to rely upon.
    fn asks_a_chain(&self, place: &Place, manifest: bool) -> Result<bool, CliError> {
        let usage = |what: &str| Err(CliError::new(Kind::Usage, what));
        let relies = manifest || self.key.is_some();
        match (self.offline, place.is_embedded(), relies) {
            (true, false, _) => usage("--offline asks no chain: leave out --rpc-url, or --offline"),
            (true, true, false) => usage(
                "offline, say what is relied upon: a deployment with --manifest, or a verifying key with --key",
            ),
            (_, embedded, relies) => Ok(!embedded || !relies),
        }
    }

    fn trust(&self, manifest: Option<&Manifest>) -> Result<Trust, CliError> {
        let refused = |refusal: Refusal| CliError::new(Kind::Proof, refusal);
        let key = self.key.as_deref().map(read_key).transpose()?;
        match (manifest, key) {
            (Some(manifest), None) => Trust::of_manifest(manifest).map_err(refused),
            (Some(manifest), Some(key)) => Trust::of_manifest(manifest)
                .and_then(|trust| trust.pin(&key))
                .map_err(refused),
            (None, Some(key)) => Ok(Trust::of_key(&key)),
            (None, None) => Ok(Trust::default()),
        }
    }

    fn read(&self) -> Result<Vec<Result<Handed, Refusal>>, CliError> {
        self.files.iter().map(|path| self.read_one(path)).collect()
    }

    fn read_one(&self, path: &Path) -> Result<Result<Handed, Refusal>, CliError> {
        let text = match path.as_os_str() == STDIN {
            true => {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| unreadable(path, &error))?;
                text
            }
            false => file::read("the proof", path)?.to_string(),
        };
        Ok(match (self.statement, text.contains("\"pi_a\"")) {
            (Some(subject), true) => {
                let public = match &self.public {
                    Some(public) => public.clone(),
                    None => path.with_file_name("public.json"),
                };
                let public = file::read("the public inputs", &public)?;
                Handed::read_snarkjs(subject, &text, &public)
            }
            _ => Handed::read(&text),
        })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    let path = path.display();
    CliError::new(
        Kind::Environment,
        format!("the proof {path} cannot be read: {error}"),
    )
}

fn read_key(path: &Path) -> Result<VerifyingKey, CliError> {
    let text = file::read("the verifying key", path)?;
    snarkjs::verifying_key_from_json(&text)
        .map_err(|error| CliError::new(Kind::Proof, format!("{}: {error}", path.display())))
}

fn clock() -> Result<u64, CliError> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|since| since.as_secs())
        .map_err(|_| CliError::new(Kind::Environment, "the clock is before 1970: set it"))
}
