//! What leaves for other tools and comes back: words for contracts, snarkjs' JSON, proof files.

use crate::common::{completion, keys};
use alloy_primitives::U256;
use ark_bn254::{G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, PrimeField};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::field::{Fr, ORDER};
use repute_circuits::statement::{Completion, Refresh, Statement};
use repute_prover::curve::PointError;
use repute_prover::snarkjs::{self, SnarkjsError};
use repute_prover::solidity::{verifying_key_bytes, verifying_key_from_bytes};
use repute_prover::{
    OtherKeys, Proof, ProofFile, ProofFileError, Provenance, VerifyError, VerifyingKey,
    VerifyingKeyError, prove,
};

fn key() -> VerifyingKey {
    keys::<Completion>().verifying().clone()
}

fn proof() -> Proof {
    prove(&keys(), &completion(), &mut ChaCha20Rng::seed_from_u64(3)).expect("it is true")
}

#[test]
fn a_key_is_the_words_that_the_verifier_contract_keeps() {
    let bytes = verifying_key_bytes(&key());
    assert_eq!(bytes.len(), 512 + 64 * 5);
    let word = |at: usize| U256::from_be_slice(&bytes[32 * at..32 * (at + 1)]);
    let limbs = |x: ark_bn254::Fq| U256::from_limbs(x.into_bigint().0);
    let (key, vk) = (key(), key().ark().clone());
    assert_eq!(word(0), limbs(vk.alpha_g1.x));
    assert_eq!(word(2), limbs(vk.beta_g2.x.c1));
    assert_eq!(word(7), limbs(vk.gamma_g2.x.c0));
    assert_eq!(word(13), limbs(vk.delta_g2.y.c0));
    assert_eq!(word(14), limbs(vk.gamma_abc_g1[0].x));
    assert_eq!(word(25), limbs(vk.gamma_abc_g1[5].y));
    assert_eq!(verifying_key_from_bytes(&bytes), Ok(key));
    for length in [0, 64, 14 * 32, bytes.len() - 32, bytes.len() - 1] {
        assert_eq!(
            verifying_key_from_bytes(&bytes[..length]),
            Err(VerifyingKeyError::Length(length / 32))
        );
    }
}

#[test]
fn a_key_that_has_seen_no_contribution_is_refused_for_it_forges() {
    for sign in [Fr::ONE, -Fr::ONE] {
        let mut vk = key().ark().clone();
        vk.delta_g2 = (vk.gamma_g2 * sign).into_affine();
        // The forgery that the refusal is about: A = α, B = β, C = ∓L(inputs).
        let inputs = [1, 2, 3, 4, 5].map(Fr::from);
        let l: G1Projective = vk.gamma_abc_g1[1..]
            .iter()
            .zip(inputs)
            .map(|(p, x)| *p * x)
            .sum();
        let c = ((l + vk.gamma_abc_g1[0]) * -sign).into_affine();
        let forged = ark_groth16::Proof {
            a: vk.alpha_g1,
            b: vk.beta_g2,
            c,
        };
        let prepared = ark_groth16::prepare_verifying_key(&vk);
        assert_eq!(
            ark_groth16::Groth16::<ark_bn254::Bn254>::verify_proof(&prepared, &forged, &inputs),
            Ok(true)
        );
        assert_eq!(VerifyingKey::new(vk), Err(VerifyingKeyError::Forgeable));
    }
}

#[test]
fn every_point_of_a_key_is_checked() {
    type Change = fn(&mut ark_groth16::VerifyingKey<ark_bn254::Bn254>);
    let refused = |change: Change| {
        let mut vk = key().ark().clone();
        change(&mut vk);
        VerifyingKey::new(vk)
    };
    let bad = |name, index, error| Err(VerifyingKeyError::Point { name, index, error });
    let (off, infinity) = (PointError::NotOnCurve, PointError::Infinity);
    assert_eq!(
        refused(|k| k.alpha_g1.x += ark_bn254::Fq::ONE),
        bad("alpha", None, off)
    );
    assert_eq!(
        refused(|k| k.beta_g2.y.c0 += ark_bn254::Fq::ONE),
        bad("beta", None, off)
    );
    assert_eq!(
        refused(|k| k.gamma_g2 = G2Affine::zero()),
        bad("gamma", None, infinity)
    );
    assert_eq!(
        refused(|k| k.delta_g2 = G2Affine::zero()),
        bad("delta", None, infinity)
    );
    assert_eq!(
        refused(|k| k.gamma_abc_g1[4] = G1Affine::zero()),
        bad("IC", Some(4), infinity)
    );
    assert_eq!(
        refused(|k| k.gamma_abc_g1.clear()),
        Err(VerifyingKeyError::NoInputs)
    );
}

#[test]
fn snarkjs_documents_round_trip() {
    let (key, proof, inputs) = (key(), proof(), completion().public_inputs());
    let json = snarkjs::proof_to_json(&proof);
    assert_eq!(
        snarkjs::proof_from_json(&json).expect("it was written so"),
        proof
    );
    let json = snarkjs::inputs_to_json(&inputs);
    assert_eq!(
        snarkjs::inputs_from_json(&json).expect("it was written so"),
        inputs
    );
    let json = snarkjs::verifying_key_to_json(&key);
    let read = snarkjs::verifying_key_from_json(&json).expect("it was written so");
    assert_eq!(read, key);
    assert_eq!(read.verify(&inputs, &proof), Ok(()));
}

