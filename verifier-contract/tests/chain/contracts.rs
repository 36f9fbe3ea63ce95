//! Hand-assembled contracts, so that the chain's tests depend on no compiler.

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, Bytes, hex},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol,
};
use repute_contracts::dev::dev_signers;

/// Adds one to slot 0, logs (0xaa, caller; count, timestamp) and returns count and timestamp.
pub const COUNTER: &[u8] = &hex!(
    "5f54600101805f555f52" // count = sload(0) + 1; sstore(0, count); mstore(0, count)
    "42602052"             // mstore(32, timestamp)
    "3360aa60405fa2"       // log2(0, 64, 0xaa, caller)
    "60405ff3"             // return(0, 64)
);
/// Returns timestamp, block number and base fee.
pub const CLOCK: &[u8] = &hex!("425f52" "43602052" "48604052" "60605ff3");
/// Calls the address in the first word with all gas; reverts if that fails.
pub const FORWARDER: &[u8] = &hex!("5f5f5f5f5f5f355af1600f575f5ffd5b00");
/// Reverts with `Refused(timestamp)`.
pub const REFUSER: &[u8] = &hex!("63590a515160e01b5f52" "42600452" "60245ffd");
/// Emits two empty logs.
pub const TWO_LOGS: &[u8] = &hex!("5f5fa0" "5f5fa0" "00");
/// Runs into the INVALID opcode.
pub const BROKEN: &[u8] = &hex!("fe");

sol! {
    #[sol(rpc)]
    interface Refuser {
        error Refused(uint256 at);
        function refuse() external;
    }
}

/// Creation code that deploys `runtime`, of fewer than 256 bytes.
pub fn creation(runtime: &[u8]) -> Bytes {
    let length = u8::try_from(runtime.len()).expect("test contracts are short");
    // push1 length; dup1; push1 9; push0; codecopy; push0; return
    let mut code = vec![0x60, length, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    code.into()
}

/// A wallet with all development accounts; the first one is the default.
pub fn wallet() -> EthereumWallet {
    let mut signers = dev_signers().into_iter();
    let mut wallet = EthereumWallet::new(signers.next().expect("there are ten"));
    signers.for_each(|signer| wallet.register_signer(signer));
    wallet
}

/// Sends a transaction and waits for its receipt.
pub async fn send(provider: &DynProvider, request: TransactionRequest) -> TransactionReceipt {
    let pending = provider
        .send_transaction(request)
        .await
        .expect("the transaction is accepted");
    pending
        .get_receipt()
        .await
        .expect("the transaction is mined")
}

/// Deploys `runtime` from the wallet's default account.
pub async fn deploy(provider: &DynProvider, runtime: &[u8]) -> Address {
    let request = TransactionRequest::default().with_deploy_code(creation(runtime));
    let receipt = send(provider, request).await;
    receipt
        .contract_address
        .expect("a deployment has an address")
}
