//! Contracts: closed forms of their tiers, and the laws that hold for all of them.

use tokencast::contract;
use tokencast::engine::{Opened, Settings, open_month, simulate};
use tokencast::finance::Component;
use tokencast::model::Model;
use tokencast::random::Design;

use super::support::close;
use super::whole::{model, refused, run};

/// A million requests of 1,000 tokens in and 500 out at 1 and 4 USD per Mtok: 3,000 USD and 1,500 Mtok a month.
const PLAIN: &str = r#"
title = "Contracts"
currency = "USD"
start = "2027-01"
months = 24

[traffic.work]
requests = "1M /month"
input_tokens = 1000
output_tokens = 500

[vendor.acme.llm.terra]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[vendor.other.llm.luna]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[strategy.list]
serve = [{ traffic = "work", by = "acme/terra" }]

[strategy.agreed]
serve = [{ traffic = "work", by = "acme/terra" }]
contracts = ["deal"]
"#;

pub(super) fn with(contract: &str) -> String {
    format!("{PLAIN}\n{contract}")
}

/// The cash of a month of a strategy in one path, and what was posted.
pub(super) fn month(model: &Model, strategy: usize, month: usize, path: u64) -> (f64, Opened) {
    let opened = open_month(model, Design::plain(1), strategy, month, path..path + 1);
    let cash = |component: Component| component.view() != tokencast::finance::View::Accrual;
    let total = opened.accounts.iter().filter(|a| cash(a.line.component)).map(|a| a.amount).sum();
    (total, opened)
}

fn volume(applies: &str, bands: &[(&str, f64)]) -> String {
    let bands: Vec<_> = bands
        .iter()
        .map(|(above, discount)| format!("{{ above = \"{above}\", discount = {discount} }}"))
        .collect();
    format!(
        "[contract.deal.volume_discount]\nvendors = [\"acme\"]\napplies = \"{applies}\"\nbands = [{}]\n",
        bands.join(", ")
    )
}

/// The growing traffic that the tiers are swept with: 3,000 USD in the first month, and twice that three months later.
fn growing(contract: &str) -> String {
    let schedule: Vec<String> = (0..24_i32)
        .map(|i| format!("{}-{:02} = {}", 2027 + i / 12, i % 12 + 1, 2.0_f64.powf(f64::from(i - 6) / 3.0)))
        .collect();
    let growth = format!("growth = {{ schedule = {{ {} }} }}\ninput_tokens", schedule.join(", "));
    with(contract).replacen("input_tokens", &growth, 1)
}

#[test]
fn marginal_bands_are_the_sum_of_their_slices() {
    let bands = [("1k USD /month", 0.05), ("5k USD /month", 0.10), ("20k USD /month", 0.25)];
    let model = model(&growing(&volume("marginal", &bands)));
    let mut last = 0.0;
    for i in 0..24 {
        let (list, (paid, _)) = (month(&model, 0, i, 0).0, month(&model, 1, i, 0));
        let slice = |from: f64, to: f64| (list.min(to) - from).max(0.0);
        let off = 0.05 * slice(1e3, 5e3) + 0.10 * slice(5e3, 20e3) + 0.25 * slice(20e3, f64::INFINITY);
        close(paid, list - off, 1e-12);
        assert!(paid > last, "more volume costs more under marginal bands");
        last = paid;
    }
    assert!(month(&model, 0, 0, 0).0 < 1e3 && month(&model, 0, 23, 0).0 > 100e3, "all bands were met");
}

#[test]
fn all_units_bands_fall_off_a_cliff() {
    let bands = [("1k USD /month", 0.05), ("5k USD /month", 0.10), ("20k USD /month", 0.25)];
    let model = model(&growing(&volume("all_units", &bands)));
    for i in 0..24 {
        let (list, (paid, _)) = (month(&model, 0, i, 0).0, month(&model, 1, i, 0));
        let rate = match list {
            list if list > 20e3 => 0.25,
            list if list > 5e3 => 0.10,
            list if list > 1e3 => 0.05,
            _ => 0.0,
        };
        close(paid, list * (1.0 - rate), 1e-12);
    }
    // The cliff: just below 20k USD the bill is 18k USD, just above it is 15k USD.
    let at = |list: f64| {
        let requests = format!("requests = \"{} /month\"", list / 3e-3);
        let text = with(&volume("all_units", &bands)).replace("requests = \"1M /month\"", &requests);
        month(&self::model(&text), 1, 0, 0).0
    };
    close(at(20e3 * (1.0 - 1e-9)), 18e3, 1e-8);
    close(at(20e3 * (1.0 + 1e-9)), 15e3, 1e-8);
}

