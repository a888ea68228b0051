//! A rate card with any of its features, against a bill written request by request: every kind of request in a month (by hour of
//! the week, length, whether it waits, whether the cache has it) is priced alone, and weighed with how often it comes.

use tokencast::demand::Week;
use tokencast::engine::open_month;
use tokencast::finance::Component;
use tokencast::random::Design;

use super::support::close;
use super::whole::{model, refused};

/// What a card has, one bit each.
const CACHE: u32 = 1;
const WRITES: u32 = 1 << 1;
const MINIMUM: u32 = 1 << 2;
const LONG: u32 = 1 << 3;
const REASONS: u32 = 1 << 4;
const REASONING_RATE: u32 = 1 << 5;
const WINDOW: u32 = 1 << 6;
const REGION: u32 = 1 << 7;
const FEE: u32 = 1 << 8;
const ANNOUNCED: u32 = 1 << 9;
const OVER_TIME: u32 = 1 << 10;
const CALLS: u32 = 1 << 11;
const FEATURES: u32 = 12;

/// Lengths of calls, and how often they come of ten.
const LENGTHS: [(f64, f64); 3] = [(1_000.0, 5.0), (5_000.0, 3.0), (20_000.0, 2.0)];
const TIERS: [(&str, f64); 4] = [("standard", 1.0), ("batch", 0.5), ("flex", 0.6), ("priority", 1.75)];
const REQUESTS: f64 = 1e6;
const OUTPUT: f64 = 300.0;
const REASONING: f64 = 700.0;
const CACHEABLE: f64 = 0.4;
const HITS: f64 = 0.75;
const WAITS: f64 = 0.25;

/// A card with some features, and the speed of service that is bought.
#[derive(Clone, Copy)]
struct Card {
    features: u32,
    tier: usize,
}

/// A kind of request.
struct Request {
    hour: usize,
    length: f64,
    waits: bool,
    hit: bool,
}

impl Card {
    fn has(self, feature: u32) -> bool {
        self.features & feature != 0
    }

    fn text(self) -> String {
        let some = |feature: u32, text: &str| if self.has(feature) { text.to_owned() } else { String::new() };
        let cache = format!(
            "cache = {{ read = \"0.3 USD /Mtok\"{}{} }}\n",
            some(WRITES, ", writes = [{ lasts = \"5 min\", rate = \"3.75 USD /Mtok\" }]"),
            some(MINIMUM, ", minimum = \"1024 tokens\"")
        );
        let lines = [
            "title = \"Cards\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 2\n[traffic.chat]\n".to_owned(),
            "requests = \"1M /month\"\nweek = \"office\"\nhourly_noise = 0\noutput_tokens = 300\n".to_owned(),
            "input_tokens = { discrete = [{ value = 1000, weight = 5 }, { value = 5000, weight = 3 }, \
             { value = 20000, weight = 2 }] }\ncacheable = \"40 %\"\ncan_wait = { share = \"25 %\", up_to = \"1 day\" }\n"
                .to_owned(),
            some(REASONS, "reasoning_tokens = 700\n"),
            some(CALLS, "agent = { calls = 3 }\n"),
            some(REGION, "stays_in = [\"jp\"]\n"),
            "[lever.cache.prefix_cache]\nhit_rate = \"75 %\"\n[vendor.acme.llm.terra]\n".to_owned(),
            format!(
                "rates = {{ input = \"3 USD /Mtok\", output = \"15 USD /Mtok\"{}{} }}\n",
                some(REASONING_RATE, ", reasoning = \"4 USD /Mtok\""),
                some(FEE, ", request = \"0.002 USD /request\"")
            ),
            "factors = { batch = 0.5, flex = 0.6, priority = 1.75 }\n".to_owned(),
            some(CACHE, &cache),
            some(
                LONG,
                "long_context = [{ above = \"2k tokens\", input_factor = 1.5, output_factor = 1.2 }, \
                 { above = \"8k tokens\", input_factor = 2, output_factor = 1.5 }]\n",
            ),
            some(WINDOW, "windows = [{ from = \"09:00\", until = \"18:00\", days = \"Mon to Fri\", factor = 2 }]\n"),
            some(REGION, "regions = { us = 1, jp = 1.1 }\n"),
            some(ANNOUNCED, "announced = { 2027-02 = { input = \"2 USD /Mtok\", output = \"20 USD /Mtok\" } }\n"),
            some(OVER_TIME, "over_time = { schedule = { 2027-01 = 1, 2027-02 = 0.7 } }\n"),
            format!(
                "[strategy.go]\nlevers = [\"cache\"]\n\
                 serve = [{{ traffic = \"chat\", by = \"acme/terra\", tier = \"{}\" }}]\n",
                TIERS[self.tier].0
            ),
        ];
        lines.concat()
    }

