//! Names and bindings: the hashes `K(abi.encode(…))` by which a proof fixes what else its
//! transaction carries, whom it is for, and which job it is about. (Protocol, sections 4 and 6.)
//!
//! All of them hash static ABI words of 32 bytes each, so that no two contents share an encoding.

use crate::field::{self, Fr, tag, to_word};
use alloy_primitives::{Address, B256, U256};

/// `K` of consecutive ABI words.
fn hash<const N: usize>(words: [B256; N]) -> Fr {
    field::keccak(&words.map(|word| word.0).concat())
}

fn number(value: U256) -> B256 {
    value.into()
}

fn element(value: Fr) -> B256 {
    to_word(value).into()
}

/// `K(abi.encode(chainId, board, postId))`: a job's name in proofs and signatures.
#[must_use]
pub fn job(chain_id: u64, board: Address, post_id: u64) -> Fr {
    hash([
        number(U256::from(chain_id)),
        board.into_word(),
        number(U256::from(post_id)),
    ])
}

/// `K(abi.encode(deliverable))`: what was delivered, in proofs.
#[must_use]
pub fn deliverable(deliverable: B256) -> Fr {
    hash([deliverable])
}

/// What an acceptance is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    /// The job's name, see [`job`].
    pub job: Fr,
    /// keccak256 of the whole post.
    pub post_hash: B256,
    /// The agent's one-time key for the job.
    pub worker: Address,
    /// Who must send the transaction; zero for anyone.
    pub relayer: Address,
}

impl Accept {
    /// `K(abi.encode(ACCEPT, job, postHash, worker, relayer))`.
    #[must_use]
    pub fn hash(&self) -> Fr {
        hash([
            element(tag("accept")),
            element(self.job),
            self.post_hash,
            self.worker.into_word(),
            self.relayer.into_word(),
        ])
    }
}

/// What a settlement is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The job's name, see [`job`].
    pub job: Fr,
    /// Who is paid; zero where a called-off job is folded.
    pub recipient: Address,
    /// The least the recipient must get, base units; 0 where a called-off job is folded.
    pub min_payout: U256,
    /// Who must send the transaction; zero for anyone.
    pub relayer: Address,
    /// What the relayer gets, base units; 0 where anyone may send.
    pub relayer_fee: U256,
}

impl Settle {
    /// `K(abi.encode(SETTLE, job, recipient, minPayout, relayer, relayerFee))`.
    #[must_use]
    pub fn hash(&self) -> Fr {
        hash([
            element(tag("settle")),
            element(self.job),
            self.recipient.into_word(),
            number(self.min_payout),
            self.relayer.into_word(),
            number(self.relayer_fee),
        ])
    }
}

/// `K(abi.encode(REFRESH, chainId, ledger))`: what a refresh is bound to.
#[must_use]
pub fn refresh(chain_id: u64, ledger: Address) -> Fr {
    hash([
        element(tag("refresh")),
        number(U256::from(chain_id)),
        ledger.into_word(),
    ])
}

/// Whom a shown proof is for, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger whose states the proof is about.
    pub ledger: Address,
    /// Who asked for the proof.
    pub audience: Address,
    /// What the audience chose for this one request, or zero.
    pub challenge: B256,
    /// Unix seconds after which the proof is refused.
    pub deadline: U256,
}

impl Context {
    /// `K(abi.encode(chainId, ledger, audience, challenge, deadline))`.
    #[must_use]
    pub fn hash(&self) -> Fr {
        hash([
            number(U256::from(self.chain_id)),
            self.ledger.into_word(),
            self.audience.into_word(),
            self.challenge,
            number(self.deadline),
        ])
    }
}

/// `K(abi.encode(audience, label))`: within it an agent has one pseudonym.
#[must_use]
pub fn scope(audience: Address, label: B256) -> Fr {
    hash([audience.into_word(), label])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, hex, keccak256};

    const BOARD: Address = address!("00112233445566778899aabbccddeeff00112233");

    #[test]
    fn a_job_hashes_three_words_of_32_bytes() {
        let encoded = hex!(
            "0000000000000000000000000000000000000000000000000000000000007a69"
            "00000000000000000000000000112233445566778899aabbccddeeff00112233"
            "0000000000000000000000000000000000000000000000000000000000000007"
        );
        let expected = U256::from_be_bytes(keccak256(encoded).0) % field::ORDER;
        assert_eq!(to_word(job(31_337, BOARD, 7)), expected);
    }

    #[test]
    fn every_part_of_a_binding_counts() {
        let worker = Address::repeat_byte(1);
        let accept = Accept {
            job: job(1, BOARD, 1),
            post_hash: B256::repeat_byte(2),
            worker,
            relayer: Address::ZERO,
        };
        let settle = Settle {
            job: accept.job,
            recipient: worker,
            min_payout: U256::from(5),
            relayer: BOARD,
            relayer_fee: U256::from(6),
        };
        let context = Context {
            chain_id: 1,
            ledger: BOARD,
            audience: worker,
            challenge: B256::ZERO,
            deadline: U256::from(9),
        };
        let hashes = [
            accept.job,
            job(2, BOARD, 1),
            job(1, worker, 1),
            job(1, BOARD, 2),
            accept.hash(),
            Accept {
                job: job(1, BOARD, 2),
                ..accept
            }
            .hash(),
            Accept {
                post_hash: B256::ZERO,
                ..accept
            }
            .hash(),
            Accept {
                worker: BOARD,
                ..accept
            }
            .hash(),
            Accept {
                relayer: BOARD,
                ..accept
            }
            .hash(),
            settle.hash(),
            Settle {
                job: job(1, BOARD, 2),
                ..settle
            }
            .hash(),
            Settle {
                recipient: BOARD,
                ..settle
            }
            .hash(),
            Settle {
                min_payout: U256::from(4),
                ..settle
            }
            .hash(),
            Settle {
                relayer: worker,
                ..settle
            }
            .hash(),
            Settle {
                relayer_fee: U256::from(7),
                ..settle
            }
            .hash(),
            refresh(1, BOARD),
            refresh(2, BOARD),
            refresh(1, worker),
            context.hash(),
            Context {
                chain_id: 2,
                ..context
            }
            .hash(),
            Context {
                ledger: worker,
                ..context
            }
            .hash(),
            Context {
                audience: BOARD,
                ..context
            }
            .hash(),
            Context {
                challenge: B256::repeat_byte(1),
                ..context
            }
            .hash(),
            Context {
                deadline: U256::from(10),
                ..context
            }
            .hash(),
            scope(BOARD, B256::ZERO),
            scope(worker, B256::ZERO),
            scope(BOARD, B256::repeat_byte(1)),
            deliverable(B256::ZERO),
            deliverable(B256::repeat_byte(1)),
        ];
        for (i, a) in hashes.iter().enumerate() {
            for b in &hashes[i + 1..] {
                assert_ne!(a, b, "entry {i}");
            }
        }
    }
}
