//! A vendor that runs short of money: stressed, then well again, acquired, or wound down.

use std::sync::Arc;

use super::chance::{self, Chance};
use super::course::{ACQUIRED, ByIntensity, ByRunway, Ends, HEALTHY, Timed, WOUND_DOWN};
use super::drawn::{Duration, warn_if_endless};
use super::hits::{Health, World};
use super::level::{Level, Open};
use super::{Written, address};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Normal, Number, NumberOf, Point, QuantityOf, UnitOf};
use crate::document::{Id, Origin, Plugin, Reader, Reference, TableOf};
use crate::lanes::{LANES, Slot};
use crate::math;
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "vendor_distress",
    meaning: "a vendor gets into distress by chance per year, rating class, an intensity that moves or its own runway (looked at once a month), and then recovers, is acquired or closes",
    example: "{ vendor_distress = { vendor = \"acme\", chance = { per_year = \"5 % to 15 %\" }, stressed = { price_factor = \"1 to 1.6\", outage_factor = 2, lasts = \"6 to 18 months\" }, ends = { recovers = { weight = 0.5 }, acquired = { weight = 0.3, price_factor = \"0.9 to 1.8\" }, wound_down = { weight = 0.2, notice = \"20 to 120 days\" } } } }",
    read,
};

/// `[hazard.<id>.vendor_distress]`.
#[derive(Debug)]
struct Distress {
    vendor: Reference,
    chance: Chance,
    stressed: Stressed,
    ends: Endings,
    origin: Origin,
}

#[derive(Debug)]
struct Stressed {
    price_factor: Option<Number>,
    limit_factor: Option<Number>,
    outage_factor: Option<Number>,
    lasts: Option<Number>,
}

#[derive(Debug)]
struct Endings {
    recovers: Option<f64>,
    acquired: Option<(f64, Option<Number>)>,
    wound_down: Option<(f64, Number)>,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendor = t.required("vendor", Id("vendor"), "who gets into distress");
    let chance = t.required(
        "chance",
        chance::decoder(),
        "\"runway\", or by year, by rating class, or by an intensity",
    );
    let stressed = t.or("stressed", "{}", TableOf(read_stressed), "what distress does while it lasts");
    let ends = t.required("ends", TableOf(read_ends), "how distress ends, by weight");
    let (vendor, chance, stressed, ends) = (vendor?, chance?, stressed?, ends?);
    match (&chance, &stressed.lasts) {
        (Chance::Runway, Some(_)) => {
            let help = "leave `lasts` out: a vendor is stressed while its runway is short";
            t.refuse("stressed", "runway-decides", "the runway says how long distress lasts", help);
            return None;
        }
        (Chance::Runway, None) if ends.recovers.is_some() => {
            let help = "leave `recovers` out: a vendor recovers when its runway does";
            t.refuse("ends", "runway-decides", "the runway says whether a vendor recovers", help);
            return None;
        }
        (Chance::PerYear(_) | Chance::Rated(_) | Chance::Intensity(_), None) => {
            let help = "add `lasts = \"6 to 18 months\"` to `stressed`";
            t.refuse("stressed", "missing-key", "`stressed` does not say how long distress `lasts`", help);
            return None;
        }
        _ => {}
    }
    Some(Box::new(Distress { vendor, chance, stressed, ends, origin: t.place()?.origin() }))
}

fn read_stressed(t: &mut Reader) -> Option<Stressed> {
    let mut factor = |key, meaning| t.optional(key, NumberOf(&units::FACTOR), meaning);
    let price = factor("price_factor", "multiplies the vendor's prices; drawn when distress begins");
    let limit = factor("limit_factor", "multiplies the vendor's rate limits; drawn when distress begins");
    let outage =
        factor("outage_factor", "multiplies the time its own outages take; drawn when distress begins");
    let lasts =
        t.optional("lasts", NumberOf(&units::DURATION), "how long; drawn when it begins; not for a runway");
    Some(Stressed { price_factor: price?, limit_factor: limit?, outage_factor: outage?, lasts: lasts? })
}

fn weight(t: &mut Reader) -> Option<Point> {
    t.required("weight", QuantityOf(&units::FACTOR), "how often, compared with the other ends")
}

fn read_ends(t: &mut Reader) -> Option<Endings> {
    let recovers = t.optional("recovers", TableOf(weight), "healthy again, as if new");
    let acquired = t.optional(
        "acquired",
        TableOf(|t| {
            let weight = weight(t);
            let factor = NumberOf(&units::FACTOR);
            let price = t.optional("price_factor", factor, "multiplies its prices from then on; 1 if absent");
            Some((weight?.value, price?))
        }),
        "bought by another, and going on",
    );
    let wound_down = t.optional(
        "wound_down",
        TableOf(|t| {
            let weight = weight(t);
            let notice =
                t.required("notice", NumberOf(&units::DURATION), "how long it still serves once it says so");
            Some((weight?.value, notice?))
        }),
        "closed for good",
    );
    let ends = Endings {
        recovers: recovers?.map(|weight| weight.value),
        acquired: acquired?,
        wound_down: wound_down?,
    };
    if ends.total() <= 0.0 {
        let help = "give `recovers`, `acquired` or `wound_down` a weight above 0";
        t.refuse("ends", "no-weight", "distress has no end: all weights are 0", help);
        return None;
    }
    Some(ends)
}

impl Endings {
    fn weights(&self) -> [(f64, f64); 3] {
        [
            (self.recovers.unwrap_or(0.0), HEALTHY),
            (self.acquired.as_ref().map_or(0.0, |(weight, _)| *weight), ACQUIRED),
            (self.wound_down.as_ref().map_or(0.0, |(weight, _)| *weight), WOUND_DOWN),
        ]
    }

