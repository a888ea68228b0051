//! Vendors: who sells tokens and GPU-hours.

use super::{Finances, RateCard, Sla};
use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Origin, Reader, Reference, TableOf, Title, TitleOf};
use crate::lanes::{LANES, Slot};
use crate::process::{Hit, Lookup, Path, PathOf};
use crate::units;

/// `[vendor.<id>]`.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// What people call it.
    pub title: Option<Title>,
    /// llms it serves.
    pub llms: Vec<(Reference, RateCard)>,
    /// GPUs it rents out.
    pub gpus: Vec<(Reference, GpuOffer)>,
    /// What a month's bill comes to at least.
    pub minimum: Option<Path>,
    /// The price of a person who may use it.
    pub seat: Option<Path>,
    /// What it gives back for outages.
    pub sla: Option<Sla>,
    /// Its books.
    pub finances: Option<Finances>,
}

impl Vendor {
    /// Reads `[vendor.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let llms =
            t.or("llm", "{}", MapOf("llm", TableOf(RateCard::read)), "llms that it serves, with rate cards");
        let gpus = t.or("gpu", "{}", MapOf("gpu", TableOf(GpuOffer::read)), "GPUs that it rents out");
        let minimum = t.optional(
            "minimum",
            PathOf(&units::MONEY_PER_TIME),
            "what a month's bill comes to at least, after discounts, for who buys from it",
        );
        let seat = t.optional(
            "seat",
            PathOf(&units::MONEY_PER_SEAT_TIME),
            "price of a person who may use it; a contract of kind `seats` says how many",
        );
        let sla = t.optional(
            "sla",
            TableOf(Sla::read),
            "what it gives back for months in which outages hit it; nothing if absent",
        );
        let finances = t.optional(
            "finances",
            TableOf(Finances::read),
            "its cash, revenue and costs: how long it can go on",
        );
        Some(Self {
            title: title?,
            llms: llms?,
            gpus: gpus?,
            minimum: minimum?,
            seat: seat?,
            sla: sla?,
            finances: finances?,
        })
    }

    /// An llm by id.
    pub fn llm(&self, id: &str) -> Option<&RateCard> {
        self.llms.iter().find(|(name, _)| name.id == id).map(|(_, card)| card)
    }

    /// A GPU by id.
    pub fn gpu(&self, id: &str) -> Option<&GpuOffer> {
        self.gpus.iter().find(|(name, _)| name.id == id).map(|(_, offer)| offer)
    }
}

/// `[vendor.<id>.gpu.<id>]`: GPU-hours for rent.
#[derive(Clone, Debug)]
pub struct GpuOffer {
    /// Where the GPUs stand.
    pub regions: Vec<String>,
    /// By the hour.
    pub on_demand: Path,
    /// For a year, paid used or not.
    pub reserved_1y: Option<Reserved>,
    /// For three years.
    pub reserved_3y: Option<Reserved>,
    /// GPUs that may be taken away at any time.
    pub spot: Option<Reserved>,
    /// How often one is taken away.
    pub interruptions: Option<Path>,
    /// Factor on all rates over time.
    pub over_time: Option<Path>,
    /// Name and place.
    pub origin: Origin,
}

/// A reserved price: money, or a factor of the price on demand so that both move together.
#[derive(Clone, Debug)]
pub enum Reserved {
    /// Money per GPU and time.
    Rate(Path),
    /// Factor of the price on demand.
    Factor(Number),
}

impl GpuOffer {
    fn read(t: &mut Reader) -> Option<Self> {
        let regions = t.or(
            "regions",
            "{}",
            MapOf("region", NumberOf(&units::FACTOR)),
            "where the GPUs stand; 1 for each region",
        );
        let rates = t.required("rates", TableOf(read_rates), "list prices");
        let factors =
            t.or("factors", "{}", TableOf(read_factors), "discounts as factors of the price on demand");
        let over_time = t.optional(
            "over_time",
            PathOf(&units::FACTOR),
            "factor on all rates over time; frozen if absent",
        );
        let interruptions = t.optional(
            "interruptions",
            PathOf(&units::EVENTS_PER_GPU_TIME),
            "how often a spot GPU is taken away",
        );
        let ((on_demand, [rate_1y, rate_3y, rate_spot]), [factor_1y, factor_3y, factor_spot]) =
            (rates?, factors?);
        let either = |rate: Option<Path>, factor: Option<Number>| {
            rate.map(Reserved::Rate).or(factor.map(Reserved::Factor))
        };
        Some(Self {
            regions: regions?.into_iter().map(|(id, _)| id.id).collect(),
            on_demand,
            reserved_1y: either(rate_1y, factor_1y),
            reserved_3y: either(rate_3y, factor_3y),
            spot: either(rate_spot, factor_spot),
            interruptions: interruptions?,
            over_time: over_time?,
            origin: t.place()?.origin(),
        })
    }

