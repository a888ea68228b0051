//! Closed forms of an API's bill: languages, prompt cache, batch, present value.

use tokencast::finance::Component;

use crate::assert_near;
use crate::common::{found, model_of};

/// One million requests a month, 1,000 tokens in and 500 out, at 1 and 4 USD per Mtok: 3,000 USD a month.
const BILL: &str = r#"
title = "A bill"
currency = "USD"
start = "2027-01"
months = 36

[traffic.work]
requests = "1M /month"
input_tokens = 1000
output_tokens = 500
cacheable = "100 %"
can_wait = { share = "40 %", up_to = "24 h" }
languages = { ja = 0.3, en = 0.7 }
tokens_counted_with = "english"

[tokenizer.english]
tokens = { en = 1, ja = 1 }
[tokenizer.o200k]
tokens = { en = 1, ja = 1.682 }
[tokenizer.cl100k]
tokens = { en = 1, ja = 2.292 }

[vendor.any.llm.plain]
tokenizer = "english"
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }
factors = { batch = 0.5 }
cache = { read = "0.1 USD /Mtok", writes = [{ lasts = "5 min", rate = "1.25 USD /Mtok" }] }

[vendor.any.llm.o200k]
like = "plain"
tokenizer = "o200k"
[vendor.any.llm.cl100k]
like = "plain"
tokenizer = "cl100k"

[lever.cache.prefix_cache]
hit_rate = "50 %"

[strategy.plain]
serve = [{ traffic = "work", by = "any/plain" }]
[strategy.o200k]
serve = [{ traffic = "work", by = "any/o200k" }]
[strategy.cl100k]
serve = [{ traffic = "work", by = "any/cl100k" }]
[strategy.cached]
serve = [{ traffic = "work", by = "any/plain" }]
levers = ["cache"]
[strategy.batch]
serve = [{ traffic = "work", by = "any/plain", tier = "batch" }]
"#;

/// Japanese needs 1.682 times the tokens of English with o200k and 2.292 times with cl100k (UDHR texts, counted with the
/// published vocabularies, 2026-11-22), so 30 % Japanese makes a bill 1.205 and 1.388 times as high.
#[test]
fn a_share_of_japanese_text_makes_a_bill_higher_by_its_tokens() {
    let findings = found(&model_of(BILL, &[]), 2);
    let bill = |place: usize| findings.strategies[place].nominal.mean.value;
    assert_near(bill(0), 36.0 * 3_000.0, 1e-6);
    assert_near(bill(1) / bill(0), 1.0 + 0.3 * 0.682, 1e-12);
    assert_near(bill(2) / bill(0), 1.0 + 0.3 * 1.292, 1e-12);
}

/// Writing to the cache costs w = 1.25 and reading r = 0.1 times the input rate, so a cache saves from a hit rate of
/// (w − 1) / (w − r) on, 21.7 %; there a bill with it is the bill without.
#[test]
fn a_prompt_cache_breaks_even_at_the_hit_rate_of_the_closed_form() {
    let bill = |hit_rate: f64| {
        let findings = found(&model_of(BILL, &[&format!("lever.cache.prefix_cache.hit_rate={hit_rate}")]), 2);
        findings.strategies[3].nominal.mean.value - findings.strategies[0].nominal.mean.value
    };
    let even = (1.25 - 1.0) / (1.25 - 0.1);
    assert_near(bill(even), 0.0, 1e-6);
    assert!(bill(even - 0.01) > 0.0 && bill(even + 0.01) < 0.0);
}

/// What waits, 40 %, is half as dear: the bill is 80 % of the plain one.
#[test]
fn a_batch_halves_the_price_of_what_waits() {
    let findings = found(&model_of(BILL, &[]), 2);
    let (plain, batch) = (&findings.strategies[0], &findings.strategies[4]);
    assert_near(
        batch.component_mean(Component::ApiTokens) / plain.component_mean(Component::ApiTokens),
        0.8,
        1e-12,
    );
}

/// 36 payments of 3,000 USD at 12 % a year are worth 3,000 · (1 − 1.12^−3) / i with i = 1.12^(1/12) − 1 if the first is
/// paid after a month, and (1 + i) times that if it is paid now.
#[test]
fn a_steady_bill_has_the_present_value_of_an_annuity() {
    let monthly = 0.009_488_792_934_583_046;
    let annuity = 3_000.0 * (1.0 - 1.0 / (1.12 * 1.12 * 1.12)) / monthly;
    for (first_flow, expected) in [("month_end", annuity), ("now", annuity * (1.0 + monthly))] {
        let text =
            format!("{BILL}\n[finance]\ndiscount_rate = \"12 % /year\"\nfirst_flow = \"{first_flow}\"\n");
        let findings = found(&model_of(&text, &[]), 2);
        assert!(findings.discounted);
        assert_near(findings.strategies[0].cost.mean.value, expected, 1e-8 * expected);
    }
}

