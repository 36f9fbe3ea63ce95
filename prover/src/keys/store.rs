//! Keys on disk: a cache of development keys, and files of any keys.

use super::format::{CHECKSUM_AT, Header, body_length, checksum, header_of};
use super::{Keys, KeysError, Provenance, dev, shape_of};
use crate::engine::{TableMemory, partial_file, remove_partial_files};
use crate::progress::{Event, Progress};
use ark_bn254::Bn254;
use ark_groth16::ProvingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use directories::ProjectDirs;
use repute_circuits::shape::Shape;
use repute_circuits::statement::Statement;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub use super::format::{Corruption, HEADER, VERSION};

/// The environment variable that names another cache directory.
pub const CACHE_VARIABLE: &str = "REPUTE_CACHE_DIR";

/// A directory of keys.
#[derive(Clone, Debug)]
pub struct Store {
    directory: PathBuf,
    table_memory: TableMemory,
}

/// What can go wrong with stored keys.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no home directory to put a cache in.
    #[error("this user has no cache directory; name one in {CACHE_VARIABLE}")]
    NoDirectory,
    /// There is no such file.
    #[error("there are no keys at {}", .0.display())]
    Missing(PathBuf),
    /// The operating system refused.
    #[error("{} cannot be {action}: {source}; check the path, its permissions and the free space", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{} cannot be used: {reason}; delete it, or restore it from where it came", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: Corruption,
    },
    /// Several keys where one is asked for.
    #[error(
        "there are several keys for {statement} in {}: move those of other ceremonies elsewhere",
        directory.display()
    )]
    Several {
        /// The statement.
        statement: &'static str,
        /// Where they are.
        directory: PathBuf,
    },
    /// No keys where some are asked for.
    #[error(
        "there are no keys for {statement} in {}: import them with `repute keys import-zkey`",
        directory.display()
    )]
    NotImported {
        /// The statement.
        statement: &'static str,
        /// Where they should be.
        directory: PathBuf,
    },
    /// The keys themselves must not be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

impl Store {
    /// The store in `directory`, which is created when something is stored.
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            table_memory: TableMemory::default(),
        }
    }

    /// The same store with tables of another size: less memory and slower proofs, or more and
    /// faster ones. Each size has files of its own.
    #[must_use]
    pub fn with_table_memory(self, table_memory: TableMemory) -> Self {
        Self {
            table_memory,
            ..self
        }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How much memory the tables for proving may take.
    #[must_use]
    pub fn table_memory(&self) -> TableMemory {
        self.table_memory
    }

    /// The user's store: the directory in `REPUTE_CACHE_DIR` where that is set, else `repute` in
    /// the platform's cache directory.
    ///
    /// # Errors
    /// [`StoreError::NoDirectory`] for a user without a home directory.
    pub fn of_user() -> Result<Self, StoreError> {
        if let Some(directory) = std::env::var_os(CACHE_VARIABLE).filter(|name| !name.is_empty()) {
            return Ok(Self::at(directory));
        }
        ProjectDirs::from("", "", "repute")
            .map(|project| Self::at(project.cache_dir()))
            .ok_or(StoreError::NoDirectory)
    }

    /// Where the store keeps the development keys of a circuit.
    #[must_use]
    pub fn development_path(&self, shape: &Shape) -> PathBuf {
        let circuit = shape.circuit_hash().hex();
        self.directory.join(format!(
            "{}-{circuit}.INSECURE-development.keys",
            shape.name()
        ))
    }

    /// The development keys of `S`, prepared for proving, from the store or made now and stored for
    /// the next time.
    ///
    /// A damaged file is put aside (its name gets `.corrupt` at the end) and its keys are made
    /// anew; `progress` hears of it. Several processes may call this at once: one makes the keys,
    /// the others wait. Where the directory cannot be written the keys are made all the same.
    ///
    /// # Errors
    /// [`KeysError`] where the circuit does not lay out or its tables do not fit in memory.
    pub fn load_or_generate<S: Statement>(
        &self,
        progress: &(impl Progress + Sync),
    ) -> Result<Keys<S>, KeysError> {
        let shape = shape_of::<S>()?;
        let path = self.development_path(&shape);
        if let Ok(keys) = read_development(&path, &shape)
            && self.load_prepared(&keys, &path).is_ok()
        {
            return Ok(keys);
        }
        // Without a lock (a read-only or odd file system) keys may be made twice, but whole files
        // replace each other, so the result is the same.
        let lock = fs::create_dir_all(&self.directory)
            .and_then(|()| File::create(path.with_extension("lock")))
            .and_then(|file| file.lock().map(|()| file));
        if lock.is_ok() {
            remove_partial_files(&path);
        }
        let (keys, made) = match read_development(&path, &shape) {
            Ok(keys) => (keys, false),
            Err(error) => {
                if let StoreError::Corrupt { path, reason } = error {
                    put_aside(&path, &reason.to_string(), progress);
                }
                (generate_into(&path, shape, progress)?, true)
            }
        };
        if self.prepare(&keys, &path, progress)? || made {
            progress.on(Event::Ready { statement: S::NAME });
        }
        Ok(keys)
    }
}

