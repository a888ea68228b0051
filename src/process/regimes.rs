//! Phases that follow one another by chance: calm and shortage, price war and peace.

use super::lasting::Lasting;
use super::{AHEAD, Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, QuantityOf, Sampler};
use crate::document::{Id, MapOf, Plugin, Reader, Reference, TableOf};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::{Draws, EVENTS, Place, uniform};
use crate::text::did_you_mean;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "regimes",
    meaning: "phases that follow one another by chance; each draws its factor and how long it lasts when it begins",
    example: "{ regimes = { first = \"calm\", regime = { calm = { factor = 1, lasts = \"6 to 30 months\", then = { shortage = 1 } }, shortage = { factor = \"1.2 to 2\", lasts = \"3 to 9 months\", then = { calm = 1 } } } } }",
    read,
};

/// A semi-Markov chain: `S(t) = initial · factor of the regime in force`.
///
/// The first month begins `first`; its value is `initial` times a factor of that regime. A regime that begins at `b` and
/// draws a duration `d` (at least a month) is in force in the months from `b` to before `b + d`; the next begins at
/// `b + d` itself, not at the turn of the month, so that rounding takes nothing from the long run: there each regime has
/// the share of time that its mean duration has (renewal theory).
#[derive(Debug)]
pub struct Regimes {
    initial: Number,
    first: usize,
    all: Vec<Regime>,
}

#[derive(Debug)]
struct Regime {
    factor: Number,
    lasts: Number,
    /// Cumulative shares, and the regimes that follow.
    then: Vec<(f64, usize)>,
}

type Read = (Number, Number, Vec<(Reference, f64)>);

fn read_regime(t: &mut Reader) -> Option<Read> {
    let factor =
        t.required("factor", NumberOf(&units::FACTOR), "multiplies while it lasts; drawn when it begins");
    let lasts =
        t.required("lasts", NumberOf(&units::DURATION), "how long; drawn when it begins, at least a month");
    let then = t.required(
        "then",
        MapOf("regime", QuantityOf(&units::FACTOR)),
        "what follows, by weight; weights need not sum to 1",
    );
    let then: Vec<_> = then?.into_iter().map(|(id, weight)| (id, weight.value)).collect();
    if then.iter().all(|(_, weight)| *weight == 0.0) {
        t.refuse("then", "no-weight", "nothing follows this regime", "give a regime a weight above 0");
        return None;
    }
    Some((factor?, lasts?, then))
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let first = t.required("first", Id("regime"), "the regime of the first month");
    let regimes = t.required("regime", MapOf("regime", TableOf(read_regime)), "the regimes");
    let (initial, first, regimes) = (initial?, first?, regimes?);
    let ids: Vec<&str> = regimes.iter().map(|(id, _)| id.id.as_str()).collect();
    let begins = find(t, &ids, &first);
    let all: Vec<_> = regimes.iter().map(|(_, regime)| linked(t, &ids, regime)).collect();
    let all = all.into_iter().collect::<Option<Vec<_>>>()?;
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Regimes { initial, first: begins?, all }, unit))
}

/// A regime whose successors are places instead of names.
fn linked(t: &Reader, ids: &[&str], (factor, lasts, then): &Read) -> Option<Regime> {
    let total: f64 = then.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    let then: Vec<_> = then
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(id, weight)| {
            sum += weight / total;
            find(t, ids, id).map(|place| (sum, place))
        })
        .collect();
    let then = then.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Regime { factor: factor.clone(), lasts: lasts.clone(), then })
}

fn find(t: &Reader, ids: &[&str], wanted: &Reference) -> Option<usize> {
    let place = ids.iter().position(|id| *id == wanted.id);
    if place.is_none() {
        let close = did_you_mean(&wanted.id, ids.iter().copied());
        let mistake =
            Diagnostic::error("unknown-id", wanted.span, format!("there is no regime `{}`", wanted.id))
                .label(format!("regimes here are: {}", ids.join(", ")))
                .help_if(close.map(|close| format!("did you mean `{close}`?")));
        t.place()?.scope.push(mistake);
    }
    place
}

