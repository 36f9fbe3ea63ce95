//! Amounts of the token as arguments.

use repute_sdk::chain::Token;
use std::{fmt, str::FromStr};

/// A decimal amount of tokens, such as `12.5`, before anyone knows how many decimals the token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    digits: u128,
    decimals: u8,
}

/// A text that is no amount, or one that the token cannot express.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    /// No decimal number.
    #[error("write an amount of tokens like 1500 or 12.5")]
    NoNumber,
    /// Smaller than a base unit.
    #[error("{amount} has more decimals than {symbol}, which has {decimals}")]
    TooFine {
        /// What was written.
        amount: Amount,
        /// The token.
        symbol: String,
        /// Its decimals.
        decimals: u8,
    },
    /// More than a word of the protocol holds.
    #[error(
        "{0} tokens are more than any amount of the protocol; amounts are below 2^96 base units"
    )]
    TooMuch(Amount),
}

impl FromStr for Amount {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_part = text.contains('.');
        if whole.is_empty() || has_part == part.is_empty() || !is_number(whole) || !is_number(part)
        {
            return Err(BadAmount::NoNumber);
        }
        // Zeros at the end say nothing, whatever the token's decimals.
        let part = part.trim_end_matches('0');
        let decimals = u8::try_from(part.len()).map_err(|_| BadAmount::NoNumber)?;
        let digits = format!("{whole}{part}")
            .parse()
            .map_err(|_| BadAmount::NoNumber)?;
        Ok(Self { digits, decimals })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>width$}", self.digits, width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        match part {
            "" => f.write_str(whole),
            part => write!(f, "{whole}.{part}"),
        }
    }
}

impl Amount {
    /// An amount of base units.
    pub fn of_base_units(units: u128, token: &Token) -> Self {
        let (mut digits, mut decimals) = (units, token.decimals);
        while decimals > 0 && digits.is_multiple_of(10) {
            (digits, decimals) = (digits / 10, decimals - 1);
        }
        Self { digits, decimals }
    }

    /// The amount in base units of `token`, below 2^96.
    ///
    /// # Errors
    /// [`BadAmount::TooFine`], [`BadAmount::TooMuch`].
    pub fn base_units(self, token: &Token) -> Result<u128, BadAmount> {
        let scale =
            token
                .decimals
                .checked_sub(self.decimals)
                .ok_or_else(|| BadAmount::TooFine {
                    amount: self,
                    symbol: token.symbol.clone(),
                    decimals: token.decimals,
                })?;
        10_u128
            .checked_pow(scale.into())
            .and_then(|unit| self.digits.checked_mul(unit))
            .filter(|units| units >> 96 == 0)
            .ok_or(BadAmount::TooMuch(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(decimals: u8) -> Token {
        Token {
            symbol: "tUSD".to_owned(),
            decimals,
        }
    }

    #[test]
    fn amounts_are_read_to_the_base_unit() {
        for (text, decimals, units) in [
            ("0", 6, 0),
            ("1500", 6, 1_500_000_000),
            ("12.5", 6, 12_500_000),
            ("12.500000000", 6, 12_500_000),
            ("0.000001", 6, 1),
            ("7", 0, 7),
            ("79228162514.264337593543950335", 18, (1 << 96) - 1),
        ] {
            let amount: Amount = text.parse().expect("a number");
            assert_eq!(amount.base_units(&token(decimals)), Ok(units), "{text}");
            let back = Amount::of_base_units(units, &token(decimals));
            assert_eq!(back.base_units(&token(decimals)), Ok(units), "{text}");
            assert_eq!(back.to_string().parse(), Ok(back), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e6", "1,000", "1.2.3", "0x10", " 1",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(BadAmount::NoNumber), "{text:?}");
        }
        let fine: Amount = "0.0000001".parse().expect("a number");
        assert!(matches!(
            fine.base_units(&token(6)),
            Err(BadAmount::TooFine { decimals: 6, .. })
        ));
        let much: Amount = "79228162514.264337593543950336".parse().expect("a number");
        assert_eq!(much.base_units(&token(18)), Err(BadAmount::TooMuch(much)));
        let huge: Amount = "1".parse().expect("a number");
        assert_eq!(huge.base_units(&token(77)), Err(BadAmount::TooMuch(huge)));
    }
}
