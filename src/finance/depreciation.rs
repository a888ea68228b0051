//! How the books spread a price over the months that follow a delivery. One function per method, one line in [`METHODS`].

use crate::distribution::{Point, QuantityOf};
use crate::document::{Flag, Plugin, Reader};
use crate::units;

/// A price spread over months, from the month of delivery on.
#[derive(Clone, Debug, PartialEq)]
pub struct Depreciation {
    months: usize,
    method: Method,
}

#[derive(Clone, Debug, PartialEq)]
enum Method {
    /// The same share every month.
    StraightLine,
    /// The month's share in each year of twelve months, and what is left at the end of each year.
    Declining { monthly: Vec<f64>, left: Vec<f64> },
}

/// The methods that a scenario can name.
pub const METHODS: &[Plugin<Depreciation>] = &[
    Plugin {
        name: "straight_line",
        meaning: "the same amount every month",
        example: "{ straight_line = { over = \"5 years\" } }",
        read: read_straight_line,
    },
    Plugin {
        name: "declining_balance",
        meaning: "each year the same share of what is left, `factor` over the years; in Japan 2, then a straight line",
        example: "{ declining_balance = { over = \"5 years\", factor = 2, then_straight = true } }",
        read: read_declining,
    },
];

fn read_straight_line(t: &mut Reader) -> Option<Depreciation> {
    let over = t.required("over", QuantityOf(&units::DURATION), "months or years until nothing is left")?;
    let months = whole_months(t, "over", &over, "depreciation counts whole months", "\"5 years\"")?;
    Some(Depreciation::straight_line(months))
}

fn read_declining(t: &mut Reader) -> Option<Depreciation> {
    let over = t.required("over", QuantityOf(&units::DURATION), "whole years of the asset's life");
    let factor = t.or("factor", "2", QuantityOf(&units::FACTOR), "times the rate of a straight line");
    let then_straight = t.or(
        "then_straight",
        "true",
        Flag,
        "change to a straight line over the years left as soon as that writes off more",
    );
    let (over, factor, then_straight) = (over?, factor?, then_straight?);
    let months = whole_months(t, "over", &over, "a balance declines by whole years", "\"5 years\"")?;
    if months % 12 != 0 {
        t.refuse(
            "over",
            "not-whole-years",
            "a balance declines by whole years",
            "write for example \"5 years\"",
        );
        return None;
    }
    if factor.value < 1.0 {
        let help = "write 2 for the double declining balance, or use `straight_line`";
        t.refuse("factor", "below-one", "a balance declines at least as fast as a straight line", help);
        return None;
    }
    Some(Depreciation::declining(months / 12, factor.value, then_straight))
}

/// A fixed number of months; a mistake where it is none.
pub fn whole_months(t: &mut Reader, key: &str, over: &Point, message: &str, such_as: &str) -> Option<usize> {
    let calendar = over.unit.period.is_some_and(|period| !period.is_clock());
    if !calendar || over.value < 1.0 || over.value.fract() != 0.0 {
        t.refuse(key, "not-whole-months", message, &format!("write for example {such_as}"));
        return None;
    }
    Some(over.value as usize)
}

impl Depreciation {
    /// The same share in each of `months`.
    pub fn straight_line(months: usize) -> Self {
        Self { months, method: Method::StraightLine }
    }

    /// Each year `factor / years` of what is left, spread evenly over its twelve months; `then_straight` changes to a straight
    /// line over the years left as soon as that writes off more, and so leaves nothing.
    ///
    /// With a factor of 2 this is Japan's 200 % method: the guaranteed amount of its tables is where a straight line over the
    /// years left overtakes, and their revised rate is one over these years.
    pub fn declining(years: usize, factor: f64, then_straight: bool) -> Self {
        let rate = (factor / years as f64).min(1.0);
        let (mut left, mut lefts, mut monthly) = (1.0, Vec::new(), Vec::new());
        for year in 0..years {
            let straight = left / (years - year) as f64;
            let share = if then_straight { f64::max(left * rate, straight) } else { left * rate };
            let last = then_straight && year + 1 == years;
            left = if last { 0.0 } else { left - share };
            lefts.push(left);
            monthly.push(share / 12.0);
        }
        Self { months: 12 * years, method: Method::Declining { monthly, left: lefts } }
    }

    /// Months in which something is written off.
    pub fn months(&self) -> usize {
        self.months
    }

    /// Whether every month has the same share.
    pub fn is_even(&self) -> bool {
        self.method == Method::StraightLine
    }

    /// The month's share of a price, `age` months after delivery (0 in the month itself).
    pub fn share(&self, age: usize) -> f64 {
        if age >= self.months {
            return 0.0;
        }
        match &self.method {
            Method::StraightLine => 1.0 / self.months as f64,
            Method::Declining { monthly, .. } => monthly[age / 12],
        }
    }

    /// The share of a price still in the books at the end of the month of this age.
    pub fn book_share(&self, age: usize) -> f64 {
        match &self.method {
            Method::StraightLine => 1.0 - self.worn(age),
            Method::Declining { monthly, left } => {
                let year = age / 12;
                let Some(at_its_end) = left.get(year) else { return left.last().copied().unwrap_or(0.0) };
                at_its_end + monthly[year] * (11 - age % 12) as f64
            }
        }
    }

    /// The share of its life that a thing has behind it at the end of the month of this age: what the market sees, whatever
    /// the books say.
    pub fn worn(&self, age: usize) -> f64 {
        ((age + 1) as f64 / self.months as f64).min(1.0)
    }
}
