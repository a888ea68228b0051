//! The training programmes of a strategy: what their cycles cost, when they are due, and what they do to scores.

mod costs;
mod machines;
mod scores;

use super::charges::Charger;
use super::strategy::Surroundings;
use super::{Idle, IdleInUse, SupplyInUse, Trained};
use crate::document::Reference;
use crate::finance::{Charge, Component, Line};
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::scenario::Strategy as Written;
use crate::supply::find;
use crate::training::{Programme, Restarts, Sizes, Told};
pub(super) use scores::{Change, changes_of};

/// What the programmes of a strategy come to.
#[derive(Default)]
pub(super) struct Programmes {
    pub(super) charges: Vec<Charge>,
    pub(super) trained: Vec<Trained>,
    pub(super) idle: Vec<Idle>,
}

impl Programmes {
    /// What came of them, and training on idle GPUs at the places of the supplies that lend them; its state begins at a place.
    pub(super) fn lend(
        self,
        state: usize,
        supplies: &[SupplyInUse],
        lookup: &mut dyn Lookup,
    ) -> (Vec<Trained>, Vec<IdleInUse>) {
        let lent = self.idle.into_iter().enumerate().filter_map(|(place, needs)| {
            let supply = supplies.iter().position(|used| used.name == needs.supply)?;
            let line = Line {
                component: Component::TrainingCompute,
                label: "GPU-hours of training on idle GPUs".into(),
                payee: needs.programme.clone(),
                unit: "GPU-hours",
                per_unit: 1.0,
                inputs: vec![needs.hours],
            };
            Some(IdleInUse { needs, supply, line, free: lookup.constant(0.0), state: state + place })
        });
        let lent = lent.collect();
        (self.trained, lent)
    }
}

/// The programmes of a strategy before it is known what they cost: when cycles begin, and what they do to scores. What a strategy
/// serves depends on that.
#[derive(Default)]
pub(super) struct Studied<'a> {
    planned: Vec<Planned<'a>>,
    pub(super) changes: Vec<Change>,
    whole: bool,
}

/// A programme whose cycles are known.
struct Planned<'a> {
    one: Resolving<'a>,
    machines: Option<Machines<'a>>,
    sizes: Option<Sizes>,
    gpus: Option<f64>,
    run_months: f64,
    due: Option<Vec<bool>>,
    begun: Option<Slot>,
}

/// Finds out when the cycles of a strategy's programmes begin.
pub(super) fn study<'a>(
    around: &'a Surroundings<'a>,
    written: &'a Written,
    of_levers: &[&'a Reference],
    lookup: &mut dyn Lookup,
) -> Studied<'a> {
    let mut all = Studied { whole: true, ..Studied::default() };
    for wanted in written.training.iter().chain(of_levers.iter().copied()) {
        let programme = find("training", &around.scenario.training, wanted, lookup);
        let planned = programme.and_then(|programme| {
            let one = Resolving { around, written, wanted, programme };
            one.plan(&mut all.changes, lookup)
        });
        all.whole &= planned.is_some();
        all.planned.extend(planned);
    }
    all
}

impl Studied<'_> {
    /// What the programmes cost.
    pub(super) fn costs(&self, lookup: &mut dyn Lookup) -> Option<Programmes> {
        let mut all = Programmes::default();
        let mut whole = self.whole;
        for planned in &self.planned {
            whole &= planned.costs(&mut all, lookup).is_some();
        }
        whole.then_some(all)
    }
}

/// A programme on its way.
#[derive(Clone, Copy)]
struct Resolving<'a> {
    around: &'a Surroundings<'a>,
    written: &'a Written,
    wanted: &'a Reference,
    programme: &'a Programme,
}

/// Where a programme runs.
enum Machines<'a> {
    /// Rented by the hour.
    Rented(&'a Reference),
    /// On what a supply leaves idle.
    Idle(String),
}

impl<'a> Resolving<'a> {
    fn plan(self, changes: &mut Vec<Change>, lookup: &mut dyn Lookup) -> Option<Planned<'a>> {
        let Self { around, programme, .. } = self;
        let definitions = &around.scenario.definitions;
        let llm = find("llm", &definitions.llms, &programme.llm, lookup)?;
        let teacher = match &programme.teacher {
            Some(teacher) => Some((teacher, find("llm", &definitions.llms, teacher, lookup)?)),
            None => None,
        };
        for traffic in programme.on.iter().flatten() {
            find("traffic", &around.scenario.traffics, traffic, lookup)?;
        }
        let machines = match &programme.gpus {
            Some(gpus) => Some(self.machines(gpus, lookup)?),
            None => None,
        };
        let gpu = machines.as_ref().and_then(|(_, gpu)| *gpu);
        let sizes = self.sizes(llm, teacher, gpu, lookup)?;
        let fit = self.fit(llm, teacher, gpu, lookup)?;
        let gpus = fit.map(|fit| fit.gpus).or(programme.gpus_at_once);
        let run_months = self.run_months(sizes, gpus, lookup)?;
        let lag = crate::math::ceil(run_months).max(1.0) as usize;
        let course = self.course(llm, lag, lookup)?;
        let due = programme.due(lookup);
        let begun = match due {
            Some(_) => None,
            None => Some(self.tell(&course, Told::Begun, true, lookup)),
        };
        self.add_changes(&course, begun.is_some(), changes, lookup)?;
        let machines = machines.map(|(machines, _)| machines);
        Some(Planned { one: self, machines, sizes, gpus, run_months, due, begun })
    }
}

impl Planned<'_> {
    fn costs(&self, all: &mut Programmes, lookup: &mut dyn Lookup) -> Option<()> {
        let Self { one, machines, sizes, gpus, run_months, due, begun } = self;
        let Resolving { programme, wanted, .. } = *one;
        let hours = programme.run_gpu_hours(*sizes, lookup);
        let runs = (lookup.number(&programme.runs), lookup.number(&programme.failed_runs));
        let wasted = match &programme.restarts {
            None => None,
            Some(Restarts::Share(share)) => Some(lookup.number(share)),
            Some(Restarts::Young(young)) => Some(young.wasted(gpus.unwrap_or(1.0), lookup)?),
        };
        let cycle = hours.map(|hours| programme.cycle_gpu_hours(hours, wasted, lookup));
        let mut charger = Charger { due: due.clone(), ..Charger::new(&wanted.id) };
        if let (Some(cycle), Some(machines)) = (cycle, machines) {
            one.charge_compute(machines, (cycle, *begun), &mut charger, all, lookup)?;
        }
        one.charge_work(*begun, &mut charger, lookup)?;
        one.charge_once(&mut charger, lookup);
        all.charges.extend(charger.charges);
        all.trained.push(Trained {
            id: wanted.id.clone(),
            due: due.clone(),
            begun: *begun,
            run_gpu_hours: hours,
            cycle_gpu_hours: cycle,
            runs: runs.0,
            failed_runs: runs.1,
            wasted,
            gpus: *gpus,
            run_months: *run_months,
        });
        Some(())
    }
}
