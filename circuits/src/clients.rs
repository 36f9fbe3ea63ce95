//! The seen-clients bitmap: a private set of the clients an agent has completed jobs for.
//!
//! 8 words of 248 bits, `seen = P_8(words)`. A client has one slot, fixed by its address; completing
//! a job sets it, and the count of distinct clients grows only where the slot was clear. Two clients
//! that share a slot count once: the count is a lower bound.

pub mod gadget;

use crate::{field::Fr, poseidon};
use alloy_primitives::{Address, B256, U256, keccak256};

/// Words in the bitmap.
pub const WORDS: usize = 8;
/// Bits in each word.
pub const WORD_BITS: usize = 248;
/// Slots in the bitmap.
pub const SLOTS: usize = WORDS * WORD_BITS;

/// A client's place in the bitmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The word, below [`WORDS`].
    pub word: u8,
    /// The bit in it, below [`WORD_BITS`].
    pub bit: u8,
}

impl Slot {
    /// The slot of a client: `s = uint256(keccak256(abi.encode(client))) mod 1984`, word `s / 248`,
    /// bit `s mod 248`.
    #[must_use]
    pub fn of(client: Address) -> Self {
        let digest = U256::from_be_bytes(keccak256(B256::left_padding_from(client.as_slice())).0);
        let slot = (digest % U256::from(SLOTS)).to::<usize>();
        Self {
            word: (slot / WORD_BITS) as u8,
            bit: (slot % WORD_BITS) as u8,
        }
    }

    /// The slot of jobs that complete nothing, which the board sends with a cancelled job.
    pub const NONE: Self = Self { word: 0, bit: 0 };
}

/// The bitmap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenClients {
    words: [U256; WORDS],
}

impl SeenClients {
    /// The words, each below 2^248, as field elements.
    #[must_use]
    pub fn words(&self) -> [Fr; WORDS] {
        // Below 2^248 there is nothing to reduce.
        self.words.map(crate::field::reduce_word)
    }

    /// `P_8(words)`, what the state keeps.
    #[must_use]
    pub fn digest(&self) -> Fr {
        poseidon::hash(self.words())
    }

    /// Whether a slot is set; `false` for one outside the bitmap.
    #[must_use]
    pub fn contains(&self, slot: Slot) -> bool {
        usize::from(slot.bit) < WORD_BITS
            && self
                .words
                .get(usize::from(slot.word))
                .is_some_and(|word| word.bit(slot.bit.into()))
    }

    /// Sets a slot and tells whether it was clear; a slot outside the bitmap changes nothing.
    pub fn insert(&mut self, slot: Slot) -> bool {
        if usize::from(slot.bit) >= WORD_BITS || self.contains(slot) {
            return false;
        }
        match self.words.get_mut(usize::from(slot.word)) {
            Some(word) => {
                word.set_bit(slot.bit.into(), true);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_counts_once() {
        let mut seen = SeenClients::default();
        let slot = Slot::of(Address::repeat_byte(7));
        assert!(!seen.contains(slot));
        let before = seen.digest();
        assert!(seen.insert(slot));
        assert!(seen.contains(slot));
        assert_ne!(seen.digest(), before);
        let once = seen.clone();
        assert!(!seen.insert(slot));
        assert_eq!(seen, once);
    }

    #[test]
    fn slots_are_inside_the_bitmap_and_spread() {
        let mut seen = SeenClients::default();
        let distinct = (0..200u16)
            .map(|n| Slot::of(Address::left_padding_from(&n.to_be_bytes())))
            .filter(|slot| seen.insert(*slot))
            .count();
        assert!((180..=200).contains(&distinct), "{distinct} of 200");
    }

    #[test]
    fn a_slot_outside_the_bitmap_is_never_set() {
        let mut seen = SeenClients::default();
        for slot in [Slot { word: 8, bit: 0 }, Slot { word: 0, bit: 248 }] {
            assert!(!seen.insert(slot));
            assert!(!seen.contains(slot));
        }
        assert_eq!(seen, SeenClients::default());
    }
}
