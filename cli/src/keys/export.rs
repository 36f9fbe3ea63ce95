//! `repute keys export-…`: what other tools take.

use super::{KeysDirectory, statement::statement};
use crate::{
    error::{CliError, Kind},
    file,
    output::{self, Narrator},
    place::Place,
};
use clap::Args;
use repute_circuits::{example::Example, release::Named, shape::Digest};
use repute_prover::{
    DeferredKeys, Provenance, Store, VerifyingKey,
    iden3::{r1cs, wtns},
    keys, prove, snarkjs,
};
use repute_sdk::{verify::Subject, with_statement};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Which circuit.
#[derive(Debug, Args)]
pub struct R1cs {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// Where to write the circuit; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Which example.
#[derive(Debug, Args)]
pub struct Wtns {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// Where to write the witness; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Which verifying key.
#[derive(Debug, Args)]
pub struct Vkey {
    /// The statement
    #[arg(value_parser = statement())]
    statement: Subject,
    /// Where to write the key; no such file may exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The development key, which is INSECURE, instead of an imported one
    #[arg(long, conflicts_with = "directory", help_heading = "Keys")]
    development_keys: bool,
    #[command(flatten)]
    keys: KeysDirectory,
}

/// What was written, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    ok: bool,
    statement: &'a str,
    circuit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verifying_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
    file: &'a Path,
}

impl Report<'_> {
    fn tell(&self, json: bool) -> Result<(), CliError> {
        if json {
            return Ok(output::print_json(self)?);
        }
        let mut tell = Narrator::telling();
        tell.done(&format!("Written to {}", self.file.display()), None)?;
        tell.say(&format!("Circuit: {}", self.circuit))?;
        if let (Some(key), Some(keys)) = (&self.verifying_key, &self.keys) {
            tell.say(&format!("Verifying key: {key}, {keys}"))?;
        }
        Ok(())
    }
}

/// The circuit's hash, and its statement and version for people.
fn circuit_hash(statement: Subject) -> Result<Digest, CliError> {
    repute_circuits::release::current(statement.name())
        .ok_or_else(|| CliError::internal("the statement has no pinned circuit"))
}

impl R1cs {
    /// Writes the circuit.
    ///
    /// # Errors
    /// See [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let circuit = with_statement!(self.statement, S => keys::circuit::<S>())?;
        file::create("the circuit", &self.out, |out| {
            Ok(r1cs::write(&circuit, out)?)
        })?;
        written(self.statement, &self.out, place.json())
    }
}

impl Wtns {
    /// Writes the witness.
    ///
    /// # Errors
    /// See [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let witness = with_statement!(self.statement, S => {
            prove::witness(&<S as Example>::example()).map_err(CliError::internal)
        })?;
        file::create("the witness", &self.out, |out| {
            Ok(wtns::write(&witness, out)?)
        })?;
        written(self.statement, &self.out, place.json())
    }
}

fn written(statement: Subject, out: &Path, json: bool) -> Result<(), CliError> {
    let circuit = circuit_hash(statement)?;
    Report {
        ok: true,
        statement: statement.name(),
        circuit: if json {
            circuit.to_string()
        } else {
            Named(circuit).to_string()
        },
        verifying_key: None,
        keys: None,
        file: out,
    }
    .tell(json)
}

impl Vkey {
    /// Writes the key.
    ///
    /// # Errors
    /// Of kind proof where the keys are damaged; see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let (key, circuit, provenance) = self.key(place)?;
        file::create("the verifying key", &self.out, |out| {
            std::io::Write::write_all(out, snarkjs::verifying_key_to_json(&key).as_bytes())
                .map_err(|error| CliError::new(Kind::Environment, error))
        })?;
        Report {
            ok: true,
            statement: self.statement.name(),
            circuit: circuit.to_string(),
            verifying_key: Some(key.hash().to_string()),
            keys: Some(provenance.to_string()),
            file: &self.out,
        }
        .tell(place.json())
    }

    fn key(&self, place: &Place) -> Result<(VerifyingKey, Digest, Provenance), CliError> {
        with_statement!(self.statement, S => {
            let keys = if self.development_keys {
                DeferredKeys::<S>::new(Store::of_user()?)?
            } else {
                DeferredKeys::<S>::imported(self.keys.store(place)?)?
            };
            Ok((keys.verifying().clone(), keys.circuit_hash(), keys.provenance()))
        })
    }
}
