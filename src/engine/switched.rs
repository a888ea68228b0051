//! A strategy that may give way to others: its rules are judged, and each month whoever stands in a path plays its part.

use super::batch::{Known, arrive, force, grade, offer, set_aside, shed, start};
use super::failover::Turned;
use crate::calendar::Month;
use crate::finance::{Basis, Ledger, Measure, Presence, View};
use crate::lanes::{self, LANES, Lanes, Values};
use crate::model::{Model, Strategy, Switching};
use crate::switching::{Moves, Part, Seen, still_new};

/// The lanes of a strategy with rules.
pub(super) struct Switched {
    moves: Moves,
    /// By member: the state of its supplies and contracts.
    states: Vec<Vec<Lanes>>,
    /// By member: 1 where work on it has begun, be it only ordering; what is owned or agreed stays from then on.
    begun: Vec<Lanes>,
    /// By member: where it has stood in a month before.
    stood: Vec<[bool; LANES]>,
    /// By member: the rule that led there, and when the move was over, in months from the start.
    came: Vec<[Option<(usize, f64)>; LANES]>,
    conditions: Vec<Lanes>,
    /// By stream: requests at the rate at which they are offered while a member stands, and those left of them.
    rate: Vec<Lanes>,
    left: Vec<Lanes>,
    bound: Vec<Bound>,
}

/// A supply of which something is paid for a term, by member and place, and the members that have the same supply: the term
/// goes on when a path moves from one of them to another.
struct Bound {
    supply: (usize, usize),
    sharers: Vec<usize>,
}

/// A month of a strategy with rules.
#[derive(Clone, Copy)]
pub(super) struct SwitchedMonth<'a> {
    pub(super) model: &'a Model,
    pub(super) switching: &'a Switching,
    pub(super) now: &'a Month,
    pub(super) values: &'a Values<'a>,
}

impl Switched {
    pub(super) fn new(model: &Model, switching: &Switching) -> Self {
        let members = || switching.members.iter();
        Self {
            moves: Moves::new(),
            states: members().map(|place| vec![Lanes::ZERO; model.strategy(*place).state]).collect(),
            begun: members().map(|_| Lanes::ZERO).collect(),
            stood: members().map(|_| [false; LANES]).collect(),
            came: members().map(|_| [None; LANES]).collect(),
            conditions: vec![Lanes::ZERO; switching.state],
            rate: vec![Lanes::ZERO; model.streams.len()],
            left: vec![Lanes::ZERO; model.streams.len()],
            bound: bound(model, switching),
        }
    }

    /// Before the first month: the first member stands, the others wait.
    pub(super) fn start(&mut self, model: &Model, switching: &Switching, values: &Values) {
        self.moves = Moves::new();
        self.conditions.fill(Lanes::ZERO);
        for (member, place) in switching.members.iter().enumerate() {
            let (strategy, state) = (model.strategy(*place), &mut self.states[member]);
            start(strategy, values, state);
            self.begun[member] = Lanes::splat(if member == 0 { 1.0 } else { 0.0 });
            self.stood[member] = [member == 0; LANES];
            self.came[member] = [None; LANES];
            for user in strategy.supplies.iter().filter(|_| member > 0) {
                user.supply.wait(user.own(state));
            }
        }
    }

    /// A month: rules are judged on what is past, then each member plays its part; `remaining` are requests not served.
    pub(super) fn run_month(
        &mut self,
        month: &SwitchedMonth,
        (remaining, turned): (&mut [Lanes], &mut Turned),
        ledger: &mut Ledger,
        fired: impl FnMut(usize, &[bool; LANES]),
    ) {
        arrive(&month.model.streams, month.values, remaining);
        self.judge(month, ledger, fired);
        self.run_moves(month, ledger);
        let kept = self.kept(month);
        for left in remaining.iter_mut() {
            for i in 0..LANES {
                left[i] *= 1.0 - kept[i];
            }
        }
        for member in 0..month.switching.members.len() {
            if lanes::any_above_zero(&self.begun[member]) {
                self.play(member, month, &kept, (remaining, turned), ledger);
            }
        }
        self.owe(month, ledger);
        ledger.limit(None);
        shed(&month.model.streams, month.values, remaining, Known::NOTHING, ledger);
        self.note(month, remaining, ledger);
        self.moves.settle(month.now.index);
    }

