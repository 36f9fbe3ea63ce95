//! Finding work: open jobs by what they ask, pay and need.

use super::Agent;
use crate::{
    chain::ChainError,
    log::{Job, Log, Stage},
    shortfall::Shortfall,
};

/// What an agent looks for; the default is any open job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// These kinds of work only, unless empty.
    pub categories: Vec<u32>,
    /// The least budget, base units.
    pub min_budget: u128,
    /// The highest bond that whoever sends the take would put up, base units; any if `None`.
    pub max_bond: Option<u128>,
    /// How long there must be for the work after now, seconds.
    pub min_time: u64,
    /// Only jobs that need no approval by their client.
    pub without_approval: bool,
}

impl Search {
    /// Whether an open job is one of these, at `now`.
    #[must_use]
    pub fn matches(&self, job: &Job, now: u64) -> bool {
        let terms = &job.post.terms;
        job.stage == Stage::Open
            && now <= terms.take_by
            && now + self.min_time <= terms.submit_by
            && (self.categories.is_empty() || self.categories.contains(&terms.category))
            && job.post.budget >= self.min_budget
            && self.max_bond.is_none_or(|most| terms.bond <= most)
            && !(self.without_approval && terms.selective)
    }

    /// The open jobs of a log that match at `now`, the best paid first.
    #[must_use]
    pub fn find<'a>(&self, log: &'a Log, now: u64) -> Vec<&'a Job> {
        let mut found: Vec<&Job> = log.jobs().filter(|job| self.matches(job, now)).collect();
        found.sort_by_key(|job| std::cmp::Reverse(job.post.budget));
        found
    }
}

/// A job that an agent could look at.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The job.
    pub job: &'a Job,
    /// What the record misses of its policy; `None` where it is met.
    pub shortfall: Option<Shortfall>,
}

impl Agent {
    /// The open jobs that match, the best paid first, each with what this record misses of its policy.
    /// Nothing is asked of the chain but the time.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn search<'a>(
        &self,
        log: &'a Log,
        search: &Search,
    ) -> Result<Vec<Found<'a>>, ChainError> {
        let now = self.chain().now().await?;
        let state = self.wallet().state();
        let found = search.find(log, now).into_iter().map(|job| Found {
            job,
            shortfall: Shortfall::check(&job.post.terms.policy, &state, now).err(),
        });
        Ok(found.collect())
    }

    /// The open jobs that match and whose policy this record meets, the best paid first.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn find<'a>(
        &self,
        log: &'a Log,
        search: &Search,
    ) -> Result<Vec<&'a Job>, ChainError> {
        let found = self.search(log, search).await?.into_iter();
        Ok(found
            .filter(|found| found.shortfall.is_none())
            .map(|found| found.job)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::invented::{BOARD, TIME},
        post::{Post, Terms, tests::post},
    };

    #[test]
    fn jobs_are_found_by_what_they_ask_pay_and_need() {
        let mut log = Log::invented();
        let offered = post();
        let terms = &offered.terms;
        let posts = [
            Post {
                budget: 10,
                ..offered.clone()
            },
            Post {
                budget: 30,
                terms: Terms {
                    category: terms.category + 1,
                    ..terms.clone()
                },
                ..offered.clone()
            },
            Post {
                budget: 20,
                terms: Terms {
                    bond: terms.bond + 1,
                    ..terms.clone()
                },
                ..offered.clone()
            },
            Post {
                budget: 5,
                terms: Terms {
                    selective: !terms.selective,
                    ..terms.clone()
                },
                ..offered.clone()
            },
        ];
        for post in &posts {
            let event = log.posted(post);
            log.write(BOARD, &event).expect("it posts");
        }
        let now = terms.take_by.min(TIME);
        let found = |search: Search, now: u64| -> Vec<u64> {
            search
                .find(&log, now)
                .iter()
                .map(|job| job.post_id)
                .collect()
        };
        let any = Search::default();
        assert_eq!(found(any.clone(), now), [2, 3, 1, 4], "the best paid first");
        assert_eq!(found(any.clone(), terms.take_by), [2, 3, 1, 4]);
        assert!(found(any.clone(), terms.take_by + 1).is_empty(), "too late");
        let category = Search {
            categories: vec![terms.category],
            ..any.clone()
        };
        assert_eq!(found(category, now), [3, 1, 4]);
        let paid = Search {
            min_budget: 20,
            ..any.clone()
        };
        assert_eq!(found(paid, now), [2, 3]);
        let bond = Search {
            max_bond: Some(terms.bond),
            ..any.clone()
        };
        assert_eq!(found(bond, now), [2, 1, 4]);
        let time = terms.submit_by - now;
        let slow = Search {
            min_time: time,
            ..any.clone()
        };
        assert_eq!(found(slow, now).len(), 4);
        let slower = Search {
            min_time: time + 1,
            ..any.clone()
        };
        assert!(found(slower, now).is_empty());
        let free = Search {
            without_approval: true,
            ..any
        };
        let open = posts.iter().filter(|post| !post.terms.selective).count();
        assert_eq!(found(free, now).len(), open);
    }
}