/// Makes development keys and stores them where that is possible.
fn generate_into<S: Statement>(
    path: &Path,
    shape: Shape,
    progress: &impl Progress,
) -> Result<Keys<S>, KeysError> {
    progress.on(Event::Generating { statement: S::NAME });
    let keys = dev::generate_for::<S>(shape)?;
    progress.on(Event::Storing { statement: S::NAME });
    if let Err(error) = write(path, &keys) {
        progress.on(Event::NotCached {
            reason: &error.to_string(),
        });
    }
    Ok(keys)
}

/// Renames a damaged file, so that nothing is lost.
pub(super) fn put_aside(path: &Path, reason: &str, progress: &impl Progress) {
    let mut kept_as = path.as_os_str().to_owned();
    kept_as.push(".corrupt");
    let kept_as = PathBuf::from(kept_as);
    match fs::rename(path, &kept_as) {
        Ok(()) => progress.on(Event::SetAside {
            path,
            kept_as: &kept_as,
            reason,
        }),
        Err(error) => progress.on(Event::NotCached {
            reason: &error.to_string(),
        }),
    }
}

/// Reads the keys of `S` from a file.
///
/// # Errors
/// [`StoreError::Missing`], [`StoreError::Io`], or [`StoreError::Corrupt`] with the reason.
pub fn load<S: Statement>(path: &Path) -> Result<Keys<S>, StoreError> {
    read(path, &shape_of::<S>()?)
}

/// Writes keys to a file after checking every point. The file appears whole or not at all, and
/// replaces one of the same name.
///
/// # Errors
/// [`StoreError::Keys`] for a bad point, else [`StoreError::Io`].
pub fn save<S: Statement>(path: &Path, keys: &Keys<S>) -> Result<(), StoreError> {
    keys.check_points()?;
    write(path, keys)
}

/// As [`read`], in a place where development keys belong.
fn read_development<S: Statement>(path: &Path, shape: &Shape) -> Result<Keys<S>, StoreError> {
    let keys = read(path, shape)?;
    match keys.provenance() {
        Provenance::Development => Ok(keys),
        Provenance::Ceremony { .. } | Provenance::Rehearsal { .. } => Err(StoreError::Corrupt {
            path: path.to_owned(),
            reason: Corruption::NotDevelopment,
        }),
    }
}

fn read<S: Statement>(path: &Path, shape: &Shape) -> Result<Keys<S>, StoreError> {
    let corrupt = |reason| StoreError::Corrupt {
        path: path.to_owned(),
        reason,
    };
    let (header, body) = read_checked(path, |header, length| {
        if header.circuit != shape.circuit_hash() {
            return Err(Corruption::Circuit {
                found: header.circuit,
                expected: shape.circuit_hash(),
            });
        }
        let expected = (HEADER + body_length(shape)) as u64;
        if length != expected {
            return Err(Corruption::Length {
                found: length,
                expected,
            });
        }
        Ok(())
    })?;
    let proving = ProvingKey::<Bn254>::deserialize_uncompressed_unchecked(&body[..])
        .map_err(|error| corrupt(Corruption::Points(error.to_string())))?;
    Keys::new(shape.clone(), proving, header.provenance)
        .map_err(|error| corrupt(Corruption::Keys(error)))
}

/// Reads a file whose header `accept`s, given the file's length, and whose checksum is right.
pub(super) fn read_checked(
    path: &Path,
    accept: impl FnOnce(&Header, u64) -> Result<(), Corruption>,
) -> Result<(Header, Vec<u8>), StoreError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => StoreError::Missing(path.to_owned()),
        _ => StoreError::Io {
            path: path.to_owned(),
            action: "read",
            source,
        },
    };
    let corrupt = |reason| StoreError::Corrupt {
        path: path.to_owned(),
        reason,
    };
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut start = Vec::with_capacity(HEADER);
    (&file)
        .take(HEADER as u64)
        .read_to_end(&mut start)
        .map_err(io)?;
    let header = Header::parse(&start, length)
        .and_then(|header| accept(&header, length).map(|()| header))
        .map_err(corrupt)?;
    // The file is as long as its header says, so this allocates no more than it holds.
    let mut body = vec![0; length as usize - HEADER];
    file.read_exact(&mut body).map_err(io)?;
    if start[CHECKSUM_AT..] != checksum(&start[..CHECKSUM_AT], &body) {
        return Err(corrupt(Corruption::Checksum));
    }
    Ok((header, body))
}

fn write<S: Statement>(path: &Path, keys: &Keys<S>) -> Result<(), StoreError> {
    let io = |source| StoreError::Io {
        path: path.to_owned(),
        action: "written",
        source,
    };
    let mut body = Vec::with_capacity(body_length(keys.shape()));
    keys.proving()
        .serialize_uncompressed(&mut body)
        .map_err(|error| io(io::Error::other(error)))?;
    let mut header = header_of(keys, body.len());
    header.extend(checksum(&header, &body));

    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(io)?;
    let mut file = partial_file(path, directory).map_err(io)?;
    file.write_all(&header)
        .and_then(|()| file.write_all(&body))
        .and_then(|()| file.as_file().sync_all())
        .map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    // The rename itself must reach the disk too; where directories cannot be opened (Windows) the
    // file system sees to that.
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    Ok(())
}
