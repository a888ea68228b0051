//! `LiteLLM`'s price map: one object with a member per llm, prices in USD per token. Old and new versions alike, because its
//! fields are read by rule.

use std::collections::BTreeMap;

use super::decimal::{Decimal, NoPrice};
use super::entry::{Catalog, Entry, Instead, Problem, Rates, Tier, Why, id_of};
use super::field::{Meaning, Part, Price, Service, meaning};
use super::json::{Member, Node, Value, place};
use super::vendors::{is_wanted, vendor_of, without_vendor};
use super::{Options, WORDS_OF_ZERO};
use crate::calendar::Date;

/// Kinds of llm that turn text tokens into text, or into vectors and scores of text.
const TEXT_MODES: [&str; 6] = ["chat", "completion", "responses", "embedding", "rerank", "moderation"];
/// The member that documents the others.
const DOCUMENTATION: &str = "sample_spec";
/// No llm costs more than this per token, in USD: the dearest on record is gpt-4.5 and o1-pro at 0.00015 in, 0.0006 out.
/// `LiteLLM` 1.82.0 has entries a hundred thousand times too high, cents per million written as dollars per token.
const DEAREST_PER_TOKEN: f64 = 0.002;

/// Prices by what they are for.
type Prices = BTreeMap<Price, Decimal>;
/// Why an entry is refused, and how to say it.
type Refusal = (Why, String);

/// Whether a file is such a map: an object of objects that name a provider or a price.
pub(super) fn is_such(root: &Node) -> bool {
    let known = ["litellm_provider", "input_cost_per_token", "max_tokens"];
    root.members().iter().take(50).any(|llm| known.iter().any(|key| llm.node.get(key).is_some()))
}

/// Reads the map.
pub(super) fn read(text: &str, root: &Node, options: &Options, catalog: &mut Catalog) {
    catalog.form = "LiteLLM's price map";
    let mut names: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    for llm in root.members() {
        names.entry(&llm.key).or_default().push(llm);
    }
    for llm in root.members().iter().filter(|llm| llm.key != DOCUMENTATION) {
        let provider = llm.node.get("litellm_provider").and_then(Node::text).unwrap_or("");
        if !is_wanted(&vendor_of(provider), &options.vendors) {
            catalog.skip("of another vendor");
            continue;
        }
        let refuse = |(why, message): Refusal| Problem {
            why,
            entry: llm.key.clone(),
            place: place(text, llm.at),
            message,
        };
        let twice = names.get(llm.key.as_str()).filter(|all| all.len() > 1);
        match twice
            .map_or_else(|| entry(text, llm, provider, options, catalog), |all| Err(given_twice(text, all)))
        {
            Ok(Some(entry)) => catalog.take(entry, &llm.key),
            Ok(None) => {}
            Err(refusal) => catalog.problems.push(refuse(refusal)),
        }
    }
}

fn given_twice(text: &str, all: &[&Member]) -> Refusal {
    let lines: Vec<_> = all.iter().map(|llm| place(text, llm.at).line.to_string()).collect();
    (Why::Twice, format!("given {} times, on lines {}", all.len(), lines.join(", ")))
}

