//! A wallet on the disk: a directory that one program at a time uses.
//!
//! | file | holds | without it | in a stranger's hands |
//! |---|---|---|---|
//! | `words.age` | the 24 words, under the passphrase ([`super::encrypted`]) | the words on paper make the wallet again | as safe as the passphrase |
//! | `wallet.json` | chain, ledger, index | made again from the same three | which deployment the agent is on |
//! | `notes` | what the chain cannot give back ([`Notes`]), under a key that follows from the agent's secret | queued work is forgotten, and what was shown to whom: the state counts as shown | nothing; its size tells how much is on its way |
//! | `lock` | nothing | made again | nothing |
//!
//! Files are replaced whole, and are on the disk before a request that they note is given out.
//!
//! ```
//! use repute_sdk::wallet::{Passphrase, WalletDir, WalletHeader, Words, WorkFactor};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let wallets = tempfile::tempdir()?;
//! # let (chain_id, ledger) = (31_337, alloy::primitives::Address::ZERO);
//! # let work = WorkFactor::new(2)?;
//! let path = wallets.path().join("alice");
//! let words = Words::generate(&mut rand::rngs::OsRng);
//! let passphrase = Passphrase::new("correct horse battery staple")?;
//! let header = WalletHeader::new(chain_id, ledger, 0);
//! let directory = WalletDir::create(&path, header, &words, &passphrase, work)?;
//! drop(directory);
//!
//! // Later: open, unlock, and whatever the wallet notes from now on is kept.
//! let wallet = WalletDir::open(&path)?.unlock(&passphrase)?;
//! assert!(!wallet.is_registered());
//! # Ok(())
//! # }
//! ```

use super::{
    AgentSecrets, EncryptedWords, Notes, Passphrase, UnlockError, Wallet, Words, WorkFactor, disk,
    sealed,
};
use crate::document::{Document, DocumentError};
use alloy::primitives::Address;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

const WORDS: &str = "words.age";
const HEADER: &str = "wallet.json";
const NOTES: &str = "notes";
const LOCK: &str = "lock";

/// No file of words or header is longer.
const MOST_TEXT: u64 = 1 << 16;
/// No notes are longer: each of some thousand bytes, with one for each change under way.
const MOST_NOTES: u64 = 1 << 28;

/// Which agent a wallet is: everything about it that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WalletHeader {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger.
    pub ledger: Address,
    /// The agent's number under its words, from 0.
    pub index: u64,
}

impl Document for WalletHeader {
    const KIND: &'static str = "a wallet's header";
    const FORMAT: u32 = 1;
    type Error = DocumentError;
}

impl WalletHeader {
    /// The header of agent number `index` on a chain's ledger.
    #[must_use]
    pub fn new(chain_id: u64, ledger: Address, index: u64) -> Self {
        Self {
            format: Self::FORMAT,
            chain_id,
            ledger,
            index,
        }
    }
}

/// Why a wallet's directory cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// There is one already.
    #[error("there is something at {} already; choose another name", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no wallet at {}; check the name, or make one", .0.display())]
    Missing(PathBuf),
    /// Part of it is missing.
    #[error(
        "the wallet at {} lacks its {file}; restore it from a copy, or move the directory away and \
         recover the wallet from the 24 words",
        path.display()
    )]
    Incomplete {
        /// The directory.
        path: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// Somebody else uses it.
    #[error("another program uses the wallet at {}; wait until it ends", .0.display())]
    InUse(PathBuf),
    /// The disk fails.
    #[error("{} cannot be {action}: {source}; check the path and its permissions", path.display())]
    Disk {
        /// The file or directory.
        path: PathBuf,
        /// Read, written, locked.
        action: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The header is none.
    #[error("{}: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: DocumentError,
    },
    /// The words are not to be had.
    #[error("{}: {source}", path.display())]
    Unlock {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: UnlockError,
    },
    /// The notes are damaged, or another agent's.
    #[error(
        "{} is damaged, or another agent's; restore it from a copy, or move it away: the record and the \
         money are safe, but refresh before anything else, for what was shown to whom is then forgotten",
        .0.display()
    )]
    Notes(PathBuf),
}

/// A wallet's directory, which no other program can use until this is dropped.
#[derive(Debug)]
pub struct WalletDir {
    path: PathBuf,
    header: WalletHeader,
    /// Unlocked when it is closed, also by the system where the process is killed.
    _lock: File,
}

