//! From values on the n-th roots of unity to values on the coset g·⟨ω⟩.
//!
//! An inverse transform gives coefficients in bit-reversed order, a multiplication
//! by powers of g shifts them, a transform gives values in natural order again. Both
//! use butterflies (a, b) → (a + w·b, a − w·b), so bounds grow by 2 per stage and
//! nothing needs reducing: from bound 2, over at most 28 stages (the field has
//! 2^28-th roots of unity), to 58 ≤ 64, for twiddles w of bound 1.
//!
//! Element i is lane i mod W of vector i/W. Stages that pair elements W or more
//! apart pair whole vectors, two stages in one pass over memory. For the others, W
//! vectors at a time are transposed, and the shift happens between the two
//! transpositions.

use super::lanes::Lanes;
use ark_bn254::Fr;
use ark_ff::{FftField, Field, One};

/// Tables for one size n, a power of two of at least WIDTH² and at most 2^27.
pub(super) struct CosetTransform<V> {
    vectors: usize,
    /// ω^(−e) in bit-reversed order of e: the factor of block k at every stage.
    block_twiddles: Vec<V>,
    /// For each transposed tile, the lanes' block factors of its stages, largest
    /// distance first.
    tile_twiddles: Vec<V>,
    /// g^k/n for coefficient k, where it lies within the tiles.
    shifts: Vec<V>,
    /// ω_2h^j for j < h, by distance h < WIDTH, for all lanes alike.
    small_twiddles: Vec<V>,
    /// ω_2h^j for j < h, by distance h ≥ WIDTH.
    twiddles: Vec<V>,
}

impl<V: Lanes<Field = Fr>> CosetTransform<V> {
    /// Computes the tables; `None` if the field has no 2n-th root of unity or n is
    /// below WIDTH².
    pub(super) fn new(n: usize) -> Option<Self> {
        if !n.is_power_of_two() || n < V::WIDTH * V::WIDTH {
            return None;
        }
        let g = Fr::get_root_of_unity(2 * n as u64)?;
        let omega = g.square();
        let width = V::WIDTH;
        let log = n.ilog2();
        let reverse = |i: usize, bits: u32| {
            if bits == 0 {
                0
            } else {
                i.reverse_bits() >> (usize::BITS - bits)
            }
        };
        let powers = |base: Fr, count: usize| -> Vec<Fr> {
            std::iter::successors(Some(Fr::one()), |&power| Some(power * base))
                .take(count)
                .collect()
        };

        let inverse = powers(omega.inverse()?, n.div_ceil(2));
        let block = |k: usize| inverse[reverse(k, log.saturating_sub(1))];
        let block_twiddles = (0..(n / 2 / width).max(1))
            .map(|k| reduced(V::splat(block(k))))
            .collect();

        let mut tile_twiddles = Vec::with_capacity((width - 1) * n / (width * width));
        for base in (0..n).step_by(width * width) {
            let mut distance = width / 2;
            while distance > 0 {
                for first in (0..width).step_by(2 * distance) {
                    let lanes: Vec<Fr> = (0..width)
                        .map(|lane| block((base + lane * width + first) / (2 * distance)))
                        .collect();
                    tile_twiddles.push(reduced(V::from_field(&lanes)));
                }
                distance /= 2;
            }
        }

        let scale = Fr::from(n as u64).inverse()?;
        let shift = powers(g, n);
        let mut shifts = Vec::with_capacity(n / width);
        for base in (0..n).step_by(width * width) {
            for vector in 0..width {
                let lanes: Vec<Fr> = (0..width)
                    .map(|lane| shift[reverse(base + lane * width + vector, log)] * scale)
                    .collect();
                shifts.push(reduced(V::from_field(&lanes)));
            }
        }

        let forward = powers(omega, n.div_ceil(2));
        let mut small_twiddles = Vec::new();
        let mut twiddles = Vec::with_capacity(n / width);
        let mut distance = 1;
        while distance < n {
            let step = n / 2 / distance;
            if distance < width {
                small_twiddles.extend((0..distance).map(|j| reduced(V::splat(forward[j * step]))));
            } else {
                for first in (0..distance).step_by(width) {
                    let lanes: Vec<Fr> = (0..width)
                        .map(|lane| forward[(first + lane) * step])
                        .collect();
                    twiddles.push(reduced(V::from_field(&lanes)));
                }
            }
            distance *= 2;
        }
        Some(Self {
            vectors: n / width,
            block_twiddles,
            tile_twiddles,
            shifts,
            small_twiddles,
            twiddles,
        })
    }