    /// Begins a move where a rule has come true: of several the first.
    fn judge(
        &mut self,
        month: &SwitchedMonth,
        ledger: &mut Ledger,
        mut fired: impl FnMut(usize, &[bool; LANES]),
    ) {
        let SwitchedMonth { model, switching, now, values } = *month;
        for (place, rule) in switching.rules.iter().enumerate() {
            let mut acts = self.moves.resting(rule.from);
            for (condition, state) in &rule.when {
                if acts.contains(&true) {
                    let holds = condition.holds(now, &self.conditions[*state..*state + condition.state()]);
                    acts.iter_mut().zip(holds).for_each(|(acts, holds)| *acts &= holds);
                }
            }
            if !acts.contains(&true) {
                continue;
            }
            let migration = &rule.migration;
            let (takes, ramp) = (&values[migration.takes], &values[migration.dual_run]);
            let mut times = Lanes::ZERO;
            for lane in lanes::which(&acts) {
                let ends = self.moves.begin(lane, now.index, (place, rule.to), takes[lane], ramp[lane]);
                (times[lane], self.begun[rule.to][lane]) = (1.0, 1.0);
                self.came[rule.to][lane] = Some((place, ends));
            }
            if let Some((line, price)) = &migration.one_off {
                ledger.post(line, &times, &values[*price]);
            }
            let strategy = model.strategy(switching.members[rule.to]);
            for user in &strategy.supplies {
                user.supply.enter(now, values, &acts, user.own(&mut self.states[rule.to]));
            }
            fired(place, &acts);
        }
    }

    /// Posts what moves cost while they are under way.
    fn run_moves(&self, month: &SwitchedMonth, ledger: &mut Ledger) {
        for (place, rule) in month.switching.rules.iter().enumerate() {
            let Some((line, price)) = &rule.migration.running else { continue };
            let mut under_way = Lanes::ZERO;
            for lane in self.moves.under_way().filter(|lane| self.moves.rule(*lane) == Some(place)) {
                under_way[lane] = self.moves.unsettled(lane, month.now.index);
            }
            if lanes::any_above_zero(&under_way) {
                ledger.post(line, &under_way, &month.values[*price]);
            }
        }
    }

    /// The share of the month's requests that is not lost in a move.
    fn kept(&self, month: &SwitchedMonth) -> Lanes {
        let mut kept = lanes::ONE;
        for lane in self.moves.under_way() {
            let rule = self.moves.rule(lane).map(|rule| &month.switching.rules[rule]);
            if let Some(lost) = rule.and_then(|rule| rule.migration.lost_requests) {
                kept[lane] -= month.values[lost][lane] * self.moves.unsettled(lane, month.now.index);
            }
        }
        kept
    }

