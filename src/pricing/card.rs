//! Rate cards: prices per token of one llm, as a scenario states them.

use super::announced::{Rates, Retirement, RetirementOf};
use super::cache::{self, CacheRates};
use super::limits::{self, Limits};
use super::long_context::ContextTier;
use super::provisioned::Offer;
use super::tier::{self, Factors};
use super::windows::Window;
use crate::calendar::YearMonth;
use crate::distribution::{Number, NumberOf};
use crate::document::{Dated, Id, ListOf, MapOf, Origin, Reader, Reference, TableOf, Text, Title, TitleOf};
use crate::process::{Path, PathOf};
use crate::units;

/// `[vendor.<id>.llm.<id>]`: what a vendor asks for the tokens of one llm.
#[derive(Clone, Debug)]
pub struct RateCard {
    /// What people call it.
    pub title: Option<Title>,
    /// The open llm that it is, whose tokenizer and scores it has where it says no others.
    pub is: Option<Reference>,
    /// The tokenizer it bills by.
    pub tokenizer: Option<Reference>,
    /// Its scores, by evaluation.
    pub quality: Vec<(String, Number)>,
    /// Price of input.
    pub input: Number,
    /// Price of output.
    pub output: Number,
    /// Price of reasoning; that of output if absent.
    pub reasoning: Option<Number>,
    /// Price per request.
    pub request: Option<Number>,
    /// Cached input.
    pub cache: Option<CacheRates>,
    /// Factors on the rates of tokens by tier of service.
    pub factors: Factors<Number>,
    /// Factor on all rates by region; where none is given the region is not known.
    pub regions: Vec<(String, Number)>,
    /// Prices of long requests, from the shortest on.
    pub long_context: Vec<ContextTier>,
    /// Factors by time of day.
    pub windows: Vec<Window>,
    /// Changes of named rates that are known, by month.
    pub announced: Vec<(YearMonth, Rates)>,
    /// From when on it serves nothing.
    pub retires: Option<Retirement>,
    /// How much the vendor takes at a time.
    pub limits: Limits,
    /// Throughput sold by the unit.
    pub provisioned: Option<Offer>,
    /// Factor on all rates over time.
    pub over_time: Option<Path>,
    /// Name and place.
    pub origin: Origin,
}

impl RateCard {
    /// Reads `[vendor.<id>.llm.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let is = read_is(t);
        let rates = t.required("rates", TableOf(read_rates), "list prices");
        let cache = t.optional(
            "cache",
            TableOf(cache::read),
            "prices of cached input; absent means the vendor caches nothing",
        );
        let factors = t.or(
            "factors",
            "{}",
            TableOf(tier::read),
            "factors on the rates of tokens for other tiers of service; absent means not sold",
        );
        let regions = t.or(
            "regions",
            "{}",
            MapOf("region", NumberOf(&units::FACTOR)),
            "factor on all rates by region of processing",
        );
        let long_context = t.or(
            "long_context",
            "[]",
            ListOf(TableOf(ContextTier::read)),
            "a call with more input is repriced as a whole, over how calls differ: lognormal with log sd 0.75 where a traffic only says its average",
        );
        let windows =
            t.or("windows", "[]", ListOf(TableOf(Window::read)), "factors on all rates by time of day");
        let (announced, retires) = read_dates(t);
        let limits =
            t.or("limits", "{}", TableOf(limits::read), "how much it takes at a time; unlimited if absent");
        let provisioned =
            t.optional("provisioned", TableOf(Offer::read), "throughput sold by the unit, paid used or not");
        let over_time = t.optional(
            "over_time",
            PathOf(&units::FACTOR),
            "factor on all rates over time; frozen if absent",
        );
        let (is, rates, cache) = (is?, rates?, cache?);
        let (long_context, announced) = (long_context?, announced?);
        check_announced(t, &announced, &rates, cache.is_some())?;
        for pair in long_context.windows(2) {
            if let Some(mistake) = pair[1].wrong_after(&pair[0]) {
                t.place()?.scope.push(mistake);
                return None;
            }
        }
        Some(Self {
            title: is.title,
            is: is.llm,
            tokenizer: is.tokenizer,
            quality: is.quality,
            input: rates.input,
            output: rates.output,
            reasoning: rates.reasoning,
            request: rates.request,
            cache,
            factors: factors?,
            regions: regions?.into_iter().map(|(id, factor)| (id.id, factor)).collect(),
            long_context,
            windows: windows?,
            announced,
            retires: retires?,
            limits: limits?,
            provisioned: provisioned?,
            over_time: over_time?,
            origin: t.place()?.origin(),
        })
    }
}

/// Which llm it is.
struct Is {
    title: Option<Title>,
    llm: Option<Reference>,
    tokenizer: Option<Reference>,
    quality: Vec<(String, Number)>,
}

fn read_is(t: &mut Reader) -> Option<Is> {
    let title = t.optional("title", TitleOf, "what people call it");
    let _sku = t.optional("sku", Text("the vendor's name for it"), "the vendor's name for it");
    let llm = t.optional(
        "is",
        Id("llm"),
        "the open llm that it is: its tokenizer and its scores, where none are said here",
    );
    let tokenizer = t.optional("tokenizer", Id("tokenizer"), "the tokenizer it bills by");
    let scores = MapOf("evaluation", NumberOf(&units::SHARE));
    let quality = t.or("quality", "{}", scores, "its scores by evaluation, for traffics that need one");
    let quality = quality?.into_iter().map(|(evaluation, score)| (evaluation.id, score)).collect();
    Some(Is { title: title?, llm: llm?, tokenizer: tokenizer?, quality })
}

/// A rate that changes must be there to begin with.
fn check_announced(
    t: &mut Reader,
    announced: &[(YearMonth, Rates)],
    now: &ListPrices,
    cached: bool,
) -> Option<()> {
    for (month, rates) in announced {
        let unknown = [
            ("reasoning", rates.reasoning.is_some() && now.reasoning.is_none()),
            ("request", rates.request.is_some() && now.request.is_none()),
            ("cache_read", rates.cache_read.is_some() && !cached),
        ];
        if let Some((name, _)) = unknown.iter().find(|(_, unknown)| *unknown) {
            let message = format!("`{name}` changes in {month}, and has no rate until then");
            t.refuse("announced", "no-rate", &message, "add its rate of today to the rate card");
            return None;
        }
    }
    Some(())
}

type Dates = (Option<Vec<(YearMonth, Rates)>>, Option<Option<Retirement>>);

fn read_dates(t: &mut Reader) -> Dates {
    let announced = t.or(
        "announced",
        "{}",
        Dated(TableOf(Rates::read)),
        "changes of named rates that are known, by the month from which on they hold",
    );
    let retires = t.optional(
        "retires",
        RetirementOf,
        "the month or day from which on it serves nothing: requests go to the next entry, or are shed",
    );
    (announced, retires)
}

/// `rates`.
struct ListPrices {
    input: Number,
    output: Number,
    reasoning: Option<Number>,
    request: Option<Number>,
}

fn read_rates(t: &mut Reader) -> Option<ListPrices> {
    let input = t.required("input", NumberOf(&units::MONEY_PER_TOKEN), "per token of input");
    let output = t.required("output", NumberOf(&units::MONEY_PER_TOKEN), "per token of output");
    let reasoning = t.optional(
        "reasoning",
        NumberOf(&units::MONEY_PER_TOKEN),
        "per token of reasoning; the rate of output if absent",
    );
    let request = t.optional("request", NumberOf(&units::MONEY_PER_REQUEST), "per request");
    Some(ListPrices { input: input?, output: output?, reasoning: reasoning?, request: request? })
}
