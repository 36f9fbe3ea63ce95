//! The scalar field F of BN254 and the only boundary between bytes and its elements.
//!
//! Everything that enters as bytes or as a 256-bit word passes [`from_word`], which refuses values
//! that are not below r: two encodings of one element would be two different nullifiers to a
//! contract and one to a circuit.

pub use ark_bn254::Fr;

use alloy_primitives::{U256, keccak256};
use ark_ff::{BigInteger256, Field, PrimeField};

/// The order r of F, the number of points of BN254's prime-order groups.
pub const ORDER: U256 = U256::from_limbs(Fr::MODULUS.0);

/// A 256-bit word that is not the canonical encoding of a field element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:#x} is not below the field order r; give the value reduced modulo r")]
pub struct NotCanonical(pub U256);

/// Reads a field element from its canonical 256-bit word.
///
/// # Errors
/// [`NotCanonical`] when `word` ≥ r.
pub fn from_word(word: U256) -> Result<Fr, NotCanonical> {
    Fr::from_bigint(BigInteger256::new(*word.as_limbs())).ok_or(NotCanonical(word))
}

/// Reduces a 256-bit word modulo r. Only for values that are hashes; an identifier or a public
/// input goes through [`from_word`].
#[must_use]
pub fn reduce_word(word: U256) -> Fr {
    Fr::from(BigInteger256::new(*(word % ORDER).as_limbs()))
}

/// The canonical 256-bit word of a field element.
#[must_use]
pub fn to_word(element: Fr) -> U256 {
    U256::from_limbs(element.into_bigint().0)
}

/// The canonical 32-byte big-endian encoding of a field element.
#[must_use]
pub fn to_bytes(element: Fr) -> [u8; 32] {
    to_word(element).to_be_bytes()
}

/// `K(data) = uint256(keccak256(data)) mod r`: how contracts and circuits name a byte string.
#[must_use]
pub fn keccak(data: &[u8]) -> Fr {
    reduce_word(U256::from_be_bytes(keccak256(data).0))
}

/// `tag(name)`: the ASCII bytes of `"repute/<name>/v1"` as a big-endian integer. Tags separate the
/// domains of hashes that would otherwise have the same shape.
#[must_use]
pub fn tag(name: &str) -> Fr {
    let text = format!("repute/{name}/v1");
    debug_assert!(
        text.is_ascii() && text.len() <= 31,
        "a tag fits in one field element"
    );
    Fr::from_be_bytes_mod_order(text.as_bytes())
}

/// `Σ part · 2^offset`: how several numbers share one field element.
///
/// Parts that exceed their width run into their neighbours; whoever packs checks widths first.
#[must_use]
pub fn pack(parts: &[(u128, u64)]) -> Fr {
    parts
        .iter()
        .map(|(part, offset)| Fr::from(*part) * power_of_two(*offset))
        .sum()
}

/// `2^exponent`.
#[must_use]
pub fn power_of_two(exponent: u64) -> Fr {
    Fr::from(2u64).pow([exponent])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::AdditiveGroup;

    #[test]
    fn a_word_is_canonical_exactly_below_r() {
        assert_eq!(from_word(U256::ZERO), Ok(Fr::ZERO));
        let largest = ORDER - U256::from(1);
        assert_eq!(from_word(largest), Ok(-Fr::ONE));
        assert_eq!(from_word(ORDER), Err(NotCanonical(ORDER)));
        assert_eq!(from_word(U256::MAX), Err(NotCanonical(U256::MAX)));
        assert_eq!(to_word(-Fr::ONE), largest);
    }

    #[test]
    fn words_reduce_modulo_r() {
        assert_eq!(reduce_word(ORDER), Fr::ZERO);
        assert_eq!(reduce_word(ORDER + U256::from(5)), Fr::from(5));
    }

    #[test]
    fn a_tag_is_its_ascii_text() {
        let word = to_word(tag("view"));
        let bytes = word.to_be_bytes::<32>();
        assert!(bytes.ends_with(b"repute/view/v1"));
        assert_eq!(&bytes[..18], &[0u8; 18]);
    }

    #[test]
    fn keccak_of_the_empty_string_is_reduced() {
        // keccak256("") = c5d2…a470 exceeds r, so K differs from it by a multiple of r.
        let digest = U256::from_be_bytes(keccak256([]).0);
        assert!(digest >= ORDER);
        assert_eq!(to_word(keccak(&[])), digest % ORDER);
    }
}
