//! What a cycle costs.

use super::super::Idle;
use super::super::charges::{Call, Charger, while_there};
use super::{Machines, Programmes, Resolving};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Basis, Component};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::{Hit, Lookup, Process};
use crate::random::Draws;
use crate::scenario::Scenario;
use crate::training::Judged;

impl Resolving<'_> {
    pub(super) fn charge_compute(
        &self,
        machines: &Machines,
        (cycle, begun): (Slot, Option<Slot>),
        charger: &mut Charger,
        all: &mut Programmes,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let hours = times(begun, cycle, lookup);
        match machines {
            Machines::Rented(gpus) => self.rent(gpus, hours, charger, lookup)?,
            Machines::Idle(supply) => {
                let due = charger.due.clone();
                all.idle.push(Idle { programme: self.wanted.id.clone(), supply: supply.clone(), hours, due });
            }
        }
        Some(())
    }

    /// GPU-hours on demand, at the prices that hazards leave; an outage delays a run by hours and costs nothing. Once the vendor is gone
    /// another takes over, or nobody.
    fn rent(
        &self,
        gpus: &Reference,
        hours: Slot,
        charger: &mut Charger,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let next = self.programme.next_gpus.as_ref();
        let mut shares = vec![(gpus, hours)];
        if let Some(next) = next {
            self.around.scenario.definitions.gpu_offer(next, lookup)?;
            shares = handed_over((gpus, next), lookup.hit(&gpus.id).open, lookup)
                .into_iter()
                .map(|(gpus, share)| (gpus, times(share, hours, lookup)))
                .collect();
        } else {
            shares[0].1 = while_there(gpus, hours, "add `next_gpus = \"vendor/gpu\"`", lookup);
        }
        let definitions = &self.around.scenario.definitions;
        for (gpus, hours) in shares {
            let hit = Hit { open: None, ..lookup.hit(&gpus.id) };
            let rates = definitions.gpu_offer(gpus, lookup)?.resolve(lookup)?.hit(hit, lookup);
            charger.from = definitions.bought(gpus, false, lookup);
            let label = "GPU-hours of training runs";
            charger.add(Component::TrainingCompute, label, ("GPU-hours", 1.0), hours, rates.on_demand);
        }
        charger.from = None;
        Some(())
    }

    pub(super) fn charge_work(
        &self,
        begun: Option<Slot>,
        charger: &mut Charger,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
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
    pub(super) fn charge_once(&self, charger: &mut Charger, lookup: &mut dyn Lookup) {
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

/// Who judges, each with the share of the cases of a month. A judge that is retired before the last cycle, or whose vendor closes, hands
/// over to the next.
fn judges<'a>(
    scenario: &Scenario,
    evaluation: &'a Judged,
    due: Option<&[bool]>,
    lookup: &mut dyn Lookup,
) -> Option<Vec<(&'a Reference, Option<Slot>)>> {
    let judge = &evaluation.judge;
    let needed = |month: usize| due.is_none_or(|due| due[month]);
    let day = scenario.definitions.rate_card(judge, lookup)?.retires;
    let dated = day.and_then(|day| Some((day, day.availability(lookup.timeline())?)));
    let dated = dated.filter(|(_, sold)| (0..sold.len()).any(|month| sold[month] < 1.0 && needed(month)));
    match (&evaluation.next_judge, dated) {
        (None, Some((day, _))) => {
            let message =
                format!("`{}` is retired on {}, before the last evaluation", judge.id, day.written());
            lookup.refuse(
                Diagnostic::error("judge-retires", judge.span, message)
                    .label("who judges after that?")
                    .related(day.span, "retires")
                    .help("add `next_judge = \"vendor/llm\"`, or name a judge that stays"),
            );
            None
        }
        (None, None) => {
            let open = lookup.hit(&judge.id).open;
            let one = lookup.constant(1.0);
            let share = open.map(|_| while_there(judge, one, "add `next_judge = \"vendor/llm\"`", lookup));
            Some(vec![(judge, share)])
        }
        (Some(next), dated) => {
            let name = format!("{}, until it is retired", judge.id);
            let sold = dated.map(|(_, sold)| lookup.monthly(&name, &[], Box::new(ByMonth(sold))));
            let open = lookup.hit(&judge.id).open;
            let there = match (sold, open) {
                (Some(sold), Some(open)) => Some(lookup.times(sold, open)),
                (sold, open) => sold.or(open),
            };
            Some(handed_over((judge, next), there, lookup))
        }
    }
}

/// Two who do the same work, the second once the first is not there any more, as long as it is there itself; each with its share.
fn handed_over<'a>(
    (first, next): (&'a Reference, &'a Reference),
    there: Option<Slot>,
    lookup: &mut dyn Lookup,
) -> Vec<(&'a Reference, Option<Slot>)> {
    let Some(there) = there else { return vec![(first, None)] };
    let after = lookup.derive(
        "once the first is gone",
        &[there],
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = 1.0 - values[there][i];
            }
        }),
    );
    let after = while_there(next, after, "name one that stays", lookup);
    vec![(first, Some(there)), (next, Some(after))]
}

/// A share that is known for each month.
struct ByMonth(Vec<f64>);

impl Process for ByMonth {
    fn step(&self, now: &Month, _: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = Lanes::splat(self.0[now.index]);
    }
}
