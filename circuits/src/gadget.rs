//! The small constraint-system vocabulary that every gadget is written in.
//!
//! A gadget value is ark-r1cs-std's [`FpVar`]; it always carries its value, so that a gadget can
//! compute the hints it allocates while it lays out constraints. Gadgets never refuse a witness:
//! from bad values they build an unsatisfied system, which is what the soundness tests look at.

use crate::field::{Fr, power_of_two};
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use ark_r1cs_std::{
    GR1CSVar,
    fields::fp::{AllocatedFp, FpVar},
};
use ark_relations::gr1cs::{ConstraintSystemRef, LinearCombination, Result, Variable};

/// The constraint system all gadgets build on.
pub type System = ConstraintSystemRef<Fr>;
/// A field element in the circuit.
pub type Num = FpVar<Fr>;

/// The value a gadget variable carries.
///
/// # Errors
/// `SynthesisError::AssignmentMissing` for a variable that was made outside this module without
/// a value.
pub fn value(x: &Num) -> Result<Fr> {
    x.value()
}

/// The coefficient and variable whose product is `x`.
pub fn term(x: &Num) -> (Fr, Variable) {
    match x {
        FpVar::Constant(c) => (*c, Variable::One),
        FpVar::Var(v) => (Fr::ONE, v.variable),
    }
}

/// `x` as a linear combination.
pub fn combination(x: &Num) -> LinearCombination<Fr> {
    LinearCombination(vec![term(x)])
}

/// Allocates a public input.
///
/// # Errors
/// As the constraint system's.
pub fn input(cs: &System, value: Fr) -> Result<Num> {
    let variable = cs.new_input_variable(|| Ok(value))?;
    Ok(AllocatedFp::new(Some(value), variable, cs.clone()).into())
}

/// Allocates a witness; nothing constrains it yet.
///
/// # Errors
/// As the constraint system's.
pub fn witness(cs: &System, value: Fr) -> Result<Num> {
    let variable = cs.new_witness_variable(|| Ok(value))?;
    Ok(AllocatedFp::new(Some(value), variable, cs.clone()).into())
}

/// The linear combination `Σ coefficient·x + constant` as one value, without constraints.
///
/// # Errors
/// As the constraint system's, or a missing value in `terms`.
pub fn linear(cs: &System, terms: &[(Fr, &Num)], constant: Fr) -> Result<Num> {
    let mut sum = constant;
    for (coefficient, x) in terms {
        sum += *coefficient * value(x)?;
    }
    let variable = cs.new_lc(|| {
        let mut lc = LinearCombination(vec![(constant, Variable::One)]);
        for (coefficient, x) in terms {
            let (scale, variable) = term(x);
            lc.0.push((*coefficient * scale, variable));
        }
        lc.compactify();
        lc
    })?;
    Ok(AllocatedFp::new(Some(sum), variable, cs.clone()).into())
}

/// Enforces `a · b = c`.
///
/// # Errors
/// As the constraint system's.
pub fn enforce_product(cs: &System, a: &Num, b: &Num, c: &Num) -> Result<()> {
    cs.enforce_r1cs_constraint(|| combination(a), || combination(b), || combination(c))
}

/// Enforces `a = b`.
///
/// # Errors
/// As the constraint system's.
pub fn enforce_equal(cs: &System, a: &Num, b: &Num) -> Result<()> {
    enforce_product(cs, a, &Num::Constant(Fr::ONE), b)
}

/// Enforces that `a = b` where `condition` (0 or 1) is 1.
///
/// # Errors
/// As the constraint system's.
pub fn enforce_equal_if(cs: &System, condition: &Bit, a: &Num, b: &Num) -> Result<()> {
    enforce_product(cs, condition.num(), &(a - b), &Num::Constant(Fr::ZERO))
}

/// `a · b`: one constraint.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn product(cs: &System, a: &Num, b: &Num) -> Result<Num> {
    let c = witness(cs, value(a)? * value(b)?)?;
    enforce_product(cs, a, b, &c)?;
    Ok(c)
}

/// A value that constraints hold to 0 or 1.
#[derive(Clone, Debug)]
pub struct Bit(Num);

impl Bit {
    /// The constant bit.
    #[must_use]
    pub fn constant(bit: bool) -> Self {
        Self(Num::Constant(Fr::from(bit)))
    }

    /// Allocates a bit: one constraint.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, bit: bool) -> Result<Self> {
        Self::enforce(cs, witness(cs, Fr::from(bit))?)
    }

    /// Enforces `x · (1 − x) = 0` and so makes a bit of `x`: one constraint.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce(cs: &System, x: Num) -> Result<Self> {
        enforce_product(
            cs,
            &x,
            &(Num::Constant(Fr::ONE) - &x),
            &Num::Constant(Fr::ZERO),
        )?;
        Ok(Self(x))
    }

    /// The bit as a field element.
    pub fn num(&self) -> &Num {
        &self.0
    }

    /// `1 − self`, without constraints.
    #[must_use]
    pub fn not(&self) -> Self {
        Self(Num::Constant(Fr::ONE) - &self.0)
    }

    /// `self ∧ other`: one constraint.
    ///
    /// # Errors
    /// As the constraint system's, or a missing value.
    pub fn and(&self, cs: &System, other: &Self) -> Result<Self> {
        Ok(Self(product(cs, &self.0, &other.0)?))
    }

    /// `a` where the bit is 1, `b` where it is 0: one constraint.
    ///
    /// # Errors
    /// As the constraint system's, or a missing value.
    pub fn select(&self, cs: &System, a: &Num, b: &Num) -> Result<Num> {
        Ok(product(cs, &self.0, &(a - b))? + b)
    }

    /// Whether the value carried is 1.
    ///
    /// # Errors
    /// As [`value`].
    pub fn is_set(&self) -> Result<bool> {
        Ok(value(&self.0)? == Fr::ONE)
    }
}

