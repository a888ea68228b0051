//! Commitments, credit, fees and negotiated discounts: closed forms, brute force over months, and what holds for all kinds.

use tokencast::analysis::Findings;
use tokencast::finance::{Component, View};
use tokencast::model::resolve;
use tokencast::scenario::load;

use super::contracts::{month, with};
use super::support::{close, near};
use super::whole::{Text, model, refused, run};

/// List spend by month of a year and a half of growth and decline, in thousand USD.
const SPEND: [f64; 24] = [
    3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5,
    0.0, 0.0, 1.0,
];

/// Traffic that spends [`SPEND`] at list prices.
fn moving(contract: &str) -> String {
    let step = |i: usize| format!("{}-{:02} = {}", 2027 + i / 12, i % 12 + 1, SPEND[i] / 3.0);
    let steps: Vec<String> = (0..24).map(step).collect();
    let growth = format!("growth = {{ schedule = {{ {} }} }}\ninput_tokens", steps.join(", "));
    with(contract).replacen("input_tokens", &growth, 1)
}

fn committed(keys: &str) -> String {
    format!("[contract.deal.committed_spend]\nvendors = [\"acme\"]\n{keys}\n")
}

/// The cash of each month of the strategy with the contract.
fn cash(text: &str) -> Vec<f64> {
    let model = model(text);
    (0..24).map(|i| month(&model, 1, i, 0).0).collect()
}

fn same(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        near(*found, *expected, 1e-7);
    }
}

#[test]
fn what_is_promised_is_paid_when_the_year_ends() {
    let found =
        cash(&moving(&committed("amount = \"60k USD /year\"\nterm = \"2 years\"\ndiscount = \"10 %\"")));
    let mut expected: Vec<f64> = SPEND.iter().map(|k| 900.0 * k).collect();
    // The first year reaches its promise: 62,100 USD after discount. The second lacks 60,000 − 33,750.
    close(expected[..12].iter().sum(), 62_100.0, 1e-12);
    expected[23] += 60_000.0 - expected[12..].iter().sum::<f64>();
    same(&found, &expected);
    let by_month =
        cash(&moving(&committed("amount = \"5k USD /month\"\nterm = \"24 months\"\ndiscount = \"10 %\"")));
    let expected: Vec<f64> = SPEND.iter().map(|k| (900.0 * k).max(5_000.0)).collect();
    same(&by_month, &expected);
}

/// By brute force, dollar by dollar of the year: the promise buys at the discount, the rest is at list.
#[test]
fn beyond_the_promise_may_be_at_list_prices() {
    let text = moving(&committed(
        "amount = \"45k USD /year\"\nterm = \"2 years\"\ndiscount = \"25 %\"\nbeyond = \"list\"",
    ));
    let mut expected = Vec::new();
    for year in SPEND.chunks(12) {
        let mut room = 45_000.0 / 0.75;
        let mut paid = 0.0;
        for (i, k) in year.iter().enumerate() {
            let cheap = (1000.0 * k).min(room);
            room -= cheap;
            let mut cash = 0.75 * cheap + (1000.0 * k - cheap);
            paid += cash;
            if i == 11 {
                cash += (45_000.0_f64 - paid).max(0.0);
            }
            expected.push(cash);
        }
    }
    same(&cash(&text), &expected);
}

