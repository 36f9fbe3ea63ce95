//! Vectors of prime field elements, the one arithmetic all kernels are written in.
//!
//! A kernel is generic over [`Lanes`] and is compiled for [`Single`] (one element, 64-bit
//! words, any CPU, with a multiplication of its own where there are two carry chains) and
//! for the AVX-512 IFMA vectors of eight elements.
//!
//! # Lazy reduction
//!
//! An element is an integer below some multiple K of the modulus p, its *bound*,
//! and stands for its residue. Operations state the bound of their result in terms of
//! those of their operands:
//!
//! | operation | needs | gives |
//! |---|---|---|
//! | `a.add(b)` | A + B ≤ 64 | A + B |
//! | `a.sub::<K>(b)` | B ≤ K, A + K ≤ 64 | A + K |
//! | `a.sub_ends(b, c)` | B ≤ 1, C ≤ 2, A ≤ 62 | A + 2 |
//! | `a.mul(b)` | A·B ≤ 64 | 2 |
//! | `dot2(a, b, c, d)` | A·B + C·D ≤ 64 | 2 |
//! | `a.reduce::<K>()` | A ≤ K, K a power of two | 1 |
//!
//! *Proof for the widest form, 52-bit limbs with R = 2^260.* Both moduli of BN254
//! are below 0.19·2^256, so p/R < 0.0119 and 64·p < 0.77·2^260: every bound up to
//! 64 fits five limbs. Montgomery reduction of t gives (t + m·p)/R with m < R, that
//! is less than t/R + p. For t ≤ 64·p² this is below (64·0.0119 + 1)·p < 1.77·p.
//! [`Single`] keeps every element at p or below, which satisfies all bounds.
//! Debug builds check the needs and the results.

mod carry;
#[cfg(target_arch = "x86_64")]
mod ifma;
mod single;

#[cfg(target_arch = "x86_64")]
pub(super) use carry::Adx;
pub(super) use carry::Plain;
#[cfg(target_arch = "x86_64")]
pub(super) use ifma::Ifma;
pub(super) use single::Single;

use super::line::Line;
use ark_bn254::{Fq, FqConfig, Fr, FrConfig};
use ark_ff::{BigInt, Field, MontConfig, PrimeField};

/// A 256-bit integer, least significant word first.
pub(super) type Words = [u64; 4];

/// The largest bound an element may have.
pub(super) const MAX_BOUND: u64 = 64;

/// A prime field of BN254 whose elements are four words in Montgomery form.
pub(super) trait RawField: PrimeField<BigInt = BigInt<4>> {
    /// p.
    const MODULUS_WORDS: Words;
    /// −p⁻¹ mod 2^64.
    const NEGATED_INVERSE: u64;
    /// The words of p, then −p⁻¹ mod 2^64.
    const MODULUS_AND_INVERSE: [u64; 5] = {
        let [a, b, c, d] = Self::MODULUS_WORDS;
        [a, b, c, d, Self::NEGATED_INVERSE]
    };
    /// 2^512 mod p.
    const R2_WORDS: Words;
    /// x·2^256 mod p.
    fn to_raw(self) -> Words;
    /// x·2^256 mod p, where it lies.
    fn words(&self) -> &Words;
    /// The inverse of `to_raw`; `words` must be below p.
    fn from_raw(words: Words) -> Self;
}

macro_rules! raw_field {
    ($field:ty, $config:ty) => {
        impl RawField for $field {
            const MODULUS_WORDS: Words = <$config as MontConfig<4>>::MODULUS.0;
            const NEGATED_INVERSE: u64 = <$config as MontConfig<4>>::INV;
            const R2_WORDS: Words = <$config as MontConfig<4>>::R2.0;
            #[inline(always)]
            fn to_raw(self) -> Words {
                self.0.0
            }
            #[inline(always)]
            fn words(&self) -> &Words {
                &self.0.0
            }
            #[inline(always)]
            fn from_raw(words: Words) -> Self {
                Self::new_unchecked(BigInt(words))
            }
        }
    };
}
raw_field!(Fq, FqConfig);
raw_field!(Fr, FrConfig);

