//! A circuit's first key, which nobody contributed to yet and with which anybody forges.

use super::basis::Basis;
use super::hash::Hasher;
use super::{CeremonyError, Meter};
use crate::engine::{R1cs, columns};
use crate::iden3::ptau::Ptau;
use crate::iden3::zkey::{Hash512, Transcript, Zkey};
use crate::progress::Progress;
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::One;
use ark_groth16::{ProvingKey, VerifyingKey};
use ark_relations::gr1cs::Matrix;
use std::io::{Read, Seek};

/// Makes the key of a circuit from powers of tau. The file is what `snarkjs groth16 setup` writes.
///
/// Runs on the current rayon pool; the powers' points are checked as they are read.
///
/// # Errors
/// [`CeremonyError::Power`], [`CeremonyError::NoPhase1`], [`CeremonyError::Read`].
pub fn new_zkey<R: Read + Seek>(
    r1cs: &R1cs,
    powers: &mut Ptau<R>,
    progress: &(dyn Progress + Sync),
) -> Result<Zkey, CeremonyError> {
    let basis = Basis::read(powers, r1cs.domain_size())?;
    let matrices = Matrices::of(r1cs);
    let variables = r1cs.variables();
    let products = columns::products(&matrices.a) + 4 * columns::products(matrices.b);
    let meter = Meter::new(
        progress,
        "making the first key from the powers of tau",
        products + matrices.ic_and_l_products() + 1,
    );
    let in_g1 =
        |matrix| columns::g1_sums(&[(&basis.tau, matrix)], variables, &|work| meter.add(work));
    let a_query = in_g1(&matrices.a);
    let b_g1_query = in_g1(matrices.b);
    // A product in G2 costs three times as much.
    let b_g2_query = columns::g2_sums(&[(&basis.tau_g2, matrices.b)], variables, &|work| {
        meter.add(3 * work);
    });
    let (ic, l_query) = matrices.ic_and_l(&basis, &|work| meter.add(work));
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let key = ProvingKey {
        vk: VerifyingKey {
            alpha_g1: basis.alpha_g1,
            beta_g2: basis.beta_g2,
            gamma_g2: g2,
            delta_g2: g2,
            gamma_abc_g1: ic,
        },
        beta_g1: basis.beta_g1,
        delta_g1: g1,
        a_query,
        b_g1_query,
        b_g2_query,
        h_query: basis.coset.clone(),
        l_query,
    };
    let transcript = Transcript {
        circuit: circuit_hash(&key, &key.l_query, &basis),
        contributions: Vec::new(),
    };
    let zkey = Zkey::new(&key, r1cs, transcript)?;
    meter.add(1);
    Ok(zkey)
}

/// The matrices of a circuit as keys take them.
pub(super) struct Matrices<'a> {
    /// A with one row `wire · 0 = 0` more for each wire of the instance.
    pub(super) a: Matrix<Fr>,
    pub(super) b: &'a Matrix<Fr>,
    c: &'a Matrix<Fr>,
    instance_variables: usize,
    variables: usize,
}

impl<'a> Matrices<'a> {
    pub(super) fn of(r1cs: &'a R1cs) -> Self {
        let instance_variables = r1cs.instance_variables();
        let mut a = r1cs.a().clone();
        a.extend((0..instance_variables).map(|wire| vec![(Fr::one(), wire)]));
        Self {
            a,
            b: r1cs.b(),
            c: r1cs.c(),
            instance_variables,
            variables: r1cs.variables(),
        }
    }

    /// Products of a point and a scalar that [`Self::ic_and_l`] takes.
    pub(super) fn ic_and_l_products(&self) -> usize {
        columns::products(&self.a) + columns::products(self.b) + columns::products(self.c)
    }

    /// IC and the L query over γ = δ = 1: β·A_j + α·B_j + C_j for each wire j. `progress` gets the number of
    /// products done since its last call.
    pub(super) fn ic_and_l(
        &self,
        basis: &Basis,
        progress: &(dyn Fn(usize) + Sync),
    ) -> (Vec<G1Affine>, Vec<G1Affine>) {
        let parts: [(&[G1Affine], _); 3] = [
            (&basis.beta, &self.a),
            (&basis.alpha, self.b),
            (&basis.tau, self.c),
        ];
        let mut ic = columns::g1_sums(&parts, self.variables, progress);
        let l = ic.split_off(self.instance_variables);
        (ic, l)
    }
}

/// The ceremony's hash of a circuit and of powers of tau: that of their first key, whose L query is `l` and
/// whose other parts are `key`'s but for δ and H.
pub(super) fn circuit_hash(key: &ProvingKey<Bn254>, l: &[G1Affine], basis: &Basis) -> Hash512 {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let vk = &key.vk;
    let mut hasher = Hasher::new();
    hasher.g1(&vk.alpha_g1).g1(&key.beta_g1).g2(&vk.beta_g2);
    hasher.g2(&vk.gamma_g2).g1(&g1).g2(&g2);
    hasher.all_g1(&vk.gamma_abc_g1);
    // Told to be one less than what may follow, as snarkjs does.
    hasher.count(basis.rows() - 1);
    for difference in &basis.differences {
        hasher.g1(difference);
    }
    hasher.all_g1(l);
    hasher.all_g1(&key.a_query);
    hasher.all_g1(&key.b_g1_query);
    hasher.all_g2(&key.b_g2_query);
    hasher.finish()
}
