//! Which strategies a strategy can give way to, along its own rules and theirs.

use super::{Entry, Event, EventKind, QualityGate, Rule, Strategy, Switching};
use crate::demand;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::hazard;
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::{find, ids, unknown};
use crate::switching::{Condition, Migrating, Migration, Rule as WrittenRule, Sight, no_emergency};

/// What each strategy can give way to, in the order of the file; `None` if a mistake was noted.
pub(super) fn resolve(
    scenario: &Scenario,
    (streams, hazards): (&[Option<demand::Stream>], &hazard::World),
    (strategies, events): (&[Option<Strategy>], &[Event]),
    lookup: &mut dyn Lookup,
) -> Option<Vec<Option<Switching>>> {
    check_compared(scenario, lookup)?;
    let targets = targets(scenario, lookup)?;
    check_circles(scenario, &targets, lookup)?;
    check_contracts(scenario, &targets, strategies, lookup)?;
    let traffics: Vec<_> = scenario
        .traffics
        .iter()
        .zip(streams)
        .map(|((id, _), stream)| (id.id.as_str(), stream.as_ref()))
        .collect();
    let sight = Sight { traffics: &traffics, definitions: &scenario.definitions, hazards };
    let resolver =
        Resolver { scenario, sight, targets: &targets, places: places(scenario), strategies, events };
    let all: Vec<Option<Option<Switching>>> = (0..scenario.strategies.len())
        .map(|place| {
            let plain = scenario.strategies[place].1.switches.is_empty();
            if plain { Some(None) } else { resolver.switching(place, lookup).map(Some) }
        })
        .collect();
    all.into_iter().collect()
}

/// A strategy that is nowhere compared, nor anywhere switched to, is most likely a mistake; none compared is one.
fn check_compared(scenario: &Scenario, lookup: &mut dyn Lookup) -> Option<()> {
    let strategies = &scenario.strategies;
    if strategies.iter().any(|(_, written)| written.compare) {
        return Some(());
    }
    let (_, first) = strategies.first()?;
    lookup.refuse(
        Diagnostic::error("no-strategy", first.origin.span, "no strategy is compared")
            .label("it says `compare = false`, as all others do")
            .help("take `compare = false` away from a strategy"),
    );
    None
}

/// The strategies that the rules of each strategy name.
fn targets(scenario: &Scenario, lookup: &mut dyn Lookup) -> Option<Vec<Vec<usize>>> {
    let mut whole = true;
    let mut target = |from: &Reference, rule: &WrittenRule| {
        let place = scenario.strategies.iter().position(|(id, _)| id.id == rule.to.id);
        if place.is_none() {
            lookup.refuse(unknown("strategy", &rule.to, &ids(&scenario.strategies)));
        } else if rule.to.id == from.id {
            let message = format!("`{}` gives way to itself", from.id);
            let mistake = Diagnostic::error("circular", rule.to.span, message);
            lookup.refuse(mistake.help("name another strategy"));
            return None;
        }
        place
    };
    let all = scenario
        .strategies
        .iter()
        .map(|(id, written)| {
            let found: Option<Vec<usize>> =
                written.switches.iter().map(|(_, rule)| target(id, rule)).collect();
            whole &= found.is_some();
            found.unwrap_or_default()
        })
        .collect();
    whole.then_some(all)
}

/// A path never goes back to a strategy that it has left.
fn check_circles(scenario: &Scenario, targets: &[Vec<usize>], lookup: &mut dyn Lookup) -> Option<()> {
    let mut whole = Some(());
    for (place, (id, written)) in scenario.strategies.iter().enumerate() {
        for ((_, rule), target) in written.switches.iter().zip(&targets[place]) {
            let reached = reachable(*target, targets);
            let mut circle = reached.iter().filter(|other| reachable(**other, targets).contains(&place));
            // Told once for a circle: where its first strategy leaves.
            if reached.contains(&place) && circle.all(|other| *other >= place) {
                let message = format!("`{}` would come back to `{}`, which it has left", rule.to.id, id.id);
                lookup.refuse(
                    Diagnostic::error("circular", rule.to.span, message)
                        .label("its own rules lead back")
                        .help("let one of the rules name a strategy of another id; `like` copies the rest"),
                );
                whole = None;
            }
        }
    }
    whole
}

/// A contract that keeps accounts keeps them from the first month of the scenario, not from the month of a switch.
fn check_contracts(
    scenario: &Scenario,
    targets: &[Vec<usize>],
    strategies: &[Option<Strategy>],
    lookup: &mut dyn Lookup,
) -> Option<()> {
    let mut whole = Some(());
    for ((_, written), targets) in scenario.strategies.iter().zip(targets) {
        for ((_, rule), target) in written.switches.iter().zip(targets) {
            let contracts = strategies[*target].iter().flat_map(|strategy| &strategy.contracts);
            for user in contracts.filter(|user| user.contract.state() > 0) {
                let message = format!("the contract `{}` cannot begin with a switch", user.name);
                lookup.refuse(
                    Diagnostic::error("contract-from-start", rule.to.span, message)
                        .label("this strategy has it, and its accounts begin with the scenario")
                        .help(
                            "switch to a strategy without it, or with a contract that settles month by month",
                        ),
                );
                whole = None;
            }
        }
    }
    whole
}

/// A strategy and all to which rules lead from it, in the order in which they are met.
fn reachable(from: usize, targets: &[Vec<usize>]) -> Vec<usize> {
    let mut found = vec![from];
    let mut next = 0;
    while next < found.len() {
        for target in &targets[found[next]] {
            if !found.contains(target) {
                found.push(*target);
            }
        }
        next += 1;
    }
    found
}

