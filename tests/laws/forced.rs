//! Moves that vendors force, gates of quality and residency, revenue, caches that go cold: each against figures by hand.

use tokencast::analysis::{Findings, StrategyFindings};
use tokencast::engine::open_month;
use tokencast::finance::{Component, Measure};
use tokencast::model::{EventKind, Model};
use tokencast::random::Design;

use super::support::{close, near};
use super::whole::{model, refused, run};

/// A million requests of 1,000 tokens in and 500 out: 3,000 USD a month at acme, 6,000 USD at other.
const PLAIN: &str = r#"
title = "Forced"
currency = "USD"
start = "2027-01"
months = 24

[traffic.work]
requests = "1M /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = 500
shed_cost = "0.01 USD /request"

[vendor.acme.llm.terra]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[vendor.other.llm.luna]
rates = { input = "2 USD /Mtok", output = "8 USD /Mtok" }

[strategy.go]
serve = [{ traffic = "work", by = "acme/terra" }]
"#;

/// Every half a year a successor at half the price.
const HALVES: &str = "[vendor.acme.llm.terra.over_time.succession]\nlife = \"6 months\"\nfactor = 0.5\n";

fn moving(over_time: &str, migration: &str) -> String {
    format!("{PLAIN}migration = \"move\"\n{over_time}[migration.move]\n{migration}\n")
}

fn go(found: &Findings) -> &StrategyFindings {
    &found.strategies[0]
}

fn by_month(found: &Findings, component: Component) -> Vec<f64> {
    go(found).components.iter().map(|month| month[component as usize]).collect()
}

/// How often what matches happened, by month.
fn happened(found: &Findings, matches: fn(&EventKind) -> bool) -> Vec<f64> {
    let found = go(found).happenings.iter().find(|happening| matches(&happening.kind));
    found.map_or_else(Vec::new, |happening| happening.by_month.clone())
}

fn is_successor(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Successor(_))
}

/// Offered = served + shed, in each month.
fn assert_conserved(found: &Findings) {
    for month in &go(found).measures {
        let [offered, served, shed] =
            [Measure::Offered, Measure::Served, Measure::Shed].map(|measure| month[measure as usize]);
        close(served + shed, offered, 1e-12);
    }
}

#[test]
fn each_successor_that_is_met_costs_its_move() {
    let found = run(&moving(HALVES, "one_off = \"7k USD\""), 64);
    let migration = by_month(&found, Component::Migration);
    for (month, cost) in migration.iter().enumerate() {
        // Lives end after 6, 12 and 18 months; the fourth ends with the scenario.
        close(*cost, if [6, 12, 18].contains(&month) { 7_000.0 } else { 0.0 }, 1e-12);
    }
    // A move that takes no time has the new price from the first day.
    for (month, cost) in by_month(&found, Component::ApiTokens).iter().enumerate() {
        close(*cost, 3_000.0 * 0.5_f64.powi(month as i32 / 6), 1e-12);
    }
    let moves = happened(&found, is_successor);
    assert_eq!(moves.iter().sum::<f64>(), 3.0);
    assert_eq!(go(&found).happenings[0].median, Some(6));
}

#[test]
fn moves_cost_in_the_mean_what_renewal_theory_says() {
    // The mean number of renewals within a time: m(t) = F(t) + ∫ m(t − x) dF(x), for lives even between 3 and 9 months.
    const STEPS: usize = 100;
    let (low, high, until) = (3 * STEPS, 9 * STEPS, 23 * STEPS);
    let mut mean = vec![0.0; until + 1];
    for t in low..=until {
        let lives = low..high.min(t);
        let ended = lives.len() as f64;
        let more: f64 = lives.map(|life| 0.5 * (mean[t - life] + mean[t - life - 1])).sum();
        mean[t] = (ended + more) / (high - low) as f64;
    }
    let over_time = "[vendor.acme.llm.terra.over_time.succession]\nfactor = 0.9\n\
                     life = { uniform = { min = \"3 months\", max = \"9 months\" } }\n";
    let found =
        run(&format!("{}\n[run]\nsampling = \"plain\"\n", moving(over_time, "one_off = \"1k USD\"")), 20_000);
    // A count has a standard deviation below 1 (lives of 6 ± 1.7 months), so that 5 standard errors are below 0.036: a right
    // mean fails for one seed in 1.7 million. The grid of a hundredth of a month adds less than 0.004.
    near(by_month(&found, Component::Migration).iter().sum::<f64>() / 1_000.0, mean[until], 0.04);
}

