//! Straight-line depreciation of purchases that fall in different months.

/// A price spread evenly over a number of months, from the month of delivery on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StraightLine {
    /// Months until nothing is left.
    pub months: usize,
}

impl StraightLine {
    /// The month's share of a price, `age` months after delivery (0 in the month itself).
    pub fn share(&self, age: usize) -> f64 {
        if age < self.months { 1.0 / self.months as f64 } else { 0.0 }
    }

    /// The share of a price still in the books at the end of the month of this age.
    pub fn book_share(&self, age: usize) -> f64 {
        1.0 - ((age + 1) as f64 / self.months as f64).min(1.0)
    }
}
