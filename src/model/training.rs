//! The training programmes of a strategy: what their cycles cost, when they are due, and what they do to scores.

use super::charges::{Call, Charger};
use super::strategy::Surroundings;
use super::{Idle, IdleInUse, SupplyInUse, Trained};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Basis, Charge, Component, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::{Lookup, Process};
use crate::random::Draws;
use crate::scenario::{Scenario, Strategy as Written};
use crate::serving::{Gpu, Llm};
use crate::supply::{find, no_score_of};
use crate::training::{Compute, Course, Fit, Judged, Programme, Restarts, Sizes, Told, Watched};
use crate::units::format_number;

/// What the programmes of a strategy come to.
#[derive(Default)]
pub(super) struct Programmes {
    pub(super) charges: Vec<Charge>,
    pub(super) changes: Vec<Change>,
    pub(super) trained: Vec<Trained>,
    pub(super) idle: Vec<Idle>,
}

/// A score that changes with a programme.
pub(super) struct Change {
    llm: String,
    evaluation: String,
    on: Option<Vec<String>>,
    slot: Slot,
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

/// What programmes add to the score of an llm in an evaluation, for a traffic.
pub(super) fn changes_of<'a>(
    changes: &'a [Change],
    llm: &'a str,
    evaluation: &'a str,
    traffic: &'a str,
) -> impl Iterator<Item = Slot> + 'a {
    let counts = move |change: &&Change| {
        let on = change.on.as_ref().is_none_or(|on| on.iter().any(|one| one == traffic));
        change.llm == llm && change.evaluation == evaluation && on
    };
    changes.iter().filter(counts).map(|change| change.slot)
}

