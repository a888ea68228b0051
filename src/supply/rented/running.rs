//! A fleet of rented replicas, month by month.

use std::sync::Arc;

use multiversion::multiversion;

use crate::calendar::Month;
use crate::demand::LoadCurve;
use crate::finance::{Bought, Ledger, Line, Measure};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::supply::Supply;
use crate::supply::cheapest::{ByTheHour, post};
use crate::supply::elastic::{Asking, Before, Elastic, Rent};
use crate::supply::hosting::{Hosted, Load};
use crate::supply::mixed::{Hours, Shape};
use crate::supply::reservation::Reservation;

pub(super) struct Running {
    pub(super) from: Bought,
    /// GPUs by the hour: of one vendor, or of several of which one is chosen.
    pub(super) by_the_hour: Vec<ByTheHour>,
    pub(super) reserved: Vec<Reserved>,
    pub(super) gpus: f64,
    pub(super) utilization_target: Slot,
    /// One over that.
    pub(super) replicas_per_load: Slot,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) spare: f64,
    /// Share of what the fleet would grow by that is to be had, where GPUs can be short.
    pub(super) new_capacity: Option<Slot>,
    pub(super) curve: Arc<LoadCurve>,
    pub(super) shape: Shape,
    pub(super) entries: Vec<Hosted>,
    /// What makes its replicas more than those that the load of an hour needs; without it the short way is taken.
    pub(super) elastic: Option<Elastic>,
}

/// Replicas that are paid for a term.
pub(super) struct Reserved {
    pub(super) count: f64,
    pub(super) price: Slot,
    /// The price once the strategy is left.
    pub(super) left_to_pay: Slot,
    pub(super) used: Line,
    pub(super) owed: Line,
    pub(super) reservation: Reservation,
}

/// Places in the state, behind those of the load: replicas in the busiest hour of last month, and the ends of terms; then the
/// mean load of each week where these differ, and what an elastic fleet keeps.
const HELD: usize = Load::STATE;
const TERMS: usize = HELD + 1;

impl Running {
    /// Whether the fleet can be too small for some entry.
    fn is_limited(&self) -> bool {
        self.new_capacity.is_some()
            || self.max.is_finite()
            || self.entries.iter().any(|entry| entry.up_to.is_finite())
    }

    fn replicas_reserved(&self) -> f64 {
        self.reserved.iter().map(|reserved| reserved.count).sum()
    }

    /// Replicas that carry load in every hour, whatever the load.
    fn least(&self) -> f64 {
        self.min.max(self.replicas_reserved() - self.spare)
    }

    /// How far the fleet can grow for an entry: while GPUs are short, to what it ran in the busiest hour of last month, and by
    /// whole replicas to a share of what it needs beyond that. `peak` is the load of the busiest hour, by lane.
    fn most(&self, values: &Values, held: &[Lanes], peak: impl Fn(usize) -> f64) -> Lanes {
        let (Some(share), [held, ..]) = (self.new_capacity, held) else { return Lanes::splat(self.max) };
        limits(&values[share], &Lanes::from_fn(peak), &values[self.utilization_target], held, self.max)
    }

    /// Takes note of what it runs in the busiest hour.
    fn hold(&self, target: &Lanes, state: &mut [Lanes]) {
        let (load, held) = state.split_at_mut(Load::STATE);
        let load = Load(load);
        running_at_peak(load.offered(), self.curve.peak(), target, load.most(), self.least(), &mut held[0]);
    }

    /// Where the state of the short way ends.
    fn plain_state(&self) -> usize {
        if self.new_capacity.is_some() || self.binds() { TERMS + self.reserved.len() } else { Load::STATE }
    }

    /// The state in its parts: the load, what is held, the ends of terms, means of weeks, what an elastic fleet keeps.
    fn parts<'a>(&self, state: &'a mut [Lanes]) -> Parts<'a> {
        let (plain, rest) = state.split_at_mut(self.plain_state());
        let (load, held) = plain.split_at_mut(Load::STATE);
        let (means, own) = rest.split_at_mut(self.shape.state());
        Parts { load: Load(load), held, means, own }
    }

    fn post_reserved(&self, now: &Month, values: &Values, ledger: &mut Ledger) {
        for Reserved { count, used, price, .. } in &self.reserved {
            let hours = Lanes::splat(count * self.gpus * now.hours);
            ledger.post_bought(self.from, used, &hours, &values[*price]);
        }
    }
}

struct Parts<'a> {
    load: Load<'a>,
    held: &'a mut [Lanes],
    means: &'a mut [Lanes],
    own: &'a mut [Lanes],
}