#[test]
fn the_new_price_is_paid_once_the_move_is_over_and_not_before() {
    let found = run(&moving(HALVES, "takes = \"1 month\"\ndual_run = \"1 month\""), 64);
    let cost = by_month(&found, Component::ApiTokens);
    // The successor comes after six months; a month of work; a month in which traffic moves evenly.
    let expected = [3_000.0, 3_000.0, 0.5 * 3_000.0 + 0.5 * 1_500.0, 1_500.0, 1_500.0];
    for (month, expected) in (5..).zip(expected) {
        close(cost[month], expected, 1e-12);
    }
}

#[test]
fn notice_lets_a_move_be_over_in_time_and_too_short_a_one_costs_more() {
    let with = |notice: &str| HALVES.replace("factor", &format!("notice = \"{notice}\"\nfactor"));
    let migration = "one_off = \"7k USD\"\ntakes = \"2 months\"\nemergency_factor = 3";
    let early = run(&moving(&with("3 months"), migration), 64);
    let cost = by_month(&early, Component::ApiTokens);
    // Announced after 3 months, moved after 5: a month before the old one is off.
    assert_eq!(by_month(&early, Component::Migration)[3], 7_000.0);
    for (month, expected) in [(3, 3_000.0), (4, 3_000.0), (5, 1_500.0), (6, 1_500.0)] {
        close(cost[month], expected, 1e-12);
    }
    let late = run(&moving(&with("1 month"), migration), 64);
    let cost = by_month(&late, Component::ApiTokens);
    // Announced after 5 months, moved after 7: in month 6 the old one is off, and what is bought instead costs three times.
    for (month, expected) in [(5, 3_000.0), (6, 9_000.0), (7, 1_500.0)] {
        close(cost[month], expected, 1e-12);
    }
}

#[test]
fn what_is_lost_on_the_way_is_shed_and_priced() {
    let found = run(&moving(HALVES, "takes = \"2 months\"\nlost_requests = \"10 %\""), 64);
    assert_conserved(&found);
    let shed = by_month(&found, Component::Shed);
    for (month, cost) in shed.iter().enumerate() {
        let moves = month >= 6 && month % 6 < 2;
        close(*cost, if moves { 100_000.0 * 0.01 } else { 0.0 }, 1e-9);
    }
    // Without a price of what is not served it is refused.
    let free = moving(HALVES, "takes = \"2 months\"\nlost_requests = \"10 %\"").replace("shed_cost", "note");
    assert_eq!(refused(&free), ["no-shed-cost"]);
}

#[test]
fn what_is_turned_off_costs_a_move_to_the_next_entry() {
    let two = PLAIN.replace(
        "by = \"acme/terra\" }]",
        "by = \"acme/terra\" }, { traffic = \"work\", by = \"other/luna\" }]",
    );
    let hazard =
        "[hazard.end.retirement]\nhits = [\"acme/terra\"]\nlife = \"8 months\"\nnotice = \"1 month\"\n";
    let migration = "[migration.move]\none_off = \"5k USD\"\ntakes = \"2 months\"\nemergency_factor = 2\n";
    let found = run(&format!("{two}migration = \"move\"\n{hazard}{migration}"), 64);
    let cost = by_month(&found, Component::ApiTokens);
    for (month, expected) in [(7, 3_000.0), (8, 12_000.0), (9, 6_000.0), (10, 6_000.0)] {
        close(cost[month], expected, 1e-12);
    }
    assert_eq!(by_month(&found, Component::Migration)[7], 5_000.0);
    assert_eq!(by_month(&found, Component::Migration).iter().sum::<f64>(), 5_000.0);
    assert_eq!(happened(&found, |kind| matches!(kind, EventKind::TurnedOff(_))).iter().sum::<f64>(), 1.0);
    // A date that is known is met in time: the work begins before.
    let dated = two.replace("[vendor.acme.llm.terra]", "[vendor.acme.llm.terra]\nretires = \"2027-09\"");
    let found = run(&format!("{dated}migration = \"move\"\n{migration}"), 64);
    assert_eq!(by_month(&found, Component::Migration)[6], 5_000.0);
    close(by_month(&found, Component::ApiTokens)[8], 6_000.0, 1e-12);
}