#[test]
fn snarkjs_documents_have_their_layout() {
    let (g, h) = (G1Affine::generator(), G2Affine::generator());
    let proof = Proof::new(g, h, g).expect("valid points");
    let json: serde_json::Value =
        serde_json::from_str(&snarkjs::proof_to_json(&proof)).expect("JSON");
    assert_eq!(json["pi_a"], serde_json::json!(["1", "2", "1"]));
    // EIP-197's generator, c0 first.
    let x0 = "10857046999023057135944570762232829481370756359578518086990519993285655852781";
    assert_eq!(json["pi_b"][0][0], x0);
    assert_eq!(json["pi_b"][2], serde_json::json!(["1", "0"]));
    assert_eq!(
        (&json["protocol"], &json["curve"]),
        (&"groth16".into(), &"bn128".into())
    );
}

#[test]
fn bad_snarkjs_documents_are_refused() {
    let json = snarkjs::proof_to_json(&proof());
    let read = |from: &str, to: &str| {
        assert!(json.contains(from));
        snarkjs::proof_from_json(&json.replace(from, to))
    };
    assert!(matches!(
        read("groth16", "plonk"),
        Err(SnarkjsError::Kind { .. })
    ));
    assert!(matches!(
        read("bn128", "bls12381"),
        Err(SnarkjsError::Kind { .. })
    ));
    assert!(matches!(
        read("\"1\"", "\"2\""),
        Err(SnarkjsError::NotAffine)
    ));
    assert!(matches!(
        read("pi_a", "pi_d"),
        Err(SnarkjsError::Json { .. })
    ));
    let x = U256::from_limbs(proof().a().x.into_bigint().0).to_string();
    for bad in ["", "-1", "0x1", "1_0"] {
        assert!(matches!(read(&x, bad), Err(SnarkjsError::Number(text)) if text == bad));
    }
    assert!(matches!(read(&x, "1"), Err(SnarkjsError::Proof(_))));

    let inputs = format!("[\"1\", \"{ORDER}\"]");
    assert!(matches!(
        snarkjs::inputs_from_json(&inputs),
        Err(SnarkjsError::Input(VerifyError::Input { position: 1, .. }))
    ));
    let json = snarkjs::verifying_key_to_json(&key()).replace("\"nPublic\": 5", "\"nPublic\": 4");
    assert!(matches!(
        snarkjs::verifying_key_from_json(&json),
        Err(SnarkjsError::InputCount { n_public: 4, ic: 6 })
    ));
}

#[test]
fn a_proof_file_names_what_it_proves() {
    let keys = keys::<Completion>();
    let inputs = completion().public_inputs();
    let file = ProofFile::new(&keys, &inputs, proof());
    let json = file.to_json();
    assert!(json.contains("\"keys\": \"INSECURE development keys\""));
    assert!(json.contains(&keys.circuit_hash().to_string()));
    assert_eq!(file.statement(), "completion");
    let made_with = file.made_with();
    assert_eq!(made_with.circuit, keys.circuit_hash());
    assert_eq!(made_with.verifying_key, keys.verifying().hash());
    assert_eq!(made_with.keys, Provenance::Development);

    let changed = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        ProofFile::from_json(&json.replacen(from, to, 1))
    };
    let verify = |from: &str, to: &str| {
        changed(from, to)
            .expect("still a proof file")
            .verify::<Completion>(keys.verifying())
            .expect_err("it was changed")
    };
    assert!(matches!(
        changed("repute-proof", "other"),
        Err(ProofFileError::Format { .. })
    ));
    assert!(matches!(
        changed("\"version\": 1", "\"version\": 2, \"new\": 1"),
        Err(ProofFileError::Format { version: 2, .. })
    ));
    for (from, to) in [
        ("sha256:", "sha512:"),
        ("INSECURE ", ""),
        ("keys", "ceremony"),
    ] {
        assert!(matches!(changed(from, to), Err(ProofFileError::Json(_))));
    }
    assert!(matches!(
        ProofFile::from_json(&json[..json.len() / 2]),
        Err(ProofFileError::Json(_))
    ));
    assert!(matches!(
        verify("\"job\"", "\"joke\""),
        ProofFileError::Inputs { .. }
    ));
    assert!(matches!(
        verify("\"completion\"", "\"refresh\""),
        ProofFileError::Statement { .. }
    ));
    let circuit = keys.circuit_hash().hex();
    let other = verify(&circuit, &"0".repeat(64));
    assert!(matches!(
        other,
        ProofFileError::OtherKeys(OtherKeys::Circuit { .. })
    ));
    assert!(
        other.to_string().contains("completion of version"),
        "{other}"
    );
    let hash = keys.verifying().hash().hex();
    assert!(matches!(
        verify(&hash, &"0".repeat(64)),
        ProofFileError::OtherKeys(OtherKeys::VerifyingKey { .. })
    ));
    let job = format!("{:#066x}", 77);
    assert!(matches!(
        verify(&job, "78"),
        ProofFileError::Verify(VerifyError::Rejected)
    ));
    assert!(matches!(
        verify(&job, &(ORDER + U256::from(77)).to_string()),
        ProofFileError::Verify(VerifyError::Input { position: 1, .. })
    ));
    for bad in ["0x", "", "7_7", "seven"] {
        assert!(matches!(verify(&job, bad), ProofFileError::Number(text) if text == bad));
    }
    let decimal = changed(&job, "77").expect("decimal is read too");
    assert_eq!(
        decimal
            .verify::<Completion>(keys.verifying())
            .expect("it holds"),
        inputs
    );
    assert!(matches!(
        file.verify::<Refresh>(keys.verifying()),
        Err(ProofFileError::Statement {
            expected: "refresh",
            ..
        })
    ));
}
