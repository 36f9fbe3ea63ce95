use super::*;
use crate::babyjubjub::gadget::{digits, tests::Rows};
use crate::babyjubjub::{self, base8, scalar_word, tests::low_order_points};
use crate::eddsa::{PrivateKey, challenge};
use crate::field::{Fr, ORDER, to_word};
use alloy_primitives::U256;
use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::ConstraintSystem;

const CLAUSES: [&str; 4] = ["on curve", "order", "challenge", "equation"];

/// A verification laid out, and where the rows of each clause end.
struct Laid {
    rows: Rows,
    ends: [usize; 4],
}

impl Laid {
    fn of(signature: &Unverified, message: Fr, condition: bool) -> Self {
        Self::with_challenge(signature, message, condition, None)
    }

    /// As `of`, where the prover gives another integer than h for the challenge's digits.
    fn with_challenge(
        signature: &Unverified,
        message: Fr,
        condition: bool,
        integer: Option<U256>,
    ) -> Self {
        let cs = ConstraintSystem::new_ref();
        let message = witness(&cs, message).unwrap();
        let condition = Bit::constant(condition);
        let var = SignatureVar::witness(&cs, signature).unwrap();
        var.enforce_key_on_curve(&cs).unwrap();
        let on_curve = cs.num_constraints();
        let eight_keys = var.enforce_key_order(&cs).unwrap();
        let order = cs.num_constraints();
        let digits = match integer {
            None => var.challenge_digits(&cs, &message, &eight_keys).unwrap(),
            Some(integer) => {
                let inputs = [&var.r8.0, &var.r8.1, &var.key.0, &var.key.1, &message];
                let challenge = poseidon::gadget::hash(&cs, inputs).unwrap();
                digits::lay_out(&cs, &challenge, &eight_keys, integer + *digits::OFFSET).unwrap()
            }
        };
        let challenge = cs.num_constraints();
        var.enforce_equation_if(&cs, &condition, &eight_keys, &digits)
            .unwrap();
        Self {
            rows: Rows::of(&cs),
            ends: [on_curve, order, challenge, cs.num_constraints()],
        }
    }

    /// The first clause with a violated row.
    fn refusal(&self) -> Option<&'static str> {
        let row = *self.rows.violated().first()?;
        let clause = self.ends.iter().position(|end| row < *end)?;
        Some(CLAUSES[clause])
    }
}

fn key(byte: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[byte; 32])
}

fn signed(byte: u8, message: Fr) -> Unverified {
    Unverified::new(&key(byte).public_key(), &key(byte).sign(message))
}

#[test]
fn a_valid_signature_satisfies_every_row_at_the_known_cost() {
    for i in 0..4u8 {
        let message = -Fr::from(u64::from(i));
        let laid = Laid::of(&signed(i, message), message, true);
        assert_eq!(laid.refusal(), None);
        assert_eq!(laid.ends, [3, 18, 18 + 834, 18 + 834 + 1870]);
    }
}

#[test]
fn another_message_key_or_r8_violates_the_equation() {
    let message = Fr::from(5);
    let honest = signed(1, message);
    assert_eq!(
        Laid::of(&honest, Fr::from(6), true).refusal(),
        Some("equation")
    );
    let other = signed(2, message);
    for wrong in [
        Unverified {
            key: other.key,
            ..honest
        },
        Unverified {
            r8: other.r8,
            ..honest
        },
        Unverified {
            s: other.s,
            ..honest
        },
        Unverified {
            r8: (honest.r8.1, honest.r8.0),
            ..honest
        },
        Unverified {
            r8: (-honest.r8.0, honest.r8.1),
            ..honest
        },
    ] {
        assert_eq!(Laid::of(&wrong, message, true).refusal(), Some("equation"));
    }
}

#[test]
fn flipped_bits_violate_the_equation() {
    let message = Fr::from(5);
    let honest = signed(1, message);
    for bit in [0, 1, 100, 249] {
        let flip = |x: Fr| crate::field::reduce_word(to_word(x) ^ (U256::ONE << bit));
        for wrong in [
            Unverified {
                r8: (flip(honest.r8.0), honest.r8.1),
                ..honest
            },
            Unverified {
                r8: (honest.r8.0, flip(honest.r8.1)),
                ..honest
            },
            Unverified {
                s: honest.s ^ (U256::ONE << bit),
                ..honest
            },
        ] {
            assert_eq!(Laid::of(&wrong, message, true).refusal(), Some("equation"));
        }
    }
}

