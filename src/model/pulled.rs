//! The levers of a strategy: in which order they act, on what, and that nothing is counted twice.

use std::collections::BTreeMap;

use crate::demand::Effects;
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::lever::{ActsOn, Lever, place_of};
use crate::pricing::Tier;
use crate::process::Lookup;
use crate::scenario::{Scenario, Strategy as Written};
use crate::supply::{find, ids, unknown};

/// What levers do.
pub(super) struct Pulled<'a> {
    /// In the order in which they act.
    pub(super) levers: Vec<(&'a Reference, &'a dyn Lever)>,
    /// By stream.
    pub(super) streams: Vec<Effects>,
    /// By supply.
    supplies: BTreeMap<&'a str, Effects>,
    /// By vendor.
    vendors: BTreeMap<&'a str, Effects>,
    /// Who acts, by kind and by what it acts on.
    known: BTreeMap<(&'static str, String), &'a Reference>,
}

impl<'a> Pulled<'a> {
    /// Resolves the levers of a strategy.
    pub(super) fn resolve(scenario: &'a Scenario, written: &'a Written, lookup: &mut dyn Lookup) -> Self {
        let mut levers: Vec<(&Reference, &dyn Lever)> = written
            .levers
            .iter()
            .filter_map(|wanted| {
                find("lever", &scenario.levers, wanted, lookup).map(|lever| (wanted, &**lever))
            })
            .collect();
        levers.sort_by_key(|(_, lever)| place_of(lever.kind()));
        let mut pulled = Self {
            streams: vec![Effects::default(); scenario.traffics.len()],
            levers: levers.clone(),
            supplies: BTreeMap::new(),
            vendors: BTreeMap::new(),
            known: BTreeMap::new(),
        };
        for lever in levers {
            warn_of_late(lever, lookup);
            match lever.1.acts_on() {
                ActsOn::Traffics(on) => pulled.on_traffics(scenario, written, lever, on, lookup),
                ActsOn::Supplies(supplies) => pulled.on_supplies(scenario, written, lever, supplies, lookup),
                ActsOn::Vendor(vendor) => pulled.on_vendor(scenario, written, lever, vendor, lookup),
            }
            refuse_training_twice(written, lever, lookup);
        }
        pulled
    }

    fn on_traffics(
        &mut self,
        scenario: &'a Scenario,
        written: &Written,
        (named, lever): (&'a Reference, &'a dyn Lever),
        on: Option<&[Reference]>,
        lookup: &mut dyn Lookup,
    ) {
        let (batches, mut moved) = (lever.kind() == "batch", false);
        for (place, (id, traffic)) in scenario.traffics.iter().enumerate() {
            let wanted = on.map(|on| on.iter().find(|wanted| wanted.id == id.id));
            if matches!(wanted, Some(None))
                || self.is_second(lever.kind(), (named, "traffic", &id.id), lookup)
            {
                continue;
            }
            if batches {
                if traffic.can_wait.is_none() {
                    if let Some(Some(wanted)) = wanted {
                        lookup.refuse(nothing_waits(wanted, traffic.origin.span));
                    }
                    continue;
                }
                moved |= can_batch(scenario, written, named, id, lookup);
            }
            let effects = &mut self.streams[place];
            lever.apply(&named.id, effects, lookup);
            lever.terms().change(effects, lookup);
        }
        if batches && !moved {
            let message = format!("`{}` moves nothing into a batch", named.id);
            lookup.refuse(
                Diagnostic::warning("no-effect", named.span, message)
                    .label("nobody whom this strategy asks sells one for what can wait")
                    .help("a rate card sells one with `factors = { batch = … }`; a traffic says what `can_wait`"),
            );
        }
        for wanted in on.unwrap_or_default() {
            find("traffic", &scenario.traffics, wanted, lookup);
        }
    }

    fn on_supplies(
        &mut self,
        scenario: &Scenario,
        written: &Written,
        (named, lever): (&'a Reference, &'a dyn Lever),
        supplies: &'a [Reference],
        lookup: &mut dyn Lookup,
    ) {
        for supply in supplies {
            if find("supply", &scenario.supplies, supply, lookup).is_none()
                || self.is_second(lever.kind(), (named, "supply", &supply.id), lookup)
            {
                continue;
            }
            let led = self.streams.iter().flat_map(|effects| &effects.led).any(|led| led.to.id == supply.id);
            if !led && written.serve.iter().all(|serve| serve.by.id != supply.id) {
                let message = format!("`{}` acts on `{}`, which serves nothing here", named.id, supply.id);
                lookup.refuse(
                    Diagnostic::warning("no-effect", named.span, message)
                        .label("this strategy asks somebody else")
                        .related(supply.span, "the supply"),
                );
            }
            let effects = self.supplies.entry(&supply.id).or_default();
            lever.apply(&named.id, effects, lookup);
            lever.terms().change(effects, lookup);
        }
    }

