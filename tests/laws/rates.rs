//! Rate cards in full, against requests drawn one by one: lengths, windows, tiers, announced changes, retirement, cache.

use tokencast::distribution::{Distribution, NumberOf};
use tokencast::finance::Component;
use tokencast::lanes::LANES;
use tokencast::units;

use super::rig::{Rig, Serve, refused, run, serve};
use super::support::{close, good, mean_is};

const CHAT: Serve =
    Serve { traffic: "chat", by: "acme/terra", up_to: None, batch: false, region: None, patience: None };

/// A million calls a month.
fn text(traffic: &str, card: &str) -> String {
    format!(
        "[traffic.chat]\nrequests = \"1M /month\"\noutput_tokens = 300\n{traffic}\n\
         [vendor.acme.llm.terra]\nrates = {{ input = \"3 USD /Mtok\", output = \"15 USD /Mtok\" }}\n{card}\n"
    )
}

fn cash(text: &str, month: usize) -> f64 {
    run(text, month + 1, &[CHAT])[month].cash[0]
}

const LONG: &str = "long_context = [{ above = \"2k tokens\", input_factor = 1.5, output_factor = 1.2 }, \
                    { above = \"8k tokens\", input_factor = 2, output_factor = 1.5 }]";

/// A sequence that fills the unit interval by chance: the multiplier of L'Ecuyer (1999) for modulus 2^64.
fn uniforms(count: usize) -> impl Iterator<Item = f64> {
    let mut state = 12_345_u64;
    (0..count).map(move |_| {
        state = state.wrapping_mul(3_935_559_000_370_003_845).wrapping_add(1);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    })
}

/// What each of many calls costs, priced as a whole by its own length.
fn by_brute_force(lengths: &dyn Distribution) -> Vec<f64> {
    let price = |length: f64| {
        let (input, output) = match length {
            length if length > 8e3 => (2.0, 1.5),
            length if length > 2e3 => (1.5, 1.2),
            _ => (1.0, 1.0),
        };
        length * 3e-6 * input + 300.0 * 15e-6 * output
    };
    uniforms(200_000).map(|u| price(lengths.quantile(u))).collect()
}

#[test]
fn long_calls_are_repriced_one_by_one() {
    for lengths in [
        "{ lognormal = { median = 2000, sigma = 1.1 } }",
        "{ gamma = { mean = 4000, sd = 3000 } }",
        "{ uniform = { min = 100, max = 9000 } }",
        "{ discrete = [{ value = 500, weight = 3 }, { value = 3000, weight = 2 }, { value = 20000, weight = 1 }] }",
        "{ mixture = [{ weight = 0.8, of = { lognormal = { median = 900, sigma = 0.6 } } }, \
         { weight = 0.2, of = { lognormal = { median = 9000, sigma = 0.5 } } }] }",
    ] {
        let found = cash(&text(&format!("input_tokens = {lengths}"), LONG), 0) / 1e6;
        let number = good(&NumberOf(&units::TOKENS), lengths);
        mean_is(&by_brute_force(number.distribution.as_ref()), found);
    }
}

/// Calls of 2,001 tokens are long and calls of 2,000 are not; no call is priced at the mean of others.
#[test]
fn a_tier_begins_above_its_length() {
    let two = |long: u32| {
        let lengths =
            format!("{{ discrete = [{{ value = 100, weight = 1 }}, {{ value = {long}, weight = 1 }}] }}");
        cash(&text(&format!("input_tokens = {lengths}"), LONG), 0) / 1e6
    };
    close(two(2000), 0.5 * 2100.0 * 3e-6 + 300.0 * 15e-6, 1e-12);
    close(two(2001), 0.5 * (100.0 + 1.5 * 2001.0) * 3e-6 + 300.0 * 15e-6 * 1.1, 1e-12);
}

/// With an uncertain average each path has its own shares: `E[X; X > t]` and `P(X > t)` of its lognormal.
#[test]
fn each_path_has_its_own_long_calls() {
    let traffic =
        "input_tokens = { mean = \"1k to 9k tokens\", spread = { lognormal = { median = 1, sigma = 0.9 } } }";
    let card = "long_context = [{ above = \"4k tokens\", input_factor = 2, output_factor = 3 }]";
    let months = run(&text(traffic, card), 1, &[CHAT]);
    let plain = run(&text(traffic, ""), 1, &[CHAT]);
    let mut seen = Vec::new();
    for lane in 0..LANES {
        let mean = (plain[0].cash[lane] / 1e6 - 300.0 * 15e-6) / 3e-6;
        let score = ((4e3_f64 / mean).ln() + 0.5 * 0.81) / 0.9;
        let (tokens, calls) = (tokencast::math::normal_cdf(0.9 - score), tokencast::math::normal_cdf(-score));
        let expected = mean * 3e-6 * (1.0 + tokens) + 300.0 * 15e-6 * (1.0 + 2.0 * calls);
        close(months[0].cash[lane] / 1e6, expected, 1e-9);
        seen.push(calls);
    }
    seen.sort_by(f64::total_cmp);
    assert!(seen[0] < 0.1 && seen[LANES - 1] > 0.6, "{seen:?}");
}

