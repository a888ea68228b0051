//! The ledger of one strategy and month: every amount is a quantity times a price, posted to a component.

use multiversion::multiversion;

use super::component::{Component, View};
use super::posting::{Bought, Cause, Line, Measure, Posting, ServedRequests};
use crate::lanes::{self, LANES, Lanes, Slot, ZERO};

/// What a strategy has bought from one vendor this month, as far as its contracts ask.
#[derive(Clone, Debug)]
pub struct Purchases {
    vendor: usize,
    /// Whether anything was bought; else the amounts are those of another month.
    begun: bool,
    credit: Option<Slot>,
    /// At list prices, in the scenario's currency.
    pub list: Lanes,
    /// What of it is still to be paid after the contracts that have settled.
    pub due: Lanes,
    /// Tokens.
    pub tokens: Lanes,
}

impl Purchases {
    const NOTHING: Self =
        Self { vendor: usize::MAX, begun: false, credit: None, list: ZERO, due: ZERO, tokens: ZERO };
}

/// For how much of a month, and at how many times its prices, somebody who posts is there: paths move between strategies.
#[derive(Clone, Debug)]
pub struct Presence {
    /// Share of the month; every quantity and physical amount is multiplied by it.
    share: Lanes,
    /// Whether that changes anything.
    partly: bool,
    /// Factor on every price, if there is one.
    factor: Option<Lanes>,
}

impl Presence {
    /// There all month.
    const WHOLE: Self = Self { share: ZERO, partly: false, factor: None };

    /// There for a share of the month, and at some times the prices if a factor is given.
    pub fn new(share: Lanes, factor: Option<Lanes>) -> Self {
        let partly = share.iter().any(|share| *share < 1.0);
        Self { share, partly, factor }
    }
}

/// The postings of one strategy in one month, added up by component.
pub struct Ledger {
    components: Box<[Lanes; Component::COUNT]>,
    posted: u64,
    measures: Box<[Lanes; Measure::COUNT]>,
    measured: u32,
    upfront: Lanes,
    paid_upfront: bool,
    record: Option<Vec<Posting>>,
    /// For whom the next postings are.
    cause: Cause,
    served: Vec<ServedRequests>,
    presence: Presence,
    /// Of the vendors that are watched, and room for as many as ever were.
    purchases: Vec<Purchases>,
    watched: usize,
    noted: Vec<(usize, Lanes)>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// An empty ledger.
    #[allow(clippy::large_stack_arrays, reason = "made once for each batch, and moved to the heap")]
    pub fn new() -> Self {
        Self {
            components: Box::new([Lanes::ZERO; Component::COUNT]),
            posted: 0,
            measures: Box::new([Lanes::ZERO; Measure::COUNT]),
            measured: 0,
            upfront: Lanes::ZERO,
            paid_upfront: false,
            record: None,
            cause: Cause::Shared,
            served: Vec::new(),
            presence: Presence::WHOLE,
            purchases: Vec::new(),
            watched: 0,
            noted: Vec::new(),
        }
    }

    /// With room for so many events in a month.
    #[must_use]
    pub fn noting(mut self, events: usize) -> Self {
        self.noted.reserve(events);
        self
    }

    /// Takes note of how often an event of the model happens.
    pub fn note(&mut self, event: usize, count: &Lanes) {
        if self.presence.partly {
            return self.note_whole(event, &self.limited(count));
        }
        self.note_whole(event, count);
    }

    fn note_whole(&mut self, event: usize, count: &Lanes) {
        match self.noted.iter_mut().find(|(known, _)| *known == event) {
            Some((_, sum)) => lanes::add(sum, count),
            None => self.noted.push((event, *count)),
        }
    }

    /// How often events happened.
    pub fn noted(&self) -> &[(usize, Lanes)] {
        &self.noted
    }

