//! Prepared keys on disk: tables that make proofs fast, made once for each key.

use super::Keys;
use super::store::{Store, put_aside};
use crate::engine::{Backend, PrepareError, PrepareOptions, PreparedKey, StoreError, TableMemory};
use crate::progress::{Event, Progress};
use repute_circuits::statement::Statement;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

impl<S: Statement> Keys<S> {
    /// The keys in the form that proofs are made from: from the store where they came through one,
    /// else prepared in memory with default tables the first time this is asked, which takes about
    /// two seconds of one core at 2^14.
    ///
    /// # Errors
    /// [`PrepareError`] where the machine's memory or the key does not allow it.
    pub fn prepared(&self) -> Result<&PreparedKey, PrepareError> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let prepared = self.prepare(TableMemory::default(), &())?;
        Ok(self.prepared.get_or_init(|| prepared.into()))
    }

    /// Keeps the prepared form, unless there is one already.
    fn keep(&self, prepared: PreparedKey) {
        self.prepared.get_or_init(|| prepared.into());
    }

    fn prepare(
        &self,
        memory: TableMemory,
        progress: &(impl Progress + Sync),
    ) -> Result<PreparedKey, PrepareError> {
        PreparedKey::prepare(
            &self.proving,
            &self.r1cs(),
            &PrepareOptions {
                memory,
                backend: Backend::detect(),
                progress: &|step| {
                    progress.on(Event::Preparing {
                        statement: S::NAME,
                        done: step.done,
                        total: step.total,
                    });
                    ControlFlow::Continue(())
                },
            },
        )
    }
}

impl Store {
    /// Loads the prepared form of `keys`, whose own file is `path`.
    ///
    /// # Errors
    /// As [`PreparedKey::load`].
    pub(super) fn load_prepared<S: Statement>(
        &self,
        keys: &Keys<S>,
        path: &Path,
    ) -> Result<(), StoreError> {
        let path = prepared_path(path, self.table_memory());
        let prepared = PreparedKey::load(&path, &keys.verifying().hash().0, Backend::detect())?;
        keys.keep(prepared);
        Ok(())
    }

    /// Loads the prepared form of `keys`, or prepares them and stores that for the next time; tells
    /// whether there was anything to do.
    ///
    /// As with keys, a damaged file is put aside and made anew. Keys that could not be stored
    /// themselves are prepared in memory only.
    ///
    /// # Errors
    /// [`PrepareError`] where the machine's memory or the key does not allow it.
    pub(super) fn prepare<S: Statement>(
        &self,
        keys: &Keys<S>,
        path: &Path,
        progress: &(impl Progress + Sync),
    ) -> Result<bool, PrepareError> {
        let prepared_path = prepared_path(path, self.table_memory());
        match self.load_prepared(keys, path) {
            Ok(()) => return Ok(false),
            Err(StoreError::Io { .. }) => {}
            Err(error) => put_aside(&prepared_path, &error.to_string(), progress),
        }
        let prepared = keys.prepare(self.table_memory(), progress)?;
        if path.exists()
            && let Err(error) = prepared.store(&prepared_path, &keys.verifying().hash().0)
        {
            progress.on(Event::NotCached {
                reason: &error.to_string(),
            });
        }
        keys.keep(prepared);
        Ok(true)
    }
}

/// Next to the keys, one file for each table size.
fn prepared_path(keys: &Path, memory: TableMemory) -> PathBuf {
    keys.with_extension(match memory {
        TableMemory::Minimal => "prepared-minimal".to_owned(),
        TableMemory::Standard => "prepared".to_owned(),
        TableMemory::AtMost(bytes) => format!("prepared-{bytes}"),
    })
}
