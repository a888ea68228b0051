//! A rate card in the world: prices of each month for one kind of work.

use super::announced::{Rates, dated};
use super::long_context::{Band, bands};
use super::tier::Factors;
use super::windows::overlap;
use super::{RateCard, Window};
use crate::diagnostic::Diagnostic;
use crate::distribution::Number;
use crate::document::Reference;
use crate::lanes::{LANES, Lanes, Slot};
use crate::process::{Lookup, Path};

/// What is asked of a rate card, and where.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Regions where the work may be processed; anywhere if absent.
    pub allowed: Option<&'a [String]>,
    /// The region that is wanted.
    pub region: Option<&'a Reference>,
    /// Load by hour of the week; empty where work arrives at any time alike.
    pub week: &'a [f64],
    /// How long what is written to the cache should last, in hours.
    pub lasts: Option<f64>,
    /// Where the card is named.
    pub at: &'a Reference,
}

/// A rate card in the world: prices of this month, per token, in the scenario's currency.
#[derive(Clone, Debug)]
pub struct Card {
    /// Input.
    pub input: Slot,
    /// Output.
    pub output: Slot,
    /// Reasoning; as output if absent.
    pub reasoning: Option<Slot>,
    /// Per request.
    pub request: Option<Slot>,
    /// Input read from the cache.
    pub cache_read: Option<Slot>,
    /// Input written to the cache.
    pub cache_write: Option<Slot>,
    /// What is written, for as long as it lasts.
    pub stored: Option<Stored>,
    /// Tokens of the part that repeats below which nothing is cached.
    pub cache_minimum: Option<f64>,
    /// Factors by tier of service.
    pub factors: Factors<Slot>,
    /// Prices by length of the request; empty where length does not matter.
    pub bands: Vec<Band>,
}

/// The price of storing a token in the cache for an hour, and for how many.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Per token and hour.
    pub price: Slot,
    /// Hours that what is written lasts.
    pub hours: f64,
}

impl RateCard {
    /// The cheapest region among those allowed, or a mistake that says what is sold where.
    ///
    /// `None` inside `Ok`: the vendor names no regions and the traffic asks for none.
    fn region(&self, allowed: Option<&[String]>, wanted: Option<&str>) -> Result<Option<&Number>, String> {
        let may = |region: &str| {
            allowed.is_none_or(|list| list.iter().any(|a| a == region)) && wanted.is_none_or(|w| w == region)
        };
        if self.regions.is_empty() && allowed.is_none() && wanted.is_none() {
            return Ok(None);
        }
        let best = self
            .regions
            .iter()
            .filter(|(region, _)| may(region))
            .min_by(|(_, a), (_, b)| a.distribution.mean().total_cmp(&b.distribution.mean()));
        let sold: Vec<_> = self.regions.iter().map(|(region, _)| region.as_str()).collect();
        best.map(|(_, factor)| Some(factor)).ok_or_else(|| {
            let sold = if sold.is_empty() { "no region".into() } else { sold.join(", ") };
            format!("it is sold in {sold}")
        })
    }

    /// Resolves the card for work that may be processed in some regions only, and arrives at some hours.
    pub fn resolve(&self, asked: &Asked, lookup: &mut dyn Lookup) -> Option<Card> {
        let region = match self.region(asked.allowed, asked.region.map(|wanted| wanted.id.as_str())) {
            Ok(region) => region,
            Err(sold) => {
                lookup.refuse(self.not_sold_there(asked.at, &sold));
                return None;
            }
        };
        let mut factors = Vec::new();
        if let Some(factor) = region {
            factors.push(lookup.number(factor));
        }
        if let Some(path) = &self.over_time {
            factors.push(lookup.path(path)?);
        }
        if !self.windows.is_empty() {
            factors.push(over_the_week(&self.windows, asked.week, lookup)?);
        }
        let write = match &self.cache {
            Some(cache) => cache.write(asked.lasts, asked.at, lookup)?,
            None => None,
        };
        let storage = self.cache.as_ref().and_then(|cache| cache.storage.clone()).zip(write);
        let stored = match storage {
            Some((price, write)) => {
                let price = lookup.per_hour(&Path::Number(price))?;
                let price = multiplied(price, &factors, lookup);
                Some(Stored { price, hours: write.hours })
            }
            None => None,
        };
        let mut rate = |now: &Number, which: fn(&Rates) -> Option<&Number>| {
            let base = dated(now, &self.announced, which, lookup);
            multiplied(base, &factors, lookup)
        };
        let (input, output) =
            (rate(&self.input, |r| r.input.as_ref()), rate(&self.output, |r| r.output.as_ref()));
        let reasoning = self.reasoning.as_ref().map(|now| rate(now, |r| r.reasoning.as_ref()));
        let request = self.request.as_ref().map(|now| rate(now, |r| r.request.as_ref()));
        let cache_read = self.cache.as_ref().map(|cache| rate(&cache.read, |r| r.cache_read.as_ref()));
        let cache_write = write.map(|write| rate(&write.rate, |_| None));
        let mut factor = |factor: &Option<Number>| factor.as_ref().map(|number| lookup.number(number));
        let factors = Factors {
            batch: factor(&self.factors.batch),
            flex: factor(&self.factors.flex),
            priority: factor(&self.factors.priority),
        };
        let bands = if self.long_context.is_empty() { Vec::new() } else { bands(&self.long_context, lookup) };
        let cache_minimum = self.cache.as_ref().and_then(|cache| cache.minimum);
        Some(Card {
            input,
            output,
            reasoning,
            request,
            cache_read,
            cache_write,
            stored,
            cache_minimum,
            factors,
            bands,
        })
    }

    fn not_sold_there(&self, at: &Reference, sold: &str) -> Diagnostic {
        Diagnostic::error(
            "not-allowed-here",
            at.span,
            format!("`{}` may not serve this traffic: {sold}", at.id),
        )
        .label("residency: `stays_in` of the traffic is a gate")
        .related(self.origin.span, "the rate card")
        .help("serve it elsewhere, or add the region with its factor to `regions` of the rate card")
    }
}

fn multiplied(base: Slot, factors: &[Slot], lookup: &mut dyn Lookup) -> Slot {
    factors.iter().fold(base, |price, factor| lookup.times(price, *factor))
}

/// The mean of the windows' factors over the load of a week, 1 where none holds.
fn over_the_week(windows: &[Window], week: &[f64], lookup: &mut dyn Lookup) -> Option<Slot> {
    let local = lookup.timeline().zone;
    if overlap(windows, local, lookup) {
        return None;
    }
    let week = if week.is_empty() { &[1.0] } else { week };
    let shares: Vec<(f64, Slot)> = windows
        .iter()
        .map(|window| (window.hours.share(week, local), lookup.number(&window.factor)))
        .collect();
    let inputs: Vec<Slot> = shares.iter().map(|(_, factor)| *factor).collect();
    Some(lookup.derive(
        "factor by time of day, over the week",
        &inputs,
        Box::new(move |values, out| {
            *out = Lanes::splat(1.0);
            for (share, factor) in &shares {
                for i in 0..LANES {
                    out[i] += share * (values[*factor][i] - 1.0);
                }
            }
        }),
    ))
}
