//! A vendor's books, as far as an outsider can guess them: how long its cash lasts.

use crate::calendar::Month;
use crate::demand::GrowthOf;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Sampler, UnitOf};
use crate::document::{MapOf, Origin, Reader, Reference, TableOf};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path, PathOf, Process};
use crate::random::Draws;
use crate::units::{self, Currency, Period};

/// `[vendor.<id>.finances]`. A month burns `Σ revenue · (compute_cost − 1) + Σ cost + other_costs`; the runway is the cash left over
/// the mean burn of the last three months.
#[derive(Clone, Debug)]
pub struct Finances {
    cash: Number,
    revenues: Vec<(Reference, Revenue)>,
    costs: Vec<(Reference, Cost)>,
    other_costs: Path,
    other_growth: Option<Path>,
    rounds: Vec<(Reference, Round)>,
    stressed_below: Number,
    closes_below: Number,
    origin: Origin,
}

/// `[vendor.<id>.finances.revenue.<id>]`: subscriptions, API, enterprise licences, partners.
#[derive(Clone, Debug)]
struct Revenue {
    amount: Path,
    growth: Option<Path>,
    noise: Option<Path>,
    compute_cost: Path,
}

/// `[vendor.<id>.finances.cost.<id>]`: training, staff, leases.
#[derive(Clone, Debug)]
struct Cost {
    amount: Path,
    growth: Option<Path>,
    noise: Option<Path>,
}

/// `[vendor.<id>.finances.round.<id>]`.
#[derive(Clone, Debug)]
struct Round {
    sought_below: Number,
    takes: Number,
    chance: Path,
    raises: Number,
}

/// A vendor's books in the world.
#[derive(Clone, Copy, Debug)]
pub struct Books {
    /// At the end of the month, in the currency of the books; zero once it has run out.
    pub cash: Slot,
    /// The currency of the books; absent where nothing says one.
    pub currency: Option<Currency>,
    /// Months that the cash lasts; infinite while nothing is burnt.
    pub runway: Slot,
    /// A shorter runway is distress.
    pub stressed_below: Slot,
    /// A shorter runway is the end.
    pub closes_below: Slot,
}

