//! The contracts of a strategy: with whom, and in which order they settle.

use super::ContractInUse;
use crate::contract::{self, KINDS, Minimum, Parties, SlaCredits, Written as Contract};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::Bought;
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::scenario::{Scenario, Strategy};
use crate::supply::{find, ids, unknown};

/// What a strategy has agreed.
pub(super) struct Agreed {
    pub(super) contracts: Vec<ContractInUse>,
    /// The vendors of all contracts, with each credit for outages on what is bought there, each once.
    pub(super) vendors: Vec<(usize, Option<Slot>)>,
    /// The state of the strategy up to and with its contracts.
    pub(super) state: usize,
}

/// Resolves the contracts of a strategy, whose supplies have so much state and which buys from these vendors; the minimum
/// fees of vendors come with buying from them.
pub(super) fn resolve(
    scenario: &Scenario,
    strategy: &Strategy,
    state: usize,
    bought: &[Bought],
    lookup: &mut dyn Lookup,
) -> Option<Agreed> {
    let mut found: Vec<(&Reference, &dyn Contract)> = Vec::new();
    let mut whole = true;
    for wanted in &strategy.contracts {
        match find("contract", &scenario.contracts, wanted, lookup) {
            Some(contract) => found.push((wanted, &**contract)),
            None => whole = false,
        }
    }
    whole &= !overlap(&found, lookup);
    found.sort_by_key(|(_, contract)| KINDS.iter().position(|kind| kind.name == contract.kind()));
    let mut buys_from: Vec<usize> = bought.iter().map(|from| from.vendor).collect();
    let mut agreed = Agreed { contracts: Vec::new(), vendors: Vec::new(), state };
    let mut placed = Vec::new();
    for (wanted, contract) in found {
        let vendors: Option<Vec<usize>> =
            contract.vendors().iter().map(|vendor| place(scenario, vendor, lookup)).collect();
        whole &= vendors.is_some();
        let Some(vendors) = vendors else { continue };
        if contract.buys() {
            buys_from.extend(&vendors);
        }
        placed.push((wanted, contract, vendors));
    }
    buys_from.sort_unstable();
    buys_from.dedup();
    let pays = placed.partition_point(|(_, contract, _)| !contract::pays(contract.kind()));
    let (before, after) = placed.split_at(pays);
    for written in before {
        whole &= agreed.add(scenario, written, &buys_from, lookup).is_some();
    }
    for vendor in &buys_from {
        whole &= agreed.minimum(scenario, *vendor, lookup).is_some();
        agreed.credits(scenario, *vendor, bought, lookup);
    }
    for written in after {
        whole &= agreed.add(scenario, written, &buys_from, lookup).is_some();
    }
    let settled = |from: &&Bought| agreed.vendors.iter().any(|(vendor, _)| *vendor == from.vendor);
    let apart: Vec<_> = bought.iter().filter(settled).map(|from| (from.vendor, from.credit)).collect();
    agreed.vendors.extend(apart);
    agreed.vendors.sort_unstable();
    agreed.vendors.dedup();
    whole.then_some(agreed)
}

impl Agreed {
    fn add(
        &mut self,
        scenario: &Scenario,
        (wanted, contract, vendors): &(&Reference, &dyn Contract, Vec<usize>),
        buys_from: &[usize],
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        if vendors.is_empty() {
            let message = format!("`{}` is made with nobody", wanted.id);
            lookup.refuse(
                Diagnostic::error("no-vendor", wanted.span, message).help("name at least one vendor in it"),
            );
            return None;
        }
        for (vendor, named) in vendors.iter().zip(contract.vendors()) {
            if !buys_from.contains(vendor) {
                lookup.refuse(idle(wanted, named));
            }
        }
        let contract = contract.resolve(&parties(scenario, wanted, vendors), lookup)?;
        self.push(wanted.id.clone(), vendors, contract);
        Some(())
    }

