//! Provisioned throughput and rate limits, against the hours of the week.

use tokencast::demand::{LoadCurve, Week};
use tokencast::finance::Component;
use tokencast::lanes::Lanes;

use super::rig::{Rig, Serve, refused, run, serve};
use super::support::{close, levels, near};

/// Requests of 1,000 tokens in and 200 out.
fn text(week: &str, requests: &str, more: &str) -> String {
    format!(
        "[traffic.chat]\nrequests = \"{requests}\"\ninput_tokens = 1000\noutput_tokens = 200\nweek = \"{week}\"\n\
         [vendor.azure.llm.gpt-5]\nrates = {{ input = \"1.25 USD /Mtok\", output = \"10 USD /Mtok\" }}\n\
         [vendor.azure.llm.gpt-5.provisioned]\ntokens_per_unit = \"4750 tokens /min\"\noutput_weight = 8\ncached_weight = 0\n\
         minimum = \"15 PTU\"\nstep = \"5 PTU\"\n\
         rates = {{ on_demand = \"1 USD /PTU-hour\", reserved_1m = \"260 USD /PTU-month\", reserved_1y = \"2652 USD /PTU-year\" }}\n\
         [supply.units.provisioned]\nof = \"azure/gpt-5\"\n{more}\n"
    )
}

const LINES: [Serve; 2] = [
    Serve { traffic: "chat", by: "units", up_to: None, batch: false, region: None, patience: None },
    Serve { traffic: "chat", by: "azure/gpt-5", up_to: None, batch: false, region: None, patience: None },
];
/// April has 720 hours.
const HOURS: f64 = 720.0;

/// A hundred units carry 475,000 tokens a minute; a request takes 1,000 + 8 · 200 of them: 182.69 requests a minute.
#[test]
fn units_carry_what_the_sizing_says() {
    let capacity = 100.0 * 4750.0 * 60.0 / 2600.0 * HOURS;
    for load in [0.5, 1.0, 1.3, 4.0] {
        let requests = format!("{} /month", load * capacity);
        let flat = text("flat", &requests, "buy = \"reserved_1m\"\nunits = \"100 PTU\"")
            .replace("week =", "hourly_noise = 0\nweek =");
        let month = &run(&flat, 1, &LINES)[0];
        close(month.served[0][0], capacity * load.min(1.0), 1e-9);
        near(month.served[1][0], capacity * (load - 1.0_f64).max(0.0), 1e-6);
        close(month.cost(Component::Provisioned), 26_000.0, 1e-12);
    }
}

#[test]
fn what_exceeds_the_units_in_an_hour_spills() {
    let requests = 6e6;
    let curve = LoadCurve::new(&Week::named("office").unwrap().hours(), 0.2);
    let mean = requests / HOURS * 2600.0 / (4750.0 * 60.0);
    let mut last = 0.0;
    for units in [0.0, 15.0, 50.0, 100.0, 150.0, 300.0, 600.0] {
        let month = &run(
            &text("office", "6M /month", &format!("buy = \"reserved_1y\"\nunits = \"{units} PTU\"")),
            1,
            &LINES,
        )[0];
        let carried: f64 = levels(&curve).iter().map(|(load, share)| share * (mean * load).min(units)).sum();
        near(month.served[0][0], requests * carried / mean, 1e-3);
        near(month.served[0][0] + month.served[1][0], requests, 1e-6);
        near(month.cost(Component::Provisioned), units * 221.0, 1e-9);
        let spilled = requests * (1.0 - carried / mean);
        near(month.cost(Component::ApiTokens), spilled * (1000.0 * 1.25e-6 + 200.0 * 10e-6), 1e-2);
        assert!(month.served[0][0] >= last);
        last = month.served[0][0];
    }
    near(last, requests, 1.0);
}

/// Units held in office hours carry the load of these hours, and are paid for them.
#[test]
fn a_window_holds_units_in_its_hours() {
    let window = "window = { from = \"08:00\", until = \"18:00\", days = \"Mon to Fri\" }";
    let many = text("office", "6M /month", &format!("buy = \"on_demand\"\nunits = \"1000 PTU\"\n{window}"));
    let month = &run(&many, 1, &LINES)[0];
    let hours = Week::named("office").unwrap().hours();
    let inside: f64 = (0..168).filter(|h| h / 24 < 5 && (8..18).contains(&(h % 24))).map(|h| hours[h]).sum();
    close(month.served[0][0], 6e6 * inside / hours.iter().sum::<f64>(), 1e-9);
    close(month.cost(Component::Provisioned), 1000.0 * HOURS * 50.0 / 168.0, 1e-12);
    let few = many.replace("1000 PTU", "50 PTU");
    let month = &run(&few, 1, &LINES)[0];
    assert!(
        month.served[0][0] > 0.0 && month.served[0][0] < 50.0 * 4750.0 * 60.0 / 2600.0 * HOURS * 50.0 / 168.0
    );
}

