//! Prepared keys on disk.
//!
//! A file is a header, the small parts, the three tables as they lie in memory, and a
//! SHA-256 digest of the digests of its pieces. It is written beside its final place
//! and moved there when complete, so a process that dies in between leaves no file that
//! could be taken for a key. The digest finds damage; it does not authenticate: the
//! directory must be one that only the user can write to.

use super::{PreparedKey, Shape};
use crate::engine::backend::Backend;
use crate::engine::digits::{MAX_WINDOW, Windows};
use crate::engine::lanes::RawField;
use crate::engine::line::Line;
use crate::engine::memory::Lines;
use crate::engine::quotient::Quotient;
use crate::engine::sparse::Rows;
use crate::engine::table::Table;
use ark_bn254::{Bn254, Fq, Fr};
use ark_ff::{AdditiveGroup, Field};
use ark_groth16::VerifyingKey;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, SerializationError};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: [u8; 8] = *b"repute.K";
const VERSION: u32 = 2;
/// Written as the machine orders bytes, so that another order shows.
const ORDER_MARK: u32 = 0x0102_0304;
/// Tables are hashed in pieces of this size, in parallel.
const PIECE: usize = 1 << 22;
/// And read in parts that fit a core's cache.
const READ: usize = 1 << 18;
/// The end of the names of files that are not complete yet.
const PARTIAL: &str = ".part";

