//! Reading and setting one slot of the seen-clients bitmap as constraints.

use super::{SeenClients, Slot, WORD_BITS, WORDS};
use crate::field::Fr;
use crate::gadget::{
    Bit, Num, System, bits, choose, enforce_equal, linear, one_hot, powers_of_two, product, witness,
};
use crate::poseidon;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// Bits of a word are addressed as `group · GROUP_BITS + place`.
const GROUP_BITS: usize = 16;
/// 248 = 15 groups of 16 bits and one of 8.
const GROUPS: usize = WORD_BITS.div_ceil(GROUP_BITS);

/// The bitmap's words, allocated as witnesses.
pub struct SeenClientsVar {
    words: Vec<Num>,
}

/// What setting a slot does.
pub struct Visit {
    /// Whether the slot was clear.
    pub is_new: Bit,
    /// The digest with the slot set.
    pub digest: Num,
}

impl SeenClientsVar {
    /// Allocates the words; only their digest ties them to anything.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, seen: &SeenClients) -> Result<Self> {
        let words = seen
            .words()
            .iter()
            .map(|w| witness(cs, *w))
            .collect::<Result<_>>()?;
        Ok(Self { words })
    }

    /// `P_8(words)`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn digest(&self, cs: &System) -> Result<Num> {
        poseidon::gadget::hash::<WORDS>(cs, std::array::from_fn(|i| &self.words[i]))
    }

    /// Enforces that (`word`, `bit`) is a slot of the bitmap, and sets it.
    ///
    /// The chosen word is split into 248 bits, those into groups of 16; two one-hot selections, of
    /// the group and of the place in it, then find the bit. `slot` gives the hints.
    ///
    /// # Errors
    /// As the constraint system's, or an input without a value.
    pub fn visit(&self, cs: &System, word: &Num, bit: &Num, slot: Slot) -> Result<Visit> {
        let word_selectors = one_hot(cs, word, WORDS)?;
        let chosen = choose(cs, &word_selectors, &self.words)?;
        let word_bits = bits(cs, &chosen, WORD_BITS)?;

        // bit = 16·group + place; the last group has 8 places only, so place < 8 there.
        let group = witness(cs, Fr::from(u64::from(slot.bit) / GROUP_BITS as u64))?;
        let place = bit - &(&group * Fr::from(GROUP_BITS as u64));
        let group_selectors = one_hot(cs, &group, GROUPS)?;
        let place_selectors = one_hot(cs, &place, GROUP_BITS)?;
        let high_place: Vec<_> = place_selectors[WORD_BITS % GROUP_BITS..]
            .iter()
            .map(|s| (1.into(), s.num()))
            .collect();
        let high_place = linear(cs, &high_place, Fr::ZERO)?;
        let outside = product(cs, group_selectors[GROUPS - 1].num(), &high_place)?;
        enforce_equal(cs, &outside, &Num::Constant(Fr::ZERO))?;

        // The 16 bits of the chosen group, one by one, then the bit at the place.
        let weights = powers_of_two(GROUP_BITS);
        let groups = word_bits
            .chunks(GROUP_BITS)
            .map(|chunk| {
                let terms: Vec<_> = weights
                    .iter()
                    .zip(chunk)
                    .map(|(weight, b)| (*weight, b.num()))
                    .collect();
                linear(cs, &terms, Fr::ZERO)
            })
            .collect::<Result<Vec<_>>>()?;
        let chosen_group = choose(cs, &group_selectors, &groups)?;
        let group_bits: Vec<Num> = bits(cs, &chosen_group, GROUP_BITS)?
            .into_iter()
            .map(|b| b.num().clone())
            .collect();
        let was_set = choose(cs, &place_selectors, &group_bits)?;
        let is_new = Bit::enforce(cs, was_set)?.not();

        // 2^bit = 2^(16·group) · 2^place, added to the chosen word where the bit was clear.
        let group_weights: Vec<_> = group_selectors
            .iter()
            .zip(powers_of_two(WORD_BITS).iter().step_by(GROUP_BITS))
            .map(|(selector, weight)| (*weight, selector.num()))
            .collect();
        let group_weight = linear(cs, &group_weights, Fr::ZERO)?;
        let place_weights: Vec<_> = weights
            .iter()
            .zip(&place_selectors)
            .map(|(weight, s)| (*weight, s.num()))
            .collect();
        let place_weight = linear(cs, &place_weights, Fr::ZERO)?;
        let weight = product(cs, &group_weight, &place_weight)?;
        let added = product(cs, &weight, is_new.num())?;

        let words = self
            .words
            .iter()
            .zip(&word_selectors)
            .map(|(w, selector)| Ok(w + product(cs, selector.num(), &added)?))
            .collect::<Result<Vec<_>>>()?;
        let digest = Self { words }.digest(cs)?;
        Ok(Visit { is_new, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gadget::value;
    use ark_relations::gr1cs::ConstraintSystem;

    fn visit(seen: &SeenClients, slot: Slot) -> (System, Visit) {
        let cs = ConstraintSystem::new_ref();
        let words = SeenClientsVar::witness(&cs, seen).unwrap();
        let word = witness(&cs, Fr::from(slot.word)).unwrap();
        let bit = witness(&cs, Fr::from(slot.bit)).unwrap();
        let visit = words.visit(&cs, &word, &bit, slot).unwrap();
        let digest = witness(&cs, value(&visit.digest).unwrap()).unwrap();
        enforce_equal(&cs, &visit.digest, &digest).unwrap();
        (cs, visit)
    }

    #[test]
    fn every_slot_of_a_word_is_set_as_natively() {
        let mut seen = SeenClients::default();
        for (n, bit) in (0..WORD_BITS as u8).enumerate() {
            let slot = Slot {
                word: n as u8 % 8,
                bit,
            };
            for expected_new in [true, false] {
                let (cs, visit) = visit(&seen, slot);
                assert!(cs.is_satisfied().unwrap(), "{slot:?}");
                assert_eq!(visit.is_new.is_set().unwrap(), expected_new);
                assert_eq!(seen.insert(slot), expected_new);
                assert_eq!(value(&visit.digest).unwrap(), seen.digest());
            }
        }
    }

    #[test]
    fn a_slot_outside_the_bitmap_is_refused() {
        for slot in [248u8, 249, 255].map(|bit| Slot { word: 3, bit }) {
            assert!(
                !visit(&SeenClients::default(), slot)
                    .0
                    .is_satisfied()
                    .unwrap()
            );
        }
        let slot = Slot { word: 8, bit: 0 };
        assert!(
            !visit(&SeenClients::default(), slot)
                .0
                .is_satisfied()
                .unwrap()
        );
    }
}