#[test]
fn a_key_off_the_curve_or_of_low_order_violates_its_clause() {
    let honest = signed(1, Fr::ONE);
    let off = Unverified {
        key: (honest.key.0, honest.key.1 + Fr::ONE),
        ..honest
    };
    assert_eq!(Laid::of(&off, Fr::ONE, true).refusal(), Some("on curve"));
    for point in low_order_points() {
        // S·Base8 = R8 is all that is left of the equation: anyone could sign.
        let r8 = base8();
        let forged = Unverified {
            key: (point.x, point.y),
            r8: (r8.x, r8.y),
            s: U256::ONE,
        };
        for condition in [true, false] {
            assert_eq!(
                Laid::of(&forged, Fr::ONE, condition).refusal(),
                Some("order")
            );
        }
    }
}

#[test]
fn a_key_outside_the_subgroup_is_accepted_as_natively() {
    let torsion = low_order_points()[1];
    let key = (key(3).public_key().0 + torsion).into_affine();
    let key = crate::eddsa::PublicKey::from_coordinates(key.x, key.y).unwrap();
    let secret = Scalar::from(8u64) * self::key(3).scalar * babyjubjub::EIGHTH;
    let nonce = Scalar::from(99u64);
    let r8 = (base8() * nonce).into_affine();
    let h = babyjubjub::reduce(challenge(r8, key, Fr::ONE));
    let s = scalar_word(nonce + h * secret);
    let signature = Unverified {
        key: (key.x(), key.y()),
        r8: (r8.x, r8.y),
        s,
    };
    assert_eq!(signature.verify(Fr::ONE), Ok(()));
    assert_eq!(Laid::of(&signature, Fr::ONE, true).refusal(), None);
}

/// A signature made for h + r instead of h satisfies all but the canonical range.
#[test]
fn a_challenge_that_is_not_canonical_violates_its_clause() {
    let secret = key(4).scalar;
    let public = key(4).public_key();
    let nonce = Scalar::from(4242u64);
    let r8 = (base8() * nonce).into_affine();
    let room = (U256::ONE << 254) - ORDER - *digits::OFFSET;
    let message = (0u64..)
        .map(Fr::from)
        .find(|m| to_word(challenge(r8, public, *m)) < room)
        .expect("a quarter of all do");
    let integer = to_word(challenge(r8, public, message)) + ORDER;
    let h = babyjubjub::scalar(integer % SUBGROUP_ORDER).unwrap();
    let forged = Unverified {
        key: (public.x(), public.y()),
        r8: (r8.x, r8.y),
        s: scalar_word(nonce + h * secret),
    };
    assert!(forged.verify(message).is_err());
    let laid = Laid::with_challenge(&forged, message, true, Some(integer));
    let violated = laid.rows.violated();
    assert!(!violated.is_empty());
    let ranges = laid.ends[2] - 2 * 128..laid.ends[2];
    assert!(violated.iter().all(|row| ranges.contains(row)));
}

#[test]
fn s_and_s_plus_the_subgroup_order_are_one_signature_here() {
    let mut signature = signed(5, Fr::ONE);
    signature.s += SUBGROUP_ORDER;
    assert!(signature.verify(Fr::ONE).is_err());
    assert_eq!(Laid::of(&signature, Fr::ONE, true).refusal(), None);
}

#[test]
fn the_dummy_is_refused_as_a_signature_and_accepted_as_none() {
    for message in [Fr::ZERO, -Fr::ONE, Fr::from(77)] {
        let dummy = Unverified::dummy();
        assert!(dummy.verify(message).is_err());
        assert_eq!(Laid::of(&dummy, message, true).refusal(), Some("equation"));
        assert_eq!(Laid::of(&dummy, message, false).refusal(), None);
    }
}

#[test]
fn no_witness_of_a_verification_is_free() {
    let laid = Laid::of(&signed(6, Fr::ONE), Fr::ONE, true);
    // The first five are the message, A and R8.
    assert_eq!(laid.rows.loose_witnesses(&[0, 1, 2, 3, 4]), []);
    assert_eq!(laid.rows.free_witnesses(), []);
}

/// The key's owner can make one coordinate right for any value of the other.
#[test]
fn an_r8_with_one_wrong_coordinate_violates_the_equation() {
    let (secret, public) = (key(7).scalar, key(7).public_key());
    let nonce = Scalar::from(31_337u64);
    let r8 = (base8() * nonce).into_affine();
    for wrong in [
        (r8.x, r8.y + Fr::ONE),
        (r8.x + Fr::ONE, r8.y),
        (r8.x, -r8.y),
    ] {
        let point = babyjubjub::Point::new_unchecked(wrong.0, wrong.1);
        let h = babyjubjub::reduce(challenge(point, public, Fr::ONE));
        let forged = Unverified {
            key: (public.x(), public.y()),
            r8: wrong,
            s: scalar_word(nonce + h * secret),
        };
        assert!(forged.verify(Fr::ONE).is_err());
        let laid = Laid::of(&forged, Fr::ONE, true);
        assert_eq!(laid.refusal(), Some("equation"));
    }
}
