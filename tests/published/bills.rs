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
