//! What a vendor bills for the work of one entry: tokens by kind, length of the call and tier of service.

use super::{Entry, Work};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Bought, Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::pricing::{Band, ByLength, Card, Tier};
use crate::process::Lookup;
use crate::units::format_number;

/// Something billed per request: a number of units and their price.
pub(super) struct Bill {
    from: Bought,
    line: Line,
    per_request: Slot,
    price: Slot,
    /// Whether it is for what waits.
    waits: bool,
}

impl Bill {
    /// Multiplies its price.
    pub(super) fn times(&mut self, factor: Slot, lookup: &mut dyn Lookup) {
        self.price = lookup.times(self.price, factor);
        self.line.inputs.push(factor);
    }

    /// Whether it is for the part that waits, and is not cut with what must be served at once.
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// Posts it for so many requests.
    pub(super) fn post(&self, requests: &Lanes, values: &Values, ledger: &mut Ledger) {
        let quantity = lanes::product(requests, &values[self.per_request]);
        ledger.post_bought(self.from, &self.line, &quantity, &values[self.price]);
    }
}

/// What tries in vain are billed, for each of them: a share of their input.
pub(super) fn in_vain(
    entry: &Entry,
    work: &Work,
    card: &Card,
    from: Bought,
    lookup: &mut dyn Lookup,
) -> Option<Bill> {
    let billed = lookup.number(entry.billed_in_vain?);
    let tokens = lookup.times(work.calls, work.input);
    let per_request = lookup.times(tokens, billed);
    let line = Line {
        component: Component::ApiTokens,
        label: "input tokens of tries in vain".into(),
        payee: entry.by.id.clone(),
        unit: "Mtok",
        per_unit: 1e6,
        inputs: vec![entry.stream.requests, per_request, card.input],
    };
    Some(Bill { from, line, per_request, price: card.input, waits: false })
}

