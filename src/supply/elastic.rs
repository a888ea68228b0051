//! Rented fleets as they are run: spread over zones, followed by an autoscaler that sees only the past, partly on spot GPUs,
//! with an amount reserved that is decided anew at each renewal.
//!
//! A fleet that says none of this takes the short way through `rented`; this one adds up the same replicas unit by unit.

use super::cheapest::{ByTheHour, post};
use super::hosting::Load;
use super::idle::{GoesToZero, Saved};
use super::mixed::{Hours, Ramps, Shape};
use crate::calendar::Month;
use crate::demand::MOST_WEEKS;
use crate::finance::{Bought, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::serving::Zones;

/// What of a fleet runs in an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staff {
    pub(super) min: f64,
    pub(super) spare: f64,
    pub(super) zones: Zones,
}

impl Staff {
    /// Replicas that run when an hour needs so many and no more than `most` may be loaded.
    fn running(self, needed: f64, most: f64) -> f64 {
        self.zones.with_reserve(needed.max(self.min).min(most.max(self.min))) + self.spare
    }
}

/// An autoscaler.
pub(super) struct Autoscaler {
    /// Hours until it has seen a change of load.
    pub(super) lag: Slot,
    /// Hours from then until a new replica serves; paid.
    pub(super) cold_start: Slot,
    /// Rises over one hour, and over two.
    pub(super) ramps: Ramps,
    /// Whether the last replica goes when nobody asks.
    pub(super) to_zero: Option<GoesToZero>,
}

impl Autoscaler {
    /// Replicas of which neither their coming nor their going is that of the hours: where a fleet goes to zero, the last one.
    fn least(&self) -> f64 {
        f64::from(u8::from(self.to_zero.is_some()))
    }
}

/// A fleet before an entry asked.
pub(super) struct Before<'a> {
    /// Load that was offered to it, and carried.
    pub(super) offered: &'a Lanes,
    pub(super) carried: &'a Lanes,
    /// Hours of the month.
    pub(super) hours: f64,
}

/// An entry that asks a fleet.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    /// Mean load that one request of the month comes to.
    pub(super) load_per_request: &'a Lanes,
    pub(super) patience_hours: f64,
    /// The place of its week.
    pub(super) week: usize,
    /// Whether nobody asks after it.
    pub(super) is_last: bool,
}

/// GPUs that the vendor may take away.
pub(super) struct Spot {
    /// Share of the replicas above those reserved.
    pub(super) share: Slot,
    pub(super) line: Line,
    pub(super) price: Slot,
    /// Interruptions of a GPU, per hour.
    pub(super) interruptions: Slot,
}

/// An amount reserved by the newsvendor's rule.
pub(super) struct Newsvendor {
    /// Months of a term.
    pub(super) term: usize,
    /// Past months whose mean need counts.
    pub(super) over: usize,
    pub(super) line: Line,
    /// What is owed after the strategy was left.
    pub(super) owed: Line,
    pub(super) price: Slot,
    /// The price of what is owed then.
    pub(super) left_to_pay: Slot,
}

pub(super) struct Elastic {
    pub(super) staff: Staff,
    /// Replicas reserved for good.
    pub(super) reserved: f64,
    pub(super) gpus: f64,
    /// Weeks that meet on it.
    pub(super) weeks: usize,
    pub(super) autoscaler: Option<Autoscaler>,
    pub(super) spot: Option<Spot>,
    pub(super) newsvendor: Option<Newsvendor>,
}

/// Places in a fleet's own lanes of state: load missed so far, replicas reserved, the month in which a term ends that must be
/// paid, the share of the load that was missed last month, requests in a mean hour of the month by week, then the needs of past months, each by week.
const MISSED: usize = 0;
const RESERVED: usize = 1;
const UNTIL: usize = 2;
const SHARE: usize = 3;
const REQUESTS: usize = 4;

/// What a month comes to, in replicas on average.
struct Totals {
    on_demand: Lanes,
    cold: Lanes,
}

impl Elastic {
    /// Lanes of state behind those of the load.
    pub(super) fn state(&self) -> usize {
        self.needs() + self.newsvendor.as_ref().map_or(0, |rule| self.weeks * rule.over)
    }

    /// Where needs of past months begin.
    fn needs(&self) -> usize {
        REQUESTS + self.weeks
    }

