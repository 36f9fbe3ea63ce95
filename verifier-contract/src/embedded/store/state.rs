//! Accounts, code and storage in the database, as revm reads and changes them.

use super::{Store, word};
use crate::database::Fault;
use alloy::primitives::{Address, B256, Bytes, U256, map::AddressMap};
use revm::{
    DatabaseRef,
    primitives::KECCAK_EMPTY,
    state::{Account, AccountInfo, Bytecode},
};
use rusqlite::{OptionalExtension, params};

/// What a transaction changed.
pub(in crate::embedded) type Changes = AddressMap<Account>;

impl DatabaseRef for Store {
    type Error = Fault;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Fault> {
        let query = "SELECT nonce, balance, code_hash FROM accounts WHERE address = ?1
                     ORDER BY version DESC LIMIT 1";
        let account = self
            .connection
            .prepare_cached(query)?
            .query_row([address.as_slice()], |row| {
                Ok(AccountInfo {
                    nonce: row.get::<_, i64>(0)?.cast_unsigned(),
                    balance: word(row, 1)?.into(),
                    code_hash: word(row, 2)?,
                    code: None,
                    ..AccountInfo::default()
                })
            })
            .optional()?;
        Ok(account)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Fault> {
        if hash.is_zero() || hash == KECCAK_EMPTY {
            return Ok(Bytecode::default());
        }
        let query = "SELECT code FROM codes WHERE hash = ?1";
        let code: Option<Vec<u8>> = self
            .connection
            .prepare_cached(query)?
            .query_row([hash.as_slice()], |row| row.get(0))
            .optional()?;
        let code = Bytes::from(code.ok_or(Fault::Damaged("a contract's code is missing"))?);
        Bytecode::new_raw_checked(code)
            .ok()
            .filter(|code| code.hash_slow() == hash)
            .ok_or(Fault::Damaged("a contract's code has another hash"))
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        let query = "SELECT value FROM slots WHERE address = ?1 AND slot = ?2
                     ORDER BY version DESC LIMIT 1";
        let value = self
            .connection
            .prepare_cached(query)?
            .query_row(
                params![address.as_slice(), slot.to_be_bytes::<32>()],
                |row| word(row, 0),
            )
            .optional()?;
        Ok(value.unwrap_or_default().into())
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Fault> {
        Ok(self.hash_of(number)?.unwrap_or_default())
    }
}

impl Store {
    /// Writes an account's record outside any block.
    pub(in crate::embedded) fn set_account(
        &mut self,
        address: Address,
        account: &AccountInfo,
    ) -> Result<(), Fault> {
        self.atomically(|store| store.put_account(address, account))
    }

    /// Writes an account's record as part of what is being written.
    pub(in crate::embedded) fn put_account(
        &self,
        address: Address,
        account: &AccountInfo,
    ) -> Result<(), Fault> {
        let insert = "INSERT OR REPLACE INTO accounts VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.prepare_cached(insert)?.execute(params![
            address.as_slice(),
            self.version,
            account.nonce.cast_signed(),
            account.balance.to_be_bytes::<32>(),
            account.code_hash.as_slice(),
        ])?;
        Ok(())
    }

    /// Writes what a transaction changed.
    pub(super) fn put_changes(&self, changes: &Changes) -> Result<(), Fault> {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            // Since EIP-6780 only what the same transaction created is destroyed.
            if account.is_created() || account.is_selfdestructed() {
                self.clear_storage(*address)?;
            }
            if account.is_selfdestructed() {
                self.put_account(*address, &AccountInfo::default())?;
                continue;
            }
            self.put_account(*address, &account.info)?;
            if let Some(code) = account.info.code.as_ref().filter(|code| !code.is_empty()) {
                let insert = "INSERT OR IGNORE INTO codes VALUES (?1, ?2)";
                self.connection.prepare_cached(insert)?.execute(params![
                    account.info.code_hash.as_slice(),
                    code.original_byte_slice(),
                ])?;
            }
            let changed = account.storage.iter().filter(|(_, slot)| slot.is_changed());
            for (slot, value) in changed {
                self.put_slot(*address, *slot, value.present_value())?;
            }
        }
        Ok(())
    }

    fn put_slot(&self, address: Address, slot: U256, value: U256) -> Result<(), Fault> {
        let insert = "INSERT OR REPLACE INTO slots VALUES (?1, ?2, ?3, ?4)";
        self.connection.prepare_cached(insert)?.execute(params![
            address.as_slice(),
            slot.to_be_bytes::<32>(),
            self.version,
            value.to_be_bytes::<32>(),
        ])?;
        Ok(())
    }

    fn clear_storage(&self, address: Address) -> Result<(), Fault> {
        let clear = "INSERT OR REPLACE INTO slots
                     SELECT DISTINCT address, slot, ?2, ?3 FROM slots WHERE address = ?1";
        self.connection.prepare_cached(clear)?.execute(params![
            address.as_slice(),
            self.version,
            [0_u8; 32],
        ])?;
        Ok(())
    }
}