/// `tier(m) = m − 0.1·max(0, m−5e3) − 0.1·max(0, m−2e4) − 0.1·max(0, m−1e5)` Mtok at one price: bands on tokens of 10, 20 and 30 %.
#[test]
fn bands_on_tokens_discount_the_spend_in_proportion() {
    let bands = [("5B tokens /month", 0.1), ("20B tokens /month", 0.2), ("100B tokens /month", 0.3)];
    let text = growing(&volume("marginal", &bands))
        .replace("\"1M /month\"", "\"1M to 40M /month\"")
        .replace("output = \"4 USD", "output = \"1 USD")
        .replace("\"1 USD /Mtok\"", "\"0.6 USD to 2.4 USD /Mtok\"")
        .replace("output_tokens = 500", "output_tokens = 0");
    let model = model(&text);
    let mut met = [false; 4];
    for path in 0..40 {
        for i in [0, 5, 11, 17, 23] {
            let (list, opened) = month(&model, 0, i, path);
            let tokens: f64 = opened.accounts.iter().map(|a| a.quantity / 1e6).sum();
            let beyond = |threshold: f64| 0.1 * (tokens - threshold).max(0.0);
            let tier = tokens - beyond(5e3) - beyond(2e4) - beyond(1e5);
            close(month(&model, 1, i, path).0, list / tokens * tier, 1e-12);
            met[[5e3, 2e4, 1e5].iter().filter(|t| tokens > **t).count()] = true;
        }
    }
    assert_eq!(met, [true; 4], "every band was met");
}

#[test]
fn bands_are_in_their_own_currency_and_month() {
    let bands = volume("marginal", &[("150k JPY /month", 0.5)]);
    let rates = "[fx]\nJPY = { schedule = { 2027-01 = \"0.01 USD /JPY\", 2027-02 = \"0.005 USD /JPY\" } }\n";
    let jpy = model(&with(&format!("{bands}\n{rates}")));
    // 150k JPY are 1,500 USD in January and 750 USD in February.
    close(month(&jpy, 1, 0, 0).0, 1500.0 + 0.5 * 1500.0, 1e-12);
    close(month(&jpy, 1, 1, 0).0, 750.0 + 0.5 * 2250.0, 1e-12);
    // Per day: 31 in January and 28 in February.
    let daily = model(&with(&volume("marginal", &[("50 USD /day", 0.5)])));
    close(month(&daily, 1, 0, 0).0, 1550.0 + 0.5 * 1450.0, 1e-12);
    close(month(&daily, 1, 1, 0).0, 1400.0 + 0.5 * 1600.0, 1e-12);
}

#[test]
fn volumes_of_several_vendors_count_together_and_others_do_not() {
    let split = "serve = [{ traffic = \"work\", by = \"acme/terra\", share = \"50 %\" }, { traffic = \"work\", by = \"other/luna\" }]\ncontracts";
    let bands = volume("marginal", &[("2k USD /month", 0.5)]);
    let alone =
        with(&bands).replace("serve = [{ traffic = \"work\", by = \"acme/terra\" }]\ncontracts", split);
    close(month(&model(&alone), 1, 0, 0).0, 3000.0, 1e-12);
    let both = alone.replace("vendors = [\"acme\"]", "vendors = [\"acme\", \"other\"]");
    close(month(&model(&both), 1, 0, 0).0, 2000.0 + 0.5 * 1000.0, 1e-12);
}

