//! Proving and verifying keys of a statement.
//!
//! Keys belong to one circuit, named by [`Shape::circuit_hash`], and are pinned by
//! [`VerifyingKey::hash`]. They come from a ceremony, or from a set-up whose secrets are public
//! ([`dev`]); [`Provenance`] says which, and is shown wherever keys are.

pub mod ceremony;
mod deferred;
pub mod dev;
mod format;
pub mod imported;
mod prepared;
pub mod store;

pub use deferred::DeferredKeys;

use crate::curve::{PointError, check_g1, check_on_twist};
use crate::engine::msm::g2_outsider;
use crate::engine::{PrepareError, PreparedKey, R1cs};
use crate::verify::{VerifyingKey, VerifyingKeyError};
use ark_bn254::Bn254;
use ark_ec::AffineRepr;
use ark_groth16::ProvingKey;
use ark_relations::gr1cs::SynthesisError;
use rayon::prelude::*;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::Statement;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// Where keys come from, which is how far proofs made with them can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// A set-up from a published seed: anyone can forge proofs. INSECURE, for development only.
    Development,
    /// A ceremony of several parties, sound if one of them was honest.
    Ceremony {
        /// SHA-256 of the transcript.
        transcript: Digest,
    },
    /// A ceremony whose phase 1 were the development powers of tau: anyone can forge proofs.
    /// INSECURE, to practise ceremonies and to test what comes after them.
    Rehearsal {
        /// SHA-256 of the transcript.
        transcript: Digest,
    },
}

impl Provenance {
    /// Whether anyone can forge proofs, so that nothing of value may depend on these keys.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        match self {
            Self::Development | Self::Rehearsal { .. } => true,
            Self::Ceremony { .. } => false,
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Development => f.write_str("INSECURE development keys"),
            Self::Ceremony { transcript } => write!(f, "ceremony {transcript}"),
            Self::Rehearsal { transcript } => write!(f, "INSECURE rehearsal {transcript}"),
        }
    }
}

/// A text that names no [`Provenance`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no provenance of keys; it is \"INSECURE development keys\", \"INSECURE rehearsal \
     sha256:…\" or \"ceremony sha256:…\""
)]
pub struct UnknownProvenance(String);

impl FromStr for Provenance {
    type Err = UnknownProvenance;

    fn from_str(text: &str) -> Result<Self, UnknownProvenance> {
        if text == Self::Development.to_string() {
            return Ok(Self::Development);
        }
        let after = |prefix| text.strip_prefix(prefix)?.parse().ok();
        after("ceremony ")
            .map(|transcript| Self::Ceremony { transcript })
            .or_else(|| {
                after("INSECURE rehearsal ").map(|transcript| Self::Rehearsal { transcript })
            })
            .ok_or_else(|| UnknownProvenance(text.to_owned()))
    }
}

/// The keys of the statement `S`, with the matrices that proving needs.
#[derive(Clone)]
pub struct Keys<S> {
    shape: Shape,
    circuit_hash: Digest,
    proving: ProvingKey<Bn254>,
    verifying: VerifyingKey,
    provenance: Provenance,
    /// The tables for proving, once something asked for them.
    prepared: OnceLock<Arc<PreparedKey>>,
    statement: PhantomData<fn() -> S>,
}