/// Resolves the programmes of a strategy.
pub(super) fn resolve(
    around: &Surroundings,
    written: &Written,
    lookup: &mut dyn Lookup,
) -> Option<Programmes> {
    let mut all = Programmes::default();
    let mut whole = true;
    for wanted in &written.training {
        let programme = find("training", &around.scenario.training, wanted, lookup);
        let done = programme.and_then(|programme| {
            let one = Resolving { around, written, wanted, programme };
            one.resolve(&mut all, lookup)
        });
        whole &= done.is_some();
    }
    whole.then_some(all)
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

impl Resolving<'_> {
    fn resolve(&self, all: &mut Programmes, lookup: &mut dyn Lookup) -> Option<()> {
        let Self { around, programme, wanted, .. } = *self;
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
        self.add_changes(&course, begun.is_some(), all, lookup)?;
        let hours = programme.run_gpu_hours(sizes, lookup);
        let wasted = match &programme.restarts {
            None => None,
            Some(Restarts::Share(share)) => Some(lookup.number(share)),
            Some(Restarts::Young(young)) => Some(young.wasted(gpus.unwrap_or(1.0), lookup)?),
        };
        let cycle = hours.map(|hours| programme.cycle_gpu_hours(hours, wasted, lookup));
        let runs = (lookup.number(&programme.runs), lookup.number(&programme.failed_runs));
        let mut charger = Charger { due: due.clone(), ..Charger::new(&wanted.id) };
        if let (Some(cycle), Some((machines, _))) = (cycle, &machines) {
            self.charge_compute(machines, (cycle, begun), &mut charger, all, lookup)?;
        }
        self.charge_work(begun, &mut charger, lookup)?;
        self.charge_once(&mut charger, lookup);
        all.charges.extend(charger.charges);
        all.trained.push(Trained {
            id: wanted.id.clone(),
            due,
            begun,
            run_gpu_hours: hours,
            cycle_gpu_hours: cycle,
            runs: runs.0,
            failed_runs: runs.1,
            wasted,
            gpus,
            run_months,
        });
        Some(())
    }

    /// Where it runs, and the data sheet of that GPU, if there is one.
    fn machines<'b>(
        &'b self,
        gpus: &'b Reference,
        lookup: &mut dyn Lookup,
    ) -> Option<(Machines<'b>, Option<&'b Gpu>)> {
        let scenario = self.around.scenario;
        if let Some((_, id)) = gpus.halves() {
            scenario.definitions.gpu_offer(gpus, lookup)?;
            let sheet = scenario.definitions.gpus.iter().find(|(known, _)| known.id == id);
            return Some((Machines::Rented(gpus), sheet.map(|(_, gpu)| gpu)));
        }
        let supply = find("supply", &scenario.supplies, gpus, lookup)?;
        let asked = self.written.serve.iter().any(|serve| serve.by.id == gpus.id);
        if !supply.is_owned() || !asked {
            let why = if asked {
                "is not owned, so none of its GPUs are idle"
            } else {
                "serves nothing in this strategy"
            };
            let message = format!("`{}` cannot lend GPUs to `{}`: it {why}", gpus.id, self.wanted.id);
            lookup.refuse(
                Diagnostic::error("no-idle-gpus", gpus.span, message)
                    .label("expected an owned supply of the strategy, or vendor/gpu")
                    .help("rent by the hour with `gpus = \"vendor/gpu\"`"),
            );
            return None;
        }
        if !self.written.switches.is_empty() || !self.written.compare {
            let message = format!("`{}` trains on idle GPUs in a strategy that gives way", self.wanted.id);
            lookup.refuse(
                Diagnostic::error("idle-and-switching", gpus.span, message)
                    .help("rent by the hour with `gpus = \"vendor/gpu\"` where rules of `switch` act"),
            );
            return None;
        }
        let mut deployments = scenario.definitions.deployments.iter();
        let deployment = deployments.find(|(known, _)| known.id == supply.serves().id);
        let sheet = deployment.and_then(|(_, deployment)| scenario.definitions.gpu(&deployment.gpu));
        Some((Machines::Idle(gpus.id.clone()), sheet))
    }

    /// Sizes and speed, where the compute follows from tokens.
    #[allow(clippy::option_option, reason = "not needed and missing are different")]
    fn sizes(
        &self,
        llm: &Llm,
        teacher: Option<(&Reference, &Llm)>,
        gpu: Option<&Gpu>,
        lookup: &mut dyn Lookup,
    ) -> Option<Option<Sizes>> {
        if !matches!(self.programme.compute, Some(Compute::FromTokens(_))) {
            return Some(None);
        }
        let mut lacking = |what: &Reference, lacks: &str, help: &str| {
            let message = format!("`{}` works its compute out from tokens, and {lacks}", self.wanted.id);
            lookup.refuse(Diagnostic::error("no-size", what.span, message).help(help.to_owned()));
        };
        let size_help = "say `parameters`, `layers`, `hidden` and `attention` of the llm, or `compute = { gpu_hours = … }`";
        let active = llm.size.as_ref().map(|size| size.active_parameters);
        if active.is_none() {
            lacking(&self.programme.llm, "the llm does not say its size", size_help);
        }
        let teaches = match teacher {
            None => Some(0.0),
            Some((named, llm)) => {
                let active = llm.size.as_ref().map(|size| size.active_parameters);
                if active.is_none() {
                    lacking(named, "the teacher does not say its size", size_help);
                }
                active
            }
        };
        if let (None, Some(gpus)) = (gpu, &self.programme.gpus) {
            lacking(gpus, "the GPU has no data sheet", "add `[gpu.<id>]` with `bf16`, or give the GPU-hours");
        }
        Some(Some(Sizes { active: active?, teacher: teaches?, speed: gpu?.bf16 }))
    }

    /// How the job lies on its GPUs, where sizes are known; refused if it does not fit.
    #[allow(clippy::option_option, reason = "unknown and refused are different")]
    fn fit(
        &self,
        llm: &Llm,
        teacher: Option<(&Reference, &Llm)>,
        gpu: Option<&Gpu>,
        lookup: &mut dyn Lookup,
    ) -> Option<Option<Fit>> {
        let weights = llm.size.as_ref().map(|size| size.parameters);
        let teaches = teacher.map_or(Some(0.0), |(_, llm)| llm.size.as_ref().map(|size| size.parameters));
        let (Some(weights), Some(teaches), Some(gpu)) = (weights, teaches, gpu) else { return Some(None) };
        if self.programme.compute.is_none() {
            return Some(None);
        }
        let fit = self.programme.fit(weights, teaches, gpu.memory);
        if fit.fits(gpu.memory) {
            return Some(Some(fit));
        }
        let giga = |bytes: f64| format_number(bytes / 1e9, 4);
        let message = format!(
            "`{}` does not fit: {} training of `{}` needs {} GB, {} GPUs hold {} GB",
            self.wanted.id,
            self.programme.kind,
            self.programme.llm.id,
            giga(fit.bytes),
            fit.gpus,
            giga(Fit::usable(fit.gpus * gpu.memory)),
        );
        lookup.refuse(
            Diagnostic::error("does-not-fit", self.programme.origin.span, message)
                .label("weights, gradients and moments, with a tenth of the memory left for activations")
                .help(format!(
                    "use at least {} of them at once, or train fewer weights (`lora`)",
                    fit.fewest
                )),
        );
        None
    }

    /// Months that one run takes; 0 where its GPUs are not known. A calendar that is faster than that is refused.
    fn run_months(&self, sizes: Option<Sizes>, gpus: Option<f64>, lookup: &mut dyn Lookup) -> Option<f64> {
        let hours = self.programme.mean_run_gpu_hours(sizes).zip(gpus).map(|(hours, gpus)| hours / gpus);
        let Some(hours) = hours else { return Some(0.0) };
        let months = hours / crate::calendar::AVERAGE_MONTH_HOURS;
        let every = self.programme.cadence.every_months;
        if every.is_none_or(|every| months <= every as f64) {
            return Some(months);
        }
        let (takes, every) = (format_number(months, 2), every.unwrap_or(0));
        let message = format!(
            "`{}` begins a cycle every {every} months, and a run takes {takes} months on {} GPUs",
            self.wanted.id,
            gpus.unwrap_or(0.0)
        );
        lookup.refuse(
            Diagnostic::error("cadence-too-short", self.programme.origin.span, message)
                .label("the next cycle would begin before this one is done")
                .help("use more `gpus_at_once`, train less, or let `every` be longer"),
        );
        None
    }

    /// The course of its scores and cycles.
    fn course(&self, llm: &Llm, lag: usize, lookup: &mut dyn Lookup) -> Option<Course> {
        let programme = self.programme;
        let mut watched = Vec::new();
        for evaluation in self.evaluations() {
            let Some((_, measured)) = llm.quality.iter().find(|(name, _)| *name == evaluation.id) else {
                lookup.refuse(no_score_of(&programme.llm, &evaluation.id, evaluation.span, llm.origin.span));
                return None;
            };
            let named = |list: &[(Reference, crate::distribution::Number)]| {
                list.iter().find(|(id, _)| id.id == evaluation.id).map(|(_, number)| number.clone())
            };
            let drift = programme.drift.iter().find(|(id, _)| id.id == evaluation.id);
            let drift = match drift {
                Some((_, path)) => Some(lookup.per_month(path)?),
                None => None,
            };
            let volatility = named(&programme.volatility).map(|yearly| {
                let (yearly, root) = (lookup.number(&yearly), lookup.constant((1.0_f64 / 12.0).sqrt()));
                lookup.times(yearly, root)
            });
            watched.push(Watched {
                score: lookup.number(measured),
                drift,
                volatility,
                gain: named(&programme.gain).map(|gain| lookup.number(&gain)),
                floor: named(&programme.cadence.quality_below).map(|floor| lookup.number(&floor)),
            });
        }
        let ends = match &programme.cadence.retirement_of {
            None => Vec::new(),
            Some(of) => self.ends(of, lookup)?,
        };
        let (from, every) = (programme.starts(lookup), programme.cadence.every_months);
        Some(Course { from, every, ends, watched, lag, told: Told::Begun })
    }

    /// Evaluations that it names, each once, in the order of names.
    fn evaluations(&self) -> Vec<&Reference> {
        let Programme { drift, volatility, gain, cadence, .. } = self.programme;
        let mut all: Vec<&Reference> = drift.iter().map(|(id, _)| id).collect();
        all.extend(volatility.iter().chain(gain).chain(&cadence.quality_below).map(|(id, _)| id));
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all.dedup_by(|a, b| a.id == b.id);
        all
    }

    /// When its base is turned off.
    fn ends(&self, of: &Reference, lookup: &mut dyn Lookup) -> Option<Vec<(Slot, Slot)>> {
        let card = self.around.scenario.definitions.rate_card(of, lookup)?;
        let mut ends: Vec<(Slot, Slot)> = self.around.hazards.retirements(&of.id);
        if let Some(day) = card.retires.and_then(|day| day.months_from_start(lookup.timeline())) {
            ends.push((lookup.constant(day), lookup.constant(0.0)));
        }
        if ends.is_empty() {
            let message = format!("nothing turns `{}` off, so no cycle comes of it", of.id);
            let mistake = Diagnostic::warning("no-effect", of.span, message);
            let help = "give the llm `retires`, or add `[hazard.<id>.retirement]` that hits it";
            lookup.refuse(mistake.label("it has no date and no hazard").help(help));
        }
        Some(ends)
    }

    /// A value of the course; the first one owns the stream of its draws, the others read it as well.
    fn tell(&self, course: &Course, told: Told, first: bool, lookup: &mut dyn Lookup) -> Slot {
        let (name, inputs) = (format!("training.{}.scores", self.wanted.id), course.inputs());
        let course = Box::new(Course { told, ..course.clone() });
        if first { lookup.monthly(&name, &inputs, course) } else { lookup.echo(&name, &inputs, course) }
    }

    fn add_changes(
        &self,
        course: &Course,
        mut told: bool,
        all: &mut Programmes,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let on: Option<Vec<String>> =
            self.programme.on.as_ref().map(|on| on.iter().map(|traffic| traffic.id.clone()).collect());
        for (place, evaluation) in self.evaluations().into_iter().enumerate() {
            let watched = course.watched[place];
            if watched.drift.is_none() && watched.volatility.is_none() && watched.gain.is_none() {
                continue;
            }
            let llm = self.programme.llm.id.clone();
            let twice = all.changes.iter().any(|one| one.llm == llm && one.evaluation == evaluation.id);
            if twice {
                let message = format!(
                    "`{}` is a second programme that changes `{}` of `{llm}`",
                    self.wanted.id, evaluation.id
                );
                lookup.refuse(
                    Diagnostic::error("counted-twice", evaluation.span, message)
                        .label("its drift and gain would count twice")
                        .help("let one programme say them"),
                );
                return None;
            }
            let slot = self.tell(course, Told::Change(place), !told, lookup);
            told = true;
            all.changes.push(Change { llm, evaluation: evaluation.id.clone(), on: on.clone(), slot });
        }
        Some(())
    }

    fn charge_compute(
        &self,
        machines: &Machines,
        (cycle, begun): (Slot, Option<Slot>),
        charger: &mut Charger,
        all: &mut Programmes,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let definitions = &self.around.scenario.definitions;
        let hours = times(begun, cycle, lookup);
        let label = "GPU-hours of training runs";
        match machines {
            Machines::Rented(gpus) => {
                let rates = definitions.gpu_offer(gpus, lookup)?.resolve(lookup)?;
                charger.from = definitions.bought(gpus, false, lookup);
                charger.add(Component::TrainingCompute, label, ("GPU-hours", 1.0), hours, rates.on_demand);
                charger.from = None;
            }
            Machines::Idle(supply) => {
                let due = charger.due.clone();
                all.idle.push(Idle { programme: self.wanted.id.clone(), supply: supply.clone(), hours, due });
            }
        }
        Some(())
    }

    fn charge_work(&self, begun: Option<Slot>, charger: &mut Charger, lookup: &mut dyn Lookup) -> Option<()> {
        let programme = self.programme;
        let once = lookup.constant(1.0);
        let cycles = times(begun, once, lookup);
        if let Some(data) = &programme.data {
            let (made, price) = (data.made(lookup), data.price(lookup));
            let made = times(begun, made, lookup);
            let label = "labeled and reviewed examples";
            charger.add(Component::TrainingData, label, ("items", 1.0), made, price);
        }
        if let Some(evaluation) = &programme.evaluation {
            if let Some(judged) = &evaluation.judged {
                let cases = lookup.number(&judged.cases);
                let cases = times(begun, cases, lookup);
                let due = charger.due.clone();
                for (by, share) in judges(self.around.scenario, judged, due.as_deref(), lookup)? {
                    let call = Call {
                        by,
                        tokens: [&judged.input_tokens, &judged.output_tokens],
                        component: Component::Evaluation,
                        labels: ["tokens read by the judge", "tokens written by the judge"],
                    };
                    let cases = times(share, cases, lookup);
                    call.charge(self.around.scenario, cases, charger, lookup)?;
                }
            }
            if let Some(red_team) = &evaluation.red_team {
                let price = lookup.number(red_team);
                charger.add(Component::Evaluation, "red team", ("cycles", 1.0), cycles, price);
            }
        }
        if let Some(people) = &programme.people {
            let price = lookup.number(people);
            charger.add(Component::Staff, "people in a training cycle", ("cycles", 1.0), cycles, price);
        }
        if let Some(months) = programme.canary_months(lookup) {
            let months = times(begun, months, lookup);
            charger.add_share(Component::Canary, "traffic served twice", months, Basis::Serving);
        }
        Some(())
    }

    /// What is paid once, in the month of the first cycle by the calendar; before the scenario nothing is paid any more.
    fn charge_once(&self, charger: &mut Charger, lookup: &mut dyn Lookup) {
        let Some(cost) = &self.programme.one_off else { return };
        let (starts, price, once) =
            (self.programme.starts(lookup), lookup.number(cost), lookup.constant(1.0));
        let before = charger.due.take();
        charger.due = Some((0..lookup.timeline().length).map(|month| month as i64 == starts).collect());
        charger.add(Component::TrainingData, "setting the programme up", ("times", 1.0), once, price);
        charger.due = before;
    }
}

