//! Everything secret, derived from 24 words: agents, their one-time keys, reviewers.
//!
//! Keys come from the words' BIP-39 seed by HKDF-SHA256 (RFC 5869, empty salt); integers in its
//! `info` are big-endian 32-byte words, addresses 20 bytes. Secrets are wiped when dropped and do
//! not show in debug output.

use alloy::{
    primitives::{Address, U256, U512, uint},
    signers::local::PrivateKeySigner,
};
use ark_ff::PrimeField;
use bip39::{Language, Mnemonic};
use hkdf::Hkdf;
use rand::{CryptoRng, RngCore};
use repute_circuits::{
    eddsa,
    field::{Fr, to_bytes},
    state::{Secret, identity},
};
use sha2::Sha256;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How many words there are.
pub const WORDS: usize = 24;

/// The order of secp256k1 (SEC 2, section 2.4.1).
const SECP256K1_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// Words that are no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWords {
    /// Not 24 words.
    #[error("there are {0} words; give all 24 in order, separated by spaces")]
    Count(usize),
    /// A word is not in the list.
    #[error("word {0} is not in BIP-39's English list; check its spelling")]
    Unknown(usize),
    /// The checksum is wrong.
    #[error("the words' checksum is wrong: a word is wrong or two are swapped")]
    Checksum,
}

/// 24 BIP-39 words in English, from which everything else is derived.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Words(Mnemonic);

impl Words {
    /// Draws new words.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *entropy);
        Self(Mnemonic::from_entropy(&*entropy).expect("32 bytes are a length that BIP-39 allows"))
    }

    /// Reads words, in any case and with any white space between them.
    ///
    /// # Errors
    /// [`InvalidWords`].
    pub fn parse(phrase: &str) -> Result<Self, InvalidWords> {
        let phrase = Zeroizing::new(phrase.to_lowercase());
        let count = phrase.split_whitespace().count();
        if count != WORDS {
            return Err(InvalidWords::Count(count));
        }
        match Mnemonic::parse_in_normalized(Language::English, &phrase) {
            Ok(mnemonic) => Ok(Self(mnemonic)),
            Err(bip39::Error::UnknownWord(index)) => Err(InvalidWords::Unknown(index + 1)),
            Err(_) => Err(InvalidWords::Checksum),
        }
    }

    /// The words, separated by single spaces.
    #[must_use]
    pub fn phrase(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string())
    }

    /// The 64-byte BIP-39 seed, without passphrase.
    #[must_use]
    pub fn seed(&self) -> Seed {
        Seed(self.0.to_seed_normalized(""))
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(…)")
    }
}

/// The seed of 24 words.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; 64]);

impl Seed {
    /// The secrets of agent number `index` on a chain's ledger; another index is another agent, with
    /// an empty record. `sk = HKDF(seed, "repute/agent/v1" ‖ chainId ‖ ledger ‖ index, 64) mod r`.
    #[must_use]
    pub fn agent(&self, chain_id: u64, ledger: Address, index: u64) -> AgentSecrets {
        let mut info = b"repute/agent/v1".to_vec();
        info.extend(word(chain_id));
        info.extend(ledger);
        info.extend(word(index));
        let bytes = expand::<64>(&self.0, &info);
        AgentSecrets::new(Secret::new(Fr::from_be_bytes_mod_order(&*bytes)))
    }