impl Finances {
    /// Reads `finances`.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let cash = t.required("cash", NumberOf(&units::MONEY), "cash at the start");
        let revenues = t.or(
            "revenue",
            "{}",
            MapOf("revenue", TableOf(Revenue::read)),
            "streams of revenue and what serving them costs",
        );
        let costs = t.or(
            "cost",
            "{}",
            MapOf("cost", TableOf(Cost::read)),
            "costs that move by themselves: training, staff",
        );
        let others = t.required(
            "other_costs",
            PathOf(&units::MONEY_PER_TIME),
            "all costs but these and compute for what is sold",
        );
        let growth =
            t.optional("other_growth", GrowthOf, "of other costs: a rate, or a path that is a factor");
        let rounds = t.or(
            "round",
            "{}",
            MapOf("round", TableOf(Round::read)),
            "funding rounds, each raised once at the most, in this order",
        );
        let mut runway = |key, meaning| t.required(key, NumberOf(&units::DURATION), meaning);
        let stressed =
            runway("stressed_below", "distress while the cash lasts for less at the burn of three months");
        let closes = runway("closes_below", "the end when the cash lasts for less");
        let books = Self {
            cash: cash?,
            revenues: revenues?,
            costs: costs?,
            other_costs: others?,
            other_growth: growth?.map(|growth| growth.path),
            rounds: rounds?,
            stressed_below: stressed?,
            closes_below: closes?,
            origin: t.place()?.origin(),
        };
        books.one_currency(t).then_some(books)
    }

    /// The books are kept in one currency, whatever the scenario counts in.
    fn one_currency(&self, t: &mut Reader) -> bool {
        let units = [(&self.other_costs.unit().currency, self.other_costs.origin())];
        let revenues = self.revenues.iter().map(|(_, r)| (&r.amount.unit().currency, r.amount.origin()));
        let rounds = self.rounds.iter().map(|(_, r)| (&r.raises.unit.currency, &r.raises.origin));
        let costs = self.costs.iter().map(|(_, c)| (&c.amount.unit().currency, c.amount.origin()));
        let mut all = units.into_iter().chain(costs).chain(revenues).chain(rounds);
        let Some((_, other)) = all.find(|(currency, _)| **currency != self.cash.unit.currency) else {
            return true;
        };
        let message = format!("`{}` is not in the currency of `cash`", other.address);
        let mistake = Diagnostic::error("two-units", other.span, message);
        if let Some(at) = t.place() {
            at.scope.push(mistake.help("keep the books of a vendor in one currency"));
        }
        false
    }

    /// The books in the world. The first funding decision of a path follows `climate`, a standard normal score that is high
    /// where money is hard to get.
    pub fn resolve(&self, climate: Option<Slot>, lookup: &mut dyn Lookup) -> Option<Books> {
        let address = &self.origin.address;
        let cash = lookup.number(&in_own_currency(&self.cash));
        let burn = self.burn(lookup)?;
        let mut rounds = Vec::new();
        for (_, round) in &self.rounds {
            rounds.push(RoundHere {
                sought_below: lookup.in_months(&round.sought_below),
                takes: (round.takes.distribution.sampler(), months(&round.takes)),
                chance: lookup.path(&round.chance)?,
                raises: round.raises.distribution.sampler(),
            });
        }
        let chances: Vec<Slot> = rounds.iter().flat_map(|round| [round.sought_below, round.chance]).collect();
        let inputs: Vec<Slot> = [cash, burn].into_iter().chain(chances).chain(climate).collect();
        let till = Till { cash, burn, climate, rounds };
        let left = lookup.monthly(&format!("{address}.cash-left"), &inputs, Box::new(till));
        let lasts = Lasts { cash: left, burn };
        Some(Books {
            cash: left,
            currency: self.cash.unit.currency,
            runway: lookup.monthly(&format!("{address}.runway"), &[left, burn], Box::new(lasts)),
            stressed_below: lookup.in_months(&self.stressed_below),
            closes_below: lookup.in_months(&self.closes_below),
        })
    }

    fn burn(&self, lookup: &mut dyn Lookup) -> Option<Slot> {
        let mut burn = lookup.per_month(&path_in_own_currency(&self.other_costs))?;
        if let Some(growth) = &self.other_growth {
            let growth = lookup.path(growth)?;
            burn = lookup.times(burn, growth);
        }
        for (_, Cost { amount, growth, noise }) in &self.costs {
            let amount = moving(amount, [growth, noise], lookup)?;
            burn = lookup.plus(burn, amount);
        }
        for (_, revenue) in &self.revenues {
            let amount = moving(&revenue.amount, [&revenue.growth, &revenue.noise], lookup)?;
            let cost = lookup.path(&revenue.compute_cost)?;
            let before = burn;
            burn = lookup.derive(
                "burn",
                &[before, amount, cost],
                Box::new(move |values, out| {
                    for i in 0..LANES {
                        out[i] = values[before][i] + values[amount][i] * (values[cost][i] - 1.0);
                    }
                }),
            );
        }
        Some(burn)
    }
}

impl Revenue {
    fn read(t: &mut Reader) -> Option<Self> {
        let amount = t.required("amount", PathOf(&units::MONEY_PER_TIME), "revenue per time at the start");
        let growth = t.optional("growth", GrowthOf, "a rate, or a path that is a factor");
        let noise = t.optional("noise", PathOf(&units::FACTOR), "factor from month to month");
        let cost = t.required(
            "compute_cost",
            PathOf(&units::FACTOR),
            "of compute per revenue; above 1 every sale loses money",
        );
        let growth = growth?.map(|growth| growth.path);
        Some(Self { amount: amount?, growth, noise: noise?, compute_cost: cost? })
    }
}

/// An amount of the month, times what moves it.
fn moving(amount: &Path, by: [&Option<Path>; 2], lookup: &mut dyn Lookup) -> Option<Slot> {
    let mut amount = lookup.per_month(&path_in_own_currency(amount))?;
    for factor in by.into_iter().flatten() {
        let factor = lookup.path(factor)?;
        amount = lookup.times(amount, factor);
    }
    Some(amount)
}

impl Cost {
    fn read(t: &mut Reader) -> Option<Self> {
        let amount = t.required("amount", PathOf(&units::MONEY_PER_TIME), "cost per time at the start");
        let growth = t.optional("growth", GrowthOf, "a rate, or a path that is a factor");
        let noise = t.optional("noise", PathOf(&units::FACTOR), "factor from month to month");
        Some(Self { amount: amount?, growth: growth?.map(|growth| growth.path), noise: noise? })
    }
}

