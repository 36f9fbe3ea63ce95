//! Where an audit got to, in a file, so that one that was stopped goes on.

use super::{AuditError, books::Books};
use alloy::primitives::{B256, keccak256};
use repute_contracts::deploy::Manifest;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Raised whenever what is kept, or what is checked, changes.
const FORMAT: u32 = 1;

/// A checkpoint file.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    path: PathBuf,
    deployment: B256,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    deployment: B256,
    books: &'a Books,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    deployment: B256,
    books: Books,
}

impl Checkpoint {
    pub(super) fn new(path: PathBuf, manifest: &Manifest) -> Self {
        let text = serde_json::to_vec(manifest).unwrap_or_default();
        Self {
            path,
            deployment: keccak256(text),
        }
    }

    /// The books that the file holds; `None` where there is no file.
    ///
    /// # Errors
    /// [`AuditError::Checkpoint`] for a file of something else: it is not overwritten.
    pub(super) fn load(&self) -> Result<Option<Books>, AuditError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let read: Read = serde_json::from_slice(&text).map_err(|error| self.failed(error))?;
        if read.format != FORMAT {
            return Err(self.failed("it is another version's"));
        }
        if read.deployment != self.deployment {
            return Err(self.failed("it is of another deployment's audit"));
        }
        let mut books = read.books;
        books.rebuild();
        Ok(Some(books))
    }

    /// Writes the books: the file is replaced whole or not at all.
    ///
    /// # Errors
    /// [`AuditError::Checkpoint`].
    pub(super) fn save(&self, books: &Books) -> Result<(), AuditError> {
        let written = Written {
            format: FORMAT,
            deployment: self.deployment,
            books,
        };
        self.replace(&written).map_err(|error| self.failed(error))
    }

    fn replace(&self, written: &Written<'_>) -> io::Result<()> {
        let directory = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        serde_json::to_writer(io::BufWriter::new(&mut file), written)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    fn failed(&self, reason: impl ToString) -> AuditError {
        AuditError::Checkpoint {
            path: self.path.clone(),
            reason: reason.to_string(),
        }
    }
}