    /// A member serves its part, and costs what it costs while it stands.
    fn play(
        &mut self,
        member: usize,
        month: &SwitchedMonth,
        kept: &Lanes,
        (remaining, turned): (&mut [Lanes], &mut Turned),
        ledger: &mut Ledger,
    ) {
        let SwitchedMonth { model, switching, now, values } = *month;
        turned.clear();
        let strategy = model.strategy(switching.members[member]);
        let part = self.moves.part(member, now.index);
        let stands = Presence::new(part.stands, self.emergency(&part, month));
        let owned = Presence::new(self.begun[member], None);
        let presence = |stays: bool| Some(if stays { &owned } else { &stands });
        ledger.watch_only(&strategy.vendors);
        let before = spent_before(strategy, ledger);
        let state = &mut self.states[member];
        for user in &strategy.supplies {
            ledger.limit(presence(user.supply.stays()));
            user.supply.open(now, values, user.own(state), ledger);
        }
        if part.any() {
            let intensity = part.intensity();
            for ((rate, left), stream) in self.rate.iter_mut().zip(&mut self.left).zip(&model.streams) {
                let requests = &values[stream.work.requests];
                for i in 0..LANES {
                    rate[i] = requests[i] * kept[i] * intensity[i];
                }
                *left = *rate;
            }
            let mut served = Lanes::ZERO;
            for entry in &strategy.entries {
                let user = &strategy.supplies[entry.supply];
                let left = &mut self.left[entry.stream];
                let mut offered = offer(entry, &self.rate[entry.stream], left, values);
                if let Some(aside) = &entry.aside {
                    ledger.limit(Some(&stands));
                    let (came, away) = (&self.came[member], turned.away(entry.stream));
                    set_aside(aside, |gate| dip(came, gate, month), &mut offered, left, away, values, ledger);
                    if aside.never.is_some() {
                        continue;
                    }
                }
                turned.pass_by(entry, values, left, &mut offered);
                ledger.limit(presence(user.supply.stays()));
                user.supply.accept(entry.number, now, values, &offered, user.own(state), &mut served, ledger);
                lanes::subtract(left, &served);
                turned.note(entry, values, [&offered, &served], left);
                ledger.limit(Some(&stands));
                ledger.measure(Measure::Served, &served);
                grade(entry, &served, |gate| dip(&self.came[member], gate, month), values, ledger);
            }
            turned.bring_back(&mut self.left);
            for (left, of_member) in remaining.iter_mut().zip(&self.left) {
                lanes::add_product(left, of_member, &part.stands);
            }
        }
        for user in &strategy.supplies {
            ledger.limit(presence(user.supply.stays()));
            user.supply.close(now, values, user.own(state), ledger);
        }
        self.charge(member, strategy, (&part, &before), month, ledger);
    }

    /// What the supplies of a member that traffic moves to bill more, in a move without notice.
    fn emergency(&self, part: &Part, month: &SwitchedMonth) -> Option<Lanes> {
        if !lanes::any_above_zero(&part.arriving) {
            return None;
        }
        Some(Lanes::from_fn(|lane| {
            let rule = self.moves.rule(lane).map(|rule| &month.switching.rules[rule]);
            match rule.and_then(|rule| rule.migration.emergency_factor) {
                Some(factor) if part.arriving[lane] > 0.0 => {
                    let dearer = part.arriving[lane] / part.stands[lane];
                    1.0 + dearer * (month.values[factor][lane] - 1.0)
                }
                _ => 1.0,
            }
        }))
    }

    /// Charges and contracts. What was due once before a member stands is due when it first does.
    fn charge(
        &mut self,
        member: usize,
        strategy: &Strategy,
        (part, before): (&Part, &[Lanes; Basis::ALL.len()]),
        month: &SwitchedMonth,
        ledger: &mut Ledger,
    ) {
        let SwitchedMonth { now, values, .. } = *month;
        let mut stands = [false; LANES];
        lanes::mark_above(&part.stands, 0.0, &mut stands);
        let mut arrives = stands;
        for (arrives, stood) in arrives.iter_mut().zip(&self.stood[member]) {
            *arrives &= !*stood;
        }
        let whole = |there: &[bool; LANES]| Presence::new(ones(there), None);
        let (there, months) = (Presence::new(part.stands, None), whole(&stands));
        let mut first = None;
        for charge in &strategy.charges {
            let (presence, share) = match &charge.due {
                None => (&there, &months),
                Some(due) if due[now.index] => (&months, &months),
                Some(due) if due[..now.index].contains(&true) => {
                    let first = first.get_or_insert_with(|| whole(&arrives));
                    (&*first, &*first)
                }
                Some(_) => continue,
            };
            let Some(basis) = charge.of else {
                ledger.limit(Some(presence));
                charge.post_now(values, ledger);
                continue;
            };
            // What serving cost is already for the part of the month that counts.
            ledger.limit(Some(share));
            let mut spent = basis.spent(ledger);
            lanes::subtract(&mut spent, &before[basis as usize]);
            charge.post_at(&spent, values, ledger);
        }
        ledger.limit(Some(&there));
        force(strategy, values, ledger);
        for (stood, stands) in self.stood[member].iter_mut().zip(stands) {
            *stood |= stands;
        }
        // A contract that keeps accounts binds when its strategy is left: a commitment is owed to its end. One that settles each month
        // by itself ends with the strategy. What is settled was bought in the part of the month that counts.
        for user in &strategy.contracts {
            let bound = if user.contract.state() > 0 { &self.stood[member] } else { &stands };
            ledger.limit(Some(&whole(bound)));
            user.contract.settle(now, values, user.own(&mut self.states[member]), ledger);
        }
    }