/// `WIDTH` elements of a prime field, treated alike.
///
/// Every method is `inline(always)`: it takes the CPU features of the kernel it
/// is used in. For the same reason kernels hold no closures.
///
/// Masks have one bit per lane, lane 0 lowest. *Stored* elements are four words
/// in the back end's own Montgomery form, reduced below p, so that equal elements
/// have equal words.
pub(super) trait Lanes: Copy + Send + Sync + 'static {
    /// The field.
    type Field: RawField;
    /// Elements per vector, a power of two up to 8.
    const WIDTH: usize;

    /// Zero in all lanes.
    fn zero() -> Self;
    /// `value` in all lanes.
    fn splat(value: Self::Field) -> Self;
    /// Sum.
    fn add(self, other: Self) -> Self;
    /// Difference; `other` has bound K.
    fn sub<const K: u64>(self, other: Self) -> Self;
    /// N independent products; on wide vectors two together cost less than twice one.
    fn mul_each<const N: usize>(a: &[Self; N], b: &[Self; N]) -> [Self; N];
    /// N independent sums of two products, each with one reduction.
    fn dot_each<const N: usize>(
        a: &[Self; N],
        b: &[Self; N],
        c: &[Self; N],
        d: &[Self; N],
    ) -> [Self; N];
    /// N independent squares.
    #[inline(always)]
    fn square_each<const N: usize>(a: &[Self; N]) -> [Self; N] {
        Self::mul_each(a, a)
    }
    /// a² + b² with one reduction.
    #[inline(always)]
    fn sum_of_squares(a: Self, b: Self) -> Self {
        Self::dot2(a, a, b, b)
    }
    /// self − x1 − x2 for x1 of bound 1 and dx = x2.sub::<1>(x1); adds 2 to the bound.
    #[inline(always)]
    fn sub_ends(self, x1: Self, dx: Self) -> Self {
        self.sub::<1>(x1).sub::<1>(x1).sub::<2>(dx)
    }
    /// Product.
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let [product] = Self::mul_each(&[self], &[other]);
        product
    }
    /// a·b + c·d.
    #[inline(always)]
    fn dot2(a: Self, b: Self, c: Self, d: Self) -> Self {
        let [sum] = Self::dot_each(&[a], &[b], &[c], &[d]);
        sum
    }
    /// Brings bound K, a power of two, down to 1.
    fn reduce<const K: u64>(self) -> Self;
    /// p − x in the lanes of the mask, for bound 1. Gives p itself for zero.
    fn negate_where(self, mask: u8) -> Self;
    /// Lanes that are equal, for elements of bound 1.
    fn equal_lanes(self, other: Self) -> u8;
    /// Lanes that are zero, for elements of bound 1.
    fn zero_lanes(self) -> u8;
    /// `yes` in the lanes of the mask, `no` in the others.
    fn select(mask: u8, yes: Self, no: Self) -> Self;
    /// Exchanges each lane with the one `distance` (1, 2 or 4) away.
    fn swap(self, distance: usize) -> Self;
    /// Exchanges lane j of vector i with lane i of vector j, for WIDTH vectors.
    fn transpose(block: &mut [Self]);

    /// Takes one field element per lane.
    fn from_field(values: &[Self::Field]) -> Self;
    /// The element whose Montgomery form is 1. Multiplying by it leaves the plain
    /// integer where the Montgomery form was; for bound 1.
    fn raw_one() -> Self;
    /// Writes the words of each lane, reduced below p, for elements of bound 2.
    fn store_words(self, out: &mut [Words]);
    /// The multiplicative inverse of each lane; none may be zero. Bound 2 to 2.
    fn invert(self) -> Self;

    /// The low and high halves of the lines at the given positions, WIDTH of them.
    ///
    /// # Safety
    /// The positions are below the number of lines.
    unsafe fn load_lines(lines: &[Line], at: &[u32; 8]) -> (Self, Self);
    /// Writes (self, high) of the first `count` lanes, both of bound 1, to the lines
    /// at the given positions.
    ///
    /// # Safety
    /// The positions are below the number of lines.
    unsafe fn store_lines(self, high: Self, lines: &mut [Line], at: &[u32; 8], count: usize);

    /// Sums of unreduced products.
    type Products: Copy;
    /// How many products a sum may have.
    const MAX_PRODUCTS: usize;
    /// No products.
    fn no_products() -> Self::Products;
    /// Adds a·b, both of bound 1.
    fn add_product(products: &mut Self::Products, a: Self, b: Self);
    /// The sum, of bound 4.
    fn reduce_products(products: Self::Products) -> Self;

    /// The stored elements at the given positions, WIDTH of them.
    fn gather(elements: &[Words], at: &[u32; 8]) -> Self;
    /// Stores elements of bound 1 at the given positions.
    fn scatter(self, elements: &mut [Words], at: &[u32; 8]);

    /// Keeps a vector of any bound in memory, as the `index`-th of its kind.
    fn spill(self, lines: &mut [Line], index: usize);
    /// The inverse of `spill`.
    fn unspill(lines: &[Line], index: usize) -> Self;

    /// A field element in stored form.
    fn encode(value: Self::Field) -> Words;
    /// The inverse of `encode`.
    fn decode(words: Words) -> Self::Field;
}

