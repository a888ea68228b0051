//! Rented GPUs: reserved replicas are paid always, the rest hour by hour.

mod reserve;
mod running;

use reserve::{Reserve, ReserveOf};
use running::{Reserved, Running};

use super::cheapest::{ByTheHour, cheapest};
use super::definitions::find;
use super::disrupted::{disrupted, disrupted_by, hit};
use super::elastic::{Autoscaler, Elastic, Newsvendor, Spot, Staff};
use super::hosting::Hosting;
use super::idle::GoesToZero;
use super::mixed::Shape;
use super::reservation::Reservation;
use super::{Definitions, Entry, Supply, Written};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, ListOf, Plugin, Reader, Reference, TableOf};
use crate::finance::{Bought, Component, Line, whole_months};
use crate::lanes::Slot;
use crate::pricing::{GpuOffer, GpuRates};
use crate::process::{Hit, Lookup};
use crate::serving::{Deployment, Fleet};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "rented",
    meaning: "replicas on rented GPUs: reserved ones paid always, the rest by the hour as load needs them",
    example: "{ rented = { deployment = \"swallow-70b-h200\", gpus = \"tokyo-cloud/h200\", reserved_1y = \"2 replicas\" } }",
    read,
};

/// `[supply.<id>.rented]`.
#[derive(Clone, Debug)]
pub struct Rented {
    deployment: Reference,
    gpus: Reference,
    /// Of other vendors, of which the cheapest is rented.
    or_gpus: Vec<Reference>,
    choose_every: usize,
    reserved_1y: Reserve,
    reserved_3y: Reserve,
    spot_share: Option<Number>,
    sublet: Number,
    fleet: Fleet,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let deployment = t.required("deployment", Id("deployment"), "what one replica is");
    let gpus = t.required("gpus", Id("GPU of a vendor, as vendor/gpu"), "whose GPUs");
    let other = t.or(
        "or_gpus",
        "[]",
        ListOf(Id("GPU of a vendor, as vendor/gpu")),
        "the same GPU of other vendors: whoever is cheapest by the hour is rented from",
    );
    let every = t.or(
        "choose_every",
        "1 year",
        QuantityOf(&units::DURATION),
        "how often the cheapest vendor is chosen anew, by the prices of that month; and when the chosen one closes",
    );
    let one = t.or(
        "reserved_1y",
        "0 replicas",
        ReserveOf,
        "replicas paid for a year, used or not; or { newsvendor = { over } }: as many as past need makes worth it",
    );
    let three = t.or("reserved_3y", "0 replicas", ReserveOf, "the same for three years");
    let spot = t.optional(
        "spot_share",
        NumberOf(&units::SHARE),
        "share of the replicas above those reserved that run on spot GPUs, which may be taken away",
    );
    let sublet = super::reservation::sublet(t);
    let fleet = t.or("fleet", "{}", TableOf(Fleet::read_rented), "how the fleet is run");
    let (one, three, spot, sublet, fleet) = (one?, three?, spot?, sublet?, fleet?);
    let (other, every) = (other?, every?);
    let message = "vendors are compared at the start of months";
    let choose_every = whole_months(t, "choose_every", &every, message, "\"1 year\"")?;
    let bound = spot.is_some() || [one, three].iter().any(|reserve| *reserve != Reserve::Replicas(0.0));
    if bound && !other.is_empty() {
        let help = "make a supply of each vendor, and list them one after the other in `serve`";
        t.refuse("or_gpus", "several-vendors", "what is reserved, or on spot, is of one vendor", help);
        return None;
    }
    if matches!((one, three), (Reserve::Newsvendor { .. }, Reserve::Newsvendor { .. })) {
        let help = "state the other amount in replicas";
        t.refuse("reserved_3y", "two-newsvendors", "one of the two amounts can be left to the rule", help);
        return None;
    }
    let starts_again = fleet.autoscaler.as_ref().is_some_and(|scaler| scaler.cold_start.is_some());
    if spot.is_some() && !starts_again {
        let help =
            "add `cold_start` to the fleet: a replica whose GPUs are taken away starts again elsewhere";
        t.refuse("spot_share", "no-cold-start", "spot GPUs without a time to start again", help);
        return None;
    }
    Some(Box::new(Rented {
        deployment: deployment?,
        gpus: gpus?,
        or_gpus: other,
        choose_every,
        reserved_1y: one,
        reserved_3y: three,
        spot_share: spot,
        sublet,
        fleet,
    }))
}