/// Replicas that carry a load.
#[allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]
#[inline(always)]
fn replicas_at(load: f64, target: f64) -> f64 {
    math::ceil(load / target * (1.0 - 1e-12))
}

/// What is held, and by whole replicas a share of what the busiest hour needs beyond that; at most so many.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn limits(share: &Lanes, peak: &Lanes, target: &Lanes, held: &Lanes, most: f64) -> Lanes {
    Lanes::from_fn(|i| {
        let grows = math::larger(math::smaller(replicas_at(peak[i], target[i]), most) - held[i], 0.0);
        let limit = math::smaller(most, held[i] + math::floor(share[i] * grows + 1e-9));
        if share[i] >= 1.0 { most } else { limit }
    })
}

/// Replicas that run in the busiest hour, between a least and a most.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn running_at_peak(offered: &Lanes, peak: f64, target: &Lanes, most: &Lanes, least: f64, runs: &mut Lanes) {
    for i in 0..LANES {
        runs[i] = math::larger(math::smaller(replicas_at(offered[i] * peak, target[i]), most[i]), least);
    }
}

/// What of a fleet is paid whatever the load.
struct Plan {
    reserved: f64,
    always: f64,
    spare: f64,
    /// GPU-hours of a replica in the month.
    gpu_hours: f64,
}

/// GPU-hours of a month.
struct GpuHours {
    on_demand: Lanes,
    /// Those, and what is reserved.
    paid: Lanes,
    busy: Lanes,
}

/// GPU-hours with a mean of `beyond` replicas beyond those that always run.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn gpu_hours(
    plan: &Plan,
    beyond: &Lanes,
    target: &Lanes,
    replicas_per_load: &Lanes,
    carried: &Lanes,
    waiting: &Lanes,
) -> GpuHours {
    let mut hours = GpuHours { on_demand: Lanes::ZERO, paid: Lanes::ZERO, busy: Lanes::ZERO };
    for i in 0..LANES {
        // Work that can wait first fills what is paid anyway; what is left needs replica-hours of its own.
        let usable = math::larger(plan.reserved + plan.always + beyond[i] - plan.spare, 0.0) * target[i];
        let used = carried[i] + waiting[i];
        let on_demand = plan.always + beyond[i] + math::larger((used - usable) * replicas_per_load[i], 0.0);
        hours.on_demand[i] = on_demand * plan.gpu_hours;
        hours.paid[i] = hours.on_demand[i] + plan.reserved * plan.gpu_hours;
        hours.busy[i] = used * plan.gpu_hours;
    }
    hours
}

/// A fleet whose replicas do not simply follow the load.
impl Running {
    fn accept_elastic(
        &self,
        elastic: &Elastic,
        (entry, now): (usize, &Month),
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
    ) {
        let hosted = &self.entries[entry];
        let target = &values[self.utilization_target];
        let Parts { mut load, held, means, own } = self.parts(state);
        self.shape.note(hosted, now, values, offered, means);
        let most = {
            let hours = Hours { shape: &self.shape, means };
            self.most(values, held, |i| {
                let (all, waiting) = hosted.load(now, values, offered, i);
                hours.peak(i, load.offered()[i] + all - waiting)
            })
        };
        let most = (self.max.is_finite() || self.new_capacity.is_some()).then_some(&most);
        let (offered_before, carried_before) = (*load.offered(), *load.carried());
        self.shape.accept(hosted, now, values, offered, most, target, &mut load, means, served);
        let mut per_request = values[hosted.hours_per_request];
        for hours in &mut per_request {
            *hours /= now.hours;
        }
        let entry = Asking {
            load_per_request: &per_request,
            patience_hours: hosted.patience_hours,
            week: hosted.week,
            is_last: entry + 1 == self.entries.len(),
        };
        let before = Before { offered: &offered_before, carried: &carried_before, hours: now.hours };
        elastic.take_back(values, &load, means, (before, target), &entry, own, served);
    }

    fn close_elastic(
        &self,
        elastic: &Elastic,
        now: &Month,
        values: &Values,
        state: &mut [Lanes],
        ledger: &mut Ledger,
    ) {
        let target = &values[self.utilization_target];
        let Parts { load, held, means, own } = self.parts(state);
        let hours = Hours { shape: &self.shape, means };
        if let (Some(_), [held, ..]) = (self.new_capacity, held) {
            for i in 0..LANES {
                let runs = replicas_at(hours.peak(i, load.offered()[i]), target[i]).min(load.most()[i]);
                held[i] = runs.max(self.least()).max(Elastic::reserved(own)[i] - self.spare);
            }
        }
        let rent = &mut Rent { from: self.from, offers: &self.by_the_hour, ledger };
        let [paid, busy] = elastic.close(now, values, &hours, &load, target, own, rent);
        self.post_reserved(now, values, ledger);
        ledger.measure(Measure::GpuHours, &paid);
        ledger.measure(Measure::BusyGpuHours, &busy);
    }
}