    /// Reviewer key number `index`: `HKDF(seed, "repute/reviewer/v1" ‖ index, 32)` through
    /// circomlib's derivation.
    #[must_use]
    pub fn reviewer(&self, index: u64) -> eddsa::PrivateKey {
        let mut info = b"repute/reviewer/v1".to_vec();
        info.extend(word(index));
        eddsa::PrivateKey::from_bytes(&expand::<32>(&self.0, &info))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// An agent's secret and the one-time keys derived from it.
#[derive(Clone, Debug)]
pub struct AgentSecrets {
    secret: Secret,
}

impl AgentSecrets {
    /// Everything that derives from `secret`.
    pub(super) fn new(secret: Secret) -> Self {
        Self { secret }
    }

    /// The secret itself.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// `P_2(owner, rho0)`, what the agent registers.
    #[must_use]
    pub fn identity(&self) -> Fr {
        identity(self.secret.owner(), self.secret.view().genesis_rho())
    }

    /// The worker key of a job: `HKDF(sk, "repute/worker/v1" ‖ job ‖ counter, 64)` modulo the
    /// curve's order. The counter grows where a key was shown for a job that was then not taken.
    #[must_use]
    pub fn worker(&self, job: Fr, counter: u64) -> PrivateKeySigner {
        self.key(b"repute/worker/v1", job, counter)
    }

    /// The default payout key of a job: `HKDF(sk, "repute/payout/v1" ‖ job ‖ counter, 64)` modulo
    /// the curve's order.
    #[must_use]
    pub fn payout(&self, job: Fr, counter: u64) -> PrivateKeySigner {
        self.key(b"repute/payout/v1", job, counter)
    }

    fn key(&self, purpose: &[u8], job: Fr, counter: u64) -> PrivateKeySigner {
        let mut info = purpose.to_vec();
        info.extend(to_bytes(job));
        info.extend(word(counter));
        let sk = Zeroizing::new(to_bytes(self.secret.expose()));
        let wide = expand::<64>(&*sk, &info);
        let order = U512::from(SECP256K1_ORDER);
        let scalar = U256::from(U512::from_be_bytes(*wide) % order);
        let bytes = Zeroizing::new(scalar.to_be_bytes::<32>());
        PrivateKeySigner::from_slice(&*bytes)
            .expect("below the order; zero has the odds of guessing the key")
    }

    /// The key under which this agent's notes lie on a disk: `HKDF(sk, "repute/notes/v1", 32)`.
    pub(super) fn notes_key(&self) -> Zeroizing<[u8; 32]> {
        let sk = Zeroizing::new(to_bytes(self.secret.expose()));
        expand::<32>(&*sk, b"repute/notes/v1")
    }

    /// Seconds, below `bound`, to wait before the state of `nullifier` is refreshed: random to
    /// everybody else, the same for the agent after a recovery.
    pub(crate) fn delay(&self, nullifier: Fr, bound: u64) -> u64 {
        let mut info = b"repute/delay/v1".to_vec();
        info.extend(to_bytes(nullifier));
        let sk = Zeroizing::new(to_bytes(self.secret.expose()));
        u64::from_be_bytes(*expand::<8>(&*sk, &info)) % bound
    }
}

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

fn expand<const N: usize>(key: &[u8], info: &[u8]) -> Zeroizing<[u8; N]> {
    let mut output = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(None, key)
        .expand(info, &mut *output)
        .expect("64 bytes are below HKDF's limit of 255 blocks");
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, b256, hex};
    use repute_circuits::field::to_word;

    fn words() -> Words {
        Words::parse(&format!("{}art", "abandon ".repeat(23))).expect("valid")
    }

    /// Computed with Python's hashlib and hmac (PBKDF2 and HKDF written out from RFC 5869).
    #[test]
    fn keys_equal_those_of_another_implementation() {
        let seed = words().seed();
        let expected = hex!(
            "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf70"
            "5489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840"
        );
        assert_eq!(seed.0, expected);
        let agent = seed.agent(31_337, Address::repeat_byte(0x11), 0);
        let sk = uint!(0x2b542351e49f50202cf3b752e79cf7eaac9739b4b99e88b5584f638149853c91_U256);
        assert_eq!(to_word(agent.secret().expose()), sk);
        let key = |signer: PrivateKeySigner| B256::from(signer.to_bytes());
        assert_eq!(
            key(agent.worker(Fr::from(7), 1)),
            b256!("259a1336aa70c50833d0c28e888a7102b0cea9041c100a0453df3038124b4c80")
        );
        assert_eq!(
            key(agent.payout(Fr::from(7), 0)),
            b256!("c98fb84dc6ec3f527339dd214f64527f170ebeba1f373c791a161b18709b61ce")
        );
        let reviewer = eddsa::PrivateKey::from_bytes(&hex!(
            "ee2758d0282e468c82c61ce9e9d8898033157799936b8efdec19fb5594a653c0"
        ));
        assert_eq!(seed.reviewer(2).public_key(), reviewer.public_key());
    }

    #[test]
    fn each_chain_ledger_and_index_has_its_own_agent() {
        let seed = words().seed();
        let ledger = Address::repeat_byte(0x11);
        let agents = [
            seed.agent(1, ledger, 0),
            seed.agent(2, ledger, 0),
            seed.agent(1, Address::repeat_byte(0x12), 0),
            seed.agent(1, ledger, 1),
        ];
        for (i, a) in agents.iter().enumerate() {
            for b in &agents[i + 1..] {
                assert_ne!(a.identity(), b.identity());
            }
        }
    }

    #[test]
    fn words_are_checked() {
        let generated = Words::generate(&mut rand::rngs::OsRng);
        let again = Words::parse(&generated.phrase()).expect("valid");
        assert_eq!(generated.seed().0, again.seed().0);
        let upper = words().phrase().to_uppercase();
        assert!(Words::parse(&upper).is_ok());
        for (phrase, expected) in [
            ("abandon art".to_owned(), InvalidWords::Count(2)),
            (
                format!("{}arrt", "abandon ".repeat(23)),
                InvalidWords::Unknown(24),
            ),
            ("abandon ".repeat(24), InvalidWords::Checksum),
        ] {
            assert_eq!(Words::parse(&phrase).err(), Some(expected));
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let words = words();
        let agent = words.seed().agent(1, Address::ZERO, 0);
        let printed = format!("{words:?} {:?} {agent:?}", words.seed());
        assert_eq!(
            printed,
            "Words(…) Seed(…) AgentSecrets { secret: Secret(…) }"
        );
    }
}