/// Why a prepared key could not be stored or loaded.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is none of this version and machine.
    #[error("{path} is not a prepared key of this version and machine: prepare the key again")]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The file was made from another key.
    #[error("{path} was prepared from another key: prepare the key again")]
    OtherKey {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{path} is damaged: delete it and prepare the key again")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

#[derive(CanonicalSerialize, CanonicalDeserialize)]
struct Header {
    magic: [u8; 8],
    version: u32,
    /// Of the key the file was prepared from.
    key: [u8; 32],
    ifma: bool,
    window_bits: u64,
    stride: u64,
    constraints: u64,
    instance_variables: u64,
    variables: u64,
    domain: u64,
    /// Bytes of the small parts.
    small: u64,
}

const HEADER_BYTES: usize = 8 + 4 + 32 + 1 + 7 * 8;

#[derive(CanonicalSerialize, CanonicalDeserialize)]
struct Small {
    verifying_key: VerifyingKey<Bn254>,
    rows: [RowsParts; 2],
}

#[derive(CanonicalSerialize, CanonicalDeserialize)]
struct RowsParts {
    starts: Vec<u32>,
    columns: Vec<u32>,
    coefficients: Vec<u32>,
    values: Vec<Fr>,
}

impl From<&Rows> for RowsParts {
    fn from(rows: &Rows) -> Self {
        Self {
            starts: rows.starts.clone(),
            columns: rows.columns.clone(),
            coefficients: rows.coefficients.clone(),
            values: rows.values.clone(),
        }
    }
}

impl From<RowsParts> for Rows {
    fn from(parts: RowsParts) -> Self {
        Self {
            starts: parts.starts,
            columns: parts.columns,
            coefficients: parts.coefficients,
            values: parts.values,
        }
    }
}

impl PreparedKey {
    /// Writes the key to `path`, replacing what was there when all is written.
    ///
    /// `key` identifies the proving key, for instance by its hash; loading asks for it.
    pub fn store(&self, path: &Path, key: &[u8; 32]) -> Result<(), StoreError> {
        let failed = |source| StoreError::Io {
            path: path.to_owned(),
            source,
        };
        let small = Small {
            verifying_key: self.verifying_key.clone(),
            rows: [
                (&self.quotient.a.rows).into(),
                (&self.quotient.b.rows).into(),
            ],
        };
        let small = serialize(&small).map_err(failed)?;
        let header = serialize(&Header {
            magic: MAGIC,
            version: VERSION,
            key: *key,
            ifma: self.backend != Backend::PORTABLE,
            window_bits: self.windows.bits as u64,
            stride: self.windows.stride as u64,
            constraints: self.shape.constraints as u64,
            instance_variables: self.shape.instance_variables as u64,
            variables: self.shape.variables as u64,
            domain: self.shape.domain as u64,
            small: small.len() as u64,
        })
        .map_err(failed)?;
        let tables = [
            self.a.lines().as_bytes(),
            self.b.lines().as_bytes(),
            self.lh.lines().as_bytes(),
        ];
        let pieces: Vec<&[u8]> = tables
            .iter()
            .flat_map(|table| table.chunks(PIECE))
            .collect();
        let digests: Vec<PieceDigest> = pieces.par_iter().map(Sha256::digest).collect();
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let mut file = partial_file(path, directory).map_err(failed)?;
        let mut write = |bytes: &[u8]| file.write_all(bytes).map_err(failed);
        write(&header)?;
        write(&ORDER_MARK.to_ne_bytes())?;
        write(&small)?;
        for table in tables {
            write(table)?;
        }
        write(&digest(&header, &small, &digests))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Reads a key that [`store`](Self::store) wrote for the same proving key, and
    /// brings its tables into the given back end's form.
    pub fn load(path: &Path, key: &[u8; 32], backend: Backend) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Io {
            path: path.to_owned(),
            source,
        };
        let format = || StoreError::Format {
            path: path.to_owned(),
        };
        let damaged = || StoreError::Damaged {
            path: path.to_owned(),
        };
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut header_bytes = [0; HEADER_BYTES];
        let mut order = [0; 4];
        if length < (HEADER_BYTES + order.len()) as u64 {
            return Err(format());
        }
        file.read_exact(&mut header_bytes).map_err(failed)?;
        file.read_exact(&mut order).map_err(failed)?;
        let header = Header::deserialize_uncompressed(&header_bytes[..]).map_err(|_| format())?;
        if header.magic != MAGIC || header.version != VERSION || order != ORDER_MARK.to_ne_bytes() {
            return Err(format());
        }
        if header.key != *key {
            return Err(StoreError::OtherKey {
                path: path.to_owned(),
            });
        }
        let (windows, shape) = sizes(&header, length).ok_or_else(damaged)?;

        let mut small_bytes = vec![0; header.small as usize];
        file.read_exact(&mut small_bytes).map_err(failed)?;
        let mut tables = shape.table_lines(windows).map(Lines::zeroed);
        let start = (HEADER_BYTES + order.len() + small_bytes.len()) as u64;
        let digests = read_tables(&file, start, &mut tables).map_err(failed)?;
        let mut expected = [0; 32];
        read_at(&file, &mut expected, length - 32).map_err(failed)?;
        if digest(&header_bytes, &small_bytes, &digests) != expected {
            return Err(damaged());
        }

        // The digest covers these bytes, and the curve checks are slow.
        let small =
            Small::deserialize_uncompressed_unchecked(&small_bytes[..]).map_err(|_| damaged())?;
        let [a, b] = small.rows.map(Rows::from);
        if !a.is_consistent(
            shape.constraints + shape.instance_variables,
            shape.variables,
        ) || !b.is_consistent(shape.constraints, shape.variables)
        {
            return Err(damaged());
        }
        if header.ifma != (backend != Backend::PORTABLE) {
            for table in &mut tables {
                change_form(table, !header.ifma);
            }
        }
        let [a_lines, b_lines, lh_lines] = tables;
        Ok(Self {
            backend,
            windows,
            shape,
            verifying_key: small.verifying_key,
            quotient: Quotient::new(backend, shape.domain, a, b).ok_or_else(damaged)?,
            a: Table::from_lines(a_lines, windows),
            b: Table::from_lines(b_lines, windows),
            lh: Table::from_lines(lh_lines, windows),
        })
    }
}

/// The sizes a header tells, if they fit together and the file's length.
fn sizes(header: &Header, length: u64) -> Option<(Windows, Shape)> {
    let windows = Windows {
        bits: usize::try_from(header.window_bits).ok()?,
        stride: usize::try_from(header.stride).ok()?,
    };
    let shape = Shape {
        constraints: usize::try_from(header.constraints).ok()?,
        instance_variables: usize::try_from(header.instance_variables).ok()?,
        variables: usize::try_from(header.variables).ok()?,
        domain: usize::try_from(header.domain).ok()?,
    };
    // Small enough that no product below overflows.
    let sane = (2..=MAX_WINDOW).contains(&windows.bits)
        && (1..=windows.count()).contains(&windows.stride)
        && shape.variables <= 1 << 28
        && shape.constraints <= 1 << 28
        && (1..=shape.variables).contains(&shape.instance_variables)
        && shape.domain == (shape.constraints + shape.instance_variables).next_power_of_two();
    if !sane {
        return None;
    }
    let fixed = HEADER_BYTES + size_of_val(&ORDER_MARK) + 32;
    let expected = (fixed + shape.table_bytes(windows)) as u64;
    (expected.checked_add(header.small)? == length).then_some((windows, shape))
}

fn serialize(value: &impl CanonicalSerialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    value
        .serialize_uncompressed(&mut bytes)
        .map_err(|error| match error {
            SerializationError::IoError(error) => error,
            other => io::Error::other(other.to_string()),
        })?;
    Ok(bytes)
}

type PieceDigest = sha2::digest::Output<Sha256>;

fn digest(header: &[u8], small: &[u8], pieces: &[PieceDigest]) -> [u8; 32] {
    let mut total = Sha256::new();
    total.update(Sha256::digest(header));
    total.update(Sha256::digest(small));
    for piece in pieces {
        total.update(piece);
    }
    total.finalize().into()
}

/// Fills the tables, which lie in the file one behind the other, and digests their pieces while
/// they are in the cache, all in parallel.
///
/// A mapping of the file itself would cost nothing to load, but its pages are small, and the table
/// look-ups of every proof would miss the translation buffers.
fn read_tables(file: &File, start: u64, tables: &mut [Lines; 3]) -> io::Result<Vec<PieceDigest>> {
    let mut pieces = Vec::new();
    let mut offset = start;
    for table in tables {
        for piece in table.as_bytes_mut().chunks_mut(PIECE) {
            let length = piece.len() as u64;
            pieces.push((offset, piece));
            offset += length;
        }
    }
    pieces
        .into_par_iter()
        .map(|(offset, piece)| {
            let mut digest = Sha256::new();
            let mut offset = offset;
            for part in piece.chunks_mut(READ) {
                read_at(file, part, offset)?;
                digest.update(&*part);
                offset += part.len() as u64;
            }
            Ok(digest.finalize())
        })
        .collect()
}

/// Reads from a place of the file, whatever other threads do.
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let (mut bytes, mut offset) = (bytes, offset);
        while !bytes.is_empty() {
            let count = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes = &mut bytes[count..];
            offset += count as u64;
        }
        Ok(())
    }
}

