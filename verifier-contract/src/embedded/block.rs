//! Blocks, transactions and receipts as the embedded chain keeps them: ready to be sent.

use alloy::{
    consensus::{
        BlockBody, EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, Receipt, ReceiptEnvelope,
        ReceiptWithBloom, Transaction as _, TxEnvelope,
        constants::EMPTY_WITHDRAWALS,
        proofs::{calculate_receipt_root, calculate_transaction_root},
        transaction::{Recovered, TransactionInfo, TransactionMeta},
    },
    eips::{
        eip2718::{Decodable2718 as _, Encodable2718 as _},
        eip4895::Withdrawals,
        eip7685::EMPTY_REQUESTS_HASH,
    },
    primitives::{Address, B64, B256, Bloom, Bytes, Sealable as _, U256},
    rlp::{Decodable as _, Encodable as _},
    rpc::{
        self,
        types::{Block, BlockTransactions, Log, Transaction, TransactionReceipt},
    },
};
use revm::context::{BlockEnv, result::ExecutionResult};

/// A block with at most one transaction.
#[derive(Debug)]
pub(super) struct MinedBlock {
    /// Header, and the transaction's hash.
    block: Block,
    transaction: Option<MinedTransaction>,
}

/// A transaction with its receipt.
#[derive(Debug)]
pub(super) struct MinedTransaction {
    pub(super) transaction: Transaction,
    pub(super) receipt: TransactionReceipt,
}

/// A block as it is kept: what can't be computed from the rest.
pub(super) struct Encoded {
    /// RLP.
    pub(super) header: Vec<u8>,
    pub(super) transaction: Option<EncodedTransaction>,
}

/// A transaction as it is kept.
pub(super) struct EncodedTransaction {
    /// Recovered from the signature once, when it was mined.
    pub(super) sender: Address,
    /// The signed transaction, EIP-2718.
    pub(super) envelope: Vec<u8>,
    /// The receipt, EIP-2718.
    pub(super) receipt: Vec<u8>,
}

impl MinedBlock {
    /// Seals an empty block over `parent` under the environment `env`.
    pub(super) fn empty(parent: B256, env: &BlockEnv) -> Self {
        let header = header(parent, env);
        Self::seal(header, Vec::new(), None)
    }

    /// Seals a block with one executed transaction.
    pub(super) fn with_transaction(
        parent: B256,
        env: &BlockEnv,
        transaction: Recovered<TxEnvelope>,
        result: ExecutionResult,
    ) -> Self {
        let gas_used = result.tx_gas_used();
        let receipt = ReceiptWithBloom::from(Receipt {
            status: result.is_success().into(),
            cumulative_gas_used: gas_used,
            logs: result.into_logs(),
        });
        let bloom = receipt.logs_bloom;
        let envelope = ReceiptEnvelope::from_typed(transaction.tx_type(), receipt);
        let header = Header {
            gas_used,
            logs_bloom: bloom,
            transactions_root: calculate_transaction_root(&[transaction.inner()]),
            receipts_root: calculate_receipt_root(std::slice::from_ref(&envelope)),
            ..header(parent, env)
        };
        Self::assemble(header, transaction, envelope)
    }

    /// Puts a block with one transaction together from what its header does not tell.
    fn assemble(
        header: Header,
        transaction: Recovered<TxEnvelope>,
        envelope: ReceiptEnvelope<alloy::primitives::Log>,
    ) -> Self {
        let hash = header.hash_slow();
        let info = TransactionInfo {
            hash: Some(*transaction.tx_hash()),
            index: Some(0),
            block_hash: Some(hash),
            block_number: Some(header.number),
            base_fee: header.base_fee_per_gas,
            block_timestamp: Some(header.timestamp),
        };
        let meta = TransactionMeta {
            tx_hash: *transaction.tx_hash(),
            index: 0,
            block_hash: hash,
            block_number: header.number,
            base_fee: header.base_fee_per_gas,
            excess_blob_gas: header.excess_blob_gas,
            timestamp: header.timestamp,
        };
        let receipt = TransactionReceipt {
            inner: rpc_receipt(envelope, meta),
            transaction_hash: meta.tx_hash,
            transaction_index: Some(0),
            block_hash: Some(hash),
            block_number: Some(header.number),
            gas_used: header.gas_used,
            effective_gas_price: transaction.effective_gas_price(header.base_fee_per_gas),
            blob_gas_used: None,
            blob_gas_price: None,
            from: transaction.signer(),
            to: transaction.to(),
            contract_address: created_address(&transaction),
        };
        let body = vec![transaction.inner().clone()];
        let transaction = Transaction::from_transaction(transaction, info);
        Self::seal(
            header,
            body,
            Some(MinedTransaction {
                transaction,
                receipt,
            }),
        )
    }

    /// What has to be kept of the block to put it together again.
    pub(super) fn encode(&self) -> Encoded {
        Encoded {
            header: alloy::rlp::encode(self.header()),
            transaction: self.transaction.as_ref().map(|mined| {
                let signed = &mined.transaction.inner;
                let receipt = mined.receipt.inner.clone().map_logs(|log| log.inner);
                EncodedTransaction {
                    sender: signed.signer(),
                    envelope: signed.inner().encoded_2718(),
                    receipt: receipt.encoded_2718(),
                }
            }),
        }
    }

