//! A log's database in a file: opened, or made anew where it can't be gone on with.

use super::{MARK, Store};
use crate::log::{LogError, Source};
use repute_contracts::database::{self, Contents, Fault};
use std::{fs, io, path::Path};

/// A database file, opened.
pub(in crate::log) enum Opened {
    /// With what it holds.
    Kept(Store),
    /// Anew, and why.
    Rebuilt(Store, &'static str),
}

/// Opens a log's file, or makes it. A log's file that can't be gone on with is made anew.
pub(in crate::log) fn open(path: &Path, source: &Source) -> Result<Opened, LogError> {
    if !path.exists() {
        return Ok(Opened::Kept(rebuild(path, source)?));
    }
    let connection = database::open(path)?;
    let reason = match MARK.find(&connection) {
        Ok(Contents::Ours) => {
            let store = Store(connection);
            match store.is_of(source) {
                Ok(true) => {
                    database::write_ahead(&store.0)?;
                    return Ok(Opened::Kept(store));
                }
                Ok(false) => "it is of another deployment",
                Err(Fault::Damaged(reason)) => reason,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Contents::OtherFormat(_)) => "it is of another version",
        Ok(Contents::Foreign) | Err(Fault::Damaged(_)) => match MARK.is_on(path) {
            Ok(true) => "it is cut off or overwritten",
            Ok(false) => return Err(LogError::Foreign(path.to_owned())),
            Err(error) => return Err(unusable(path, &error)),
        },
        Err(error) => return Err(error.into()),
    };
    Ok(Opened::Rebuilt(rebuild(path, source)?, reason))
}

fn unusable(path: &Path, error: &io::Error) -> LogError {
    LogError::Database(format!("{}: {error}", path.display()))
}

/// Makes a log's file anew.
pub(in crate::log) fn rebuild(path: &Path, source: &Source) -> Result<Store, LogError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| unusable(directory, &error))?;
    }
    database::remove(path).map_err(|error| unusable(path, &error))?;
    let store = Store(database::open(path)?);
    store.create(source)?;
    database::write_ahead(&store.0)?;
    Ok(store)
}
