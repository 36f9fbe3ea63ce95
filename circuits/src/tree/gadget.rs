//! A Lean-IMT path as constraints.

use super::{MAX_DEPTH, Path};
use crate::field::Fr;
use crate::gadget::{Bit, Num, System, product, witness};
use crate::poseidon;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The root that `path` leads to from `leaf`: [`MAX_DEPTH`] levels of 244 constraints.
///
/// Each level either joins the node with a sibling or, inactive, hands it on unchanged. An inactive
/// level between active ones is the same as a shorter path, so the order of active levels needs no
/// constraint. Leaves are outputs of a tagged three-input hash; no inner node passes for one.
///
/// # Errors
/// As the constraint system's.
pub fn root(cs: &System, leaf: &Num, path: &Path) -> Result<Num> {
    let mut node = leaf.clone();
    for level in 0..MAX_DEPTH {
        let sibling = path.siblings.get(level);
        let active = Bit::witness(cs, sibling.is_some())?;
        let right = Bit::witness(cs, path.is_right(level))?;
        let sibling = witness(cs, sibling.copied().unwrap_or(Fr::ZERO))?;
        // shift = right·(sibling − node) swaps the two where the node stands to the right.
        let shift = product(cs, right.num(), &(&sibling - &node))?;
        let parent = poseidon::gadget::hash(cs, [&(&node + &shift), &(&sibling - &shift)])?;
        node = active.select(cs, &parent, &node)?;
    }
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gadget::{enforce_equal, value};
    use crate::tree::LeanImt;
    use ark_relations::gr1cs::ConstraintSystem;

    #[test]
    fn paths_of_every_shape_lead_to_the_native_root() {
        let mut tree = LeanImt::new();
        for n in 0..13u64 {
            tree.insert(Fr::from(n + 1)).unwrap();
            for index in [0, n as usize / 2, n as usize] {
                let cs = ConstraintSystem::new_ref();
                let leaf = witness(&cs, tree.leaves()[index]).unwrap();
                let computed = root(&cs, &leaf, &tree.path(index).unwrap()).unwrap();
                assert_eq!(Some(value(&computed).unwrap()), tree.root());
                let expected = witness(&cs, tree.root().unwrap()).unwrap();
                enforce_equal(&cs, &computed, &expected).unwrap();
                assert_eq!(cs.num_constraints(), MAX_DEPTH * 244 + 1);
                assert!(cs.is_satisfied().unwrap());
            }
        }
    }
}
