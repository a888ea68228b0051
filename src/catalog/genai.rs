//! The data of genai-prices (Pydantic): a list of providers with their llms, prices in USD per million tokens, with start dates,
//! times of day and tiers.

use std::collections::{BTreeMap, BTreeSet};

use super::decimal::Decimal;
use super::entry::{Catalog, Entry, Instead, Problem, Rates, Tier, Why, Window, id_of};
use super::json::{Node, Value, place};
use super::litellm::{number, whole};
use super::vendors::{is_wanted, vendor_of, without_vendor};
use super::{Options, WORDS_OF_ZERO};
use crate::calendar::{Date, TimeOfDay};

/// Prices of text tokens by their field names; all in USD per million tokens, but the last, per thousand requests.
const PRICED: [&str; 5] =
    ["input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "requests_kcount"];
/// Fields of an llm that are no prices.
const ABOUT: [&str; 8] =
    ["id", "name", "description", "match", "context_window", "price_comments", "prices", "deprecated"];
/// As in `LiteLLM`'s map: no llm costs 2,000 USD for a million tokens.
const DEAREST_PER_MTOK: f64 = 2000.0;

/// Why an entry is refused, and how to say it.
type Refusal = (Why, String);
/// A price, and prices above thresholds of input tokens.
type Amount = (Decimal, Vec<(u64, Decimal)>);
/// Prices by the names of their fields.
type Amounts<'a> = BTreeMap<&'a str, Amount>;
/// The day that prices begin, and the minutes of the day between which they hold.
type Condition = (Option<Date>, Option<(u16, u16)>);

/// Whether a file is such a list.
pub(super) fn is_such(root: &Node) -> bool {
    root.items()
        .first()
        .is_some_and(|provider| provider.get("models").is_some() || provider.get("id").is_some())
}

/// Reads the list.
pub(super) fn read(text: &str, root: &Node, options: &Options, catalog: &mut Catalog) {
    catalog.form = "genai-prices";
    for provider in root.items() {
        let name = provider.get("id").and_then(Node::text).unwrap_or("");
        let models = provider.get("models").map_or(&[][..], Node::items);
        let ids: Vec<&str> = models.iter().filter_map(|llm| llm.get("id")?.text()).collect();
        for llm in models {
            if !is_wanted(&vendor_of(name), &options.vendors) {
                catalog.skip("of another vendor");
                continue;
            }
            let id = llm.get("id").and_then(Node::text).unwrap_or("");
            let read = if ids.iter().filter(|other| **other == id).count() > 1 {
                Err((Why::Twice, format!("`{name}` has it more than once")))
            } else {
                entry(text, llm, name, id, options, catalog)
            };
            match read {
                Ok(Some(entry)) => catalog.take(entry, &format!("{name}-{id}")),
                Ok(None) => {}
                Err((why, message)) => catalog.problems.push(Problem {
                    why,
                    entry: format!("{name}/{id}"),
                    place: place(text, llm.at),
                    message,
                }),
            }
        }
    }
}

/// Prices under a condition.
struct Conditional {
    starts: Option<Date>,
    window: Option<(u16, u16)>,
    rates: Rates,
}

/// One llm. `Ok(None)` if it was counted elsewhere.
fn entry(
    text: &str,
    llm: &Node,
    provider: &str,
    name: &str,
    options: &Options,
    catalog: &mut Catalog,
) -> Result<Option<Entry>, Refusal> {
    if !llm.whole {
        return Err((Why::Broken, "the file breaks off in the middle of it".into()));
    }
    let id = id_of(without_vendor(name, provider));
    if provider.is_empty() || id.is_empty() {
        return Err((Why::Malformed, "it has no id, or its provider has none".into()));
    }
    for field in llm.members().iter().filter(|field| !ABOUT.contains(&field.key.as_str())) {
        *catalog.unknown.entry(field.key.clone()).or_insert(0) += 1;
    }
    let Some(prices) = llm.get("prices") else {
        return Err((Why::NoPrice, "it does not say `prices`".into()));
    };
    let mut other = BTreeSet::new();
    let Some(all) = conditionals(prices, &mut other, catalog)? else { return Ok(None) };
    let Some(now) = split(all, options.as_of)? else {
        return Err((Why::NoPrice, "its prices begin after the day of the catalog".into()));
    };
    if now.rates.input.is_zero() && now.rates.output.is_zero() && !options.free {
        catalog.skip(WORDS_OF_ZERO);
        return Ok(None);
    }
    let said = |key: &str| llm.get(key).and_then(Node::text).map(str::to_owned);
    let mut remarks: Vec<String> = said("price_comments").into_iter().collect();
    if matches!(llm.get("deprecated").map(|node| &node.value), Some(Value::Flag(true))) {
        remarks.push("deprecated".into());
    }
    Ok(Some(Entry {
        vendor: vendor_of(provider),
        id,
        sku: without_vendor(name, provider).to_owned(),
        title: said("name"),
        rates: now.rates,
        services: BTreeMap::new(),
        regions: Vec::new(),
        windows: now.windows,
        announced: now.announced,
        context: whole(llm.get("context_window")),
        retires: None,
        remarks,
        place: place(text, llm.at),
    }))
}

/// Prices, or a list of prices under conditions. `None` if they are of other things than text tokens.
fn conditionals(
    prices: &Node,
    other: &mut BTreeSet<String>,
    catalog: &mut Catalog,
) -> Result<Option<Vec<Conditional>>, Refusal> {
    let mut all = Vec::new();
    let plain = matches!(prices.value, Value::Object(_));
    let list: Vec<(&Node, Option<&Node>)> = if plain {
        vec![(prices, None)]
    } else {
        let items = prices.items().iter();
        items.filter_map(|item| Some((item.get("prices")?, item.get("constraint")))).collect()
    };
    if list.is_empty() {
        return Err((Why::Malformed, format!("`prices` is {}, or empty", prices.describe())));
    }
    for (prices, constraint) in list {
        let Some(rates) = rates(prices, other, catalog)? else { return Ok(None) };
        let (starts, window) = match constraint {
            None => (None, None),
            Some(constraint) => condition(constraint)?,
        };
        all.push(Conditional { starts, window, rates });
    }
    for name in &*other {
        *catalog.unpriced.entry(name.clone()).or_insert(0) += 1;
    }
    Ok(Some(all))
}

fn condition(node: &Node) -> Result<Condition, Refusal> {
    let known = ["start_date", "start_time", "end_time"];
    if let Some(unknown) = node.members().iter().find(|m| !known.contains(&m.key.as_str())) {
        return Err((Why::Malformed, format!("nobody knows the condition `{}`", unknown.key)));
    }
    let text = |key: &str| node.get(key).and_then(Node::text);
    let starts = match text("start_date") {
        None => None,
        Some(day) => Some(
            Date::parse(day).map_err(|_| (Why::Malformed, format!("`start_date` is {day:?}, not a day")))?,
        ),
    };
    let window = match (text("start_time"), text("end_time")) {
        (None, None) => None,
        (from, until) => {
            let minute = |time: Option<&str>| time.and_then(utc_minute);
            let message = || (Why::Malformed, format!("{from:?} to {until:?} is no time of day in UTC"));
            Some((minute(from).ok_or_else(message)?, minute(until).ok_or_else(message)?))
        }
    };
    Ok((starts, window))
}

/// The minute of the day of `16:30:00Z`.
fn utc_minute(text: &str) -> Option<u16> {
    let time = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let minutes = time.strip_suffix(":00").filter(|t| t.contains(':')).unwrap_or(time);
    TimeOfDay::parse(minutes).ok().map(TimeOfDay::minutes)
}

/// What holds on a day.
struct Now {
    rates: Rates,
    windows: Vec<Window>,
    announced: Vec<(Date, Rates)>,
}

/// Prices of the day, of the hours of the day, and of later. As in genai-prices itself the last that holds wins.
fn split(all: Vec<Conditional>, day: Date) -> Result<Option<Now>, Refusal> {
    let (mut rates, mut windows, mut announced) = (None, Vec::new(), Vec::new());
    for prices in all {
        match (prices.starts, prices.window) {
            (Some(starts), None) if day.days_until(starts) > 0 => announced.push((starts, prices.rates)),
            (_, None) => {
                rates = Some(prices.rates);
                windows.clear();
            }
            (Some(_), Some(_)) => {
                return Err((
                    Why::Malformed,
                    "prices by time of day that begin on a day are not read".into(),
                ));
            }
            (None, Some((from, until))) => windows.push(Window { from, until, rates: prices.rates }),
        }
    }
    announced.sort_by_key(|(day, _)| *day);
    Ok(rates.map(|rates| Now { rates, windows, announced }))
}

/// `None` if they are of other things than text tokens.
fn rates(
    prices: &Node,
    other: &mut BTreeSet<String>,
    catalog: &mut Catalog,
) -> Result<Option<Rates>, Refusal> {
    let mut amounts = Amounts::new();
    for field in prices.members().iter().filter(|field| !matches!(field.node.value, Value::Null)) {
        let key = field.key.as_str();
        if PRICED.contains(&key) {
            let amount = amount(key, &field.node)?;
            if amounts.insert(key, amount).is_some() {
                return Err((Why::Twice, format!("`{key}` is given twice")));
            }
        } else if key.contains("audio") || key.contains("image") || key.contains("video") {
            other.insert(field.key.clone());
        } else {
            *catalog.unknown.entry(field.key.clone()).or_insert(0) += 1;
        }
    }
    let base = |key: &str| amounts.get(key).map(|(base, _)| *base);
    let (Some(input), Some(output)) = (base("input_mtok"), base("output_mtok")) else {
        if prices.members().is_empty() {
            catalog.skip("without any price");
            return Ok(None);
        }
        let unknown = prices
            .members()
            .iter()
            .find(|field| !PRICED.contains(&field.key.as_str()) && !other.contains(&field.key));
        if let Some(unknown) = unknown {
            return Err((Why::NoPrice, format!("nobody knows the unit of `{}`", unknown.key)));
        }
        let only_output = base("output_mtok").is_some();
        catalog.skip(if only_output {
            "without a price of input"
        } else {
            "without a price of output tokens"
        });
        return Ok(None);
    };
    Ok(Some(Rates {
        input,
        output,
        reasoning: None,
        request: base("requests_kcount").filter(|price| !price.is_zero()).map(|price| price.shifted(-3)),
        cache_read: base("cache_read_mtok"),
        cache_write: base("cache_write_mtok").filter(|price| !price.is_zero()),
        cache_write_hour: None,
        tiers: tiers(&amounts),
    }))
}

/// A number, or a base with tiers.
fn amount(key: &str, node: &Node) -> Result<Amount, Refusal> {
    let bounded = |key: &str, node: &Node| {
        let amount = number(key, node)?;
        if amount.to_f64() > DEAREST_PER_MTOK && key != "requests_kcount" {
            return Err((Why::WrongUnit, format!("`{key}` is {amount} USD per million tokens")));
        }
        Ok(amount)
    };
    let (Some(base), Some(tiers)) = (node.get("base"), node.get("tiers")) else {
        return Ok((bounded(key, node)?, Vec::new()));
    };
    let mut read = Vec::new();
    for tier in tiers.items() {
        let (Some(start), Some(price)) = (whole(tier.get("start")), tier.get("price")) else {
            return Err((Why::NoNumber, format!("a tier of `{key}` lacks its start or its price")));
        };
        read.push((start, bounded(key, price)?));
    }
    Ok((bounded(key, base)?, read))
}

fn tiers(amounts: &Amounts) -> Vec<Tier> {
    let mut starts: Vec<u64> =
        amounts.values().flat_map(|(_, tiers)| tiers.iter().map(|(start, _)| *start)).collect();
    starts.sort_unstable();
    starts.dedup();
    let at = |key: &str, above: u64| {
        let (_, tiers) = amounts.get(key)?;
        tiers.iter().find(|(start, _)| *start == above).map(|(_, price)| *price)
    };
    let tier = |above| Tier {
        above,
        prices: Instead {
            input: at("input_mtok", above),
            output: at("output_mtok", above),
            reasoning: None,
            cache_read: at("cache_read_mtok", above),
            cache_write: at("cache_write_mtok", above),
        },
    };
    starts.into_iter().map(tier).collect()
}