impl Written for Regimes {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let phase = |regime: &Regime| Phase {
            factor: regime.factor.distribution.sampler(),
            lasts: Lasting::of(&regime.lasts),
            then: regime.then.clone(),
        };
        let phases = self.all.iter().map(phase).collect();
        Some(Box::new(Running { initial: lookup.number(&self.initial), first: self.first, phases }))
    }
}

struct Phase {
    factor: Sampler,
    lasts: Lasting,
    then: Vec<(f64, usize)>,
}

impl Phase {
    fn next(&self, share: f64) -> usize {
        let place = self.then.partition_point(|(upto, _)| *upto < share);
        self.then[place.min(self.then.len() - 1)].1
    }
}

struct Running {
    initial: Slot,
    first: usize,
    phases: Vec<Phase>,
}

/// Words of a phase: which regime it is, its factor, how long it lasts.
const WORDS: u64 = 3;

impl Process for Running {
    fn words(&self) -> u64 {
        WORDS
    }
    fn event_words(&self) -> u64 {
        WORDS
    }
    fn state(&self) -> usize {
        3 + AHEAD
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [regime, ends, phases, factors @ ..] = state else { return };
        let ahead = now.index % AHEAD;
        if ahead == 0 {
            if now.index == 0 {
                (*regime, *phases) = (Lanes::splat(self.first as f64), lanes::ONE);
                self.begin(draws, ends, &mut factors[0]);
            } else {
                factors[0] = factors[AHEAD - 1];
            }
            self.look_ahead(now.index, draws, [regime, ends, phases], factors);
        }
        lanes::multiply(out, &values[self.initial], &factors[ahead]);
    }
}

impl Running {
    /// The first phase, which all paths begin at once.
    fn begin(&self, draws: &mut Draws, ends: &mut Lanes, factor: &mut Lanes) {
        let phase = &self.phases[self.first];
        let [_, times, lasts] = draws.events(0);
        let mut scores = Lanes::ZERO;
        math::normal_score_lanes(&times, &mut scores);
        phase.factor.fill(&scores, factor);
        math::normal_score_lanes(&lasts, &mut scores);
        phase.lasts.fill(&scores, ends);
    }

    /// Makes the factors of the months from the first on out of that of the first: phases end as long as any ends in these months.
    fn look_ahead(
        &self,
        first: usize,
        draws: &Draws,
        [regime, ends, phases]: [&mut Lanes; 3],
        factors: &mut [Lanes],
    ) {
        let (begin, rest) = factors.split_at_mut(1);
        rest.fill(begin[0]);
        let (last, mut ended) = ((first + rest.len()) as f64, [false; LANES]);
        loop {
            lanes::mark_up_to(ends, last, &mut ended);
            let mut left = lanes::bits(&ended);
            if left == 0 {
                return;
            }
            let places = std::iter::from_fn(|| {
                let lane = lanes::next_of(&mut left)?;
                let index = EVENTS + phases[lane] as u64 * WORDS;
                phases[lane] += 1.0;
                Some(Place { lane, index, with: () })
            });
            draws.words_of(places, |places, words| {
                for (Place { lane, .. }, [next, times, lasts]) in places.iter().zip(*words) {
                    let place = self.phases[regime[*lane] as usize].next(uniform(next));
                    let phase = &self.phases[place];
                    let factor = phase.factor.at(math::normal_score(times));
                    let begins = math::ceil(ends[*lane]) as usize - first;
                    factors[begins..].iter_mut().for_each(|factors| factors[*lane] = factor);
                    regime[*lane] = place as f64;
                    ends[*lane] += phase.lasts.months(math::normal_score(lasts));
                }
            });
        }
    }
}
