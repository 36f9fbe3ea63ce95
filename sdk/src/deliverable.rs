//! Deliverables: salted hashes, so that nobody can guess the work from what is public.

use alloy::primitives::{B256, keccak256};
use rand::{CryptoRng, RngCore};

/// Work that was sealed: the salt goes to the client with the work, the deliverable on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// 32 random bytes.
    pub salt: B256,
    /// `keccak256(salt ‖ work)`.
    pub deliverable: B256,
}

/// Seals `work` with a new salt.
pub fn seal(work: &[u8], rng: &mut (impl RngCore + CryptoRng)) -> Sealed {
    let mut salt = B256::ZERO;
    rng.fill_bytes(salt.as_mut_slice());
    Sealed {
        salt,
        deliverable: deliverable(salt, work),
    }
}

/// `keccak256(salt ‖ work)`: by it a client checks that the work received is the work submitted.
#[must_use]
pub fn deliverable(salt: B256, work: &[u8]) -> B256 {
    keccak256([salt.as_slice(), work].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_finds_the_deliverable_again_and_nobody_else_does() {
        let mut rng = rand::rngs::OsRng;
        let sealed = seal(b"work", &mut rng);
        assert_eq!(deliverable(sealed.salt, b"work"), sealed.deliverable);
        assert_ne!(deliverable(sealed.salt, b"word"), sealed.deliverable);
        assert_ne!(seal(b"work", &mut rng).deliverable, sealed.deliverable);
    }
}