/// For inverting all lanes by one inversion of an integer.
///
/// The product of all lanes and, for each lane, the product of the others come
/// from log₂ WIDTH exchanges.
#[inline(always)]
fn product_and_others<V: Lanes>(vector: V) -> (V, V) {
    let mut product = vector;
    let mut others = V::splat(V::Field::ONE);
    let mut distance = 1;
    while distance < V::WIDTH {
        let swapped = product.swap(distance);
        others = others.mul(swapped);
        product = product.mul(swapped);
        distance *= 2;
    }
    (product, others)
}

#[cfg(test)]
mod tests {
    use super::{Lanes, Line, Plain, RawField, Single};
    use crate::engine::backend::{Backend, Kernel};
    use ark_bn254::{Fq, Fr};
    use ark_ff::{Field, One, PrimeField, Zero};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// 0, 1, p − 1, small and large values, and random ones.
    fn samples<F: RawField>(seed: u64) -> Vec<F> {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let mut values = vec![
            F::zero(),
            F::one(),
            -F::one(),
            F::from(2u64),
            F::from(u64::MAX),
        ];
        values.push(F::from_raw([1, 0, 0, 0]));
        let mut top = F::MODULUS.0;
        top[0] -= 1;
        values.push(F::from_raw(top));
        while values.len() < 40 {
            values.push(F::rand(rng));
        }
        values
    }

    fn value<V: Lanes>(vector: V) -> Vec<V::Field> {
        let mut out = [[0u64; 4]; 8];
        vector.mul(V::raw_one()).store_words(&mut out);
        out[..V::WIDTH]
            .iter()
            .map(|&words| V::Field::from_bigint(ark_ff::BigInt(words)).expect("canonical"))
            .collect()
    }

