//! Month-of-year season.

use crate::calendar::Month;
use crate::distribution::QuantityOf;
use crate::document::Reader;
use crate::lanes::{Lanes, Values};
use crate::process::Process;
use crate::random::Draws;
use crate::units;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `{ jan = 0.96, … }`; months that are not named are 1.
pub(super) fn read(t: &mut Reader) -> Option<[f64; 12]> {
    let read: Vec<_> = MONTHS
        .iter()
        .map(|month| t.or(month, "1", QuantityOf(&units::FACTOR), "factor of this month of the year"))
        .collect();
    let mut factors = [1.0; 12];
    for (factor, point) in factors.iter_mut().zip(read) {
        *factor = point?.value;
    }
    Some(factors)
}

/// A factor by month of the year.
pub(super) struct Season(pub(super) [f64; 12]);

impl Process for Season {
    fn step(&self, now: &Month, _: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = Lanes::splat(self.0[usize::from(now.label.month()) - 1]);
    }
}
