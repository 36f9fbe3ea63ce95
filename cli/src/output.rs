//! What the program prints: amounts, times and text as people read them.

use alloy::primitives::U256;
use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use repute_sdk::chain::Token;
use serde::Serialize;
use std::{
    collections::BTreeSet,
    io::{self, Stdout, Write},
};

/// Columns of the text, where a word allows.
const WIDTH: usize = 100;

const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Yellow.on_default();
const QUIET: Style = Style::new().dimmed();

/// Prints one JSON document on stdout.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_json(document: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)
}

/// Tells a story on stdout, with colours only on terminals and never where `NO_COLOR` is set; or
/// says nothing, where a JSON document follows.
pub struct Narrator(Option<AutoStream<Stdout>>);

impl Narrator {
    /// One that tells, unless JSON is asked for.
    pub fn new(json: bool) -> Self {
        match json {
            true => Self::silent(),
            false => Self::telling(),
        }
    }

    /// One that tells.
    pub fn telling() -> Self {
        Self(Some(AutoStream::auto(io::stdout())))
    }

    /// One that says nothing.
    pub fn silent() -> Self {
        Self(None)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        match &mut self.0 {
            Some(out) => {
                out.write_all(text.as_bytes())?;
                out.flush()
            }
            None => Ok(()),
        }
    }

    /// Begins a part.
    ///
    /// # Errors
    /// When stdout cannot be written; so for all that follow.
    pub fn title(&mut self, text: &str) -> io::Result<()> {
        self.write(&format!("\n{TITLE}{text}{TITLE:#}\n"))
    }

    /// Says something.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        self.marked("  ", Style::new(), text)
    }

    /// Says one of several things.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn item(&mut self, text: &str) -> io::Result<()> {
        self.marked("  · ", Style::new(), text)
    }

    /// Prints a value alone, for other programs to take.
    pub fn plain(&mut self, value: &str) -> io::Result<()> {
        self.write(&format!("{value}\n"))
    }

    /// Says something of less weight.
    pub fn aside(&mut self, text: &str) -> io::Result<()> {
        self.marked("  ", QUIET, text)
    }

    /// Says that something was done.
    pub fn done(&mut self, text: &str, gas: Option<u64>) -> io::Result<()> {
        match gas {
            Some(gas) => self.marked("✓ ", GOOD, &format!("{text} [{}\u{a0}gas]", grouped(gas))),
            None => self.marked("✓ ", GOOD, text),
        }
    }

    /// Warns.
    pub fn warn(&mut self, text: &str) -> io::Result<()> {
        self.marked("! ", BAD, text)
    }

    /// Says that something was refused, and why.
    pub fn refused(&mut self, attempt: &str, reason: &str) -> io::Result<()> {
        self.marked("✗ ", BAD, attempt)?;
        self.marked("    ", QUIET, &format!("refused: {reason}"))
    }

    /// Prints a table whose last column is aligned to the right.
    pub fn table(&mut self, rows: &[(String, String)]) -> io::Result<()> {
        let left = rows.iter().map(|row| row.0.chars().count()).max();
        let right = rows.iter().map(|row| row.1.chars().count()).max();
        let (left, right) = (left.unwrap_or(0), right.unwrap_or(0));
        for (name, value) in rows {
            self.write(&format!("  {name:left$}  {value:>right$}\n"))?;
        }
        Ok(())
    }

    /// Prints names and their values.
    pub fn facts(&mut self, facts: &[(&str, String)]) -> io::Result<()> {
        let widths = facts.iter().map(|fact| fact.0.chars().count());
        let width = widths.max().unwrap_or(0);
        for (name, value) in facts {
            self.write(&format!("  {QUIET}{name:width$}{QUIET:#}  {value}\n"))?;
        }
        Ok(())
    }

    /// Prints rows under the names of their columns.
    pub fn columns<const N: usize>(
        &mut self,
        names: [&str; N],
        rows: &[[String; N]],
    ) -> io::Result<()> {
        let width = |column: usize| {
            let values = rows.iter().map(|row| row[column].chars().count());
            values
                .chain([names[column].chars().count()])
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; N] = std::array::from_fn(width);
        let line = |cells: [&str; N]| {
            let cells = cells
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.write(&format!("  {QUIET}{}{QUIET:#}\n", line(names)))?;
        for row in rows {
            let cells = std::array::from_fn(|column| row[column].as_str());
            self.write(&format!("  {}\n", line(cells)))?;
        }
        Ok(())
    }

    fn marked(&mut self, mark: &str, style: Style, text: &str) -> io::Result<()> {
        let indent = 2 + mark.chars().count();
        let mut lines = wrapped(text, WIDTH - indent).into_iter();
        let first = lines.next().unwrap_or_default();
        let mut output = match style == QUIET {
            true => format!("  {mark}{style}{first}{style:#}\n"),
            false => format!("  {style}{mark}{style:#}{first}\n"),
        };
        for line in lines {
            let style = if style == QUIET { QUIET } else { Style::new() };
            output += &format!("{:indent$}{style}{line}{style:#}\n", "");
        }
        self.write(&output)
    }
}

