//! What programmes do to scores, and when a cycle begins where the calendar alone does not say it.

use super::Resolving;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::serving::Llm;
use crate::supply::no_score_of;
use crate::training::{Course, Programme, Told, Watched};

/// A score that changes with a programme.
pub(in super::super) struct Change {
    llm: String,
    evaluation: String,
    on: Option<Vec<String>>,
    slot: Slot,
}

/// What programmes add to the score of an llm in an evaluation, for a traffic.
pub(in super::super) fn changes_of<'a>(
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

impl Resolving<'_> {
    /// The course of its scores and cycles.
    pub(super) fn course(&self, llm: &Llm, lag: usize, lookup: &mut dyn Lookup) -> Option<Course> {
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
    pub(super) fn tell(&self, course: &Course, told: Told, first: bool, lookup: &mut dyn Lookup) -> Slot {
        let (name, inputs) = (format!("training.{}.scores", self.wanted.id), course.inputs());
        let course = Box::new(Course { told, ..course.clone() });
        if first { lookup.monthly(&name, &inputs, course) } else { lookup.echo(&name, &inputs, course) }
    }

    pub(super) fn add_changes(
        &self,
        course: &Course,
        mut told: bool,
        changes: &mut Vec<Change>,
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
            let twice = changes.iter().any(|one| one.llm == llm && one.evaluation == evaluation.id);
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
            changes.push(Change { llm, evaluation: evaluation.id.clone(), on: on.clone(), slot });
        }
        Some(())
    }
}
