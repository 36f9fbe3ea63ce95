//! A policy and the thresholds it sets, as constraints.

use super::{BPS, DAY, Policy, Violation};
use crate::field::{Fr, power_of_two};
use crate::gadget::{
    Bit, Num, System, bits, enforce_equal, enforce_product, enforce_width, is_zero, pack, product,
    witness,
};
use crate::state::TIME_BITS;
use crate::state::gadget::{COUNTER_BITS, StateVar, VOLUME_BITS};
use crate::statement::Clauses;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// A share of a 32-bit count, in basis points, is below 2^46; so is 10000 times the count.
const SHARE_BITS: usize = 46;

/// A policy; every field is named as in [`Policy`].
#[allow(missing_docs, reason = "the fields are those of Policy")]
pub struct PolicyVar {
    pub min_completed: Num,
    pub min_clients: Num,
    pub min_success_bps: Num,
    pub min_rating: Num,
    pub min_volume: Num,
    pub min_age_days: Num,
    pub min_rated_bps: Num,
    pub min_kept_bps: Num,
    pub free_open: Num,
}

impl PolicyVar {
    /// Allocates a policy's parts, each within its width, that pack to `packed`: 249 constraints.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn unpack(cs: &System, policy: &Policy, packed: &Num) -> Result<Self> {
        let part = |number: u128, width: usize| {
            let part = witness(cs, number.into())?;
            enforce_width(cs, &part, width)?;
            Ok(part)
        };
        let this = Self {
            min_completed: part(policy.min_completed.into(), 32)?,
            min_clients: part(policy.min_clients.into(), 32)?,
            min_success_bps: part(policy.min_success_bps.into(), 16)?,
            min_rating: part(policy.min_rating.into(), 8)?,
            min_volume: part(policy.min_volume, 96)?,
            min_age_days: part(policy.min_age_days.into(), 16)?,
            min_rated_bps: part(policy.min_rated_bps.into(), 16)?,
            min_kept_bps: part(policy.min_kept_bps.into(), 16)?,
            free_open: part(policy.free_open.into(), 16)?,
        };
        let word = pack(
            cs,
            &[
                (&this.min_completed, 0),
                (&this.min_clients, 32),
                (&this.min_success_bps, 64),
                (&this.min_rating, 80),
                (&this.min_volume, 88),
                (&this.min_age_days, 184),
                (&this.min_rated_bps, 200),
                (&this.min_kept_bps, 216),
                (&this.free_open, 232),
            ],
        )?;
        enforce_equal(cs, &word, packed)?;
        Ok(this)
    }

    /// Enforces that `state`, its fields within their widths, meets the policy at `at`, a time
    /// within its width.
    ///
    /// Each threshold is a difference that must be non-negative. A negative difference is r minus
    /// something far below 2^128 and has no representation in the few bits it is given.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce(
        &self,
        cs: &System,
        clauses: &mut Clauses,
        state: &StateVar,
        at: &Num,
    ) -> Result<()> {
        let bps = Fr::from(BPS);

        // completed + cancelled ≤ accepted
        clauses.begin(cs, Violation::Unresolved.clause());
        let unresolved = state.unresolved();
        enforce_width(cs, &unresolved, COUNTER_BITS)?;

        // completed ≥ minCompleted
        clauses.begin(cs, Violation::MinCompleted.clause());
        enforce_width(cs, &(&state.completed - &self.min_completed), COUNTER_BITS)?;

        // clients ≥ minClients
        clauses.begin(cs, Violation::MinClients.clause());
        enforce_width(cs, &(&state.clients - &self.min_clients), COUNTER_BITS)?;

        // volume ≥ minVolume
        clauses.begin(cs, Violation::MinVolume.clause());
        enforce_width(cs, &(&state.volume - &self.min_volume), VOLUME_BITS)?;

        // completed·10000 ≥ minSuccessBps·(completed + max(0, unresolved − freeOpen))
        clauses.begin(cs, Violation::MinSuccess.clause());
        let excess = positive_part(cs, &(&unresolved - &self.free_open))?;
        let needed = product(cs, &self.min_success_bps, &(&state.completed + &excess))?;
        enforce_width(cs, &(&state.completed * bps - &needed), SHARE_BITS)?;

        // ratingSum ≥ minRating·rated, and rated ≥ 1 where minRating > 0
        clauses.begin(cs, Violation::MinRating.clause());
        let needed = product(cs, &self.min_rating, &state.rated)?;
        enforce_width(cs, &(&state.rating_sum - &needed), TIME_BITS)?;
        enforce_positive_where_set(cs, &self.min_rating, &state.rated)?;

        // rated·10000 ≥ minRatedBps·completed
        clauses.begin(cs, Violation::MinRated.clause());
        let needed = product(cs, &self.min_rated_bps, &state.completed)?;
        enforce_width(cs, &(&state.rated * bps - &needed), SHARE_BITS)?;

        // (accepted − cancelled)·10000 ≥ minKeptBps·accepted
        clauses.begin(cs, Violation::MinKept.clause());
        let needed = product(cs, &self.min_kept_bps, &state.accepted)?;
        let kept = (&state.accepted - &state.cancelled) * bps;
        enforce_width(cs, &(kept - &needed), SHARE_BITS)?;

        // at − firstAt ≥ minAgeDays·86400, and firstAt > 0 where minAgeDays > 0
        clauses.begin(cs, Violation::MinAge.clause());
        let needed = &self.min_age_days * Fr::from(DAY);
        enforce_width(cs, &(at - &state.first_at - &needed), TIME_BITS)?;
        enforce_positive_where_set(cs, &self.min_age_days, &state.first_at)
    }
}

/// `max(0, x)` for |x| < 2^32: with x + 2^32 in 33 bits, the top bit tells whether x ≥ 0.
fn positive_part(cs: &System, x: &Num) -> Result<Num> {
    let shifted = x + Num::Constant(power_of_two(COUNTER_BITS as u64));
    let bits = bits(cs, &shifted, COUNTER_BITS + 1)?;
    product(cs, bits[COUNTER_BITS].num(), x)
}

/// Enforces `count ≠ 0` where `threshold ≠ 0`.
fn enforce_positive_where_set(cs: &System, threshold: &Num, count: &Num) -> Result<()> {
    let unset: Bit = is_zero(cs, threshold)?;
    let none: Bit = is_zero(cs, count)?;
    enforce_product(cs, unset.not().num(), none.num(), &Num::Constant(Fr::ZERO))
}
