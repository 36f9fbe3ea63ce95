//! Products of vectors, and their reduction.

use super::Ifma;
use super::constants::{Constants, LIMBS, MASK};
use super::instructions::{
    __m512i, add, and, constant, constants, high_product, low_product, shift_right, zeros,
};
use crate::engine::lanes::RawField;

/// N products before reduction; limb k counts 2^(52k).
pub(super) type Products<const N: usize> = [[__m512i; 2 * LIMBS]; N];

/// t += a·b, limb by limb without carries.
///
/// The N products are independent of each other and their instructions alternate,
/// because one alone spends most of its time waiting for the multiplier's latency.
#[inline(always)]
pub(super) fn accumulate<F: RawField, const N: usize>(
    t: &mut Products<N>,
    a: &[Ifma<F>; N],
    b: &[Ifma<F>; N],
) {
    for i in 0..LIMBS {
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], a[n].0[j], b[n].0[i]);
            }
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j + 1] = high_product(t[n][i + j + 1], a[n].0[j], b[n].0[i]);
            }
        }
    }
}

/// t += 2·(the products of two different limbs of a), by 20 multiplications; the caller
/// adds the squares of limbs.
#[inline(always)]
pub(super) fn accumulate_cross<F: RawField, const N: usize>(t: &mut Products<N>, a: &[Ifma<F>; N]) {
    for i in 0..LIMBS {
        for j in i + 1..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], a[n].0[j], a[n].0[i]);
                t[n][i + j + 1] = high_product(t[n][i + j + 1], a[n].0[j], a[n].0[i]);
            }
        }
    }
}

/// Doubles the cross products, the limbs 1 to 8.
#[inline(always)]
pub(super) fn double_cross<const N: usize>(t: &mut Products<N>) {
    for k in 1..2 * LIMBS - 1 {
        for n in 0..N {
            t[n][k] = add(t[n][k], t[n][k]);
        }
    }
}

/// t += the squares of the limbs of a.
#[inline(always)]
pub(super) fn accumulate_squares<F: RawField, const N: usize>(
    t: &mut Products<N>,
    a: &[Ifma<F>; N],
) {
    for i in 0..LIMBS {
        for n in 0..N {
            t[n][2 * i] = low_product(t[n][2 * i], a[n].0[i], a[n].0[i]);
            t[n][2 * i + 1] = high_product(t[n][2 * i + 1], a[n].0[i], a[n].0[i]);
        }
    }
}

/// Montgomery's reduction: t/2^260 modulo p, normalised.
///
/// Step i adds the multiple of p that clears limb i. A limb takes at most ten
/// terms of each product accumulated, ten of the multiples of p, each below 2^52,
/// and one carry below 2^12: with two products below 31·2^52 < 2^57.
#[inline(always)]
pub(super) fn montgomery<F: RawField, const N: usize>(t: Products<N>) -> [Ifma<F>; N] {
    let limbs = reduced_limbs::<F, N>(t);
    let mut out = [Ifma::new([zeros(); LIMBS]); N];
    for n in 0..N {
        out[n] = Ifma::new(limbs[n]).assert_bound(2);
    }
    out
}

/// The limbs of Montgomery's reduction, whose bound depends on what was added up.
#[inline(always)]
pub(super) fn reduced_limbs<F: RawField, const N: usize>(
    mut t: Products<N>,
) -> [[__m512i; LIMBS]; N] {
    let p = constants(Constants::<F>::P);
    let negated_inverse = constant(Constants::<F>::NEGATED_INVERSE);
    let mut m = [zeros(); N];
    for i in 0..LIMBS {
        for n in 0..N {
            m[n] = low_product(zeros(), t[n][i], negated_inverse);
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], m[n], p[j]);
            }
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j + 1] = high_product(t[n][i + j + 1], m[n], p[j]);
            }
        }
        for n in 0..N {
            t[n][i + 1] = add(t[n][i + 1], shift_right::<52>(t[n][i]));
        }
    }
    let mask = constant(MASK);
    for i in LIMBS..2 * LIMBS - 1 {
        for n in 0..N {
            t[n][i + 1] = add(t[n][i + 1], shift_right::<52>(t[n][i]));
            t[n][i] = and(t[n][i], mask);
        }
    }
    let mut out = [[zeros(); LIMBS]; N];
    for n in 0..N {
        out[n] = [t[n][5], t[n][6], t[n][7], t[n][8], t[n][9]];
    }
    out
}
