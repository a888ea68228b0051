//! What hazards come to in money and requests, against arithmetic done by hand.

use tokencast::analysis::vendors;
use tokencast::engine::fates;
use tokencast::finance::{Component, Measure};
use tokencast::model::Model;
use tokencast::random::Design;

use crate::assert_near;
use crate::common::{Folder, found, model_of, resolved};

/// A million requests a month at 1 USD each from acme, with borealis behind it at twice the price.
const TWO_VENDORS: &str = r#"
title = "Two vendors"
currency = "USD"
start = "2027-01"
months = 24
hours_per_month = 730

[run]
paths = 8192

[traffic.work]
requests = "1M /month"
input_tokens = 1000
output_tokens = 0
hourly_noise = 0
shed_cost = "0.01 USD /request"

[vendor.acme.llm.large.rates]
input = "1 USD /Mtok"
output = "1 USD /Mtok"
[vendor.borealis.llm.large.rates]
input = "2 USD /Mtok"
output = "2 USD /Mtok"

[strategy.stay]
serve = [{ traffic = "work", by = "acme/large" }]
[strategy.failover]
serve = [{ traffic = "work", by = "acme/large" }, { traffic = "work", by = "borealis/large" }]
"#;

fn with(hazards: &str) -> Model {
    model_of(&format!("{TWO_VENDORS}{hazards}"), &[])
}

/// Cash over all months, mean over paths: of who stays, of who fails over.
fn costs(hazards: &str) -> [f64; 2] {
    let findings = found(&with(hazards), 8192);
    [0, 1].map(|place| findings.strategies[place].nominal.mean.value)
}

/// A thousand dollars a month; ten thousand where nobody serves, two thousand where borealis does.
#[test]
fn what_is_retired_goes_to_the_next_or_is_shed() {
    let [stay, failover] =
        costs("[hazard.end.retirement]\nhits = [\"acme/large\"]\nlife = \"12.25 months\"\n");
    assert_near(stay, 12.25 * 1000.0 + 11.75 * 10_000.0, 1e-6);
    assert_near(failover, 12.25 * 1000.0 + 11.75 * 2000.0, 1e-6);
}

/// One hour in a hundred is down: the means are arithmetic, and evenly spread points keep them within a hundredth.
#[test]
fn outages_cost_what_the_fallback_costs_more() {
    let text = "[hazard.down.outage]\nhits = [\"acme\"]\navailability = \"99 %\"\nduration = \"2 h\"\n";
    let [stay, failover] = costs(text);
    assert_near(stay - 24_000.0, 24.0 * 0.01 * 9000.0, 24.0);
    assert_near(failover - 24_000.0, 24.0 * 0.01 * 1000.0, 3.0);
    // Both down together: nobody is left to fail over to.
    let [stay, failover] = costs(&text.replace("[\"acme\"]", "[\"acme\", \"borealis\"]"));
    assert_near(stay - 24_000.0, 24.0 * 0.01 * 9000.0, 24.0);
    assert_near(failover, stay, 1e-6);
}

#[test]
fn distress_multiplies_the_prices_of_its_vendor() {
    let text = "[hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = 1 }\n\
        stressed = { price_factor = 1.5, lasts = \"1000 months\" }\nends = { recovers = { weight = 1 } }\n";
    assert_near(costs(text)[0], 24.0 * 1500.0, 1e-6);
}

/// A hazard that never comes changes no bit, nor does one that hits somebody else.
#[test]
fn what_never_happens_changes_no_bit() {
    let uncertain = "[run]\npaths = 8192\n\n[fx]\nEUR = \"0.8 to 1.2 USD /EUR\"\n";
    let base = TWO_VENDORS.replace("[run]\npaths = 8192\n", uncertain).replace("1 USD", "1 EUR");
    let paths = |hazards: &str| {
        let findings = found(&model_of(&format!("{base}{hazards}"), &[]), 1024);
        findings.strategies.into_iter().map(|strategy| strategy.nominal_paths).collect::<Vec<_>>()
    };
    let never = "[hazard.a.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = 0 }\n\
        stressed = { price_factor = 2, outage_factor = 2, lasts = \"6 months\" }\n\
        ends = { recovers = { weight = 1 }, wound_down = { weight = 1, notice = \"1 month\" } }\n\
        [hazard.b.outage]\nhits = [\"acme\", \"borealis/large\"]\navailability = 1\nduration = \"1 h\"\n\
        [hazard.c.price_shock]\nhits = [\"acme\"]\nfrequency = \"0 /year\"\nfactor = 2\nlasts = \"6 months\"\n\
        [hazard.d.retirement]\nhits = [\"acme/large\"]\nlife = \"90 months\"\n";
    assert!(paths("") == paths(never));
    let elsewhere = "[vendor.other]\n[hazard.a.outage]\nhits = [\"other\"]\navailability = \"99 % to 99.9 %\"\nduration = \"1 h\"\n";
    assert!(paths("") == paths(elsewhere));
}

