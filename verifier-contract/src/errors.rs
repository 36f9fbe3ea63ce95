//! The contracts' own errors, read back from a failed call.

use crate::bindings::{
    agent_ledger::AgentLedger::AgentLedgerErrors, erc8004_gate::Erc8004Gate::Erc8004GateErrors,
    fee_gate::FeeGate::FeeGateErrors, groth16_verifier::Groth16Verifier::Groth16VerifierErrors,
    job_board::JobBoard::JobBoardErrors, job_escrow::JobEscrow::JobEscrowErrors,
    private_provider::PrivateProvider::PrivateProviderErrors,
    test_token::TestToken::TestTokenErrors,
};
use alloy::{sol_types::SolInterface, transports::TransportError};
use std::fmt;

/// An error that one of the contracts reverted with.
///
/// A contract passes on the errors of those it calls, so a call of the board
/// may fail with an error of the ledger, the escrow or the token. Where two
/// contracts share an error, the one further up in this list is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractError {
    /// Of `JobBoard`.
    Board(JobBoardErrors),
    /// Of `AgentLedger`.
    Ledger(AgentLedgerErrors),
    /// Of `JobEscrow`.
    Escrow(JobEscrowErrors),
    /// Of `PrivateProvider`.
    Provider(PrivateProviderErrors),
    /// Of `Erc8004Gate`.
    Erc8004Gate(Erc8004GateErrors),
    /// Of `FeeGate`.
    FeeGate(FeeGateErrors),
    /// Of `Groth16Verifier`, at its deployment.
    Verifier(Groth16VerifierErrors),
    /// Of the test token; other tokens of OpenZeppelin's make share most of them.
    Token(TestTokenErrors),
}

impl ContractError {
    /// Decodes revert data; `None` where no contract has such an error.
    #[must_use]
    pub fn decode(data: &[u8]) -> Option<Self> {
        fn read<E: SolInterface>(data: &[u8]) -> Option<E> {
            E::abi_decode(data).ok()
        }
        read(data)
            .map(Self::Board)
            .or_else(|| read(data).map(Self::Ledger))
            .or_else(|| read(data).map(Self::Escrow))
            .or_else(|| read(data).map(Self::Provider))
            .or_else(|| read(data).map(Self::Erc8004Gate))
            .or_else(|| read(data).map(Self::FeeGate))
            .or_else(|| read(data).map(Self::Verifier))
            .or_else(|| read(data).map(Self::Token))
    }

    /// The error in a node's answer; `None` where it is not a revert of the contracts.
    #[must_use]
    pub fn of_answer(error: &TransportError) -> Option<Self> {
        Self::decode(&error.as_error_resp()?.as_revert_data()?)
    }

    /// The error that a call or transaction through the bindings failed with.
    #[must_use]
    pub fn of(error: &alloy::contract::Error) -> Option<Self> {
        Self::decode(&error.as_revert_data()?)
    }
}

impl fmt::Display for ContractError {
    /// The error with its values, like `TooLate { last: 5, nowTime: 9 }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variant = match self {
            Self::Board(error) => format!("{error:?}"),
            Self::Ledger(error) => format!("{error:?}"),
            Self::Escrow(error) => format!("{error:?}"),
            Self::Provider(error) => format!("{error:?}"),
            Self::Erc8004Gate(error) => format!("{error:?}"),
            Self::FeeGate(error) => format!("{error:?}"),
            Self::Verifier(error) => format!("{error:?}"),
            Self::Token(error) => format!("{error:?}"),
        };
        // The bindings' enums name the error twice: `TooLate(TooLate { .. })`.
        let inner = variant
            .split_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(')'));
        f.write_str(inner.unwrap_or(&variant))
    }
}
