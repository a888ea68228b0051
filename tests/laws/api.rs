//! A vendor's bill, by brute force.

use tokencast::finance::{Component, Measure};
use tokencast::lanes::{LANES, Lanes};

use super::rig::{Outcome, Rig, Serve, refused, run, serve};
use super::support::close;

/// 2M requests a month, three llm calls each and 5 % of them again: 6.3M calls.
const TRAFFIC: &str = "
    [traffic.chat]
    requests = \"2M /month\"
    input_tokens = \"1000 tokens\"
    output_tokens = \"300 tokens\"
    cacheable = \"40 %\"
    agent = { calls = 3, retries = 0.05 }
    can_wait = { share = \"25 %\", up_to = \"1 day\" }
";
const CALLS: f64 = 6.3e6;
const CACHE: &str = "[lever.cache.prefix_cache]\nhit_rate = \"50 %\"\n";
const RATES: &str = "
    [vendor.acme.llm.terra]
    rates = { input = \"3 USD /Mtok\", output = \"15 USD /Mtok\", request = \"0.001 USD /request\" }
    factors = { batch = 0.5 }
";
const CACHED: &str =
    "cache = { read = \"0.3 USD /Mtok\", writes = [{ lasts = \"5 min\", rate = \"3.75 USD /Mtok\" }] }\n";

const CHAT: Serve =
    Serve { traffic: "chat", by: "acme/terra", up_to: None, batch: false, region: None, patience: None };

/// Tokens and cache of the first month.
fn bill(text: &str, line: Serve) -> (f64, f64) {
    let month = &run(text, 1, &[line])[0];
    (month.cost(Component::ApiTokens), month.cost(Component::ApiCache))
}

#[test]
fn every_token_has_its_price() {
    let (tokens, cache) = bill(&format!("{TRAFFIC}{RATES}"), CHAT);
    close(tokens, CALLS * (1000.0 * 3e-6 + 300.0 * 15e-6 + 0.001), 1e-13);
    assert_eq!(cache, 0.0);
}

#[test]
fn the_cache_is_read_and_written() {
    // Of 1000 tokens in 400 repeat; half of these are found and half are written.
    let (tokens, cache) = bill(&format!("{TRAFFIC}{CACHE}{RATES}{CACHED}"), CHAT);
    close(tokens, CALLS * (600.0 * 3e-6 + 300.0 * 15e-6 + 0.001), 1e-13);
    close(cache, CALLS * (200.0 * 0.3e-6 + 200.0 * 3.75e-6), 1e-13);
    // Without a price for writing, what is written is ordinary input.
    let reads = "cache = { read = \"0.3 USD /Mtok\" }\n";
    let (tokens, cache) = bill(&format!("{TRAFFIC}{CACHE}{RATES}{reads}"), CHAT);
    close(tokens, CALLS * (800.0 * 3e-6 + 300.0 * 15e-6 + 0.001), 1e-13);
    close(cache, CALLS * 200.0 * 0.3e-6, 1e-13);
    // A vendor that caches nothing bills everything, and says so.
    let rig = Rig::new(&format!("{TRAFFIC}{CACHE}{RATES}"), 1, &[CHAT]).unwrap();
    close(rig.run()[0].cash[0], CALLS * (1000.0 * 3e-6 + 300.0 * 15e-6 + 0.001), 1e-13);
    assert_eq!(rig.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["no-cache-rate"]);
}

#[test]
fn what_can_wait_is_bought_at_the_batch_rate() {
    let line = Serve { batch: true, ..CHAT };
    // A quarter waits, at half the price and without the cache.
    let (tokens, cache) = bill(&format!("{TRAFFIC}{CACHE}{RATES}{CACHED}"), line);
    let at_once = 0.75 * (600.0 * 3e-6 + 300.0 * 15e-6);
    let waiting = 0.25 * 0.5 * (1000.0 * 3e-6 + 300.0 * 15e-6);
    close(tokens, CALLS * (at_once + waiting + 0.001), 1e-13);
    close(cache, CALLS * 0.75 * (200.0 * 0.3e-6 + 200.0 * 3.75e-6), 1e-13);
}

#[test]
fn regions_and_time_are_factors_on_all_rates() {
    let more = "regions = { us = 1, jp = 1.1, eu = 1.2 }\nover_time = { schedule = { 2027-04 = 1, 2027-05 = 0.8 } }\n";
    let text = format!("{TRAFFIC}{CACHE}{RATES}{CACHED}{more}");
    let plain = CALLS * (600.0 * 3e-6 + 300.0 * 15e-6 + 0.001 + 200.0 * 0.3e-6 + 200.0 * 3.75e-6);
    let totals = |text: &str, line| run(text, 2, &[line]).iter().map(|m| m.cash[0]).collect::<Vec<_>>();
    // Where nothing is asked for, the cheapest region serves.
    let found = totals(&text, CHAT);
    close(found[0], plain, 1e-13);
    close(found[1], 0.8 * plain, 1e-13);
    close(totals(&text, Serve { region: Some("eu"), ..CHAT })[0], 1.2 * plain, 1e-13);
    let stays = text.replace("requests =", "stays_in = [\"jp\", \"eu\"]\nrequests =");
    close(totals(&stays, CHAT)[1], 1.1 * 0.8 * plain, 1e-13);
    assert_eq!(refused(&stays, &[Serve { region: Some("us"), ..CHAT }]), ["not-allowed-here"]);
    assert_eq!(refused(&text, &[Serve { region: Some("kr"), ..CHAT }]), ["not-allowed-here"]);
    let unknown = format!("{TRAFFIC}{RATES}").replace("requests =", "stays_in = [\"jp\"]\nrequests =");
    assert_eq!(refused(&unknown, &[CHAT]), ["not-allowed-here"]);
}

#[test]
fn foreign_prices_are_converted() {
    let yen = RATES.replace("3 USD /Mtok", "450 JPY /Mtok").replace("0.001 USD", "0.15 JPY");
    let text = format!(
        "[fx]\njpy = {{ schedule = {{ 2027-04 = \"0.0066 USD /JPY\", 2027-05 = \"0.007 USD /JPY\" }} }}\n{TRAFFIC}{yen}"
    );
    for (month, rate) in run(&text, 2, &[CHAT]).iter().zip([0.0066, 0.007]) {
        close(month.cash[0], CALLS * ((1000.0 * 450e-6 + 0.15) * rate + 300.0 * 15e-6), 1e-13);
    }
    assert_eq!(refused(&format!("{TRAFFIC}{yen}"), &[CHAT])[0], "no-exchange-rate");
}

#[test]
fn tokens_are_counted_as_the_vendor_counts_them() {
    let languages = "tokens_counted_with = \"mine\"\nlanguages = { ja = 0.9, en = 0.1 }\n";
    let tokenizers = "
        [tokenizer.mine]
        tokens = { en = 1, ja = 1.5 }
        [tokenizer.theirs]
        tokens = { en = 1.1, ja = 2 }
    ";
    let ratio = (0.9 * 2.0 + 0.1 * 1.1) / (0.9 * 1.5 + 0.1);
    let theirs = format!("{TRAFFIC}{languages}{RATES}tokenizer = \"theirs\"\n{tokenizers}");
    close(bill(&theirs, CHAT).0, CALLS * (ratio * (1000.0 * 3e-6 + 300.0 * 15e-6) + 0.001), 1e-13);
    let same = theirs.replace("tokenizer = \"theirs\"", "tokenizer = \"mine\"");
    close(bill(&same, CHAT).0, CALLS * (1000.0 * 3e-6 + 300.0 * 15e-6 + 0.001), 1e-13);
    let silent = theirs.replace("tokenizer = \"theirs\"", "");
    assert_eq!(refused(&silent, &[CHAT]), ["no-tokenizer"]);
    let speechless = theirs.replace("tokens = { en = 1.1, ja = 2 }", "tokens = { en = 1.1 }");
    assert_eq!(refused(&speechless, &[CHAT]), ["no-language-factor"]);
}

#[test]
fn what_a_vendor_does_not_sell_is_refused() {
    let text = format!("{TRAFFIC}{RATES}");
    assert_eq!(refused(&text, &[serve("chat", "acme/tera")]), ["unknown-id"]);
    assert_eq!(refused(&text, &[serve("chat", "akme/terra")]), ["unknown-id"]);
    let batch = Serve { batch: true, ..CHAT };
    assert_eq!(refused(&text.replace("factors = { batch = 0.5 }", ""), &[batch]), ["no-batch"]);
    assert_eq!(refused(&text.replace("can_wait", "# "), &[batch]), ["no-batch"]);
}

/// Every lane of an uncertain world: what is posted adds up, nothing is refused, and the price of no request is nothing.
#[test]
fn bills_add_up_on_every_path() {
    let text = format!("{TRAFFIC}{CACHE}{RATES}{CACHED}")
        .replace("\"2M /month\"", "\"1M to 4M /month\"")
        .replace("\"3 USD /Mtok\"", "\"2 USD to 4 USD /Mtok\"")
        .replace("\"50 %\"", "\"30 % to 70 %\"");
    let rig = Rig::new(&text, 2, &[Serve { batch: true, ..CHAT }]).unwrap();
    assert!(rig.unlimited(0));
    let months: Vec<Outcome> = rig.run_from(128);
    for month in &months {
        for lane in 0..LANES {
            let posted: f64 = month.postings.iter().map(|posting| posting.amount[lane]).sum();
            close(month.cash[lane], posted, 1e-13);
            assert_eq!(month.cash[lane], month.accrual[lane]);
            assert_eq!(month.served[0][lane], month.offered[0][lane]);
        }
        assert_eq!(month.measure(Measure::GpuHours), 0.0);
    }
    let first = &months[0].cash;
    assert!(first.iter().any(|cash| (cash / first[0] - 1.0).abs() > 0.2), "the world is uncertain");
    let nothing = text.replace("\"1M to 4M /month\"", "\"0 /month\"");
    assert_eq!(run(&nothing, 1, &[CHAT])[0].cash, Lanes::ZERO);
}

#[test]
fn postings_say_what_is_paid_for() {
    let month = &run(&format!("{TRAFFIC}{CACHE}{RATES}{CACHED}"), 1, &[CHAT])[0];
    let labels: Vec<_> = month.postings.iter().map(|p| (p.line.label.as_str(), p.line.unit)).collect();
    assert_eq!(
        labels,
        [
            ("input tokens", "Mtok"),
            ("input tokens read from the cache", "Mtok"),
            ("input tokens written to the cache", "Mtok"),
            ("output tokens", "Mtok"),
            ("llm calls", "calls")
        ]
    );
    let output = &month.postings[3];
    close(output.quantity[0] / output.line.per_unit, CALLS * 300.0 / 1e6, 1e-13);
    assert!(month.postings.iter().all(|posting| posting.line.payee == "acme/terra"));
}
