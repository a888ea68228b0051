//! A vendor's API: every token has its price, and capacity has none.

use super::bill::{Bill, bills};
use super::{Definitions, Entry, Supply, Work};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::finance::Ledger;
use crate::lanes::{LANES, Lanes, Values};
use crate::pricing::{Asked, RateCard};
use crate::process::Lookup;

/// Entries served by `vendor/llm`.
pub struct Api {
    vendor: usize,
    entries: Vec<Vec<Bill>>,
    /// The share of each month in which the llm is still served.
    available: Option<Vec<f64>>,
}

impl Api {
    /// The API behind the entries that name it.
    pub fn resolve(entries: &[Entry], all: &Definitions, lookup: &mut dyn Lookup) -> Option<Self> {
        let by = entries.first()?.by;
        let rates = all.rate_card(by, lookup)?;
        let vendor = all.seller(by)?;
        let billed: Vec<Option<Vec<Bill>>> =
            entries.iter().map(|entry| bills_of(entry, rates, vendor, all, lookup)).collect();
        let available = rates.retires.and_then(|day| day.availability(lookup.timeline()).map(|share| (day, share)));
        if let Some((day, _)) = &available {
            for entry in entries {
                lookup.refuse(day.warning(&entry.by.id, entry.by.span));
            }
        }
        let entries = billed.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Self { vendor, entries, available: available.map(|(_, share)| share) })
    }
}

fn bills_of(
    entry: &Entry,
    rates: &RateCard,
    vendor: usize,
    all: &Definitions,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Bill>> {
    let work = Work::resolve(entry, rates.tokenizer.as_ref(), all, lookup);
    let week = entry.traffic.week.hours();
    let asked = Asked {
        allowed: entry.traffic.stays_in.as_deref(),
        region: entry.region,
        week: &week,
        lasts: entry.effects.cache_lasts,
        at: entry.by,
    };
    let card = rates.resolve(&asked, lookup);
    let (work, card) = (work?, card?);
    if work.cache_read.is_some() && card.cache_read.is_none() {
        lookup.refuse(
            Diagnostic::warning(
                "no-cache-rate",
                entry.by.span,
                format!("`{}` sells no cached input", entry.by.id),
            )
            .label("the prefix cache saves nothing here")
            .related(rates.origin.span, "its rate card has no `cache`"),
        );
    }
    bills(entry, work, &card, vendor, lookup)
}

impl Supply for Api {
    fn sellers(&self) -> Vec<usize> {
        vec![self.vendor]
    }

    fn unlimited(&self, _entry: usize) -> bool {
        self.available.is_none()
    }

    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        _state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    ) {
        *served = *offered;
        if let Some(share) = self.available.as_ref().map(|shares| shares[now.index]) {
            for i in 0..LANES {
                served[i] *= share;
            }
        }
        for bill in &self.entries[entry] {
            bill.post(served, values, ledger);
        }
    }
}