impl WalletDir {
    /// Makes a wallet for new words, or for words of which the rest follows from the chain.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`], [`DirectoryError::Disk`].
    pub fn create(
        path: &Path,
        header: WalletHeader,
        words: &Words,
        passphrase: &Passphrase,
        work: WorkFactor,
    ) -> Result<Self, DirectoryError> {
        disk::make_directory(path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => DirectoryError::Exists(path.to_owned()),
            _ => failed(path, "made", source),
        })?;
        let directory = Self {
            path: path.to_owned(),
            header,
            _lock: lock(path)?,
        };
        // Without notes: these words may have had a life before.
        directory.lock_words(words, passphrase, work)?;
        // Last, since it says that the rest is there.
        directory.write(HEADER, header.to_json().as_bytes())?;
        Ok(directory)
    }

    /// Opens a wallet for this program alone.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        if !path.is_dir() {
            return Err(DirectoryError::Missing(path.to_owned()));
        }
        let lock = lock(path)?;
        let file = path.join(HEADER);
        let bytes = read(path, HEADER, MOST_TEXT)?.ok_or(DirectoryError::Incomplete {
            path: path.to_owned(),
            file: HEADER,
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let header = WalletHeader::from_json(&text)
            .map_err(|source| DirectoryError::Header { path: file, source })?;
        Ok(Self {
            path: path.to_owned(),
            header,
            _lock: lock,
        })
    }

    /// The names of the wallets in a directory of wallets, sorted; none where there is no such
    /// directory.
    ///
    /// # Errors
    /// [`DirectoryError::Disk`].
    pub fn names(wallets: &Path) -> Result<Vec<String>, DirectoryError> {
        let entries = match fs::read_dir(wallets) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(wallets, "read", error)),
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join(HEADER).is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which agent it is.
    #[must_use]
    pub fn header(&self) -> &WalletHeader {
        &self.header
    }

    /// The words.
    ///
    /// # Errors
    /// [`DirectoryError::Unlock`].
    pub fn words(&self, passphrase: &Passphrase) -> Result<Words, DirectoryError> {
        let bytes = read(&self.path, WORDS, MOST_TEXT)?.ok_or(DirectoryError::Incomplete {
            path: self.path.clone(),
            file: WORDS,
        })?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let unlocked = EncryptedWords::from_text(text).unlock(passphrase);
        unlocked.map_err(|source| DirectoryError::Unlock {
            path: self.path.join(WORDS),
            source,
        })
    }

    /// Puts the words under another passphrase. Copies of the old file still open with the old one.
    ///
    /// # Errors
    /// As [`WalletDir::words`], [`DirectoryError::Disk`].
    pub fn change_passphrase(
        &self,
        old: &Passphrase,
        new: &Passphrase,
        work: WorkFactor,
    ) -> Result<(), DirectoryError> {
        let words = self.words(old)?;
        self.lock_words(&words, new, work)
    }

    /// The wallet, which keeps its notes here from now on; sync it before use.
    ///
    /// # Errors
    /// As [`WalletDir::words`] and [`WalletDir::wallet`].
    pub fn unlock(self, passphrase: &Passphrase) -> Result<Wallet, DirectoryError> {
        let words = self.words(passphrase)?;
        self.wallet(&words)
    }

    /// [`WalletDir::unlock`] where the words are at hand. Without a file of notes it begins with none, and
    /// the state that the first sync finds counts as shown ([`Purpose::Forgotten`](super::Purpose)).
    ///
    /// # Errors
    /// [`DirectoryError::Notes`], also where the words are not this wallet's.
    pub fn wallet(self, words: &Words) -> Result<Wallet, DirectoryError> {
        let WalletHeader {
            chain_id,
            ledger,
            index,
            ..
        } = self.header;
        let mut wallet = Wallet::new(&words.seed(), chain_id, ledger, index);
        match read(&self.path, NOTES, MOST_NOTES)? {
            Some(file) => {
                let notes = sealed::open(&wallet.secrets.notes_key(), &file)
                    .and_then(|json| serde_json::from_slice(&json).ok());
                wallet.notes = notes.ok_or_else(|| DirectoryError::Notes(self.path.join(NOTES)))?;
            }
            // A new wallet has none, and one whose file is lost.
            None => wallet.forgetful = true,
        }
        wallet.home = Some(self);
        Ok(wallet)
    }

    /// Replaces the notes; they are on the disk when this returns.
    pub(super) fn write_notes(
        &self,
        secrets: &AgentSecrets,
        notes: &Notes,
    ) -> Result<(), DirectoryError> {
        let json = serde_json::to_vec(notes).expect("notes hold numbers, words and names");
        self.write(NOTES, &sealed::seal(&secrets.notes_key(), &json))
    }

    fn lock_words(
        &self,
        words: &Words,
        passphrase: &Passphrase,
        work: WorkFactor,
    ) -> Result<(), DirectoryError> {
        let locked = EncryptedWords::lock(words, passphrase, work);
        self.write(WORDS, locked.as_text().as_bytes())
    }

    fn write(&self, file: &str, bytes: &[u8]) -> Result<(), DirectoryError> {
        let path = self.path.join(file);
        disk::replace(&path, bytes).map_err(|source| failed(&path, "written", source))
    }
}

/// A file's bytes; `None` where there is none.
fn read(
    directory: &Path,
    file: &str,
    most: u64,
) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, DirectoryError> {
    let path = directory.join(file);
    match disk::read(&path, most) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&path, "read", error)),
    }
}

fn lock(directory: &Path) -> Result<File, DirectoryError> {
    let path = directory.join(LOCK);
    let file = File::create(&path).map_err(|source| failed(&path, "made", source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DirectoryError::InUse(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(&path, "locked", source)),
    }
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> DirectoryError {
    DirectoryError::Disk {
        path: path.to_owned(),
        action,
        source,
    }
}

#[cfg(test)]
mod tests;
