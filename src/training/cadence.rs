//! When a cycle is due.

use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, MapOf, Reader, Reference};
use crate::units;

/// When a cycle is due: by the calendar, when the llm has become too bad, or when its base goes; whichever comes first.
#[derive(Clone, Debug)]
pub struct Cadence {
    /// Months from cycle to cycle.
    pub every_months: Option<usize>,
    /// The least score, by evaluation.
    pub quality_below: Vec<(Reference, Number)>,
    /// The llm of a vendor whose retirement asks for a cycle.
    pub retirement_of: Option<Reference>,
}

impl Cadence {
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let every =
            t.optional("every", QuantityOf(&units::DURATION), "time from cycle to cycle, in whole months");
        let floors = MapOf("evaluation", NumberOf(&units::SHARE));
        let below = t.or("quality_below", "{}", floors, "a cycle begins when a score has fallen to this");
        let retirement = t.optional(
            "retirement_of",
            Id("llm of a vendor, as vendor/llm"),
            "a cycle begins in time for when this is turned off",
        );
        let (every, quality_below, retirement_of) = (every?, below?, retirement?);
        let every_months = match every {
            None => None,
            Some(every) => {
                let whole = every.unit.period.is_some_and(|period| !period.is_clock());
                if !whole || every.value < 1.0 || every.value.fract() != 0.0 {
                    let help = "write for example \"3 months\"";
                    t.refuse("every", "not-whole-months", "a calendar counts whole months", help);
                    return None;
                }
                Some(every.value as usize)
            }
        };
        if every_months.is_none() && quality_below.is_empty() && retirement_of.is_none() {
            let help =
                "say one of `every`, `quality_below` and `retirement_of`, or several: whichever comes first";
            t.refuse("every", "no-cadence", "a programme whose cycles never come", help);
            return None;
        }
        Some(Self { every_months, quality_below, retirement_of })
    }

    /// Whether the calendar alone decides, the same in all futures.
    pub fn is_calendar(&self) -> bool {
        self.quality_below.is_empty() && self.retirement_of.is_none()
    }
}