    /// Empties it for the next month or strategy; with `record`, each posting will be kept as well.
    pub fn clear(&mut self, record: bool) {
        (self.posted, self.measured, self.paid_upfront) = (0, 0, false);
        self.record = record.then(Vec::new);
        self.served.clear();
        self.cause = Cause::Shared;
        self.limit(None);
        self.watched = 0;
        self.noted.clear();
    }

    /// Counts what is bought from these vendors until the ledger is cleared, apart where other credits for outages are due.
    pub fn watch(&mut self, vendors: &[(usize, Option<Slot>)]) {
        let watched = self.watched + vendors.len();
        self.purchases.resize(watched.max(self.purchases.len()), Purchases::NOTHING);
        for (purchases, &(vendor, credit)) in self.purchases[self.watched..].iter_mut().zip(vendors) {
            (purchases.vendor, purchases.credit, purchases.begun) = (vendor, credit, false);
        }
        self.watched = watched;
    }

    /// Forgets what was bought, and counts for these vendors from now on: another strategy has contracts of its own.
    pub fn watch_only(&mut self, vendors: &[(usize, Option<Slot>)]) {
        self.watched = 0;
        self.watch(vendors);
    }

    /// From now on whoever posts is there for a part of the month only; all of it if `None`.
    pub fn limit(&mut self, presence: Option<&Presence>) {
        let presence = presence.unwrap_or(&Presence::WHOLE);
        self.presence.partly = presence.partly;
        if presence.partly {
            self.presence.share = presence.share;
        }
        if presence.factor.is_some() || self.presence.factor.is_some() {
            self.presence.factor = presence.factor;
        }
    }

    /// Whether whoever posts is there all month and at the usual prices, as wherever nobody moves. The other case stands apart
    /// everywhere: what is computed for it would be copied about even where it is not.
    fn is_whole(&self) -> bool {
        !self.presence.partly && self.presence.factor.is_none()
    }

    /// A quantity for the part of the month that counts.
    #[inline(never)]
    fn limited(&self, quantity: &Lanes) -> Lanes {
        let Presence { share, partly, .. } = &self.presence;
        if *partly { Lanes::from_fn(|i| quantity[i] * share[i]) } else { *quantity }
    }

    /// A price while a factor acts on all.
    #[inline(never)]
    fn dearer(&self, price: &Lanes) -> Lanes {
        let Some(factor) = &self.presence.factor else { return *price };
        Lanes::from_fn(|i| price[i] * factor[i])
    }

    /// Posts `quantity · price`, paid over the month.
    pub fn post(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        if self.is_whole() {
            return self.post_whole(line, quantity, price);
        }
        self.post_whole(line, &self.limited(quantity), &self.dearer(price));
    }

    fn post_whole(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        let first = !self.has(line.component);
        add_to(&mut self.components[line.component as usize], first, quantity, price);
        self.take_down(line, quantity, price);
    }

    /// Takes note of what has been added to a component.
    #[inline]
    fn take_down(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        self.posted |= 1 << line.component as usize;
        if self.is_recording() {
            self.keep(line, quantity, price);
        }
    }

    /// Keeps a posting: apart, since nobody wants it but `explain`.
    #[cold]
    #[inline(never)]
    fn keep(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        if let Some(record) = &mut self.record {
            let amount = lanes::product(quantity, price);
            record.push(Posting { cause: self.cause, line: line.clone(), quantity: *quantity, amount });
        }
    }

    /// Whether postings are kept one by one.
    pub fn is_recording(&self) -> bool {
        self.record.is_some()
    }

    /// Posts `quantity · price`, paid at the start of the month: a purchase. The moment of break-even depends on it.
    pub fn post_upfront(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        if self.is_whole() {
            return self.post_upfront_whole(line, quantity, price);
        }
        self.post_upfront_whole(line, &self.limited(quantity), &self.dearer(price));
    }