impl Supply for Running {
    fn takes(&self, entry: usize) -> Option<Slot> {
        Some(self.entries[entry].hours_per_request)
    }

    fn bought(&self) -> Vec<Bought> {
        self.by_the_hour.iter().map(|offer| offer.from).collect()
    }

    fn state(&self) -> usize {
        self.plain_state() + self.shape.state() + self.elastic.as_ref().map_or(0, Elastic::state)
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
        if self.plain_state() > HELD {
            // The least that the fleet runs is paid from the first month on, so it is there.
            state[HELD] = Lanes::splat(self.least());
        }
        if let Some(elastic) = &self.elastic {
            elastic.start(self.parts(state).own);
        }
    }

    fn binds(&self) -> bool {
        !self.reserved.is_empty() || self.elastic.as_ref().is_some_and(|elastic| elastic.newsvendor.is_some())
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        let mut owe = |line: &Line, hours: &Lanes, price: Slot| {
            if lanes::any_above_zero(hours) {
                ledger.post_bought(self.from, line, hours, &values[price]);
                ledger.measure(Measure::GpuHours, hours);
            }
        };
        let Parts { held, own, .. } = self.parts(state);
        for (reserved, until) in self.reserved.iter().zip(held.iter_mut().skip(TERMS - HELD)) {
            let mut hours = reserved.reservation.owed(now, stands, until);
            for hours in &mut hours {
                *hours *= reserved.count * self.gpus * now.hours;
            }
            owe(&reserved.owed, &hours, reserved.left_to_pay);
        }
        let by_rule = self.elastic.as_ref().and_then(|elastic| elastic.owe(now, stands, own));
        if let Some((rule, hours)) = by_rule {
            owe(&rule.owed, &hours, rule.left_to_pay);
        }
    }

    fn open(&self, now: &Month, values: &Values, state: &mut [Lanes], _: &mut Ledger) {
        Load(state).clear();
        if let (Some(elastic), [first, ..]) = (&self.elastic, &self.by_the_hour[..]) {
            let Parts { means, own, .. } = self.parts(state);
            means.fill(Lanes::ZERO);
            elastic.open(now, values, &self.shape, first.price, own);
        }
    }

    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        _: &mut Ledger,
    ) {
        if let Some(elastic) = &self.elastic {
            self.accept_elastic(elastic, (entry, now), values, offered, state, served);
            return;
        }
        let hosted = &self.entries[entry];
        let target = &values[self.utilization_target];
        if self.new_capacity.is_none() {
            let most = (self.max, None);
            return hosted.accept(&self.curve, now, values, offered, most, target, &mut Load(state), served);
        }
        let most = self.most(values, &state[Load::STATE..], |i| {
            let (all, waiting) = hosted.load(now, values, offered, i);
            (state[0][i] + all - waiting) * self.curve.peak()
        });
        let most = (self.max, Some(&most));
        hosted.accept(&self.curve, now, values, offered, most, target, &mut Load(state), served);
    }

    fn unlimited(&self, entry: usize) -> bool {
        self.new_capacity.is_none()
            && self.max.min(self.entries[entry].up_to).is_infinite()
            && self.elastic.as_ref().is_none_or(|elastic| elastic.autoscaler.is_none())
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        if let Some(elastic) = &self.elastic {
            self.close_elastic(elastic, now, values, state, ledger);
            return;
        }
        let target = &values[self.utilization_target];
        if self.new_capacity.is_some() {
            self.hold(target, state);
        }
        let load = Load(state);
        let reserved = self.replicas_reserved();
        // Replicas in an hour: max(ceil(load), min) + spare, of which those reserved are paid already.
        let from = self.least();
        let plan = Plan {
            reserved,
            always: (self.min + self.spare - reserved).max(0.0),
            spare: self.spare,
            gpu_hours: self.gpus * now.hours,
        };
        let per_load = &values[self.replicas_per_load];
        let need = lanes::product(load.offered(), per_load);
        let upto = if self.is_limited() { Some(load.most()) } else { None };
        let beyond = self.curve.whole_units_between(&need, from, upto);
        let (carried, waiting) = (load.carried(), load.waiting());
        let hours = gpu_hours(&plan, &beyond, target, per_load, carried, waiting);
        post(&self.by_the_hour, |offer| &offer.hours, &hours.on_demand, values, ledger);
        self.post_reserved(now, values, ledger);
        ledger.measure(Measure::GpuHours, &hours.paid);
        ledger.measure(Measure::BusyGpuHours, &hours.busy);
    }
}