#[test]
fn a_move_that_is_free_and_takes_no_time_changes_no_cost() {
    let over_time =
        "[vendor.acme.llm.terra.over_time.succession]\nlife = \"4 to 9 months\"\nfactor = \"0.6 to 1.2\"\n";
    let free = run(&format!("{PLAIN}{over_time}"), 500);
    let moved = run(&moving(over_time, "takes = \"0 months\""), 500);
    for (a, b) in go(&free).nominal_paths.iter().zip(&go(&moved).nominal_paths) {
        close(*a, *b, 1e-12);
    }
    // Also inside a product, and through an index.
    let product = over_time.replace(
        "[vendor.acme.llm.terra.over_time.succession]\nlife = \"4 to 9 months\"\nfactor = \"0.6 to 1.2\"",
        "[index.tier.succession]\nlife = \"6 months\"\nfactor = 0.5\n\
         [vendor.acme.llm.terra.over_time]\nproduct = { of = [{ follows = \"tier\" }, { exponential = { rate = \"0 % /year\" } }] }",
    );
    let found = run(&moving(&product, "one_off = \"7k USD\"\ntakes = \"1 month\""), 64);
    assert_eq!(by_month(&found, Component::Migration).iter().sum::<f64>(), 21_000.0);
    close(by_month(&found, Component::ApiTokens)[6], 3_000.0, 1e-12);
    close(by_month(&found, Component::ApiTokens)[7], 1_500.0, 1e-12);
}

/// The work needs 80 % in an evaluation; acme is behind, other always good enough.
fn graded(acme: &str, more: &str) -> String {
    let text = PLAIN
        .replace("shed_cost", "needs_quality = { support = \"80 %\" }\nshed_cost")
        .replace(
            "[vendor.acme.llm.terra]",
            &format!("[vendor.acme.llm.terra]\nquality = {{ support = {acme} }}"),
        )
        .replace("[vendor.other.llm.luna]", "[vendor.other.llm.luna]\nquality = { support = \"90 %\" }")
        .replace(
            "by = \"acme/terra\" }]",
            "by = \"acme/terra\" }, { traffic = \"work\", by = \"other/luna\" }]",
        );
    format!("{text}{more}")
}

fn is_too_low(kind: &EventKind) -> bool {
    matches!(kind, EventKind::TooLow { .. })
}

#[test]
fn who_scores_too_low_is_passed_by_and_counted() {
    let good = run(&graded("\"80 %\"", ""), 64);
    close(by_month(&good, Component::ApiTokens)[0], 3_000.0, 1e-12);
    assert_eq!(happened(&good, is_too_low).iter().sum::<f64>(), 0.0);
    let bad = run(&graded("\"79.9 %\"", ""), 64);
    close(by_month(&bad, Component::ApiTokens)[0], 6_000.0, 1e-12);
    assert_eq!(happened(&bad, is_too_low), vec![1e6; 24]);
    assert_conserved(&bad);
    // By path: an uncertain score passes as often as it is high enough.
    let even = run(&graded("{ uniform = { min = 0.7, max = 0.95 } }", ""), 10_000);
    let refused = go(&even).happenings.iter().find(|happening| is_too_low(&happening.kind)).unwrap();
    // 0.4 of the futures, spread evenly: sixteen strata err by less than 0.01.
    near(refused.share, 0.4, 0.01);
    close(refused.mean, 24e6 * refused.share, 1e-9);
    // Nobody is left: shed.
    let alone = graded("\"70 %\"", "").replace(", { traffic = \"work\", by = \"other/luna\" }", "");
    let found = run(&alone, 64);
    close(go(&found).measured(Measure::Shed), 24e6, 1e-12);
    assert_eq!(super::whole::refused(&alone.replace("shed_cost", "note")), ["no-shed-cost"]);
}

