//! The months of a scenario.

use super::{Offset, YearMonth};

/// Hours of an average month: 365.25 days a year. For durations, which belong to no month; amounts per time count real hours.
pub const AVERAGE_MONTH_HOURS: f64 = 730.5;

/// One month of a scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Month {
    /// Its number, from 0.
    pub index: usize,
    /// Its name.
    pub label: YearMonth,
    /// Its hours.
    pub hours: f64,
}

/// The months of a scenario, from its start on.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The first month.
    pub start: YearMonth,
    /// How many there are.
    pub length: usize,
    /// Hours of every month where the scenario states them (published studies do); else real lengths count.
    pub hours_per_month: Option<f64>,
    /// The month in which fiscal years begin, 1 to 12.
    pub fiscal_year_starts: u8,
    /// The local time that weeks of traffic are in.
    pub zone: Offset,
}

impl Timeline {
    /// One month by its number.
    pub fn month(&self, index: usize) -> Month {
        let label = self.start.plus_months(index as i32);
        Month { index, label, hours: self.hours_per_month.unwrap_or_else(|| label.hours()) }
    }

    /// All months in order.
    pub fn months(&self) -> impl Iterator<Item = Month> + '_ {
        (0..self.length).map(|index| self.month(index))
    }

    /// The place of a month's fiscal year among those of the scenario, from 0.
    pub fn year_index(&self, index: usize) -> usize {
        let year = |month: usize| self.month(month).label.fiscal_year(self.fiscal_year_starts).year();
        (year(index) - year(0)) as usize
    }

    /// Fiscal years that the scenario touches.
    pub fn years(&self) -> usize {
        self.year_index(self.length - 1) + 1
    }

    /// The fiscal year of a month: `FY2027`.
    pub fn fiscal_year(&self, index: usize) -> String {
        self.month(index).label.fiscal_year(self.fiscal_year_starts).to_string()
    }
}