impl Written for Rented {
    fn serves(&self) -> &Reference {
        &self.deployment
    }

    fn buys(&self) -> Option<&Reference> {
        Some(&self.gpus)
    }

    fn chosen(&self, id: &str, all: &Definitions, lookup: &mut dyn Lookup) -> Vec<(&Reference, Slot)> {
        if self.or_gpus.is_empty() {
            return Vec::new();
        }
        let offers: Vec<&Reference> = std::iter::once(&self.gpus).chain(&self.or_gpus).collect();
        let (mut prices, mut hits) = (Vec::new(), Vec::new());
        for gpus in &offers {
            // What cannot be resolved is told where the supply is.
            let Some(rates) = all.gpu_of(gpus).and_then(|offer| offer.resolve(lookup)) else {
                return Vec::new();
            };
            let hit = hit(&[id, &gpus.id], lookup);
            prices.push(rates.hit(hit, lookup).on_demand);
            hits.push(hit);
        }
        let (masks, _) = cheapest(&format!("{id} before moves"), &prices, &hits, self.choose_every, lookup);
        offers.into_iter().zip(masks).collect()
    }

    fn reserved(&self) -> Option<[u64; 2]> {
        match (self.reserved_1y, self.reserved_3y) {
            (Reserve::Replicas(one), Reserve::Replicas(three)) if self.or_gpus.is_empty() => {
                Some([one as u64, three as u64])
            }
            _ => None,
        }
    }

    fn regions(&self, all: &Definitions) -> Vec<String> {
        // Whichever is chosen, it must be allowed.
        let others: Vec<_> = self.or_gpus.iter().filter_map(|gpus| all.gpu_of(gpus)).collect();
        let everywhere = |region: &&String| others.iter().all(|offer| offer.regions.contains(region));
        let offer = all.gpu_of(&self.gpus);
        offer.map_or_else(Vec::new, |offer| offer.regions.iter().filter(everywhere).cloned().collect())
    }

    fn resolve(
        &self,
        id: &str,
        entries: &[Entry],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Box<dyn Supply>> {
        let deployment = find("deployment", &all.deployments, &self.deployment, lookup)?;
        let offer = all.gpu_offer(&self.gpus, lookup)?;
        let wrong = |gpus: &&Reference| gpus.halves().is_some_and(|(_, gpu)| gpu != deployment.gpu.id);
        if let Some(gpus) = std::iter::once(&self.gpus).chain(&self.or_gpus).find(wrong) {
            lookup.refuse(other_gpu(gpus, deployment));
            return None;
        }
        let hosting = Hosting::resolve(entries, deployment, &self.regions(all), all, lookup);
        let own = hit(&[id, &self.gpus.id, &of_supply(id, &self.gpus)], lookup);
        let rates = offer.resolve(lookup).map(|rates| rates.hit(own, lookup));
        let from = all.bought(&self.gpus, false, lookup)?;
        let (hosting, rates) = (hosting?, rates?);
        let lines = Lines { payee: id, inputs: &hosting.inputs };
        let reserved = self.reserved(&rates, &lines, lookup)?;
        let of = Renting { offer, rates: &rates, lines, reserved: &reserved, gpus: deployment.gpus };
        let elastic = self.elastic(&hosting, &of, lookup)?;
        let (by_the_hour, hit) = self.by_the_hour(id, (from, &of, own), all, lookup)?;
        let utilization_target = lookup.number(&self.fleet.utilization_target);
        let running = Box::new(Running {
            from,
            by_the_hour,
            gpus: deployment.gpus,
            utilization_target,
            replicas_per_load: lookup.inverse(utilization_target),
            min: self.fleet.min_replicas,
            // Of the replicas that are never exceeded, one zone's are in reserve.
            max: self.fleet.max_replicas.map_or(f64::INFINITY, |most| self.fleet.zones.without_one(most)),
            spare: self.fleet.spare_replicas,
            new_capacity: hit.new_capacity,
            curve: hosting.curve,
            shape: hosting.shape,
            entries: hosting.entries,
            elastic,
            reserved,
        });
        // Which outage hits the chosen vendor is not known to the entries that follow.
        if self.or_gpus.is_empty() {
            return Some(disrupted(running, &[id, &self.gpus.id], lookup));
        }
        Some(disrupted_by(running, hit, lookup.outages(id)))
    }
}

/// What a fleet is rented by.
struct Renting<'a> {
    offer: &'a GpuOffer,
    rates: &'a GpuRates,
    lines: Lines<'a>,
    reserved: &'a [Reserved],
    gpus: f64,
}

