//! What the past months have in common: a sum of theirs is above another.

use super::{Condition, Seen};
use crate::calendar::Month;
use crate::distribution::QuantityOf;
use crate::document::Reader;
use crate::lanes::{LANES, Lanes};
use crate::units;

/// Reads `over`: whole months that count.
pub(super) fn read_over(t: &mut Reader) -> Option<usize> {
    let over =
        t.or("over", "1 month", QuantityOf(&units::DURATION), "the past months that count together")?;
    let clock = over.unit.period.is_some_and(units::Period::is_clock);
    if clock || over.value.fract() != 0.0 || !(1.0..=120.0).contains(&over.value) {
        t.refuse(
            "over",
            "not-whole-months",
            "a rule looks back whole months",
            "write for example \"3 months\"",
        );
        return None;
    }
    Some(over.value as usize)
}

/// Writes what is compared in a month: the amount, and the limit that it is to exceed.
pub(super) type Compared = Box<dyn Fn(&Seen, &mut Lanes, &mut Lanes) + Send + Sync>;

/// Holds while the amounts of the past months together exceed their limits together.
pub(super) struct Trailing {
    /// Months that count.
    pub(super) months: usize,
    /// Whether only months count in which the strategy that has the rule served alone.
    pub(super) alone: bool,
    /// What is compared.
    pub(super) compared: Compared,
}

/// Places in the state: months noted in a row, then amounts, then limits, each by month in turn.
const NOTED: usize = 0;
const FIRST: usize = 1;

impl Condition for Trailing {
    fn state(&self) -> usize {
        FIRST + 2 * self.months
    }

    fn holds(&self, _: &Month, state: &[Lanes]) -> [bool; LANES] {
        let (amounts, limits) = state[FIRST..].split_at(self.months);
        std::array::from_fn(|lane| {
            let sum = |months: &[Lanes]| months.iter().map(|month| month[lane]).sum::<f64>();
            state[NOTED][lane] >= self.months as f64 && sum(amounts) > sum(limits)
        })
    }

    fn note(&self, now: &Month, seen: &Seen, state: &mut [Lanes]) {
        let place = FIRST + now.index % self.months;
        let (amounts, limits) = state.split_at_mut(FIRST + self.months);
        (self.compared)(seen, &mut amounts[place], &mut limits[place - FIRST]);
        for (noted, alone) in amounts[NOTED].iter_mut().zip(seen.alone) {
            *noted = if self.alone && *alone < 1.0 { 0.0 } else { *noted + 1.0 };
        }
    }
}