/// Azure's documentation of PTU sizing, read 2026-11-22: a unit carries 4,750 input tokens a minute of gpt-5 and 3,000 of gpt-4.1,
/// an output token counts as 8 and as 4 input tokens, cached input is deducted in full; what exceeds the units spills over.
const UNITS: &str = r#"
title = "Units"
currency = "USD"
start = "2027-01"
months = 12

[traffic.work]
requests = "1k /min"
hourly_noise = 0
input_tokens = 1000
output_tokens = 200
cacheable = "50 %"

[vendor.azure.llm.gpt-5]
rates = { input = "1.25 USD /Mtok", output = "10 USD /Mtok" }
cache = { read = "0.125 USD /Mtok" }
[vendor.azure.llm.gpt-5.provisioned]
tokens_per_unit = "4750 tokens /min"
output_weight = 8
cached_weight = 0
minimum = "15 PTU"
step = "5 PTU"
rates = { on_demand = "1 USD /PTU-hour" }

[vendor.azure.llm.gpt-4]
like = "gpt-5"
[vendor.azure.llm.gpt-4.provisioned]
tokens_per_unit = "3000 tokens /min"
output_weight = 4

[supply.five.provisioned]
of = "azure/gpt-5"
buy = "on_demand"
units = "100 PTU"
[supply.four.provisioned]
of = "azure/gpt-4"
buy = "on_demand"
units = "100 PTU"

[lever.cache.prefix_cache]
hit_rate = "100 %"

[strategy.five]
serve = [{ traffic = "work", by = "five" }, { traffic = "work", by = "azure/gpt-5" }]
[strategy.five-cached]
serve = [{ traffic = "work", by = "five" }, { traffic = "work", by = "azure/gpt-5" }]
levers = ["cache"]
[strategy.four]
serve = [{ traffic = "work", by = "four" }, { traffic = "work", by = "azure/gpt-4" }]
"#;

#[test]
fn throughput_units_carry_what_their_vendor_publishes() {
    let findings = found(&model_of(UNITS, &[]), 2);
    let minutes = 365.0 * 24.0 * 60.0;
    // What a request costs when it spills, and how many of 1,000 a minute the units carry.
    let full = 1000.0 * 1.25e-6 + 200.0 * 10e-6;
    let cached = 500.0 * 1.25e-6 + 500.0 * 0.125e-6 + 200.0 * 10e-6;
    let expected = [
        (475_000.0 / (1000.0 + 8.0 * 200.0), full),
        (475_000.0 / (500.0 + 8.0 * 200.0), cached),
        (300_000.0 / (1000.0 + 4.0 * 200.0), full),
    ];
    for (strategy, (per_minute, price)) in findings.strategies.iter().zip(expected) {
        assert_near(strategy.component_mean(Component::Provisioned), 100.0 * 365.0 * 24.0, 1e-6);
        let tokens =
            strategy.component_mean(Component::ApiTokens) + strategy.component_mean(Component::ApiCache);
        assert_near(tokens, (1000.0 - per_minute) * minutes * price, 1e-2);
    }
}

/// The best commitment of a newsvendor, `F⁻¹(1 − c_r/c_o)`: a lognormal demand around 100 with log sd 0.5 and a ratio of 0.6 make
/// 88.10 units; committing 20 % more or less costs more on the same draws.
#[test]
fn the_best_commitment_beats_its_neighbors() {
    let cost = |units: f64| {
        let text = format!(
            r#"
title = "A promise"
currency = "USD"
start = "2027-01"
months = 1
[traffic.work]
requests = {{ lognormal = {{ median = "100 /month", sigma = 0.5 }} }}
input_tokens = 1
output_tokens = 1
[vendor.any.llm.plain]
rates = {{ input = "0 USD /Mtok", output = "0 USD /Mtok", request = "1 USD /request" }}
[contract.promise.committed_spend]
vendors = ["any"]
amount = "{} USD /month"
term = "1 month"
discount = "40 %"
beyond = "list"
[strategy.committed]
serve = [{{ traffic = "work", by = "any/plain" }}]
contracts = ["promise"]
"#,
            0.6 * units
        );
        found(&model_of(&text, &[]), 16_384).strategies[0].nominal.mean.value
    };
    let best = cost(88.102_123_365_804_93);
    assert_near(best, 87.748_672_822_639_72, 0.05);
    assert!(cost(1.2 * 88.1) > best && cost(0.8 * 88.1) > best);
}
