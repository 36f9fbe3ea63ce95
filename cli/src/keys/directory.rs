//! Where keys of ceremonies are kept.

use crate::{error::CliError, place::Place};
use clap::Args;
use repute_prover::Store;
use std::path::PathBuf;

/// The directory of keys that were imported.
#[derive(Debug, Args)]
pub struct KeysDirectory {
    /// The directory of keys from ceremonies
    ///
    /// Without it, `keys` in the data directory.
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
    pub fn store(&self, place: &Place) -> Result<Store, CliError> {
        match &self.directory {
            Some(directory) => Ok(Store::at(directory)),
            None => Ok(Store::at(place.data_dir()?.join("keys"))),
        }
    }
}
