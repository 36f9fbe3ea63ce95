//! The steps of a ceremony.

use super::report::{CeremonyReport, in_groups};
use super::{KeysDirectory, statement::statement};
use crate::{
    error::{CliError, Kind},
    file,
    output::{self, Narrator},
    place::Place,
};
use alloy::primitives::hex;
use clap::Args;
use repute_prover::{
    Keys, TerminalProgress,
    ceremony::{Verified, beacon, contribute, development_powers, new_zkey, verify},
    iden3::{
        ptau::Ptau,
        zkey::{Beacon, Transcript, Zkey},
    },
    keys::{self, ceremony::import},
};
use repute_sdk::{verify::Subject, with_statement};
use serde::Serialize;
use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Which powers.
#[derive(Debug, Args)]
pub struct Powers {
    /// The base-2 logarithm of the largest circuit: 14 for what a job's life needs, 19 for all
    #[arg(value_parser = clap::value_parser!(u32).range(1..=27))]
    power: u32,
    /// Where to write them; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Which circuit, from which powers.
#[derive(Debug, Args)]
pub struct NewZkey {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// The phase 1 file, a .ptau that was prepared for phase 2
    #[arg(long, value_name = "FILE")]
    powers: PathBuf,
    /// Where to write the key; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// To which key, and in whose name.
#[derive(Debug, Args)]
pub struct Contribute {
    /// The key that the one before you made
    zkey: PathBuf,
    /// Where to write the next key; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Your name, which is published in the file
    #[arg(long)]
    name: Option<String>,
    /// Take what you would type from this file, or from standard input where it is -
    #[arg(long, value_name = "FILE")]
    typed_from: Option<PathBuf>,
}

/// To which key, and which value.
#[derive(Debug, Args)]
pub struct BeaconArgs {
    /// The key that the last contributor made
    zkey: PathBuf,
    /// The public random value in hexadecimal digits, up to 255 bytes
    #[arg(long, value_name = "HEX")]
    value: String,
    /// The value is hashed two to the power of this many times
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u8).range(10..=63))]
    iterations: u8,
    /// What the value is, which is published in the file
    #[arg(long)]
    name: Option<String>,
    /// Where to write the last key; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Which outcome, of which circuit and powers.
#[derive(Debug, Args)]
pub struct VerifyTranscript {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// The ceremony's last key
    zkey: PathBuf,
    /// The phase 1 file that the ceremony began with
    #[arg(long, value_name = "FILE")]
    powers: PathBuf,
}

/// Which outcome, and where to keep it.
#[derive(Debug, Args)]
pub struct ImportZkey {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// The ceremony's last key
    zkey: PathBuf,
    /// The phase 1 file that the ceremony began with
    #[arg(long, value_name = "FILE")]
    powers: PathBuf,
    #[command(flatten)]
    keys: KeysDirectory,
}

/// A step, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceremony: Option<CeremonyReport>,
    /// Who contributed to phase 1, as its file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase1: Option<Vec<Option<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verifying_key: Option<String>,
    /// Where the keys come from, as everything that is made with them says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
    /// Whether anyone can forge proofs for them.
    insecure: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
}

fn open_powers(path: &Path) -> Result<Ptau<BufReader<File>>, CliError> {
    Ptau::open(open("the powers of tau", path)?).map_err(|error| named(path, error))
}

fn read_zkey(path: &Path) -> Result<Zkey, CliError> {
    Zkey::read(open("the key", path)?).map_err(|error| named(path, error))
}

fn open(what: &str, path: &Path) -> Result<BufReader<File>, CliError> {
    file::open(what, path).map(BufReader::new)
}

/// An error with the file that it is about.
fn named(path: &Path, error: impl Into<CliError>) -> CliError {
    error.into().about(path)
}

fn save(zkey: &Zkey, out: &Path) -> Result<(), CliError> {
    file::create("the key", out, |out| Ok(zkey.write(out)?))
}

const INSECURE: &str = "INSECURE: the powers of tau are the development powers, whose secret everybody \
     knows, so this is a rehearsal.";

