//! Prepaid credit: paid at once, used up month by month, lost when it expires.

use super::term::{MonthsOf, Span, Term};
use super::{Contract, Parties, Written};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, ListOf, MonthOf, Plugin, Reader, Reference};
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "prepaid_credit",
    meaning: "credit that is paid at once and used up by purchases, with a bonus; what expires is lost, and what is left when the vendor closes",
    example: "{ prepaid_credit = { vendors = [\"openai\"], amount = \"50k USD\", bonus = \"5 %\", expires = \"1 year\" } }",
    read,
};

/// `[contract.<id>.prepaid_credit]`.
#[derive(Clone, Debug)]
struct PrepaidCredit {
    vendors: Vec<Reference>,
    amount: Number,
    bonus: Number,
    term: Term,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendors = t.required("vendors", ListOf(Id("vendor")), "where it can be spent");
    let amount = t.required("amount", NumberOf(&units::MONEY), "what is paid for it, at once");
    let bonus = t.or("bonus", "0", NumberOf(&units::FACTOR), "credit on top, as a share of what is paid");
    let expires = t.optional("expires", MonthsOf, "how long it can be used; without end if absent");
    let from = t.optional("from", MonthOf, "the month in which it is bought; the scenario's first if absent");
    let term = Term { from: from?, months: expires?, renews: false };
    Some(Box::new(PrepaidCredit { vendors: vendors?, amount: amount?, bonus: bonus?, term }))
}

impl Written for PrepaidCredit {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn vendors(&self) -> &[Reference] {
        &self.vendors
    }

    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>> {
        if self.term.from.is_some_and(|month| month < lookup.timeline().start) {
            lookup.refuse(parties.before_the_start());
            return None;
        }
        parties.warn_if_unseen(self.term, lookup);
        let (amount, bonus) = (lookup.number(&self.amount), lookup.number(&self.bonus));
        let foreign = self.amount.unit.currency.is_some_and(|currency| currency.code() != parties.currency);
        let line = |component, label: &str| parties.line(component, label, vec![amount, bonus]);
        Some(Box::new(Running {
            vendors: parties.vendors.clone(),
            amount,
            bonus,
            span: self.term.on(lookup.timeline()),
            gone: parties
                .open(lookup)
                .map(|open| (open, line(Component::CreditLost, "credit lost with its vendor"))),
            bought: line(Component::Prepaid, "credit bought"),
            used: line(Component::Prepaid, "credit used"),
            given: (self.bonus.known() != Some(0.0)).then(|| line(Component::Discounts, "bonus credit used")),
            lost: line(Component::CreditLost, "credit never used"),
            rates: foreign
                .then(|| line(Component::CreditLost, "credit used, at the exchange rate of its purchase")),
        }))
    }
}

/// Its state: the share of the credit that is left, and what was paid for it.
struct Running {
    vendors: Vec<usize>,
    amount: Slot,
    bonus: Slot,
    span: Span,
    /// The share of the month before the credit can no longer be spent anywhere, and how it is lost then.
    gone: Option<(Slot, Line)>,
    bought: Line,
    used: Line,
    given: Option<Line>,
    lost: Line,
    rates: Option<Line>,
}

impl Running {
    /// Buys the credit, where there is still somebody to buy it from.
    fn buy(&self, values: &Values, [left, paid]: [&mut Lanes; 2], ledger: &mut Ledger) {
        *left = Lanes::splat(1.0);
        *paid = values[self.amount];
        if let Some((open, _)) = &self.gone {
            for i in 0..LANES {
                if values[*open][i] <= 0.0 {
                    (left[i], paid[i]) = (0.0, 0.0);
                }
            }
        }
        ledger.post_upfront(&self.bought, paid, &lanes::ONE);
    }

    /// In the month in which the vendor closes, what is left is lost. It gets nothing from the estate: such claims come last.
    fn lose(&self, values: &Values, [left, paid]: [&mut Lanes; 2], ledger: &mut Ledger) {
        let Some((open, line)) = &self.gone else { return };
        let mut lost = Lanes::ZERO;
        for i in 0..LANES {
            if values[*open][i] < 1.0 {
                lost[i] = std::mem::take(&mut left[i]);
            }
        }
        if lanes::any_above_zero(&lost) {
            ledger.post(line, &lost, paid);
        }
    }

    /// Pays what is due with credit.
    fn pay(&self, values: &Values, [left, paid]: [&mut Lanes; 2], ledger: &mut Ledger) {
        let due = ledger.due_to(&self.vendors);
        let (amount, bonus) = (&values[self.amount], &values[self.bonus]);
        let (mut used, mut own, mut given) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
        let (mut still_due, mut rates) = (Lanes::splat(1.0), Lanes::ZERO);
        for i in 0..LANES {
            let whole = amount[i] * (1.0 + bonus[i]);
            let credit = left[i] * whole;
            used[i] = due[i].min(credit);
            own[i] = 0.0 - 1.0 / (1.0 + bonus[i]);
            given[i] = 0.0 - bonus[i] / (1.0 + bonus[i]);
            if due[i] > 0.0 {
                still_due[i] = (due[i] - used[i]) / due[i];
            }
            if whole > 0.0 {
                // What is used up leaves no trace of rounding.
                let share = if used[i] < credit { used[i] / whole } else { left[i] };
                left[i] -= share;
                rates[i] = share * paid[i] + used[i] * own[i];
            }
        }
        ledger.post(&self.used, &used, &own);
        if let Some(line) = &self.given {
            ledger.post(line, &used, &given);
        }
        if let Some(line) = &self.rates {
            ledger.post(line, &rates, &lanes::ONE);
        }
        ledger.leave_due(&self.vendors, &still_due);
    }
}

impl Contract for Running {
    fn state(&self) -> usize {
        2
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
    }

    fn settle(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let [left, paid] = state else { return };
        let Some(age) = self.span.age(now.index) else { return };
        if age == 0 {
            self.buy(values, [left, paid], ledger);
        }
        self.pay(values, [left, paid], ledger);
        self.lose(values, [left, paid], ledger);
        if self.span.ends(now.index) {
            ledger.post(&self.lost, left, paid);
            *left = Lanes::ZERO;
        }
    }
}
