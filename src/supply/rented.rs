//! Rented GPUs: reserved replicas are paid always, the rest hour by hour.

use std::sync::Arc;

use super::definitions::find;
use super::hosting::{Hosted, Hosting, Load};
use super::{Definitions, Entry, Supply, Written};
use crate::calendar::Month;
use crate::demand::LoadCurve;
use crate::diagnostic::Diagnostic;
use crate::distribution::WholeOf;
use crate::document::{Id, Plugin, Reader, Reference, TableOf};
use crate::finance::{Bought, Component, Ledger, Line, Measure};
use crate::lanes::{LANES, Lanes, Slot, Values};
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
    Some(Box::new(Rented {
        deployment: deployment?,
        gpus: gpus?,
        reserved_1y: one?,
        reserved_3y: three?,
        fleet: fleet?,
    }))
}

impl Written for Rented {
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
        let rates = offer.resolve(lookup);
        let from = Bought { vendor: all.seller(&self.gpus)?, tokens: false };
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
        for (count, price, term) in [
            (self.reserved_1y, rates.reserved_1y, "reserved_1y"),
            (self.reserved_3y, rates.reserved_3y, "reserved_3y"),
        ] {
            match (count > 0.0, price) {
                (false, _) => {}
                (true, Some(price)) => {
                    reserved.push((count, line(&format!("GPU-hours, {term}"), price), price));
                }
                (true, None) => {
                    lookup.refuse(not_sold(&self.gpus, term));
                    return None;
                }
            }
        }
        Some(Box::new(Running {
            from,
            on_demand: (line("GPU-hours on demand", rates.on_demand), rates.on_demand),
            reserved,
            gpus,
            utilization_target: lookup.number(&self.fleet.utilization_target),
            min: self.fleet.min_replicas,
            max: self.fleet.max_replicas.unwrap_or(f64::INFINITY),
            spare: self.fleet.spare_replicas,
            curve: hosting.curve,
            entries: hosting.entries,
        }))
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
    reserved: Vec<(f64, Line, Slot)>,
    gpus: f64,
    utilization_target: Slot,
    min: f64,
    max: f64,
    spare: f64,
    curve: Arc<LoadCurve>,
    entries: Vec<Hosted>,
}

impl Supply for Running {
    fn sellers(&self) -> Vec<usize> {
        vec![self.from.vendor]
    }

    fn state(&self) -> usize {
        Load::STATE
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
        let (most, target) = ([self.max; LANES], &values[self.utilization_target]);
        hosted.accept(&self.curve, now, values, offered, &most, target, &mut Load(state), served);
    }

    fn unlimited(&self, entry: usize) -> bool {
        self.max.min(self.entries[entry].up_to).is_infinite()
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let load = Load(state);
        let target = &values[self.utilization_target];
        let reserved: f64 = self.reserved.iter().map(|(count, ..)| count).sum();
        let mut hours = [0.0; LANES];
        let mut paid = [0.0; LANES];
        let mut busy = [0.0; LANES];
        for i in 0..LANES {
            let need = load.offered()[i] / target[i];
            // Replicas in an hour: max(ceil(load), min) + spare, of which those reserved are paid already.
            let from = self.min.max(reserved - self.spare);
            let always = (self.min + self.spare - reserved).max(0.0);
            let beyond = self.curve.whole_units_beyond(need, from)
                - self.curve.whole_units_beyond(need, load.most()[i].max(from));
            // Work that can wait first fills what is paid anyway; what is left needs replica-hours of its own.
            let usable = (reserved + always + beyond - self.spare).max(0.0) * target[i];
            let used = load.carried()[i] + load.waiting()[i];
            let on_demand = always + beyond + ((used - usable) / target[i]).max(0.0);
            hours[i] = on_demand * self.gpus * now.hours;
            paid[i] = hours[i] + reserved * self.gpus * now.hours;
            busy[i] = used * self.gpus * now.hours;
        }
        ledger.post_bought(self.from, &self.on_demand.0, &hours, &values[self.on_demand.1]);
        for (count, line, price) in &self.reserved {
            let hours = [count * self.gpus * now.hours; LANES];
            ledger.post_bought(self.from, line, &hours, &values[*price]);
        }
        ledger.measure(Measure::GpuHours, &paid);
        ledger.measure(Measure::BusyGpuHours, &busy);
    }
}
