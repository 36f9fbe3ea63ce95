//! Policies as arguments: conditions like `completed>=10,rating>=90`.

use crate::amount::{Amount, BadAmount};
use repute_circuits::policy::{InvalidPolicy, Policy};
use repute_sdk::chain::Token;
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What `--help` says of policies.
pub const SYNTAX: &str = "\
Policies are conditions separated by commas; what is left out is not asked for:
  completed>=10   jobs completed
  clients>=5      distinct clients of completed jobs
  success>=95%    completed jobs, of those and all that are not called off and not completed
  open<=2         with success: so many jobs that are not completed do not count
  rating>=90      average rating of the rated jobs, 0 to 100
  rated>=50%      rated jobs of the completed ones
  volume>=1500    budgets of completed jobs in tokens
  kept>=90%       jobs not called off, of those taken
  age>=180d       days since the first job was taken
success, rating and rated need completed>=1. Percentages take two decimals. `none` asks for nothing.
A window counts neither clients nor age.";

/// A policy whose volume is still in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyText {
    policy: Policy,
    volume: Option<Amount>,
}

/// A text that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// No such condition.
    #[error("{0:?} is no condition; write, for instance, completed>=10,success>=95%")]
    Condition(String),
    /// Its number is none, or out of range.
    #[error("{name} takes {takes}, not {value:?}")]
    Value {
        /// The condition's name.
        name: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was written.
        value: String,
    },
    /// Twice the same.
    #[error("{0} is asked for twice")]
    Twice(String),
    /// No volume.
    #[error("volume: {0}")]
    Volume(#[from] BadAmount),
    /// The conditions together mean nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
}

/// A number up to 65,535 or more, as the field has it.
fn whole<T: FromStr>(name: &'static str, value: &str) -> Result<T, BadPolicy> {
    match value.parse() {
        Ok(number) if value.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(BadPolicy::Value {
            name,
            takes: "a whole number",
            value: value.to_owned(),
        }),
    }
}

/// A percentage with up to two decimals, in basis points.
fn share(name: &'static str, value: &str) -> Result<u16, BadPolicy> {
    // Hundredths of a percent are what a token of two decimals counts in.
    let hundredths = Token {
        symbol: String::new(),
        decimals: 2,
    };
    let refused = || BadPolicy::Value {
        name,
        takes: "a percentage like 95% or 99.5%",
        value: value.to_owned(),
    };
    let number = value.strip_suffix('%').ok_or_else(refused)?;
    let number: Amount = number.parse().map_err(|_| refused())?;
    let points = number.base_units(&hundredths).map_err(|_| refused())?;
    u16::try_from(points)
        .ok()
        .filter(|points| *points <= repute_circuits::policy::BPS)
        .ok_or_else(refused)
}

fn days(name: &'static str, value: &str) -> Result<u16, BadPolicy> {
    let refused = || BadPolicy::Value {
        name,
        takes: "whole days like 180d",
        value: value.to_owned(),
    };
    let number = value.strip_suffix('d').ok_or_else(refused)?;
    whole(name, number).map_err(|_| refused())
}

impl FromStr for PolicyText {
    type Err = BadPolicy;

    fn from_str(text: &str) -> Result<Self, BadPolicy> {
        let mut policy = Policy::default();
        let mut volume = None;
        let mut seen = BTreeSet::new();
        let conditions = match text.trim() {
            "none" => "",
            other => other,
        };
        if conditions.is_empty() && text.trim() != "none" {
            return Err(BadPolicy::Condition(text.to_owned()));
        }
        for condition in conditions.split(',').filter(|_| !conditions.is_empty()) {
            let unknown = || BadPolicy::Condition(condition.trim().to_owned());
            let least = condition.split_once(">=");
            let (name, value) = least
                .or_else(|| condition.split_once("<="))
                .ok_or_else(unknown)?;
            let (name, value) = (name.trim(), value.trim());
            match (name, least.is_some()) {
                ("completed", true) => policy.min_completed = whole("completed", value)?,
                ("clients", true) => policy.min_clients = whole("clients", value)?,
                ("success", true) => policy.min_success_bps = share("success", value)?,
                ("open", false) => policy.free_open = whole("open", value)?,
                ("rating", true) => policy.min_rating = whole("rating", value)?,
                ("rated", true) => policy.min_rated_bps = share("rated", value)?,
                ("volume", true) => volume = Some(value.parse::<Amount>()?),
                ("kept", true) => policy.min_kept_bps = share("kept", value)?,
                ("age", true) => policy.min_age_days = days("age", value)?,
                _ => return Err(unknown()),
            }
            if !seen.insert(name) {
                return Err(BadPolicy::Twice(name.to_owned()));
            }
        }
        policy.validate()?;
        Ok(Self { policy, volume })
    }
}

