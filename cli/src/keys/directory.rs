//! Where keys of ceremonies are kept.

use crate::error::{CliError, Kind};
use clap::Args;
use repute_prover::Store;
use std::path::PathBuf;

/// The directory of keys that were imported.
#[derive(Debug, Args)]
pub struct KeysDirectory {
    /// The directory of keys from ceremonies
    ///
    /// Without it, `keys` in the directory that REPUTE_DATA_DIR names, or in the user's data directory.
    #[arg(
        long = "keys",
        value_name = "DIRECTORY",
        env = "REPUTE_KEYS",
        help_heading = "Keys"
    )]
    directory: Option<PathBuf>,
}

impl KeysDirectory {
    /// The directory's keys.
    ///
    /// # Errors
    /// Of kind environment for a user without a home directory.
    pub fn store(&self) -> Result<Store, CliError> {
        if let Some(directory) = &self.directory {
            return Ok(Store::at(directory));
        }
        let data = match std::env::var_os("REPUTE_DATA_DIR") {
            Some(directory) if !directory.is_empty() => PathBuf::from(directory),
            _ => directories::ProjectDirs::from("", "", "repute")
                .ok_or_else(|| {
                    CliError::new(
                        Kind::Environment,
                        "this user has no data directory: name a directory with --keys",
                    )
                })?
                .data_dir()
                .to_owned(),
        };
        Ok(Store::at(data.join("keys")))
    }
}
