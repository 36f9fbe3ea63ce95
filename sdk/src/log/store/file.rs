//! A log's database in a file: opened, or made anew where it can't be gone on with.

use super::{MARK, Store};
use crate::log::{LogError, Source};
use repute_contracts::database::{self, Contents, Fault};
use std::{fs, io, path::Path};
use tempfile::NamedTempFile;

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

/// Makes a log's file anew. It gets its name when it is whole, so that a process that is killed leaves
/// none or an empty log.
pub(in crate::log) fn rebuild(path: &Path, source: &Source) -> Result<Store, LogError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(|error| unusable(directory, &error))?;
    database::remove(path).map_err(|error| unusable(path, &error))?;
    let made = NamedTempFile::new_in(directory).map_err(|error| unusable(directory, &error))?;
    let made = made.into_temp_path();
    Store(database::open(&made)?).create(source)?;
    match made.persist_noclobber(path) {
        // Another process was first.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made.map_err(|error| unusable(path, &error.error))?,
    }
    let store = Store(database::open(path)?);
    database::write_ahead(&store.0)?;
    Ok(store)
}
