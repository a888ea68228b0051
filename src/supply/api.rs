//! A vendor's API: every token has its price, and capacity has none but the vendor's rate limits.

use std::sync::Arc;

use multiversion::multiversion;

use super::bill::{Bill, bills, in_vain};
use super::hosting::same_week;
use super::{Definitions, Entry, Supply, Work};
use crate::calendar::Month;
use crate::demand::{LoadCurve, Patient};
use crate::diagnostic::Diagnostic;
use crate::finance::{Bought, Ledger};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::pricing::{Asked, Limited, RateCard, Tier};
use crate::process::{Lookup, Path};
use crate::serving::carried;

/// Entries served by `vendor/llm`.
pub struct Api {
    from: Bought,
    entries: Vec<Served>,
    /// What the vendor takes in an hour, shared by the entries.
    limits: Vec<Slot>,
    curve: Option<Arc<LoadCurve>>,
    /// The share of each month in which the llm is still served.
    available: Option<Vec<f64>>,
}

/// One entry: what it is billed, and what a request takes of each limit.
struct Served {
    bills: Vec<Bill>,
    takes: Vec<Slot>,
    /// The share of requests bought as a batch, which has no limits here: it waits for its turn.
    waits: Option<Slot>,
    waiting: Option<Waiting>,
}

/// What does not fit into the limits at once waits, or is tried again.
struct Waiting {
    patient: Patient,
    /// The event of requests that had to wait.
    event: Option<usize>,
    /// What is billed for a try in vain.
    in_vain: Option<Bill>,
}

/// What limits let through of requests that are asked at once.
struct Passed {
    share: Lanes,
    /// Where some wait: what would pass at once, and tries in vain per request.
    waiting: Option<[Lanes; 2]>,
}

impl Api {
    /// The API behind the entries that name it.
    pub fn resolve(entries: &[Entry], all: &Definitions, lookup: &mut dyn Lookup) -> Option<Self> {
        let first = entries.first()?;
        let rates = all.rate_card(first.by, lookup)?;
        let from = all.bought(first.by, true, lookup)?;
        let served: Vec<Option<Served>> =
            entries.iter().map(|entry| served(entry, rates, from, all, lookup)).collect();
        let available =
            rates.retires.and_then(|day| day.availability(lookup.timeline()).map(|share| (day, share)));
        if let Some((day, _)) = &available {
            for entry in entries {
                lookup.refuse(day.warning(&entry.by.id, entry.by.span));
            }
        }
        let hit = lookup.hit(&first.by.id);
        let mut limits = Vec::new();
        for (_, limit) in &rates.limits.0 {
            let limit = lookup.per_hour(&Path::Number(limit.clone()))?;
            limits.push(hit.limits.map_or(limit, |factor| lookup.times(limit, factor)));
        }
        if !limits.is_empty() {
            for entry in &entries[1..] {
                same_week(entry, first, lookup)?;
            }
        }
        let curve = (!limits.is_empty()).then(|| first.stream.curve.clone());
        let entries = served.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Self { from, entries, limits, curve, available: available.map(|(_, share)| share) })
    }
}

fn served(
    entry: &Entry,
    rates: &RateCard,
    from: Bought,
    all: &Definitions,
    lookup: &mut dyn Lookup,
) -> Option<Served> {
    let work = Work::resolve(entry, rates.tokenizer.as_ref(), all, lookup);
    let asked = Asked {
        allowed: entry.traffic.stays_in.as_deref(),
        region: entry.region,
        week: &entry.traffic.week,
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
    let mut bills = bills(entry, work, &card, from, lookup)?;
    if let Some(factor) = lookup.hit(&entry.by.id).price {
        for bill in &mut bills {
            bill.times(factor, lookup);
        }
    }
    let takes = rates.limits.0.iter().map(|(what, _)| takes(*what, &work, lookup)).collect();
    let waiting = entry.patience.map(|patience| Waiting {
        patient: patience.curve(&entry.traffic.week, entry.traffic.hourly_noise),
        event: entry.waited,
        in_vain: in_vain(entry, &work, &card, from, lookup),
    });
    if waiting.is_some() && rates.limits.0.is_empty() {
        lookup.refuse(never_full(entry, rates));
    }
    Some(Served { bills, takes, waits: work.waits.filter(|_| entry.tier == Tier::Batch), waiting })
}

fn never_full(entry: &Entry, rates: &RateCard) -> Diagnostic {
    let message = format!("nothing waits for `{}`: it is never full", entry.by.id);
    Diagnostic::warning("no-effect", entry.by.span, message)
        .label("`when_full` of this entry changes nothing")
        .related(rates.origin.span, "its rate card has no `limits`")
}

/// What a request takes of a limit.
fn takes(what: Limited, work: &Work, lookup: &mut dyn Lookup) -> Slot {
    let tokens = match what {
        Limited::Calls => return work.calls,
        Limited::Input => work.input,
        Limited::Output => work.generated,
        Limited::Tokens => lookup.plus(work.input, work.generated),
    };
    lookup.times(work.calls, tokens)
}

impl Api {
    /// What the limits let through of what is offered: hour by hour, what exceeds the tightest of them does not pass. Says which
    /// share of what cannot wait that is.
    fn limit(
        &self,
        entry: &Served,
        curve: &LoadCurve,
        hours: f64,
        values: &Values,
        state: &mut [Lanes],
        served: &mut Lanes,
    ) -> Passed {
        let (mut at_once, mut share) = (*served, Lanes::splat(1.0));
        if let Some(waits) = entry.waits {
            for i in 0..LANES {
                at_once[i] *= 1.0 - values[waits][i];
            }
        }
        let mut waiting = entry.waiting.as_ref().map(|_| [Lanes::splat(1.0), Lanes::ZERO]);
        for (place, (limit, takes)) in self.limits.iter().zip(&entry.takes).enumerate() {
            let load = [&at_once, &values[*takes], &values[*limit]];
            let before = [&state[2 * place], &state[2 * place + 1]];
            let hours_of_load = entry.waiting.as_ref().map_or(curve, |waiting| &waiting.patient.curve);
            passes(hours_of_load, hours, load, before, &mut share);
            if let (Some(waiting), Some([plain, failed])) = (&entry.waiting, &mut waiting) {
                passes(curve, hours, load, before, plain);
                if let Some(curve) = &waiting.patient.failed {
                    fails(curve, hours, load, before[0], failed);
                }
            }
        }
        for (place, takes) in entry.takes.iter().enumerate() {
            for i in 0..LANES {
                let asked = at_once[i] * values[*takes][i] / hours;
                state[2 * place][i] += asked;
                state[2 * place + 1][i] += asked * share[i];
            }
        }
        for i in 0..LANES {
            // Rounding must not leave a trace of a request for the next entry.
            if share[i] < 1.0 - 1e-9 {
                served[i] -= at_once[i] * (1.0 - share[i]);
            } else {
                share[i] = 1.0;
            }
        }
        Passed { share, waiting }
    }
}

/// Lowers the share that passes to what one limit lets through, after the entries before; `[offered, passed]` is theirs.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn passes(curve: &LoadCurve, hours: f64, load: [&Lanes; 3], before: [&Lanes; 2], share: &mut Lanes) {
    let ([requests, takes, limit], [offered, passed]) = (load, before);
    for i in 0..LANES {
        let asked = requests[i] * takes[i] / hours;
        let with = carried(curve, offered[i] + asked, limit[i]);
        let more = (with - passed[i]).max(0.0).min(asked);
        let passes = if asked > 0.0 { more / asked } else { 1.0 };
        share[i] = share[i].min(passes);
    }
}