/// A tier that changes no price changes no bill, and the bands of a card share out every token.
#[test]
fn bands_share_out_every_token() {
    let traffic = "input_tokens = { gamma = { mean = 4000, sd = 3000 } }\ncacheable = \"40 %\"\ncan_wait = { share = \"25 %\", up_to = \"1 day\" }\nreasoning_tokens = 700\n[lever.cache.prefix_cache]\nhit_rate = \"50 %\"";
    let card = "factors = { batch = 0.5 }\ncache = { read = \"0.3 USD /Mtok\", writes = [{ lasts = \"5 min\", rate = \"3.75 USD /Mtok\" }] }";
    let neutral =
        LONG.replace("1.5,", "1,").replace("= 1.2", "= 1").replace("= 2,", "= 1,").replace("= 1.5", "= 1");
    let line = Serve { batch: true, ..CHAT };
    let plain = run(&text(traffic, card), 1, &[line]);
    let banded = run(&text(traffic, &format!("{card}\n{neutral}")), 1, &[line]);
    close(banded[0].cash[0], plain[0].cash[0], 1e-11);
    close(banded[0].cost(Component::ApiCache), plain[0].cost(Component::ApiCache), 1e-11);
    assert!(banded[0].postings.iter().all(|posting| posting.quantity[0] > 0.0));
    assert_eq!(banded[0].postings.len(), 3 * plain[0].postings.len());
}

/// The part that repeats of a short call is too short to cache.
#[test]
fn short_prefixes_are_not_cached() {
    let traffic = "input_tokens = { discrete = [{ value = 1000, weight = 1 }, { value = 9000, weight = 1 }] }\ncacheable = \"50 %\"\n[lever.cache.prefix_cache]\nhit_rate = \"80 %\"";
    let card = |minimum: &str| format!("cache = {{ read = \"0.3 USD /Mtok\"{minimum} }}");
    let all = run(&text(traffic, &card("")), 1, &[CHAT])[0].cost(Component::ApiCache);
    close(all, 1e6 * 0.4 * 5000.0 * 0.3e-6, 1e-12);
    let long =
        run(&text(traffic, &card(", minimum = \"1024 tokens\"")), 1, &[CHAT])[0].cost(Component::ApiCache);
    close(long, 1e6 * 0.5 * 0.4 * 9000.0 * 0.3e-6, 1e-12);
    let whole = run(&text(traffic, &card(", minimum = \"1024 tokens\"")), 1, &[CHAT])[0].cash[0];
    close(whole, long + 1e6 * ((5000.0 - 0.5 * 0.4 * 9000.0) * 3e-6 + 300.0 * 15e-6), 1e-12);
}

/// Who wants the cache to last longer pays for it, and pays for what lies there.
#[test]
fn lifetimes_are_bought_and_storage_is_paid() {
    let traffic = |lasts: &str| {
        format!(
            "input_tokens = 1000\ncacheable = \"50 %\"\n[lever.cache.prefix_cache]\nhit_rate = \"80 %\"\n{lasts}"
        )
    };
    let card = "cache = { read = \"0.3 USD /Mtok\", storage = \"1 USD /Mtok-hour\", writes = [{ lasts = \"5 min\", rate = \"3.75 USD /Mtok\" }, { lasts = \"1 h\", rate = \"6 USD /Mtok\" }] }";
    let cache = |lasts: &str| run(&text(&traffic(lasts), card), 1, &[CHAT])[0].cost(Component::ApiCache);
    let (read, written) = (1e6 * 400.0 * 0.3e-6, 1e6 * 100.0 * 1e-6);
    close(cache(""), read + written * (3.75 + 1.0 / 12.0), 1e-12);
    close(cache("lasts = \"2 min\""), read + written * (3.75 + 1.0 / 12.0), 1e-12);
    close(cache("lasts = \"6 min\""), read + written * (6.0 + 1.0), 1e-12);
    assert_eq!(refused(&text(&traffic("lasts = \"2 h\""), card), &[CHAT]), ["no-such-lifetime"]);
}

