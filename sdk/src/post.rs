//! Posts: what a client offers, in native types, and its exact ABI form and hash.

use alloy::{
    primitives::{Address, B256, U256, Uint, keccak256},
    sol_types::SolValue,
};
use repute_circuits::{
    field::{self, Fr},
    policy::{InvalidPolicy, Policy},
};
use repute_contracts::bindings::job_board::IJobBoard;

/// Amounts are base units of the board's token, below 2^96.
pub const AMOUNT_BITS: usize = 96;
/// Times are unix seconds, below 2^40.
pub const TIME_BITS: usize = 40;

/// Who rules on disputes, and under which terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arbitration {
    /// The arbiter's address, not zero.
    pub arbiter: Address,
    /// Seconds after the review in which the arbiter may rule, at least 1.
    pub period: u64,
    /// What a ruling earns, base units.
    pub fee: u128,
}

/// What a client asks for. All of it is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The client's kind of work, any number.
    pub category: u32,
    /// What the agent's record must meet; the default admits anyone.
    pub policy: Policy,
    /// `P_2(Ax, Ay)` of the Baby Jubjub key that may rate in private.
    pub reviewer: Option<Fr>,
    /// Seconds from submission in which the client may rate and dispute.
    pub review_period: u64,
    /// Who rules on disputes; `None` only if the job is selective.
    pub arbitration: Option<Arbitration>,
    /// Last second in which the job may be taken.
    pub take_by: u64,
    /// Last second in which the work may be submitted.
    pub submit_by: u64,
    /// For the senders of take and submit, half each, base units.
    pub relay_fee: u128,
    /// What the sender of take puts up, base units.
    pub bond: u128,
    /// Whether the client must approve the worker key.
    pub selective: bool,
    /// keccak256 of the description.
    pub description_hash: B256,
    /// Where to find the description.
    pub description_uri: String,
}

/// A post: terms with their client and budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Who pays.
    pub client: Address,
    /// What the job is worth, base units.
    pub budget: u128,
    /// What is asked.
    pub terms: Terms,
}

/// A post that cannot be written in, or read from, the contracts' form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPost {
    /// An amount does not fit.
    #[error("{0} is {1} base units; amounts on a board are below 2^96")]
    Amount(&'static str, u128),
    /// A time does not fit.
    #[error("{0} is {1}; give seconds below 2^40")]
    Time(&'static str, u64),
    /// The policy means nothing.
    #[error("the policy is not well-formed: {0}")]
    Policy(#[from] InvalidPolicy),
    /// The reviewer is no digest of a key.
    #[error(
        "the reviewer is not below the field order: give the digest of a reviewer's public key"
    )]
    Reviewer,
    /// Arbitration without arbiter or without time.
    #[error("arbitration needs an arbiter's address and a period of at least one second")]
    Arbitration,
    /// Nobody could ever stop a payment.
    #[error("a job that anyone may take needs an arbiter: name one or make the job selective")]
    Unprotected,
    /// The periods are out of order.
    #[error("takeBy ({take_by}) must come before submitBy ({submit_by})")]
    Order {
        /// Last second for take.
        take_by: u64,
        /// Last second for submit.
        submit_by: u64,
    },
}

impl Terms {
    /// The terms as the contracts take them.
    ///
    /// # Errors
    /// [`InvalidPost`] for what no board accepts.
    pub fn to_abi(&self) -> Result<IJobBoard::Terms, InvalidPost> {
        self.policy.validate()?;
        if self.take_by >= self.submit_by {
            return Err(InvalidPost::Order {
                take_by: self.take_by,
                submit_by: self.submit_by,
            });
        }
        let arbitration = match self.arbitration {
            Some(a) if a.arbiter.is_zero() || a.period == 0 => {
                return Err(InvalidPost::Arbitration);
            }
            Some(a) => a,
            None if !self.selective => return Err(InvalidPost::Unprotected),
            None => Arbitration {
                arbiter: Address::ZERO,
                period: 0,
                fee: 0,
            },
        };
        Ok(IJobBoard::Terms {
            category: self.category,
            policy: field::to_word(self.policy.pack()),
            reviewer: self.reviewer.map_or(U256::ZERO, field::to_word),
            reviewPeriod: time("reviewPeriod", self.review_period)?,
            arbiter: arbitration.arbiter,
            arbitrationPeriod: time("arbitrationPeriod", arbitration.period)?,
            arbiterFee: amount("arbiterFee", arbitration.fee)?,
            takeBy: time("takeBy", self.take_by)?,
            submitBy: time("submitBy", self.submit_by)?,
            relayFee: amount("relayFee", self.relay_fee)?,
            bond: amount("bond", self.bond)?,
            selective: self.selective,
            descriptionHash: self.description_hash,
            descriptionURI: self.description_uri.clone(),
        })
    }