/// What a vendor rents out counts like what it serves.
#[test]
fn rented_gpus_count_as_spend_with_their_vendor() {
    let gpus = r#"
        [llm.small]
        [deployment.one]
        llm = "small"
        gpu = "h100"
        gpus = 1
        capacity = { stated = { tokens = "1000 tokens /s" } }
        [vendor.acme.gpu.h100]
        rates = { on_demand = "2 USD /GPU-hour", reserved_1y = "1 USD /GPU-hour" }
        [supply.fleet.rented]
        deployment = "one"
        gpus = "acme/h100"
        reserved_1y = "1 replicas"
    "#;
    let text = with(&format!("{}\n{gpus}", volume("marginal", &[("0 USD /month", 0.25)])))
        .replace("by = \"acme/terra\"", "by = \"fleet\"");
    let findings = run(&text, 64);
    let (list, agreed) = (&findings.strategies[0], &findings.strategies[1]);
    close(agreed.component_mean(Component::GpuRental), list.component_mean(Component::GpuRental), 1e-12);
    close(
        agreed.component_mean(Component::Discounts),
        -0.25 * list.component_mean(Component::GpuRental),
        1e-12,
    );
}

#[test]
fn every_kind_is_explained_line_by_line() {
    let opened = month(&model(&with(&volume("marginal", &[("1k USD /month", 0.1)]))), 1, 3, 0).1;
    let credit = opened.accounts.iter().find(|a| a.line.component == Component::Discounts).unwrap();
    assert_eq!(
        (credit.line.label.as_str(), credit.line.payee.as_str()),
        ("spend above 1k USD /month", "deal")
    );
    assert_eq!(credit.line.unit, "USD");
    close(credit.quantity, 2000.0, 1e-12);
    close(credit.amount, -200.0, 1e-12);
}

/// A contract that takes nothing off and asks for nothing changes no bit of any path.
#[test]
fn a_contract_without_effect_changes_nothing() {
    let idle =
        [volume("marginal", &[("0 USD /month", 0.0)]), volume("all_units", &[("1T tokens /month", 0.5)])];
    for contract in idle {
        let text = with(&contract).replace("\"1M /month\"", "\"1M to 4M /month\"");
        let model = model(&text);
        let outcomes = simulate(&model, &Settings { paths: 128, ..Settings::default() }, &()).unwrap();
        let totals: Vec<_> = outcomes.strategies.iter().map(|s| s.totals.nominal.clone()).collect();
        assert_eq!(totals[0], totals[1], "{contract}");
    }
}

#[test]
fn wrong_contracts_are_refused() {
    let one = |contract: String| refused(&with(&contract));
    let bands = [("5k USD /month", 0.1), ("1k USD /month", 0.2)];
    assert_eq!(one(volume("marginal", &bands)), ["not-rising"]);
    assert_eq!(one(volume("marginal", &[("5k USD /month", 0.1), ("5k USD /month", 0.2)])), ["not-rising"]);
    assert_eq!(one(volume("marginal", &[("5k USD /month", 0.1), ("5B tokens /month", 0.2)])), ["two-units"]);
    assert_eq!(one(volume("marginal", &[("5k USD /month", 0.1), ("700k JPY /month", 0.2)])), ["two-units"]);
    assert_eq!(one(volume("marginal", &[("5k USD to 6k USD /month", 0.1)])), ["uncertain-here"]);
    assert_eq!(one(volume("marginal", &[("5k USD /month", 1.5)])), ["bad-quantity"]);
    assert_eq!(one(volume("marginal", &[])), ["empty-list"]);
    assert_eq!(one(volume("sometimes", &[("5k USD /month", 0.1)])), ["unknown-word"]);
    assert_eq!(
        one(volume("marginal", &[("5k USD /month", 0.1)]).replace("\"acme\"", "\"akme\"")),
        ["unknown-id"]
    );
    assert_eq!(
        refused(&with(
            "[contract.other.volume_discount]\nvendors = []\napplies = \"marginal\"\nbands = [{ above = \"0 USD /month\", discount = 0.1 }]"
        )),
        ["unknown-id"]
    );
    let second = volume("marginal", &[("5k USD /month", 0.1)]);
    let two = format!("{second}{}", second.replace("contract.deal", "contract.more"));
    assert_eq!(refused(&with(&two).replace("[\"deal\"]", "[\"deal\", \"more\"]")), ["counted-twice"]);
    assert_eq!(one(second.replace("[\"acme\"]", "[\"acme\", \"acme\"]")), ["counted-twice"]);
}

#[test]
fn kinds_are_named_once_and_each_knows_its_own() {
    let names: Vec<_> = contract::KINDS.iter().map(|kind| kind.name).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
}