#[test]
fn an_unknown_score_is_none() {
    let text = graded("\"80 %\"", "").replace("\nquality = { support = \"80 %\" }", "");
    assert_eq!(refused(&text), ["no-score"]);
}

#[test]
fn scores_change_with_successors_and_recover_after_moves() {
    // Each successor scores 3 points less: 84, 81, 78 %.
    let worse = HALVES.replace("factor", "quality_change = { support = \"-3 points\" }\nfactor");
    let found = run(&graded("\"84 %\"", &worse), 64);
    let refused = happened(&found, is_too_low);
    for (month, count) in refused.iter().enumerate() {
        assert_eq!(*count, if month < 12 { 0.0 } else { 1e6 }, "month {month}");
    }
    // Whoever takes a month to move has the old score for a month longer.
    let text =
        graded("\"84 %\"", &format!("migration = \"move\"\n{worse}[migration.move]\ntakes = \"1 month\"\n"));
    assert_eq!(happened(&run(&text, 64), is_too_low)[12], 0.0);
    assert_eq!(happened(&run(&text, 64), is_too_low)[13], 1e6);
    // A dip of 6 points that goes in 3 months, at 84 %: it is below 80 % while more than 4 points are left, the first month.
    let dip = "migration = \"move\"\n";
    let migration =
        "[migration.move]\nquality_change = { support = \"-6 points\" }\nrecovers_in = \"3 months\"\n";
    let refused = happened(&run(&graded("\"84 %\"", &format!("{dip}{HALVES}{migration}")), 64), is_too_low);
    for (month, count) in refused.iter().enumerate() {
        assert_eq!(*count > 0.0, [6, 12, 18].contains(&month), "month {month}");
    }
}

#[test]
fn a_list_of_traffics_passes_on_what_must_stay_elsewhere() {
    let text = PLAIN
        .replace("[vendor.acme.llm.terra]", "[traffic.legal]\nlike = \"work\"\nstays_in = [\"jp\"]\n\n[vendor.acme.llm.terra]")
        .replace("[vendor.other.llm.luna]", "[vendor.other.llm.luna]\nregions = { jp = 1 }")
        .replace(
            "[{ traffic = \"work\", by = \"acme/terra\" }]",
            "[{ traffic = [\"work\", \"legal\"], by = \"acme/terra\" }, { traffic = \"legal\", by = \"other/luna\" }]",
        );
    let found = run(&text, 64);
    close(by_month(&found, Component::ApiTokens)[0], 9_000.0, 1e-12);
    assert_eq!(happened(&found, |kind| matches!(kind, EventKind::StaysElsewhere { .. })), vec![1e6; 24]);
    // Alone at a place where it may never be, it is a mistake.
    let alone = text.replace("[\"work\", \"legal\"]", "\"legal\"");
    assert_eq!(refused(&alone), ["not-allowed-here"]);
}

#[test]
fn explain_shows_the_move_as_times_and_price_and_counts_what_happened() {
    let model: Model = model(&moving(HALVES, "one_off = \"7k USD\""));
    let opened = open_month(&model, Design::plain(1), 0, 12, 0..10);
    let account =
        opened.accounts.iter().find(|account| account.line.component == Component::Migration).unwrap();
    assert_eq!((account.quantity, account.amount, account.line.unit), (1.0, 7_000.0, "times"));
    assert_eq!(opened.events, [(0, [1.0, 1.0])]);
}