/// Demand is lognormal around 100 with log sd 0.5, a committed unit costs 0.6 of one on demand: the best commitment is
/// F⁻¹(0.4) = 88.102 and costs 87.749 on average, against 113.315 without. Five standard errors: 1 seed in 1.7 million fails.
#[test]
fn the_best_commitment_is_that_of_the_newsvendor() {
    let text = |units: f64| {
        let deal = committed(&format!(
            "amount = \"{} USD /month\"\nterm = \"1 month\"\ndiscount = \"40 %\"\nbeyond = \"list\"",
            0.6 * units
        ));
        with(&deal)
            .replace("months = 24", "months = 1")
            .replace("\"1M /month\"", "{ lognormal = { median = \"100 /month\", sigma = 0.5 } }")
            .replace(
                "input = \"1 USD /Mtok\", output = \"4 USD /Mtok\"",
                "input = \"0 USD /Mtok\", output = \"0 USD /Mtok\", request = \"1 USD /request\"",
            )
    };
    let cost = |units: f64| {
        let findings = run(&text(units), 65_536);
        (findings.strategies[1].nominal.mean, findings.strategies[0].nominal.mean)
    };
    let (best, on_demand) = cost(88.102_123_365_804_93);
    near(best.value, 87.748_672_822_639_72, 5.0 * best.standard_error);
    near(on_demand.value, 113.314_845_306_682_68, 5.0 * on_demand.standard_error);
    assert!(best.standard_error < 0.1);
    // On the same draws, more and less cost more; far from the optimum by more than near it.
    let around: Vec<f64> = [60.0, 80.0, 97.0, 120.0].iter().map(|units| cost(*units).0.value).collect();
    assert!(around.iter().all(|cost| *cost > best.value), "{around:?}");
    assert!(around[0] > around[1] && around[3] > around[2], "{around:?}");
}

#[test]
fn what_is_rolled_over_is_owed_later() {
    let keys =
        "amount = \"5k USD /month\"\nterm = \"2 years\"\ndiscount = \"10 %\"\nshortfall = \"rolled_over\"";
    let mut owed = 0.0;
    let mut expected = Vec::new();
    for k in SPEND {
        expected.push(900.0 * k);
        owed = (owed + 5_000.0 - 900.0 * k).max(0.0);
    }
    expected[23] += owed;
    assert!(owed > 0.0);
    same(&cash(&moving(&committed(keys))), &expected);
}

/// A year that the scenario cuts short, or that began before it, settles its part.
#[test]
fn cut_years_settle_in_proportion() {
    for (from, cuts) in [("2027-07", [18, 24]), ("2026-07", [6, 18])] {
        let keys =
            format!("amount = \"120k USD /year\"\nterm = \"2 years\"\ndiscount = 0\nfrom = \"{from}\"");
        let found = cash(&moving(&committed(&keys)));
        let begins = if from == "2027-07" { 6 } else { 0 };
        let mut expected: Vec<f64> = SPEND.iter().map(|k| 1000.0 * k).collect();
        let mut first = begins;
        for cut in cuts {
            let spent: f64 = expected[first..cut].iter().sum();
            expected[cut - 1] += 10_000.0 * (cut - first) as f64 - spent;
            first = cut;
        }
        same(&found, &expected);
    }
}

#[test]
fn a_term_ends_unless_it_renews() {
    let keys = "amount = \"20k USD /month\"\nterm = \"3 months\"\ndiscount = \"50 %\"\nfrom = \"2027-02\"";
    let month = |i: usize, holds: bool| if holds { 20_000.0 } else { 1000.0 * SPEND[i] };
    let found = cash(&moving(&committed(keys)));
    same(&found, &(0..24).map(|i| month(i, (1..4).contains(&i))).collect::<Vec<_>>());
    let renewed = cash(&moving(&committed(&format!("{keys}\nrenews = true"))));
    same(&renewed, &(0..24).map(|i| month(i, i >= 1)).collect::<Vec<_>>());
}

