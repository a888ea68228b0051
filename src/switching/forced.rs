//! Moves that vendors force upon a strategy: to successors of what it buys, and away from what is turned off.

use std::collections::BTreeMap;

use super::course::{Cause, Course, Terms, Told};
use super::migration::{Migrating, Migration};
use crate::diagnostic::Diagnostic;
use crate::document::{Origin, Reference};
use crate::finance::Line;
use crate::hazard;
use crate::lanes::{LANES, Slot};
use crate::process::{Hit, Lookup, Path, Successors};
use crate::supply::{Definitions, of_supply};

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
    /// How much of the month it is under way, what a month of that costs, and how it is posted.
    pub running: Option<(Line, [Slot; 2])>,
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
    /// What forces each of the moves, in their order.
    causes: Vec<Why>,
}

/// Why a move is forced: what is bought, and the draws of its succession or the time at which it is turned off. Two fleets that rent the
/// same GPUs move once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Why {
    bought: String,
    stream: Option<String>,
    off: Option<Slot>,
}

/// Who is asked to serve.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// As the strategy names it.
    pub by: &'a Reference,
    /// What is bought of a vendor for it; nothing where all is owned.
    pub buys: Option<&'a Reference>,
    /// Where one of several vendors is chosen: what of each, with a value that is 1 where it is the chosen one.
    pub offers: Vec<(&'a Reference, Option<Slot>)>,
    /// For which streams, by their places.
    pub streams: Vec<usize>,
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
    /// Resolves what is forced upon a strategy that asks these to serve.
    pub fn resolve(around: &Around, asked: &[Asked], lookup: &mut dyn Lookup) -> Self {
        let mut forced = Self::default();
        let migrating = around.migration.map(|(id, migration)| migration.resolve(id, lookup));
        for one in asked {
            // Of several vendors each forces its moves, upon the paths that are with it.
            let offers = if one.offers.is_empty() {
                vec![(one.buys, None)]
            } else {
                one.offers.iter().map(|(gpus, chosen)| (Some(*gpus), *chosen)).collect()
            };
            for offer in &offers {
                forced.successions(around, migrating.as_ref(), (one, *offer), lookup);
            }
            let (Some((named, _)), Some(migrating)) = (around.migration, &migrating) else { continue };
            let ends: Vec<_> = offers
                .iter()
                .enumerate()
                .flat_map(|(place, offer)| {
                    let ends = ends(around, (one, offer.0, place == 0), migrating, lookup);
                    ends.into_iter()
                        .map(|(end, of_all)| (end, if of_all { (one.buys, None) } else { *offer }))
                })
                .collect();
            let others = asked.iter().filter(|other| {
                other.by.id != one.by.id && other.streams.iter().any(|stream| one.streams.contains(stream))
            });
            let others: Vec<&Asked> = others.collect();
            for other in others.iter().filter(|other| other.buys.is_none() && !ends.is_empty()) {
                if migrating.emergency_factor.is_some() {
                    lookup.refuse(no_emergency(named, &format!("`{}`", other.by.id)));
                }
            }
            let others: Vec<&str> = others.iter().map(|other| other.by.id.as_str()).collect();
            for (end, offer) in ends {
                forced.retirement(migrating, (one, offer, &others), end, around, lookup);
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
        (asked, (buys, chosen)): (&Asked, Offer),
        lookup: &mut dyn Lookup,
    ) {
        let by = asked.by;
        let Some((path, origin, is_llm)) = price_over_time(around.definitions, by, buys) else { return };
        let successors = path.successors(lookup);
        // The price of an llm is asked for in any case, that of GPUs only where it is needed: so draws keep their coordinates.
        if successors.is_empty() && !is_llm {
            return;
        }
        let Some(price) = lookup.path(path).filter(|_| !successors.is_empty()) else { return };
        if migrating.is_none() {
            lookup.refuse(free(by, origin));
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
                let bought = buys.unwrap_or(by).id.clone();
                let why = Why { bought, stream: Some(one.stream.clone()), off: None };
                self.add(migrating, (&by.id, chosen), why, &mut teller);
                let factor = teller.tell(Told::Price);
                let hit = match (buys, chosen) {
                    (Some(gpus), Some(_)) => of_supply(&by.id, gpus),
                    _ => by.id.clone(),
                };
                self.strike(&hit, factor, teller.lookup);
                if let Some(lost) = migrating.lost_requests {
                    let (leaving, late) = (teller.tell(Told::Leaving), teller.tell(Told::Late));
                    let unsettled = teller.lookup.plus(leaving, late);
                    let share = teller.lookup.times(unsettled, lost);
                    let share = where_chosen(share, chosen, teller.lookup);
                    self.lost.entry(by.id.clone()).or_default().push(share);
                }
            }
            // An llm on another GPU is the same llm.
            if is_llm {
                self.score(around, migrating, &by.id, &one, &mut teller);
            }
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
        (asked, (buys, chosen), others): (&Asked, Offer, &[&str]),
        (off, notice): (Slot, Slot),
        around: &Around,
        lookup: &mut dyn Lookup,
    ) {
        let by = asked.by;
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
        let why = Why { bought: buys.unwrap_or(by).id.clone(), stream: None, off: Some(off) };
        self.add(migrating, (&by.id, chosen), why, &mut teller);
        if let Some(lost) = migrating.lost_requests {
            let (leaving, late) = (teller.tell(Told::Leaving), teller.tell(Told::Late));
            let leaving = teller.lookup.times(leaving, lost);
            let leaving = where_chosen(leaving, chosen, teller.lookup);
            self.lost.entry(by.id.clone()).or_default().push(leaving);
            let late = teller.lookup.times(late, lost);
            let late = where_chosen(late, chosen, teller.lookup);
            for other in others {
                self.lost.entry((*other).to_owned()).or_default().push(late);
            }
        }
        for other in others {
            if migrating.emergency_factor.is_some() {
                let factor = teller.tell(Told::Emergency);
                let factor = factor_where_chosen(factor, chosen, teller.lookup);
                self.strike(other, factor, teller.lookup);
            }
            for (evaluation, points) in &migrating.quality_change {
                if around.evaluations.contains(evaluation) {
                    let dip = teller.tell(Told::Dip);
                    let change = teller.lookup.times(*points, dip);
                    let change = where_chosen(change, chosen, teller.lookup);
                    let key = ((*other).to_owned(), evaluation.clone());
                    self.quality.entry(key).or_default().push(change);
                }
            }
        }
    }

    /// A move away from what is asked; one that is forced by the same thing counts once, by the name of what is bought.
    fn add(
        &mut self,
        migrating: &Migrating,
        (by, chosen): (&str, Option<Slot>),
        why: Why,
        teller: &mut Teller,
    ) {
        let retired = why.off.is_some();
        let label = |of: &str| {
            let what = if retired { "moves away from" } else { "moves to a successor of" };
            format!("{what} {of}")
        };
        if let Some(known) = self.causes.iter().position(|known| *known == why) {
            let known = &mut self.moves[known];
            known.what.clone_from(&why.bought);
            if let Some((line, _)) = &mut known.one_off {
                line.label = label(&why.bought);
            }
            return;
        }
        let begun = teller.tell(Told::Begun);
        let begun = where_chosen(begun, chosen, teller.lookup);
        let one_off = migrating.one_off.as_ref().map(|(line, price)| {
            let (label, inputs) = (label(by), vec![begun, *price]);
            (Line { label, inputs, ..line.clone() }, *price)
        });
        let running = migrating.running.as_ref().map(|(line, price)| {
            let (leaving, late) = (teller.tell(Told::Leaving), teller.tell(Told::Late));
            let under_way = teller.lookup.plus(leaving, late);
            let under_way = where_chosen(under_way, chosen, teller.lookup);
            let inputs = vec![under_way, *price];
            (Line { inputs, ..line.clone() }, [under_way, *price])
        });
        self.moves.push(ForcedMove { what: by.to_owned(), retired, begun, one_off, running });
        self.causes.push(why);
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

/// The price over time of what is bought by the token or the GPU-hour, where it stands, and whether it is an llm. Units of
/// throughput have a price of their own.
fn price_over_time<'a>(
    all: &'a Definitions,
    by: &Reference,
    buys: Option<&Reference>,
) -> Option<(&'a Path, &'a Origin, bool)> {
    if let Some(card) = all.llm_of(by) {
        return Some((card.over_time.as_ref()?, &card.origin, true));
    }
    let offer = all.gpu_of(buys?)?;
    Some((offer.over_time.as_ref()?, &offer.origin, false))
}

/// What is bought for what is asked, and where it is the chosen one of several.
type Offer<'a> = (Option<&'a Reference>, Option<Slot>);

/// A value where an offer is the chosen one, else 0.
fn where_chosen(value: Slot, chosen: Option<Slot>, lookup: &mut dyn Lookup) -> Slot {
    chosen.map_or(value, |chosen| lookup.times(value, chosen))
}

/// A factor where an offer is the chosen one, else 1.
fn factor_where_chosen(factor: Slot, chosen: Option<Slot>, lookup: &mut dyn Lookup) -> Slot {
    let Some(chosen) = chosen else { return factor };
    lookup.derive(
        "factor where it is chosen",
        &[factor, chosen],
        Box::new(move |v, out| {
            for i in 0..LANES {
                out[i] = 1.0 + (v[factor][i] - 1.0) * v[chosen][i];
            }
        }),
    )
}

/// When what is asked (if it comes first), or what is bought for it, is turned off, in months from the start, and how long before
/// this is known; and whether it is what is asked, whoever it is bought from.
fn ends(
    around: &Around,
    (asked, buys, first): (&Asked, Option<&Reference>, bool),
    migrating: &Migrating,
    lookup: &mut dyn Lookup,
) -> Vec<((Slot, Slot), bool)> {
    let own = around.hazards.retirements(&asked.by.id);
    let mut ends: Vec<((Slot, Slot), bool)> = Vec::new();
    if first {
        ends.extend(own.iter().map(|end| (*end, true)));
    }
    let Some(bought) = buys else { return ends };
    if bought.id != asked.by.id {
        // A hazard that names both turns it off once.
        let more = around.hazards.retirements(&bought.id);
        ends.extend(more.iter().filter(|end| !own.contains(end)).map(|end| (*end, false)));
    }
    let retires = around.definitions.llm_of(bought).and_then(|card| card.retires);
    let off = retires.and_then(|day| day.months_from_start(lookup.timeline()));
    let planned = lookup.plus(migrating.takes, migrating.dual_run);
    ends.extend(off.map(|off| ((lookup.constant(off), planned), false)));
    ends
}

fn free(by: &Reference, origin: &Origin) -> Diagnostic {
    let message = format!("moving to the successors of `{}` costs nothing here", by.id);
    Diagnostic::warning("free-succession", by.span, message)
        .label("their prices are paid from the day they come, without work")
        .related(origin.span, "its price goes on with successors")
        .help("name what a move costs and takes: `migration = \"…\"` in the strategy")
}

fn idle(id: &Reference) -> Diagnostic {
    let message = format!("the migration `{}` is never needed", id.id);
    Diagnostic::warning("no-effect", id.span, message)
        .label("nothing that this strategy buys has successors or is turned off")
        .help("the rules of `switch` name a migration each; leave this one out")
}

/// The warning that nothing becomes dearer on the way.
pub fn no_emergency(migration: &Reference, what: &str) -> Diagnostic {
    let message = format!("`emergency_factor` of `{}` does nothing to {what}", migration.id);
    Diagnostic::warning("no-effect", migration.span, message)
        .label("it acts on prices of vendors, and this is owned")
        .help("say what the work costs: `one_off` of the migration")
}