impl Rented {
    /// GPUs by the hour, and what hazards do to who rents them out: to the only vendor, or to the chosen one.
    fn by_the_hour(
        &self,
        id: &str,
        (from, of, own): (Bought, &Renting, Hit),
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<(Vec<ByTheHour>, Hit)> {
        let offer = |lines: &Lines, from: Bought, price: Slot| ByTheHour {
            from,
            hours: lines.line("GPU-hours on demand", price),
            cold_starts: lines.line("GPU-hours of cold starts", price),
            price,
            chosen: None,
        };
        if self.or_gpus.is_empty() {
            return Some((vec![offer(&of.lines, from, of.rates.on_demand)], own));
        }
        let payee = |gpus: &Reference| of_supply(id, gpus);
        let lines = |payee: &str| offer(&Lines { payee, inputs: of.lines.inputs }, from, of.rates.on_demand);
        let (mut offers, mut hits) = (vec![lines(&payee(&self.gpus))], vec![own]);
        for gpus in &self.or_gpus {
            let hit = hit(&[id, &gpus.id, &of_supply(id, gpus)], lookup);
            let rates = all.gpu_offer(gpus, lookup)?.resolve(lookup)?.hit(hit, lookup);
            let lines = Lines { payee: &payee(gpus), inputs: of.lines.inputs };
            offers.push(offer(&lines, all.bought(gpus, false, lookup)?, rates.on_demand));
            hits.push(hit);
        }
        let prices: Vec<Slot> = offers.iter().map(|offer| offer.price).collect();
        let (chosen, hit) = cheapest(id, &prices, &hits, self.choose_every, lookup);
        for (offer, mask) in offers.iter_mut().zip(chosen) {
            offer.chosen = Some(mask);
        }
        Some((offers, hit))
    }

    /// Replicas that are reserved for good.
    fn reserved(&self, rates: &GpuRates, lines: &Lines, lookup: &mut dyn Lookup) -> Option<Vec<Reserved>> {
        let mut reserved = Vec::new();
        for (reserve, price, term, months) in [
            (self.reserved_1y, rates.reserved_1y, "reserved_1y", 12.0),
            (self.reserved_3y, rates.reserved_3y, "reserved_3y", 36.0),
        ] {
            let Reserve::Replicas(count) = reserve else { continue };
            match (count > 0.0, price) {
                (false, _) => {}
                (true, Some(price)) => {
                    let left_to_pay = super::reservation::left_to_pay(price, &self.sublet, lookup);
                    reserved.push(Reserved {
                        count,
                        price,
                        left_to_pay,
                        used: lines.line(&format!("GPU-hours, {term}"), price),
                        owed: lines.line(&format!("GPU-hours, {term}, to the end of the term"), left_to_pay),
                        reservation: Reservation { term: months },
                    });
                }
                (true, None) => {
                    lookup.refuse(not_sold(&self.gpus, term));
                    return None;
                }
            }
        }
        Some(reserved)
    }

    /// What of a fleet asks for more than the short way; nothing where it says none of it.
    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    fn elastic(&self, hosting: &Hosting, of: &Renting, lookup: &mut dyn Lookup) -> Option<Option<Elastic>> {
        let fleet = &self.fleet;
        let newsvendor = self.newsvendor(of, lookup)?;
        let spot = self.spot(of, lookup)?;
        let mixed = matches!(hosting.shape, Shape::Mixed(_));
        let plain = fleet.zones.is_one() && fleet.autoscaler.is_none() && newsvendor.is_none() && !mixed;
        if plain {
            return Some(None);
        }
        let autoscaler = fleet.autoscaler.as_ref().map(|scaler| {
            let mut hours = |number: &Option<Number>| match number {
                Some(number) => lookup.number(number),
                None => lookup.constant(0.0),
            };
            let (lag, cold_start) = (hours(&scaler.lag), hours(&scaler.cold_start));
            let to_zero = scaler.to_zero_after.as_ref().map(|after| GoesToZero {
                shape: hosting.shape.clone(),
                after: lookup.number(after),
                cold_start,
            });
            Autoscaler { lag, cold_start, ramps: hosting.weeks.ramps(), to_zero }
        });
        Some(Some(Elastic {
            staff: Staff { min: fleet.min_replicas, spare: fleet.spare_replicas, zones: fleet.zones },
            reserved: of.reserved.iter().map(|reserved| reserved.count).sum(),
            gpus: of.gpus,
            weeks: hosting.shape.state().max(1),
            autoscaler,
            spot,
            newsvendor,
        }))
    }

    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    fn newsvendor(&self, of: &Renting, lookup: &mut dyn Lookup) -> Option<Option<Newsvendor>> {
        let (over, term, key, price) = match (self.reserved_1y, self.reserved_3y) {
            (Reserve::Newsvendor { over }, _) => (over, 12, "reserved_1y", of.rates.reserved_1y),
            (_, Reserve::Newsvendor { over }) => (over, 36, "reserved_3y", of.rates.reserved_3y),
            _ => return Some(None),
        };
        let Some(price) = price else {
            lookup.refuse(not_sold(&self.gpus, key));
            return None;
        };
        let line = of.lines.line(&format!("GPU-hours, {key}, amount by past need"), price);
        let left_to_pay = super::reservation::left_to_pay(price, &self.sublet, lookup);
        let owed = of.lines.line(&format!("GPU-hours, {key}, to the end of the term"), left_to_pay);
        Some(Some(Newsvendor { term, over, line, owed, price, left_to_pay }))
    }

    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    fn spot(&self, of: &Renting, lookup: &mut dyn Lookup) -> Option<Option<Spot>> {
        let Some(share) = &self.spot_share else { return Some(None) };
        let Some(price) = of.rates.spot else {
            lookup.refuse(not_sold(&self.gpus, "spot"));
            return None;
        };
        let Some(interruptions) = &of.offer.interruptions else {
            lookup.refuse(never_interrupted(&self.gpus));
            return None;
        };
        let interruptions = lookup.per_hour(interruptions)?;
        let line = of.lines.line("GPU-hours on spot", price);
        Some(Some(Spot { share: lookup.number(share), line, price, interruptions }))
    }
}

/// The name under which moves hit what a supply rents from one vendor of several.
pub fn of_supply(id: &str, gpus: &Reference) -> String {
    format!("{id}, {}", gpus.id)
}

/// Makes lines of a fleet's rent.
struct Lines<'a> {
    payee: &'a str,
    inputs: &'a [Slot],
}

