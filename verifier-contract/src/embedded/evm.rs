//! Running code: transactions, calls and gas estimates under Osaka rules.

use super::{error::RpcError, store::Store};
use crate::database::Fault;
use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::Recovered},
    primitives::{Address, Bytes, TxKind, U256},
    rpc::types::TransactionRequest,
};
use revm::{
    Context, DatabaseRef, ExecuteEvm, MainBuilder, MainContext,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{EVMError, ExecutionResult, ResultAndState},
    },
    database::CacheDB,
    primitives::{eip7825::TX_GAS_LIMIT_CAP, hardfork::SpecId},
    state::AccountInfo,
};

/// The chain's accounts, code and storage.
pub(super) type Database = CacheDB<Store>;

/// Osaka rules on `chain_id`: mainnet gas prices, 2^24 gas per transaction
/// (EIP-7825), code of at most 24,576 bytes (EIP-170).
pub(super) fn osaka(chain_id: u64) -> CfgEnv {
    let mut cfg = CfgEnv::new().with_chain_id(chain_id);
    cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
    cfg
}

/// Runs a signed transaction with every check a node makes, without keeping its effects.
///
/// # Errors
/// The transaction breaks a rule (nonce, balance, fees, gas limit, chain id).
pub(super) fn execute(
    db: &mut Database,
    cfg: &CfgEnv,
    block: BlockEnv,
    transaction: &Recovered<TxEnvelope>,
) -> Result<ResultAndState, RpcError> {
    run(db, cfg.clone(), block, signed(transaction))
}

/// `eth_call`: runs the request on a copy of the state and returns its output.
pub(super) fn call(
    db: &mut Database,
    cfg: &CfgEnv,
    block: BlockEnv,
    request: &TransactionRequest,
) -> Result<Bytes, RpcError> {
    let transaction = unsigned(db, request)?;
    let result = run(db, simulation(cfg), block, transaction)?.result;
    output(result)
}

/// `eth_estimateGas`: the smallest gas limit with which the request succeeds.
///
/// Success is assumed to be monotone in the limit, as every node assumes.
///
/// # Errors
/// The request fails with as much gas as a transaction may have: reverts carry their data.
pub(super) fn estimate_gas(
    db: &mut Database,
    cfg: &CfgEnv,
    block: BlockEnv,
    request: &TransactionRequest,
) -> Result<u64, RpcError> {
    let cfg = simulation(cfg);
    let transaction = unsigned(db, request)?;
    let mut enough = transaction.gas_limit;
    let result = run(db, cfg.clone(), block.clone(), transaction.clone())?.result;
    let gas = *result.gas();
    output(result)?;

    let mut succeeds = |limit: u64| {
        let transaction = TxEnv {
            gas_limit: limit,
            ..transaction.clone()
        };
        run(db, cfg.clone(), block.clone(), transaction)
            .is_ok_and(|outcome| outcome.result.is_success())
    };
    // Refunds come after the fact, so what was spent before them is needed at
    // least. It also suffices unless a call was made that must leave 1/64 of
    // the gas behind (EIP-150); one such level is the next guess.
    let spent = gas.total_gas_spent().max(gas.floor_gas());
    if succeeds(spent) {
        return Ok(spent);
    }
    let mut short = spent;
    let guess = spent + spent / 63;
    if guess < enough {
        if succeeds(guess) {
            enough = guess;
        } else {
            short = guess;
        }
    }
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if succeeds(middle) {
            enough = middle;
        } else {
            short = middle;
        }
    }
    Ok(enough)
}

fn run(
    db: &mut Database,
    cfg: CfgEnv,
    block: BlockEnv,
    transaction: TxEnv,
) -> Result<ResultAndState, RpcError> {
    let mut evm = Context::mainnet()
        .with_db(db)
        .with_cfg(cfg)
        .with_block(block)
        .build_mainnet();
    evm.transact(transaction).map_err(|error| match error {
        EVMError::Transaction(reason) => RpcError::invalid_transaction(&reason),
        EVMError::Database(error) => error.into(),
        other => RpcError::internal(format!("the embedded EVM failed: {other}")),
    })
}

fn output(result: ExecutionResult) -> Result<Bytes, RpcError> {
    match result {
        ExecutionResult::Success { output, .. } => Ok(output.into_data()),
        ExecutionResult::Revert { output, .. } => Err(RpcError::reverted(output)),
        ExecutionResult::Halt { reason, .. } => Err(RpcError::halted(&reason)),
    }
}

/// What a node leaves out when it simulates: a call need not follow the
/// account's nonce, pay the base fee, or come from an account without code.
fn simulation(cfg: &CfgEnv) -> CfgEnv {
    let mut cfg = cfg.clone();
    cfg.disable_nonce_check = true;
    cfg.disable_base_fee = true;
    cfg.disable_eip3607 = true;
    cfg
}

fn signed(transaction: &Recovered<TxEnvelope>) -> TxEnv {
    let mut env = TxEnv {
        tx_type: transaction.tx_type().into(),
        caller: transaction.signer(),
        gas_limit: transaction.gas_limit(),
        gas_price: transaction.max_fee_per_gas(),
        gas_priority_fee: transaction.max_priority_fee_per_gas(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        ..TxEnv::default()
    };
    env.set_signed_authorization(
        transaction
            .authorization_list()
            .map(<[_]>::to_vec)
            .unwrap_or_default(),
    );
    env
}

fn unsigned(db: &Database, request: &TransactionRequest) -> Result<TxEnv, RpcError> {
    if request.blob_versioned_hashes.is_some() || request.max_fee_per_blob_gas.is_some() {
        return Err(RpcError::invalid_params(
            "the embedded chain takes no blob transactions",
        ));
    }
    let data = request
        .input
        .unique_input()
        .map_err(|_| RpcError::invalid_params("`input` and `data` differ: give only one"))?
        .cloned()
        .unwrap_or_default();
    let caller = request.from.unwrap_or_default();
    let value = request.value.unwrap_or_default();
    let gas_price = request
        .gas_price
        .or(request.max_fee_per_gas)
        .unwrap_or_default();
    let mut gas_limit = request
        .gas
        .unwrap_or(TX_GAS_LIMIT_CAP)
        .min(TX_GAS_LIMIT_CAP);
    if gas_price > 0 {
        let balance = account(db, caller)?.balance;
        let affordable = balance.saturating_sub(value) / U256::from(gas_price);
        gas_limit = gas_limit.min(affordable.saturating_to());
    }
    let mut env = TxEnv {
        caller,
        gas_limit,
        gas_price,
        gas_priority_fee: request.max_priority_fee_per_gas,
        kind: request.to.unwrap_or(TxKind::Create),
        value,
        data,
        nonce: request.nonce.unwrap_or_default(),
        chain_id: request.chain_id,
        access_list: request.access_list.clone().unwrap_or_default(),
        ..TxEnv::default()
    };
    env.set_signed_authorization(request.authorization_list.clone().unwrap_or_default());
    env.derive_tx_type()
        .map_err(|error| RpcError::invalid_params(error.to_string()))?;
    Ok(env)
}

/// The account's record; the default one if it never existed.
pub(super) fn account(db: &Database, address: Address) -> Result<AccountInfo, Fault> {
    Ok(db.basic_ref(address)?.unwrap_or_default())
}
