use super::{AddPairs, CHUNK, Double, NEGATIVE, Pairs, Scratch};
use crate::engine::backend::{Backend, Kernel};
use crate::engine::lanes::Lanes;
use crate::engine::line::Line;
use crate::engine::points::{G1, G2, Group, negate};
use ark_bn254::{Fq, Fr};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::UniformRand;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::marker::PhantomData;

/// Runs additions, doublings and negations against ark.
struct Against<G: Group> {
    points: Vec<G::Affine>,
    pairs: Vec<[u32; 3]>,
}

impl<G: Group> Kernel for Against<G> {
    type Output = ();
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
        let mut source = vec![Line::ZERO; self.points.len() * G::LINES];
        for (point, lines) in self.points.iter().zip(source.chunks_mut(G::LINES)) {
            G::encode::<Q>(point, lines);
            assert_eq!(G::decode::<Q>(lines), *point);
        }
        let mut sums = vec![Line::ZERO; self.pairs.len() * G::LINES];
        let scratch = &mut Scratch::new();
        let mut pairs = Pairs::default();
        pairs.start(self.pairs.len());
        for &[left, right, out] in &self.pairs {
            pairs.push(left, right, out);
        }
        AddPairs::<G> {
            left: &source,
            right: &source,
            destination: &mut sums,
            pairs: &mut pairs,
            scratch,
            group: PhantomData,
        }
        .run::<Q, R>();
        let operand = |position: u32| {
            let point = self.points[(position & !NEGATIVE) as usize];
            if position & NEGATIVE == 0 {
                point.into_group()
            } else {
                -point.into_group()
            }
        };
        for &[left, right, out] in &self.pairs {
            let at = out as usize * G::LINES;
            let sum = G::decode::<Q>(&sums[at..at + G::LINES]);
            assert_eq!(sum, (operand(left) + operand(right)).into_affine());
        }
        for (point, lines) in self.points.iter().zip(source.chunks_mut(G::LINES)) {
            let before = lines.to_vec();
            negate::<G>(lines);
            assert_eq!(G::decode::<Q>(lines), (-point.into_group()).into_affine());
            lines.copy_from_slice(&before);
        }
        Double::<G> {
            points: &mut source,
            times: 2,
            scratch,
            group: PhantomData,
        }
        .run::<Q, R>();
        for (point, lines) in self.points.iter().zip(source.chunks(G::LINES)) {
            let four = point.into_group() + point + point + point;
            assert_eq!(G::decode::<Q>(lines), four.into_affine());
        }
    }
}

fn check<G: Group>(backend: Backend, count: usize) {
    let rng = &mut ChaCha20Rng::seed_from_u64(count as u64);
    let mut points: Vec<G::Affine> = (0..24).map(|_| G::Affine::rand(rng)).collect();
    points.push(G::Affine::zero());
    points.push((-points[0].into_group()).into_affine());
    points.push(points[1]);
    let pairs = (0..count)
        .map(|out| {
            let mut position = || {
                let sign = if rng.r#gen() { NEGATIVE } else { 0 };
                rng.gen_range(0..points.len()) as u32 | sign
            };
            [position(), position(), (count - 1 - out) as u32]
        })
        .collect();
    // The points are repeated so that doublings cross a chunk too.
    let points = points.iter().cycle().take(count.max(27)).copied().collect();
    backend.execute(Against::<G> { points, pairs });
}

#[test]
fn sums_and_doubles_agree_with_ark_around_every_boundary() {
    for backend in Backend::available() {
        for count in [
            1,
            2,
            7,
            8,
            9,
            31,
            32,
            33,
            63,
            65,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
        ] {
            check::<G1>(backend, count);
            check::<G2>(backend, count);
        }
    }
}
