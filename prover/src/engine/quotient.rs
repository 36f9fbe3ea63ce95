//! The values a(x)·b(x) on the coset, from which the H query makes the quotient.
//!
//! A(x)·B(x) − C(x) would be wanted, but C is linear in the witness, so the
//! [folded](super::fold) key takes it out on its side.

use super::backend::{Backend, Kernel};
use super::fft::CosetTransform;
use super::lanes::{Lanes, Words};
use super::sparse::{EncodeAll, Rows, Slices};
use ark_bn254::{Fq, Fr};
use ark_ff::One;
use std::any::Any;
use zeroize::Zeroizing;

/// The matrices A and B with the transform of their domain.
pub(super) struct Quotient {
    backend: Backend,
    size: usize,
    pub(super) a: Slices,
    pub(super) b: Slices,
    /// A `CosetTransform` over the back end's vectors.
    transform: Box<dyn Any + Send + Sync>,
}

impl Quotient {
    /// `None` if the domain has no coset, which is so from 2^28 rows on.
    pub(super) fn new(backend: Backend, size: usize, a: Rows, b: Rows) -> Option<Self> {
        // Wide vectors need a few tiles to work on.
        let backend = if size < backend.width() * backend.width() {
            Backend::PORTABLE
        } else {
            backend
        };
        let transform = backend.execute(MakeTransform { size })?;
        Some(Self {
            backend,
            size,
            a: Slices::new(backend, a),
            b: Slices::new(backend, b),
            transform,
        })
    }

    /// a·b on every point of the coset, as integers in [0, r).
    pub(super) fn values(&self, assignment: &[Fr], parallel: bool) -> Zeroizing<Vec<Words>> {
        let assignment = self.backend.execute(EncodeAll { values: assignment });
        let assignment = Zeroizing::new(assignment);
        let on_coset = |matrix: &Slices| {
            self.backend.execute(OnCoset {
                values: matrix.multiply(&assignment, self.size),
                transform: &*self.transform,
            })
        };
        let (a, b) = if parallel {
            rayon::join(|| on_coset(&self.a), || on_coset(&self.b))
        } else {
            (on_coset(&self.a), on_coset(&self.b))
        };
        self.backend.execute(Multiply { a, b })
    }
}

/// Vectors of the back end that is being run.
type Values = Box<dyn Any + Send>;

const SAME_BACKEND: &str = "made by the same back end, which fixes the vectors' type";

struct MakeTransform {
    size: usize,
}

impl Kernel for MakeTransform {
    type Output = Option<Box<dyn Any + Send + Sync>>;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Self::Output {
        Some(Box::new(CosetTransform::<R>::new(self.size)?))
    }
}

struct OnCoset<'a> {
    values: Zeroizing<Vec<Words>>,
    transform: &'a (dyn Any + Send + Sync),
}

impl Kernel for OnCoset<'_> {
    type Output = Values;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Values {
        let transform: &CosetTransform<R> = self.transform.downcast_ref().expect(SAME_BACKEND);
        let mut vectors = Vec::with_capacity(self.values.len() / R::WIDTH);
        for lanes in self.values.chunks_exact(R::WIDTH) {
            vectors.push(R::gather(lanes, &[0, 1, 2, 3, 4, 5, 6, 7]));
        }
        transform.run(&mut vectors);
        Box::new(vectors)
    }
}

struct Multiply {
    a: Values,
    b: Values,
}

impl Kernel for Multiply {
    type Output = Zeroizing<Vec<Words>>;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Self::Output {
        let mut a: Box<Vec<R>> = self.a.downcast().expect(SAME_BACKEND);
        let mut b: Box<Vec<R>> = self.b.downcast().expect(SAME_BACKEND);
        let mut out = Zeroizing::new(vec![[0; 4]; a.len() * R::WIDTH]);
        let one = R::splat(Fr::one()).reduce::<2>();
        let raw_one = R::raw_one();
        for (index, words) in out.chunks_exact_mut(R::WIDTH).enumerate() {
            // Both have bound 58 at most. The first loses its Montgomery factor, so
            // the product is a plain integer.
            let [x, y] = R::mul_each(&[a[index], b[index]], &[raw_one, one]);
            x.mul(y).store_words(words);
        }
        wipe(&mut a);
        wipe(&mut b);
        out
    }
}

/// Overwrites vectors; the fence keeps the writes although nothing reads them.
#[inline(always)]
fn wipe<V: Lanes>(vectors: &mut [V]) {
    for vector in vectors.iter_mut() {
        *vector = V::zero();
    }
    std::hint::black_box(vectors);
}

#[cfg(test)]
mod tests {
    use super::Quotient;
    use crate::engine::backend::Backend;
    use crate::engine::sparse::Rows;
    use crate::engine::synthetic::Synthetic;
    use ark_bn254::Fr;
    use ark_ff::{BigInt, FftField, PrimeField, Zero};
    use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

    #[test]
    fn gives_the_product_on_the_coset() {
        for constraints in [1, 13, 60, 61, 300] {
            let (r1cs, assignment) = Synthetic::new(constraints, 2, 1)
                .r1cs_and_assignment()
                .expect("synthesises");
            let size = r1cs.domain_size();
            let domain = Radix2EvaluationDomain::<Fr>::new(size).expect("small");
            let shift = Fr::get_root_of_unity(2 * size as u64).expect("small");
            let coset = domain.get_coset(shift).expect("nonzero shift");
            let on_coset = |matrix: &Vec<Vec<(Fr, usize)>>, inputs: usize| {
                let mut values: Vec<Fr> = matrix
                    .iter()
                    .map(|row| row.iter().map(|&(c, v)| c * assignment[v]).sum())
                    .collect();
                values.extend(&assignment[..inputs]);
                values.resize(size, Fr::zero());
                coset.fft(&domain.ifft(&values))
            };
            let a = on_coset(r1cs.a(), r1cs.instance_variables());
            let b = on_coset(r1cs.b(), 0);
            for backend in Backend::available() {
                let rows_a = Rows::new(r1cs.a(), r1cs.instance_variables());
                assert!(rows_a.is_consistent(
                    r1cs.constraints() + r1cs.instance_variables(),
                    r1cs.variables()
                ));
                let quotient = Quotient::new(backend, size, rows_a, Rows::new(r1cs.b(), 0))
                    .expect("small domain");
                for parallel in [false, true] {
                    let values = quotient.values(&assignment, parallel);
                    for i in 0..size {
                        let value = Fr::from_bigint(BigInt(values[i])).expect("reduced");
                        assert_eq!(value, a[i] * b[i], "{backend:?}, point {i} of {size}");
                    }
                }
            }
        }
    }
}
