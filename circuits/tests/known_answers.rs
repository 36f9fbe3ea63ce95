//! The crate against answers computed by the JavaScript libraries that it must agree with.
//!
//! `vectors/*.json` say from which package and version they are; `vectors/generate.cjs` wrote them.

use alloy_primitives::U256;
use ark_r1cs_std::GR1CSVar;
use ark_relations::gr1cs::ConstraintSystem;
use repute_circuits::eddsa::{PrivateKey, PublicKey, Signature, Unverified, gadget::SignatureVar};
use repute_circuits::field::{Fr, from_word};
use repute_circuits::gadget::{Bit, Num, System, enforce_equal, witness};
use repute_circuits::tree::LeanImt;
use repute_circuits::{babyjubjub, poseidon};
use serde::{Deserialize, Deserializer, de::Error};

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    serde_json::from_str(text).expect("the committed vectors have the form of this test")
}

/// A field element, decimal in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Element(Fr);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word: U256 = decimal(deserializer)?;
        from_word(word).map(Self).map_err(D::Error::custom)
    }
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    let text = String::deserialize(deserializer)?;
    U256::from_str_radix(&text, 10).map_err(D::Error::custom)
}

fn bytes<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(D::Error::custom)?;
    Ok(bytes)
}

#[derive(Deserialize)]
struct Hashes {
    vectors: Vec<Hash>,
}

#[derive(Deserialize)]
struct Hash {
    inputs: Vec<Element>,
    hash: Element,
}

/// The hash of this many inputs, natively and in the circuit.
fn hash<const N: usize>(cs: &System, inputs: &[Element]) -> (Fr, Num) {
    let inputs: [Fr; N] = std::array::from_fn(|i| inputs[i].0);
    let variables = inputs.map(|input| witness(cs, input).expect("a system takes witnesses"));
    let digest = poseidon::gadget::hash(cs, variables.each_ref()).expect("all inputs have values");
    (poseidon::hash(inputs), digest)
}

#[test]
fn poseidon_equals_poseidon_lite() {
    let Hashes { vectors } = read(include_str!("../vectors/poseidon.json"));
    let mut widths = [0; 13];
    for vector in vectors {
        let cs = ConstraintSystem::new_ref();
        let inputs = &vector.inputs;
        let (native, digest) = match inputs.len() {
            1 => hash::<1>(&cs, inputs),
            2 => hash::<2>(&cs, inputs),
            3 => hash::<3>(&cs, inputs),
            4 => hash::<4>(&cs, inputs),
            5 => hash::<5>(&cs, inputs),
            6 => hash::<6>(&cs, inputs),
            7 => hash::<7>(&cs, inputs),
            8 => hash::<8>(&cs, inputs),
            9 => hash::<9>(&cs, inputs),
            10 => hash::<10>(&cs, inputs),
            11 => hash::<11>(&cs, inputs),
            12 => hash::<12>(&cs, inputs),
            n => panic!("no hash takes {n} inputs"),
        };
        assert_eq!(native, vector.hash.0, "{inputs:?}");
        assert_eq!(digest.value(), Ok(vector.hash.0));
        // The constraints, too, admit this digest and no other.
        enforce_equal(&cs, &digest, &Num::Constant(vector.hash.0)).expect("one more constraint");
        assert_eq!(cs.is_satisfied(), Ok(true));
        widths[inputs.len()] += 1;
    }
    assert!(widths[1..].iter().all(|count| *count >= 4), "{widths:?}");
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(deserialize_with = "bytes")]
    private_key: [u8; 32],
    public_key: (Element, Element),
    #[serde(deserialize_with = "bytes")]
    packed: [u8; 32],
    digest: Element,
    signatures: Vec<Signed>,
}

#[derive(Deserialize)]
struct Signed {
    message: Element,
    r8: (Element, Element),
    #[serde(deserialize_with = "decimal")]
    s: U256,
    #[serde(deserialize_with = "bytes")]
    packed: [u8; 64],
}

