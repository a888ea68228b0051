//! What is reserved for a term is paid to the end of the term, also when the strategy that needed it has been left.

use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::Reader;
use crate::lanes::{LANES, Lanes, Slot};
use crate::process::Lookup;
use crate::units;

/// Reads `sublet`.
pub(super) fn sublet(t: &mut Reader) -> Option<Number> {
    t.or(
        "sublet",
        "0",
        NumberOf(&units::SHARE),
        "share of what is still owed for a term that somebody else pays once a rule of `switch` has left the strategy",
    )
}

/// The price of what is owed once the strategy has been left.
pub(super) fn left_to_pay(price: Slot, sublet: &Number, lookup: &mut dyn Lookup) -> Slot {
    if sublet.known() == Some(0.0) {
        return price;
    }
    let sublet = lookup.number(sublet);
    lookup.derive(
        "price less what subletting brings",
        &[price, sublet],
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = values[price][i] * (1.0 - values[sublet][i]);
            }
        }),
    )
}

/// A term: it begins with the month in which a strategy first stands, and anew when it ends while one still does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reservation {
    /// Months.
    pub(super) term: f64,
}

impl Reservation {
    /// The share of the month that is still owed when strategies stand for a share of it. `until` is the month in which the
    /// term ends; 0 before the first.
    pub(super) fn owed(self, now: &Month, stands: &Lanes, until: &mut Lanes) -> Lanes {
        let month = now.index as f64;
        let mut owed = Lanes::ZERO;
        for i in 0..LANES {
            if until[i] > month {
                owed[i] = (1.0 - stands[i]).max(0.0);
            } else if stands[i] > 0.0 {
                until[i] = month + self.term;
            }
        }
        owed
    }
}

#[cfg(test)]
mod tests {
    use super::{Lanes, Month, Reservation};
    use crate::calendar::{Offset, Timeline, YearMonth};

    /// Every month is paid once while the strategy stands, and to the end of the running term after that.
    #[test]
    fn a_term_is_paid_to_its_end_and_begins_anew_while_it_is_needed() {
        let start = YearMonth::new(2027, 1).unwrap();
        let (length, fiscal_year_starts) = (40, 1);
        let timeline =
            Timeline { start, length, hours_per_month: None, fiscal_year_starts, zone: Offset::default() };
        let months: Vec<Month> = timeline.months().collect();
        // It stands in `from..to`, in the middle of which it is left or not.
        for (from, to, term, paid_until) in
            [(0, 5, 12, 12), (0, 12, 12, 12), (3, 16, 12, 27), (2, 3, 1, 3), (0, 40, 12, 40)]
        {
            let mut until = Lanes::ZERO;
            let found: Vec<f64> = months
                .iter()
                .map(|now| {
                    let stands = if (from..to).contains(&now.index) { 1.0 } else { 0.0 };
                    stands
                        + Reservation { term: f64::from(term) }.owed(now, &Lanes::splat(stands), &mut until)
                            [0]
                })
                .collect();
            let expected: Vec<f64> =
                (0..40).map(|i| if (from..paid_until).contains(&i) { 1.0 } else { 0.0 }).collect();
            assert_eq!(found, expected, "{from}..{to}, {term} months");
        }
    }
}
