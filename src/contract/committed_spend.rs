//! Committed spend: a discount for a promise to buy, and what is not bought is paid all the same.

use super::term::{MonthsOf, Span, Term};
use super::{Contract, Parties, Written};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Flag, Id, ListOf, MonthOf, Plugin, Reader, Reference, WordOf};
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::{Lookup, Path};
use crate::units::{self, Period};

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "committed_spend",
    meaning: "a discount for a promise to spend an amount in each period; what is not spent is paid all the same, or carried over",
    example: "{ committed_spend = { vendors = [\"openai\"], amount = \"300k USD /year\", term = \"2 years\", discount = \"6 % to 10 %\", shortfall = \"paid\", beyond = \"list\" } }",
    read,
};

/// `[contract.<id>.committed_spend]`.
#[derive(Clone, Debug)]
struct CommittedSpend {
    vendors: Vec<Reference>,
    amount: Number,
    /// Months over which the amount is counted.
    period: i32,
    discount: Number,
    term: Term,
    rolls_over: bool,
    all_discounted: bool,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendors = t.required("vendors", ListOf(Id("vendor")), "with whom; what is spent counts together");
    let amount = t.required(
        "amount",
        NumberOf(&units::MONEY_PER_TIME),
        "what is promised in each period, after discounts: per year it settles yearly, per month monthly",
    );
    let term = t.required("term", MonthsOf, "how long it binds");
    let discount =
        t.required("discount", NumberOf(&units::SHARE), "share of the list price that is taken off");
    let from = t.optional("from", MonthOf, "its first month; the scenario's if absent");
    let renews = t.or("renews", "false", Flag, "whether it binds anew when its term ends");
    let rolls_over = t.or(
        "shortfall",
        "paid",
        WordOf(&[("paid", false), ("rolled_over", true)]),
        "\"paid\" when a period ends; \"rolled_over\" adds it to the next period and is paid when the term ends",
    );
    let all_discounted = t.or(
        "beyond",
        "discounted",
        WordOf(&[("discounted", true), ("list", false)]),
        "what lies beyond the promise is \"discounted\" too, or paid at \"list\"",
    );
    let (vendors, amount, discount) = (vendors?, amount?, discount?);
    let Some(Period::Calendar { months }) = amount.unit.period else {
        let help = "write it per month or per year, such as \"300k USD /year\"";
        t.refuse("amount", "clock-time", "a commitment is settled in calendar time", help);
        return None;
    };
    let term = Term { from: from?, months: Some(term?), renews: renews? };
    Some(Box::new(CommittedSpend {
        vendors,
        amount,
        period: months as i32,
        discount,
        term,
        rolls_over: rolls_over?,
        all_discounted: all_discounted?,
    }))
}

impl Written for CommittedSpend {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn vendors(&self) -> &[Reference] {
        &self.vendors
    }

    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>> {
        parties.warn_if_unseen(self.term, lookup);
        let monthly = lookup.per_month(&Path::Number(self.amount.clone()))?;
        let months = lookup.constant(f64::from(self.period));
        let amount = lookup.times(monthly, months);
        let discount = lookup.number(&self.discount);
        Some(Box::new(Running {
            vendors: parties.vendors.clone(),
            amount,
            discount,
            period: self.period,
            span: self.term.on(lookup.timeline()),
            open: parties.open(lookup),
            rolls_over: self.rolls_over,
            all_discounted: self.all_discounted,
            off: parties.line(Component::Discounts, "discount on committed spend", vec![discount]),
            shortfall: parties.line(Component::Commitments, "committed and not spent", vec![amount]),
        }))
    }
}

/// Its state is counted in promised amounts, so that a promise in another currency keeps its size when rates move: what
/// is spent of it in this period, and what was carried into it.
struct Running {
    vendors: Vec<usize>,
    /// Of a whole period.
    amount: Slot,
    discount: Slot,
    period: i32,
    span: Span,
    /// The share of the month before there is nobody left to owe something to.
    open: Option<Slot>,
    rolls_over: bool,
    all_discounted: bool,
    off: Line,
    shortfall: Line,
}

impl Running {
    /// Takes the discount off; what is left to pay counts.
    fn discount(&self, values: &Values, [spent, carried]: [&mut Lanes; 2], ledger: &mut Ledger) {
        let due = ledger.due_to(&self.vendors);
        let (amount, discount) = (&values[self.amount], &values[self.discount]);
        let (mut cheaper, mut price, mut left) = (Lanes::ZERO, Lanes::ZERO, Lanes::splat(1.0));
        for i in 0..LANES {
            let room = ((1.0 + carried[i] - spent[i]) * amount[i]).max(0.0);
            // At list prices, what fits into the promise; where all is free, all fits.
            let fits = if discount[i] < 1.0 { room / (1.0 - discount[i]) } else { f64::INFINITY };
            cheaper[i] = if self.all_discounted { due[i] } else { due[i].min(fits) };
            price[i] = 0.0 - discount[i];
            let paid = due[i] - discount[i] * cheaper[i];
            left[i] = if due[i] > 0.0 { paid / due[i] } else { 1.0 };
            if amount[i] > 0.0 {
                spent[i] += paid / amount[i];
            }
        }
        ledger.post(&self.off, &cheaper, &price);
        ledger.leave_due(&self.vendors, &left);
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
        let [spent, carried] = state else { return };
        if self.span.age(now.index).is_none() {
            return;
        }
        self.discount(values, [spent, carried], ledger);
        let Some(share) = self.span.period_ends(now.index, self.period) else { return };
        let mut missing = Lanes::ZERO;
        for i in 0..LANES {
            missing[i] = (share + carried[i] - spent[i]).max(0.0);
        }
        if let Some(open) = self.open {
            // Who did not serve to the end of the period cannot ask for what was not bought in it.
            let open = &values[open];
            for i in 0..LANES {
                missing[i] = if open[i] < 1.0 { 0.0 } else { missing[i] };
            }
        }
        *spent = Lanes::ZERO;
        if self.rolls_over && !self.span.ends(now.index) {
            *carried = missing;
            return;
        }
        *carried = Lanes::ZERO;
        for i in 0..LANES {
            missing[i] *= values[self.amount][i];
        }
        ledger.post(&self.shortfall, &missing, &lanes::ONE);
    }
}
