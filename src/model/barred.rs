//! What of an entry's requests never reaches its supply: gates of residency and quality, and what is lost in moves.

use super::pulled::Pulled;
use super::strategy::{Question, Surroundings};
use super::training::{Change, changes_of};
use super::{Event, EventKind, Grade, QualityGate};
use crate::diagnostic::Diagnostic;
use crate::distribution::Number;
use crate::document::Reference;
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::{Score, Scores, find, no_score};
use crate::switching::{Around, Asked, Forced, ForcedMove};

/// What vendors force upon a strategy.
pub(super) fn forced(
    around: &Surroundings,
    written: &Written,
    questions: &[Question],
    lookup: &mut dyn Lookup,
) -> Forced {
    let scenario = around.scenario;
    let named = written.migration.as_ref();
    let migration = named.and_then(|id| Some((id, find("migration", &scenario.migrations, id, lookup)?)));
    let mut asked: Vec<Asked> = Vec::new();
    for question in questions {
        let by = &question.serve.by;
        if let Some(known) = asked.iter_mut().find(|known| known.by.id == by.id) {
            known.streams.push(question.stream);
            continue;
        }
        let supply = scenario.supplies.iter().find(|(id, _)| id.id == by.id);
        let buys = supply.map_or(Some(by), |(_, supply)| supply.buys());
        let offers =
            supply.map_or_else(Vec::new, |(_, supply)| supply.chosen(&by.id, &scenario.definitions, lookup));
        let offers = offers.into_iter().map(|(gpus, chosen)| (gpus, Some(chosen)));
        asked.push(Asked { by, buys, offers: offers.collect(), streams: vec![question.stream] });
    }
    let needs = questions.iter().flat_map(|question| &scenario.traffics[question.stream].1.needs_quality);
    let mut evaluations: Vec<String> = needs.map(|(evaluation, _)| evaluation.clone()).collect();
    evaluations.sort_unstable();
    evaluations.dedup();
    let around = Around {
        definitions: &scenario.definitions,
        hazards: around.hazards,
        migration,
        evaluations: &evaluations,
    };
    let forced = Forced::resolve(&around, &asked, lookup);
    // After a misspelt name nobody knows what a move takes.
    if named.is_some() && migration.is_none() { Forced::default() } else { forced }
}

/// Moves with the places of their events.
pub(super) fn moves(
    strategy: &str,
    moves: Vec<ForcedMove>,
    events: &mut Vec<Event>,
) -> Vec<(usize, ForcedMove)> {
    let with_event = |forced: ForcedMove| {
        let what = forced.what.clone();
        let kind = if forced.retired { EventKind::TurnedOff(what) } else { EventKind::Successor(what) };
        (event(strategy, kind, events), forced)
    };
    moves.into_iter().map(with_event).collect()
}

/// The place of an event; the same one twice is one.
fn event(strategy: &str, kind: EventKind, events: &mut Vec<Event>) -> usize {
    let event = Event { strategy: strategy.to_owned(), kind };
    let known = events.iter().position(|known| *known == event);
    known.unwrap_or_else(|| {
        events.push(event);
        events.len() - 1
    })
}

/// Judges each question by the gates of its traffic, and lets moves lose what they lose.
pub(super) fn set_aside(
    scenario: &Scenario,
    strategy: &str,
    (forced, pulled, learnt): (&Forced, &Pulled, &[Change]),
    questions: &mut [Question],
    events: &mut Vec<Event>,
    lookup: &mut dyn Lookup,
) -> Option<()> {
    let mut whole = Some(());
    for question in questions.iter_mut() {
        let by = &question.serve.by;
        let (id, traffic) = &scenario.traffics[question.stream];
        if stays_elsewhere(scenario, question, lookup) {
            let kind = EventKind::StaysElsewhere { by: by.id.clone(), traffic: id.id.clone() };
            question.aside.never = Some(event(strategy, kind, events));
            continue;
        }
        if question.serve.patience.is_some() && by.halves().is_some() {
            let kind = EventKind::Waited { by: by.id.clone(), traffic: id.id.clone() };
            question.waited = Some(event(strategy, kind, events));
        }
        question.aside.lost = forced.lost.get(&by.id).cloned().unwrap_or_default();
        // The judge of a cascade is the gate of who tries first.
        if question.escalates.is_some() {
            continue;
        }
        let supply = scenario.supplies.iter().find(|(supply, _)| supply.id == by.id);
        // A name that nothing has is told where it is asked.
        let Some(scores) = scenario.definitions.scores(by, supply.map(|(_, supply)| &**supply)) else {
            continue;
        };
        for (evaluation, least) in &traffic.needs_quality {
            let asked = (&by.id[..], &evaluation[..], &id.id[..]);
            let news = (forced, pulled, learnt);
            let Some(score) = score(&scores, (question.stream, asked), news, lookup) else {
                lookup.refuse(no_score(by, evaluation, least.origin.span, &scores));
                whole = None;
                continue;
            };
            let kind = EventKind::TooLow {
                by: by.id.clone(),
                traffic: id.id.clone(),
                evaluation: evaluation.clone(),
            };
            let needs = lookup.number(least);
            let changed = !pulled.on(question.stream, &by.id).quality.is_empty() || !learnt.is_empty();
            if question.led.is_some() && !changed {
                warn_of_too_low(by, (evaluation, id), (&scores, least), lookup);
            }
            let gate = event(strategy, kind, events);
            question.aside.gates.push(QualityGate { event: gate, score, needs });
            let kinds = [EventKind::Graded(evaluation.clone()), EventKind::Scored(evaluation.clone())];
            let graded = kinds.map(|kind| event(strategy, kind, events));
            question.grades.push(Grade { events: graded, gate, score });
        }
    }
    for place in 0..questions.len() {
        if questions[place].escalates.is_some() {
            questions[place].grades = grades_of(questions[place].stream, questions);
        }
    }
    whole
}

