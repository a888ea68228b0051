//! Rented GPUs: reserved replicas are paid always, the rest hour by hour.

use std::sync::Arc;

use multiversion::multiversion;

use super::definitions::find;
use super::disrupted::{disrupted, hit};
use super::hosting::{Hosted, Hosting, Load};
use super::reservation::Reservation;
use super::{Definitions, Entry, Supply, Written};
use crate::calendar::Month;
use crate::demand::LoadCurve;
use crate::diagnostic::Diagnostic;
use crate::distribution::WholeOf;
use crate::document::{Id, Plugin, Reader, Reference, TableOf};
use crate::finance::{Bought, Component, Ledger, Line, Measure};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Lookup;
use crate::serving::{Deployment, Fleet};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "rented",
    meaning: "replicas on rented GPUs: reserved ones paid always, the rest by the hour as load needs them",
    example: "{ rented = { deployment = \"swallow-70b-h200\", gpus = \"tokyo-cloud/h200\", reserved_1y = \"2 replicas\" } }",
    read,
};

/// `[supply.<id>.rented]`.
#[derive(Clone, Debug)]
pub struct Rented {
    deployment: Reference,
    gpus: Reference,
    reserved_1y: f64,
    reserved_3y: f64,
    fleet: Fleet,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let deployment = t.required("deployment", Id("deployment"), "what one replica is");
    let gpus = t.required("gpus", Id("GPU of a vendor, as vendor/gpu"), "whose GPUs");
    let one =
        t.or("reserved_1y", "0 replicas", WholeOf(&units::REPLICAS), "replicas paid for a year, used or not");
    let three = t.or("reserved_3y", "0 replicas", WholeOf(&units::REPLICAS), "replicas paid for three years");
    let fleet = t.or("fleet", "{}", TableOf(Fleet::read), "how the fleet is run");
    if fleet.as_ref().is_some_and(|fleet| !fleet.zones.is_one()) {
        let help = "rent `spare_replicas` for what the loss of a zone takes, or own the servers";
        t.refuse("fleet", "zones-of-rented", "zones are planned for owned servers only", help);
        return None;
    }
    Some(Box::new(Rented {
        deployment: deployment?,
        gpus: gpus?,
        reserved_1y: one?,
        reserved_3y: three?,
        fleet: fleet?,
    }))
}

impl Written for Rented {
    fn serves(&self) -> &Reference {
        &self.deployment
    }

    fn buys(&self) -> Option<&Reference> {
        Some(&self.gpus)
    }

    fn regions(&self, all: &Definitions) -> Vec<String> {
        all.gpu_of(&self.gpus).map_or_else(Vec::new, |offer| offer.regions.clone())
    }

