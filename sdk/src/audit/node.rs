//! What a node says of blocks, transactions, receipts and logs, compared with itself.

use super::{Fault, Finding, Place};
use crate::chain::ChainError;
use alloy::{
    consensus::{
        BlockHeader, Transaction as _,
        proofs::{calculate_receipt_root, calculate_transaction_root},
        transaction::SignerRecoverable,
    },
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Bytes, TxHash, U256},
    providers::{DynProvider, Provider},
    rpc::types::{Block, Filter, Log, TransactionReceipt},
    sol_types::SolEvent,
    transports::TransportError,
};
use repute_contracts::bindings::Erc20;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

/// How many requests are under way at once.
const REQUESTS: usize = 16;

/// A transaction with something of the deployment in it.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) hash: TxHash,
    pub(super) from: Address,
    pub(super) to: Option<Address>,
    pub(super) input: Bytes,
    pub(super) gas: u64,
    /// The events of the deployment's contracts, in order.
    pub(super) logs: Vec<Log>,
}

/// A block with something of the deployment in it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) number: u64,
    pub(super) hash: B256,
    pub(super) time: u64,
    pub(super) transactions: Vec<Transaction>,
}

/// What a range of blocks holds, and what is wrong with the node's answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Range {
    pub(super) blocks: Vec<Seen>,
    pub(super) findings: Vec<Finding>,
    /// Blocks whose receipts could not be compared with their header.
    pub(super) receipts_not_compared: u64,
}

/// A node, asked about one deployment.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) provider: DynProvider,
    /// Whose events matter: ledger, board, escrow.
    pub(super) contracts: Vec<Address>,
    pub(super) token: Address,
    /// Whose transfers matter: board, escrow, provider.
    pub(super) parties: Vec<Address>,
}

impl Node {
    /// Reads blocks `from ..= to`.
    pub(super) async fn read(&self, from: u64, to: u64) -> Result<Range, ChainError> {
        let mut range = Range::default();
        let mut by_block: BTreeMap<u64, Vec<Log>> = BTreeMap::new();
        for log in self.logs(from, to).await? {
            by_block
                .entry(log.block_number.unwrap_or_default())
                .or_default()
                .push(log);
        }
        let numbered: Vec<(u64, Vec<Log>)> = by_block.into_iter().collect();
        let read = in_order(numbered, |(number, logs)| {
            let node = self.clone();
            async move { node.read_block(number, logs).await }
        });
        for block in read.await {
            let (seen, findings, compared) = block?;
            range.findings.extend(findings);
            range.receipts_not_compared += u64::from(!compared);
            range.blocks.extend(seen);
        }
        Ok(range)
    }