impl Powers {
    /// Makes the powers.
    ///
    /// # Errors
    /// See [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let progress = TerminalProgress::new();
        file::create("the powers of tau", &self.out, |out| {
            Ok(development_powers(self.power, out, &progress)?)
        })?;
        if place.json() {
            return Ok(output::print_json(&Report {
                ok: true,
                statement: None,
                ceremony: None,
                phase1: None,
                verifying_key: None,
                keys: None,
                insecure: true,
                file: Some(&self.out),
            })?);
        }
        let mut tell = Narrator::telling();
        let what = format!(
            "INSECURE development powers of tau written to {}",
            self.out.display()
        );
        Ok(tell.done(&what, None)?)
    }
}

impl NewZkey {
    /// Makes the first key.
    ///
    /// # Errors
    /// Of kind proof for bad powers; see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        file::must_be_new("the key", &self.out)?;
        let circuit = with_statement!(self.statement, S => keys::circuit::<S>())?;
        let mut powers = open_powers(&self.powers)?;
        let zkey = new_zkey(&circuit, &mut powers, &TerminalProgress::new())
            .map_err(|error| named(&self.powers, error))?;
        save(&zkey, &self.out)?;
        let report = Report {
            ok: true,
            statement: Some(self.statement.name()),
            ceremony: Some(CeremonyReport::new(zkey.transcript())),
            phase1: Some(powers.contributions().to_vec()),
            verifying_key: None,
            keys: None,
            insecure: true,
            file: Some(&self.out),
        };
        if place.json() {
            return Ok(output::print_json(&report)?);
        }
        let mut tell = Narrator::telling();
        tell.done(
            &format!(
                "The first key of {} is written to {}",
                self.statement,
                self.out.display()
            ),
            None,
        )?;
        if powers.contributions().is_empty() {
            tell.say(INSECURE)?;
        }
        tell.say(&format!(
            "Circuit hash {}",
            in_groups(&zkey.transcript().circuit.to_string())
        ))?;
        Ok(tell.say("Contributions have to follow: with this key anyone can forge proofs.")?)
    }
}

impl Contribute {
    /// Contributes.
    ///
    /// # Errors
    /// Of kind proof for a bad key; see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        file::must_be_new("the key", &self.out)?;
        let zkey = read_zkey(&self.zkey)?;
        let typed = self.typed()?;
        let progress = TerminalProgress::new();
        let next = contribute(&zkey, self.name.as_deref(), typed.as_bytes(), &progress)
            .map_err(|error| named(&self.zkey, error))?;
        save(&next, &self.out)?;
        contributed(next.transcript(), &self.out, place.json())
    }

    fn typed(&self) -> Result<Zeroizing<String>, CliError> {
        match &self.typed_from {
            Some(path) if path.as_os_str() == "-" => {
                let mut text = Zeroizing::new(String::new());
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| {
                        CliError::new(
                            Kind::Environment,
                            format!("standard input cannot be read: {error}"),
                        )
                    })?;
                Ok(text)
            }
            Some(path) => file::read("the file to take random text from", path),
            None => rpassword::prompt_password("Type some random characters, then Enter: ")
                .map(Zeroizing::new)
                .map_err(|error| {
                    CliError::new(
                        Kind::Environment,
                        format!(
                            "there is no terminal to type on ({error}): name a file with \
                             --typed-from, or give - and the text on standard input"
                        ),
                    )
                }),
        }
    }
}

impl BeaconArgs {
    /// Contributes the value.
    ///
    /// # Errors
    /// Of kind proof for a bad key; see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        file::must_be_new("the key", &self.out)?;
        let value = hex::decode(&self.value).map_err(|_| {
            CliError::new(
                Kind::Refused,
                "the beacon's value is not hexadecimal: give two digits for each byte",
            )
        })?;
        let value = Beacon::new(value, self.iterations)
            .map_err(|error| CliError::new(Kind::Refused, error))?;
        let zkey = read_zkey(&self.zkey)?;
        let progress = TerminalProgress::new();
        let last = beacon(&zkey, self.name.as_deref(), &value, &progress)
            .map_err(|error| named(&self.zkey, error))?;
        save(&last, &self.out)?;
        contributed(last.transcript(), &self.out, place.json())
    }
}

