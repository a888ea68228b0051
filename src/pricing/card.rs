//! Rate cards: prices per token of one llm.

use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, ListOf, MapOf, Origin, Reader, Reference, TableOf, Text, Title, TitleOf};
use crate::lanes::Slot;
use crate::process::{Lookup, Path, PathOf};
use crate::units;

/// `[vendor.<id>.llm.<id>]`: what a vendor asks for the tokens of one llm.
#[derive(Clone, Debug)]
pub struct RateCard {
    /// What people call it.
    pub title: Option<Title>,
    /// The tokenizer it bills by.
    pub tokenizer: Option<Reference>,
    /// Price of input.
    pub input: Number,
    /// Price of output.
    pub output: Number,
    /// Price per request.
    pub request: Option<Number>,
    /// Cached input.
    pub cache: Option<CacheRates>,
    /// Factor on all rates of work that waits; not sold if absent.
    pub batch: Option<Number>,
    /// Factor on all rates by region; where none is given the region is not known.
    pub regions: Vec<(String, Number)>,
    /// Factor on all rates over time.
    pub over_time: Option<Path>,
    /// Name and place.
    pub origin: Origin,
}

/// Prices of cached input.
#[derive(Clone, Debug)]
pub struct CacheRates {
    /// Input read from the cache.
    pub read: Number,
    /// Input written to it; the ordinary input rate if absent.
    pub write: Option<Number>,
}

impl RateCard {
    /// Reads `[vendor.<id>.llm.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let _sku = t.optional("sku", Text("the vendor's name for it"), "the vendor's name for it");
        let tokenizer = t.optional("tokenizer", Id("tokenizer"), "the tokenizer it bills by");
        let rates = t.required("rates", TableOf(read_rates), "list prices");
        let cache = t.optional(
            "cache",
            TableOf(read_cache),
            "prices of cached input; absent means the vendor caches nothing",
        );
        let batch = t.or(
            "factors",
            "{}",
            TableOf(read_factors),
            "factors on all rates for slower service; absent means not sold",
        );
        let regions = t.or(
            "regions",
            "{}",
            MapOf("region", NumberOf(&units::FACTOR)),
            "factor on all rates by region of processing",
        );
        let over_time = t.optional(
            "over_time",
            PathOf(&units::FACTOR),
            "factor on all rates over time; frozen if absent",
        );
        let (input, output, request) = rates?;
        Some(Self {
            title: title?,
            tokenizer: tokenizer?,
            input,
            output,
            request,
            cache: cache?,
            batch: batch?,
            regions: regions?.into_iter().map(|(id, factor)| (id.id, factor)).collect(),
            over_time: over_time?,
            origin: t.place()?.origin(),
        })
    }
}

fn read_rates(t: &mut Reader) -> Option<(Number, Number, Option<Number>)> {
    let input = t.required("input", NumberOf(&units::MONEY_PER_TOKEN), "per token of input");
    let output = t.required("output", NumberOf(&units::MONEY_PER_TOKEN), "per token of output");
    let request = t.optional("request", NumberOf(&units::MONEY_PER_REQUEST), "per request");
    Some((input?, output?, request?))
}

fn read_cache(t: &mut Reader) -> Option<CacheRates> {
    let read = t.required("read", NumberOf(&units::MONEY_PER_TOKEN), "per token read from the cache");
    let writes = t.or(
        "writes",
        "[]",
        ListOf(TableOf(read_write)),
        "prices of writing to it; the input rate if absent",
    );
    let write = writes?.into_iter().next();
    Some(CacheRates { read: read?, write })
}

fn read_write(t: &mut Reader) -> Option<Number> {
    let lasts = t.required("lasts", QuantityOf(&units::DURATION), "how long what is written can be read");
    let rate = t.required("rate", NumberOf(&units::MONEY_PER_TOKEN), "per token written");
    lasts.and(rate)
}

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn read_factors(t: &mut Reader) -> Option<Option<Number>> {
    t.optional("batch", NumberOf(&units::FACTOR), "work that may wait for a day")
}

/// A rate card in the world: prices of this month, per token, in the scenario's currency.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// Input.
    pub input: Slot,
    /// Output.
    pub output: Slot,
    /// Per request.
    pub request: Option<Slot>,
    /// Input read from the cache.
    pub cache_read: Option<Slot>,
    /// Input written to the cache.
    pub cache_write: Option<Slot>,
    /// Factor for work that waits.
    pub batch: Option<Slot>,
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

    /// Resolves the card for traffic that may be processed in these regions only.
    pub fn resolve(
        &self,
        allowed: Option<&[String]>,
        wanted: Option<&Reference>,
        used_at: &Reference,
        lookup: &mut dyn Lookup,
    ) -> Option<Card> {
        let region = match self.region(allowed, wanted.map(|w| w.id.as_str())) {
            Ok(region) => region,
            Err(sold) => {
                lookup.refuse(
                    Diagnostic::error(
                        "not-allowed-here",
                        used_at.span,
                        format!("`{}` may not serve this traffic: {sold}", used_at.id),
                    )
                    .label("residency: `stays_in` of the traffic is a gate")
                    .related(self.origin.span, "the rate card")
                    .help(
                        "serve it elsewhere, or add the region with its factor to `regions` of the rate card",
                    ),
                );
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
        let rate = |number: &Number, lookup: &mut dyn Lookup| {
            let base = lookup.number(number);
            factors.iter().fold(base, |price, factor| lookup.times(price, *factor))
        };
        Some(Card {
            input: rate(&self.input, lookup),
            output: rate(&self.output, lookup),
            request: self.request.as_ref().map(|number| rate(number, lookup)),
            cache_read: self.cache.as_ref().map(|cache| rate(&cache.read, lookup)),
            cache_write: self.cache.as_ref().and_then(|cache| cache.write.as_ref()).map(|w| rate(w, lookup)),
            batch: self.batch.as_ref().map(|factor| lookup.number(factor)),
        })
    }
}
