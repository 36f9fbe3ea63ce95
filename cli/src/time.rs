//! Lengths of time and moments as arguments.

use crate::output::duration;
use jiff::Timestamp;
use std::str::FromStr;

/// The units of a length, in seconds.
const UNITS: [(char, u64); 5] = [
    ('w', 7 * 86_400),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];
/// Unix times are below this in every packed word of the protocol.
const END_OF_TIME: u64 = 1 << 40;

/// A moment: so far from now, or at a unix second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Seconds before or after now, as the argument's meaning has it.
    Away(u64),
    /// Unix seconds.
    At(u64),
}

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// No length.
    #[error("write a length of time like 90d, 36h or 1d12h; the units are w, d, h, m and s")]
    Length,
    /// No unix second.
    #[error("write unix seconds as @1800000000, below 2^40")]
    Unix,
}

/// Reads a length like `90d` or `1d12h` in seconds, below 2^40.
///
/// # Errors
/// [`BadTime::Length`].
pub fn length(text: &str) -> Result<u64, BadTime> {
    let mut seconds: u64 = 0;
    let mut largest = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or(BadTime::Length)?;
        let count: u64 = rest[..digits].parse().map_err(|_| BadTime::Length)?;
        let letter = rest[digits..].chars().next().ok_or(BadTime::Length)?;
        let unit = UNITS.iter().find(|(name, _)| *name == letter);
        let (_, unit) = *unit.ok_or(BadTime::Length)?;
        // Large units first and each once, so that 30m1d is no riddle.
        if unit >= largest {
            return Err(BadTime::Length);
        }
        largest = unit;
        seconds = count
            .checked_mul(unit)
            .and_then(|part| seconds.checked_add(part))
            .filter(|sum| *sum < END_OF_TIME)
            .ok_or(BadTime::Length)?;
        rest = &rest[digits + letter.len_utf8()..];
    }
    match text.is_empty() {
        true => Err(BadTime::Length),
        false => Ok(seconds),
    }
}

impl FromStr for Moment {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        match text.strip_prefix('@') {
            None => length(text).map(Self::Away),
            Some(seconds) => match seconds.parse() {
                Ok(at) if at < END_OF_TIME && !seconds.starts_with('+') => Ok(Self::At(at)),
                _ => Err(BadTime::Unix),
            },
        }
    }
}

impl Moment {
    /// The unix second, counting back from `now`; the beginning of time at the earliest.
    pub fn before(self, now: u64) -> u64 {
        match self {
            Self::Away(length) => now.saturating_sub(length),
            Self::At(at) => at,
        }
    }

    /// The unix second, counting on from `now`.
    pub fn after(self, now: u64) -> u64 {
        match self {
            Self::Away(length) => now.saturating_add(length),
            Self::At(at) => at,
        }
    }
}

/// A unix second as date and time of day, in UTC.
pub fn moment(at: u64) -> String {
    let timestamp = i64::try_from(at)
        .ok()
        .and_then(|at| Timestamp::from_second(at).ok());
    match timestamp {
        Some(timestamp) => timestamp.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        // Times of the protocol go further than the calendar of the library.
        None => format!("unix second {at}"),
    }
}

/// How far a moment is from `now`: "in 2 days" or "3 hours ago".
pub fn until(at: u64, now: u64) -> String {
    match at.checked_sub(now) {
        Some(0) => "now".to_owned(),
        Some(left) => format!("in {}", duration(left)),
        None => format!("{} ago", duration(now - at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        for (text, seconds) in [
            ("90d", 90 * 86_400),
            ("36h", 36 * 3_600),
            ("1d12h", 36 * 3_600),
            ("2w1d3h4m5s", 15 * 86_400 + 3 * 3_600 + 245),
            ("0s", 0),
        ] {
            assert_eq!(length(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "90",
            "d",
            "-1d",
            "1.5d",
            "1 d",
            "90D",
            "12h1d",
            "1d1d",
            "1y",
            "1é",
            "99999999999999999999d",
            "12725830d",
            "18446744073709551615s",
        ] {
            assert_eq!(length(text), Err(BadTime::Length), "{text}");
        }
    }

    #[test]
    fn moments_are_told_as_dates_and_distances() {
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(1_767_225_600 + 59), "2026-01-01 00:00 UTC");
        assert_eq!(moment(1 << 40), "unix second 1099511627776");
        assert_eq!(until(100, 100), "now");
        assert_eq!(until(160, 100), "in 1 minute");
        assert_eq!(until(100, 7_300), "2 hours ago");
    }

    #[test]
    fn moments_are_lengths_or_unix_seconds() {
        let ago: Moment = "10s".parse().expect("a length");
        assert_eq!((ago.before(100), ago.after(100)), (90, 110));
        assert_eq!(ago.before(5), 0);
        let at: Moment = "@1800000000".parse().expect("unix seconds");
        assert_eq!((at.before(5), at.after(5)), (1_800_000_000, 1_800_000_000));
        for text in ["@", "@-1", "@+1", "@1d", "@1099511627776"] {
            assert_eq!(text.parse::<Moment>(), Err(BadTime::Unix), "{text}");
        }
        assert_eq!("soon".parse::<Moment>(), Err(BadTime::Length));
    }
}