/// A quantity in the months in which a cycle begins, if these are not the same in all futures.
fn times(begun: Option<Slot>, quantity: Slot, lookup: &mut dyn Lookup) -> Slot {
    begun.map_or(quantity, |begun| lookup.times(begun, quantity))
}

/// Who judges, each with the share of the cases of a month. A judge that is retired before the last cycle hands over to the next.
fn judges<'a>(
    scenario: &Scenario,
    evaluation: &'a Judged,
    due: Option<&[bool]>,
    lookup: &mut dyn Lookup,
) -> Option<Vec<(&'a Reference, Option<Slot>)>> {
    let judge = &evaluation.judge;
    let day = scenario.definitions.rate_card(judge, lookup)?.retires;
    let Some((day, sold)) = day.and_then(|day| Some((day, day.availability(lookup.timeline())?))) else {
        return Some(vec![(judge, None)]);
    };
    let needed = |month: usize| due.is_none_or(|due| due[month]);
    if sold.iter().enumerate().all(|(month, share)| *share >= 1.0 || !needed(month)) {
        return Some(vec![(judge, None)]);
    }
    let Some(next) = &evaluation.next_judge else {
        let message = format!("`{}` is retired on {}, before the last evaluation", judge.id, day.written());
        lookup.refuse(
            Diagnostic::error("judge-retires", judge.span, message)
                .label("who judges after that?")
                .related(day.span, "retires")
                .help("add `next_judge = \"vendor/llm\"`, or name a judge that stays"),
        );
        return None;
    };
    let mut by_month = |name: &str, shares: Vec<f64>| {
        lookup.monthly(&format!("{}, {name}", judge.id), &[], Box::new(ByMonth(shares)))
    };
    let after = sold.iter().map(|share| 1.0 - share).collect();
    let (sold, after) = (by_month("until it is retired", sold), by_month("once it is retired", after));
    Some(vec![(judge, Some(sold)), (next, Some(after))])
}

/// A share that is known for each month.
struct ByMonth(Vec<f64>);

impl Process for ByMonth {
    fn step(&self, now: &Month, _: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = [self.0[now.index]; LANES];
    }
}
