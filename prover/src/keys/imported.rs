//! Keys from elsewhere in a directory, each file named by its statement and pinned by the hash of
//! its verifying key.

use super::store::{Corruption, Store, StoreError, load, read_checked, save};
use super::{Keys, KeysError, Provenance};
use crate::progress::{Event, Progress};
use crate::verify::VerifyingKey;
use ark_bn254::Bn254;
use ark_serialize::CanonicalDeserialize;
use repute_circuits::shape::Digest;
use repute_circuits::statement::Statement;
use std::path::{Path, PathBuf};

/// How names of files end.
const EXTENSION: &str = "keys";

/// A file of keys, looked at without the circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// The statement's name.
    pub statement: String,
    /// The circuit that the keys belong to.
    pub circuit: Digest,
    /// Where they come from.
    pub provenance: Provenance,
    /// The hash of their verifying key.
    pub verifying_key: Digest,
    /// The file's length in bytes.
    pub bytes: u64,
}

/// Reads what a file of keys says, and its verifying key. Its checksum is compared.
///
/// # Errors
/// As [`load`], but for what only the circuit can tell.
pub fn inspect(path: &Path) -> Result<Listed, StoreError> {
    let (header, body) = read_checked(path, |_, _| Ok(()))?;
    let corrupt = |reason| StoreError::Corrupt {
        path: path.to_owned(),
        reason,
    };
    let verifying =
        ark_groth16::VerifyingKey::<Bn254>::deserialize_uncompressed_unchecked(&body[..])
            .map_err(|error| corrupt(Corruption::Points(error.to_string())))?;
    let verifying = VerifyingKey::new(verifying)
        .map_err(|error| corrupt(Corruption::Keys(KeysError::Verifying(error))))?;
    Ok(Listed {
        path: path.to_owned(),
        statement: header.statement,
        circuit: header.circuit,
        provenance: header.provenance,
        verifying_key: verifying.hash(),
        bytes: (super::store::HEADER + body.len()) as u64,
    })
}

impl Store {
    /// Where keys with this verifying key are kept.
    #[must_use]
    pub fn imported_path(&self, statement: &str, verifying_key: Digest) -> PathBuf {
        let name = format!("{statement}-{}.{EXTENSION}", verifying_key.hex());
        self.directory().join(name)
    }

    /// Keeps keys after checking every point, and gives their file.
    ///
    /// # Errors
    /// As [`save`].
    pub fn keep_imported<S: Statement>(&self, keys: &Keys<S>) -> Result<PathBuf, StoreError> {
        let path = self.imported_path(S::NAME, keys.verifying().hash());
        save(&path, keys)?;
        Ok(path)
    }

    /// All files of keys in the directory by name, development keys included, each with what it says
    /// or why it cannot be used. A directory that does not exist has none.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Result<Listed, StoreError>>, StoreError> {
        let mut paths: Vec<PathBuf> = self
            .entries()?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == EXTENSION))
            .collect();
        paths.sort();
        Ok(paths.iter().map(|path| inspect(path)).collect())
    }

    /// The one file with imported keys of `S`, which must have the verifying key that its name says.
    ///
    /// # Errors
    /// [`StoreError::NotImported`], [`StoreError::Several`], and as [`load`].
    pub fn load_imported<S: Statement>(&self) -> Result<Keys<S>, StoreError> {
        let pinned = |path: &PathBuf| -> Option<Digest> {
            let name = path.file_name()?.to_str()?.strip_suffix(".keys")?;
            let digits = name.strip_prefix(S::NAME)?.strip_prefix('-')?;
            format!("sha256:{digits}").parse().ok()
        };
        let mut found = self
            .entries()?
            .into_iter()
            .filter_map(|path| pinned(&path).map(|hash| (path, hash)));
        let directory = || self.directory().to_owned();
        let (path, hash) = found.next().ok_or_else(|| StoreError::NotImported {
            statement: S::NAME,
            directory: directory(),
        })?;
        if found.next().is_some() {
            return Err(StoreError::Several {
                statement: S::NAME,
                directory: directory(),
            });
        }
        Ok(load::<S>(&path)?.pinned(hash)?)
    }

    /// Imported keys with this verifying key, prepared for proving.
    ///
    /// # Errors
    /// [`KeysError::File`] where the file is not what it was, else as
    /// [`Store::load_or_generate`].
    pub(super) fn load_prepared_import<S: Statement>(
        &self,
        verifying_key: Digest,
        progress: &(impl Progress + Sync),
    ) -> Result<Keys<S>, KeysError> {
        let path = self.imported_path(S::NAME, verifying_key);
        let keys = load::<S>(&path)
            .map_err(|error| KeysError::File(error.to_string()))?
            .pinned(verifying_key)?;
        if self.prepare(&keys, &path, progress)? {
            progress.on(Event::Ready { statement: S::NAME });
        }
        Ok(keys)
    }

    fn entries(&self) -> Result<Vec<PathBuf>, StoreError> {
        let io = |source| StoreError::Io {
            path: self.directory().to_owned(),
            action: "read",
            source,
        };
        match std::fs::read_dir(self.directory()) {
            Ok(entries) => entries
                .map(|entry| entry.map(|entry| entry.path()).map_err(io))
                .collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(io(error)),
        }
    }
}