    /// Reads the contracts' form.
    ///
    /// # Errors
    /// [`InvalidPost`] for what no board accepts.
    pub fn from_abi(terms: &IJobBoard::Terms) -> Result<Self, InvalidPost> {
        let reviewer = field::from_word(terms.reviewer).map_err(|_| InvalidPost::Reviewer)?;
        let period = terms.arbitrationPeriod.to::<u64>();
        let arbitration = match terms.arbiter.is_zero() {
            true if period != 0 => return Err(InvalidPost::Arbitration),
            true => None,
            false => Some(Arbitration {
                arbiter: terms.arbiter,
                period,
                fee: terms.arbiterFee.to(),
            }),
        };
        Ok(Self {
            category: terms.category,
            policy: Policy::unpack(terms.policy)?,
            reviewer: (!terms.reviewer.is_zero()).then_some(reviewer),
            review_period: terms.reviewPeriod.to(),
            arbitration,
            take_by: terms.takeBy.to(),
            submit_by: terms.submitBy.to(),
            relay_fee: terms.relayFee.to(),
            bond: terms.bond.to(),
            selective: terms.selective,
            description_hash: terms.descriptionHash,
            description_uri: terms.descriptionURI.clone(),
        })
    }

    /// What a ruling earns, 0 without arbiter.
    #[must_use]
    pub fn arbiter_fee(&self) -> u128 {
        self.arbitration.map_or(0, |arbitration| arbitration.fee)
    }
}

impl Post {
    /// The post as the contracts take it.
    ///
    /// # Errors
    /// [`InvalidPost`] for what no board accepts.
    pub fn to_abi(&self) -> Result<IJobBoard::Post, InvalidPost> {
        Ok(IJobBoard::Post {
            client: self.client,
            budget: amount("budget", self.budget)?,
            terms: self.terms.to_abi()?,
        })
    }

    /// Reads the contracts' form.
    ///
    /// # Errors
    /// [`InvalidPost`] for what no board accepts.
    pub fn from_abi(post: &IJobBoard::Post) -> Result<Self, InvalidPost> {
        Ok(Self {
            client: post.client,
            budget: post.budget.to(),
            terms: Terms::from_abi(&post.terms)?,
        })
    }

    /// What the client pays when it posts: budget, relay fee and arbiter fee, base units.
    #[must_use]
    pub fn deposit(&self) -> u128 {
        // Three amounts below 2^96 fit 128 bits.
        self.budget + self.terms.relay_fee + self.terms.arbiter_fee()
    }
}

/// `keccak256(abi.encode(post))`: how the board remembers a post.
#[must_use]
pub fn post_hash(post: &IJobBoard::Post) -> B256 {
    keccak256(post.abi_encode())
}

pub(crate) fn amount(name: &'static str, value: u128) -> Result<Uint<96, 2>, InvalidPost> {
    Uint::try_from(value).map_err(|_| InvalidPost::Amount(name, value))
}

fn time(name: &'static str, value: u64) -> Result<Uint<40, 1>, InvalidPost> {
    Uint::try_from(value).map_err(|_| InvalidPost::Time(name, value))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn terms() -> Terms {
        Terms {
            category: 7,
            policy: Policy {
                min_completed: 1,
                min_rating: 80,
                ..Policy::default()
            },
            reviewer: Some(Fr::from(5)),
            review_period: 86_400,
            arbitration: Some(Arbitration {
                arbiter: Address::repeat_byte(9),
                period: 3_600,
                fee: 11,
            }),
            take_by: 100,
            submit_by: 200,
            relay_fee: 13,
            bond: 17,
            selective: false,
            description_hash: B256::repeat_byte(3),
            description_uri: "ipfs://description".to_owned(),
        }
    }

    pub(crate) fn post() -> Post {
        Post {
            client: Address::repeat_byte(4),
            budget: 1_000,
            terms: terms(),
        }
    }

    #[test]
    fn posts_survive_the_way_through_the_abi() {
        let mut post = post();
        let abi = post.to_abi().expect("valid");
        assert_eq!(Post::from_abi(&abi), Ok(post.clone()));
        assert_eq!(post.deposit(), 1_000 + 13 + 11);

        post.terms.arbitration = None;
        post.terms.reviewer = None;
        post.terms.selective = true;
        let other = post.to_abi().expect("valid");
        assert_eq!(Post::from_abi(&other), Ok(post));
        assert_ne!(post_hash(&abi), post_hash(&other));
    }

    #[test]
    fn the_hash_covers_a_dynamic_struct() {
        // abi.encode of one dynamic struct begins with the offset 0x20.
        let encoded = post().to_abi().expect("valid").abi_encode();
        assert_eq!(U256::from_be_slice(&encoded[..32]), U256::from(0x20));
    }

    #[test]
    fn posts_that_no_board_takes_are_refused() {
        type Change = fn(&mut Post);
        let cases: [(Change, InvalidPost); 6] = [
            (
                |p| p.budget = 1 << 96,
                InvalidPost::Amount("budget", 1 << 96),
            ),
            (
                |p| p.terms.submit_by = 1 << 40,
                InvalidPost::Time("submitBy", 1 << 40),
            ),
            (|p| p.terms.arbitration = None, InvalidPost::Unprotected),
            (
                |p| {
                    if let Some(a) = &mut p.terms.arbitration {
                        a.period = 0;
                    }
                },
                InvalidPost::Arbitration,
            ),
            (
                |p| p.terms.take_by = 200,
                InvalidPost::Order {
                    take_by: 200,
                    submit_by: 200,
                },
            ),
            (
                |p| p.terms.policy.min_rating = 101,
                InvalidPost::Policy(InvalidPolicy::Rating(101)),
            ),
        ];
        for (change, expected) in cases {
            let mut post = post();
            change(&mut post);
            assert_eq!(post.to_abi(), Err(expected));
        }
    }
}
