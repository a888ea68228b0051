//! What vendors bill for tokens and GPU-hours.

use tokencast::demand::Traffic;
use tokencast::distribution::Number;
use tokencast::finance::Component;
use tokencast::pricing::{RateCard, Rates, Tier, Write};
use tokencast::scenario::{Serve, Strategy};

use crate::account::Account;
use crate::book::{Book, Now, key_of};
use crate::lengths::Lengths;
use crate::levers::discounted;
use crate::week::inside;
use crate::work::work;

/// The vendor of `vendor/llm` or `vendor/gpu`.
pub(crate) fn seller(by: &str) -> &str {
    by.split('/').next().unwrap()
}

/// A vendor's llm by `vendor/llm`.
pub(crate) fn card<'a>(book: &'a Book, by: &str) -> &'a RateCard {
    let (vendor, llm) = by.split_once('/').unwrap();
    let vendors = &book.scenario.definitions.vendors;
    let vendor = &vendors.iter().find(|(id, _)| id.id == vendor).unwrap().1;
    vendor.llm(llm).unwrap()
}

/// The prices of a month.
pub(crate) struct Prices<'a> {
    now: &'a Now<'a>,
    card: &'a RateCard,
    /// On all rates: of the region, of time, and of the hours of the week.
    factor: f64,
}

impl<'a> Prices<'a> {
    pub(crate) fn new(now: &'a Now<'a>, by: &str, traffic: Option<&Traffic>, region: Option<&str>) -> Self {
        let card = card(now.book, by);
        // The cheapest region that is allowed and asked for.
        let allowed = |name: &str| {
            let stays = traffic.and_then(|traffic| traffic.stays_in.as_ref());
            stays.is_none_or(|list| list.iter().any(|one| one == name))
                && region.is_none_or(|one| one == name)
        };
        let fits = card.regions.iter().filter(|(name, _)| allowed(name));
        let cheapest = fits.min_by(|a, b| a.1.distribution.mean().total_cmp(&b.1.distribution.mean()));
        let here = cheapest.map_or(1.0, |(_, number)| now.raw(&number.origin.address));
        let path = card.over_time.as_ref();
        let over_time = path.map_or(1.0, |path| now.raw(&path.origin().address));
        let week = traffic.map_or(&[1.0; 168][..], |traffic| &traffic.week);
        let all: f64 = week.iter().sum::<f64>() * 60.0;
        let at = format!("vendor.{}.windows", by.replacen('/', ".llm.", 1));
        let tables = now.book.tables(&at);
        assert_eq!(tables.len(), card.windows.len(), "this evaluator does not know how `{at}` is written");
        let mut by_hour = 1.0;
        for (window, table) in card.windows.iter().zip(tables) {
            let minutes = inside(now.book, |key| key_of(table, key));
            let load: f64 = minutes.iter().map(|minute| week[minute / 60]).sum();
            by_hour += load / all * (now.raw(&window.factor.origin.address) - 1.0);
        }
        Self { now, card, factor: here * over_time * by_hour }
    }

    /// A rate as it was last announced.
    fn rate(&self, list: &Number, announced: fn(&Rates) -> Option<&Number>) -> f64 {
        let begun = self.card.announced.iter().filter(|(month, _)| *month <= self.now.month.label);
        let latest = begun.filter_map(|(month, rates)| Some((month, announced(rates)?)));
        let number = latest.max_by_key(|(month, _)| **month).map_or(list, |(_, number)| number);
        self.now.value(&number.origin.address) * self.factor
    }

    pub(crate) fn input(&self) -> f64 {
        self.rate(&self.card.input, |rates| rates.input.as_ref())
    }

    pub(crate) fn output(&self) -> f64 {
        self.rate(&self.card.output, |rates| rates.output.as_ref())
    }

    fn reasoning(&self) -> f64 {
        let own = self.card.reasoning.as_ref();
        own.map_or_else(|| self.output(), |list| self.rate(list, |rates| rates.reasoning.as_ref()))
    }
}

/// What is bought for what is written to the cache: the shortest lifetime that is long enough, or the first.
fn lifetime(card: &RateCard, lasts: Option<f64>) -> Option<&Write> {
    let writes = &card.cache.as_ref()?.writes;
    let Some(lasts) = lasts else { return writes.first() };
    let enough = writes.iter().filter(|write| write.hours >= lasts);
    enough.min_by(|a, b| a.hours.total_cmp(&b.hours))
}

/// The share of all input in calls between two lengths whose part that repeats is long enough to be cached.
fn cached(card: &RateCard, lengths: &Lengths, repeats: f64, above: f64, upto: f64) -> f64 {
    let least = match card.cache.as_ref().and_then(|cache| cache.minimum) {
        Some(_) if repeats <= 0.0 => return 0.0,
        Some(minimum) => minimum / repeats,
        None => 0.0,
    };
    lengths.tokens(above.max(least), upto.max(least))
}