    /// The minimum fee of a vendor, if it has one.
    fn minimum(&mut self, scenario: &Scenario, vendor: usize, lookup: &mut dyn Lookup) -> Option<()> {
        let (id, sold) = &scenario.definitions.vendors[vendor];
        if let Some(minimum) = &sold.minimum {
            let contract = Minimum::resolve(&parties(scenario, id, &[vendor]), minimum, lookup)?;
            self.push(id.id.clone(), &[vendor], Box::new(contract));
        }
        Some(())
    }

    /// What a vendor gives back for outages, on what is bought from it.
    fn credits(&mut self, scenario: &Scenario, vendor: usize, bought: &[Bought], lookup: &mut dyn Lookup) {
        let from = bought.iter().filter(|from| from.vendor == vendor);
        let mut credits: Vec<Slot> = from.filter_map(|from| from.credit).collect();
        credits.sort_unstable();
        credits.dedup();
        let id = &scenario.definitions.vendors[vendor].0;
        if credits.is_empty() {
            return;
        }
        if let Some(settles) = SlaCredits::new(&parties(scenario, id, &[vendor]), &credits, lookup) {
            self.push(id.id.clone(), &[vendor], Box::new(settles));
        }
    }

    fn push(&mut self, name: String, vendors: &[usize], contract: Box<dyn contract::Contract>) {
        let state = self.state..self.state + contract.state();
        self.state = state.end;
        self.vendors.extend(vendors.iter().map(|vendor| (*vendor, None)));
        self.contracts.push(ContractInUse { name, contract, state });
    }
}

fn parties<'a>(scenario: &'a Scenario, at: &'a Reference, vendors: &[usize]) -> Parties<'a> {
    let sellers = vendors.iter().map(|vendor| &scenario.definitions.vendors[*vendor].1).collect();
    let names = vendors.iter().map(|vendor| scenario.definitions.vendors[*vendor].0.id.as_str()).collect();
    let currency = scenario.currency.code();
    Parties { id: &at.id, at, vendors: vendors.to_vec(), names, sellers, currency }
}

fn idle(wanted: &Reference, vendor: &Reference) -> Diagnostic {
    let message =
        format!("`{}` is made with `{}`, from whom this strategy buys nothing", wanted.id, vendor.id);
    Diagnostic::warning("idle-contract", wanted.span, message)
        .label("what is bought elsewhere does not count")
        .related(vendor.span, "the vendor")
        .help("serve something by this vendor, or leave the contract out")
}

fn place(scenario: &Scenario, vendor: &Reference, lookup: &mut dyn Lookup) -> Option<usize> {
    let vendors = &scenario.definitions.vendors;
    let place = vendors.iter().position(|(id, _)| id.id == vendor.id);
    if place.is_none() {
        lookup.refuse(unknown("vendor", vendor, &ids(vendors)));
    }
    place
}

/// Two contracts of one kind with one vendor: what is bought there would count in both.
fn overlap(found: &[(&Reference, &dyn Contract)], lookup: &mut dyn Lookup) -> bool {
    let mut wrong = false;
    for (i, (named_at, contract)) in found.iter().enumerate() {
        let vendors: Vec<&str> = contract.vendors().iter().map(|vendor| vendor.id.as_str()).collect();
        let twice = vendors.iter().enumerate().find(|(k, vendor)| vendors[..*k].contains(vendor));
        let before = found[..i].iter().filter(|(_, before)| before.kind() == contract.kind());
        let other = before.clone().find_map(|(other, before)| {
            let both = before.vendors().iter().find(|vendor| vendors.contains(&vendor.id.as_str()))?;
            Some((*other, both.id.as_str()))
        });
        let (vendor, with) = match (twice, other) {
            (Some((_, vendor)), _) => (*vendor, "the contract names it twice".to_owned()),
            (None, Some((other, vendor))) => (vendor, format!("`{}` is another", other.id)),
            (None, None) => continue,
        };
        let message =
            format!("`{}` is a second `{}` with the vendor `{vendor}`", named_at.id, contract.kind());
        lookup.refuse(
            Diagnostic::error("counted-twice", named_at.span, message)
                .label(with)
                .help("what is bought from a vendor counts in one contract of a kind: keep one of the two"),
        );
        wrong = true;
    }
    wrong
}