/// Tries in vain per request, of the limit that refuses most.
fn fails(curve: &LoadCurve, hours: f64, load: [&Lanes; 3], before: &Lanes, failed: &mut Lanes) {
    let [requests, takes, limit] = load;
    for i in 0..LANES {
        let asked = before[i] + requests[i] * takes[i] / hours;
        failed[i] = failed[i].max(curve.excess(limit[i] / asked.max(f64::MIN_POSITIVE)));
    }
}

impl Waiting {
    /// Counts who waited, and bills what was tried in vain, of the requests that were asked at once.
    fn post(
        &self,
        at_once: &Lanes,
        share: &Lanes,
        [plain, failed]: &[Lanes; 2],
        values: &Values,
        ledger: &mut Ledger,
    ) {
        let (mut waited, mut tried) = (Lanes::ZERO, Lanes::ZERO);
        for i in 0..LANES {
            waited[i] = at_once[i] * (share[i] - plain[i]).max(0.0);
            tried[i] = at_once[i] * failed[i];
        }
        if let Some(event) = self.event.filter(|_| lanes::any_above_zero(&waited)) {
            ledger.note(event, &waited);
        }
        if let Some(bill) = &self.in_vain {
            bill.post(&tried, values, ledger);
        }
    }
}

impl Supply for Api {
    fn bought(&self) -> Vec<Bought> {
        vec![self.from]
    }

    fn state(&self) -> usize {
        2 * self.limits.len()
    }

    fn open(&self, _: &Month, _: &Values, state: &mut [Lanes], _: &mut Ledger) {
        state.fill(Lanes::ZERO);
    }

    fn unlimited(&self, _entry: usize) -> bool {
        self.available.is_none() && self.limits.is_empty()
    }

    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    ) {
        *served = *offered;
        let mut hours = now.hours;
        if let Some(share) = self.available.as_ref().map(|shares| shares[now.index]) {
            for requests in served.iter_mut() {
                *requests *= share;
            }
            hours *= share;
        }
        let entry = &self.entries[entry];
        let Some(curve) = self.curve.as_ref().filter(|_| hours > 0.0) else {
            return entry.bills.iter().for_each(|bill| bill.post(served, values, ledger));
        };
        self.accept_limited(entry, (curve, hours), values, state, served, ledger);
    }
}

impl Api {
    /// Serves what the limits let through of what is asked.
    fn accept_limited(
        &self,
        entry: &Served,
        (curve, hours): (&LoadCurve, f64),
        values: &Values,
        state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    ) {
        let asked = *served;
        let passed = self.limit(entry, curve, hours, values, state, served);
        if let (Some(waiting), Some(found)) = (&entry.waiting, &passed.waiting) {
            let mut at_once = asked;
            if let Some(waits) = entry.waits {
                at_once.iter_mut().zip(&values[waits]).for_each(|(requests, share)| *requests *= 1.0 - share);
            }
            waiting.post(&at_once, &passed.share, found, values, ledger);
        }
        if entry.waits.is_none() {
            return entry.bills.iter().for_each(|bill| bill.post(served, values, ledger));
        }
        // Only what cannot wait is cut: each bill is for its part of the requests that were asked.
        let mut at_once = asked;
        lanes::scale(&mut at_once, &passed.share);
        for bill in &entry.bills {
            bill.post(if bill.waits() { &asked } else { &at_once }, values, ledger);
        }
    }
}
