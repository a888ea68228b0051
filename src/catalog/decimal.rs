//! Prices as decimal numbers: what a catalog writes is what a rate card says, digit for digit.

use std::fmt;

/// A decimal number that is not negative: `digits · 10^-scale`, without trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: u128,
    scale: i32,
}

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPrice {
    /// Below zero.
    Negative,
    /// No decimal number, or one far beyond any price.
    NoNumber,
}

/// Digits from which on a number shows the noise of 64-bit floats, such as 0.18000000000000002: a double keeps any 15.
const NOISY_DIGITS: usize = 16;
/// Digits that such a number is rounded to.
const KEPT_DIGITS: usize = 14;
/// Decimals of a ratio that does not end.
const RATIO_DECIMALS: u32 = 6;
/// Decimals within which a ratio has to end to be written as it is.
const EXACT_DECIMALS: u32 = 9;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { digits: 1, scale: 0 };

    /// Reads a number as JSON and CSV write it: `0.0000015`, `1.5e-06`.
    ///
    /// # Errors
    /// The text is no number, or below zero.
    pub fn parse(text: &str) -> Result<Self, NoPrice> {
        let (negative, text) = match text.trim().strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.trim()),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NoPrice::NoNumber)?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) || exponent.abs() > 40 {
            return Err(NoPrice::NoNumber);
        }
        let scale = part.len() as i32 - exponent;
        let significant = all.trim_start_matches('0');
        let (kept, scale) = rounded(significant, scale);
        let digits = if kept.is_empty() { 0 } else { kept.parse().map_err(|_| NoPrice::NoNumber)? };
        let number = Self { digits, scale }.normal();
        if negative && digits > 0 {
            return Err(NoPrice::Negative);
        }
        if number.scale.abs() > 40 { Err(NoPrice::NoNumber) } else { Ok(number) }
    }

    fn normal(mut self) -> Self {
        if self.digits == 0 {
            return Self::ZERO;
        }
        while self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The number times a power of ten: the price of a token becomes that of a million.
    #[must_use]
    pub fn shifted(self, powers: i32) -> Self {
        Self { scale: self.scale - powers, ..self }.normal()
    }

    /// Whether it is zero.
    pub const fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The nearest 64-bit float.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// This number over another one, and whether that is exact: a ratio that does not end is rounded to six decimals.
    /// `None` if the other is zero, or the ratio beyond any use.
    pub fn over(self, other: Self) -> Option<(Self, bool)> {
        if other.is_zero() {
            return None;
        }
        let exact = self.divided(other, EXACT_DECIMALS)?;
        if exact.1 {
            return Some(exact);
        }
        self.divided(other, RATIO_DECIMALS)
    }

    /// Rounded division to so many decimals.
    fn divided(self, other: Self, decimals: u32) -> Option<(Self, bool)> {
        let powers = decimals as i32 - self.scale + other.scale;
        let power = 10u128.checked_pow(powers.unsigned_abs())?;
        let (over, under) = if powers >= 0 {
            (self.digits.checked_mul(power)?, other.digits)
        } else {
            (self.digits, other.digits.checked_mul(power)?)
        };
        let (quotient, rest) = (over / under, over % under);
        let up = rest.checked_mul(2)? >= under;
        let digits = quotient + u128::from(up);
        Some((Self { digits, scale: decimals as i32 }.normal(), rest == 0))
    }
}

/// Digits without the noise of a float, and the scale that goes with them.
fn rounded(digits: &str, scale: i32) -> (String, i32) {
    let used = digits.trim_end_matches('0').len();
    if used < NOISY_DIGITS {
        return (digits.to_owned(), scale);
    }
    let kept: u128 = digits[..KEPT_DIGITS].parse().unwrap_or(0);
    let up = digits.as_bytes()[KEPT_DIGITS] >= b'5';
    ((kept + u128::from(up)).to_string(), scale - (digits.len() - KEPT_DIGITS) as i32)
}

/// Without an exponent: `0.15`, `75`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits.to_string();
        if self.scale <= 0 {
            return write!(f, "{digits}{}", "0".repeat(self.scale.unsigned_abs() as usize));
        }
        let scale = self.scale as usize;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, part) = padded.split_at(padded.len() - scale);
        write!(f, "{whole}.{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, NoPrice};

    fn read(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or(Decimal::ZERO)
    }

    #[test]
    fn a_price_per_token_is_a_price_per_million_without_noise() {
        let million = |text: &str| read(text).shifted(6).to_string();
        for (token, mtok) in [
            ("1.5e-7", "0.15"),
            ("1.5e-07", "0.15"),
            ("0.00000015", "0.15"),
            ("3e-06", "3"),
            ("7.5e-05", "75"),
            ("0.0006", "600"),
            ("0.0000000381469", "0.0381469"),
            ("1.2999000000000001e-07", "0.12999"),
            ("2.1429999999999996e-06", "2.143"),
            ("9.9999999999999995e-08", "0.1"),
            ("0", "0"),
            ("0.0", "0"),
        ] {
            assert_eq!(million(token), mtok, "{token}");
        }
        assert_eq!(read("0.18000000000000002").to_string(), "0.18");
        assert_eq!(read("1200000").to_string(), "1200000");
    }

    #[test]
    fn what_is_no_price_is_refused() {
        assert_eq!(Decimal::parse("-1"), Err(NoPrice::Negative));
        assert_eq!(Decimal::parse("-0.0"), Ok(Decimal::ZERO));
        for text in ["", ".", "1.2.3", "NaN", "1e999", "0x10", "1,5", "e5", "١"] {
            assert_eq!(Decimal::parse(text), Err(NoPrice::NoNumber), "{text}");
        }
    }

    #[test]
    fn ratios_say_whether_they_are_exact() {
        let over = |a: &str, b: &str| read(a).over(read(b)).map(|(ratio, exact)| (ratio.to_string(), exact));
        assert_eq!(over("0.075", "0.15"), Some(("0.5".into(), true)));
        assert_eq!(over("37.5", "25"), Some(("1.5".into(), true)));
        assert_eq!(over("2", "1.2"), Some(("1.666667".into(), false)));
        assert_eq!(over("1", "0"), None);
    }
}