/// Cached input is free to the unit where its weight is 0, and counts in full where the vendor says nothing.
#[test]
fn cached_input_takes_its_weight_of_a_unit() {
    let cached = |weight: &str| {
        let lever = "[lever.cache.prefix_cache]\nhit_rate = \"50 %\"\n";
        let units = text("flat", "600M /month", "buy = \"reserved_1m\"\nunits = \"100 PTU\"");
        let text = format!("{lever}{units}")
            .replace("cached_weight = 0\n", weight)
            .replace("week =", "cacheable = \"80 %\"\nweek =");
        run(&text, 1, &LINES)[0].served[0][0]
    };
    let capacity = |tokens: f64| 100.0 * 4750.0 * 60.0 / tokens * HOURS;
    close(cached("cached_weight = 0\n"), capacity(600.0 + 1600.0), 1e-9);
    close(cached("cached_weight = 0.25\n"), capacity(700.0 + 1600.0), 1e-9);
    close(cached(""), capacity(2600.0), 1e-9);
}

#[test]
fn units_are_sold_as_the_vendor_says() {
    let units = |keys: &str| refused(&text("flat", "1M /month", keys), &LINES[..1]);
    assert_eq!(units("buy = \"reserved_1y\"\nunits = \"10 PTU\""), ["units-not-sold"]);
    assert_eq!(units("buy = \"reserved_1y\"\nunits = \"17 PTU\""), ["units-not-sold"]);
    let unsold = text("flat", "1M /month", "buy = \"reserved_1m\"\nunits = \"15 PTU\"")
        .replace("reserved_1m = \"260 USD /PTU-month\", ", "");
    assert_eq!(refused(&unsold, &LINES[..1]), ["not-sold"]);
    let two = format!(
        "{}[traffic.other]\nrequests = \"1 /month\"\ninput_tokens = 1\noutput_tokens = 1\nweek = \"office\"\n",
        text("flat", "1M /month", "buy = \"reserved_1m\"\nunits = \"15 PTU\"")
    );
    assert_eq!(refused(&two, &[serve("chat", "units"), serve("other", "units")]), ["two-weeks"]);
}

fn limited(limits: &str, more: &str) -> String {
    format!(
        "[traffic.chat]\nrequests = \"3M /month\"\ninput_tokens = 1000\noutput_tokens = 200\nweek = \"support\"\nagent = {{ calls = 2 }}\n{more}\n\
         [vendor.acme.llm.large]\nrates = {{ input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }}\nfactors = {{ batch = 0.5 }}\nlimits = {{ {limits} }}\n\
         [vendor.other.llm.luna]\nrates = {{ input = \"2 USD /Mtok\", output = \"8 USD /Mtok\" }}\n"
    )
}

const TWO: [Serve; 2] = [
    Serve { traffic: "chat", by: "acme/large", up_to: None, batch: false, region: None, patience: None },
    Serve { traffic: "chat", by: "other/luna", up_to: None, batch: false, region: None, patience: None },
];

/// The tightest limit decides, hour by hour; calls count, not requests.
#[test]
fn what_exceeds_a_limit_in_an_hour_goes_to_the_next() {
    let curve = LoadCurve::new(&Week::named("support").unwrap().hours(), 0.2);
    let calls = 2.0 * 3e6 / HOURS / 60.0;
    for (limits, per_minute) in [
        ("requests = \"150 /min\"", 150.0),
        ("tokens = \"120k tokens /min\"", 100.0),
        ("input_tokens = \"6M tokens /hour\"", 100.0),
        ("output_tokens = \"40k tokens /min\"", 200.0),
        ("requests = \"150 /min\", output_tokens = \"18k tokens /min\", tokens = \"120k tokens /min\"", 90.0),
        ("requests = \"100k /min\"", 100e3),
    ] {
        let rig = Rig::new(&limited(limits, ""), 1, &TWO).unwrap();
        assert!(!rig.unlimited(0) && rig.unlimited(1));
        let month = &rig.run()[0];
        let passed: f64 =
            levels(&curve).iter().map(|(load, share)| share * (calls * load).min(per_minute)).sum();
        close(month.served[0][0], 3e6 * passed / calls, 1e-9);
        near(month.served[0][0] + month.served[1][0], 3e6, 1e-6);
        let price = 2.0 * (1000.0e-6 + 200.0 * 4e-6);
        close(month.cash[0], price * (month.served[0][0] + 2.0 * month.served[1][0]), 1e-12);
    }
}

/// Entries share the limits of their llm: together they pass what one entry of both would, and higher ones go first.
#[test]
fn entries_of_one_llm_share_its_limits() {
    let other = "[traffic.more]\nrequests = \"2M /month\"\ninput_tokens = 1000\noutput_tokens = 200\nweek = \"support\"\nagent = { calls = 2 }";
    let limits = "requests = \"250 /min\"";
    let both = run(&limited(limits, other), 1, &[serve("chat", "acme/large"), serve("more", "acme/large")]);
    let first = run(&limited(limits, ""), 1, &TWO);
    let whole = run(&limited(limits, "").replace("\"3M /month\"", "\"5M /month\""), 1, &TWO);
    close(both[0].served[0][0], first[0].served[0][0], 1e-12);
    close(both[0].served[0][0] + both[0].served[1][0], whole[0].served[0][0], 1e-9);
    let weeks = limited(limits, &other.replace("support", "flat"));
    assert_eq!(refused(&weeks, &[serve("chat", "acme/large"), serve("more", "acme/large")]), ["two-weeks"]);
}

