//! How many agents a proof could be of, at most: what everybody can work out from the log alone.
//!
//! Each threshold of a policy needs activity: ten completed jobs cannot be had by more agents than a
//! tenth of all completed jobs. The least of these bounds is one that no observer's set of candidates
//! exceeds; it may well be smaller, as amounts, times and categories tell more.

use crate::log::{Job, Log};
use alloy::primitives::Address;
use repute_circuits::{
    policy::{BPS, Policy},
    statement::settle::Mode,
    window::Filter,
};
use std::{collections::BTreeMap, fmt};

/// Below this, tools warn before they prove.
pub const FEW: u64 = 20;

/// Seconds in a day, in which a policy's age counts.
const DAY: u64 = 86_400;

/// At most so many agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How many.
    pub agents: u64,
    /// Which activity allows no more.
    pub limit: Limit,
}

/// What limits how many agents there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Agents that registered.
    Registrations,
    /// Jobs that were completed.
    Completed,
    /// Distinct clients of completed jobs.
    Clients,
    /// Budgets of completed jobs.
    Volume,
    /// Completed jobs that were rated.
    Rated,
    /// Jobs taken long enough ago.
    Age,
}

impl Limit {
    /// Its name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registrations => "registrations",
            Self::Completed => "completed",
            Self::Clients => "clients",
            Self::Volume => "volume",
            Self::Rated => "rated",
            Self::Age => "age",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registrations => "so many registered",
            Self::Completed => "so many jobs were completed",
            Self::Clients => "completed jobs have so many clients",
            Self::Volume => "so much was paid for completed jobs",
            Self::Rated => "so many completed jobs were rated",
            Self::Age => "so many jobs were taken that long ago",
        })
    }
}

impl Bound {
    /// Whether there are so few that proving tells much.
    #[must_use]
    pub fn is_few(self) -> bool {
        self.agents < FEW
    }

    /// How many agents there are.
    #[must_use]
    pub fn registered(log: &Log) -> Self {
        Self {
            agents: log.registration_count() as u64,
            limit: Limit::Registrations,
        }
    }

    /// How many agents' whole records can meet `policy` at `at`, unix seconds.
    #[must_use]
    pub fn of_policy(log: &Log, policy: &Policy, at: u64) -> Self {
        let everything = Filter {
            category: None,
            since: 0,
        };
        let counted = Self::counted(log, policy, &everything);
        if policy.min_age_days == 0 {
            return counted;
        }
        let latest = at.checked_sub(u64::from(policy.min_age_days) * DAY);
        let taken = log.jobs().filter_map(|job| job.taken.as_ref());
        let early = taken.filter(|taken| latest.is_some_and(|latest| taken.at <= latest));
        counted.and(early.count() as u64, Limit::Age)
    }

    /// How many agents' jobs that `filter` admits can meet `policy`.
    #[must_use]
    pub fn of_window(log: &Log, policy: &Policy, filter: &Filter) -> Self {
        Self::counted(log, policy, filter)
    }

    fn counted(log: &Log, policy: &Policy, filter: &Filter) -> Self {
        let completed: Vec<&Job> = log
            .jobs()
            .filter(|job| job.settled.is_some() && is_admitted(job, filter))
            .collect();
        let mut clients: BTreeMap<Address, u64> = BTreeMap::new();
        for job in &completed {
            *clients.entry(job.post.client).or_default() += 1;
        }
        let volume: u128 = completed.iter().map(|job| job.post.budget).sum();
        let modes = completed.iter().filter_map(|job| job.settled);
        let rated = modes.filter(|settled| settled.mode != Mode::Silence);
        let share = u64::from(policy.min_rated_bps) * u64::from(policy.min_completed);
        let ratings = share
            .div_ceil(u64::from(BPS))
            .max(u64::from(policy.min_rating > 0));
        let jobs = completed.len() as u64;
        let mut bound = Self::registered(log);
        if let Some(agents) = jobs.checked_div(policy.min_completed.into()) {
            bound = bound.and(agents, Limit::Completed);
        }
        if policy.min_clients > 0 {
            let counts: Vec<u64> = clients.into_values().collect();
            let agents = with_clients(&counts, policy.min_clients.into());
            bound = bound.and(agents, Limit::Clients);
        }
        if let Some(agents) = volume.checked_div(policy.min_volume) {
            let agents = u64::try_from(agents).unwrap_or(u64::MAX);
            bound = bound.and(agents, Limit::Volume);
        }
        if let Some(agents) = (rated.count() as u64).checked_div(ratings) {
            bound = bound.and(agents, Limit::Rated);
        }
        bound
    }

    fn and(self, agents: u64, limit: Limit) -> Self {
        match agents < self.agents {
            true => Self { agents, limit },
            false => self,
        }
    }
}

fn is_admitted(job: &Job, filter: &Filter) -> bool {
    let terms = &job.post.terms;
    job.taken
        .as_ref()
        .is_some_and(|taken| taken.at >= filter.since)
        && filter
            .category
            .is_none_or(|category| category == terms.category)
}