/// Enforces `0 ≤ x < 2^width` and returns the bits of `x`, lowest first: `width` constraints.
///
/// The lowest bit is no variable of its own but what remains of `x`, which saves the constraint
/// that would tie the sum of the bits to `x`. `width` is at most 253, so that the sum cannot wrap
/// around r.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn bits(cs: &System, x: &Num, width: usize) -> Result<Vec<Bit>> {
    debug_assert!(
        (1..=253).contains(&width),
        "a sum of bits must stay below r"
    );
    let representation = value(x)?.into_bigint();
    let mut bits = vec![Bit::constant(false); width];
    for (i, bit) in bits.iter_mut().enumerate().skip(1) {
        *bit = Bit::witness(cs, representation.get_bit(i))?;
    }
    let weights = powers_of_two(width);
    let mut terms = vec![(Fr::ONE, x)];
    terms.extend(
        bits.iter()
            .zip(&weights)
            .skip(1)
            .map(|(bit, weight)| (-*weight, bit.num())),
    );
    let lowest = linear(cs, &terms, Fr::ZERO)?;
    bits[0] = Bit::enforce(cs, lowest)?;
    Ok(bits)
}

/// Enforces `0 ≤ x < 2^width`: `width` constraints.
///
/// # Errors
/// As [`bits`].
pub fn enforce_width(cs: &System, x: &Num, width: usize) -> Result<()> {
    bits(cs, x, width).map(drop)
}

/// Whether `x = 0`: two constraints.
///
/// With `inverse` free, `x · inverse = 1 − z` and `x · z = 0` leave exactly one z for each x.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn is_zero(cs: &System, x: &Num) -> Result<Bit> {
    let inverse = value(x)?.inverse();
    let zero = witness(cs, Fr::from(inverse.is_none()))?;
    let inverse = witness(cs, inverse.unwrap_or(Fr::ZERO))?;
    enforce_product(cs, x, &inverse, &(Num::Constant(Fr::ONE) - &zero))?;
    enforce_product(cs, x, &zero, &Num::Constant(Fr::ZERO))?;
    Ok(Bit(zero))
}

/// `[x = 0, …, x = count − 1]`, enforcing that one of them holds: `count + 1` constraints.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn one_hot(cs: &System, x: &Num, count: usize) -> Result<Vec<Bit>> {
    let x_value = value(x)?;
    let mut selectors = Vec::with_capacity(count);
    for i in 0..count {
        selectors.push(Bit::witness(cs, x_value == Fr::from(i as u64))?);
    }
    let ones: Vec<_> = selectors.iter().map(|s| (Fr::ONE, s.num())).collect();
    let sum = linear(cs, &ones, Fr::ZERO)?;
    enforce_equal(cs, &sum, &Num::Constant(Fr::ONE))?;
    let indexed: Vec<_> = selectors
        .iter()
        .enumerate()
        .map(|(i, s)| (Fr::from(i as u64), s.num()))
        .collect();
    let index = linear(cs, &indexed, Fr::ZERO)?;
    enforce_equal(cs, &index, x)?;
    Ok(selectors)
}

/// `Σ selector · choice`: one constraint for each choice.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn choose(cs: &System, selectors: &[Bit], choices: &[Num]) -> Result<Num> {
    let products = selectors
        .iter()
        .zip(choices)
        .map(|(selector, choice)| product(cs, selector.num(), choice))
        .collect::<Result<Vec<_>>>()?;
    let terms: Vec<_> = products.iter().map(|p| (Fr::ONE, p)).collect();
    linear(cs, &terms, Fr::ZERO)
}

/// `1, 2, 4, …, 2^(count − 1)`.
#[must_use]
pub fn powers_of_two(count: usize) -> Vec<Fr> {
    std::iter::successors(Some(Fr::ONE), |power| Some(power.double()))
        .take(count)
        .collect()
}

/// `Σ part_i · 2^offset_i`: how several numbers are packed into one field element.
///
/// # Errors
/// As [`linear`].
pub fn pack(cs: &System, parts: &[(&Num, u64)]) -> Result<Num> {
    let terms: Vec<_> = parts
        .iter()
        .map(|(x, offset)| (power_of_two(*offset), *x))
        .collect();
    linear(cs, &terms, Fr::ZERO)
}

const _: () = assert!(Fr::MODULUS_BIT_SIZE == 254);