    /// What one call of a kind costs in a month, in USD.
    fn price(self, month: usize, request: &Request) -> f64 {
        let if_has = |feature: u32, value: f64| if self.has(feature) { value } else { 1.0 };
        let Request { hour, length, waits, hit } = *request;
        let (later, in_window) = (month == 1, hour / 24 < 5 && (9..18).contains(&(hour % 24)));
        let everywhere = if_has(REGION, 1.1)
            * if later { if_has(OVER_TIME, 0.7) } else { 1.0 }
            * if in_window { if_has(WINDOW, 2.0) } else { 1.0 };
        let (tier, factor) = TIERS[self.tier];
        let tier = if tier == "batch" && !waits { 1.0 } else { factor };
        let (long_input, long_output) = match length {
            length if self.has(LONG) && length > 8e3 => (2.0, 1.5),
            length if self.has(LONG) && length > 2e3 => (1.5, 1.2),
            _ => (1.0, 1.0),
        };
        let (input, output) = if later && self.has(ANNOUNCED) { (2.0, 20.0) } else { (3.0, 15.0) };
        let repeats = CACHEABLE * length;
        // A batch may not find the cache warm; a prefix that is too short is not kept.
        let batch = self.tier == 1 && waits;
        let kept = self.has(CACHE) && !batch && (!self.has(MINIMUM) || repeats >= 1_024.0);
        let of_prefix = match (kept, hit) {
            (true, true) => 0.3,
            (true, false) if self.has(WRITES) => 3.75,
            _ => input,
        };
        let reasoning = if self.has(REASONS) { REASONING } else { 0.0 };
        let of_reasoning = if self.has(REASONING_RATE) { 4.0 } else { output };
        let per_mtok = (repeats * of_prefix + (length - repeats) * input) * long_input
            + (OUTPUT * output + reasoning * of_reasoning) * long_output;
        let fee = if self.has(FEE) { 0.002 } else { 0.0 };
        (per_mtok * 1e-6 * tier + fee) * everywhere
    }

    /// The bill of a month, call by call.
    fn by_brute_force(self, month: usize) -> f64 {
        let week = Week::named("office").unwrap();
        let hours = week.hours();
        let all: f64 = hours.iter().sum();
        let mut total = 0.0;
        for (hour, load) in hours.iter().enumerate() {
            for (length, often) in LENGTHS {
                for (waits, of_waiting) in [(true, WAITS), (false, 1.0 - WAITS)] {
                    for (hit, of_hits) in [(true, HITS), (false, 1.0 - HITS)] {
                        let weight = load / all * often / 10.0 * of_waiting * of_hits;
                        total += weight * self.price(month, &Request { hour, length, waits, hit });
                    }
                }
            }
        }
        total * REQUESTS * if self.has(CALLS) { 3.0 } else { 1.0 }
    }

    fn assert_billed(self) {
        let model = model(&self.text());
        for month in 0..2 {
            let opened = open_month(&model, Design::plain(1), 0, month, 0..1);
            let api = [Component::ApiTokens, Component::ApiCache];
            let all = opened.accounts.iter().filter(|account| api.contains(&account.line.component));
            let total: f64 = all.map(|account| account.amount).sum();
            let others = opened.accounts.iter().any(|account| !api.contains(&account.line.component));
            assert!(!others, "nothing else is paid");
            let expected = self.by_brute_force(month);
            assert!(
                (total / expected - 1.0).abs() < 1e-9,
                "{total} and {expected} in month {month} of\n{}",
                self.text()
            );
        }
    }
}