/// A batch waits for its turn, so it passes whatever the hour.
#[test]
fn batches_have_no_rate_limit() {
    let waits = "can_wait = { share = \"100 %\", up_to = \"1 day\" }";
    let text = limited("requests = \"1 /min\"", waits);
    let month = &run(&text, 1, &[Serve { batch: true, ..TWO[0] }, TWO[1]])[0];
    assert_eq!(month.served[0], Lanes::splat(3e6));
}

/// A whole scenario: a limit of half the load at list prices, a dearer vendor behind it, and a price for what is shed.
const SHEDS: &str = r#"
title = "Full"
currency = "USD"
start = "2027-01"
months = 1

[traffic.work]
requests = "120 /min"
hourly_noise = 0
input_tokens = 1000
output_tokens = 0
shed_cost = "1 USD /request"

[vendor.acme.llm.terra]
rates = { input = "100 USD /Mtok", output = "1 USD /Mtok" }
limits = { requests = "60 /min" }
[vendor.other.llm.luna]
rates = { input = "200 USD /Mtok", output = "1 USD /Mtok" }

[strategy.next]
serve = [{ traffic = "work", by = "acme/terra" }, { traffic = "work", by = "other/luna" }]
[strategy.shed]
serve = [{ traffic = "work", by = "acme/terra", when_full = "shed" }, { traffic = "work", by = "other/luna" }]
[strategy.split]
serve = [{ traffic = "work", by = "acme/terra", share = "75 %", when_full = "shed" }, { traffic = "work", by = "other/luna" }]
"#;

#[test]
fn what_is_full_goes_to_the_next_or_is_shed() {
    let findings = super::whole::run(SHEDS, 64);
    let requests = 120.0 * 744.0 * 60.0;
    // Half is served at 0.1 USD; the rest costs 0.2 at the next, or 1 if it is shed. Of three quarters one is turned away.
    for (strategy, (served, price)) in
        findings.strategies.iter().zip([(1.0, 0.15), (0.5, 0.55), (0.75, 0.35)])
    {
        close(strategy.nominal.mean.value, requests * price, 1e-9);
        close(strategy.served_share(), served, 1e-9);
    }
    // Who may turn requests away is asked for their price, though a second entry would take all.
    let free = SHEDS.replace("shed_cost = \"1 USD /request\"\n", "");
    assert_eq!(super::whole::refused(&free), ["no-shed-cost"; 2]);
}

/// What a strategy trains with and is judged by counts as spend with their vendors.
#[test]
fn training_and_judges_count_as_spend() {
    let text = r#"
title = "Trained"
currency = "USD"
start = "2027-01"
months = 6

[traffic.work]
requests = "1 /month"
input_tokens = 1000
output_tokens = 0

[vendor.acme.llm.terra]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }
[vendor.cloud.gpu.h100]
rates = { on_demand = "2 USD /GPU-hour" }
[llm.small]

[training.tune.lora]
llm = "small"
from = "2027-02"
cadence = { every = "3 months" }
gpus = "cloud/h100"
compute = { gpu_hours = "500 GPU-hours" }
evaluation = { cases = "1k items", input_tokens = 2000, output_tokens = 500, judge = "acme/terra", red_team = "1k USD" }

[contract.cloud.negotiated_discount]
vendors = ["cloud"]
discount = "20 %"
[contract.judge.negotiated_discount]
vendors = ["acme"]
discount = "10 %"

[strategy.list]
serve = [{ traffic = "work", by = "acme/terra" }]
training = ["tune"]
[strategy.agreed]
serve = [{ traffic = "work", by = "acme/terra" }]
training = ["tune"]
contracts = ["cloud", "judge"]
"#;
    let findings = super::whole::run(text, 64);
    let (list, agreed) = (&findings.strategies[0], &findings.strategies[1]);
    let compute = list.component_mean(Component::TrainingCompute);
    let judged = list.component_mean(Component::Evaluation) - 2.0 * 1000.0;
    assert!(compute > 0.0 && judged > 0.0);
    let tokens = list.component_mean(Component::ApiTokens);
    close(agreed.component_mean(Component::Discounts), -0.2 * compute - 0.1 * (judged + tokens), 1e-9);
}

/// Units end with the llm that they carry, whatever their term; the day of the end is paid for.
#[test]
fn units_end_with_their_llm() {
    let buy = "buy = \"reserved_1y\"\nunits = \"100 PTU\"";
    let text =
        text("flat", "1M /month", buy).replace("gpt-5]\nrates", "gpt-5]\nretires = \"2027-06-16\"\nrates");
    let months = run(&text, 5, &LINES[..1]);
    for (month, share) in months.iter().zip([1.0, 1.0, 0.5, 0.0, 0.0]) {
        close(month.cost(Component::Provisioned), 22_100.0 * share, 1e-12);
        close(month.served[0][0], 1e6 * share, 1e-12);
    }
}