    fn resolve(
        &self,
        id: &str,
        entries: &[Entry],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Box<dyn Supply>> {
        let deployment = find("deployment", &all.deployments, &self.deployment, lookup)?;
        let offer = all.gpu_offer(&self.gpus, lookup)?;
        if self.gpus.halves().is_some_and(|(_, gpu)| gpu != deployment.gpu.id) {
            lookup.refuse(other_gpu(&self.gpus, deployment));
            return None;
        }
        let hosting = Hosting::resolve(entries, deployment, &offer.regions, all, lookup);
        let hit = hit(&[id, &self.gpus.id], lookup);
        let rates = offer.resolve(lookup).map(|rates| rates.hit(hit, lookup));
        let from = all.bought(&self.gpus, false, lookup)?;
        let (hosting, rates) = (hosting?, rates?);
        let gpus = deployment.gpus;
        let line = |label: &str, price: Slot| Line {
            component: Component::GpuRental,
            label: label.into(),
            payee: id.into(),
            unit: "GPU-hours",
            per_unit: 1.0,
            inputs: hosting.inputs.iter().copied().chain([price]).collect(),
        };
        let mut reserved = Vec::new();
        for (count, price, term, months) in [
            (self.reserved_1y, rates.reserved_1y, "reserved_1y", 12.0),
            (self.reserved_3y, rates.reserved_3y, "reserved_3y", 36.0),
        ] {
            match (count > 0.0, price) {
                (false, _) => {}
                (true, Some(price)) => {
                    let (used, owed) =
                        (format!("GPU-hours, {term}"), format!("GPU-hours, {term}, to the end of the term"));
                    let reservation = Reservation { term: months };
                    reserved.push(Reserved {
                        count,
                        price,
                        used: line(&used, price),
                        owed: line(&owed, price),
                        reservation,
                    });
                }
                (true, None) => {
                    lookup.refuse(not_sold(&self.gpus, term));
                    return None;
                }
            }
        }
        let running = Box::new(Running {
            from,
            on_demand: (line("GPU-hours on demand", rates.on_demand), rates.on_demand),
            reserved,
            gpus,
            utilization_target: lookup.number(&self.fleet.utilization_target),
            min: self.fleet.min_replicas,
            max: self.fleet.max_replicas.unwrap_or(f64::INFINITY),
            spare: self.fleet.spare_replicas,
            new_capacity: hit.new_capacity,
            curve: hosting.curve,
            entries: hosting.entries,
        });
        Some(disrupted(running, &[id, &self.gpus.id], lookup))
    }
}

/// The mistake of running a deployment on another GPU than it was made for.
pub(super) fn other_gpu(named: &Reference, deployment: &Deployment) -> Diagnostic {
    let gpu = &deployment.gpu;
    Diagnostic::error(
        "other-gpu",
        named.span,
        format!("`{}` is not the GPU that the deployment runs on", named.id),
    )
    .label(format!("expected a `{}`", gpu.id))
    .related(gpu.span, "the deployment's GPU")
    .help("name a GPU of the same kind, or another deployment")
}

fn not_sold(gpus: &Reference, term: &str) -> Diagnostic {
    Diagnostic::error("not-sold", gpus.span, format!("`{}` has no price for `{term}`", gpus.id))
        .help(format!("add `{term}` to `rates` or `factors` of the offer"))
}

struct Running {
    from: Bought,
    on_demand: (Line, Slot),
    reserved: Vec<Reserved>,
    gpus: f64,
    utilization_target: Slot,
    min: f64,
    max: f64,
    spare: f64,
    /// Share of what the fleet would grow by that is to be had, where GPUs can be short.
    new_capacity: Option<Slot>,
    curve: Arc<LoadCurve>,
    entries: Vec<Hosted>,
}

/// Replicas that are paid for a term.
struct Reserved {
    count: f64,
    price: Slot,
    used: Line,
    owed: Line,
    reservation: Reservation,
}

/// Places in the state, behind those of the load: replicas in the busiest hour of last month, and the ends of terms.
const HELD: usize = Load::STATE;
const TERMS: usize = HELD + 1;

impl Running {
    /// Whether the fleet can be too small for some entry.
    fn is_limited(&self) -> bool {
        self.new_capacity.is_some()
            || self.max.is_finite()
            || self.entries.iter().any(|entry| entry.up_to.is_finite())
    }
}

impl Running {
    fn replicas_reserved(&self) -> f64 {
        self.reserved.iter().map(|reserved| reserved.count).sum()
    }

    /// Replicas that carry load in every hour, whatever the load.
    fn least(&self) -> f64 {
        self.min.max(self.replicas_reserved() - self.spare)
    }

    /// Replicas that carry a mean load in its busiest hour.
    fn busiest(&self, load: f64, target: f64) -> f64 {
        math::ceil(load * self.curve.peak() / target * (1.0 - 1e-12))
    }

    /// How far the fleet can grow for an entry: while GPUs are short, to what it ran in the busiest hour of last month, and by
    /// whole replicas to a share of what it needs beyond that.
    fn most(&self, entry: &Hosted, now: &Month, values: &Values, offered: &Lanes, state: &[Lanes]) -> Lanes {
        let mut most = [self.max; LANES];
        let Some(share) = self.new_capacity else { return most };
        let (share, target) = (&values[share], &values[self.utilization_target]);
        let (hours, before, held) = (&values[entry.hours_per_request], &state[0], &state[HELD]);
        for i in 0..LANES {
            if share[i] >= 1.0 {
                continue;
            }
            let waits = entry.waits.map_or(0.0, |waits| values[waits][i]);
            let load = before[i] + offered[i] * hours[i] / now.hours * (1.0 - waits);
            let grows = (self.busiest(load, target[i]).min(self.max) - held[i]).max(0.0);
            most[i] = most[i].min(held[i] + math::floor(share[i] * grows + 1e-9));
        }
        most
    }

