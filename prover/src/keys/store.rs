//! Keys on disk: a cache of development keys, and the file format of any keys.
//!
//! A file is a header of [`HEADER`] bytes and a body. The header: magic (16 bytes), format version
//! (u32), provenance (1 byte: 0 development, 1 ceremony; then the transcript's SHA-256 or zeros),
//! the statement's name (32 bytes, zero-padded), the circuit hash (32), the body's length (u64) and
//! the SHA-256 of everything else in the file (32). Integers are little-endian. The body is
//! ark-serialize's uncompressed `ProvingKey`, so that reading it takes no square roots.
//!
//! Points from elsewhere are checked before a file is written, and development keys are multiples
//! of generators by their making; when a file is read, its checksum stands for that.

use super::{Keys, KeysError, Provenance, dev, shape_of};
use crate::engine::{TableMemory, partial_file, remove_partial_files};
use crate::progress::{Event, Progress};
use ark_bn254::Bn254;
use ark_groth16::ProvingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use directories::ProjectDirs;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::Statement;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The environment variable that names another cache directory.
pub const CACHE_VARIABLE: &str = "REPUTE_CACHE_DIR";
/// The version of the format that this code writes and reads.
pub const VERSION: u32 = 1;
/// The length of the header in bytes.
pub const HEADER: usize = CHECKSUM_AT + 32;

const MAGIC: &[u8; 16] = b"repute keys\r\n\x1a\n\0";
const NAME_BYTES: usize = 32;
const NO_TRANSCRIPT: [u8; 32] = [0; 32];
/// Magic, version, provenance, name, circuit hash, body length.
const CHECKSUM_AT: usize = 16 + 4 + 33 + NAME_BYTES + 32 + 8;

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
    /// The keys themselves must not be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// What is wrong with a file of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Corruption {
    /// It does not start as such a file does.
    #[error("it is not a file of repute keys")]
    Magic,
    /// Another version of the format.
    #[error("its format is version {0} and this program reads version {VERSION}")]
    Version(u32),
    /// Another statement or another version of the circuit.
    #[error("its keys are for circuit {found} and not for {expected}")]
    Circuit {
        /// In the file.
        found: Digest,
        /// Of the statement asked for.
        expected: Digest,
    },
    /// No known origin.
    #[error("it does not say where its keys come from")]
    Provenance,
    /// Other keys in the place of development keys.
    #[error("its keys are not development keys")]
    NotDevelopment,
    /// The length is wrong.
    #[error("it is {found} bytes long instead of {expected}")]
    Length {
        /// Of the file.
        found: u64,
        /// Of keys for this circuit.
        expected: u64,
    },
    /// Bytes were changed.
    #[error("its checksum is wrong")]
    Checksum,
    /// The points do not decode.
    #[error("its points do not decode: {0}")]
    Points(String),
    /// The keys in it must not be used.
    #[error(transparent)]
    Keys(KeysError),
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
        Provenance::Ceremony { .. } => Err(StoreError::Corrupt {
            path: path.to_owned(),
            reason: Corruption::NotDevelopment,
        }),
    }
}

fn read<S: Statement>(path: &Path, shape: &Shape) -> Result<Keys<S>, StoreError> {
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
    let found = file.metadata().map_err(io)?.len();
    let mut header = Vec::with_capacity(HEADER);
    (&file)
        .take(HEADER as u64)
        .read_to_end(&mut header)
        .map_err(io)?;
    let expected = (HEADER + body_length(shape)) as u64;
    let provenance = check_header(&header, shape, found, expected).map_err(corrupt)?;
    // The length is the circuit's, so this allocates no more than the keys need.
    let mut body = vec![0; body_length(shape)];
    file.read_exact(&mut body).map_err(io)?;
    if header[CHECKSUM_AT..] != checksum(&header[..CHECKSUM_AT], &body) {
        return Err(corrupt(Corruption::Checksum));
    }
    let proving = ProvingKey::<Bn254>::deserialize_uncompressed_unchecked(&body[..])
        .map_err(|error| corrupt(Corruption::Points(error.to_string())))?;
    Keys::new(shape.clone(), proving, provenance).map_err(|error| corrupt(Corruption::Keys(error)))
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

/// The header without its checksum.
fn header_of<S: Statement>(keys: &Keys<S>, body_length: usize) -> Vec<u8> {
    let (origin, transcript) = match keys.provenance() {
        Provenance::Development => (0, NO_TRANSCRIPT),
        Provenance::Ceremony { transcript } => (1, transcript.0),
    };
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.push(origin);
    header.extend(transcript);
    header.extend(padded_name(keys.shape()));
    header.extend(keys.circuit_hash().0);
    header.extend((body_length as u64).to_le_bytes());
    header
}

/// The name is for people; the circuit hash is what counts.
fn padded_name(shape: &Shape) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    for (byte, letter) in name.iter_mut().zip(shape.name().bytes()) {
        *byte = letter;
    }
    name
}

/// Checks everything in the header that can be checked before the body is read.
fn check_header(
    header: &[u8],
    shape: &Shape,
    found: u64,
    expected: u64,
) -> Result<Provenance, Corruption> {
    let length = Corruption::Length { found, expected };
    let mut rest = header;
    let mut take = |n: usize| rest.split_off(..n).ok_or_else(|| length.clone());
    if take(16)? != MAGIC {
        return Err(Corruption::Magic);
    }
    let version = u32::from_le_bytes(array(take(4)?));
    if version != VERSION {
        return Err(Corruption::Version(version));
    }
    let origin = take(1)?[0];
    let transcript = Digest(array(take(32)?));
    let provenance = match (origin, transcript.0) {
        (0, NO_TRANSCRIPT) => Provenance::Development,
        (1, _) => Provenance::Ceremony { transcript },
        _ => return Err(Corruption::Provenance),
    };
    take(NAME_BYTES)?;
    let circuit = Digest(array(take(32)?));
    if circuit != shape.circuit_hash() {
        return Err(Corruption::Circuit {
            found: circuit,
            expected: shape.circuit_hash(),
        });
    }
    let body = u64::from_le_bytes(array(take(8)?));
    take(32)?;
    if found != expected || body != expected - HEADER as u64 {
        return Err(length);
    }
    Ok(provenance)
}

/// An array of bytes that were counted already.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("as many bytes were taken")
}

fn checksum(header: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(header)
        .chain_update(body)
        .finalize()
        .into()
}

/// The length of the body for a circuit of this shape.
fn body_length(shape: &Shape) -> usize {
    const G1: usize = 64;
    const G2: usize = 128;
    const LENGTH: usize = 8;
    let variables = shape.instance_variables() + shape.witness_variables();
    let verifying = G1 + 3 * G2 + LENGTH + G1 * shape.instance_variables();
    let fixed = 2 * G1;
    let a_and_b = 3 * LENGTH + (2 * G1 + G2) * variables;
    let h = LENGTH + (G1 << shape.domain_log2());
    let l = LENGTH + G1 * shape.witness_variables();
    verifying + fixed + a_and_b + h + l
}
