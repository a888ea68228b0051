//! Servers on lease: what is delivered is paid in instalments, the books show interest.

use crate::finance::{Component, Lease, Ledger, Line, instalment};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::Lookup;

/// A lease in the world.
pub(super) struct Leased {
    /// Instalments of each delivery.
    pub(super) months: usize,
    /// Interest of a month.
    interest: Slot,
    /// Instalment per unit of money.
    instalment: Slot,
    payments: Line,
    interest_line: Line,
}

impl Leased {
    pub(super) fn resolve(id: &str, lease: &Lease, price: Slot, lookup: &mut dyn Lookup) -> Self {
        let factor = lookup.monthly_factor(&lease.rate);
        let rate = lookup.number(&lease.rate);
        let months = lease.months;
        let interest = lookup.derive(
            "interest of a month",
            &[factor],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = v[factor][i] - 1.0;
                }
            }),
        );
        let per_unit = lookup.derive(
            "instalment",
            &[interest],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = instalment(v[interest][i], months);
                }
            }),
        );
        let line = |component, label: &str| Line {
            component,
            label: label.into(),
            payee: id.into(),
            unit: "",
            per_unit: 1.0,
            inputs: vec![price, rate],
        };
        Self {
            months,
            interest,
            instalment: per_unit,
            payments: line(Component::LeasePayments, "instalments, of the price of the servers"),
            interest_line: line(Component::LeaseInterest, "interest on what is owed"),
        }
    }

    /// Pays the month's instalments on what was delivered within the term (`borrowed`); in the last month of the scenario
    /// also what is still owed.
    pub(super) fn pay(
        &self,
        values: &Values,
        borrowed: &Lanes,
        owed: &mut Lanes,
        last: bool,
        ledger: &mut Ledger,
    ) {
        let interest = &values[self.interest];
        ledger.post(&self.interest_line, owed, interest);
        ledger.post(&self.payments, borrowed, &values[self.instalment]);
        for i in 0..LANES {
            owed[i] += owed[i] * interest[i] - borrowed[i] * values[self.instalment][i];
        }
        if last {
            ledger.post(&self.payments, owed, &lanes::ONE);
        }
    }
}
