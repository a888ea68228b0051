//! What hazards do to whom, gathered by name.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::document::{Id, ListOf, Reader, Reference};
use crate::lanes::Slot;
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup};
use crate::text::did_you_mean;

/// How a vendor fares.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// [`super::HEALTHY`], [`super::STRESSED`], [`super::ACQUIRED`] or [`super::WOUND_DOWN`] at the end of the month. It is wound
    /// down from the day this is announced; the notice runs until [`Hit::open`] falls below 1.
    pub phase: Slot,
    /// Factor on how often it is down.
    pub outage_factor: Option<Slot>,
    /// Cash at the end of the month in the vendor's own currency, and for how many months it lasts, where the vendor has
    /// `finances`.
    pub books: Option<crate::pricing::Books>,
}

/// The hazards of a world.
#[derive(Clone, Debug, Default)]
pub struct World {
    vendors: BTreeMap<String, Health>,
    hits: BTreeMap<String, Hit>,
    retirements: BTreeMap<String, Vec<(Slot, Slot)>>,
    /// By name of what they hit, each by itself.
    outages: BTreeMap<String, Vec<Slot>>,
    /// The month in which the hazard that is being resolved happens, whatever its chances.
    pub(super) forced: Option<usize>,
}

impl World {
    /// The phase of a vendor at the end of the month, if anything can happen to it.
    pub fn phase(&self, vendor: &str) -> Option<Slot> {
        self.vendors.get(vendor).map(|health| health.phase)
    }

    /// How a vendor fares, if anything can happen to it.
    pub fn health(&self, vendor: &str) -> Option<&Health> {
        self.vendors.get(vendor)
    }

    /// Vendors that can fail, by id.
    pub fn vendors(&self) -> impl Iterator<Item = (&str, &Health)> {
        self.vendors.iter().map(|(id, health)| (id.as_str(), health))
    }

    /// Factor on the prices of a vendor, of what it sells, or of a supply.
    pub fn price_factor(&self, name: &str) -> Option<Slot> {
        self.hit(name).price
    }

    /// The share of the month in which a vendor, what it sells, or a supply works.
    pub fn up(&self, name: &str) -> Option<Slot> {
        self.hit(name).up
    }

    /// All that hazards do to a vendor, to what it sells, or to a supply.
    pub fn hit(&self, name: &str) -> Hit {
        let vendor = || self.hits.get(name.split_once('/')?.0);
        self.hits.get(name).or_else(vendor).copied().unwrap_or_default()
    }

    /// When something is turned off, in months from the start, and how many months before this is known.
    pub fn retirements(&self, name: &str) -> Vec<(Slot, Slot)> {
        let vendor = name.split_once('/').map(|(vendor, _)| vendor);
        let names = std::iter::once(name).chain(vendor);
        names.filter_map(|name| self.retirements.get(name)).flatten().copied().collect()
    }

    /// These are turned off at a time, which is known a notice before.
    pub(super) fn retire(&mut self, names: &[Reference], off: Slot, notice: Slot) {
        for name in names {
            self.retirements.entry(name.id.clone()).or_default().push((off, notice));
        }
    }

    /// By name.
    pub fn hits(&self) -> &BTreeMap<String, Hit> {
        &self.hits
    }

    /// Outages by the name of what they hit: the share of the month in which each leaves it up.
    pub fn outages(&self) -> &BTreeMap<String, Vec<Slot>> {
        &self.outages
    }

    /// How a vendor fares; `false` if this was said already.
    pub(super) fn watch(&mut self, vendor: &Reference, health: Health) -> bool {
        self.vendors.insert(vendor.id.clone(), health).is_none()
    }

    /// Adds what a hazard does to each of these.
    pub(super) fn strike(&mut self, names: &[Reference], hit: Hit, lookup: &mut dyn Lookup) {
        for name in names {
            if let Some(up) = hit.up {
                self.outages.entry(name.id.clone()).or_default().push(up);
            }
            let before = self.hits.get(&name.id).copied().unwrap_or_default();
            self.hits.insert(name.id.clone(), before.and(hit, lookup));
        }
    }

