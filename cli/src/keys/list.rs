//! `repute keys list`.

use super::KeysDirectory;
use crate::{
    error::CliError,
    output::{self, Narrator},
    place::Place,
};
use clap::Args;
use repute_circuits::release::find;
use repute_prover::{Store, StoreError, keys::imported::Listed};
use serde::Serialize;
use std::path::PathBuf;

/// Which keys.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    keys: KeysDirectory,
}

/// The keys, as `--json` prints them.
#[derive(Serialize)]
struct Report {
    ok: bool,
    keys: Vec<KeysReport>,
    damaged: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeysReport {
    statement: String,
    /// The first version with this circuit; missing where no release has it.
    version: Option<&'static str>,
    circuit: String,
    verifying_key: String,
    keys: String,
    insecure: bool,
    file: PathBuf,
}

impl List {
    /// Lists imported keys, then the development keys in the cache.
    ///
    /// # Errors
    /// Of kind environment where a directory cannot be read.
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut report = Report {
            ok: true,
            keys: Vec::new(),
            damaged: Vec::new(),
        };
        let imported = self.keys.store(place)?;
        let cache = Store::of_user()?;
        let mut all = imported.list()?;
        if cache.directory() != imported.directory() {
            all.extend(cache.list()?);
        }
        for keys in all {
            report.add(keys);
        }
        if place.json() {
            return Ok(output::print_json(&report)?);
        }
        let mut tell = Narrator::telling();
        if report.keys.is_empty() {
            tell.say("There are no keys here yet. Import those of a ceremony with `repute keys import-zkey`.")?;
        }
        for keys in &report.keys {
            let circuit = match keys.version {
                Some(version) => format!("version {version}"),
                None => "a circuit of no version".to_owned(),
            };
            tell.item(&format!(
                "{}, {circuit}: {}, verifying key {}, {}",
                keys.statement,
                keys.keys,
                keys.verifying_key,
                keys.file.display()
            ))?;
        }
        for reason in &report.damaged {
            tell.refused("A file that cannot be used", reason)?;
        }
        Ok(())
    }
}

impl Report {
    fn add(&mut self, keys: Result<Listed, StoreError>) {
        match keys {
            Ok(keys) => self.keys.push(KeysReport {
                version: find(keys.circuit).map(|release| release.version),
                statement: keys.statement,
                circuit: keys.circuit.to_string(),
                verifying_key: keys.verifying_key.to_string(),
                insecure: keys.provenance.is_insecure(),
                keys: keys.provenance.to_string(),
                file: keys.path,
            }),
            Err(error) => self.damaged.push(error.to_string()),
        }
    }
}