/// Breaks text into lines of at most `width` characters where its words allow.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Not at no-break spaces.
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A number with its thousands separated by commas.
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount of base units in tokens with the symbol: two decimals, or more where it has more.
pub fn amount(base_units: U256, token: &Token) -> String {
    let unit = U256::from(10).pow(U256::from(token.decimals));
    let (whole, rest) = (base_units / unit, base_units % unit);
    let mut decimals = match token.decimals {
        0 => String::new(),
        width => format!("{rest:0>width$}", width = usize::from(width)),
    };
    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals} {}", grouped(whole), token.symbol)
}

/// A length of time in its two largest units.
pub fn duration(seconds: u64) -> String {
    let units = [
        ("day", 86_400, u64::MAX),
        ("hour", 3_600, 24),
        ("minute", 60, 60),
        ("second", 1, 60),
    ];
    let parts: Vec<String> = units
        .into_iter()
        .map(|(name, length, wrap)| (name, seconds / length % wrap))
        .filter(|(_, count)| *count > 0)
        .take(2)
        .map(|(name, count)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect();
    match parts.is_empty() {
        true => "no time".to_owned(),
        false => parts.join(" "),
    }
}

/// Basis points in percent.
pub fn percent(basis_points: u64) -> String {
    match basis_points % 100 {
        0 => format!("{} %", basis_points / 100),
        rest => format!("{}.{rest:02} %", basis_points / 100),
    }
}

/// The beginning and end of a long word.
pub fn short(word: impl ToString) -> String {
    let word = word.to_string();
    match word.get(..6).zip(word.get(word.len().saturating_sub(4)..)) {
        Some((begin, end)) if word.len() > 12 => format!("{begin}…{end}"),
        _ => word,
    }
}

/// Long words shortened alike, to as many characters as tell different ones apart.
pub fn shortened(words: &[String]) -> Vec<String> {
    let longest = words.iter().map(String::len).max().unwrap_or(0);
    let distinct = words.iter().collect::<BTreeSet<_>>().len();
    let cut = |word: &String, begin: usize| match (
        word.get(..begin),
        word.get(word.len().saturating_sub(4)..),
    ) {
        (Some(start), Some(end)) if word.len() > begin + 6 => format!("{start}…{end}"),
        _ => word.clone(),
    };
    let shortest = (6..longest.max(6)).find(|begin| {
        let cuts: BTreeSet<_> = words.iter().map(|word| cut(word, *begin)).collect();
        cuts.len() == distinct
    });
    let begin = shortest.unwrap_or(longest);
    words.iter().map(|word| cut(word, begin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_every_digit_that_matters() {
        let token = |decimals| Token {
            symbol: "tUSD".to_owned(),
            decimals,
        };
        for (units, decimals, expected) in [
            (0_u64, 6, "0.00 tUSD"),
            (1, 6, "0.000001 tUSD"),
            (1_500_000, 6, "1.50 tUSD"),
            (1_234_567_890_120, 6, "1,234,567.89012 tUSD"),
            (1_234, 0, "1,234 tUSD"),
            (15, 1, "1.5 tUSD"),
        ] {
            assert_eq!(amount(U256::from(units), &token(decimals)), expected);
        }
        let most = amount(U256::MAX, &token(77));
        assert!(most.starts_with("1.15792"), "{most}");
    }

    #[test]
    fn times_are_told_in_their_two_largest_units() {
        for (seconds, expected) in [
            (0, "no time"),
            (1, "1 second"),
            (3_600, "1 hour"),
            (90_061, "1 day 1 hour"),
            (172_800 + 59, "2 days 59 seconds"),
            (86_400 * 400, "400 days"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }

    #[test]
    fn percents_are_exact() {
        assert_eq!(percent(10_000), "100 %");
        assert_eq!(percent(6_666), "66.66 %");
        assert_eq!(percent(5), "0.05 %");
    }

    #[test]
    fn long_words_are_shortened_and_short_ones_are_not() {
        assert_eq!(short("0x1234567890abcdef"), "0x1234…cdef");
        assert_eq!(short("0x1234567890"), "0x1234567890");
    }

    #[test]
    fn words_are_shortened_no_further_than_tells_them_apart() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let one = "0x1234567890abcdefabcd";
        assert_eq!(shortened(&words(&[one, one])), ["0x1234…abcd"; 2]);
        let other = "0x1234567890ffcdefabcd";
        assert_eq!(
            shortened(&words(&[one, other])),
            ["0x1234567890a…abcd", "0x1234567890f…abcd"]
        );
        assert_eq!(shortened(&words(&["7", one])), ["7", "0x1234…abcd"]);
        assert!(shortened(&[]).is_empty());
    }

    #[test]
    fn lines_break_between_words_only() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
        assert!(wrapped("", 3).is_empty());
    }
}
