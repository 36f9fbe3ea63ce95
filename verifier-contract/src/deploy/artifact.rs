//! The compiled contracts, for checking that what stands on chain is what was compiled.

use alloy::{
    json_abi::JsonAbi,
    primitives::{Bytes, U256},
};
use serde::Deserialize;

/// The part of an artifact that says what a deployed contract's code looks like.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    deployed_bytecode: Bytes,
    /// The parts of the code that the constructor fills in.
    #[serde(default)]
    immutable_references: Vec<Range>,
}

#[derive(Debug, Deserialize)]
struct Range {
    start: usize,
    length: usize,
}

/// A contract of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiled {
    AgentLedger,
    Erc8004Gate,
    FeeGate,
    Groth16Runtime,
    JobBoard,
    JobEscrow,
    OpenGate,
    Poseidon,
    PrivateProvider,
    TestToken,
}

impl Compiled {
    fn json(self) -> &'static str {
        match self {
            Self::AgentLedger => include_str!("../../artifacts/AgentLedger.json"),
            Self::Erc8004Gate => include_str!("../../artifacts/Erc8004Gate.json"),
            Self::FeeGate => include_str!("../../artifacts/FeeGate.json"),
            Self::Groth16Runtime => include_str!("../../artifacts/Groth16Runtime.json"),
            Self::JobBoard => include_str!("../../artifacts/JobBoard.json"),
            Self::JobEscrow => include_str!("../../artifacts/JobEscrow.json"),
            Self::OpenGate => include_str!("../../artifacts/OpenGate.json"),
            Self::Poseidon => include_str!("../../artifacts/Poseidon.json"),
            Self::PrivateProvider => include_str!("../../artifacts/PrivateProvider.json"),
            Self::TestToken => include_str!("../../artifacts/TestToken.json"),
        }
    }

    /// The contract's functions, events and errors.
    pub(crate) fn abi(self) -> JsonAbi {
        /// The part of an artifact that says how to talk to the contract.
        #[derive(Deserialize)]
        struct Interface {
            abi: JsonAbi,
        }
        serde_json::from_str::<Interface>(self.json())
            .expect("committed artifacts are complete")
            .abi
    }

    /// Whether `code`, read from a chain, is this contract: equal to the compiled
    /// code everywhere but at the immutables, which the constructor writes.
    pub(super) fn is_code(self, code: &[u8]) -> bool {
        let artifact: Artifact =
            serde_json::from_str(self.json()).expect("committed artifacts are complete");
        let mut expected = artifact.deployed_bytecode.to_vec();
        if expected.len() != code.len() {
            return false;
        }
        for Range { start, length } in artifact.immutable_references {
            // An artifact whose ranges leave its own code would be broken at build time.
            let range = start..start + length;
            expected[range.clone()].copy_from_slice(&code[range]);
        }
        expected == code
    }

    /// The encoded key of a deployed verifier, whose code is the runtime, the key,
    /// and the key's length in bytes as one word. `None` for any other code.
    pub(super) fn verifier_key(code: &[u8]) -> Option<&[u8]> {
        let (rest, length) = code.split_at_checked(code.len().checked_sub(32)?)?;
        let length = usize::try_from(U256::from_be_slice(length)).ok()?;
        let (runtime, key) = rest.split_at_checked(rest.len().checked_sub(length)?)?;
        Self::Groth16Runtime.is_code(runtime).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings;

    #[test]
    fn compiled_code_is_recognised_and_any_other_byte_is_not() {
        let mut code = bindings::OpenGate::DEPLOYED_BYTECODE.to_vec();
        assert!(Compiled::OpenGate.is_code(&code));
        assert!(!Compiled::Poseidon.is_code(&code));
        code[10] ^= 1;
        assert!(!Compiled::OpenGate.is_code(&code));
        assert!(!Compiled::OpenGate.is_code(&code[1..]));
        assert!(!Compiled::OpenGate.is_code(&[]));
    }

    #[test]
    fn only_immutables_may_differ() {
        let compiled = bindings::JobBoard::DEPLOYED_BYTECODE.to_vec();
        let artifact: Artifact = serde_json::from_str(Compiled::JobBoard.json()).expect("complete");
        let inside = artifact.immutable_references[0].start;
        let mut code = compiled.clone();
        code[inside] ^= 1;
        assert!(Compiled::JobBoard.is_code(&code));
        let mut code = compiled;
        code[inside - 1] ^= 1;
        assert!(!Compiled::JobBoard.is_code(&code));
    }

    #[test]
    fn a_verifier_gives_its_key() {
        let runtime = bindings::Groth16Runtime::DEPLOYED_BYTECODE.to_vec();
        let length = U256::from(3).to_be_bytes::<32>();
        let code = [&runtime[..], b"key", &length].concat();
        assert_eq!(Compiled::verifier_key(&code), Some(&b"key"[..]));
        assert_eq!(Compiled::verifier_key(&code[1..]), None);
        assert_eq!(Compiled::verifier_key(&runtime), None);
        assert_eq!(Compiled::verifier_key(&[0xff; 40]), None);
        assert_eq!(Compiled::verifier_key(&[]), None);
    }
}
