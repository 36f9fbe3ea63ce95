//! The registration gate: its deployment, and what it says of itself.

use super::{
    Contract, DeployError, Gate, Manifest,
    artifact::Compiled,
    check::{equal, unreadable},
    sender::{Sender, existing},
};
use crate::bindings::{Erc8004Gate, FeeGate, OpenGate};
use alloy::{
    primitives::{Address, Bytes, U256},
    providers::DynProvider,
    sol_types::{SolConstructor, SolValue},
};

/// Looks up what a gate needs to stand there already, before anything is sent.
pub(super) async fn look_up(provider: &DynProvider, gate: Gate) -> Result<(), DeployError> {
    match gate {
        Gate::Open | Gate::Fee { .. } => return Ok(()),
        Gate::Erc8004 { registry } => existing(provider, "ERC-8004 registry", registry).await?,
        Gate::Existing(address) => existing(provider, "gate", address).await?,
    };
    Ok(())
}

/// Deploys the gate, right before the ledger, whose address it names.
pub(super) async fn deploy(
    sender: &mut Sender<'_>,
    gate: Gate,
    token: Address,
) -> Result<Contract, DeployError> {
    let ledger = sender.predict(1);
    let (code, arguments) = match gate {
        Gate::Open => (&OpenGate::BYTECODE, Vec::new()),
        Gate::Fee { fee, recipient } => {
            let fee = U256::from(fee);
            let arguments = FeeGate::constructorCall {
                ledger,
                token,
                fee,
                recipient,
            };
            (&FeeGate::BYTECODE, arguments.abi_encode())
        }
        Gate::Erc8004 { registry } => {
            let arguments = Erc8004Gate::constructorCall { ledger, registry };
            (&Erc8004Gate::BYTECODE, arguments.abi_encode())
        }
        Gate::Existing(address) => return existing(sender.provider(), "gate", address).await,
    };
    sender.deploy("gate", code, arguments).await
}

/// Whether a gate of this deployment has the code of one of the gates, serves this ledger, and is what its constructor was
/// told. `code` is its code on chain. Of a gate that stood there before nothing is known.
pub(super) async fn check(
    provider: &DynProvider,
    manifest: &Manifest,
    code: &[u8],
) -> Result<(), DeployError> {
    let Contract {
        address, creation, ..
    } = &manifest.gate;
    let Some(creation) = creation else {
        return Ok(());
    };
    let kinds = [Compiled::OpenGate, Compiled::FeeGate, Compiled::Erc8004Gate];
    let (ledger, found): (Address, Bytes) = match kinds.into_iter().find(|kind| kind.is_code(code))
    {
        Some(Compiled::FeeGate) => {
            let gate = FeeGate::new(*address, provider);
            let ledger = gate.LEDGER().call().await;
            let ledger = ledger.map_err(unreadable("gate's LEDGER"))?;
            let token = gate.TOKEN().call().await;
            let token = token.map_err(unreadable("gate's TOKEN"))?;
            let fee = gate.FEE().call().await.map_err(unreadable("gate's FEE"))?;
            let recipient = gate.RECIPIENT().call().await;
            let recipient = recipient.map_err(unreadable("gate's RECIPIENT"))?;
            equal("gate's TOKEN", manifest.token.address, token)?;
            (
                ledger,
                (ledger, token, fee, recipient).abi_encode_params().into(),
            )
        }
        Some(Compiled::Erc8004Gate) => {
            let gate = Erc8004Gate::new(*address, provider);
            let ledger = gate.LEDGER().call().await;
            let ledger = ledger.map_err(unreadable("gate's LEDGER"))?;
            let registry = gate.REGISTRY().call().await;
            let registry = registry.map_err(unreadable("gate's REGISTRY"))?;
            (ledger, (ledger, registry).abi_encode_params().into())
        }
        Some(_) => (manifest.ledger.address, Bytes::new()),
        None => {
            return Err(DeployError::Code {
                what: "gate",
                address: *address,
            });
        }
    };
    equal("gate's LEDGER", manifest.ledger.address, ledger)?;
    equal("gate's constructor arguments", &creation.arguments, &found)
}