    /// What is reserved for a term and not needed any more is paid to the end of the term.
    fn owe(&mut self, month: &SwitchedMonth, ledger: &mut Ledger) {
        let SwitchedMonth { model, switching, now, values } = *month;
        ledger.limit(None);
        for Bound { supply: (member, place), sharers } in &self.bound {
            let mut stands = Lanes::ZERO;
            for sharer in sharers {
                lanes::add(&mut stands, &self.moves.part(*sharer, now.index).stands);
            }
            let user = &model.strategy(switching.members[*member]).supplies[*place];
            user.supply.owe(now, values, &stands, user.own(&mut self.states[*member]), ledger);
        }
    }

    /// Shows the conditions the month that is over.
    fn note(&mut self, month: &SwitchedMonth, remaining: &[Lanes], ledger: &Ledger) {
        let cash = ledger.total(View::Cash);
        for rule in &month.switching.rules {
            let alone = ones(&self.moves.resting(rule.from));
            let seen = Seen { values: month.values, cash: &cash, left: remaining, alone: &alone };
            for (condition, state) in &rule.when {
                let state = &mut self.conditions[*state..*state + condition.state()];
                condition.note(month.now, &seen, state);
            }
        }
    }
}

/// One where a lane is marked.
fn ones(marks: &[bool; LANES]) -> Lanes {
    let mut ones = Lanes::ZERO;
    for i in 0..LANES {
        ones[i] = if marks[i] { 1.0 } else { 0.0 };
    }
    ones
}

/// Supplies that are bound for a term, each once.
fn bound(model: &Model, switching: &Switching) -> Vec<Bound> {
    let mut bound: Vec<Bound> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let supplies = |member: usize| &model.strategy(switching.members[member]).supplies;
    for member in 0..switching.members.len() {
        for (place, user) in supplies(member).iter().enumerate() {
            if !user.supply.binds() || names.contains(&user.name.as_str()) {
                continue;
            }
            names.push(&user.name);
            let has = |other: &usize| supplies(*other).iter().any(|one| one.name == user.name);
            bound.push(Bound {
                supply: (member, place),
                sharers: (0..switching.members.len()).filter(has).collect(),
            });
        }
    }
    bound
}

/// How the score behind a gate has changed with the moves that led to a member; nothing where no rule says so.
fn dip(came: &[Option<(usize, f64)>; LANES], gate: usize, month: &SwitchedMonth) -> Option<Lanes> {
    let SwitchedMonth { switching, now, values, .. } = *month;
    let says = |rule: usize| switching.rules[rule].dips.iter().find(|(event, _)| *event == gate);
    if !(0..switching.rules.len()).any(|rule| says(rule).is_some()) {
        return None;
    }
    Some(Lanes::from_fn(|lane| {
        let Some((rule, done)) = came[lane] else { return 0.0 };
        let recovers = switching.rules[rule].migration.recovers_in.map(|time| values[time][lane]);
        let points = says(rule).map_or(0.0, |(_, points)| values[*points][lane]);
        points * still_new(now.index as f64 + 0.5 - done, recovers)
    }))
}

/// What the members before this one have spent on serving, if it has charges that are a share of its own.
fn spent_before(strategy: &Strategy, ledger: &Ledger) -> [Lanes; Basis::ALL.len()] {
    if strategy.charges.iter().all(|charge| charge.of.is_none()) {
        return [Lanes::ZERO; Basis::ALL.len()];
    }
    Basis::ALL.map(|basis| basis.spent(ledger))
}
