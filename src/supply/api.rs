//! A vendor's API: every token has its price, and capacity has none.

use super::{Definitions, Entry, Supply, Work};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Bought, Component, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::pricing::Card;
use crate::process::Lookup;

/// One entry served by `vendor/llm`.
pub struct Api {
    bills: Vec<Bill>,
}

/// Something billed per request: a number of units and their price.
struct Bill {
    from: Bought,
    line: Line,
    per_request: Slot,
    price: Slot,
}

impl Bill {
    /// Multiplies its price.
    fn times(&mut self, factor: Slot, lookup: &mut dyn Lookup) {
        self.price = lookup.times(self.price, factor);
        self.line.inputs.push(factor);
    }
}

impl Api {
    /// The API behind an entry.
    pub fn resolve(entry: &Entry, all: &Definitions, lookup: &mut dyn Lookup) -> Option<Self> {
        let rates = all.rate_card(entry.by, lookup)?;
        let work = Work::resolve(entry, rates.tokenizer.as_ref(), all, lookup);
        let card = rates.resolve(entry.traffic.stays_in.as_deref(), entry.region, entry.by, lookup);
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
        let (waiting, batch) = match (entry.batch, work.waits, card.batch) {
            (false, ..) => (None, None),
            (true, Some(waits), Some(batch)) => (Some(waits), Some(batch)),
            (true, waits, batch) => {
                lookup.refuse(no_batch(entry.by, waits.is_some(), batch.is_some()));
                return None;
            }
        };
        let vendor = all.seller(entry.by)?;
        let requests = entry.stream.requests;
        let mut bills = Biller { lookup, payee: entry.by, vendor, requests, work, bills: Vec::new() };
        bills.at_once(&card, waiting);
        if let (Some(waiting), Some(batch)) = (waiting, batch) {
            bills.waiting(&card, waiting, batch);
        }
        let mut bills = bills.bills;
        if let Some(factor) = lookup.hit(&entry.by.id).price {
            bills.iter_mut().for_each(|bill| bill.times(factor, lookup));
        }
        Some(Self { bills })
    }
}

fn no_batch(by: &Reference, waits: bool, sold: bool) -> Diagnostic {
    let mistake =
        Diagnostic::error("no-batch", by.span, format!("`{}` cannot take this traffic as a batch", by.id));
    if !sold {
        mistake.help("its rate card has no `factors = { batch = … }`")
    } else if !waits {
        mistake.help("the traffic does not say which part `can_wait`")
    } else {
        mistake
    }
}

/// A part of the work, or what several parts leave.
enum Portion {
    Part(Slot),
    Rest(Vec<Slot>),
}

/// Writes the bills of one entry.
struct Biller<'a> {
    lookup: &'a mut dyn Lookup,
    payee: &'a Reference,
    vendor: usize,
    requests: Slot,
    work: Work,
    bills: Vec<Bill>,
}

impl Biller<'_> {
    /// What is billed at the ordinary rates. Only this part uses the cache: a batch may not find it warm.
    fn at_once(&mut self, card: &Card, waiting: Option<Slot>) {
        let read = card.cache_read.zip(self.work.cache_read);
        let written = card.cache_write.zip(self.work.cache_write).filter(|_| read.is_some());
        let cached: Vec<Slot> = read.iter().chain(&written).map(|(_, share)| *share).collect();
        let (input, output) = (self.work.input, self.work.output);
        let at_once = || Portion::Rest(waiting.into_iter().collect());
        self.bill(
            Component::ApiTokens,
            "input tokens",
            input,
            &[Portion::Rest(cached), at_once()],
            card.input,
        );
        if let Some((price, share)) = read {
            let portions = [Portion::Part(share), at_once()];
            self.bill(Component::ApiCache, "input tokens read from the cache", input, &portions, price);
        }
        if let Some((price, share)) = written {
            let portions = [Portion::Part(share), at_once()];
            self.bill(Component::ApiCache, "input tokens written to the cache", input, &portions, price);
        }
        self.bill(Component::ApiTokens, "output tokens", output, &[at_once()], card.output);
        if let Some(price) = card.request {
            let per_request = self.work.calls;
            let line = self.line(Component::ApiTokens, "llm calls", ("calls", 1.0), &[per_request, price]);
            let from = Bought { vendor: self.vendor, tokens: false };
            self.bills.push(Bill { from, line, per_request, price });
        }
    }

    /// What can wait, at the batch rates.
    fn waiting(&mut self, card: &Card, waiting: Slot, batch: Slot) {
        let (input, output) = (self.lookup.times(card.input, batch), self.lookup.times(card.output, batch));
        let portions = [Portion::Part(waiting)];
        self.bill(Component::ApiTokens, "input tokens, batch", self.work.input, &portions, input);
        self.bill(Component::ApiTokens, "output tokens, batch", self.work.output, &portions, output);
    }

    fn bill(&mut self, component: Component, label: &str, tokens: Slot, portions: &[Portion], price: Slot) {
        let per_request = self.per_request(tokens, portions);
        let line = self.line(component, label, ("Mtok", 1e6), &[per_request, price]);
        let from = Bought { vendor: self.vendor, tokens: true };
        self.bills.push(Bill { from, line, per_request, price });
    }

    fn line(&self, component: Component, label: &str, unit: (&'static str, f64), inputs: &[Slot]) -> Line {
        let (payee, label) = (self.payee.id.clone(), label.to_owned());
        let inputs = std::iter::once(self.requests).chain(inputs.iter().copied()).collect();
        Line { component, label, payee, unit: unit.0, per_unit: unit.1, inputs }
    }

    /// Tokens per request: calls times tokens per call, times the portions.
    fn per_request(&mut self, tokens: Slot, portions: &[Portion]) -> Slot {
        let mut product = self.lookup.times(self.work.calls, tokens);
        for portion in portions {
            let share = match portion {
                Portion::Part(share) => *share,
                Portion::Rest(parts) if parts.is_empty() => continue,
                Portion::Rest(parts) => self.rest(parts.clone()),
            };
            product = self.lookup.times(product, share);
        }
        product
    }

    fn rest(&mut self, parts: Vec<Slot>) -> Slot {
        let inputs = parts.clone();
        self.lookup.derive(
            "the rest",
            &inputs,
            Box::new(move |values, out| {
                *out = [1.0; LANES];
                for part in &parts {
                    for i in 0..LANES {
                        out[i] -= values[*part][i];
                    }
                }
            }),
        )
    }
}

impl Supply for Api {
    fn unlimited(&self, _entry: usize) -> bool {
        true
    }

    fn accept(
        &self,
        _entry: usize,
        _now: &Month,
        values: &Values,
        offered: &Lanes,
        _state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    ) {
        *served = *offered;
        let mut quantity = [0.0; LANES];
        for bill in &self.bills {
            let per_request = &values[bill.per_request];
            for i in 0..LANES {
                quantity[i] = offered[i] * per_request[i];
            }
            ledger.post_bought(bill.from, &bill.line, &quantity, &values[bill.price]);
        }
    }
}
