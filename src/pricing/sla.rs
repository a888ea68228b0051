//! Service level agreements: what a vendor gives back for a month in which it was down too long.

use crate::distribution::{Number, NumberOf, Point, QuantityOf};
use crate::document::{ListOf, Reader, TableOf};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// `[vendor.<id>.sla]`: a share of the month's fees, by the availability of the month.
#[derive(Clone, Debug)]
pub struct Sla {
    /// The share of what one could claim that is claimed: nobody gets a credit who does not ask for it.
    claimed: Number,
    /// From the mildest month on: an availability, and the credit of a month below it.
    credits: Vec<(f64, f64)>,
    /// Months from an outage until its credit is taken off a bill.
    pub months_until_paid: usize,
}

impl Sla {
    /// Reads `[vendor.<id>.sla]`.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let claimed = t.required(
            "claimed",
            NumberOf(&units::SHARE),
            "share of the credits that is claimed: vendors give none unasked",
        );
        let credits = t.required(
            "credits",
            ListOf(TableOf(read_credit)),
            "credits by the availability of a month, from the mildest month on",
        );
        let after = t.or(
            "paid_after",
            "1 month",
            QuantityOf(&units::DURATION),
            "whole months from an outage until its credit is taken off a bill; what falls behind the scenario, or is due when the vendor is gone, is lost",
        );
        let (claimed, credits, after) = (claimed?, credits?, after?);
        let whole = after.unit.period.is_none_or(|period| !period.is_clock()) && after.value.fract() == 0.0;
        if !whole || !(0.0..=24.0).contains(&after.value) {
            let help = "write for example \"1 month\", or \"0 months\" for the bill of the same month";
            t.refuse("paid_after", "not-whole-months", "bills come by the month", help);
            return None;
        }
        let credits: Vec<(f64, f64)> =
            credits.iter().map(|(below, credit)| (below.value, credit.value)).collect();
        if credits.is_empty() {
            t.refuse("credits", "empty-list", "an agreement without a credit", "list `{ below, credit }`");
            return None;
        }
        if credits.windows(2).any(|two| two[1].0 >= two[0].0 || two[1].1 <= two[0].1) {
            let help = "list them as { below = \"99.9 %\", credit = \"10 %\" }, { below = \"99 %\", credit = \"25 %\" }";
            t.refuse("credits", "not-rising", "a worse month has a lower `below` and a larger credit", help);
            return None;
        }
        Some(Self { claimed, credits, months_until_paid: after.value as usize })
    }

    /// The share of a month's fees that comes back, from the share of the month that it was up.
    pub fn resolve(&self, up: Slot, lookup: &mut dyn Lookup) -> Slot {
        let claimed = lookup.number(&self.claimed);
        let credits = self.credits.clone();
        lookup.derive(
            "credit for outages",
            &[up, claimed],
            Box::new(move |values, out| {
                let (up, claimed) = (&values[up], &values[claimed]);
                for i in 0..LANES {
                    let reached = credits.iter().rev().find(|(below, _)| up[i] < *below);
                    out[i] = reached.map_or(0.0, |(_, credit)| credit * claimed[i]);
                }
            }),
        )
    }
}

fn read_credit(t: &mut Reader) -> Option<(Point, Point)> {
    let share = QuantityOf(&units::SHARE);
    let below = t.required("below", share, "the availability that the month stays below");
    let share = QuantityOf(&units::SHARE);
    let credit = t.required("credit", share, "the share of the month's fees that is given back");
    Some((below?, credit?))
}