#[test]
fn revenue_is_what_was_served_or_who_pays() {
    let per_request = PLAIN.replace("shed_cost", "revenue = \"0.02 USD /request\"\nshed_cost");
    let limited = per_request.replace(
        "[vendor.acme.llm.terra]",
        "[vendor.acme.llm.terra]\nlimits = { requests = \"684.4627 /h\" }",
    );
    let found = run(&limited, 64);
    assert!(found.earns);
    for (month, measures) in go(&found).measures.iter().enumerate() {
        let of = |measure: Measure| measures[measure as usize];
        close(of(Measure::Revenue), of(Measure::Served) * 0.02, 1e-12);
        close(of(Measure::RevenueLost), of(Measure::Shed) * 0.02, 1e-12);
        assert!(of(Measure::RevenueLost) > 0.0);
        let cash: f64 = go(&found).components[month].iter().sum();
        close(go(&found).month_margin(month), of(Measure::Revenue) - cash, 1e-12);
    }
    let users = PLAIN.replace("requests = \"1M /month\"", "users = 2000\nrequests_per_user = \"500 /month\"");
    let seats =
        users.replace("shed_cost", "revenue = \"120 USD /seat-year\"\ngrowth = \"1 % /month\"\nshed_cost");
    let found = run(&seats, 64);
    for (month, measures) in go(&found).measures.iter().enumerate() {
        close(measures[Measure::Revenue as usize], 2_000.0 * 10.0 * 1.01_f64.powi(month as i32), 1e-9);
    }
    let whole = run(&PLAIN.replace("shed_cost", "revenue = \"60k USD /year\"\nshed_cost"), 64);
    close(go(&whole).measured(Measure::Revenue), 120_000.0, 1e-12);
    // The error of the margin is that of the cost where revenue is certain, and in proportion where both follow requests.
    let wild = |earns: &str| {
        let text =
            per_request.replace("0.02 USD /request", earns).replace("\"1M /month\"", "\"1M to 3M /month\"");
        let found = run(&text, 2_048);
        (go(&found).margin_error, go(&found).nominal.mean.standard_error)
    };
    let (margin, cost) = wild("1M USD /year");
    assert!(cost > 0.0);
    close(margin, cost, 1e-9);
    let (margin, cost) = wild("0.015 USD /request");
    close(margin, cost * (0.015 - 0.003) / 0.003, 1e-9);
    // Requests spread evenly between 1 and 3 million, each earns 0.01 and costs 0.003, and 14,000 USD a month go
    // elsewhere.
    let even = per_request
        .replace("0.02 USD /request", "0.01 USD /request")
        .replace("\"1M /month\"", "{ uniform = { min = \"1M /month\", max = \"3M /month\" } }")
        .replace("[strategy.go]", "[operations.route]\ngateway = { running = \"14k USD /month\" }\n[strategy.go]\noperations = [\"route\"]");
    let found = run(&even, 16_384);
    let margin = go(&found).margin.unwrap();
    let at = |million: f64| 24.0 * (million * 7_000.0 - 14_000.0);
    for (found, million) in [(margin.p5, 1.1), (margin.p50, 2.0), (margin.p95, 2.9)] {
        near(found.value, at(million), 300.0);
    }
    near(margin.negative.value, 0.5, 1e-3);
    assert!(margin.p50.standard_error > 0.0);
    // A gate can hold it.
    let gate = "[gate.profit]\nmeasure = \"total_margin\"\nat_least = { p5 = \"0 USD\" }\n";
    assert!(run(&format!("{even}\n{gate}"), 64).strategies[0].gates[0].iter().any(|margin| *margin < 0.0));
    assert_eq!(refused(&format!("{PLAIN}\n{gate}")), ["no-revenue"]);
    // People must be told apart from requests.
    let nobody = PLAIN.replace("shed_cost", "revenue = \"8 USD /user-month\"\nshed_cost");
    assert_eq!(refused(&nobody), ["no-users"]);
    assert!(!run(PLAIN, 64).earns);
}

#[test]
fn a_cache_goes_cold_with_the_share_unless_it_is_kept_warm() {
    let split = |split: &str| {
        let text = PLAIN
            .replace("input_tokens = 1000", "input_tokens = 1000\ncacheable = \"80 %\"")
            .replace("output = \"4 USD /Mtok\" }", "output = \"4 USD /Mtok\" }\ncache = { read = \"0.1 USD /Mtok\" }")
            .replace(
                "[{ traffic = \"work\", by = \"acme/terra\" }]",
                "[{ traffic = \"work\", by = \"acme/terra\", share = \"25 %\" }, { traffic = \"work\", by = \"acme/nova\" }]",
            )
            .replace("[vendor.other.llm.luna]", "[vendor.acme.llm.nova]\nlike = \"terra\"\n\n[vendor.other.llm.luna]");
        format!("{text}levers = [\"cache\"]\n[lever.cache.prefix_cache]\nhit_rate = \"50 %\"\n{split}\n")
    };
    let read = |text: &str| by_month(&run(text, 64), Component::ApiCache)[0];
    // 1,000 Mtok, of which 80 % repeat and half of those are found, by who gets 25 % and by who gets 75 %.
    let warm = 1_000.0 * 0.8 * 0.5 * 0.1;
    close(read(&split("split = \"warm\"")), warm, 1e-12);
    close(read(&split("")), warm * (0.25 * 0.25 + 0.75 * 0.75), 1e-12);
    // One alone keeps its cache, however often it is asked.
    close(read(&split("").replace("acme/nova", "acme/terra")), warm, 1e-12);
}