impl Round {
    fn read(t: &mut Reader) -> Option<Self> {
        let sought =
            t.required("sought_below", NumberOf(&units::DURATION), "sought when the runway is shorter");
        let takes =
            t.required("takes", NumberOf(&units::DURATION), "until it is decided; drawn at each attempt");
        let chance = t.required(
            "chance",
            PathOf(&units::SHARE),
            "that money comes; if not, it is sought again; may follow a market",
        );
        let raises = t.required("raises", NumberOf(&units::MONEY), "cash that it brings");
        Some(Self { sought_below: sought?, takes: takes?, chance: chance?, raises: raises? })
    }
}

fn in_own_currency(number: &Number) -> Number {
    Number { unit: UnitOf { currency: None, ..number.unit.clone() }, ..number.clone() }
}

fn path_in_own_currency(path: &Path) -> Path {
    match path {
        Path::Number(number) => Path::Number(in_own_currency(number)),
        Path::Process(written, origin) => {
            let mut written = written.clone();
            written.unit.currency = None;
            Path::Process(written, origin.clone())
        }
    }
}

/// Months in one unit of a duration.
fn months(duration: &Number) -> f64 {
    let clock = duration.unit.period.is_some_and(Period::is_clock);
    if clock { 1.0 / crate::calendar::AVERAGE_MONTH_HOURS } else { 1.0 }
}

struct RoundHere {
    sought_below: Slot,
    takes: (Sampler, f64),
    chance: Slot,
    raises: Sampler,
}

/// The mean burn of the last three months, or of as many as there are.
fn trailing(last: &[Lanes; 3], month: usize, lane: usize) -> f64 {
    let known = (month + 1).min(3);
    (0..known).map(|i| last[i][lane]).sum::<f64>() / known as f64
}

/// Months that cash lasts at a burn; for ever if nothing is burnt and something is there.
fn runway(cash: f64, burn: f64) -> f64 {
    if cash <= 0.0 {
        0.0
    } else if burn <= 0.0 {
        f64::INFINITY
    } else {
        cash / burn
    }
}

/// The cash of a vendor that burns and raises. Out of money is out of business.
struct Till {
    cash: Slot,
    burn: Slot,
    climate: Option<Slot>,
    rounds: Vec<RoundHere>,
}

/// Words of a month: how long a round takes, whether it comes, how much it brings.
const WORDS: u64 = 3;

impl Process for Till {
    fn words(&self) -> u64 {
        if self.rounds.is_empty() { 0 } else { WORDS }
    }
    /// Cash, the burn of three months, the round that is next, when it is decided (0: it is not sought), attempts.
    fn state(&self) -> usize {
        7
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
        state[0] = values[self.cash];
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [cash, one, two, three, next, decided, attempts] = state else { return };
        let (end, word) = ((now.index + 1) as f64, WORDS * now.index as u64);
        (*three, *two, *one) = (*two, *one, values[self.burn]);
        let last = [*one, *two, *three];
        for i in 0..LANES {
            if cash[i] <= 0.0 {
                continue;
            }
            cash[i] -= one[i];
            let Some(round) = self.rounds.get(next[i] as usize) else {
                cash[i] = cash[i].max(0.0);
                continue;
            };
            if decided[i] > 0.0 && decided[i] <= end {
                decided[i] = 0.0;
                let first = self.climate.filter(|_| attempts[i] == 0.0);
                let luck = first.map_or_else(
                    || draws.uniform_of(i, word + 1),
                    |climate| math::normal_cdf(values[climate][i]),
                );
                attempts[i] += 1.0;
                if luck < values[round.chance][i] {
                    cash[i] += round.raises.at(draws.score_of(i, word + 2));
                    next[i] += 1.0;
                }
            }
            cash[i] = cash[i].max(0.0);
            let Some(round) = self.rounds.get(next[i] as usize) else { continue };
            let short = runway(cash[i], trailing(&last, now.index, i)) < values[round.sought_below][i];
            if decided[i] == 0.0 && short {
                let (takes, scale) = &round.takes;
                decided[i] = end + takes.at(draws.score_of(i, word)) * scale;
            }
        }
        *out = *cash;
    }
}

/// The runway.
struct Lasts {
    cash: Slot,
    burn: Slot,
}

impl Process for Lasts {
    fn state(&self) -> usize {
        3
    }
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [one, two, three] = state else { return };
        (*three, *two, *one) = (*two, *one, values[self.burn]);
        let last = [*one, *two, *three];
        for i in 0..LANES {
            out[i] = runway(values[self.cash][i], trailing(&last, now.index, i));
        }
    }
}
