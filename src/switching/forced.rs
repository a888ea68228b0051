//! Moves that vendors force upon a strategy: to successors of what it buys, and away from what is turned off.

use std::collections::BTreeMap;

use super::course::{Cause, Course, Terms, Told};
use super::migration::{Migrating, Migration};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::Line;
use crate::hazard;
use crate::lanes::Slot;
use crate::pricing::RateCard;
use crate::process::{Hit, Lookup, Successors};
use crate::supply::Definitions;

/// A move that comes from time to time.
#[derive(Clone, Debug)]
pub struct ForcedMove {
    /// What is replaced or turned off.
    pub what: String,
    /// Whether it is turned off with no successor.
    pub retired: bool,
    /// How many begin in the month.
    pub begun: Slot,
    /// What one costs, and how it is posted.
    pub one_off: Option<(Line, Slot)>,
}

/// All that vendors force upon a strategy.
#[derive(Debug, Default)]
pub struct Forced {
    /// Moves that cost work.
    pub moves: Vec<ForcedMove>,
    /// Factors on prices, by what is asked to serve.
    pub hits: BTreeMap<String, Hit>,
    /// Shares of requests that are lost on the way, by what is asked to serve.
    pub lost: BTreeMap<String, Vec<Slot>>,
    /// Changes of scores, by what is asked to serve and evaluation.
    pub quality: BTreeMap<(String, String), Vec<Slot>>,
}

/// Where a strategy stands in its scenario.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Vendors and what they sell.
    pub definitions: &'a Definitions,
    /// What can go wrong with them.
    pub hazards: &'a hazard::World,
    /// What a move costs, if the strategy says it.
    pub migration: Option<(&'a Reference, &'a Migration)>,
    /// Evaluations that some traffic needs.
    pub evaluations: &'a [String],
}

impl Forced {
    /// Resolves what is forced upon a strategy that asks these to serve, each for some streams.
    pub fn resolve(around: &Around, asked: &[(Reference, Vec<usize>)], lookup: &mut dyn Lookup) -> Self {
        let mut forced = Self::default();
        let migrating = around.migration.map(|(id, migration)| migration.resolve(id, lookup));
        for (by, streams) in asked {
            let card = around.definitions.llm_of(by);
            if let Some(card) = card {
                forced.successions(around, migrating.as_ref(), (by, card), lookup);
            }
            let Some(migrating) = &migrating else { continue };
            let dated =
                card.and_then(|card| card.retires).and_then(|day| day.months_from_start(lookup.timeline()));
            let planned = lookup.plus(migrating.takes, migrating.dual_run);
            let mut ends: Vec<(Slot, Slot)> = around.hazards.retirements(&by.id);
            ends.extend(dated.map(|off| (lookup.constant(off), planned)));
            for (off, notice) in ends {
                let others = asked.iter().filter(|(other, theirs)| {
                    other.id != by.id && theirs.iter().any(|stream| streams.contains(stream))
                });
                let others: Vec<&str> = others.map(|(other, _)| other.id.as_str()).collect();
                forced.retirement(migrating, (by, &others), (off, notice), around, lookup);
            }
        }
        if let Some((id, _)) = around.migration.filter(|_| forced.moves.is_empty()) {
            lookup.refuse(idle(id));
        }
        forced
    }

    fn successions(
        &mut self,
        around: &Around,
        migrating: Option<&Migrating>,
        (by, card): (&Reference, &RateCard),
        lookup: &mut dyn Lookup,
    ) {
        let Some(path) = &card.over_time else { return };
        let (successors, price) = (path.successors(lookup), lookup.path(path));
        let Some(price) = price.filter(|_| !successors.is_empty()) else { return };
        if migrating.is_none() {
            lookup.refuse(free(by, card));
        }
        for one in successors {
            let notice =
                one.notice.as_ref().filter(|_| migrating.is_some()).map(|notice| lookup.in_months(notice));
            let zero = lookup.constant(0.0);
            let terms = Terms {
                work: migrating.map_or(zero, |m| m.takes),
                dual_run: migrating.map_or(zero, |m| m.dual_run),
                notice,
                emergency: migrating.and_then(|m| m.emergency_factor),
                recovers_in: migrating.and_then(|m| m.recovers_in),
            };
            let cause = Cause::Succession(one.generations.clone());
            let mut teller = Teller { stream: &one.stream, cause, terms, inputs: vec![price], lookup };
            if let Some(migrating) = migrating {
                self.add(migrating, &by.id, false, &mut teller);
                let factor = teller.tell(Told::Price);
                self.strike(&by.id, factor, teller.lookup);
                if let Some(lost) = migrating.lost_requests {
                    let (leaving, late) = (teller.tell(Told::Leaving), teller.tell(Told::Late));
                    let unsettled = teller.lookup.plus(leaving, late);
                    let share = teller.lookup.times(unsettled, lost);
                    self.lost.entry(by.id.clone()).or_default().push(share);
                }
            }
            self.score(around, migrating, &by.id, &one, &mut teller);
        }
    }