/// A file beside `path` to write to until it is complete. If the process dies before, it stays
/// behind; [`remove_partial_files`] finds it by its name.
pub(crate) fn partial_file(path: &Path, directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(&prefix(path))
        .suffix(PARTIAL)
        .tempfile_in(directory)
}

/// Removes what processes that died left beside `path`. The caller sees to it that no other process
/// is writing there now.
pub(crate) fn remove_partial_files(path: &Path) {
    let (Some(directory), prefix) = (path.parent(), prefix(path)) else {
        return;
    };
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(PARTIAL) {
            // What cannot be removed is only in the way of free space.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Files for one path, whatever their extension, share the beginning of their names.
fn prefix(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    format!(".{}.", stem.to_string_lossy())
}

/// Multiplies every element by 16 or divides it by 16, which is the step between the
/// Montgomery forms of 256 and of 260 bits.
fn change_form(lines: &mut [Line], to_ifma: bool) {
    let sixteenth = Fq::from(16u64)
        .inverse()
        .expect("16 is not zero modulo a large prime");
    let change = |words| {
        let element = Fq::from_raw(words);
        let changed = if to_ifma {
            element.double().double().double().double()
        } else {
            element * sixteenth
        };
        changed.to_raw()
    };
    lines.par_iter_mut().for_each(|line| {
        *line = Line::new(change(line.low()), change(line.high()));
    });
}

#[cfg(test)]
mod tests;