/// All requests of an entry, bought from a vendor: those served at once, and those that wait as a batch.
pub(crate) fn buy_tokens(
    now: &Now,
    strategy: &Strategy,
    serve: &Serve,
    stream: usize,
    [at_once, waiting]: [f64; 2],
    account: &mut Account,
) {
    let by = serve.by.id.as_str();
    let (card, vendor) = (card(now.book, by), seller(by));
    let traffic = &now.book.scenario.traffics[stream].1;
    let work = work(now, strategy, by, stream, card.tokenizer.as_ref());
    let region = serve.region.as_ref().map(|region| region.id.as_str());
    let mut prices = Prices::new(now, by, Some(traffic), region);
    prices.factor *= discounted(now, strategy, vendor);
    let prices = prices;
    let factor = |number: &Option<Number>| now.raw(&number.as_ref().unwrap().origin.address);
    let tier = match serve.tier {
        Tier::Standard | Tier::Batch => 1.0,
        Tier::Flex => factor(&card.factors.flex),
        Tier::Priority => factor(&card.factors.priority),
    };
    let calls = (at_once + waiting) * work.calls;
    let mut buy = |component, quantity, price, tokens| {
        account.buy(vendor, component, quantity, price, tokens);
    };
    let write = lifetime(card, work.lasts);
    let (read, written) = work.cached.filter(|_| card.cache.is_some()).unwrap_or((0.0, 0.0));
    let written = if write.is_some() { written } else { 0.0 };
    let lengths = Lengths::new(traffic, work.input);
    let ends: Vec<f64> = card.long_context.iter().map(|tier| tier.above.value).collect();
    let mut all_written = 0.0;
    for band in 0..=ends.len() {
        let above = if band == 0 { 0.0 } else { ends[band - 1] };
        let upto = ends.get(band).copied().unwrap_or(f64::INFINITY);
        let (dear_in, dear_out) = card.long_context.get(band.wrapping_sub(1)).map_or((1.0, 1.0), |long| {
            (now.raw(&long.input.origin.address), now.raw(&long.output.origin.address))
        });
        let of_calls = lengths.calls(above, upto);
        let of_input = lengths.tokens(above, upto);
        let cached = cached(card, &lengths, work.repeats, above, upto);
        let (read, written) = (read * cached, written * cached);
        all_written += written;
        for (part, price) in [(at_once, tier), (waiting, 0.0)] {
            if part <= 0.0 {
                continue;
            }
            let at_once = price > 0.0;
            let price = if at_once { price } else { factor(&card.factors.batch) };
            let (read, written) = if at_once { (read, written) } else { (0.0, 0.0) };
            let calls = part * work.calls;
            let (tokens_in, dear) = (calls * work.input, price * dear_in);
            buy(Component::ApiTokens, tokens_in * (of_input - read - written), prices.input() * dear, true);
            if let Some(cache) = card.cache.as_ref().filter(|_| at_once) {
                let rate = prices.rate(&cache.read, |rates| rates.cache_read.as_ref());
                buy(Component::ApiCache, tokens_in * read, rate * dear, true);
            }
            if let Some(write) = write.filter(|_| at_once) {
                buy(
                    Component::ApiCache,
                    tokens_in * written,
                    prices.rate(&write.rate, |_| None) * dear,
                    true,
                );
            }
            let (calls, dear) = (calls * of_calls, price * dear_out);
            buy(Component::ApiTokens, calls * work.output, prices.output() * dear, true);
            buy(Component::ApiTokens, calls * work.reasoning, prices.reasoning() * dear, true);
        }
    }
    if let Some(list) = &card.request {
        buy(Component::ApiTokens, calls, prices.rate(list, |rates| rates.request.as_ref()), false);
    }
    if let Some((storage, write)) = card.cache.as_ref().and_then(|cache| cache.storage.as_ref()).zip(write) {
        let tokens = at_once * work.calls * work.input * all_written;
        let price = now.per_hour(&storage.origin.address) * prices.factor;
        buy(Component::ApiCache, tokens * write.hours, price, false);
    }
}

/// The price of a GPU-hour: on demand, or reserved for a term.
pub(crate) fn gpu_price(now: &Now, gpus: &str, term: Option<&str>) -> f64 {
    let at = format!("vendor.{}", gpus.replace('/', ".gpu."));
    let over_time = now.said(&format!("{at}.over_time")).unwrap_or(1.0);
    let on_demand = now.per_hour(&format!("{at}.rates.on_demand")) * over_time;
    let Some(term) = term else { return on_demand };
    let rate = format!("{at}.rates.{term}");
    if now.book.has(&rate) {
        return now.per_hour(&rate) * over_time;
    }
    on_demand * now.raw(&format!("{at}.factors.{term}"))
}
