//! What a strategy costs whatever it serves: training, people, running, rollouts.

use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Bought, Charge, Component, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::lever::Lever;
use crate::operations::Operations;
use crate::pricing::Asked;
use crate::process::{Exponential, Lookup, Path, Process, WrittenPath};
use crate::random::Draws;
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::find;
use crate::training::{Evaluation, Programme};

/// All charges of a strategy.
pub(super) fn resolve(
    scenario: &Scenario,
    written: &Written,
    levers: &[(&Reference, &dyn Lever)],
    lookup: &mut dyn Lookup,
) -> Option<Vec<Charge>> {
    let mut charges = Vec::new();
    let mut whole = true;
    for (id, lever) in levers {
        match lever.charges(&id.id, lookup) {
            Some(more) => charges.extend(more),
            None => whole = false,
        }
    }
    for wanted in &written.training {
        let programme = find("training", &scenario.training, wanted, lookup);
        match programme.and_then(|programme| training(scenario, &wanted.id, programme, lookup)) {
            Some(more) => charges.extend(more),
            None => whole = false,
        }
    }
    for wanted in &written.operations {
        let operations = find("operations", &scenario.operations, wanted, lookup);
        match operations.and_then(|operations| running(&wanted.id, operations, lookup)) {
            Some(more) => charges.extend(more),
            None => whole = false,
        }
    }
    whole.then_some(charges)
}

/// Writes charges for one payee.
struct Charger<'a> {
    payee: &'a str,
    due: Option<Vec<bool>>,
    from: Option<Bought>,
    charges: Vec<Charge>,
}

impl Charger<'_> {
    fn add(
        &mut self,
        component: Component,
        label: &str,
        unit: (&'static str, f64),
        quantity: Slot,
        price: Slot,
    ) {
        let (payee, label) = (self.payee.to_owned(), label.to_owned());
        let line =
            Line { component, label, payee, unit: unit.0, per_unit: unit.1, inputs: vec![quantity, price] };
        self.charges.push(Charge { line, quantity, price, from: self.from, due: self.due.clone() });
    }
}

fn training(
    scenario: &Scenario,
    id: &str,
    programme: &Programme,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Charge>> {
    let offer = scenario.definitions.gpu_offer(&programme.gpus, lookup)?;
    find("llm", &scenario.definitions.llms, &programme.llm, lookup)?;
    let rates = offer.resolve(lookup)?;
    let due = Some(programme.due(lookup));
    let from = scenario.definitions.bought(&programme.gpus, false, lookup);
    let mut charger = Charger { payee: id, due, from, charges: Vec::new() };
    let hours = programme.cycle_gpu_hours(lookup);
    charger.add(
        Component::TrainingCompute,
        "GPU-hours of training runs",
        ("GPU-hours", 1.0),
        hours,
        rates.on_demand,
    );
    charger.from = None;
    if let Some(data) = &programme.data {
        let (made, price) = (data.made(lookup), data.price(lookup));
        charger.add(Component::TrainingData, "labeled and reviewed examples", ("items", 1.0), made, price);
    }
    if let Some(evaluation) = &programme.evaluation {
        evaluate(scenario, evaluation, &mut charger, lookup)?;
    }
    Some(charger.charges)
}

fn evaluate(
    scenario: &Scenario,
    evaluation: &Evaluation,
    charger: &mut Charger,
    lookup: &mut dyn Lookup,
) -> Option<()> {
    let cases = lookup.number(&evaluation.cases);
    for (judge, share) in judges(scenario, evaluation, charger.due.as_deref(), lookup)? {
        let card = scenario.definitions.rate_card(judge, lookup)?;
        let asked = Asked { allowed: None, region: None, week: &[], lasts: None, at: judge };
        let card = card.resolve(&asked, lookup)?;
        charger.from = scenario.definitions.bought(judge, true, lookup);
        let judged = share.map_or(cases, |share| lookup.times(cases, share));
        for (label, tokens, price) in [
            ("tokens read by the judge", &evaluation.input_tokens, card.input),
            ("tokens written by the judge", &evaluation.output_tokens, card.output),
        ] {
            let tokens = lookup.number(tokens);
            let tokens = lookup.times(judged, tokens);
            charger.add(Component::Evaluation, label, ("Mtok", 1e6), tokens, price);
        }
    }
    charger.from = None;
    if let Some(red_team) = &evaluation.red_team {
        let (once, price) = (lookup.constant(1.0), lookup.number(red_team));
        charger.add(Component::Evaluation, "red team", ("cycles", 1.0), once, price);
    }
    Some(())
}

/// Who judges, each with the share of the cases of a month. A judge that is retired before the last cycle hands over to the next.
fn judges<'a>(
    scenario: &Scenario,
    evaluation: &'a Evaluation,
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

fn running(id: &str, operations: &Operations, lookup: &mut dyn Lookup) -> Option<Vec<Charge>> {
    let mut charger = Charger { payee: id, due: None, from: None, charges: Vec::new() };
    let one = lookup.constant(1.0);
    for (role, people) in &operations.roles {
        let fte = lookup.path(&people.fte)?;
        let mut salary = lookup.per_month(&people.salary)?;
        if let Some(growth) = &people.salary_growth {
            let factor =
                WrittenPath::new(Exponential::factor(growth.clone()), crate::distribution::UnitOf::default());
            let factor = lookup.path(&Path::Process(factor, growth.origin.clone()))?;
            salary = lookup.times(salary, factor);
        }
        charger.add(Component::Staff, &role.id, ("FTE-months", 1.0), fte, salary);
    }
    if let Some(on_call) = &operations.on_call {
        let (seats, allowance) = (lookup.number(&on_call.seats), lookup.per_month(&on_call.allowance)?);
        charger.add(Component::Staff, "on-call seats", ("seat-months", 1.0), seats, allowance);
    }
    if let Some(monitoring) = &operations.monitoring {
        let price = lookup.per_month(monitoring)?;
        charger.add(Component::Monitoring, "monitoring", ("months", 1.0), one, price);
    }
    if let Some(incidents) = &operations.incidents {
        let (count, cost) = incidents.resolve(lookup)?;
        // Posted as count × mean cost of the month's incidents, so that `explain` shows both.
        let mean = mean_cost(count, cost, lookup);
        charger.add(Component::Incidents, "incidents", ("incidents", 1.0), count, mean);
    }
    if let Some(path) = &operations.compliance_running {
        let price = lookup.per_month(path)?;
        charger.add(Component::Compliance, "running", ("months", 1.0), one, price);
    }
    if let Some(once) = &operations.compliance_once {
        let price = lookup.number(once);
        charger.due = Some((0..lookup.timeline().length).map(|month| month == 0).collect());
        charger.add(Component::Compliance, "once", ("times", 1.0), one, price);
    }
    Some(charger.charges)
}

fn mean_cost(count: Slot, cost: Slot, lookup: &mut dyn Lookup) -> Slot {
    lookup.derive(
        "mean cost of an incident",
        &[count, cost],
        Box::new(move |v, out| {
            for i in 0..LANES {
                // Without an incident there is no cost either, and 0 / 1 is that.
                out[i] = v[cost][i] / v[count][i].max(1.0);
            }
        }),
    )
}
