//! A vendor's minimum monthly fee. Nobody names it: it comes with buying from the vendor.

use super::{Contract, Parties};
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::{Lookup, Path};

/// What a month's bill of one vendor comes to at least, after discounts.
pub struct Minimum {
    vendors: Vec<usize>,
    minimum: Slot,
    line: Line,
}

impl Minimum {
    /// The minimum of the only vendor among the parties.
    pub fn resolve(parties: &Parties, minimum: &Path, lookup: &mut dyn Lookup) -> Option<Self> {
        let minimum = lookup.per_month(minimum)?;
        let line = parties.line(Component::VendorFees, "up to the minimum fee", vec![minimum]);
        Some(Self { vendors: parties.vendors.clone(), minimum, line })
    }
}

impl Contract for Minimum {
    fn settle(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        let due = ledger.bought_from(&self.vendors).due;
        let minimum = &values[self.minimum];
        let mut missing = [0.0; LANES];
        for i in 0..LANES {
            missing[i] = (minimum[i] - due[i]).max(0.0);
        }
        ledger.post(&self.line, &missing, &[1.0; LANES]);
    }
}
