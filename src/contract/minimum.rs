//! A vendor's minimum monthly fee. Nobody names it: it comes with buying from the vendor.

use super::{Contract, Parties};
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::{Lookup, Path};

/// What a month's bill of one vendor comes to at least, after discounts; of the month in which it closes, the days until then.
pub struct Minimum {
    vendors: Vec<usize>,
    least: Slot,
    line: Line,
}

impl Minimum {
    /// The minimum of the only vendor among the parties.
    pub fn resolve(parties: &Parties, minimum: &Path, lookup: &mut dyn Lookup) -> Option<Self> {
        let mut least = lookup.per_month(minimum)?;
        if let Some(open) = parties.open(lookup) {
            least = lookup.times(least, open);
        }
        let line = parties.line(Component::VendorFees, "up to the minimum fee", vec![least]);
        Some(Self { vendors: parties.vendors.clone(), least, line })
    }
}

impl Contract for Minimum {
    fn settle(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        let due = ledger.due_to(&self.vendors);
        let least = &values[self.least];
        let mut missing = Lanes::ZERO;
        for i in 0..LANES {
            missing[i] = (least[i] - due[i]).max(0.0);
        }
        ledger.post(&self.line, &missing, &lanes::ONE);
    }
}