/// The place of each strategy in the model: those that are compared come first.
fn places(scenario: &Scenario) -> Vec<usize> {
    let compared = scenario.strategies.iter().filter(|(_, written)| written.compare).count();
    let (mut here, mut elsewhere) = (0..compared, compared..);
    let mut place = |written: &Written| if written.compare { here.next() } else { elsewhere.next() };
    scenario.strategies.iter().map(|(_, written)| place(written).unwrap_or(0)).collect()
}

struct Resolver<'a> {
    scenario: &'a Scenario,
    sight: Sight<'a>,
    targets: &'a [Vec<usize>],
    places: Vec<usize>,
    strategies: &'a [Option<Strategy>],
    events: &'a [Event],
}

impl Resolver<'_> {
    fn switching(&self, place: usize, lookup: &mut dyn Lookup) -> Option<Switching> {
        let members = reachable(place, self.targets);
        let mut switching = Switching { members: Vec::new(), rules: Vec::new(), state: 0 };
        let mut whole = true;
        for (from, member) in members.iter().enumerate() {
            let (_, written) = &self.scenario.strategies[*member];
            let targets = self.targets[*member].iter().filter_map(|to| members.iter().position(|m| m == to));
            let mut rules: Vec<(&(Reference, WrittenRule), usize)> =
                written.switches.iter().zip(targets).collect();
            rules.sort_by_key(|((id, _), _)| id.id.as_str());
            for ((id, rule), to) in rules {
                match self.rule(id, rule, &mut switching.state, lookup) {
                    Some((when, migration)) => {
                        let dips = self.dips((*member, members[to]), &migration);
                        switching.rules.push(Rule { id: id.id.clone(), from, to, when, migration, dips });
                    }
                    None => whole = false,
                }
            }
            switching.members.push(self.places[*member]);
        }
        whole.then_some(switching)
    }

    #[allow(
        clippy::type_complexity,
        reason = "conditions with the places of their state, and what the move takes"
    )]
    fn rule(
        &self,
        id: &Reference,
        rule: &WrittenRule,
        state: &mut usize,
        lookup: &mut dyn Lookup,
    ) -> Option<(Vec<(Box<dyn Condition>, usize)>, Migrating)> {
        let migration = find("migration", &self.scenario.migrations, &rule.migration, lookup);
        if migration.is_some_and(Migration::loses) {
            self.check_shed_costs(id, rule, lookup)?;
        }
        let mut when = Vec::new();
        let mut whole = true;
        for condition in &rule.when {
            match condition.resolve(&self.sight, lookup) {
                Some(condition) => {
                    let place = *state;
                    *state += condition.state();
                    when.push((condition, place));
                }
                None => whole = false,
            }
        }
        let migration = migration?.resolve(&rule.migration, lookup);
        let target = self.scenario.strategies.iter().position(|(id, _)| id.id == rule.to.id);
        let target = target.and_then(|place| self.strategies[place].as_ref());
        let owned = |to: &Strategy| !to.supplies.is_empty() && to.supplies.iter().all(|s| s.supply.stays());
        if migration.emergency_factor.is_some() && target.is_some_and(owned) {
            let what = format!("all that `{}` serves with", rule.to.id);
            lookup.refuse(no_emergency(&rule.migration, &what));
        }
        whole.then_some((when, migration))
    }

    /// Which gates of the strategy that takes over judge an llm that the one before did not ask for that traffic, and by how
    /// much its score changes with the move.
    fn dips(&self, (from, to): (usize, usize), migration: &Migrating) -> Vec<(usize, Slot)> {
        let (Some(from), Some(to)) = (&self.strategies[from], &self.strategies[to]) else {
            return Vec::new();
        };
        let asked = |strategy: &Strategy, entry: &Entry| {
            (entry.stream, strategy.supplies.get(entry.supply).map(|used| used.name.clone()))
        };
        let serves = |entry: &&Entry| entry.aside.as_ref().is_none_or(|aside| aside.never.is_none());
        let before: Vec<_> = from.entries.iter().filter(serves).map(|entry| asked(from, entry)).collect();
        let new = to.entries.iter().filter(|entry| !before.contains(&asked(to, entry)));
        let gates = new.flat_map(|entry| &entry.aside).flat_map(|aside| &aside.gates);
        let change = |gate: &QualityGate| {
            let EventKind::TooLow { evaluation, .. } = &self.events[gate.event].kind else { return None };
            let (_, points) = migration.quality_change.iter().find(|(name, _)| name == evaluation)?;
            Some((gate.event, *points))
        };
        gates.filter_map(change).collect()
    }

    /// What is lost on the way must have a price.
    fn check_shed_costs(&self, id: &Reference, rule: &WrittenRule, lookup: &mut dyn Lookup) -> Option<()> {
        let free = self.scenario.traffics.iter().find(|(_, traffic)| traffic.shed_cost.is_none());
        let Some((traffic_id, traffic)) = free else { return Some(()) };
        let message = format!("`{}` may lose requests of `{}` on the way", id.id, traffic_id.id);
        lookup.refuse(
            Diagnostic::error("no-shed-cost", traffic.origin.span, message)
                .label("`shed_cost` is missing here")
                .related(rule.migration.span, "this migration has `lost_requests`")
                .help(format!(
                    "add `shed_cost = \"… {} /request\"` to the traffic: the price of not serving",
                    self.scenario.currency
                )),
        );
        None
    }
}