/// A vendor that rents out GPUs closes: what it served is shed, and nothing is paid from then on.
#[test]
fn nobody_pays_a_vendor_that_is_gone() {
    let text = "[vendor.acme.gpu.h100.rates]\non_demand = \"2 USD /GPU-hour\"\nreserved_1y = \"1 USD /GPU-hour\"\n\
        [llm.any]\n[deployment.one]\nllm = \"any\"\ngpu = \"h100\"\ngpus = 1\ncapacity_error = 1\n\
        capacity = { stated = { tokens = \"1M tokens /s\" } }\n\
        [supply.own.rented]\ndeployment = \"one\"\ngpus = \"acme/h100\"\nreserved_1y = \"3 replicas\"\n\
        [strategy.own]\nserve = [{ traffic = \"work\", by = \"own\" }]\n\
        [hazard.end.retirement]\nhits = [\"acme\"]\nlife = \"12.5 months\"\n";
    let findings = found(&with(text), 64);
    let own = &findings.strategies[2];
    assert_near(own.component_mean(Component::GpuRental), 12.5 * 730.0 * 3.0, 1e-6);
    assert_near(own.measured(Measure::Shed), 11.5e6, 1e-3);
}

/// Correlated hazards are named by their addresses, as everything that is drawn.
#[test]
fn a_scenario_correlates_its_hazards() {
    let one = |id: &str, vendor: &str| {
        format!(
            "[hazard.{id}.vendor_distress]\nvendor = \"{vendor}\"\nchance = {{ rating = \"CCC/C\" }}\n\
             stressed = {{ lasts = \"6 months\" }}\nends = {{ wound_down = {{ weight = 1, notice = \"0 days\" }} }}\n"
        )
    };
    let both = one("a", "acme") + &one("b", "borealis");
    let together =
        format!("{both}[correlation.funding]\nbetween = [\"hazard.a\", \"hazard.b\"]\nrank = 0.7\n");
    // Who fails over sheds only where both are gone, which is more often where they go together.
    let [alone, joint] = [&both, &together].map(|text| costs(text));
    assert!(joint[1] > 1.1 * alone[1], "{alone:?} {joint:?}");
    assert!((joint[0] / alone[0] - 1.0).abs() < 0.01, "{alone:?} {joint:?}");
}

/// Vendors that are hit can refuse, so a traffic without a price of not serving is refused first.
#[test]
fn who_can_fail_needs_a_price_of_not_serving() {
    let text = TWO_VENDORS.replace("shed_cost = \"0.01 USD /request\"\n", "");
    let files = |text: &str| Folder::at(".").with("scenario.toml", text);
    assert!(resolved(&files(&text), "scenario.toml", &[]).0.is_some());
    let hit = format!(
        "{text}[hazard.down.outage]\nhits = [\"acme\"]\navailability = \"99 %\"\nduration = \"2 h\"\n"
    );
    let (model, said) = resolved(&files(&hit), "scenario.toml", &[]);
    assert!(model.is_none() && said.contains("no-shed-cost"), "{said}");
}

/// The outcomes of a vendor divide the paths among them, and their means add up to that of the whole run.
#[test]
fn outcomes_add_up_to_the_whole() {
    let text = "[hazard.x.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = \"30 %\" }\n\
        stressed = { price_factor = \"1 to 1.5\", lasts = \"3 to 9 months\" }\n\
        ends = { recovers = { weight = 1 }, acquired = { weight = 1 }, wound_down = { weight = 1, notice = \"1 month\" } }\n";
    let model = with(text);
    let whole = found(&model, 3000);
    let fates = fates(&model, Design::default(), 3000, &()).unwrap();
    assert!(fates.costs[0] == whole.strategies[0].nominal_paths, "the same paths as those of a run");
    let [vendor] = &vendors(fates)[..] else { panic!("one vendor can fail") };
    for (strategy, of_run) in whole.strategies.iter().enumerate() {
        let sum: f64 = vendor
            .outcomes
            .iter()
            .filter_map(|outcome| Some(outcome.paths as f64 * outcome.strategies[strategy].as_ref()?.0.value))
            .sum();
        let mean = of_run.nominal.mean.value;
        assert_near(sum / 3000.0, mean, 1e-9 * mean);
    }
    for month in &vendor.phases {
        assert_near(month.iter().map(|phase| phase.share).sum(), 1.0, 1e-12);
    }
    // Who closes costs the most to who has nobody else.
    let of = |outcome: usize| vendor.outcomes[outcome].strategies[0].as_ref().unwrap().0.value;
    assert!(of(3) > of(2) && of(3) > of(1) && of(1) > of(0));
    assert_near(of(0), 24_000.0, 1e-6);
}