/// Negotiated first, then bands on list volume, then the commitment; each takes its share of what is left.
#[test]
fn contracts_settle_in_their_order() {
    let more = "[contract.first.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = \"10 %\"\nfrom = \"2027-03\"\nterm = \"1 year\"\n\
                [contract.second.volume_discount]\nvendors = [\"acme\"]\napplies = \"marginal\"\nbands = [{ above = \"2k USD /month\", discount = \"30 %\" }]\n";
    let text = moving(&format!(
        "{more}{}",
        committed("amount = \"0 USD /month\"\nterm = \"2 years\"\ndiscount = \"20 %\"")
    ))
    .replace("[\"deal\"]", "[\"deal\", \"second\", \"first\"]");
    let expected: Vec<f64> = (0..24)
        .map(|i| {
            let list = 1000.0 * SPEND[i];
            let negotiated = if (2..14).contains(&i) { 0.9 } else { 1.0 };
            let bands = if list > 0.0 { 1.0 - 0.3 * (list - 2000.0).max(0.0) / list } else { 1.0 };
            list * negotiated * bands * 0.8
        })
        .collect();
    same(&cash(&text), &expected);
}

fn credit(keys: &str) -> String {
    format!("[contract.deal.prepaid_credit]\nvendors = [\"acme\"]\n{keys}\n")
}

#[test]
fn credit_is_paid_once_and_used_up() {
    let text = moving(&credit("amount = \"10k USD\"\nbonus = \"20 %\"\nfrom = \"2027-02\""));
    let found = cash(&text);
    let mut expected: Vec<f64> = SPEND.iter().map(|k| 1000.0 * k).collect();
    // 12,000 USD of credit pay 3.5k, 4k and 4.5k.
    (expected[1], expected[2], expected[3]) = (10_000.0, 0.0, 0.0);
    same(&found, &expected);
    let findings = run(&text, 64);
    close(views(&findings, 1).0, views(&findings, 1).1, 1e-12);
    assert_eq!(findings.strategies[1].component_mean(Component::CreditLost), 0.0);
    close(findings.strategies[1].component_mean(Component::Discounts), -2_000.0, 1e-12);
}

#[test]
fn credit_that_expires_or_is_left_is_lost() {
    for (keys, lost) in [
        ("amount = \"60k USD\"\nexpires = \"1 year\"", 0.0),
        ("amount = \"80k USD\"\nexpires = \"1 year\"", 11_000.0),
        ("amount = \"60k USD\"\nexpires = \"6 months\"\nbonus = \"50 %\"", 60_000.0 - 25_500.0 / 1.5),
        ("amount = \"200k USD\"", 200_000.0 - 106_500.0),
    ] {
        let findings = run(&moving(&credit(keys)), 64);
        let found = &findings.strategies[1];
        near(found.component_mean(Component::CreditLost), lost, 1e-6);
        let (cash, accrual) = views(&findings, 1);
        close(cash, accrual, 1e-12);
    }
}

/// Cash and accrual over the scenario.
fn views(findings: &Findings, strategy: usize) -> (f64, f64) {
    let sum = |not: View| -> f64 {
        let counted = Component::ALL.into_iter().filter(|component| component.view() != not);
        counted.map(|component| findings.strategies[strategy].component_mean(component)).sum()
    };
    (sum(View::Accrual), sum(View::Cash))
}

/// With an exchange rate that moves: what was paid in January is what is used and lost.
#[test]
fn cash_and_accrual_agree_in_any_currency() {
    let rates = "[fx]\nJPY = { geometric_brownian = { initial = \"0.0066 USD /JPY\", drift = \"0 % /year\", annual_volatility = \"30 %\" } }\n";
    let deals = [
        credit("amount = \"2M to 20M JPY\"\nbonus = \"10 %\"\nexpires = \"15 months\""),
        committed(
            "amount = \"9M JPY /year\"\nterm = \"2 years\"\ndiscount = \"5 % to 20 %\"\nbeyond = \"list\"",
        ),
    ];
    for deal in deals {
        let text = moving(&format!("{deal}{rates}")).replace("\"1M /month\"", "\"0.5M to 3M /month\"");
        let findings = run(&text, 256);
        let (cash, accrual) = views(&findings, 1);
        close(cash, accrual, 1e-10);
        assert!(cash > 0.0);
    }
}