/// How many agents can each have worked for `needed` distinct clients, where the clients' completed
/// jobs are `jobs`: a client with n jobs counts for at most n of them, and once for each.
fn with_clients(jobs: &[u64], needed: u64) -> u64 {
    // What n agents can use grows by ever less as n grows, so the first n that has too little is the end.
    let suffices = |agents: u64| {
        let usable: u64 = jobs.iter().map(|count| (*count).min(agents)).sum();
        usable >= needed.saturating_mul(agents)
    };
    let most = jobs.iter().sum::<u64>() / needed.max(1);
    (0..=most)
        .take_while(|agents| suffices(*agents))
        .last()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::{Settled, Stage, Taken},
        post::tests::post,
    };
    use alloy::primitives::U256;
    use repute_circuits::field::Fr;

    /// A log with `agents` registrations and one completed job for each client, budget, time taken and
    /// mode.
    fn log(agents: u64, jobs: &[(u8, u128, u64, Mode)]) -> Log {
        let mut log = Log::invented();
        for number in 0..agents {
            let identity = Fr::from(number + 1);
            let event = log.registered(identity);
            log.write(crate::log::invented::LEDGER, &event)
                .expect("it registers");
        }
        for (client, budget, at, mode) in jobs {
            let mut post = post();
            post.client = Address::repeat_byte(*client);
            post.budget = *budget;
            let event = log.posted(&post);
            log.write(crate::log::invented::BOARD, &event)
                .expect("it posts");
            let id = log.jobs().count() as u64;
            let job = log.invented_job(id);
            job.stage = Stage::Completed;
            job.taken = Some(Taken {
                worker: Address::ZERO,
                sender: Address::ZERO,
                escrow_job: id,
                ticket: Fr::from(id),
                at: *at,
            });
            job.settled = Some(Settled {
                recipient: Address::ZERO,
                paid: U256::ZERO,
                mode: *mode,
            });
        }
        log
    }

    #[test]
    fn the_least_of_what_activity_allows_is_the_bound() {
        let jobs = [
            (1, 100, 10 * DAY, Mode::Private),
            (1, 100, 20 * DAY, Mode::Silence),
            (2, 300, 30 * DAY, Mode::Open),
            (3, 500, 40 * DAY, Mode::Silence),
        ];
        let log = log(9, &jobs);
        let one = Policy {
            min_completed: 1,
            ..Policy::default()
        };
        for (policy, agents, limit) in [
            (Policy::default(), 9, Limit::Registrations),
            (one, 4, Limit::Completed),
            (
                Policy {
                    min_completed: 3,
                    ..one
                },
                1,
                Limit::Completed,
            ),
            (
                Policy {
                    min_clients: 2,
                    ..Policy::default()
                },
                2,
                Limit::Clients,
            ),
            (
                Policy {
                    min_volume: 400,
                    ..Policy::default()
                },
                2,
                Limit::Volume,
            ),
            (
                Policy {
                    min_rating: 90,
                    ..one
                },
                2,
                Limit::Rated,
            ),
            (
                Policy {
                    min_rated_bps: 10_000,
                    min_completed: 2,
                    ..one
                },
                1,
                Limit::Rated,
            ),
            (
                Policy {
                    min_age_days: 75,
                    ..Policy::default()
                },
                2,
                Limit::Age,
            ),
            (
                Policy {
                    min_age_days: 101,
                    ..Policy::default()
                },
                0,
                Limit::Age,
            ),
        ] {
            let bound = Bound::of_policy(&log, &policy, 100 * DAY);
            assert_eq!(bound, Bound { agents, limit }, "{policy:?}");
        }
    }

    #[test]
    fn a_window_counts_what_its_filter_admits() {
        let jobs = [
            (1, 100, 10, Mode::Private),
            (1, 100, 20, Mode::Silence),
            (1, 100, 30, Mode::Silence),
        ];
        let log = log(9, &jobs);
        let policy = Policy {
            min_completed: 1,
            ..Policy::default()
        };
        for (category, since, agents) in [
            (None, 0, 3),
            (None, 20, 2),
            (Some(post().terms.category), 31, 0),
            (Some(post().terms.category), 30, 1),
            (Some(post().terms.category + 1), 0, 0),
        ] {
            let filter = Filter { category, since };
            let bound = Bound::of_window(&log, &policy, &filter);
            assert_eq!(bound.agents, agents, "{filter:?}");
            assert!(bound.is_few());
        }
    }

    #[test]
    fn no_agent_counts_a_client_twice() {
        for (jobs, needed, agents) in [
            (&[][..], 1, 0),
            (&[5], 1, 5),
            (&[5], 2, 0),
            (&[5, 1], 2, 1),
            (&[3, 3, 3], 2, 4),
            (&[3, 3, 3], 3, 3),
            (&[100, 1, 1], 2, 2),
        ] {
            assert_eq!(with_clients(jobs, needed), agents, "{jobs:?}, {needed}");
        }
    }
}