    fn total(&self) -> f64 {
        self.weights().iter().map(|(weight, _)| weight).sum()
    }

    fn cumulative(&self) -> Ends {
        let (total, mut sum) = (self.total(), 0.0);
        let weights = self.weights().into_iter().filter(|(weight, _)| *weight > 0.0);
        Ends(
            weights
                .map(|(weight, phase)| {
                    sum += weight / total;
                    (sum, phase)
                })
                .collect(),
        )
    }
}

impl Distress {
    /// One standard normal score a path, high where distress comes early; correlations name it by the hazard's address.
    fn score(&self, id: &Reference, lookup: &mut dyn Lookup) -> Slot {
        let origin = Origin { address: address(id), written: "by chance".into(), ..self.origin.clone() };
        let distribution = Arc::new(Normal { mean: 0.0, sd: 1.0 });
        lookup.number(&Number { distribution, unit: UnitOf::default(), origin })
    }

    /// The phase, and the books if they decide it.
    fn course(
        &self,
        id: &Reference,
        vendors: &[(Reference, Vendor)],
        forced: Option<usize>,
        lookup: &mut dyn Lookup,
    ) -> Option<(Slot, Option<crate::pricing::Books>)> {
        let name = format!("{}.phase", address(id));
        let ends = self.ends.cumulative();
        let score = self.score(id, lookup);
        let finances = vendors.iter().find(|(id, _)| id.id == self.vendor.id)?.1.finances.as_ref();
        let books = match finances {
            Some(finances) => Some(finances.resolve(Some(score), lookup)?),
            None => None,
        };
        if matches!(self.chance, Chance::Runway) {
            let Some(books) = books else {
                lookup.refuse(no_finances(&self.vendor));
                return None;
            };
            let course = ByRunway {
                runway: books.runway,
                stressed_below: books.stressed_below,
                closes_below: books.closes_below,
                forced,
                ends,
            };
            return Some((lookup.monthly(&name, &[books.runway], Box::new(course)), Some(books)));
        }
        let exposure = lookup.derive(
            "exposure",
            &[score],
            Box::new(move |values, out| {
                for i in 0..LANES {
                    out[i] = -math::ln(math::normal_cdf(values[score][i]));
                }
            }),
        );
        let lasts = Duration::of(self.stressed.lasts.as_ref()?);
        if let Chance::Intensity(path) = &self.chance {
            let intensity = lookup.per_month(path)?;
            let course = ByIntensity { exposure, intensity, forced, lasts, ends };
            return Some((lookup.monthly(&name, &[exposure, intensity], Box::new(course)), books));
        }
        let ageing = self.chance.ageing(lookup)?;
        let course = Timed { exposure, ageing, forced, lasts, ends };
        Some((lookup.monthly(&name, &[exposure, ageing.scale], Box::new(course)), books))
    }
}

fn level(
    id: &Reference,
    what: &str,
    phase: Slot,
    (stressed, acquired): (Option<&Number>, Option<&Number>),
    lookup: &mut dyn Lookup,
) -> Option<Slot> {
    stressed.or(acquired)?;
    let sampler = |number: Option<&Number>| number.map(|number| number.distribution.sampler());
    let level = Level { phase, stressed: sampler(stressed), acquired: sampler(acquired) };
    Some(lookup.monthly(&format!("{}.{what}", address(id)), &[phase], Box::new(level)))
}

fn no_finances(vendor: &Reference) -> Diagnostic {
    let message = format!("`{}` has no `finances` to read a runway from", vendor.id);
    Diagnostic::error("no-finances", vendor.span, message)
        .label("its chance of distress is \"runway\"")
        .help(format!("add `[vendor.{}.finances]`, or say the chance by year or by rating", vendor.id))
}

impl Written for Distress {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn hits(&self) -> Vec<&Reference> {
        Vec::new() // an unknown vendor is told by the family of its key
    }

    fn resolve(
        &self,
        id: &Reference,
        vendors: &[(Reference, Vendor)],
        world: &mut World,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        if world.health(&self.vendor.id).is_some() {
            let message = format!("`{}` gets into distress twice", self.vendor.id);
            let mistake = Diagnostic::error("given-twice", self.vendor.span, message);
            lookup
                .refuse(mistake.label("a second hazard for it").help("keep one `vendor_distress` a vendor"));
            return None;
        }
        let (phase, books) = self.course(id, vendors, world.forced, lookup)?;
        let (stressed, acquired) =
            (&self.stressed, self.ends.acquired.as_ref().and_then(|(_, price)| price.as_ref()));
        let price = (stressed.price_factor.as_ref(), acquired);
        let price = level(id, "price", phase, price, lookup);
        let limits = level(id, "limits", phase, (stressed.limit_factor.as_ref(), None), lookup);
        let outage_factor = level(id, "outages", phase, (stressed.outage_factor.as_ref(), None), lookup);
        let open = self.ends.wound_down.as_ref().filter(|(weight, _)| *weight > 0.0).map(|(_, notice)| {
            warn_if_endless(notice, "the vendor would never be seen closed", lookup);
            let open = Open { phase, notice: Duration::of(notice) };
            lookup.monthly(&format!("{}.open", address(id)), &[phase], Box::new(open))
        });
        world.watch(&self.vendor, Health { phase, outage_factor, books });
        world.strike(
            std::slice::from_ref(&self.vendor),
            Hit { open, price, limits, ..Hit::default() },
            lookup,
        );
        Some(())
    }
}