    /// What vendors give back for the outages of what they sell, by their service level agreements.
    pub(super) fn credit(&mut self, vendors: &[(Reference, Vendor)], lookup: &mut dyn Lookup) {
        for (name, hit) in &mut self.hits {
            let seller = name.split('/').next();
            let vendor = vendors.iter().find(|(id, _)| Some(id.id.as_str()) == seller);
            let sla = vendor.and_then(|(_, vendor)| vendor.sla.as_ref());
            hit.credit = sla.zip(hit.up).map(|(sla, up)| sla.resolve(up, lookup));
        }
    }

    /// What another world says of its vendors, as if nothing ever happened to them.
    pub(super) fn calm(&mut self, other: Self, lookup: &mut dyn Lookup) {
        for (id, health) in other.vendors {
            let phase = lookup.constant(super::HEALTHY);
            self.vendors.insert(id, Health { phase, outage_factor: None, ..health });
        }
    }

    /// What hits a vendor hits all it sells.
    pub(super) fn combine(&mut self, lookup: &mut dyn Lookup) {
        let sold: Vec<String> = self.hits.keys().filter(|name| name.contains('/')).cloned().collect();
        for name in sold {
            let vendor = name.split_once('/').and_then(|(vendor, _)| self.hits.get(vendor)).copied();
            if let (Some(vendor), Some(own)) = (vendor, self.hits.get(&name).copied()) {
                self.hits.insert(name, vendor.and(own, lookup));
            }
        }
    }
}

/// The word for what `hits` names.
const HIT: &str = "vendor, vendor/llm, vendor/gpu or supply";

/// Reads `hits`.
pub(super) fn read(t: &mut Reader) -> Option<Vec<Reference>> {
    let hits =
        t.required("hits", ListOf(Id(HIT)), "vendors, what they sell, and supplies: all at the same time")?;
    if hits.is_empty() {
        t.refuse(
            "hits",
            "hits-nothing",
            "this hazard hits nobody",
            "name a vendor, a vendor/llm or a supply",
        );
        return None;
    }
    if let Some((i, twice)) = hits.iter().enumerate().find(|(i, a)| hits[..*i].iter().any(|b| a.id == b.id)) {
        let first = hits[..i].iter().find(|b| b.id == twice.id)?;
        let mistake = Diagnostic::error("given-twice", twice.span, format!("`{}` is named twice", twice.id));
        t.place()?.scope.push(mistake.label("a second time").related(first.span, "the first time"));
        return None;
    }
    Some(hits)
}

/// Whether a name is that of a vendor, of something sold or of a supply; a mistake is noted.
pub(super) fn is_known(
    hit: &Reference,
    vendors: &[(Reference, Vendor)],
    supplies: &[&str],
    lookup: &mut dyn Lookup,
) -> bool {
    let vendor = |id: &str| vendors.iter().find(|(name, _)| name.id == id).map(|(_, vendor)| vendor);
    if let Some((seller, sold)) = hit.halves() {
        if vendor(seller).is_some_and(|vendor| vendor.llm(sold).is_some() || vendor.gpu(sold).is_some()) {
            return true;
        }
    } else {
        match (vendor(&hit.id).is_some(), supplies.contains(&hit.id.as_str())) {
            (true, true) => {
                let message = format!("`{}` is both a vendor and a supply", hit.id);
                let mistake = Diagnostic::error("two-meanings", hit.span, message);
                lookup.refuse(mistake.label("which of them is hit?").help("give the supply another id"));
                return false;
            }
            (false, false) => {}
            _ => return true,
        }
    }
    let sold = vendors.iter().filter(|(id, _)| hit.halves().is_some_and(|(seller, _)| seller == id.id));
    let sold: Vec<String> = sold
        .flat_map(|(id, vendor)| {
            let llms = vendor.llms.iter().map(|(llm, _)| &llm.id);
            let gpus = vendor.gpus.iter().map(|(gpu, _)| &gpu.id);
            llms.chain(gpus).map(|thing| format!("{}/{thing}", id.id)).collect::<Vec<_>>()
        })
        .collect();
    let names = vendors.iter().map(|(id, _)| id.id.as_str()).chain(supplies.iter().copied());
    let close = did_you_mean(&hit.id, names.chain(sold.iter().map(String::as_str))).map(str::to_owned);
    let mistake = Diagnostic::error("unknown-id", hit.span, format!("there is no {HIT} `{}`", hit.id));
    lookup.refuse(
        mistake
            .label("not defined in this scenario")
            .help_if(close.map(|close| format!("did you mean `{close}`?"))),
    );
    false
}