/// Keys that must not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The statement's circuit does not lay out; only a bug in a circuit leads here.
    #[error("the circuit of {statement} does not lay out: {reason}")]
    Synthesis {
        /// The statement.
        statement: &'static str,
        /// ark-relations' reason.
        reason: String,
    },
    /// The key was made for a circuit of another size.
    #[error(
        "the {query} query has {given} points and the circuit of {statement} needs {expected}: the \
         key was made for another circuit"
    )]
    Size {
        /// The statement.
        statement: &'static str,
        /// The part of the key.
        query: &'static str,
        /// What the circuit needs.
        expected: usize,
        /// What the key has.
        given: usize,
    },
    /// Other keys than the ones asked for.
    #[error(
        "the keys' verifying key is {found} and not the pinned {expected}: get the keys of the \
         deployment that pins them"
    )]
    NotPinned {
        /// The hash asked for.
        expected: Digest,
        /// The hash of the keys.
        found: Digest,
    },
    /// The verifying key must not be used.
    #[error(transparent)]
    Verifying(#[from] VerifyingKeyError),
    /// A point of the proving key is bad.
    #[error("a point of the {query} query is bad: {error}")]
    Point {
        /// The part of the key.
        query: &'static str,
        /// What is wrong with it.
        error: PointError,
    },
    /// The file of the keys is not what it was.
    #[error("{0}")]
    File(String),
    /// The keys could not be prepared for proving.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

impl<S: Statement> Keys<S> {
    /// Puts keys together after checking that they have the circuit's size and that the verifying
    /// key may be used. The points of the proving key are taken as they are; see
    /// [`Self::check_points`].
    ///
    /// # Errors
    /// [`KeysError::Size`] and [`KeysError::Verifying`].
    pub fn new(
        shape: Shape,
        proving: ProvingKey<Bn254>,
        provenance: Provenance,
    ) -> Result<Self, KeysError> {
        let variables = shape.instance_variables() + shape.witness_variables();
        for (query, given, expected) in [
            ("A", proving.a_query.len(), variables),
            ("B (G1)", proving.b_g1_query.len(), variables),
            ("B (G2)", proving.b_g2_query.len(), variables),
            ("H", proving.h_query.len(), 1 << shape.domain_log2()),
            ("L", proving.l_query.len(), shape.witness_variables()),
            (
                "IC",
                proving.vk.gamma_abc_g1.len(),
                shape.instance_variables(),
            ),
        ] {
            if given != expected {
                return Err(KeysError::Size {
                    statement: S::NAME,
                    query,
                    expected,
                    given,
                });
            }
        }
        Ok(Self {
            circuit_hash: shape.circuit_hash(),
            verifying: VerifyingKey::new(proving.vk.clone())?,
            shape,
            proving,
            provenance,
            prepared: OnceLock::new(),
            statement: PhantomData,
        })
    }

    /// Checks that every point of the proving key is on its curve and in its group: for keys that
    /// were just made or came from elsewhere.
    ///
    /// # Errors
    /// [`KeysError::Point`].
    pub fn check_points(&self) -> Result<(), KeysError> {
        let key = &self.proving;
        for (query, points) in [
            ("A", &key.a_query),
            ("B (G1)", &key.b_g1_query),
            ("H", &key.h_query),
            ("L", &key.l_query),
            ("beta and delta (G1)", &vec![key.beta_g1, key.delta_g1]),
        ] {
            check_query(query, points, check_g1)?;
        }
        let query = "B (G2)";
        check_query(query, &key.b_g2_query, check_on_twist)?;
        match g2_outsider(&key.b_g2_query) {
            None => Ok(()),
            Some(_) => Err(KeysError::Point {
                query,
                error: PointError::WrongSubgroup,
            }),
        }
    }

    /// The same keys, if their verifying key is the one with this hash.
    ///
    /// # Errors
    /// [`KeysError::NotPinned`] for any other.
    pub fn pinned(self, expected: Digest) -> Result<Self, KeysError> {
        match self.verifying.hash() {
            found if found == expected => Ok(self),
            found => Err(KeysError::NotPinned { expected, found }),
        }
    }

    /// The circuit as tools outside take it.
    #[must_use]
    pub fn r1cs(&self) -> R1cs {
        r1cs_of(&self.shape)
    }

    /// The shape of the circuit, matrices included.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The circuit that the keys belong to.
    #[must_use]
    pub fn circuit_hash(&self) -> Digest {
        self.circuit_hash
    }

    /// The proving key.
    #[must_use]
    pub fn proving(&self) -> &ProvingKey<Bn254> {
        &self.proving
    }

    /// The verifying key.
    #[must_use]
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Where the keys come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }
}

/// The circuit of `S` as tools outside take it.
///
/// # Errors
/// [`KeysError::Synthesis`] where it does not lay out.
pub fn circuit<S: Statement>() -> Result<R1cs, KeysError> {
    Ok(r1cs_of(&shape_of::<S>()?))
}

fn r1cs_of(shape: &Shape) -> R1cs {
    let [a, b, c] = shape.matrices().clone();
    let (instance, witness) = (shape.instance_variables(), shape.witness_variables());
    R1cs::new(a, b, c, instance, witness).expect("a shape's rows name its own variables only")
}

/// Lays out the circuit of `S`.
pub(crate) fn shape_of<S: Statement>() -> Result<Shape, KeysError> {
    Shape::of::<S>().map_err(synthesis::<S>)
}

fn synthesis<S: Statement>(error: SynthesisError) -> KeysError {
    KeysError::Synthesis {
        statement: S::NAME,
        reason: error.to_string(),
    }
}

/// Checks the points of a query, which may be infinity: a variable that does not occur.
fn check_query<P: AffineRepr>(
    query: &'static str,
    points: &[P],
    check: impl Fn(&P) -> Result<(), PointError> + Send + Sync,
) -> Result<(), KeysError> {
    points
        .par_iter()
        .filter(|point| !point.is_zero())
        .try_for_each(check)
        .map_err(|error| KeysError::Point { query, error })
}

impl<S: Statement> fmt::Debug for Keys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("statement", &S::NAME)
            .field("circuit", &self.circuit_hash)
            .field("verifying", &self.verifying)
            .field("provenance", &self.provenance)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::G1Affine;

    #[test]
    fn provenance_reads_what_it_writes() {
        let transcript = Digest([7; 32]);
        for provenance in [
            Provenance::Development,
            Provenance::Ceremony { transcript },
            Provenance::Rehearsal { transcript },
        ] {
            let text = provenance.to_string();
            assert_eq!(text.parse(), Ok(provenance));
            assert_eq!(text.contains("INSECURE"), provenance.is_insecure());
        }
        for text in [
            "",
            "development",
            "ceremony",
            "ceremony sha256:00",
            "INSECURE rehearsal",
        ] {
            assert!(text.parse::<Provenance>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn bad_points_of_a_query_are_found() {
        let g = G1Affine::generator();
        let off = G1Affine::new_unchecked(g.x, g.x);
        assert_eq!(check_query("A", &[g, G1Affine::zero()], check_g1), Ok(()));
        assert_eq!(
            check_query("A", &[g, off], check_g1),
            Err(KeysError::Point {
                query: "A",
                error: PointError::NotOnCurve
            })
        );
    }
}
