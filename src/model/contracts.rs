//! The contracts of a strategy: with whom, and in which order they settle.

use super::ContractInUse;
use crate::contract::{KINDS, Parties, Written as Contract};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::process::Lookup;
use crate::scenario::{Scenario, Strategy};
use crate::supply::{find, ids, unknown};

/// What a strategy has agreed.
pub(super) struct Agreed {
    pub(super) contracts: Vec<ContractInUse>,
    /// The vendors of all contracts, each once.
    pub(super) vendors: Vec<usize>,
    /// The state of the strategy up to and with its contracts.
    pub(super) state: usize,
}

/// Resolves the contracts of a strategy, whose supplies have so much state.
pub(super) fn resolve(
    scenario: &Scenario,
    strategy: &Strategy,
    state: usize,
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
    let mut agreed = Agreed { contracts: Vec::new(), vendors: Vec::new(), state };
    for (wanted, contract) in found {
        let vendors: Option<Vec<usize>> =
            contract.vendors().iter().map(|vendor| place(scenario, vendor, lookup)).collect();
        let running = vendors.and_then(|vendors| {
            agreed.vendors.extend(&vendors);
            let parties = Parties { id: &wanted.id, vendors, currency: scenario.currency.code() };
            contract.resolve(&parties, lookup)
        });
        let Some(contract) = running else {
            whole = false;
            continue;
        };
        let state = agreed.state;
        agreed.state += contract.state();
        agreed.contracts.push(ContractInUse { name: wanted.id.clone(), contract, state });
    }
    agreed.vendors.sort_unstable();
    agreed.vendors.dedup();
    whole.then_some(agreed)
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
