//! Tidy tables for finance and scripts: one fact per row, ISO dates, ISO 4217 currencies.

mod answers;
mod components;
mod inputs;
mod monthly;
mod sheet;
mod totals;
mod vendors;

pub use inputs::{Drawn, inputs};
pub(in crate::report) use sheet::Sheet;

use super::{File, Report};

impl Report<'_> {
    /// The tables of every run.
    pub fn csv(&self) -> Vec<File> {
        let mut files = vec![self.monthly_csv(), self.totals_csv(), self.components_csv()];
        files.extend(self.answers_csv());
        files
    }
}
