//! Amounts in whole minor units of the currency: rounded once, so that everything added from them foots.

use super::display::minor_digits;
use crate::analysis::StrategyFindings;
use crate::finance::{Component, View};

/// Rounds amounts to whole minor units of a currency: yen, cents.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    digits: usize,
    units: f64,
}

impl Rounding {
    /// Of the currency with this code.
    pub fn of(currency: &str) -> Self {
        let digits = minor_digits(currency);
        Self { digits, units: (0..digits).fold(1.0, |units, _| units * 10.0) }
    }

    /// The minor units of an amount.
    pub fn minor(self, amount: f64) -> i64 {
        (amount * self.units).round() as i64
    }

    /// Minor units as a plain decimal number: `-1234.50`.
    pub fn text(self, minor: i64) -> String {
        if self.digits == 0 {
            return minor.to_string();
        }
        let sign = if minor < 0 { "-" } else { "" };
        let all = format!("{:0width$}", minor.unsigned_abs(), width = self.digits + 1);
        let (whole, part) = all.split_at(all.len() - self.digits);
        format!("{sign}{whole}.{part}")
    }

    /// Minor units as an amount.
    pub fn amount(self, minor: i64) -> f64 {
        minor as f64 / self.units
    }
}

/// The mean cost of a strategy, rounded by month and component.
pub struct Books {
    /// By month, then component.
    pub components: Vec<[i64; Component::COUNT]>,
}

impl Books {
    /// Rounds the means of a strategy.
    pub fn of(strategy: &StrategyFindings, rounding: Rounding) -> Self {
        Self {
            components: strategy
                .components
                .iter()
                .map(|month| month.map(|amount| rounding.minor(amount)))
                .collect(),
        }
    }

    /// The month's total in a view: the sum of its rounded components.
    pub fn total(&self, month: usize, view: View) -> i64 {
        let counts = |c: &Component| c.view() == View::Both || c.view() == view;
        Component::ALL.into_iter().filter(counts).map(|c| self.components[month][c as usize]).sum()
    }

    /// The total of all months in a view.
    pub fn whole(&self, view: View) -> i64 {
        (0..self.components.len()).map(|month| self.total(month, view)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Rounding;

    #[test]
    fn minor_units_are_written_with_the_digits_of_the_currency() {
        let text =
            |amount: f64, currency: &str| Rounding::of(currency).text(Rounding::of(currency).minor(amount));
        assert_eq!(text(1234.5, "USD"), "1234.50");
        assert_eq!(text(-0.05, "USD"), "-0.05");
        assert_eq!(text(-0.001, "USD"), "0.00", "no negative zero");
        assert_eq!(text(1234.5, "JPY"), "1235");
        assert_eq!(text(-2.5, "KWD"), "-2.500");
    }
}
