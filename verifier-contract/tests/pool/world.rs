//! What `test/World.sol` and `test/RealWorld.sol` fix, written down a second time.

use alloy::primitives::{Address, B256, U256, address, aliases::U40, aliases::U96, keccak256};
use alloy::signers::local::PrivateKeySigner;
use repute_circuits::field::{Fr, to_word};
use repute_contracts::bindings::job_board::IJobBoard;

/// forge's chain.
pub const CHAIN_ID: u64 = 31_337;
/// Deploys ledger, board and provider, and nothing before them.
const DEPLOYER: Address = address!("0000000000000000000000000000000000DE9107");
/// When everything begins, unix seconds.
pub const START: u64 = 1_800_000_000;
/// The budget of every post, base units.
pub const BUDGET: u128 = 100_000_000;
/// Who is paid at settlement.
pub const RECIPIENT: Address = address!("0000000000000000000000000000000000004EC1");
/// What every job is recorded as.
pub const CATEGORY: u32 = 42;

const DAY: u64 = 86_400;

/// Where the ledger is.
pub fn ledger() -> Address {
    DEPLOYER.create(0)
}

/// Where the board is.
pub fn board() -> Address {
    DEPLOYER.create(1)
}

/// The account of a small private key.
pub fn account(key: u64) -> Address {
    PrivateKeySigner::from_bytes(&B256::from(U256::from(key)))
        .expect("a small number is a key")
        .address()
}

/// The client of every post.
pub fn client() -> Address {
    account(0xC1_1E47)
}

/// The worker key of every job.
pub fn worker() -> Address {
    account(0x30_3030)
}

/// What is handed in for every job.
pub fn deliverable() -> B256 {
    keccak256("deliverable")
}

/// The post of a number from 1: odd ones have an arbiter, even ones are selective; two of four have a bond.
pub fn post(number: usize, reviewer: Fr) -> IJobBoard::Post {
    let seconds = |value: u64| U40::from(value);
    let amount = |value: u64| U96::from(value);
    let arbitrated = number % 2 == 1;
    let if_arbitrated = |value: u64| if arbitrated { value } else { 0 };
    IJobBoard::Post {
        client: client(),
        budget: U96::from(BUDGET),
        terms: IJobBoard::Terms {
            category: CATEGORY,
            policy: U256::ZERO,
            reviewer: to_word(reviewer),
            reviewPeriod: seconds(DAY),
            arbiter: match arbitrated {
                true => address!("000000000000000000000000000000000A4B17E4"),
                false => Address::ZERO,
            },
            arbitrationPeriod: seconds(if_arbitrated(3 * DAY)),
            arbiterFee: amount(if_arbitrated(5_000_000)),
            takeBy: seconds(START + DAY),
            submitBy: seconds(START + 5 * DAY),
            relayFee: amount(1_000_001),
            bond: amount(if number % 4 < 2 { 7_000_000 } else { 0 }),
            selective: !arbitrated,
            descriptionHash: keccak256("description"),
            descriptionURI: "ipfs://description".to_owned(),
        },
    }
}
