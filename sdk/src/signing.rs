//! The board's EIP-712 messages: what worker keys and clients sign.

use crate::chain::Chain;
use alloy::{
    primitives::{Address, B256, Bytes, Signature, U256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct},
};
use repute_circuits::field::{Fr, to_word};

#[allow(missing_docs, reason = "the members are those of the board's manual")]
mod message {
    alloy::sol! {
        struct Take { uint256 job; uint256 ticket; }
        struct Approve { uint256 job; address worker; }
        struct Submit { uint256 job; bytes32 deliverable; }
        struct Settle { uint256 job; address recipient; uint256 minPayout; address relayer; uint256 relayerFee; }
        struct Release { uint256 job; bytes32 deliverable; }
        struct Cancel { uint256 job; uint256 deadline; }
    }
}

/// The messages of one board.
#[derive(Clone, Debug)]
pub struct Messages {
    domain: Eip712Domain,
}

impl Messages {
    /// The messages of the chain's board.
    #[must_use]
    pub fn of(chain: &Chain) -> Self {
        Self::new(chain.id(), chain.board())
    }

    /// The messages of a board: domain "repute JobBoard", version "1".
    #[must_use]
    pub fn new(chain_id: u64, board: Address) -> Self {
        Self {
            domain: Eip712Domain {
                name: Some("repute JobBoard".into()),
                version: Some("1".into()),
                chain_id: Some(U256::from(chain_id)),
                verifying_contract: Some(board),
                salt: None,
            },
        }
    }

    fn hash(&self, message: &impl SolStruct) -> B256 {
        message.eip712_signing_hash(&self.domain)
    }

    /// `Take(job, ticket)`, by the worker key.
    #[must_use]
    pub fn take(&self, job: Fr, ticket: Fr) -> B256 {
        self.hash(&message::Take {
            job: to_word(job),
            ticket: to_word(ticket),
        })
    }

    /// `Approve(job, worker)`, by the client.
    #[must_use]
    pub fn approve(&self, job: Fr, worker: Address) -> B256 {
        self.hash(&message::Approve {
            job: to_word(job),
            worker,
        })
    }

    /// `Submit(job, deliverable)`, by the worker key.
    #[must_use]
    pub fn submit(&self, job: Fr, deliverable: B256) -> B256 {
        self.hash(&message::Submit {
            job: to_word(job),
            deliverable,
        })
    }

    /// `Settle(job, recipient, minPayout, relayer, relayerFee)`, by the worker key.
    #[must_use]
    pub fn settle(&self, terms: &repute_circuits::binding::Settle) -> B256 {
        self.hash(&message::Settle {
            job: to_word(terms.job),
            recipient: terms.recipient,
            minPayout: terms.min_payout,
            relayer: terms.relayer,
            relayerFee: terms.relayer_fee,
        })
    }

    /// `Release(job, deliverable)`, by the client.
    #[must_use]
    pub fn release(&self, job: Fr, deliverable: B256) -> B256 {
        self.hash(&message::Release {
            job: to_word(job),
            deliverable,
        })
    }

    /// `Cancel(job, deadline)`, by the worker key.
    #[must_use]
    pub fn cancel(&self, job: Fr, deadline: u64) -> B256 {
        self.hash(&message::Cancel {
            job: to_word(job),
            deadline: U256::from(deadline),
        })
    }
}

/// Whether `signature` is an ECDSA signature of `hash` by `signer`.
pub(crate) fn is_by(signer: Address, hash: B256, signature: &[u8]) -> bool {
    Signature::from_raw(signature)
        .and_then(|signature| signature.recover_address_from_prehash(&hash))
        .is_ok_and(|recovered| recovered == signer)
}

/// Signs a message's hash: 65 bytes r, s, v with low s.
pub(crate) fn sign(key: &PrivateKeySigner, hash: B256) -> Bytes {
    let signature = key
        .sign_hash_sync(&hash)
        .expect("a key in memory signs any hash");
    signature.as_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{keccak256, uint};

    #[test]
    fn the_type_strings_are_the_boards() {
        let settle = message::Settle {
            job: U256::ZERO,
            recipient: Address::ZERO,
            minPayout: U256::ZERO,
            relayer: Address::ZERO,
            relayerFee: U256::ZERO,
        };
        let text = "Settle(uint256 job,address recipient,uint256 minPayout,address relayer,uint256 relayerFee)";
        assert_eq!(settle.eip712_type_hash(), keccak256(text));
    }

    #[test]
    fn a_signature_recovers_and_has_a_low_s() {
        let key = PrivateKeySigner::random();
        let hash = Messages::new(1, Address::ZERO).cancel(Fr::from(3), 9);
        let bytes = sign(&key, hash);
        assert_eq!(bytes.len(), 65);
        let signature = Signature::from_raw(&bytes).expect("65 bytes");
        assert!(is_by(key.address(), hash, &bytes));
        assert!(!is_by(key.address(), B256::ZERO, &bytes));
        assert!(!is_by(Address::ZERO, hash, &bytes));
        assert!(!is_by(key.address(), hash, &bytes[..64]));
        let half = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);
        assert!(signature.s() <= half);
        assert!(matches!(bytes[64], 27 | 28));
    }
}