    fn post_upfront_whole(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        self.post_whole(line, quantity, price);
        add_to(&mut self.upfront, !self.paid_upfront, quantity, price);
        self.paid_upfront = true;
    }

    /// Posts `quantity · price` that is owed to a vendor at list price.
    pub fn post_bought(&mut self, from: Bought, line: &Line, quantity: &Lanes, price: &Lanes) {
        if self.is_whole() {
            return self.post_bought_whole(from, line, quantity, price);
        }
        self.post_bought_whole(from, line, &self.limited(quantity), &self.dearer(price));
    }

    fn post_bought_whole(&mut self, from: Bought, line: &Line, quantity: &Lanes, price: &Lanes) {
        let (first, total) = (!self.has(line.component), &mut self.components[line.component as usize]);
        let counted = |p: &&mut Purchases| p.vendor == from.vendor && p.credit == from.credit;
        match self.purchases[..self.watched].iter_mut().find(counted) {
            Some(purchases) => {
                let tokens = if from.tokens { quantity } else { &ZERO };
                let Purchases { begun, list, due, tokens: bought, .. } = purchases;
                buy(quantity, price, tokens, first, *begun, total, list, due, bought);
                *begun = true;
            }
            None => add_to(total, first, quantity, price),
        }
        self.take_down(line, quantity, price);
    }

    /// Lends what was bought from some vendors together while a contract posts what comes off; nothing is bought meanwhile.
    pub fn settle(&mut self, vendors: &[usize], post: impl FnOnce(&mut Self, &Purchases)) {
        let (purchases, watched) = (std::mem::take(&mut self.purchases), std::mem::take(&mut self.watched));
        let mut begun = purchases[..watched].iter().filter(|p| p.begun && vendors.contains(&p.vendor));
        match (begun.next(), begun.next()) {
            (Some(only), None) => post(self, only),
            (first, second) => {
                let mut all = Purchases::NOTHING;
                for one in first.into_iter().chain(second).chain(begun) {
                    lanes::add(&mut all.list, &one.list);
                    lanes::add(&mut all.due, &one.due);
                    lanes::add(&mut all.tokens, &one.tokens);
                }
                post(self, &all);
            }
        }
        (self.purchases, self.watched) = (purchases, watched);
    }

    /// What is due to some vendors together.
    pub fn due_to(&self, vendors: &[usize]) -> Lanes {
        let begun = |p: &&Purchases| p.begun && vendors.contains(&p.vendor);
        let mut all = Lanes::ZERO;
        for one in self.purchases[..self.watched].iter().filter(begun) {
            lanes::add(&mut all, &one.due);
        }
        all
    }

    /// Leaves a share of what is due to some vendors: a contract has settled the rest. The credit itself is posted apart.
    pub fn leave_due(&mut self, vendors: &[usize], share: &Lanes) {
        let begun = |p: &&mut Purchases| p.begun && vendors.contains(&p.vendor);
        for one in self.purchases[..self.watched].iter_mut().filter(begun) {
            lanes::scale(&mut one.due, share);
        }
    }

    /// What is due to a vendor for what has this credit for outages.
    pub fn due_with(&self, vendor: usize, credit: Slot) -> Lanes {
        let of = |p: &&Purchases| p.begun && (p.vendor, p.credit) == (vendor, Some(credit));
        self.purchases[..self.watched].iter().find(of).map_or(ZERO, |purchases| purchases.due)
    }

    /// Leaves a share of that.
    pub fn leave_due_with(&mut self, vendor: usize, credit: Slot, share: &Lanes) {
        let of = |p: &&mut Purchases| p.begun && (p.vendor, p.credit) == (vendor, Some(credit));
        for one in self.purchases[..self.watched].iter_mut().filter(of) {
            lanes::scale(&mut one.due, share);
        }
    }

    /// Adds to a physical amount.
    pub fn measure(&mut self, measure: Measure, amount: &Lanes) {
        if self.presence.partly {
            return self.measure_whole(measure, &self.limited(amount));
        }
        self.measure_whole(measure, amount);
    }

