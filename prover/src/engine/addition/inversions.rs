//! One inversion for many divisors, and where what it needs is kept.

use super::CHUNK;
use crate::engine::lanes::Lanes;
use crate::engine::line::{Line, wipe};
use ark_ff::Field;

/// Running products kept side by side, to hide the latency of multiplications.
const CHAINS: usize = 4;

/// What the first pass over a chunk leaves for the second; holds secrets, so it is wiped on
/// drop.
pub(in crate::engine) struct Scratch {
    norms: Vec<Line>,
    products: Vec<Line>,
    pub(super) operands: Vec<Line>,
    pub(super) exceptions: Vec<usize>,
}

/// Lines that hold what is kept of one addition in G2; G1 needs half.
const OPERAND_LINES: usize = 8;

impl Scratch {
    pub(in crate::engine) fn new() -> Self {
        Self {
            norms: vec![Line::ZERO; CHUNK],
            products: vec![Line::ZERO; CHUNK],
            operands: vec![Line::ZERO; CHUNK * OPERAND_LINES],
            exceptions: Vec::new(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        wipe(&mut self.norms);
        wipe(&mut self.products);
        wipe(&mut self.operands);
    }
}

/// Montgomery's trick over vectors: `push` each number in order, `invert` once,
/// then `pop` the inverses in reverse.
pub(super) struct Inversions<V> {
    running: [V; CHAINS],
}

impl<V: Lanes> Inversions<V> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self {
            running: [V::splat(V::Field::ONE); CHAINS],
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, index: usize, number: V, scratch: &mut Scratch) {
        let running = &mut self.running[index % CHAINS];
        number.spill(&mut scratch.norms, index);
        running.spill(&mut scratch.products, index);
        *running = running.mul(number);
    }

    #[inline(always)]
    pub(super) fn invert(&mut self) {
        let [a, b, c, d] = self.running;
        let (ab, cd) = (a.mul(b), c.mul(d));
        let inverse = ab.mul(cd).invert();
        let (inverse_ab, inverse_cd) = (inverse.mul(cd), inverse.mul(ab));
        self.running = [
            inverse_ab.mul(b),
            inverse_ab.mul(a),
            inverse_cd.mul(d),
            inverse_cd.mul(c),
        ];
    }

    /// The inverses of numbers `index` and `index + 1`, for even `index`.
    #[inline(always)]
    pub(super) fn pop_both(&mut self, index: usize, scratch: &Scratch) -> [V; 2] {
        let chain = index % CHAINS;
        let running = [self.running[chain], self.running[chain + 1]];
        let products = [
            V::unspill(&scratch.products, index),
            V::unspill(&scratch.products, index + 1),
        ];
        let norms = [
            V::unspill(&scratch.norms, index),
            V::unspill(&scratch.norms, index + 1),
        ];
        [self.running[chain], self.running[chain + 1]] = V::mul_each(&running, &norms);
        V::mul_each(&running, &products)
    }
}