    /// Transforms in place; values have bound 2 before and 58 after.
    #[inline(always)]
    pub(super) fn run(&self, values: &mut [V]) {
        assert_eq!(
            values.len(),
            self.vectors,
            "the transform is made for this length"
        );
        self.outer_inverse_stages(values);
        self.inner_stages(values);
        self.outer_stages(values);
    }

    /// The stages of the inverse transform that pair whole vectors.
    #[inline(always)]
    fn outer_inverse_stages(&self, values: &mut [V]) {
        // `span` vectors form a block; each stage halves it.
        let mut span = self.vectors;
        if span.ilog2() % 2 == 1 {
            for (block, &twiddle) in values.chunks_exact_mut(span).zip(&self.block_twiddles) {
                let (left, right) = block.split_at_mut(span / 2);
                for i in 0..span / 2 {
                    let product = right[i].mul(twiddle);
                    (left[i], right[i]) = (left[i].add(product), left[i].sub::<2>(product));
                }
            }
            span /= 2;
        }
        while span > 1 {
            let quarter = span / 4;
            for (k, block) in values.chunks_exact_mut(span).enumerate() {
                let first = self.block_twiddles[k];
                let second = [self.block_twiddles[2 * k], self.block_twiddles[2 * k + 1]];
                for i in 0..quarter {
                    let x = [
                        block[i],
                        block[i + quarter],
                        block[i + 2 * quarter],
                        block[i + 3 * quarter],
                    ];
                    let x = butterflies([x[0], x[1]], [x[2], x[3]], [first, first]);
                    let x = butterflies([x[0], x[1]], [x[2], x[3]], second);
                    (block[i], block[i + quarter]) = (x[0], x[1]);
                    (block[i + 2 * quarter], block[i + 3 * quarter]) = (x[2], x[3]);
                }
            }
            span /= 4;
        }
    }

    /// The last stages of the inverse transform, the shift, and the first stages of
    /// the transform, tile by tile.
    #[inline(always)]
    fn inner_stages(&self, values: &mut [V]) {
        let width = V::WIDTH;
        for (index, tile) in values.chunks_exact_mut(width).enumerate() {
            V::transpose(tile);
            let mut twiddle = index * (width - 1);
            let mut distance = width / 2;
            while distance > 0 {
                for first in (0..width).step_by(2 * distance) {
                    for i in first..first + distance {
                        butterfly(tile, i, i + distance, self.tile_twiddles[twiddle]);
                    }
                    twiddle += 1;
                }
                distance /= 2;
            }
            let shifts = &self.shifts[index * width..(index + 1) * width];
            for i in 0..width {
                tile[i] = tile[i].mul(shifts[i]);
            }
            let mut distance = 1;
            while distance < width {
                for first in (0..width).step_by(2 * distance) {
                    for j in 0..distance {
                        // The distances before this one have 1 + 2 + … factors.
                        let twiddle = self.small_twiddles[distance - 1 + j];
                        butterfly(tile, first + j, first + j + distance, twiddle);
                    }
                }
                distance *= 2;
            }
            V::transpose(tile);
        }
    }