/// Windows weigh with the load of their hours, in the zone that they are stated in.
#[test]
fn windows_weigh_with_the_week() {
    let card = |window: &str| format!("windows = [{window}]");
    let flat = "input_tokens = 1000";
    let plain = cash(&text(flat, ""), 0);
    let night = "{ from = \"22:00\", until = \"06:00\", factor = 0.5 }";
    close(cash(&text(flat, &card(night)), 0), plain * (1.0 - 0.5 / 3.0), 1e-12);
    let workdays = "{ from = \"09:00\", until = \"18:30\", days = \"Mon to Fri\", factor = 2 }";
    close(cash(&text(flat, &card(workdays)), 0), plain * (1.0 + 9.5 * 5.0 / 168.0), 1e-12);
    // The week of an office by hand: five days of its hours, Saturday and Sunday as shares of them.
    let office = "input_tokens = 1000\nweek = \"office\"";
    let hours = tokencast::demand::Week::named("office").unwrap().hours();
    let total: f64 = hours.iter().sum();
    let inside: f64 =
        (0..168).filter(|hour| hour / 24 < 5 && (9..18).contains(&(hour % 24))).map(|h| hours[h]).sum();
    let half: f64 = (0..5).map(|day| 0.5 * hours[24 * day + 18]).sum();
    close(cash(&text(office, &card(workdays)), 0), plain * (1.0 + (inside + half) / total), 1e-12);
    // Midnight to eight in a zone nine hours ahead is 15:00 to 23:00 here.
    let there = "{ from = \"00:00\", until = \"08:00\", zone = \"+09:00\", factor = 3 }";
    let inside: f64 = (0..168).filter(|hour| (15..23).contains(&(hour % 24))).map(|h| hours[h]).sum();
    close(cash(&text(office, &card(there)), 0), plain * (1.0 + 2.0 * inside / total), 1e-12);
    // Two windows that touch do not overlap.
    let two = format!("{night}, {{ from = \"06:00\", until = \"22:00\", factor = 2 }}");
    close(cash(&text(flat, &card(&two)), 0), plain * (0.5 / 3.0 + 2.0 * 2.0 / 3.0), 1e-12);
    let both = format!("{night}, {{ from = \"05:30\", until = \"09:00\", days = \"Sun\", factor = 2 }}");
    assert_eq!(refused(&text(flat, &card(&both)), &[CHAT]), ["windows-overlap"]);
}

/// The rig's months begin in April 2027.
#[test]
fn announced_changes_hold_from_their_month_on() {
    let card = "over_time = { schedule = { 2027-04 = 1, 2027-06 = 2 } }\nannounced = { 2027-05 = { input = \"1 USD /Mtok\" }, 2027-07 = { input = \"2 USD /Mtok\", output = \"30 USD /Mtok\" }, 2026-01 = { output = \"10 USD /Mtok\" } }";
    let months = run(&text("input_tokens = 1000", card), 4, &[CHAT]);
    let expected = [(3.0, 10.0, 1.0), (1.0, 10.0, 1.0), (1.0, 10.0, 2.0), (2.0, 30.0, 2.0)];
    for (month, (input, output, factor)) in months.iter().zip(expected) {
        close(month.cash[0], factor * (1000.0 * input + 300.0 * output), 1e-12);
    }
}

#[test]
fn a_retired_llm_serves_nothing_and_the_next_entry_takes_over() {
    let other = "[vendor.other.llm.luna]\nrates = { input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }";
    for (retires, share) in [("2027-06", 0.0), ("2027-06-16", 0.5)] {
        let card = format!("retires = \"{retires}\"\n{other}");
        let rig =
            Rig::new(&text("input_tokens = 1000", &card), 4, &[CHAT, serve("chat", "other/luna")]).unwrap();
        assert!(!rig.unlimited(0) && rig.unlimited(1));
        assert_eq!(rig.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["llm-retires"]);
        let months = rig.run();
        for (month, share) in months.iter().zip([1.0, 1.0, share, 0.0]) {
            close(month.served[0][0], 1e6 * share, 1e-12);
            close(month.served[1][0], 1e6 * (1.0 - share), 1e-12);
            close(month.cash[0], share * 7500.0 + (1.0 - share) * 1300.0, 1e-12);
        }
    }
    // After the scenario's end it is no matter.
    let rig = Rig::new(&text("input_tokens = 1000", "retires = \"2027-08\""), 4, &[CHAT]).unwrap();
    assert!(rig.unlimited(0) && rig.warnings.is_empty());
}

/// Reasoning is billed as output unless it has a rate of its own.
#[test]
fn reasoning_is_billed_and_seen_by_nobody() {
    let traffic = "input_tokens = 1000\nreasoning_tokens = \"2k tokens\"";
    let plain = cash(&text("input_tokens = 1000", ""), 0);
    close(cash(&text(traffic, ""), 0), plain + 1e6 * 2000.0 * 15e-6, 1e-12);
    let own = text(traffic, "")
        .replace("output = \"15 USD /Mtok\"", "output = \"15 USD /Mtok\", reasoning = \"4 USD /Mtok\"");
    close(cash(&own, 0), plain + 1e6 * 2000.0 * 4e-6, 1e-12);
}