    /// The deployment's events in a range; where the node refuses a range it is halved.
    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>, ChainError> {
        let mut found: BTreeMap<(u64, u64), Log> = BTreeMap::new();
        let mut ranges = vec![(from, to)];
        while let Some((from, to)) = ranges.pop() {
            match self.logs_once(from, to).await {
                Ok(logs) => found.extend(logs.into_iter().filter(|log| !log.removed).map(|log| {
                    let place = (
                        log.block_number.unwrap_or_default(),
                        log.log_index.unwrap_or_default(),
                    );
                    (place, log)
                })),
                // Nodes limit the blocks or the logs of an answer, each with another error.
                Err(error) if to > from && error.is_error_resp() => {
                    let middle = from + (to - from) / 2;
                    ranges.extend([(middle + 1, to), (from, middle)]);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found.into_values().collect())
    }

    async fn logs_once(&self, from: u64, to: u64) -> Result<Vec<Log>, TransportError> {
        let range = Filter::new().from_block(from).to_block(to);
        let words: Vec<B256> = self.parties.iter().map(Address::into_word).collect();
        let transfers = range
            .clone()
            .address(self.token)
            .event_signature(Erc20::Transfer::SIGNATURE_HASH);
        let mut logs = Vec::new();
        for filter in [
            range.address(self.contracts.clone()),
            transfers.clone().topic1(words.clone()),
            transfers.topic2(words),
        ] {
            logs.extend(self.provider.get_logs(&filter).await?);
        }
        Ok(logs)
    }

    /// Whether an event is one that the audit asked for.
    fn matters(&self, log: &Log) -> bool {
        if self.contracts.contains(&log.address()) {
            return true;
        }
        let party = |topic: Option<&B256>| {
            topic.is_some_and(|word| self.parties.contains(&Address::from_word(*word)))
        };
        log.address() == self.token
            && log.topic0() == Some(&Erc20::Transfer::SIGNATURE_HASH)
            && (party(log.topics().get(1)) || party(log.topics().get(2)))
    }

    /// A block with the transactions that its logs name.
    async fn read_block(
        &self,
        number: u64,
        logs: Vec<Log>,
    ) -> Result<(Option<Seen>, Vec<Finding>, bool), ChainError> {
        let place = Place::at(number);
        let mut findings = Vec::new();
        let mut find = |fault, place, words: String| {
            findings.push(Finding {
                fault,
                place,
                words,
            });
        };
        let tag = BlockNumberOrTag::Number(number);
        let Some(block) = self.provider.get_block_by_number(tag).full().await? else {
            let words = "the node has logs of this block and not the block".to_owned();
            find(Fault::MissingTransaction, place, words);
            return Ok((None, findings, true));
        };
        let hash = block.header.hash;
        if block.header.inner.hash_slow() != hash {
            find(
                Fault::BlockHash,
                place,
                format!("the header hashes to {}", block.header.inner.hash_slow()),
            );
        }
        if let Some(log) = logs.iter().find(|log| log.block_hash != Some(hash)) {
            find(
                Fault::Reorganised,
                place,
                format!(
                    "an event is of block {:?} and the chain has {hash} there",
                    log.block_hash
                ),
            );
        }
        if let Err(words) = self.check_transactions(&block) {
            find(Fault::BlockContents, place, words);
        }
        let wanted: BTreeSet<TxHash> = logs.iter().filter_map(|log| log.transaction_hash).collect();
        let mut receipts = Vec::new();
        for hash in &wanted {
            if let Some(receipt) = self.provider.get_transaction_receipt(*hash).await? {
                receipts.push(receipt);
            }
        }
        let compared = match self.check_receipts(&block, &receipts).await? {
            Some(Err(words)) => {
                find(Fault::BlockContents, place, words);
                true
            }
            Some(Ok(())) => true,
            None => false,
        };
        let mut transactions = Vec::new();
        let all = block.transactions.as_transactions().unwrap_or_default();
        for hash in wanted {
            let place = Place {
                transaction: Some(hash),
                ..place
            };
            let own: Vec<Log> = logs
                .iter()
                .filter(|log| log.transaction_hash == Some(hash))
                .cloned()
                .collect();
            let transaction = all.iter().find(|one| one.inner.tx_hash() == &hash);
            let receipt = receipts.iter().find(|one| one.transaction_hash == hash);
            let (Some(transaction), Some(receipt)) = (transaction, receipt) else {
                find(
                    Fault::MissingTransaction,
                    place,
                    "the node has its events and not the whole transaction".to_owned(),
                );
                continue;
            };
            if !receipt.status() {
                let words = "a transaction that failed has events".to_owned();
                find(Fault::InventedLog, place, words);
            }
            let mut told: Vec<Log> = receipt
                .logs()
                .iter()
                .filter(|log| self.matters(log))
                .cloned()
                .collect();
            told.sort_by_key(|log| log.log_index);
            for (fault, these, others, words) in [
                (
                    Fault::OmittedLog,
                    &told,
                    &own,
                    "the receipt has an event that the logs lack",
                ),
                (
                    Fault::InventedLog,
                    &own,
                    &told,
                    "the logs have an event that the receipt lacks",
                ),
            ] {
                for log in these
                    .iter()
                    .filter(|log| !others.iter().any(|other| same(log, other)))
                {
                    let place = Place {
                        log: log.log_index,
                        ..place
                    };
                    find(fault, place, format!("{words}, of {}", log.address()));
                }
            }
            transactions.push((
                receipt.transaction_index,
                Transaction {
                    hash,
                    from: transaction.inner.signer(),
                    to: transaction.to(),
                    input: transaction.input().clone(),
                    gas: receipt.gas_used,
                    logs: told,
                },
            ));
        }
        transactions.sort_by_key(|(index, _)| *index);
        let seen = Seen {
            number,
            hash,
            time: block.header.timestamp(),
            transactions: transactions.into_iter().map(|(_, one)| one).collect(),
        };
        Ok((Some(seen), findings, compared))
    }

    /// Whether the transactions are those of the header, and from whom they say they are.
    fn check_transactions(&self, block: &Block) -> Result<(), String> {
        let all = block
            .transactions
            .as_transactions()
            .ok_or("the node gives hashes where transactions were asked for")?;
        let envelopes: Vec<_> = all.iter().map(|one| one.inner.inner().clone()).collect();
        if calculate_transaction_root(&envelopes) != block.header.transactions_root() {
            return Err("its transactions are not those of its header".to_owned());
        }
        for one in all {
            let signer = one.inner.inner().recover_signer();
            if signer.ok() != Some(one.inner.signer()) {
                return Err(format!(
                    "transaction {} is not signed by {}",
                    one.inner.tx_hash(),
                    one.inner.signer()
                ));
            }
        }
        Ok(())
    }

    /// Whether the receipts are those of the header; `None` where the node does not give all of a
    /// block's receipts.
    async fn check_receipts(
        &self,
        block: &Block,
        own: &[TransactionReceipt],
    ) -> Result<Option<Result<(), String>>, ChainError> {
        let count = block.transactions.len();
        let all = match own.len() == count {
            true => own.to_vec(),
            false => {
                let asked = self
                    .provider
                    .get_block_receipts(block.header.number.into())
                    .await;
                match asked {
                    Ok(Some(all)) if all.len() == count => all,
                    Ok(_) => return Ok(None),
                    Err(error) if error.is_error_resp() => return Ok(None),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let mut all = all;
        all.sort_by_key(|receipt| receipt.transaction_index);
        let envelopes: Vec<_> = all
            .into_iter()
            .map(|receipt| receipt.into_primitives_receipt().inner)
            .collect();
        let same = calculate_receipt_root(&envelopes) == block.header.receipts_root();
        Ok(Some(match same {
            true => Ok(()),
            false => Err("its receipts are not those of its header".to_owned()),
        }))
    }

    /// The calls inside a transaction, by geth's call tracer; `None` where the node does not trace.
    pub(super) async fn trace(&self, hash: TxHash) -> Option<Value> {
        let options = json!({ "tracer": "callTracer" });
        self.provider
            .raw_request("debug_traceTransaction".into(), (hash, options))
            .await
            .ok()
    }

    /// A block's hash.
    pub(super) async fn hash_of(&self, number: u64) -> Result<Option<B256>, ChainError> {
        let tag = BlockNumberOrTag::Number(number);
        let block = self.provider.get_block_by_number(tag).await?;
        Ok(block.map(|block| block.header.hash))
    }
}

/// Whether two events are one: the same contents at the same place.
fn same(one: &Log, other: &Log) -> bool {
    one.inner == other.inner
        && one.log_index == other.log_index
        && one.transaction_hash == other.transaction_hash
}

/// Runs requests, a number of them at once, and returns what they give in order.
pub(super) async fn in_order<T, F, R>(items: Vec<T>, ask: impl Fn(T) -> F) -> Vec<R>
where
    F: Future<Output = R> + Send + 'static,
    R: Send + 'static,
{
    let mut results = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    loop {
        let handles: Vec<_> = items
            .by_ref()
            .take(REQUESTS)
            .map(|item| tokio::spawn(ask(item)))
            .collect();
        if handles.is_empty() {
            return results;
        }
        for handle in handles {
            match handle.await {
                Ok(result) => results.push(result),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }
}

/// A number in an event as the audit counts with it.
pub(super) fn number(word: U256) -> u64 {
    word.saturating_to()
}
