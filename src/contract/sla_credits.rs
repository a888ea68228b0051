//! Credits of a service level agreement. Nobody names them: they come with buying from a vendor that agrees to them.

use super::{Contract, Parties};
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};

/// What a vendor gives back of the month's fees for what it was down too long: after discounts, on what is still due, so
/// that it is never more than the fees. It is counted in the month of the outages, although it comes a month or two later.
pub struct SlaCredits {
    vendor: usize,
    /// The share that comes back, of whatever goes by the same outages, and how it is posted.
    credits: Vec<(Slot, Line)>,
}

impl SlaCredits {
    /// The credits of the only vendor among the parties.
    pub fn new(parties: &Parties, credits: &[Slot]) -> Option<Self> {
        let line = |credit: &Slot| {
            let label = "claimed for outages";
            (*credit, parties.line(Component::SlaCredits, label, vec![*credit]))
        };
        let vendor = *parties.vendors.first()?;
        Some(Self { vendor, credits: credits.iter().map(line).collect() })
    }
}

impl Contract for SlaCredits {
    fn settle(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        for (credit, line) in &self.credits {
            let due = ledger.due_with(self.vendor, *credit);
            let credit_share = &values[*credit];
            let (mut price, mut left) = ([0.0; LANES], [0.0; LANES]);
            for i in 0..LANES {
                price[i] = 0.0 - credit_share[i];
                left[i] = 1.0 - credit_share[i];
            }
            ledger.post(line, &due, &price);
            ledger.leave_due_with(self.vendor, *credit, &left);
        }
    }
}
