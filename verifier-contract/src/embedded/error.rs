//! JSON-RPC errors of the embedded chain, with the codes that nodes use.

use alloy::{primitives::Bytes, rpc::json_rpc::ErrorPayload, sol_types::decode_revert_reason};
use revm::context::result::{HaltReason, InvalidTransaction};
use serde_json::value::to_raw_value;

/// The method does not exist (JSON-RPC 2.0, section 5.1).
const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters are missing or malformed (JSON-RPC 2.0, section 5.1).
const INVALID_PARAMS: i64 = -32602;
/// The server failed (JSON-RPC 2.0, section 5.1).
const INTERNAL: i64 = -32603;
/// The request is well-formed but can't be met (EIP-1474, "invalid input").
const INVALID_INPUT: i64 = -32000;
/// The transaction breaks a rule of the chain (EIP-1474).
const TRANSACTION_REJECTED: i64 = -32003;
/// A call reverted; the revert data is attached (geth, anvil).
const REVERTED: i64 = 3;

/// What a failed request answers.
#[derive(Clone, Debug)]
pub(super) struct RpcError {
    code: i64,
    message: String,
    data: Option<Bytes>,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(super) fn method_not_found(method: &str) -> Self {
        Self::new(
            METHOD_NOT_FOUND,
            format!("the embedded chain has no method {method}"),
        )
    }

    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, message)
    }

    pub(super) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(INVALID_INPUT, message)
    }

    pub(super) fn rejected(message: impl Into<String>) -> Self {
        Self::new(TRANSACTION_REJECTED, message)
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(INTERNAL, message)
    }

    /// A revert with its data, so that callers can decode the contract's error.
    pub(super) fn reverted(data: Bytes) -> Self {
        let message = match decode_revert_reason(&data) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => "execution reverted".to_owned(),
        };
        Self {
            code: REVERTED,
            message,
            data: Some(data),
        }
    }

    /// An exceptional halt: all gas is gone and there is no data.
    pub(super) fn halted(reason: &HaltReason) -> Self {
        Self::new(INVALID_INPUT, format!("execution failed: {reason}"))
    }

    /// A transaction that the chain's rules refuse, in words that say what to change.
    pub(super) fn invalid_transaction(reason: &InvalidTransaction) -> Self {
        use InvalidTransaction as I;
        let message = match reason {
            I::NonceTooLow { tx, state } => {
                format!("nonce too low: the transaction has {tx}, the account's next nonce is {state}")
            }
            I::NonceTooHigh { tx, state } => format!(
                "nonce too high: the transaction has {tx}, the account's next nonce is {state}; send the ones between first"
            ),
            I::LackOfFundForMaxFee { fee, balance } => format!(
                "insufficient funds for gas * price + value: the sender needs {fee} wei and has {balance}"
            ),
            I::GasPriceLessThanBasefee => {
                "max fee per gas is below the block's base fee: ask for the current fees and sign again".to_owned()
            }
            I::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => format!(
                "intrinsic gas too low: the transaction costs {initial_gas} before it runs and its gas limit is {gas_limit}"
            ),
            I::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => format!(
                "intrinsic gas too low: the calldata floor is {gas_floor} and the gas limit is {gas_limit}"
            ),
            I::TxGasLimitGreaterThanCap { gas_limit, cap } => format!(
                "gas limit {gas_limit} is above the cap of {cap} for one transaction (EIP-7825): split the work"
            ),
            I::InvalidChainId => {
                "invalid chain id for signer: the transaction was signed for another chain".to_owned()
            }
            other => other.to_string(),
        };
        Self::rejected(message)
    }

    pub(super) fn into_payload(self) -> ErrorPayload {
        ErrorPayload {
            code: self.code,
            message: self.message.into(),
            // Bytes serialise as a hex string, which can't fail; `None` would only lose the data.
            data: self.data.and_then(|data| to_raw_value(&data).ok()),
        }
    }
}