    /// Requests in a mean hour, by week.
    fn requests<'a>(&self, state: &'a [Lanes]) -> &'a [Lanes] {
        &state[REQUESTS..REQUESTS + self.weeks]
    }

    /// Before the first month.
    pub(super) fn start(&self, state: &mut [Lanes]) {
        state[RESERVED] = Lanes::splat(self.reserved);
    }

    /// Replicas that are paid whether they are used or not.
    pub(super) fn reserved(state: &[Lanes]) -> &Lanes {
        &state[RESERVED]
    }

    /// Begins a month: what is reserved is decided anew when a term begins.
    pub(super) fn open(
        &self,
        now: &Month,
        values: &Values,
        shape: &Shape,
        on_demand: Slot,
        state: &mut [Lanes],
    ) {
        state[MISSED] = Lanes::ZERO;
        state[REQUESTS..self.needs()].fill(Lanes::ZERO);
        let Some(rule) = &self.newsvendor else { return };
        if now.index < rule.over || !(now.index - rule.over).is_multiple_of(rule.term) {
            return;
        }
        for lane in 0..LANES {
            let mut needs = [0.0; MOST_WEEKS];
            for month in state[self.needs()..].chunks(self.weeks).take(rule.over) {
                for (need, past) in needs.iter_mut().zip(month) {
                    *need += past[lane];
                }
            }
            let needs = needs.map(|past| past / rule.over as f64);
            let ratio = values[rule.price][lane] / values[on_demand][lane].max(f64::MIN_POSITIVE);
            state[RESERVED][lane] = self.reserved + self.best(shape, &needs, ratio);
        }
    }

    /// What is still to be paid of an amount by rule whose strategies stand for a share of the month: to the end of its term.
    pub(super) fn owe(
        &self,
        now: &Month,
        stands: &Lanes,
        state: &mut [Lanes],
    ) -> Option<(&Newsvendor, Lanes)> {
        let rule = self.newsvendor.as_ref()?;
        let month = now.index as f64;
        let terms = (now.index + 1).saturating_sub(rule.over).div_ceil(rule.term);
        let ends = (rule.over + terms * rule.term) as f64;
        let mut owed = Lanes::ZERO;
        for i in 0..LANES {
            if state[UNTIL][i] > month {
                owed[i] = (1.0 - stands[i]).max(0.0) * (state[RESERVED][i] - self.reserved);
            }
            if stands[i] > 0.0 {
                state[UNTIL][i] = ends;
            }
        }
        let hours = self.gpus * now.hours;
        for replicas in &mut owed {
            *replicas *= hours;
        }
        Some((rule, owed))
    }

    /// The largest number of replicas of which each runs in more of the hours than a reserved one costs of one on demand:
    /// `F⁻¹(1 − c_r / c_o)` of the load curve.
    fn best(&self, shape: &Shape, needs: &[f64; MOST_WEEKS], ratio: f64) -> f64 {
        let need: f64 = needs.iter().sum();
        let hours_above = |units: f64| match shape {
            Shape::One(curve) => curve.hours_above(units / need),
            Shape::Mixed(mix) => mix.hours_above(needs, units),
        };
        let always = self.staff.running(0.0, f64::INFINITY);
        if ratio >= 1.0 {
            return 0.0;
        }
        let mut best = (always - self.reserved).max(0.0);
        let mut units = 1.0;
        // Of needs of `units` and more, each is paid for if it is there often enough.
        while need > 0.0 && hours_above(units - 1.0) >= ratio {
            best = (self.staff.running(units, f64::INFINITY) - self.reserved).max(best);
            units += 1.0;
        }
        best
    }

    /// The load that is not carried, though the fleet is large enough for it: replicas are on their way, or taken away.
    fn missed(
        &self,
        scaler: &Autoscaler,
        values: &Values,
        load: &Load,
        means: &[Lanes],
        target: &Lanes,
        reserved: &Lanes,
    ) -> Lanes {
        let mut missed = Lanes::ZERO;
        let (lag, cold) = (&values[scaler.lag], &values[scaler.cold_start]);
        let away = Lanes::from_fn(|i| (lag[i] + cold[i]).min(2.0));
        for hours in [0, 1] {
            // The part of an hour that sees the load of one hour before, and of two.
            let part = Lanes::from_fn(|i| {
                let beyond = (away[i] - 1.0).max(0.0);
                if hours == 0 { away[i].min(1.0) - beyond } else { beyond }
            });
            if part.iter().all(|part| *part <= 0.0) {
                continue;
            }
            scaler.ramps.each(hours, load.offered(), means, |share, before, now| {
                for i in 0..LANES {
                    let most = load.most()[i];
                    let seen = math::ceil(before[i] / target[i] * (1.0 - 1e-12));
                    let there = self.staff.running(seen, most).max(reserved[i]).max(scaler.least());
                    let asked = now[i].min(most * target[i]);
                    missed[i] += part[i] * share * (asked - there).max(0.0);
                }
            });
        }
        if let Some(spot) = &self.spot {
            for i in 0..LANES {
                let needed = math::ceil(load.offered()[i] / target[i] * (1.0 - 1e-12));
                let there = self.staff.running(needed, load.most()[i]).max(reserved[i]);
                let taken = (there - reserved[i]).max(0.0)
                    * values[spot.share][i]
                    * self.gpus
                    * values[spot.interruptions][i];
                // The others carry the load of one that was taken away, up to their limits.
                missed[i] += taken * away[i] * (load.carried()[i] - (there - 1.0)).max(0.0);
            }
        }
        missed
    }

    /// Takes back what an entry was said to be served, as far as replicas come too late for it.
    pub(super) fn take_back(
        &self,
        values: &Values,
        load: &Load,
        means: &[Lanes],
        (before, target): (Before, &Lanes),
        entry: &Asking,
        state: &mut [Lanes],
        served: &mut Lanes,
    ) {
        let Some(scaler) = &self.autoscaler else { return };
        let Asking { load_per_request, patience_hours, week, is_last } = *entry;
        let mut missed = if self.weeks > 1 && !is_last {
            Lanes::ZERO
        } else {
            self.missed(scaler, values, load, means, target, &state[RESERVED])
        };
        if let Some(to_zero) = &scaler.to_zero {
            for i in 0..LANES {
                let more = load.offered()[i] - before.offered[i];
                state[REQUESTS + week][i] +=
                    if more > 0.0 { more / load_per_request[i] / before.hours } else { 0.0 };
                missed[i] += self.saved(to_zero, values, (load, means), target, (i, state)).missed;
            }
        }
        if self.weeks > 1 && !is_last {
            // How weeks that are still to come fill or deepen the hours of this one is not known yet: it misses as much as all did
            // last month, and who comes last what is left.
            for i in 0..LANES {
                missed[i] = state[MISSED][i] + state[SHARE][i] * (load.offered()[i] - before.offered[i]);
            }
        }
        for i in 0..LANES {
            // Who waits longer than replicas take to come is served by these.
            if values[scaler.lag][i] + values[scaler.cold_start][i] <= patience_hours {
                continue;
            }
            let carried = load.carried()[i] - before.carried[i];
            let more = (missed[i] - state[MISSED][i]).clamp(0.0, carried.max(0.0));
            if more > 0.0 && load_per_request[i] > 0.0 {
                state[MISSED][i] += more;
                served[i] = (served[i] - more / load_per_request[i]).max(0.0);
            }
        }
    }

    /// What a lane saves and misses because its last replica goes; nothing where one is reserved.
    fn saved(
        &self,
        to_zero: &GoesToZero,
        values: &Values,
        (load, means): (&Load, &[Lanes]),
        target: &Lanes,
        (lane, state): (usize, &[Lanes]),
    ) -> Saved {
        if state[RESERVED][lane] >= 1.0 {
            return Saved::default();
        }
        let mean = (load.offered()[lane], target[lane]);
        to_zero.saved(values, lane, mean, (means, self.requests(state)))
    }

    /// Replica-hours on demand, and those of cold starts, as means over the hours.
    fn totals(&self, values: &Values, shape: &Hours, load: &Load, target: &Lanes, state: &[Lanes]) -> Totals {
        let reserved = &state[RESERVED];
        let to_zero = self.autoscaler.as_ref().and_then(|scaler| scaler.to_zero.as_ref());
        let mut totals = Totals { on_demand: Lanes::ZERO, cold: Lanes::ZERO };
        let staff = self.staff;
        for i in 0..LANES {
            let (most, reserved) = (load.most()[i], reserved[i]);
            let [on_demand, usable] = shape.mean_of_units(i, load.offered()[i], 1.0 / target[i], |n| {
                let all = staff.running(n, most).max(reserved);
                [all - reserved, staff.zones.without_one((all - staff.spare).max(0.0))]
            });
            let saved = to_zero.map_or(Saved::default(), |to_zero| {
                self.saved(to_zero, values, (load, shape.means), target, (i, state))
            });
            totals.cold[i] = saved.starting;
            let (on_demand, usable) = (on_demand - saved.down, usable - saved.down);
            // Work that can wait first fills what is paid anyway; what is left needs replica-hours of its own.
            let used = load.carried()[i] + load.waiting()[i];
            let more = ((used - usable * target[i]) / target[i]).max(0.0);
            let reserve = if staff.zones.is_one() { 1.0 } else { 1.0 + 1.0 / staff.zones.left() };
            totals.on_demand[i] = on_demand + more * reserve;
        }
        let Some(scaler) = &self.autoscaler else { return totals };
        scaler.ramps.each(0, load.offered(), shape.means, |share, before, now| {
            for i in 0..LANES {
                let run = |load_now: f64| {
                    let needed = math::ceil(load_now / target[i] * (1.0 - 1e-12));
                    staff.running(needed, load.most()[i]).max(reserved[i]).max(scaler.least())
                };
                let starts = share * (run(now[i]) - run(before[i])).max(0.0);
                totals.cold[i] += starts * values[scaler.cold_start][i];
            }
        });
        totals
    }

    /// Ends a month: rent by kind; GPU-hours paid and at work.
    pub(super) fn close(
        &self,
        now: &Month,
        values: &Values,
        shape: &Hours,
        load: &Load,
        target: &Lanes,
        state: &mut [Lanes],
        rent: &mut Rent<'_>,
    ) -> [Lanes; 2] {
        for i in 0..LANES {
            let offered = load.offered()[i];
            state[SHARE][i] = if offered > 0.0 { state[MISSED][i] / offered } else { 0.0 };
        }
        let reserved = state[RESERVED];
        let Totals { mut on_demand, mut cold } = self.totals(values, shape, load, target, state);
        let gpu_hours = self.gpus * now.hours;
        let mut paid = Lanes::ZERO;
        let spot = self.spot.as_ref();
        if let Some(spot) = spot {
            let starts_again = self.autoscaler.as_ref().map(|scaler| &values[scaler.cold_start]);
            let mut hours = Lanes::ZERO;
            for i in 0..LANES {
                let share = values[spot.share][i];
                // A replica that is taken away is paid again while another one starts.
                let again =
                    self.gpus * values[spot.interruptions][i] * starts_again.map_or(0.0, |cold| cold[i]);
                hours[i] = (on_demand[i] + cold[i]) * share * (1.0 + again) * gpu_hours;
                paid[i] += hours[i];
                on_demand[i] *= 1.0 - share;
                cold[i] *= 1.0 - share;
            }
            rent.post(&spot.line, &hours, &values[spot.price]);
        }
        for i in 0..LANES {
            on_demand[i] *= gpu_hours;
            cold[i] *= gpu_hours;
            paid[i] += on_demand[i] + cold[i] + reserved[i] * gpu_hours;
        }
        post(rent.offers, |offer| &offer.hours, &on_demand, values, rent.ledger);
        if self.autoscaler.is_some() {
            post(rent.offers, |offer| &offer.cold_starts, &cold, values, rent.ledger);
        }
        if let Some(rule) = &self.newsvendor {
            let hours = Lanes::from_fn(|i| (reserved[i] - self.reserved) * gpu_hours);
            rent.post(&rule.line, &hours, &values[rule.price]);
            let place = self.needs() + self.weeks * (now.index % rule.over);
            // A fleet of one week keeps no means.
            let weeks =
                if shape.means.is_empty() { std::slice::from_ref(load.offered()) } else { shape.means };
            for (need, mean) in state[place..].iter_mut().zip(weeks) {
                for i in 0..LANES {
                    need[i] = mean[i] / target[i];
                }
            }
        }
        let busy = Lanes::from_fn(|i| (load.carried()[i] + load.waiting()[i] - state[MISSED][i]) * gpu_hours);
        [paid, busy]
    }
}

/// Where rent is posted.
pub(super) struct Rent<'a> {
    /// From whom GPUs on spot and by rule are rented.
    pub(super) from: Bought,
    pub(super) offers: &'a [ByTheHour],
    pub(super) ledger: &'a mut Ledger,
}

impl Rent<'_> {
    fn post(&mut self, line: &Line, hours: &Lanes, price: &Lanes) {
        self.ledger.post_bought(self.from, line, hours, price);
    }
}