    /// The block that [`encode`](Self::encode) took apart; `None` where the parts do not fit together.
    pub(super) fn decode(encoded: &Encoded) -> Option<Self> {
        let header = Header::decode(&mut encoded.header.as_slice()).ok()?;
        let Some(parts) = &encoded.transaction else {
            return (header.transactions_root == EMPTY_ROOT_HASH)
                .then(|| Self::seal(header, Vec::new(), None));
        };
        let envelope = TxEnvelope::decode_2718_exact(&parts.envelope).ok()?;
        let receipt = ReceiptEnvelope::decode_2718_exact(&parts.receipt).ok()?;
        let fits = header.transactions_root
            == calculate_transaction_root(std::slice::from_ref(&envelope))
            && header.receipts_root == calculate_receipt_root(std::slice::from_ref(&receipt));
        let transaction = Recovered::new_unchecked(envelope, parts.sender);
        fits.then(|| Self::assemble(header, transaction, receipt))
    }

    fn seal(header: Header, body: Vec<TxEnvelope>, transaction: Option<MinedTransaction>) -> Self {
        let hashes = body
            .iter()
            .map(|transaction| *transaction.tx_hash())
            .collect();
        let block = alloy::consensus::Block {
            header,
            body: BlockBody {
                transactions: body,
                ommers: Vec::new(),
                withdrawals: Some(Withdrawals::default()),
            },
        };
        let size = U256::from(block.length());
        let header = rpc::types::Header::from_consensus(block.header.seal_slow(), None, Some(size));
        let block = Block::new(header, BlockTransactions::Hashes(hashes))
            .with_withdrawals(Some(Withdrawals::default()));
        Self { block, transaction }
    }

    pub(super) fn header(&self) -> &Header {
        &self.block.header.inner
    }

    pub(super) fn hash(&self) -> B256 {
        self.block.header.hash
    }

    pub(super) fn base_fee(&self) -> u64 {
        // Every header is made by `header()`, which sets it.
        self.header().base_fee_per_gas.unwrap_or_default()
    }

    pub(super) fn transaction(&self) -> Option<&MinedTransaction> {
        self.transaction.as_ref()
    }

    pub(super) fn into_transaction(self) -> Option<MinedTransaction> {
        self.transaction
    }

    /// The block for an answer, with its transaction in full or as a hash.
    pub(super) fn to_rpc(&self, full: bool) -> Block {
        let block = self.block.clone();
        if !full {
            return block;
        }
        let transactions = self
            .transaction
            .iter()
            .map(|mined| mined.transaction.clone());
        block.with_transactions(BlockTransactions::Full(transactions.collect()))
    }

    /// The environment in which calls "at this block" run.
    pub(super) fn env(&self) -> BlockEnv {
        let header = self.header();
        let mut env = BlockEnv {
            number: U256::from(header.number),
            beneficiary: header.beneficiary,
            timestamp: U256::from(header.timestamp),
            gas_limit: header.gas_limit,
            basefee: self.base_fee(),
            difficulty: U256::ZERO,
            prevrandao: Some(header.mix_hash),
            ..BlockEnv::default()
        };
        env.set_blob_excess_gas_and_price(
            0,
            revm::primitives::eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE,
        );
        env
    }
}

/// The header of an empty block. The chain keeps no Merkle trie, so the state
/// root is zero, as on anvil; the other roots are computed.
fn header(parent: B256, env: &BlockEnv) -> Header {
    Header {
        parent_hash: parent,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: env.beneficiary,
        state_root: B256::ZERO,
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        logs_bloom: Bloom::ZERO,
        difficulty: U256::ZERO,
        // Both are set by this crate from 64-bit values.
        number: env.number.saturating_to(),
        timestamp: env.timestamp.saturating_to(),
        gas_limit: env.gas_limit,
        gas_used: 0,
        extra_data: Bytes::new(),
        mix_hash: env.prevrandao.unwrap_or_default(),
        nonce: B64::ZERO,
        base_fee_per_gas: Some(env.basefee),
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}

fn rpc_receipt(
    envelope: ReceiptEnvelope<alloy::primitives::Log>,
    meta: TransactionMeta,
) -> ReceiptEnvelope<Log> {
    let mut index = 0;
    envelope.map_logs(|inner| {
        let log = Log {
            inner,
            block_hash: Some(meta.block_hash),
            block_number: Some(meta.block_number),
            block_timestamp: Some(meta.timestamp),
            transaction_hash: Some(meta.tx_hash),
            transaction_index: Some(meta.index),
            log_index: Some(index),
            removed: false,
        };
        index += 1;
        log
    })
}

fn created_address(transaction: &Recovered<TxEnvelope>) -> Option<Address> {
    transaction
        .kind()
        .is_create()
        .then(|| transaction.signer().create(transaction.nonce()))
}