    /// The price of a GPU-hour on demand, and reserved for a year and for three, in this month.
    pub fn resolve(&self, lookup: &mut dyn Lookup) -> Option<GpuRates> {
        let mut price = lookup.per_hour(&self.on_demand)?;
        let over_time = match &self.over_time {
            Some(path) => Some(lookup.path(path)?),
            None => None,
        };
        if let Some(factor) = over_time {
            price = lookup.times(price, factor);
        }
        let mut reserved = |offer: &Option<Reserved>| -> Option<Option<Slot>> {
            Some(match offer {
                None => None,
                Some(Reserved::Factor(factor)) => {
                    let factor = lookup.number(factor);
                    Some(lookup.times(price, factor))
                }
                Some(Reserved::Rate(path)) => {
                    let rate = lookup.per_hour(path)?;
                    Some(over_time.map_or(rate, |factor| lookup.times(rate, factor)))
                }
            })
        };
        Some(GpuRates {
            reserved_1y: reserved(&self.reserved_1y)?,
            reserved_3y: reserved(&self.reserved_3y)?,
            spot: reserved(&self.spot)?,
            on_demand: price,
        })
    }
}

/// Prices of a GPU-hour in the world, in the scenario's currency.
#[derive(Clone, Copy, Debug)]
pub struct GpuRates {
    /// By the hour.
    pub on_demand: Slot,
    /// For a year.
    pub reserved_1y: Option<Slot>,
    /// For three years.
    pub reserved_3y: Option<Slot>,
    /// Until they are taken away.
    pub spot: Option<Slot>,
}

impl GpuRates {
    /// Prices as hazards leave them: dearer (while GPUs are short on demand and on spot only), and nothing to pay once the vendor is gone. In the month in which it closes, GPUs
    /// by the hour follow the load that is left, and reserved ones are paid until that day.
    #[must_use]
    pub fn hit(mut self, hit: Hit, lookup: &mut dyn Lookup) -> Self {
        let mut times = |price: Option<Slot>, factor: Slot| price.map(|price| lookup.times(price, factor));
        if let Some(factor) = hit.price {
            self.on_demand = times(Some(self.on_demand), factor).unwrap_or(self.on_demand);
            self.reserved_1y = times(self.reserved_1y, factor);
            self.reserved_3y = times(self.reserved_3y, factor);
            self.spot = times(self.spot, factor);
        }
        if let Some(factor) = hit.scarcity {
            self.on_demand = times(Some(self.on_demand), factor).unwrap_or(self.on_demand);
            self.spot = times(self.spot, factor);
        }
        if let Some(open) = hit.open {
            self.reserved_1y = times(self.reserved_1y, open);
            self.reserved_3y = times(self.reserved_3y, open);
            let sold = lookup.derive(
                "still sold",
                &[open],
                Box::new(move |values, out| {
                    for i in 0..LANES {
                        out[i] = if values[open][i] > 0.0 { 1.0 } else { 0.0 };
                    }
                }),
            );
            self.on_demand = lookup.times(self.on_demand, sold);
            self.spot = self.spot.map(|price| lookup.times(price, sold));
        }
        self
    }
}

fn read_rates(t: &mut Reader) -> Option<(Path, [Option<Path>; 3])> {
    let on_demand = t.required("on_demand", PathOf(&units::MONEY_PER_GPU_TIME), "by the hour");
    let one = t.optional("reserved_1y", PathOf(&units::MONEY_PER_GPU_TIME), "for a year, paid used or not");
    let three = t.optional("reserved_3y", PathOf(&units::MONEY_PER_GPU_TIME), "for three years");
    let spot = t.optional("spot", PathOf(&units::MONEY_PER_GPU_TIME), "GPUs that may be taken away");
    Some((on_demand?, [one?, three?, spot?]))
}

fn read_factors(t: &mut Reader) -> Option<[Option<Number>; 3]> {
    let one = t.optional("reserved_1y", NumberOf(&units::FACTOR), "for a year, as a factor of on_demand");
    let three = t.optional("reserved_3y", NumberOf(&units::FACTOR), "for three years");
    let spot = t.optional("spot", NumberOf(&units::FACTOR), "GPUs that may be taken away");
    Some([one?, three?, spot?])
}