/// The bills of an entry.
pub(super) fn bills(
    entry: &Entry,
    work: Work,
    card: &Card,
    from: Bought,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Bill>> {
    let factor = card.factors.of(entry.tier);
    let sold = match entry.tier {
        Tier::Standard => true,
        Tier::Batch => factor.is_some() && work.waits.is_some(),
        Tier::Flex | Tier::Priority => factor.is_some(),
    };
    if !sold {
        lookup.refuse(no_tier(entry.by, entry.tier, factor.is_some()));
        return None;
    }
    let waiting = work.waits.filter(|_| entry.tier == Tier::Batch);
    let factor_of_rest = factor.filter(|_| entry.tier != Tier::Batch);
    let differ = entry.traffic.input.differ();
    let mut biller = Biller {
        lookup,
        entry,
        from,
        work,
        by_length: ByLength { differ, mean: work.input },
        waiting,
        factor: factor_of_rest,
        bills_waiting: false,
        bills: Vec::new(),
    };
    biller.at_once(card);
    if let (Some(waiting), Some(batch)) = (waiting, factor) {
        biller.waiting(card, waiting, batch);
    }
    let Biller { lookup, mut bills, .. } = biller;
    // What is never used is no bill: it would be worked out for every path and month.
    bills.retain(|bill| !lookup.is_zero(bill.per_request));
    Some(bills)
}

fn no_tier(by: &Reference, tier: Tier, sold: bool) -> Diagnostic {
    let word = tier.word();
    if tier == Tier::Batch {
        let message = format!("`{}` cannot take this traffic as a batch", by.id);
        let mistake = Diagnostic::error("no-batch", by.span, message);
        return if sold {
            mistake.help("the traffic does not say which part `can_wait`")
        } else {
            mistake.help("its rate card has no `factors = { batch = … }`")
        };
    }
    Diagnostic::error("no-tier", by.span, format!("`{}` does not sell the tier \"{word}\"", by.id))
        .help(format!("its rate card has no `factors = {{ {word} = … }}`"))
}

/// A part of the work, or what several parts leave.
enum Portion {
    Part(Slot),
    Rest(Vec<Slot>),
}

/// The calls of one length: their share of all calls and of all input, and what of it is cached.
struct OfLength {
    label: String,
    input: Option<Slot>,
    calls: Option<Slot>,
    read: Option<Slot>,
    written: Option<Slot>,
    factors: Option<(Slot, Slot)>,
}

const EVERY_LENGTH: Band = Band { above: 0.0, upto: f64::INFINITY, factors: None };

/// Writes the bills of one entry.
struct Biller<'a, 'e> {
    lookup: &'a mut dyn Lookup,
    entry: &'a Entry<'e>,
    /// From whom, as tokens.
    from: Bought,
    work: Work,
    by_length: ByLength,
    waiting: Option<Slot>,
    /// Of the tier, on the rates of tokens.
    factor: Option<Slot>,
    /// Whether what waits is billed now.
    bills_waiting: bool,
    bills: Vec<Bill>,
}

impl Biller<'_, '_> {
    /// What is billed without waiting. Only this part uses the cache: a batch may not find it warm.
    fn at_once(&mut self, card: &Card) {
        for calls in self.lengths(card) {
            self.tokens_at_once(card, &calls);
        }
        if let Some(price) = card.request {
            let portions = [self.not_waiting()];
            self.call_bill(&portions, price);
        }
        let written = self.cached(card, &EVERY_LENGTH, self.work.cache_write);
        if let (Some(stored), Some(written)) = (card.stored, written) {
            let hours = self.lookup.constant(stored.hours);
            let portions = [Portion::Part(written), self.not_waiting(), Portion::Part(hours)];
            let per_request = self.per_request(self.work.input, &portions);
            let label = "input tokens stored in the cache, times hours";
            let line =
                self.line(Component::ApiCache, label, ("Mtok-hours", 1e6), &[per_request, stored.price]);
            let from = Bought { tokens: false, ..self.from };
            self.bills.push(Bill { from, line, per_request, price: stored.price, waits: false });
        }
    }

    fn tokens_at_once(&mut self, card: &Card, of: &OfLength) {
        let read = card.cache_read.zip(of.read);
        let written = card.cache_write.zip(of.written).filter(|_| read.is_some());
        let cached: Vec<Slot> = read.iter().chain(&written).map(|(_, share)| *share).collect();
        let input = self.work.input;
        let computed = match of.input {
            None => Portion::Rest(cached),
            Some(all) => Portion::Part(self.less(all, cached)),
        };
        let portions = [computed, self.not_waiting()];
        self.input_bill(Component::ApiTokens, "input tokens", of, &portions, card.input);
        if let Some((price, share)) = read {
            let portions = [Portion::Part(share), self.not_waiting()];
            self.input_bill(Component::ApiCache, "input tokens read from the cache", of, &portions, price);
        }
        if let Some((price, share)) = written {
            let portions = [Portion::Part(share), self.not_waiting()];
            self.input_bill(Component::ApiCache, "input tokens written to the cache", of, &portions, price);
        }
        debug_assert!(input == self.by_length.mean, "lengths are those of the input");
        let portions = |this: &Self| -> Vec<Portion> {
            of.calls.map(Portion::Part).into_iter().chain([this.not_waiting()]).collect()
        };
        let label = self.label("output tokens", of);
        let price = self.price(card.output, of.factors.map(|(_, output)| output));
        self.bill(Component::ApiTokens, &label, self.work.output, &portions(self), price);
        if let Some(reasoning) = self.work.reasoning {
            let label = self.label("reasoning tokens", of);
            let price =
                self.price(card.reasoning.unwrap_or(card.output), of.factors.map(|(_, output)| output));
            self.bill(Component::ApiTokens, &label, reasoning, &portions(self), price);
        }
    }

    /// What can wait, at the batch rates.
    fn waiting(&mut self, card: &Card, waiting: Slot, batch: Slot) {
        (self.factor, self.bills_waiting) = (Some(batch), true);
        if let Some(price) = card.request {
            let portions = [Portion::Part(waiting)];
            self.call_bill(&portions, price);
        }
        for of in self.lengths(card) {
            let part = |share: Option<Slot>| -> Vec<Portion> {
                share.into_iter().chain([waiting]).map(Portion::Part).collect()
            };
            self.input_bill(Component::ApiTokens, "input tokens, batch", &of, &part(of.input), card.input);
            let label = self.label("output tokens, batch", &of);
            let price = self.price(card.output, of.factors.map(|(_, output)| output));
            self.bill(Component::ApiTokens, &label, self.work.output, &part(of.calls), price);
            if let Some(reasoning) = self.work.reasoning {
                let label = self.label("reasoning tokens, batch", &of);
                let price =
                    self.price(card.reasoning.unwrap_or(card.output), of.factors.map(|(_, output)| output));
                self.bill(Component::ApiTokens, &label, reasoning, &part(of.calls), price);
            }
        }
    }

    /// The calls by length, as far as the card tells lengths apart.
    fn lengths(&mut self, card: &Card) -> Vec<OfLength> {
        let bands = if card.bands.is_empty() { vec![EVERY_LENGTH] } else { card.bands.clone() };
        let split = bands.len() > 1;
        let mut all = Vec::new();
        for band in &bands {
            let tokens = |length: f64| format_number(length, 4);
            let label = match (split, band.factors.is_some()) {
                (false, _) => String::new(),
                (true, false) => format!(", calls up to {} tokens", tokens(band.upto)),
                (true, true) => format!(", calls above {} tokens", tokens(band.above)),
            };
            let read = self.cached(card, band, self.work.cache_read);
            let written = self.cached(card, band, self.work.cache_write);
            let (input, calls) = if split {
                let by_length = self.by_length.clone();
                let input = by_length.tokens(band.above, band.upto, self.lookup);
                (Some(input), Some(by_length.calls(band.above, band.upto, self.lookup)))
            } else {
                (None, None)
            };
            all.push(OfLength { label, input, calls, read, written, factors: band.factors });
        }
        all
    }

    /// Of a cached share of all input, what lies in calls of some length that are long enough to be cached.
    fn cached(&mut self, card: &Card, band: &Band, share: Option<Slot>) -> Option<Slot> {
        let (share, repeats) = (share?, self.entry.stream.cacheable?);
        if card.bands.is_empty() && card.cache_minimum.is_none() {
            return Some(share);
        }
        let minimum = card.cache_minimum.unwrap_or(0.0);
        let in_band = self.by_length.clone().cached(band, minimum, repeats, self.lookup);
        Some(self.lookup.times(share, in_band))
    }

    fn not_waiting(&self) -> Portion {
        Portion::Rest(self.waiting.into_iter().collect())
    }

    fn label(&self, what: &str, of: &OfLength) -> String {
        let tier = match (self.factor, self.entry.tier) {
            (Some(_), Tier::Flex | Tier::Priority) => format!(", {}", self.entry.tier.word()),
            _ => String::new(),
        };
        format!("{what}{tier}{}", of.label)
    }

    fn price(&mut self, list: Slot, long: Option<Slot>) -> Slot {
        self.factor.into_iter().chain(long).fold(list, |price, factor| self.lookup.times(price, factor))
    }

    fn input_bill(
        &mut self,
        component: Component,
        what: &str,
        of: &OfLength,
        portions: &[Portion],
        list: Slot,
    ) {
        let label = self.label(what, of);
        let price = self.price(list, of.factors.map(|(input, _)| input));
        self.bill(component, &label, self.work.input, portions, price);
    }

    fn call_bill(&mut self, portions: &[Portion], price: Slot) {
        let per_request = self.of_calls(self.work.calls, portions);
        let label = if self.bills_waiting { "llm calls, batch" } else { "llm calls" };
        let line = self.line(Component::ApiTokens, label, ("calls", 1.0), &[per_request, price]);
        let from = Bought { tokens: false, ..self.from };
        self.bills.push(Bill { from, line, per_request, price, waits: self.bills_waiting });
    }

    fn bill(&mut self, component: Component, label: &str, tokens: Slot, portions: &[Portion], price: Slot) {
        let per_request = self.per_request(tokens, portions);
        let line = self.line(component, label, ("Mtok", 1e6), &[per_request, price]);
        let from = self.from;
        self.bills.push(Bill { from, line, per_request, price, waits: self.bills_waiting });
    }

    fn line(&self, component: Component, label: &str, unit: (&'static str, f64), inputs: &[Slot]) -> Line {
        let (payee, label) = (self.entry.by.id.clone(), label.to_owned());
        let inputs = std::iter::once(self.entry.stream.requests).chain(inputs.iter().copied()).collect();
        Line { component, label, payee, unit: unit.0, per_unit: unit.1, inputs }
    }

    /// Tokens per request: calls times tokens per call, times the portions.
    fn per_request(&mut self, tokens: Slot, portions: &[Portion]) -> Slot {
        let all = self.lookup.times(self.work.calls, tokens);
        self.of_calls(all, portions)
    }

    /// An amount per request times the portions.
    fn of_calls(&mut self, all: Slot, portions: &[Portion]) -> Slot {
        let mut product = all;
        for portion in portions {
            let share = match portion {
                Portion::Part(share) => *share,
                Portion::Rest(parts) if parts.is_empty() => continue,
                Portion::Rest(parts) => self.less_of(None, parts.clone()),
            };
            product = self.lookup.times(product, share);
        }
        product
    }

    /// What parts leave of a share.
    fn less(&mut self, all: Slot, parts: Vec<Slot>) -> Slot {
        if parts.is_empty() { all } else { self.less_of(Some(all), parts) }
    }

    /// What parts leave of a share, or of the whole.
    fn less_of(&mut self, all: Option<Slot>, parts: Vec<Slot>) -> Slot {
        let inputs: Vec<Slot> = all.into_iter().chain(parts.iter().copied()).collect();
        self.lookup.derive(
            "the rest",
            &inputs,
            Box::new(move |values, out| {
                *out = all.map_or(Lanes::splat(1.0), |all| values[all]);
                for part in &parts {
                    for i in 0..LANES {
                        out[i] -= values[*part][i];
                    }
                }
            }),
        )
    }
}