    fn measure_whole(&mut self, measure: Measure, amount: &Lanes) {
        let bit = 1 << measure as usize;
        let total = &mut self.measures[measure as usize];
        if self.measured & bit == 0 {
            *total = *amount;
            self.measured |= bit;
        } else {
            lanes::add(total, amount);
        }
    }

    /// All amounts by component, and a bit for each component that anything was posted to; the amounts of others mean nothing.
    pub fn components(&self) -> (&[Lanes; Component::COUNT], u64) {
        (&self.components, self.posted)
    }

    /// All physical amounts, and a bit for each that there is anything of; the others mean nothing.
    pub fn measures(&self) -> (&[Lanes; Measure::COUNT], u64) {
        (&self.measures, self.measured.into())
    }

    /// Whether anything was posted to a component.
    pub fn has(&self, component: Component) -> bool {
        self.posted & (1 << component as usize) != 0
    }

    /// A component's amount.
    pub fn component(&self, component: Component) -> &Lanes {
        if self.has(component) { &self.components[component as usize] } else { &ZERO }
    }

    /// A physical amount.
    pub fn measured(&self, measure: Measure) -> &Lanes {
        if self.has_measured(measure) { &self.measures[measure as usize] } else { &ZERO }
    }

    /// Whether there is anything of a physical amount.
    pub fn has_measured(&self, measure: Measure) -> bool {
        self.measured & (1 << measure as usize) != 0
    }

    /// What of the month's cash is paid at its start, if any is.
    pub fn upfront(&self) -> Option<&Lanes> {
        self.paid_upfront.then_some(&self.upfront)
    }

    /// The sum of the components of a view.
    pub fn total(&self, view: View) -> Lanes {
        let mut total = Lanes::ZERO;
        for component in Component::ALL {
            let counts = component.view() == View::Both || component.view() == view;
            if counts && self.has(component) {
                lanes::add(&mut total, self.component(component));
            }
        }
        total
    }

    /// Says for whom the next postings are.
    pub fn spend_for(&mut self, cause: Cause) {
        self.cause = cause;
    }

    /// Records whom a supply served, if postings are recorded.
    pub fn record_served(&mut self, supply: usize, entry: usize, stream: usize, requests: &Lanes) {
        if self.is_recording() {
            self.served.push(ServedRequests { supply, entry, stream, requests: *requests });
        }
    }

    /// Whom supplies served, as recorded so far.
    pub fn recorded_served(&self) -> &[ServedRequests] {
        &self.served
    }

    /// The postings kept so far; empty unless recording.
    pub fn recorded(&self) -> &[Posting] {
        self.record.as_deref().unwrap_or_default()
    }
}

/// Adds `quantity · price` to a component, to what is bought at list prices and to what is due, and the tokens. The component may hold
/// what an earlier month left, if this is its `first` amount; the others do unless they are `begun`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn buy(
    quantity: &Lanes,
    price: &Lanes,
    tokens: &Lanes,
    first: bool,
    begun: bool,
    total: &mut Lanes,
    list: &mut Lanes,
    due: &mut Lanes,
    bought: &mut Lanes,
) {
    for i in 0..LANES {
        let cost = quantity[i] * price[i];
        total[i] = if first { cost } else { total[i] + cost };
        list[i] = if begun { list[i] + cost } else { cost };
        due[i] = if begun { due[i] + cost } else { cost };
        bought[i] = if begun { bought[i] + tokens[i] } else { tokens[i] };
    }
}

/// Adds `quantity · price` to a total, which is what an earlier month left if this is the first of a month.
fn add_to(total: &mut Lanes, first: bool, quantity: &Lanes, price: &Lanes) {
    if first {
        lanes::multiply(total, quantity, price);
    } else {
        lanes::add_product(total, quantity, price);
    }
}