    /// How scores change with successors and moves.
    fn score(
        &mut self,
        around: &Around,
        migrating: Option<&Migrating>,
        by: &str,
        one: &Successors,
        teller: &mut Teller,
    ) {
        for evaluation in around.evaluations {
            let changes = self.quality.entry((by.to_owned(), evaluation.clone())).or_default();
            let of_successor = one.quality_change.iter().find(|(name, _)| name == evaluation);
            if let Some((_, points)) = of_successor {
                let (points, generation) = (teller.lookup.number(points), teller.tell(Told::Generation));
                changes.push(teller.lookup.times(points, generation));
            }
            let of_move = migrating.into_iter().flat_map(|m| &m.quality_change);
            for (_, points) in of_move.filter(|(name, _)| name == evaluation) {
                let dip = teller.tell(Told::Dip);
                changes.push(teller.lookup.times(*points, dip));
            }
        }
    }

    /// The work goes to others, which may cost more meanwhile.
    fn retirement(
        &mut self,
        migrating: &Migrating,
        (by, others): (&Reference, &[&str]),
        (off, notice): (Slot, Slot),
        around: &Around,
        lookup: &mut dyn Lookup,
    ) {
        let stream = format!("moves away from {}", by.id);
        let terms = Terms {
            work: migrating.takes,
            dual_run: migrating.dual_run,
            notice: Some(notice),
            emergency: migrating.emergency_factor,
            recovers_in: migrating.recovers_in,
        };
        let inputs = vec![off, notice];
        let mut teller = Teller { stream: &stream, cause: Cause::Retirement(off), terms, inputs, lookup };
        self.add(migrating, &by.id, true, &mut teller);
        if let Some(lost) = migrating.lost_requests {
            let (leaving, late) = (teller.tell(Told::Leaving), teller.tell(Told::Late));
            let leaving = teller.lookup.times(leaving, lost);
            self.lost.entry(by.id.clone()).or_default().push(leaving);
            let late = teller.lookup.times(late, lost);
            for other in others {
                self.lost.entry((*other).to_owned()).or_default().push(late);
            }
        }
        for other in others {
            if migrating.emergency_factor.is_some() {
                let factor = teller.tell(Told::Emergency);
                self.strike(other, factor, teller.lookup);
            }
            for (evaluation, points) in &migrating.quality_change {
                if around.evaluations.contains(evaluation) {
                    let dip = teller.tell(Told::Dip);
                    let change = teller.lookup.times(*points, dip);
                    let key = ((*other).to_owned(), evaluation.clone());
                    self.quality.entry(key).or_default().push(change);
                }
            }
        }
    }

    fn add(&mut self, migrating: &Migrating, by: &str, retired: bool, teller: &mut Teller) {
        let begun = teller.tell(Told::Begun);
        let one_off = migrating.one_off.as_ref().map(|(line, price)| {
            let what = if retired { "moves away from" } else { "moves to a successor of" };
            let (label, inputs) = (format!("{what} {by}"), vec![begun, *price]);
            (Line { label, inputs, ..line.clone() }, *price)
        });
        self.moves.push(ForcedMove { what: by.to_owned(), retired, begun, one_off });
    }

    /// Adds a factor on the prices of what serves.
    fn strike(&mut self, by: &str, factor: Slot, lookup: &mut dyn Lookup) {
        let before = self.hits.get(by).copied().unwrap_or_else(|| lookup.hit(by));
        let hit = before.and(Hit { price: Some(factor), ..Hit::default() }, lookup);
        self.hits.insert(by.to_owned(), hit);
    }
}

/// Makes values of the world out of one course.
struct Teller<'a> {
    stream: &'a str,
    cause: Cause,
    terms: Terms,
    inputs: Vec<Slot>,
    lookup: &'a mut dyn Lookup,
}

impl Teller<'_> {
    fn tell(&mut self, told: Told) -> Slot {
        let Terms { work, dual_run, notice, emergency, recovers_in } = self.terms;
        let mut inputs = self.inputs.clone();
        inputs.extend([Some(work), Some(dual_run), notice, emergency, recovers_in].into_iter().flatten());
        let course = Course { cause: self.cause.clone(), terms: self.terms, told };
        self.lookup.echo(self.stream, &inputs, Box::new(course))
    }
}

fn free(by: &Reference, card: &RateCard) -> Diagnostic {
    let message = format!("moving to the successors of `{}` costs nothing here", by.id);
    Diagnostic::warning("free-succession", by.span, message)
        .label("their prices are paid from the day they come, without work")
        .related(card.origin.span, "its price goes on with successors")
        .help("name what a move costs and takes: `migration = \"…\"` in the strategy")
}

fn idle(id: &Reference) -> Diagnostic {
    let message = format!("the migration `{}` is never needed", id.id);
    Diagnostic::warning("no-effect", id.span, message)
        .label("nothing that this strategy buys has successors or is turned off")
        .help("the rules of `switch` name a migration each; leave this one out")
}