impl PolicyText {
    /// The policy, with its volume in base units of `token`.
    ///
    /// # Errors
    /// [`BadPolicy::Volume`].
    pub fn resolve(&self, token: &Token) -> Result<Policy, BadPolicy> {
        let min_volume = match self.volume {
            Some(volume) => volume.base_units(token)?,
            None => 0,
        };
        Ok(Policy {
            min_volume,
            ..self.policy
        })
    }
}

/// A policy as an argument would write it.
pub struct Written<'a>(pub &'a Policy, pub &'a Token);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(policy, token) = *self;
        let share = |bps: u16| format!("{}.{:02}%", bps / 100, bps % 100).replace(".00%", "%");
        let volume = Amount::of_base_units(policy.min_volume, token);
        let conditions = [
            (
                policy.min_completed > 0,
                format!("completed>={}", policy.min_completed),
            ),
            (
                policy.min_clients > 0,
                format!("clients>={}", policy.min_clients),
            ),
            (
                policy.min_success_bps > 0,
                format!("success>={}", share(policy.min_success_bps)),
            ),
            (policy.free_open > 0, format!("open<={}", policy.free_open)),
            (
                policy.min_rating > 0,
                format!("rating>={}", policy.min_rating),
            ),
            (
                policy.min_rated_bps > 0,
                format!("rated>={}", share(policy.min_rated_bps)),
            ),
            (policy.min_volume > 0, format!("volume>={volume}")),
            (
                policy.min_kept_bps > 0,
                format!("kept>={}", share(policy.min_kept_bps)),
            ),
            (
                policy.min_age_days > 0,
                format!("age>={}d", policy.min_age_days),
            ),
        ];
        let asked: Vec<String> = conditions
            .into_iter()
            .filter_map(|(is_asked, text)| is_asked.then_some(text))
            .collect();
        match asked.is_empty() {
            true => f.write_str("none"),
            false => f.write_str(&asked.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token {
            symbol: "tUSD".to_owned(),
            decimals: 6,
        }
    }

    fn read(text: &str) -> Result<Policy, BadPolicy> {
        text.parse::<PolicyText>()?.resolve(&token())
    }

    #[test]
    fn every_condition_sets_its_threshold_and_is_written_back() {
        let text = "completed>=10,clients>=5,success>=95%,open<=2,rating>=90,rated>=50.05%,\
                    volume>=1500.5,kept>=90%,age>=180d";
        let policy = Policy {
            min_completed: 10,
            min_clients: 5,
            min_success_bps: 9_500,
            free_open: 2,
            min_rating: 90,
            min_rated_bps: 5_005,
            min_volume: 1_500_500_000,
            min_kept_bps: 9_000,
            min_age_days: 180,
        };
        assert_eq!(read(text), Ok(policy));
        assert_eq!(Written(&policy, &token()).to_string(), text);
        assert_eq!(
            read(" completed >= 10 , rating>= 90").map(|p| p.min_rating),
            Ok(90)
        );
        assert_eq!(read("none"), Ok(Policy::default()));
        assert_eq!(Written(&Policy::default(), &token()).to_string(), "none");
    }

    #[test]
    fn each_mistake_is_named() {
        for (text, expected) in [
            ("", "no condition"),
            (" ", "no condition"),
            (",", "no condition"),
            ("completed>=1,", "no condition"),
            ("completed", "\"completed\" is no condition"),
            ("completed>10", "no condition"),
            ("completed=10", "no condition"),
            ("completed<=10", "no condition"),
            ("open>=2", "no condition"),
            ("stars>=4", "\"stars>=4\" is no condition"),
            ("none,completed>=1", "no condition"),
            (
                "completed>=ten",
                "completed takes a whole number, not \"ten\"",
            ),
            ("completed>=-1", "whole number"),
            ("completed>=+1", "whole number"),
            ("completed>=4294967296", "whole number"),
            ("completed>=1,success>=95", "success takes a percentage"),
            ("completed>=1,success>=100.01%", "percentage"),
            ("completed>=1,success>=1.005%", "percentage"),
            ("completed>=1,rating>=4.5", "whole number"),
            ("completed>=1,rating>=101", "at most 100"),
            ("age>=180", "whole days"),
            ("age>=65536d", "whole days"),
            ("volume>=1e6", "volume: write an amount"),
            ("volume>=0.0000001", "more decimals"),
            ("success>=95%", "minCompleted of at least 1"),
            ("completed>=1,completed>=2", "completed is asked for twice"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