/// One llm. `Ok(None)` if it was counted elsewhere.
fn entry(
    text: &str,
    llm: &Member,
    provider: &str,
    options: &Options,
    catalog: &mut Catalog,
) -> Result<Option<Entry>, Refusal> {
    if !llm.node.whole {
        return Err((Why::Broken, "the file breaks off in the middle of it".into()));
    }
    if !matches!(llm.node.value, Value::Object(_)) {
        return Err((Why::Malformed, format!("it is {}, not an object", llm.node.describe())));
    }
    refuse_double_keys(llm)?;
    count_fields(&llm.node, catalog);
    let mode = llm.node.get("mode").and_then(Node::text);
    if let Some(mode) = mode.filter(|mode| !TEXT_MODES.contains(mode)) {
        catalog.skip(format!("not priced by text tokens: {mode}"));
        return Ok(None);
    }
    let mut prices = prices(&llm.node)?;
    let mut tiers = tiers(&llm.node, &mut prices)?;
    let id = id_of(without_vendor(&llm.key, provider));
    if provider.is_empty() || id.is_empty() {
        return Err((Why::Malformed, "it does not say `litellm_provider`, or has no name".into()));
    }
    let standard = |part| Price { part, above: None, service: Service::Standard, lasts_an_hour: false };
    let (Some(input), Some(output)) =
        (prices.get(&standard(Part::Input)), prices.get(&standard(Part::Output)))
    else {
        return no_price(&llm.node, &prices, catalog);
    };
    if input.is_zero() && output.is_zero() && !options.free {
        catalog.skip(WORDS_OF_ZERO);
        return Ok(None);
    }
    let get = |part| prices.get(&standard(part)).copied();
    let hour = Price { lasts_an_hour: true, ..standard(Part::CacheWrite) };
    tiers.extend(written_tiers(&prices));
    tiers.sort_by_key(|tier| tier.above);
    let rates = Rates {
        input: *input,
        output: *output,
        reasoning: get(Part::Reasoning).filter(|reasoning| reasoning != output),
        request: get(Part::Request).filter(|price| !price.is_zero()).map(|price| price.shifted(-6)),
        cache_read: get(Part::CacheRead),
        // A write at zero means nothing on top of the input rate, which is what the absence of a rate says.
        cache_write: get(Part::CacheWrite).filter(|price| !price.is_zero()),
        cache_write_hour: prices.get(&hour).copied().filter(|price| !price.is_zero()),
        tiers,
    };
    let mut remarks = Vec::new();
    let regions = regions(&llm.node, catalog, &mut remarks);
    Ok(Some(Entry {
        vendor: vendor_of(provider),
        id,
        sku: without_vendor(&llm.key, provider).to_owned(),
        title: None,
        rates,
        services: services(&prices),
        regions,
        windows: Vec::new(),
        announced: Vec::new(),
        context: whole(llm.node.get("max_input_tokens").or_else(|| llm.node.get("max_tokens"))),
        retires: retires(&llm.node)?,
        remarks,
        place: place(text, llm.at),
    }))
}

fn refuse_double_keys(llm: &Member) -> Result<(), Refusal> {
    let mut keys: Vec<&str> = llm.node.members().iter().map(|field| field.key.as_str()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err((Why::Twice, format!("it gives `{}` twice", pair[0]))),
        None => Ok(()),
    }
}

/// Counts the fields that no rate card can hold.
fn count_fields(llm: &Node, catalog: &mut Catalog) {
    for field in llm.members().iter().filter(|field| !matches!(field.node.value, Value::Null)) {
        let counts = match meaning(&field.key) {
            Meaning::Unpriced => &mut catalog.unpriced,
            Meaning::Unknown => &mut catalog.unknown,
            Meaning::Price(_) | Meaning::About => continue,
        };
        *counts.entry(field.key.clone()).or_insert(0) += 1;
    }
}

/// The prices of an object, USD per million tokens; those of requests too, a million of them.
fn prices(node: &Node) -> Result<Prices, Refusal> {
    let mut prices = Prices::new();
    for field in node.members() {
        let Meaning::Price(price) = meaning(&field.key) else { continue };
        if matches!(field.node.value, Value::Null) {
            continue;
        }
        let read = number(&field.key, &field.node)?;
        if read.to_f64() > DEAREST_PER_TOKEN && price.part != Part::Request {
            let million = read.shifted(6);
            return Err((Why::WrongUnit, format!("`{}` is {million} USD per million tokens", field.key)));
        }
        // Two names of one price (a cache hit is a read of the cache) have to agree.
        let read = read.shifted(6);
        if prices.insert(price, read).is_some_and(|before| before != read) {
            return Err((Why::Twice, format!("`{}` is given under two names, with two prices", field.key)));
        }
    }
    Ok(prices)
}

/// A number that is not negative.
pub(super) fn number(key: &str, node: &Node) -> Result<Decimal, Refusal> {
    let Value::Number(written) = node.value else {
        return Err((Why::NoNumber, format!("`{key}` is {}", node.describe())));
    };
    Decimal::parse(written).map_err(|why| match why {
        NoPrice::Negative => (Why::Negative, format!("`{key}` is {written}")),
        NoPrice::NoNumber => (Why::NoNumber, format!("`{key}` is {written}")),
    })
}