/// A promise in another currency is kept in that currency: half of it is bought at each rate.
#[test]
fn a_promise_keeps_its_currency() {
    let rates = "[fx]\nJPY = { schedule = { 2027-01 = \"0.01 USD /JPY\", 2027-02 = \"0.005 USD /JPY\" } }\n";
    let deal = committed("amount = \"12M JPY /year\"\nterm = \"2 years\"\ndiscount = 0");
    let found = cash(&with(&format!("{deal}{rates}")));
    // In January 3,000 USD are 300k JPY, then 600k JPY a month: 6.9M of 12M, so 5.1M JPY at 0.005 are missing.
    near(found[11], 3_000.0 + 25_500.0, 1e-6);
    near(found[23], 3_000.0 + (12e6 - 12.0 * 6e5) * 0.005, 1e-6);
}

#[test]
fn seats_and_minimum_fees_come_on_top() {
    let seats = "[contract.deal.seats]\nvendor = \"acme\"\nseats = { schedule = { 2027-01 = \"40 seats\", 2027-07 = \"60 seats\" } }\n\
                 [vendor.acme]\nseat = \"25 USD /seat-month\"\nminimum = \"7k USD /month\"\n";
    let found = cash(&moving(seats));
    let model = model(&moving(seats));
    for i in 0..24 {
        let seats = if i < 6 { 1_000.0 } else { 1_500.0 };
        near(found[i], (1000.0 * SPEND[i] + seats).max(7_000.0), 1e-9);
        // Who only buys tokens pays the minimum as well.
        near(month(&model, 0, i, 0).0, (1000.0 * SPEND[i]).max(7_000.0), 1e-9);
    }
    assert_eq!(refused(&with(&seats.replace("seat = \"25", "# \"25"))), ["not-sold"]);
    // Credit pays fees too, but the minimum looks at the bill before it.
    let paid = cash(&moving(&format!(
        "{}[vendor.acme]\nminimum = \"7k USD /month\"\n",
        credit("amount = \"3k USD\"")
    )));
    near(paid[0], 7_000.0, 1e-9);
}

/// No discount and no promise change no bit of any path.
#[test]
fn contracts_without_effect_change_nothing() {
    use tokencast::engine::{Settings, simulate};
    for deal in [
        committed("amount = \"0 USD /year\"\nterm = \"2 years\"\ndiscount = 0"),
        committed("amount = \"0 USD /year\"\nterm = \"2 years\"\ndiscount = \"50 %\"\nbeyond = \"list\""),
        "[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = 0\n".to_owned(),
        credit("amount = \"0 USD\""),
    ] {
        let model = model(&moving(&deal).replace("\"1M /month\"", "\"1M to 4M /month\""));
        let outcomes = simulate(&model, &Settings { paths: 128, ..Settings::default() }, &()).unwrap();
        let totals: Vec<_> = outcomes.strategies.iter().map(|s| s.totals.nominal.clone()).collect();
        assert_eq!(totals[0], totals[1], "{deal}");
    }
}

/// Whatever the contract, a month costs nothing less than nothing, and more volume never costs less.
#[test]
fn bills_are_never_negative_and_rise_with_volume() {
    for deal in [
        committed("amount = \"30k USD /year\"\nterm = \"2 years\"\ndiscount = \"100 %\"\nbeyond = \"list\""),
        committed("amount = \"3k USD /month\"\nterm = \"2 years\"\ndiscount = \"30 %\""),
        committed(
            "amount = \"60k USD /year\"\nterm = \"1 year\"\ndiscount = \"30 %\"\nshortfall = \"rolled_over\"\nrenews = true",
        ),
        "[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = \"100 %\"\n".to_owned(),
        credit("amount = \"40k USD\"\nbonus = \"30 %\"\nexpires = \"9 months\""),
    ] {
        let mut last = 0.0;
        for factor in ["0.1M", "0.7M", "1M", "1.5M", "4M"] {
            let found = cash(&moving(&deal).replace("\"1M /month\"", &format!("\"{factor} /month\"")));
            assert!(found.iter().all(|month| *month > -1e-9), "{deal}: {found:?}");
            let total: f64 = found.iter().sum();
            assert!(total >= last - 1e-6, "{deal}: {total} after {last}");
            last = total;
        }
    }
}