impl Lines<'_> {
    fn line(&self, label: &str, price: Slot) -> Line {
        Line {
            component: Component::GpuRental,
            label: label.into(),
            payee: self.payee.into(),
            unit: "GPU-hours",
            per_unit: 1.0,
            inputs: self.inputs.iter().copied().chain([price]).collect(),
        }
    }
}

/// The mistake of running a deployment on another GPU than it was made for.
pub(super) fn other_gpu(named: &Reference, deployment: &Deployment) -> Diagnostic {
    let gpu = &deployment.gpu;
    Diagnostic::error(
        "other-gpu",
        named.span,
        format!("`{}` is not the GPU that the deployment runs on", named.id),
    )
    .label(format!("expected a `{}`", gpu.id))
    .related(gpu.span, "the deployment's GPU")
    .help("name a GPU of the same kind, or another deployment")
}

fn not_sold(gpus: &Reference, term: &str) -> Diagnostic {
    Diagnostic::error("not-sold", gpus.span, format!("`{}` has no price for `{term}`", gpus.id))
        .help(format!("add `{term}` to `rates` or `factors` of the offer"))
}

fn never_interrupted(gpus: &Reference) -> Diagnostic {
    let message = format!("how often spot GPUs of `{}` are taken away is not said", gpus.id);
    Diagnostic::error("no-interruptions", gpus.span, message)
        .help("add `interruptions = \"3 /GPU-month\"` to the offer, with its source")
}