    /// The stages of the transform that pair whole vectors.
    #[inline(always)]
    fn outer_stages(&self, values: &mut [V]) {
        let mut distance = 1;
        // Factors of earlier stages take as many vectors as their distance.
        let mut offset = 0;
        let mut stages = self.vectors.ilog2();
        if stages % 2 == 1 {
            for block in values.chunks_exact_mut(2) {
                butterfly(block, 0, 1, self.twiddles[offset]);
            }
            offset += distance;
            distance *= 2;
            stages -= 1;
        }
        while stages > 0 {
            let first = &self.twiddles[offset..offset + distance];
            let second = &self.twiddles[offset + distance..offset + 3 * distance];
            for block in values.chunks_exact_mut(4 * distance) {
                for i in 0..distance {
                    let x = [
                        block[i],
                        block[i + distance],
                        block[i + 2 * distance],
                        block[i + 3 * distance],
                    ];
                    let x = butterflies([x[0], x[2]], [x[1], x[3]], [first[i], first[i]]);
                    let x = butterflies(
                        [x[0], x[1]],
                        [x[2], x[3]],
                        [second[i], second[i + distance]],
                    );
                    (block[i], block[i + distance]) = (x[0], x[2]);
                    (block[i + 2 * distance], block[i + 3 * distance]) = (x[1], x[3]);
                }
            }
            offset += 3 * distance;
            distance *= 4;
            stages -= 2;
        }
    }
}

fn reduced<V: Lanes>(twiddle: V) -> V {
    twiddle.reduce::<2>()
}

#[inline(always)]
fn butterfly<V: Lanes>(values: &mut [V], i: usize, j: usize, twiddle: V) {
    let product = values[j].mul(twiddle);
    (values[i], values[j]) = (values[i].add(product), values[i].sub::<2>(product));
}

/// Two butterflies: `[a0 + w0·b0, a0 − w0·b0, a1 + w1·b1, a1 − w1·b1]`.
#[inline(always)]
fn butterflies<V: Lanes>(a: [V; 2], b: [V; 2], twiddles: [V; 2]) -> [V; 4] {
    let [p, q] = V::mul_each(&b, &twiddles);
    [a[0].add(p), a[0].sub::<2>(p), a[1].add(q), a[1].sub::<2>(q)]
}

#[cfg(test)]
mod tests {
    use super::CosetTransform;
    use crate::engine::backend::{Backend, Kernel};
    use crate::engine::lanes::{Lanes, Plain, Single};
    use ark_bn254::{Fq, Fr};
    use ark_ff::{BigInt, FftField, PrimeField, UniformRand};
    use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    struct Transform(Vec<Fr>);

    impl Kernel for Transform {
        type Output = Option<Vec<Fr>>;
        #[inline(always)]
        fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Option<Vec<Fr>> {
            let transform = CosetTransform::<R>::new(self.0.len())?;
            let mut values = Vec::new();
            for lanes in self.0.chunks(R::WIDTH) {
                values.push(R::from_field(lanes));
            }
            transform.run(&mut values);
            let mut out = Vec::new();
            for value in values {
                let mut words = [[0; 4]; 8];
                value.mul(R::raw_one()).store_words(&mut words);
                out.extend(
                    words[..R::WIDTH]
                        .iter()
                        .map(|&w| Fr::from_bigint(BigInt(w)).expect("reduced")),
                );
            }
            Some(out)
        }
    }

    #[test]
    fn agrees_with_ark_at_every_size() {
        let rng = &mut ChaCha20Rng::seed_from_u64(4);
        for log in 0..=13 {
            let n = 1 << log;
            let values: Vec<Fr> = (0..n).map(|_| Fr::rand(rng)).collect();
            let domain = Radix2EvaluationDomain::<Fr>::new(n).expect("small");
            let g = Fr::get_root_of_unity(2 * n as u64).expect("small");
            let coset = domain.get_coset(g).expect("nonzero shift");
            let expected = coset.fft(&domain.ifft(&values));
            for backend in Backend::available() {
                match backend.execute(Transform(values.clone())) {
                    Some(result) => assert_eq!(result, expected, "{backend:?}, n = {n}"),
                    None => assert!(n < backend.width() * backend.width()),
                }
            }
        }
    }

    #[test]
    fn refuses_sizes_that_are_no_power_of_two_or_too_large() {
        for backend in Backend::available() {
            assert!(
                backend
                    .execute(Transform(vec![Fr::from(1u64); 96]))
                    .is_none()
            );
        }
        assert!(CosetTransform::<Single<Fr, Plain>>::new(1 << 28).is_none());
    }
}