/// `tiered_pricing` of tokens: ranges of input tokens with prices of their own. The first range gives the ordinary prices.
fn tiers(llm: &Node, prices_of_all: &mut Prices) -> Result<Vec<Tier>, Refusal> {
    let mut tiers = Vec::new();
    for range in llm.get("tiered_pricing").map_or(&[][..], Node::items) {
        let Some(from) = range.get("range").and_then(|range| range.items().first()) else { continue };
        let from = whole(Some(from)).ok_or_else(|| {
            (Why::NoNumber, format!("a range of `tiered_pricing` begins at {}", from.describe()))
        })?;
        let prices = prices(range)?;
        if from == 0 {
            for (price, amount) in prices {
                prices_of_all.entry(price).or_insert(amount);
            }
        } else {
            tiers.push(Tier { above: from, prices: instead(&prices, None, Service::Standard) });
        }
    }
    Ok(tiers)
}

/// The tiers in the names of fields: `…_above_200k_tokens`.
fn written_tiers(prices: &Prices) -> Vec<Tier> {
    let standard = prices.keys().filter(|price| price.service == Service::Standard);
    let mut above: Vec<u64> = standard.filter_map(|price| price.above).collect();
    above.sort_unstable();
    above.dedup();
    let tier = |above| Tier { above, prices: instead(prices, Some(above), Service::Standard) };
    above.into_iter().map(tier).collect()
}

fn services(prices: &Prices) -> BTreeMap<Service, Instead> {
    let named = prices.keys().filter(|price| price.service != Service::Standard && price.above.is_none());
    let mut services = BTreeMap::new();
    for price in named {
        services.entry(price.service).or_insert_with(|| instead(prices, None, price.service));
    }
    services
}

fn instead(prices: &Prices, above: Option<u64>, service: Service) -> Instead {
    let get = |part| prices.get(&Price { part, above, service, lasts_an_hour: false }).copied();
    Instead {
        input: get(Part::Input),
        output: get(Part::Output),
        reasoning: get(Part::Reasoning),
        cache_read: get(Part::CacheRead),
        cache_write: get(Part::CacheWrite),
    }
}

/// Why there is no price per token: something else is priced, or the unit is not known.
fn no_price(llm: &Node, prices: &Prices, catalog: &mut Catalog) -> Result<Option<Entry>, Refusal> {
    let fields: Vec<&str> = llm.members().iter().map(|field| field.key.as_str()).collect();
    let priced = |field: &&&str| field.contains("cost") && meaning(field) == Meaning::Unknown;
    if let Some(unknown) = fields.iter().find(priced) {
        return Err((Why::NoPrice, format!("nobody knows the unit of `{unknown}`")));
    }
    if fields.iter().any(|field| meaning(field) == Meaning::Unpriced) {
        catalog.skip("priced by something else than text tokens");
        return Ok(None);
    }
    if prices.is_empty() {
        catalog.skip("without any price");
        return Ok(None);
    }
    let vectors = ["embedding", "rerank"];
    if llm.get("mode").and_then(Node::text).is_some_and(|mode| vectors.contains(&mode)) {
        catalog.skip("without a price of output tokens");
        return Ok(None);
    }
    Err((Why::NoPrice, "it does not say both `input_cost_per_token` and `output_cost_per_token`".into()))
}

/// Factors by region of `provider_specific_entry`; its other entries are counted as prices of other things.
fn regions(llm: &Node, catalog: &mut Catalog, remarks: &mut Vec<String>) -> Vec<(String, Decimal)> {
    let mut regions = Vec::new();
    for special in llm.get("provider_specific_entry").map_or(&[][..], Node::members) {
        let is_region = special.key.len() == 2 && special.key.bytes().all(|b| b.is_ascii_lowercase());
        match number(&special.key, &special.node) {
            Ok(factor) if is_region && !factor.is_zero() => regions.push((special.key.clone(), factor)),
            _ => {
                let name = format!("provider_specific_entry.{}", special.key);
                *catalog.unpriced.entry(name).or_insert(0) += 1;
                remarks.push(format!("{}: factor {}", special.key, special.node.describe()));
            }
        }
    }
    regions
}

/// A whole number, also one written as `256000.0`.
pub(super) fn whole(node: Option<&Node>) -> Option<u64> {
    let Value::Number(written) = node?.value else { return None };
    Decimal::parse(written).ok()?.to_string().parse().ok()
}

fn retires(llm: &Node) -> Result<Option<Date>, Refusal> {
    match llm.get("deprecation_date").and_then(Node::text).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Date::parse(text)
            .map(Some)
            .map_err(|_| (Why::Malformed, format!("`deprecation_date` is {text:?}, not a day"))),
    }
}
