//! The directory of a chain that outlives the process: a database and a lock.

use super::{
    EmbeddedConfig,
    chain::Chain,
    store::{MARK, Store},
};
use crate::database::{self, Contents, Fault};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

const DATABASE: &str = "chain.sqlite";
/// A chain is made under this name and then renamed, so that it is whole from its first moment.
const UNFINISHED: &str = "chain.sqlite.new";
const LOCK: &str = "lock";

/// Why a chain can't be opened in a directory.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it can't be used.
    #[error("{}: {reason}; choose another data directory or correct its permissions", .path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// The lock is taken.
    #[error(
        "the embedded chain in {} is used by another process: wait until it ends, or choose another \
         data directory",
        .0.display()
    )]
    InUse(PathBuf),
    /// The file belongs to something else.
    #[error(
        "{} is no embedded chain's file: move it away, or remove it with `repute chain reset`",
        .0.display()
    )]
    Foreign(PathBuf),
    /// The file was written by another version.
    #[error(
        "{} has format {format}, which this version does not read: use the version that wrote it, or \
         start a new chain with `repute chain reset`",
        .path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format it says it has.
        format: i32,
    },
    /// The file is truncated or altered.
    #[error("{}: {reason}; start a new chain with `repute chain reset`", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The database can't be read or written.
    #[error("{}: {reason}; is the disk full?", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
}

impl OpenError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |reason| Self::Io { path, reason }
    }

    fn store(path: &Path) -> impl FnOnce(Fault) -> Self {
        let path = path.to_owned();
        move |error| match error {
            Fault::Damaged(reason) => Self::Damaged { path, reason },
            Fault::Sqlite(error) => Self::Database {
                path,
                reason: error.to_string(),
            },
        }
    }
}

/// Keeps other processes out of a directory until it is dropped. The system releases it even where
/// the process is killed.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

fn lock(directory: &Path) -> Result<Lock, OpenError> {
    fs::create_dir_all(directory).map_err(OpenError::io(directory))?;
    let path = directory.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(OpenError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_owned())),
        Err(TryLockError::Error(reason)) => Err(OpenError::Io { path, reason }),
    }
}

/// Opens the chain of a directory, or makes it.
pub(super) fn open(directory: &Path, config: &EmbeddedConfig) -> Result<(Chain, Lock), OpenError> {
    let lock = lock(directory)?;
    let path = directory.join(DATABASE);
    if !path.try_exists().map_err(OpenError::io(&path))? {
        create(directory, &path, config)?;
    }
    let fault = |fault| OpenError::store(&path)(fault);
    let connection = database::open(&path).map_err(fault)?;
    match MARK.find(&connection).map_err(fault)? {
        Contents::Ours => {}
        Contents::OtherFormat(format) => return Err(OpenError::Format { path, format }),
        Contents::Foreign => return Err(OpenError::Foreign(path)),
    }
    let chain =
        database::write_ahead(&connection).and_then(|()| Chain::load(Store::over(connection)));
    Ok((chain.map_err(fault)?, lock))
}

fn create(directory: &Path, path: &Path, config: &EmbeddedConfig) -> Result<(), OpenError> {
    let unfinished = directory.join(UNFINISHED);
    // Somebody was killed here before.
    database::remove(&unfinished).map_err(OpenError::io(&unfinished))?;
    // Closes the file at once.
    database::open(&unfinished)
        .and_then(|connection| Chain::create(Store::over(connection), config))
        .map(drop)
        .map_err(OpenError::store(&unfinished))?;
    fs::rename(&unfinished, path).map_err(OpenError::io(path))
}

/// Removes the chain of a directory.
pub(super) fn reset(directory: &Path) -> Result<bool, OpenError> {
    if !directory.try_exists().map_err(OpenError::io(directory))? {
        return Ok(false);
    }
    let _lock = lock(directory)?;
    let remove = |path: PathBuf| database::remove(&path).map_err(OpenError::io(&path));
    remove(directory.join(UNFINISHED))?;
    remove(directory.join(DATABASE))
}
