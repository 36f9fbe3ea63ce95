//! snarkjs' JSON for proofs, public inputs and verifying keys, both ways.
//!
//! snarkjs writes numbers as decimal texts, points with a projective third coordinate, and c0
//! before c1. Whatever is read is validated as if it came from the chain.

use crate::curve::{PointError, g1_from_words, g1_to_words, g2_from_words, g2_to_words};
use crate::proof::{Proof, ProofError};
use crate::verify::{VerifyError, VerifyingKey, VerifyingKeyError, inputs_from_words};
use alloy_primitives::U256;
use ark_bn254::{Fr, G1Affine, G2Affine};
use repute_circuits::field::to_word;
use serde::{Deserialize, Serialize};

/// JSON that snarkjs would not have written, or that holds something bad.
#[derive(Debug, thiserror::Error)]
pub enum SnarkjsError {
    /// It is not such a document.
    #[error("this is not snarkjs' {document}: {error}")]
    Json {
        /// Which document was expected.
        document: &'static str,
        /// What the reader says.
        error: serde_json::Error,
    },
    /// Another proof system or curve.
    #[error("the document is for {found} and not for {expected}")]
    Kind {
        /// In the document.
        found: String,
        /// What this program reads.
        expected: &'static str,
    },
    /// A text is no decimal number below 2^256.
    #[error("{0:?} is no decimal number below 2^256")]
    Number(String),
    /// A third coordinate that is not 1.
    #[error("a point is not in affine form; export it again with snarkjs")]
    NotAffine,
    /// `nPublic` and the number of IC points disagree.
    #[error("the key has {ic} IC points for nPublic = {n_public}")]
    InputCount {
        /// What the document says.
        n_public: usize,
        /// How many points there are.
        ic: usize,
    },
    /// The proof is bad.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The verifying key is bad.
    #[error(transparent)]
    VerifyingKey(#[from] VerifyingKeyError),
    /// A public input is bad.
    #[error(transparent)]
    Input(#[from] VerifyError),
}

type G1Json = [String; 3];
type G2Json = [[String; 2]; 3];

#[derive(Serialize, Deserialize)]
struct ProofJson {
    pi_a: G1Json,
    pi_b: G2Json,
    pi_c: G1Json,
    protocol: String,
    curve: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
struct VerifyingKeyJson {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    n_public: usize,
    vk_alpha_1: G1Json,
    vk_beta_2: G2Json,
    vk_gamma_2: G2Json,
    vk_delta_2: G2Json,
    #[serde(rename = "IC")]
    ic: Vec<G1Json>,
}

const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";

/// `proof.json`.
#[must_use]
pub fn proof_to_json(proof: &Proof) -> String {
    pretty(&ProofJson {
        pi_a: g1_json(&proof.a()),
        pi_b: g2_json(&proof.b()),
        pi_c: g1_json(&proof.c()),
        protocol: PROTOCOL.into(),
        curve: CURVE.into(),
    })
}

/// Reads `proof.json`.
///
/// # Errors
/// [`SnarkjsError`] for anything but a Groth16 proof over BN254 with valid points.
pub fn proof_from_json(json: &str) -> Result<Proof, SnarkjsError> {
    let document: ProofJson = parse("proof.json", json)?;
    check_kind(&document.protocol, &document.curve)?;
    let [ax, ay] = g1_words(&document.pi_a)?;
    let [bx1, bx0, by1, by0] = g2_words(&document.pi_b)?;
    let [cx, cy] = g1_words(&document.pi_c)?;
    Ok(Proof::from_words([ax, ay, bx1, bx0, by1, by0, cx, cy])?)
}

/// `public.json`.
#[must_use]
pub fn inputs_to_json(inputs: &[Fr]) -> String {
    pretty(
        &inputs
            .iter()
            .map(|x| to_word(*x).to_string())
            .collect::<Vec<_>>(),
    )
}

/// Reads `public.json`.
///
/// # Errors
/// [`SnarkjsError`] for anything but a list of decimal numbers below r.
pub fn inputs_from_json(json: &str) -> Result<Vec<Fr>, SnarkjsError> {
    Ok(inputs_from_words(&input_words_from_json(json)?)?)
}

/// Reads `public.json` without looking whether the numbers are below r, for tools that tell which
/// one is not.
///
/// # Errors
/// [`SnarkjsError`] for anything but a list of decimal numbers below 2^256.
pub fn input_words_from_json(json: &str) -> Result<Vec<U256>, SnarkjsError> {
    let texts: Vec<String> = parse("public.json", json)?;
    texts.iter().map(|text| number(text)).collect()
}

/// `verification_key.json`, without `vk_alphabeta_12`, which `snarkjs groth16 verify` does not
/// read.
#[must_use]
pub fn verifying_key_to_json(key: &VerifyingKey) -> String {
    let key = key.ark();
    pretty(&VerifyingKeyJson {
        protocol: PROTOCOL.into(),
        curve: CURVE.into(),
        n_public: key.gamma_abc_g1.len() - 1,
        vk_alpha_1: g1_json(&key.alpha_g1),
        vk_beta_2: g2_json(&key.beta_g2),
        vk_gamma_2: g2_json(&key.gamma_g2),
        vk_delta_2: g2_json(&key.delta_g2),
        ic: key.gamma_abc_g1.iter().map(g1_json).collect(),
    })
}

/// Reads `verification_key.json`; `vk_alphabeta_12` is computed and not read.
///
/// # Errors
/// [`SnarkjsError`] for anything but a Groth16 key over BN254 that [`VerifyingKey::new`] takes.
pub fn verifying_key_from_json(json: &str) -> Result<VerifyingKey, SnarkjsError> {
    let document: VerifyingKeyJson = parse("verification_key.json", json)?;
    check_kind(&document.protocol, &document.curve)?;
    if document.ic.len() != document.n_public.saturating_add(1) {
        return Err(SnarkjsError::InputCount {
            n_public: document.n_public,
            ic: document.ic.len(),
        });
    }
    Ok(VerifyingKey::new(ark_groth16::VerifyingKey {
        alpha_g1: g1(&document.vk_alpha_1, "alpha", None)?,
        beta_g2: g2(&document.vk_beta_2, "beta")?,
        gamma_g2: g2(&document.vk_gamma_2, "gamma")?,
        delta_g2: g2(&document.vk_delta_2, "delta")?,
        gamma_abc_g1: document
            .ic
            .iter()
            .enumerate()
            .map(|(i, json)| g1(json, "IC", Some(i)))
            .collect::<Result<_, _>>()?,
    })?)
}

fn pretty(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("texts and lists of texts always serialize")
}

fn parse<'a, T: Deserialize<'a>>(document: &'static str, json: &'a str) -> Result<T, SnarkjsError> {
    serde_json::from_str(json).map_err(|error| SnarkjsError::Json { document, error })
}

fn check_kind(protocol: &str, curve: &str) -> Result<(), SnarkjsError> {
    for (found, expected) in [(protocol, PROTOCOL), (curve, CURVE)] {
        if found != expected {
            return Err(SnarkjsError::Kind {
                found: found.into(),
                expected,
            });
        }
    }
    Ok(())
}

fn number(text: &str) -> Result<U256, SnarkjsError> {
    // from_str_radix would also take underscores.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| U256::from_str_radix(text, 10).ok())
        .flatten()
        .filter(|_| !text.is_empty())
        .ok_or_else(|| SnarkjsError::Number(text.to_owned()))
}

fn g1_json(point: &G1Affine) -> G1Json {
    let [x, y] = g1_to_words(point);
    [x.to_string(), y.to_string(), "1".into()]
}

fn g2_json(point: &G2Affine) -> G2Json {
    let [x1, x0, y1, y0] = g2_to_words(point).map(|word| word.to_string());
    [[x0, x1], [y0, y1], ["1".into(), "0".into()]]
}

fn g1_words([x, y, z]: &G1Json) -> Result<[U256; 2], SnarkjsError> {
    if z != "1" {
        return Err(SnarkjsError::NotAffine);
    }
    Ok([number(x)?, number(y)?])
}

fn g2_words([[x0, x1], [y0, y1], z]: &G2Json) -> Result<[U256; 4], SnarkjsError> {
    if *z != ["1", "0"] {
        return Err(SnarkjsError::NotAffine);
    }
    Ok([number(x1)?, number(x0)?, number(y1)?, number(y0)?])
}

fn g1(json: &G1Json, name: &'static str, index: Option<usize>) -> Result<G1Affine, SnarkjsError> {
    g1_from_words(g1_words(json)?).map_err(|error| bad_point(name, index, error))
}

fn g2(json: &G2Json, name: &'static str) -> Result<G2Affine, SnarkjsError> {
    g2_from_words(g2_words(json)?).map_err(|error| bad_point(name, None, error))
}

fn bad_point(name: &'static str, index: Option<usize>, error: PointError) -> SnarkjsError {
    VerifyingKeyError::Point { name, index, error }.into()
}
