//! Credits of a service level agreement. Nobody names them: they come with buying from a vendor that agrees to them.

use super::{Contract, Parties};
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::Lookup;

/// What a vendor gives back of the month's fees for what it was down too long: after discounts, on what is still due, so
/// that it is never more than the fees. Vendors set it off against a later bill, as far as there is a vendor left.
pub struct SlaCredits {
    vendor: usize,
    /// Months until a credit is taken off.
    after: usize,
    /// The share that comes back, of whatever goes by the same outages, and how it is posted.
    credits: Vec<(Slot, Line)>,
    /// The share of the month before the vendor is gone for good.
    open: Option<Slot>,
}

impl SlaCredits {
    /// The credits of the only vendor among the parties, by its agreement.
    pub fn new(parties: &Parties, credits: &[Slot], lookup: &mut dyn Lookup) -> Option<Self> {
        let line = |credit: &Slot| {
            let label = "claimed for outages";
            (*credit, parties.line(Component::SlaCredits, label, vec![*credit]))
        };
        let vendor = *parties.vendors.first()?;
        let after = parties.sellers.first()?.sla.as_ref()?.months_until_paid;
        let open = parties.open(lookup);
        Some(Self { vendor, after, credits: credits.iter().map(line).collect(), open })
    }

    /// Takes the credit off the bill of the month.
    fn settle_now(&self, (credit, line): &(Slot, Line), values: &Values, ledger: &mut Ledger) {
        let due = ledger.due_with(self.vendor, *credit);
        let credit_share = &values[*credit];
        let (mut price, mut left) = (Lanes::ZERO, Lanes::ZERO);
        for i in 0..LANES {
            price[i] = 0.0 - credit_share[i];
            left[i] = 1.0 - credit_share[i];
        }
        ledger.post(line, &due, &price);
        ledger.leave_due_with(self.vendor, *credit, &left);
    }
}

impl Contract for SlaCredits {
    /// The credits that are on their way, by the month in which they are due.
    fn state(&self) -> usize {
        self.after * self.credits.len()
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
    }

    fn settle(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        if self.after == 0 {
            self.credits.iter().for_each(|credit| self.settle_now(credit, values, ledger));
            return;
        }
        for ((credit, line), waiting) in self.credits.iter().zip(state.chunks_mut(self.after)) {
            let mut earned = ledger.due_with(self.vendor, *credit);
            lanes::scale(&mut earned, &values[*credit]);
            let mut paid = std::mem::replace(&mut waiting[now.index % self.after], earned);
            if let Some(open) = self.open {
                lanes::scale(&mut paid, &values[open]);
            }
            if lanes::any_above_zero(&paid) {
                ledger.post(line, &paid, &Lanes::splat(-1.0));
            }
        }
    }
}
