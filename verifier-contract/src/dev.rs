//! The publicly known development accounts. Anyone can spend from them: local chains only.

use alloy::{
    primitives::{B256, b256},
    signers::local::PrivateKeySigner,
};

/// The first ten keys at m/44'/60'/0'/0/i of the words
/// `test test test test test test test test test test test junk`, which anvil
/// and Hardhat print at their start.
const DEV_KEYS: [B256; 10] = [
    b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// The ten development accounts that local chains fund with 10,000 ether each.
#[must_use]
pub fn dev_signers() -> [PrivateKeySigner; 10] {
    DEV_KEYS.map(|key| {
        PrivateKeySigner::from_bytes(&key).expect("each constant is a valid secp256k1 key")
    })
}

/// The names by which commands call the development accounts: `dev0` to `dev9`.
pub const DEV_NAMES: [&str; 10] = [
    "dev0", "dev1", "dev2", "dev3", "dev4", "dev5", "dev6", "dev7", "dev8", "dev9",
];

/// The development account with one of the [`DEV_NAMES`].
#[must_use]
pub fn dev_signer(name: &str) -> Option<PrivateKeySigner> {
    let index = DEV_NAMES.iter().position(|known| *known == name)?;
    dev_signers().into_iter().nth(index)
}