#[test]
fn a_batch_is_billed_whole_where_limits_cut_the_rest() {
    let text = |limit: &str| {
        PLAIN
            .replace("shed_cost", "can_wait = { share = \"40 %\", up_to = \"24 h\" }\nshed_cost")
            .replace("by = \"acme/terra\" }]", "by = \"acme/terra\", tier = \"batch\" }]")
            .replace("start = \"2027-01\"", "start = \"2027-01\"\nhours_per_month = 730")
            .replace(
                "output = \"4 USD /Mtok\" }",
                &format!("output = \"4 USD /Mtok\", request = \"0.001 USD /request\" }}\nfactors = {{ batch = 0.5 }}\n{limit}"),
            )
    };
    // Of 0.6M requests that cannot wait half fit, of a flat week: 0.3M in a month; the 0.4M that wait are all served.
    let half = format!("limits = {{ requests = \"{} /h\" }}", 300_000.0 / 730.0);
    let found = run(&text(&half), 64);
    close(go(&found).measures[0][Measure::Served as usize], 700_000.0, 1e-9);
    close(by_month(&found, Component::ApiTokens)[0], 3_000.0 * (0.3 + 0.4 * 0.5) + 700.0, 1e-9);
    // Without limits as ever.
    let free = run(&text(""), 64);
    close(by_month(&free, Component::ApiTokens)[0], 3_000.0 * (0.6 + 0.4 * 0.5) + 1_000.0, 1e-12);
}

/// The same GPU of two vendors: who is chosen forces its moves, who is not forces none.
#[test]
fn of_several_vendors_only_the_chosen_one_forces_its_moves() {
    let rented = |cheap: &str, more: &str| {
        format!(
            r#"{}
[llm.open]
[deployment.box]
llm = "open"
gpu = "h100"
gpus = 1
capacity = {{ stated = {{ tokens = "10M tokens /h" }} }}
capacity_error = 1

[vendor.calm.gpu.h100]
rates = {{ on_demand = "2 USD /GPU-hour" }}
[vendor.fast.gpu.h100]
rates = {{ on_demand = "{cheap} USD /GPU-hour" }}
over_time = {{ succession = {{ life = "6 months", factor = 0.9 }} }}

[supply.both.rented]
deployment = "box"
gpus = "calm/h100"
or_gpus = ["fast/h100"]
{more}
[migration.move]
one_off = "7k USD"
"#,
            PLAIN.replace("by = \"acme/terra\" }]", "by = \"both\" }]\nmigration = \"move\"")
        )
    };
    // The second vendor is the cheaper one from the first month on.
    let chosen = run(&rented("1", ""), 64);
    for (month, cost) in by_month(&chosen, Component::Migration).iter().enumerate() {
        close(*cost, if [6, 12, 18].contains(&month) { 7_000.0 } else { 0.0 }, 1e-12);
    }
    let rent = by_month(&chosen, Component::GpuRental);
    let hours = |month: usize| chosen.hours[month] * rent[0] / chosen.hours[0];
    close(rent[7], 0.9 * hours(7), 1e-9);
    // It never is: nothing of it is paid, its successions happen elsewhere.
    let other = run(&rented("9", ""), 64);
    assert!(by_month(&other, Component::Migration).iter().all(|cost| *cost == 0.0));
    // It becomes the cheaper one with its second succession, and is chosen anew in that month: the first was no move.
    let later = run(&rented("2.3", ""), 64);
    let moves: Vec<usize> =
        (0..24).filter(|month| by_month(&later, Component::Migration)[*month] > 0.0).collect();
    assert!(!moves.contains(&6) && moves.contains(&18), "{moves:?}");
}