#[test]
fn the_total_is_the_sum_of_tokens_times_price_whatever_the_card_has() {
    for tier in 0..TIERS.len() {
        // None, each alone, each left out, all, and pairs: whatever two features do to each other shows.
        for a in 0..FEATURES {
            for b in 0..=a {
                Card { features: 1 << a | 1 << b | CACHE, tier }.assert_billed();
            }
            let all = (1 << FEATURES) - 1;
            Card { features: all & !(1 << a), tier }.assert_billed();
            Card { features: 1 << a, tier }.assert_billed();
        }
        Card { features: 0, tier }.assert_billed();
        Card { features: (1 << FEATURES) - 1, tier }.assert_billed();
    }
    // Two bills that a reader can check by hand.
    let plain = Card { features: 0, tier: 0 };
    close(plain.by_brute_force(0), 1e6 * (6_000.0 * 3e-6 + 300.0 * 15e-6), 1e-9);
    close(Card { tier: 3, ..plain }.by_brute_force(0), 1.75 * plain.by_brute_force(0), 1e-9);
}

/// Who sells an open llm as it is need not say again what is known of it.
#[test]
fn an_llm_that_is_an_open_one_has_its_tokenizer_and_its_scores() {
    let text = |of_card: &str, of_llm: &str| {
        format!(
            "title = \"Open\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 1\n[traffic.chat]\n\
             requests = \"1M /month\"\ninput_tokens = 1000\noutput_tokens = 0\nlanguages = {{ ja = 1 }}\n\
             tokens_counted_with = \"mine\"\nneeds_quality = {{ support = \"80 %\" }}\nshed_cost = \"1 USD /request\"\n\
             [tokenizer.mine]\ntokens = {{ ja = 1.5 }}\n[tokenizer.theirs]\ntokens = {{ ja = 2.25 }}\n\
             [llm.swallow]\n{of_llm}\n[vendor.acme.llm.terra]\n{of_card}\n\
             rates = {{ input = \"3 USD /Mtok\", output = \"15 USD /Mtok\" }}\n\
             [strategy.go]\nserve = [{{ traffic = \"chat\", by = \"acme/terra\" }}]\n"
        )
    };
    let paid = |of_card: &str| {
        let llm = "tokenizer = \"theirs\"\nquality = { support = \"85 %\", law = \"70 %\" }";
        let opened = open_month(&model(&text(of_card, llm)), Design::plain(1), 0, 0, 0..1);
        let of = |component| {
            opened.accounts.iter().filter(|a| a.line.component == component).map(|a| a.amount).sum::<f64>()
        };
        [of(Component::ApiTokens), of(Component::Shed)]
    };
    // 1.5 times as many tokens, good enough.
    assert_eq!(paid("is = \"swallow\""), [4_500.0, 0.0]);
    // What the card says itself holds.
    assert_eq!(paid("is = \"swallow\"\ntokenizer = \"mine\""), [3_000.0, 0.0]);
    assert_eq!(paid("is = \"swallow\"\nquality = { support = \"79 %\" }"), [0.0, 1e6]);
    assert_eq!(paid("is = \"swallow\"\nquality = { law = \"9 %\" }"), [4_500.0, 0.0]);
    // Without it, or where the open one does not know either, both are asked for.
    let missing = |of_card: &str, of_llm: &str| refused(&text(of_card, of_llm));
    assert_eq!(missing("", "tokenizer = \"theirs\""), ["no-score", "no-tokenizer"]);
    assert_eq!(missing("is = \"swallow\"", ""), ["no-score", "no-tokenizer"]);
    assert_eq!(missing("is = \"swalow\"", "tokenizer = \"theirs\"")[0], "unknown-id");
}