    fn on_vendor(
        &mut self,
        scenario: &'a Scenario,
        written: &Written,
        (named, lever): (&'a Reference, &'a dyn Lever),
        vendor: &'a Reference,
        lookup: &mut dyn Lookup,
    ) {
        let vendors = &scenario.definitions.vendors;
        if vendors.iter().all(|(id, _)| id.id != vendor.id) {
            lookup.refuse(unknown("vendor", vendor, &ids(vendors)));
            return;
        }
        if self.is_second(lever.kind(), (named, "vendor", &vendor.id), lookup) {
            return;
        }
        let agreed = written.contracts.iter().find(|wanted| {
            let contract = scenario.contracts.iter().find(|(id, _)| id.id == wanted.id);
            contract.is_some_and(|(_, contract)| {
                contract.kind() == lever.kind() && contract.vendors().iter().any(|with| with.id == vendor.id)
            })
        });
        if let Some(agreed) = agreed {
            let message =
                format!("`{}` and `{}` are both a discount of `{}`", named.id, agreed.id, vendor.id);
            lookup.refuse(
                Diagnostic::error("counted-twice", named.span, message)
                    .label("its effect would count twice")
                    .related(agreed.span, "the contract")
                    .help("keep the contract for what is agreed, or the lever for what is still to be negotiated"),
            );
            return;
        }
        let effects = self.vendors.entry(&vendor.id).or_default();
        lever.apply(&named.id, effects, lookup);
    }

    /// Whether another lever of this kind acts on the same thing: then its effect would count twice.
    fn is_second(
        &mut self,
        kind: &'static str,
        (named, noun, thing): (&'a Reference, &str, &str),
        lookup: &mut dyn Lookup,
    ) -> bool {
        let known = self.known.insert((kind, format!("{noun} {thing}")), named);
        if known.is_some() {
            let message =
                format!("`{}` is a second lever of kind `{kind}` on the {noun} `{thing}`", named.id);
            let help = match noun {
                "traffic" => "keep one of the two, or let each act `on` other traffics",
                "supply" => "keep one of the two, or let each act on other supplies",
                _ => "keep one of the two",
            };
            lookup.refuse(
                Diagnostic::error("counted-twice", named.span, message)
                    .label("its effect would count twice")
                    .help(help),
            );
        }
        known.is_some()
    }

    /// The effects on one stream in the hands of somebody.
    pub(super) fn on(&self, stream: usize, by: &str) -> Effects {
        let mut effects = self.streams[stream].clone();
        if let Some(of_supply) = self.supplies.get(by) {
            (effects.throughput, effects.decoding) = (of_supply.throughput, of_supply.decoding);
            effects.quality.extend(of_supply.quality.iter().cloned());
        }
        effects
    }

    /// Factors on the prices of vendors.
    pub(super) fn prices(&self) -> impl Iterator<Item = (&str, crate::lanes::Slot)> {
        self.vendors.iter().filter_map(|(vendor, effects)| Some((*vendor, effects.price?)))
    }

    /// The programmes that come with levers, each once.
    pub(super) fn training(&self) -> Vec<&'a Reference> {
        let mut found: Vec<&Reference> = Vec::new();
        for wanted in self.levers.iter().filter_map(|(_, lever)| lever.training()) {
            if found.iter().all(|known| known.id != wanted.id) {
                found.push(wanted);
            }
        }
        found
    }
}

/// A lever that begins when the scenario is over.
fn warn_of_late((named, lever): (&Reference, &dyn Lever), lookup: &mut dyn Lookup) {
    let Some(from) = lever.terms().rollout.from() else { return };
    let timeline = lookup.timeline();
    if timeline.start.months_until(from) < timeline.length as i32 {
        return;
    }
    let last = timeline.start.plus_months(timeline.length as i32 - 1);
    lookup.refuse(
        Diagnostic::warning("no-effect", named.span, format!("`{}` begins in {from}", named.id))
            .label(format!("the scenario ends with {last}"))
            .help("let its `rollout` begin earlier, or take it out"),
    );
}

fn nothing_waits(wanted: &Reference, traffic: crate::diagnostic::Span) -> Diagnostic {
    let message = format!("`{}` has nothing that can wait for a batch", wanted.id);
    Diagnostic::error("nothing-waits", wanted.span, message)
        .label("a batch takes up to a day")
        .related(traffic, "the traffic does not say which part `can_wait`")
        .help("add `can_wait = { share = …, up_to = \"1 day\" }` to the traffic, or leave it out here")
}

/// Whether somebody who serves a traffic sells a batch; one that is bought as a batch already would count twice.
fn can_batch(
    scenario: &Scenario,
    written: &Written,
    named: &Reference,
    traffic: &Reference,
    lookup: &mut dyn Lookup,
) -> bool {
    let mut sold = false;
    for serve in written.serve.iter().filter(|serve| serve.traffic.iter().any(|one| one.id == traffic.id)) {
        if serve.tier == Tier::Batch {
            let message =
                format!("`{}` puts `{}` into a batch, and so does an entry of `serve`", named.id, traffic.id);
            lookup.refuse(
                Diagnostic::error("counted-twice", named.span, message)
                    .label("its effect would count twice")
                    .related(serve.by.span, "`tier = \"batch\"` stands here")
                    .help("take the tier or the lever away"),
            );
        }
        let card = scenario.definitions.llm_of(&serve.by);
        sold |= card.is_some_and(|card| card.factors.batch.is_some());
    }
    sold
}

fn refuse_training_twice(
    written: &Written,
    (named, lever): (&Reference, &dyn Lever),
    lookup: &mut dyn Lookup,
) {
    let Some(wanted) = lever.training() else { return };
    if let Some(twice) = written.training.iter().find(|listed| listed.id == wanted.id) {
        let message = format!("`{}` brings the training `{}` with it", named.id, wanted.id);
        lookup.refuse(
            Diagnostic::error("counted-twice", twice.span, message)
                .label("its costs would count twice")
                .related(wanted.span, "the lever")
                .help("take it out of the strategy's `training`"),
        );
    }
}