fn contributed(transcript: &Transcript, out: &Path, json: bool) -> Result<(), CliError> {
    if json {
        return Ok(output::print_json(&Report {
            ok: true,
            statement: None,
            ceremony: Some(CeremonyReport::new(transcript)),
            phase1: None,
            verifying_key: None,
            keys: None,
            insecure: false,
            file: Some(out),
        })?);
    }
    let mut tell = Narrator::telling();
    let number = transcript.contributions.len();
    tell.done(
        &format!("Contribution {number} is written to {}", out.display()),
        None,
    )?;
    if let Some(last) = transcript.contributions.last() {
        tell.say(&format!(
            "Its hash, to be published: {}",
            in_groups(&last.hash().to_string())
        ))?;
    }
    Ok(())
}

impl VerifyTranscript {
    /// Verifies.
    ///
    /// # Errors
    /// Of kind proof for a key that is not the ceremony's outcome; see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let circuit = with_statement!(self.statement, S => keys::circuit::<S>())?;
        let zkey = read_zkey(&self.zkey)?;
        let mut powers = open_powers(&self.powers)?;
        let verified = verify(&zkey, &circuit, &mut powers, &TerminalProgress::new())
            .map_err(|error| named(&self.zkey, error))?;
        outcome(self.statement, &verified, None, None, place.json())
    }
}

impl ImportZkey {
    /// Verifies, and keeps the keys.
    ///
    /// # Errors
    /// As [`VerifyTranscript::run`]; of kind environment where the keys cannot be kept.
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let zkey = read_zkey(&self.zkey)?;
        let mut powers = open_powers(&self.powers)?;
        let store = self.keys.store(place)?;
        let progress = TerminalProgress::new();
        with_statement!(self.statement, S => {
            let (keys, verified): (Keys<S>, _) = import(&zkey, &mut powers, &progress)
                .map_err(|error| named(&self.zkey, error))?;
            let path = store.keep_imported(&keys)?;
            let key = keys.verifying().hash().to_string();
            let kept = Kept { key, keys: keys.provenance().to_string() };
            outcome(self.statement, &verified, Some(kept), Some(&path), place.json())
        })
    }
}

/// Keys that were kept.
struct Kept {
    key: String,
    keys: String,
}

fn outcome(
    statement: Subject,
    verified: &Verified,
    kept: Option<Kept>,
    file: Option<&Path>,
    json: bool,
) -> Result<(), CliError> {
    let (key, keys) = kept.map(|kept| (kept.key, kept.keys)).unzip();
    let report = Report {
        ok: true,
        statement: Some(statement.name()),
        ceremony: Some(CeremonyReport::new(verified.transcript())),
        phase1: Some(verified.phase1().to_vec()),
        verifying_key: key,
        keys,
        insecure: verified.is_rehearsal(),
        file,
    };
    if json {
        return Ok(output::print_json(&report)?);
    }
    let mut tell = Narrator::telling();
    tell.done(
        &format!("This is the outcome of a ceremony for {statement}"),
        None,
    )?;
    if report.insecure {
        tell.say(INSECURE)?;
    } else {
        let names: Vec<&str> = verified
            .phase1()
            .iter()
            .map(|name| name.as_deref().unwrap_or("without a name"))
            .collect();
        tell.say(&format!(
            "Phase 1 has {} contributions, which snarkjs powersoftau verify checks: {}",
            names.len(),
            names.join(", ")
        ))?;
    }
    if let Some(ceremony) = &report.ceremony {
        ceremony.tell(&mut tell)?;
    }
    if let (Some(key), Some(file)) = (&report.verifying_key, file) {
        tell.say(&format!("Verifying key {key}"))?;
        tell.done(&format!("The keys are kept in {}", file.display()), None)?;
    }
    Ok(())
}