    fn check<V: Lanes>() {
        let values = samples::<V::Field>(3);
        for (k, left) in values.chunks(V::WIDTH).enumerate() {
            for shift in 0..values.len() {
                let mut right = values.clone();
                right.rotate_left((shift + k * V::WIDTH) % values.len());
                let right = &right[..V::WIDTH];
                let (a, b) = (V::from_field(left), V::from_field(right));
                let expect = |f: &dyn Fn(V::Field, V::Field) -> V::Field| -> Vec<V::Field> {
                    left.iter().zip(right).map(|(&x, &y)| f(x, y)).collect()
                };
                let one = V::splat(V::Field::one());
                assert_eq!(value(a.mul(b)), expect(&|x, y| x * y));
                let [ab, bb] = V::mul_each(&[a, b], &[b, b]);
                assert_eq!(value(ab), expect(&|x, y| x * y));
                assert_eq!(value(bb), expect(&|_, y| y * y));
                let [aa, bb] = V::square_each(&[a, b.add(b)]);
                assert_eq!(value(aa), expect(&|x, _| x * x));
                assert_eq!(value(bb), expect(&|_, y| (y + y) * (y + y)));
                assert_eq!(
                    value(V::sum_of_squares(a, b)),
                    expect(&|x, y| x * x + y * y)
                );
                let (x1, x2) = (a.reduce::<2>(), b.reduce::<2>());
                let difference = a.sub_ends(x1, x2.sub::<1>(x1));
                assert_eq!(value(difference.mul(one)), expect(&|_, y| -y));
                let [first, second] = V::dot_each(&[a, b], &[b, b], &[a, a], &[a, b]);
                assert_eq!(value(first), expect(&|x, y| x * y + x * x));
                assert_eq!(value(second), expect(&|x, y| y * y + x * y));
                assert_eq!(value(a.add(b).mul(one)), expect(&|x, y| x + y));
                assert_eq!(value(a.sub::<2>(b).mul(one)), expect(&|x, y| x - y));
                assert_eq!(value(a.sub::<2>(b).reduce::<4>()), expect(&|x, y| x - y));
                assert_eq!(
                    value(V::dot2(a, b, b.add(one), b)),
                    expect(&|x, y| x * y + (y + V::Field::one()) * y)
                );
                let (low, high) = (a.reduce::<2>(), b.reduce::<2>());
                let equal = expect(&|x, y| V::Field::from(x == y));
                for lane in 0..V::WIDTH {
                    let bit = low.equal_lanes(high) >> lane & 1 == 1;
                    assert_eq!(bit, equal[lane].is_one());
                    assert_eq!(low.zero_lanes() >> lane & 1 == 1, left[lane].is_zero());
                }
                assert_eq!(
                    value(low.negate_where(0b0101_0101)),
                    left.iter()
                        .enumerate()
                        .map(|(lane, &x)| if lane % 2 == 0 { -x } else { x })
                        .collect::<Vec<_>>()
                );
                assert_eq!(
                    value(V::select(0b0000_1111, a, b)),
                    (0..V::WIDTH)
                        .map(|l| if l < 4 { left[l] } else { right[l] })
                        .collect::<Vec<_>>()
                );
                let mut distance = 1;
                while distance < V::WIDTH {
                    assert_eq!(
                        value(a.swap(distance)),
                        (0..V::WIDTH)
                            .map(|l| left[l ^ distance])
                            .collect::<Vec<_>>()
                    );
                    distance *= 2;
                }
                if right.iter().all(|y| !y.is_zero()) {
                    let inverses = right.iter().map(|y| y.inverse().expect("nonzero"));
                    assert_eq!(value(b.invert()), inverses.collect::<Vec<_>>());
                }
                let mut lines = vec![Line::ZERO; 8];
                let at = [3, 1, 0, 2, 7, 6, 5, 4];
                // SAFETY: there are eight lines.
                let (l, h) = unsafe {
                    low.store_lines(high, &mut lines, &at, V::WIDTH);
                    V::load_lines(&lines, &at)
                };
                assert_eq!((value(l), value(h)), (left.to_vec(), right.to_vec()));
                let line = &lines[at[0] as usize];
                assert_eq!(V::decode(line.low()), left[0]);
                assert_eq!(V::encode(right[0]), line.high());
            }
        }
        let mut block: Vec<V> = (0..V::WIDTH)
            .map(|i| {
                let row: Vec<_> = (0..V::WIDTH)
                    .map(|j| V::Field::from((8 * i + j) as u64))
                    .collect();
                V::from_field(&row)
            })
            .collect();
        V::transpose(&mut block);
        for (i, &row) in block.iter().enumerate() {
            let expected: Vec<_> = (0..V::WIDTH)
                .map(|j| V::Field::from((8 * j + i) as u64))
                .collect();
            assert_eq!(value(row), expected);
        }
    }

    /// Values at the largest bounds the table allows.
    fn check_bounds<V: Lanes>() {
        let top = -V::Field::one();
        let mut a = V::splat(top);
        let mut expected = top;
        // Doubling five times takes bound 2 to 64.
        for _ in 0..5 {
            a = a.add(a);
            expected += expected;
        }
        let one = V::splat(V::Field::one()).reduce::<2>();
        assert_eq!(value(a.mul(one))[0], expected);
        assert_eq!(value(a.reduce::<64>())[0], expected);
        let eight = V::splat(top)
            .add(V::splat(top))
            .add(V::splat(top).add(V::splat(top)));
        let four = top * V::Field::from(4u64);
        assert_eq!(value(eight.mul(eight))[0], four * four);
        assert_eq!(value(V::square_each(&[eight])[0])[0], four * four);
    }

    struct Check;
    impl Kernel for Check {
        type Output = ();
        fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
            check::<Q>();
            check::<R>();
            check_bounds::<Q>();
            check_bounds::<R>();
        }
    }

    #[test]
    fn arithmetic_agrees_with_ark_on_every_back_end() {
        for backend in Backend::available() {
            backend.execute(Check);
        }
        // The portable back end has a better multiplication on most CPUs.
        Check.run::<Single<Fq, Plain>, Single<Fr, Plain>>();
    }
}