fn warned(text: &str) -> Vec<&'static str> {
    let loaded = load(&Text(text.to_owned()), "scenario.toml", &[]);
    let (model, more) = resolve(&loaded.scenario.unwrap());
    assert!(model.is_some(), "{more:?}");
    more.iter().map(|mistake| mistake.code).collect()
}

#[test]
fn contracts_that_do_nothing_are_pointed_out() {
    let deal = "[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = 0.1\n";
    let without_other = |text: &str| {
        with(text).replace(
            "[strategy.list]",
            "[strategy.other]\nserve = [{ traffic = \"work\", by = \"other/luna\" }]\n[strategy.list]",
        )
    };
    assert!(warned(&without_other(deal)).is_empty());
    assert_eq!(
        warned(&without_other(&deal.replace("[\"acme\"]", "[\"acme\", \"other\"]"))),
        ["idle-contract"]
    );
    assert_eq!(warned(&without_other(&format!("{deal}from = \"2030-01\"\n"))), ["contract-unseen"]);
    assert_eq!(
        warned(&without_other(&format!("{deal}from = \"2020-01\"\nterm = \"1 year\"\n"))),
        ["contract-unseen"]
    );
}

#[test]
fn wrong_commitments_are_refused() {
    let one = |keys: &str| refused(&with(&committed(keys)));
    assert_eq!(one("amount = \"3k USD /year\"\ndiscount = 0.1"), ["missing-key"]);
    assert_eq!(one("amount = \"3k USD /year\"\nterm = \"90 days\"\ndiscount = 0.1"), ["not-whole-months"]);
    assert_eq!(one("amount = \"3k USD /year\"\nterm = \"1.3 months\"\ndiscount = 0.1"), ["not-whole-months"]);
    assert_eq!(one("amount = \"3k USD /day\"\nterm = \"1 year\"\ndiscount = 0.1"), ["clock-time"]);
    assert_eq!(one("amount = \"3k USD /year\"\nterm = \"1 year\"\ndiscount = 1.1"), ["bad-quantity"]);
    assert_eq!(
        one("amount = \"3k USD /year\"\nterm = \"1 year\"\ndiscount = 0.1\nbeyond = \"free\""),
        ["unknown-word"]
    );
    assert_eq!(refused(&with(&credit("amount = \"3k USD\"\nfrom = \"2026-12\""))), ["before-the-start"]);
    assert_eq!(refused(&with(&credit("amount = \"3k USD /month\""))), ["bad-quantity"]);
    let nobody = credit("amount = \"3k USD\"").replace("[\"acme\"]", "[]");
    assert_eq!(refused(&with(&nobody)), ["no-vendor"]);
}

/// Faster and slower service are bought by the tier of the entry, at a factor of every rate of tokens.
#[test]
fn tiers_of_service_are_factors() {
    let card = with("[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = 0\n").replace(
        "[vendor.acme.llm.terra]\n",
        "[vendor.acme.llm.terra]\nfactors = { flex = 0.5, priority = 2 }\n",
    );
    let tier = |word: &str| {
        card.replacen("by = \"acme/terra\"", &format!("by = \"acme/terra\", tier = \"{word}\""), 2)
    };
    near(cash(&tier("flex"))[0], 1_500.0, 1e-9);
    near(cash(&tier("priority"))[0], 6_000.0, 1e-9);
    near(cash(&tier("standard"))[0], 3_000.0, 1e-9);
    assert_eq!(refused(&tier("flex").replace("flex = 0.5, ", "")), ["no-tier", "no-tier"]);
    assert_eq!(refused(&tier("fast")), ["unknown-word"; 2]);
}
