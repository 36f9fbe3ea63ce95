//! Which jobs are looked for.

use crate::{amount::Amount, error::CliError, policy::PolicyText, time::Moment};
use alloy::primitives::Address;
use clap::{Args, ValueEnum};
use repute_circuits::policy::Policy;
use repute_sdk::{
    chain::Chain,
    log::{Job, Stage},
};

/// What is looked for.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Jobs of this category; may be given several times
    #[arg(long, value_name = "NUMBER")]
    category: Vec<u32>,
    /// Jobs with this budget or more, in tokens
    #[arg(long, value_name = "AMOUNT")]
    min_budget: Option<Amount>,
    /// Jobs with this budget or less, in tokens
    #[arg(long, value_name = "AMOUNT")]
    max_budget: Option<Amount>,
    /// Jobs that may be delivered then or later: a length from now, or unix seconds as @1800000000
    #[arg(long, value_name = "TIME")]
    due_after: Option<Moment>,
    /// Jobs that must be delivered by then
    #[arg(long, value_name = "TIME")]
    due_before: Option<Moment>,
    /// Jobs that ask for no more than this in any condition, such as completed>=10,success>=95%
    #[arg(long, value_name = "CONDITIONS")]
    policy: Option<PolicyText>,
    /// Jobs of this client
    #[arg(long, value_name = "ADDRESS")]
    client: Option<Address>,
    /// Jobs at this stage
    #[arg(long, value_name = "STAGE", default_value = "open")]
    stage: StageArg,
}

/// A stage, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StageArg {
    /// Can be taken
    Open,
    /// Taken and funded
    Taken,
    /// Delivered and not paid
    Submitted,
    /// Paid
    Completed,
    /// Ended otherwise, or too late to take
    Ended,
    /// Every one
    All,
}

/// [`FilterArgs`], resolved for a chain and time.
pub struct Criteria<'a> {
    args: &'a FilterArgs,
    min_budget: u128,
    max_budget: u128,
    due_after: u64,
    due_before: u64,
    policy: Option<Policy>,
    now: u64,
}

impl FilterArgs {
    /// The criteria at `now`.
    ///
    /// # Errors
    /// Amounts that the token cannot express.
    pub fn resolve(&self, chain: &Chain, now: u64) -> Result<Criteria<'_>, CliError> {
        let token = chain.token();
        let amount = |given: Option<Amount>, default| {
            given.map_or(Ok(default), |amount| amount.base_units(token))
        };
        Ok(Criteria {
            min_budget: amount(self.min_budget, 0)?,
            max_budget: amount(self.max_budget, u128::MAX)?,
            due_after: self.due_after.map_or(0, |moment| moment.after(now)),
            due_before: self.due_before.map_or(u64::MAX, |moment| moment.after(now)),
            policy: self
                .policy
                .as_ref()
                .map(|policy| policy.resolve(token))
                .transpose()?,
            args: self,
            now,
        })
    }
}

impl Criteria<'_> {
    /// Whether the job is as asked for.
    pub fn admit(&self, job: &Job) -> bool {
        let (terms, budget) = (&job.post.terms, job.post.budget);
        let args = self.args;
        (args.category.is_empty() || args.category.contains(&terms.category))
            && (self.min_budget..=self.max_budget).contains(&budget)
            && (self.due_after..=self.due_before).contains(&terms.submit_by)
            && self
                .policy
                .is_none_or(|most| asks_no_more(&terms.policy, &most))
            && args.client.is_none_or(|client| client == job.post.client)
            && (args.stage == StageArg::All || args.stage == stage(job, self.now))
    }
}

fn stage(job: &Job, now: u64) -> StageArg {
    match job.stage {
        Stage::Open if now <= job.post.terms.take_by => StageArg::Open,
        Stage::Taken => StageArg::Taken,
        Stage::Submitted => StageArg::Submitted,
        Stage::Completed => StageArg::Completed,
        _ => StageArg::Ended,
    }
}

/// Whether every record that meets `most` also meets `asked`, judged condition by condition.
fn asks_no_more(asked: &Policy, most: &Policy) -> bool {
    // Open jobs that are not counted make a success rate easier to meet.
    let is_rate_no_harder = asked.min_success_bps == 0
        || (asked.min_success_bps <= most.min_success_bps && asked.free_open >= most.free_open);
    is_rate_no_harder
        && asked.min_completed <= most.min_completed
        && asked.min_clients <= most.min_clients
        && asked.min_rating <= most.min_rating
        && asked.min_rated_bps <= most.min_rated_bps
        && asked.min_volume <= most.min_volume
        && asked.min_kept_bps <= most.min_kept_bps
        && asked.min_age_days <= most.min_age_days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_asks_no_more_where_each_condition_is_no_harder() {
        let most = Policy {
            min_completed: 10,
            min_clients: 5,
            min_success_bps: 9_500,
            min_rating: 90,
            min_volume: 1_000,
            min_age_days: 30,
            min_rated_bps: 5_000,
            min_kept_bps: 9_000,
            free_open: 2,
        };
        assert!(asks_no_more(&most, &most));
        assert!(asks_no_more(&Policy::default(), &most));
        assert!(asks_no_more(
            &Policy {
                free_open: 3,
                ..most
            },
            &most
        ));
        for harder in [
            Policy {
                min_completed: 11,
                ..most
            },
            Policy {
                min_clients: 6,
                ..most
            },
            Policy {
                min_success_bps: 9_501,
                ..most
            },
            Policy {
                min_rating: 91,
                ..most
            },
            Policy {
                min_volume: 1_001,
                ..most
            },
            Policy {
                min_age_days: 31,
                ..most
            },
            Policy {
                min_rated_bps: 5_001,
                ..most
            },
            Policy {
                min_kept_bps: 9_001,
                ..most
            },
            Policy {
                free_open: 1,
                ..most
            },
        ] {
            assert!(!asks_no_more(&harder, &most), "{harder:?}");
        }
    }
}