    /// Takes note of what it runs in the busiest hour.
    fn hold(&self, target: &Lanes, state: &mut [Lanes]) {
        for i in 0..LANES {
            let runs = self.busiest(state[0][i], target[i]).min(state[3][i]);
            state[HELD][i] = runs.max(self.least());
        }
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

/// GPU-hours on demand, paid and busy, with a mean of `beyond` replicas beyond those that always run.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn gpu_hours(plan: &Plan, beyond: &Lanes, target: &Lanes, used: [&Lanes; 2], out: [&mut Lanes; 3]) {
    let ([carried, waiting], [hours, paid, busy]) = (used, out);
    for i in 0..LANES {
        // Work that can wait first fills what is paid anyway; what is left needs replica-hours of its own.
        let usable = (plan.reserved + plan.always + beyond[i] - plan.spare).max(0.0) * target[i];
        let used = carried[i] + waiting[i];
        let on_demand = plan.always + beyond[i] + ((used - usable) / target[i]).max(0.0);
        hours[i] = on_demand * plan.gpu_hours;
        paid[i] = hours[i] + plan.reserved * plan.gpu_hours;
        busy[i] = used * plan.gpu_hours;
    }
}

impl Supply for Running {
    fn bought(&self) -> Vec<Bought> {
        vec![self.from]
    }

    fn state(&self) -> usize {
        if self.new_capacity.is_some() || self.binds() { TERMS + self.reserved.len() } else { Load::STATE }
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill([0.0; LANES]);
        if let Some(held) = state.get_mut(HELD) {
            // The least that the fleet runs is paid from the first month on, so it is there.
            *held = [self.least(); LANES];
        }
    }

    fn binds(&self) -> bool {
        !self.reserved.is_empty()
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        for (reserved, until) in self.reserved.iter().zip(&mut state[TERMS..]) {
            let mut hours = reserved.reservation.owed(now, stands, until);
            if hours.iter().all(|share| *share == 0.0) {
                continue;
            }
            for hours in &mut hours {
                *hours *= reserved.count * self.gpus * now.hours;
            }
            ledger.post_bought(self.from, &reserved.owed, &hours, &values[reserved.price]);
            ledger.measure(Measure::GpuHours, &hours);
        }
    }

    fn open(&self, _: &Month, _: &Values, state: &mut [Lanes], _: &mut Ledger) {
        Load(state).clear();
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
        let hosted = &self.entries[entry];
        let target = &values[self.utilization_target];
        let most = self.most(hosted, now, values, offered, state);
        let most = (self.max.is_finite() || self.new_capacity.is_some()).then_some(&most);
        hosted.accept(&self.curve, now, values, offered, most, target, &mut Load(state), served);
    }

    fn unlimited(&self, entry: usize) -> bool {
        self.new_capacity.is_none() && self.max.min(self.entries[entry].up_to).is_infinite()
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
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
        let (mut need, mut beyond) = (*load.offered(), [0.0; LANES]);
        lanes::divide(&mut need, target);
        self.curve.whole_units_beyond_lanes(&need, &[from; LANES], &mut beyond);
        if self.is_limited() {
            let (mut most, mut above) = (*load.most(), [0.0; LANES]);
            for most in &mut most {
                *most = most.max(from);
            }
            self.curve.whole_units_beyond_lanes(&need, &most, &mut above);
            lanes::subtract(&mut beyond, &above);
        }
        let (mut hours, mut paid, mut busy) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        gpu_hours(
            &plan,
            &beyond,
            target,
            [load.carried(), load.waiting()],
            [&mut hours, &mut paid, &mut busy],
        );
        ledger.post_bought(self.from, &self.on_demand.0, &hours, &values[self.on_demand.1]);
        for Reserved { count, used, price, .. } in &self.reserved {
            let hours = [count * self.gpus * now.hours; LANES];
            ledger.post_bought(self.from, used, &hours, &values[*price]);
        }
        ledger.measure(Measure::GpuHours, &paid);
        ledger.measure(Measure::BusyGpuHours, &busy);
    }
}