#[test]
fn keys_and_signatures_equal_zk_kits() {
    let Keys { keys } = read(include_str!("../vectors/eddsa.json"));
    assert!(keys.len() >= 10);
    for vector in keys {
        let private = PrivateKey::from_bytes(&vector.private_key);
        let key = private.public_key();
        let (x, y) = vector.public_key;
        assert_eq!((key.x(), key.y()), (x.0, y.0));
        assert_eq!(PublicKey::from_coordinates(x.0, y.0), Ok(key));
        assert_eq!(key.to_bytes(), vector.packed);
        assert_eq!(PublicKey::from_bytes(vector.packed), Ok(key));
        assert_eq!(key.digest(), vector.digest.0);
        for signed in vector.signatures {
            let signature = private.sign(signed.message.0);
            let r8 = signature.r8();
            assert_eq!((r8.x, r8.y), (signed.r8.0.0, signed.r8.1.0));
            assert_eq!(babyjubjub::scalar_word(signature.s()), signed.s);
            assert_eq!(signature.to_bytes(), signed.packed);
            assert_eq!(Signature::from_bytes(signed.packed), Ok(signature));
            assert_eq!(key.verify(signed.message.0, &signature), Ok(()));
        }
    }
}

/// Lays out the verification of a signature and tells whether it is satisfied.
fn circuit_accepts(signature: &Unverified, message: Fr) -> bool {
    let cs: System = ConstraintSystem::new_ref();
    let lay_out = || {
        let message = witness(&cs, message)?;
        let signature = SignatureVar::witness(&cs, signature)?;
        signature.enforce_key_on_curve(&cs)?;
        let eight_keys = signature.enforce_key_order(&cs)?;
        let challenge = signature.challenge_digits(&cs, &message, &eight_keys)?;
        signature.enforce_equation_if(&cs, &Bit::constant(true), &eight_keys, &challenge)?;
        cs.is_satisfied()
    };
    lay_out().expect("the system has all values")
}

#[test]
fn the_circuit_accepts_zk_kits_signatures_for_their_message_only() {
    let Keys { keys } = read(include_str!("../vectors/eddsa.json"));
    for vector in keys {
        let (x, y) = vector.public_key;
        for signed in vector.signatures {
            let signature = Unverified {
                key: (x.0, y.0),
                r8: (signed.r8.0.0, signed.r8.1.0),
                s: signed.s,
            };
            assert!(circuit_accepts(&signature, signed.message.0));
            assert!(!circuit_accepts(&signature, signed.message.0 + Fr::from(1)));
        }
    }
}

#[derive(Deserialize)]
struct Trees {
    leaves: Vec<Element>,
    trees: Vec<Tree>,
}

#[derive(Deserialize)]
struct Tree {
    size: usize,
    depth: usize,
    root: Option<Element>,
    proofs: Vec<Proof>,
}

#[derive(Deserialize)]
struct Proof {
    leaf: usize,
    index: u32,
    siblings: Vec<Element>,
}

#[test]
fn roots_and_paths_equal_zk_kits_lean_imt() {
    let Trees { leaves, trees } = read(include_str!("../vectors/lean_imt.json"));
    let mut tree = LeanImt::new();
    for (size, vector) in trees.into_iter().enumerate() {
        assert_eq!(vector.size, size);
        assert_eq!(tree.root(), vector.root.map(|root| root.0));
        for proof in vector.proofs {
            let path = tree.path(proof.leaf).expect("the leaf is in the tree");
            let siblings: Vec<Fr> = proof.siblings.iter().map(|sibling| sibling.0).collect();
            assert_eq!((&path.siblings, path.right), (&siblings, proof.index));
            assert!(siblings.len() <= vector.depth);
            assert_eq!(Some(path.root(leaves[proof.leaf].0)), tree.root());
        }
        if let Some(leaf) = leaves.get(size) {
            assert_eq!(tree.insert(leaf.0), Ok(size));
        }
    }
    assert_eq!(tree.len(), leaves.len());
}