/// A lever leads requests to an llm whose score is known to be too low: nobody is served there.
fn warn_of_too_low(
    by: &Reference,
    (evaluation, traffic): (&str, &Reference),
    (scores, least): (&Scores, &Number),
    lookup: &mut dyn Lookup,
) {
    let measured = scores.measured.iter().find(|(name, _)| name == evaluation);
    let known = measured.and_then(|(_, score)| score.known()).zip(least.known());
    let Some((score, needs)) = known.filter(|(score, needs)| score < needs) else { return };
    let percent = |share: f64| crate::units::format_number(100.0 * share, 4);
    let message = format!("nothing of `{}` is led to `{}`", traffic.id, by.id);
    lookup.refuse(
        Diagnostic::warning("no-effect", by.span, message)
            .label(format!(
                "it scores {} % in `{evaluation}`, and {} % is needed",
                percent(score),
                percent(needs)
            ))
            .related(least.origin.span, "`needs_quality` of the traffic")
            .help(
                "lead to an llm that is good enough; or let a judge decide, with a lever of kind `cascade`",
            ),
    );
}

/// The score of whoever is asked, in an evaluation, for a traffic at its place: as measured, with all that a strategy's moves, levers and
/// training change.
pub(super) fn score(
    scores: &Scores,
    (stream, (by, evaluation, traffic)): (usize, (&str, &str, &str)),
    (forced, pulled, learnt): (&Forced, &Pulled, &[Change]),
    lookup: &mut dyn Lookup,
) -> Option<Slot> {
    let (_, measured) = scores.measured.iter().find(|(name, _)| name == evaluation)?;
    let changes = forced.quality.get(&(by.to_owned(), evaluation.to_owned()));
    let of_levers = pulled.on(stream, by).quality;
    let of_levers = of_levers.into_iter().filter(|(name, _)| name == evaluation).map(|(_, change)| change);
    let score = Score::of(measured, lookup)
        .plus(changes.into_iter().flatten().copied())
        .plus(of_levers)
        .plus(changes_of(learnt, scores.name, evaluation, traffic));
    Some(score.resolve(lookup))
}

/// The scores of who would serve a stream without levers that lead it elsewhere: those of what a judge keeps and a cache repeats.
pub(super) fn grades_of(stream: usize, questions: &[Question]) -> Vec<Grade> {
    let serves = |question: &&Question| {
        question.stream == stream && question.led.is_none() && question.aside.never.is_none()
    };
    questions.iter().find(serves).map_or_else(Vec::new, |question| question.grades.clone())
}

/// Whether an entry that names several traffics stands where this one may not be: then it passes on to the next entry, and is
/// counted. An entry for one traffic alone that may never serve it is a mistake, which its supply tells.
fn stays_elsewhere(scenario: &Scenario, question: &Question, lookup: &mut dyn Lookup) -> bool {
    let (serve, (id, traffic)) = (question.serve, &scenario.traffics[question.stream]);
    let Some(allowed) = traffic.stays_in.as_ref().filter(|_| serve.traffic.len() > 1) else { return false };
    let supply = scenario.supplies.iter().find(|(supply, _)| supply.id == serve.by.id);
    if supply.is_none() && scenario.definitions.llm_of(&serve.by).is_none() {
        return false;
    }
    let mut regions = scenario.definitions.regions(&serve.by, supply.map(|(_, supply)| &**supply));
    regions.retain(|region| serve.region.as_ref().is_none_or(|wanted| wanted.id == *region));
    if regions.iter().any(|region| allowed.contains(region)) {
        return false;
    }
    let stands = if regions.is_empty() { "an unnamed region".into() } else { regions.join(", ") };
    let named = serve.traffic.iter().find(|named| named.id == id.id).unwrap_or(&serve.by);
    let message = format!("`{}` may not serve `{}`: it stands in {stands}", serve.by.id, id.id);
    lookup.refuse(
        Diagnostic::warning("passed-on", named.span, message)
            .label("these requests go to the next entry, or are shed; `run` counts them")
            .related(traffic.origin.span, format!("it `stays_in` {}", allowed.join(" or "))),
    );
    true
}
