//! Moves and what they do beyond the price of tokens: llms that are new after a rule, fleets on rented GPUs, and what is owned.

use tokencast::analysis::Findings;
use tokencast::finance::Component;
use tokencast::model::{EventKind, resolve};
use tokencast::scenario::load;

use super::support::close;
use super::whole::{Text, run};

/// A million requests: 3,000 USD a month at acme, 6,000 USD at other; both need 80 % in an evaluation.
pub(super) const PLAIN: &str = r#"
title = "Moved"
currency = "USD"
start = "2027-01"
months = 24
hours_per_month = 730

[traffic.work]
requests = "1M /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = 500
shed_cost = "0.01 USD /request"

[vendor.acme.llm.terra]
quality = { support = "90 %" }
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[vendor.other.llm.luna]
quality = { support = "84 %" }
rates = { input = "2 USD /Mtok", output = "8 USD /Mtok" }
"#;

/// A replica on eight H200 of acme, at 1 USD an hour each: 5,840 USD a month.
pub(super) const FLEET: &str = r#"
[llm.open]
quality = { support = "84 %" }
[deployment.box]
llm = "open"
gpu = "h200"
gpus = 8
capacity = { stated = { tokens = "100k tokens /s" } }
capacity_error = 1
[vendor.acme.gpu.h200]
rates = { on_demand = "1 USD /GPU-hour" }
[supply.fleet.rented]
deployment = "box"
gpus = "acme/h200"
"#;

pub(super) const OWNED: &str = r#"
[server.h200-x8]
gpu = "h200"
gpus = 8
price = "300k USD"
power = "10 kW"
lead_time = "0 months"
[site.home]
region = "jp"
electricity = "0.1 USD /kWh"
pue = 1.2
[supply.own.owned]
deployment = "box"
server = "h200-x8"
site = "home"
purchase = { once = { servers = "2 servers", ordered = "2027-01" } }
depreciation = { straight_line = { over = "5 years" } }
load = "50 %"
"#;

pub(super) fn by_month(found: &Findings, strategy: &str, component: Component) -> Vec<f64> {
    let found = found.strategies.iter().find(|one| one.id == strategy).unwrap();
    found.components.iter().map(|month| month[component as usize]).collect()
}

/// Requests for which all but acme's llm scored too low, by month.
fn refused(found: &Findings, strategy: &str) -> Vec<f64> {
    let found = found.strategies.iter().find(|one| one.id == strategy).unwrap();
    let of_another = |kind: &EventKind| matches!(kind, EventKind::TooLow { by, .. } if by != "acme/terra");
    let low = found.happenings.iter().find(|one| of_another(&one.kind));
    low.map_or_else(|| vec![0.0; 24], |one| one.by_month.clone())
}

/// Codes and messages of the warnings, but for what a strategy leaves unused.
fn warned(text: &str) -> Vec<(&'static str, String)> {
    let loaded = load(&Text(text.to_owned()), "scenario.toml", &[]);
    let (model, said) = resolve(&loaded.scenario.unwrap());
    assert!(model.is_some(), "{said:?}");
    let told = said.iter().filter(|mistake| mistake.code != "unused-definition");
    told.map(|mistake| (mistake.code, mistake.message.clone())).collect()
}

/// In March 2027 the work moves by rule from acme to other, with acme behind it.
fn by_rule(migration: &str) -> String {
    let text = PLAIN.replace("shed_cost", "needs_quality = { support = \"80 %\" }\nshed_cost");
    format!(
        "{text}\n[strategy.go]\nserve = [{{ traffic = \"work\", by = \"acme/terra\" }}]\n\
         [strategy.go.switch.leave]\nwhen = {{ date = \"2027-03\" }}\nto = \"there\"\nmigration = \"move\"\n\
         [strategy.there]\n\
         serve = [{{ traffic = \"work\", by = \"other/luna\" }}, {{ traffic = \"work\", by = \"acme/terra\" }}]\n\
         [migration.move]\n{migration}\n"
    )
}

#[test]
fn a_move_by_rule_makes_the_new_llm_score_worse_at_first() {
    let dip = |more: &str| by_rule(&format!("quality_change = {{ support = \"-6 points\" }}\n{more}"));
    // 84 % less 6 points that go in three months: 5 of them in the middle of the first month, 3 in the second.
    let found = run(&dip("recovers_in = \"3 months\""), 64);
    let tokens = by_month(&found, "go", Component::ApiTokens);
    for month in 0..24 {
        assert_eq!(refused(&found, "go")[month], if month == 2 { 1e6 } else { 0.0 }, "month {month}");
        close(tokens[month], if month <= 2 { 3_000.0 } else { 6_000.0 }, 1e-12);
    }
    // Whoever began there never moved.
    assert_eq!(refused(&found, "there"), vec![0.0; 24]);
    // What never recovers stays below.
    let found = run(&dip(""), 64);
    assert_eq!(refused(&found, "go")[2..], vec![1e6; 22]);
    // From its first day, while traffic is still moving: acme takes what is refused.
    let found = run(&dip("takes = \"1 month\"\ndual_run = \"2 months\"\nrecovers_in = \"3 months\""), 64);
    let refusals = refused(&found, "go");
    for (month, expected) in [(2, 0.0), (3, 0.25e6), (4, 0.75e6), (5, 1e6), (6, 0.0)] {
        close(refusals[month] + 1.0, expected + 1.0, 1e-12);
    }
    // Better than before counts as well, up to all there is.
    let better = by_rule("quality_change = { support = \"60 points\" }");
    assert_eq!(refused(&run(&better, 64), "go"), vec![0.0; 24]);
    let best = run(&better.replace("\"80 %\"", "\"100 %\""), 64);
    assert_eq!(refused(&best, "go"), vec![0.0; 24]);
    assert_eq!(refused(&best, "there"), vec![1e6; 24]);
}

#[test]
fn an_llm_that_served_before_a_rule_acted_scores_as_ever() {
    let both = "serve = [{ traffic = \"work\", by = \"other/luna\" }, { traffic = \"work\", by = \"acme/terra\" }]\n\
                [strategy.go.switch";
    let text = by_rule("quality_change = { support = \"-6 points\" }")
        .replace("serve = [{ traffic = \"work\", by = \"acme/terra\" }]\n[strategy.go.switch", both);
    assert!(text.contains(both));
    assert_eq!(refused(&run(&text, 64), "go"), vec![0.0; 24]);
}

/// A strategy on a fleet, with acme's llm behind.
fn on_fleet(behind: &str, more: &str) -> String {
    format!(
        "{PLAIN}{FLEET}\n[strategy.go]\n\
         serve = [{{ traffic = \"work\", by = \"fleet\" }}, {{ traffic = \"work\", by = \"{behind}\" }}]\n{more}"
    )
}

#[test]
fn gpus_that_are_no_longer_rented_out_force_the_move_of_those_who_rent_them() {
    let end = |hits: &str| {
        format!(
            "migration = \"move\"\n[hazard.end.retirement]\nhits = [{hits}]\nlife = \"8 months\"\nnotice = \"1 month\"\n\
             [migration.move]\none_off = \"5k USD\"\ntakes = \"2 months\"\nemergency_factor = 2\n"
        )
    };
    for hits in ["\"acme/h200\"", "\"fleet\"", "\"acme/h200\", \"fleet\""] {
        let found = run(&on_fleet("other/luna", &end(hits)), 64);
        let moves = by_month(&found, "go", Component::Migration);
        for (month, cost) in moves.iter().enumerate() {
            assert_eq!(*cost, if month == 7 { 5_000.0 } else { 0.0 }, "{hits}, month {month}");
        }
        // Announced after 7 months, off after 8, moved after 9: a month of emergency.
        let tokens = by_month(&found, "go", Component::ApiTokens);
        for (month, expected) in [(7, 0.0), (8, 12_000.0), (9, 6_000.0)] {
            close(tokens[month] + 1.0, expected + 1.0, 1e-12);
        }
    }
    // Acme itself: its GPUs, and only those are bought here.
    let found = run(&on_fleet("other/luna", &end("\"acme\"")), 64);
    assert_eq!(by_month(&found, "go", Component::Migration).iter().sum::<f64>(), 5_000.0);
}

#[test]
fn cheaper_gpus_cost_a_move_and_are_cheaper_once_it_is_over() {
    let over_time = "[vendor.acme.gpu.h200.over_time.succession]\nlife = \"12 months\"\nfactor = 0.5\n";
    let migration = "[migration.move]\none_off = \"7k USD\"\ntakes = \"1 month\"\ndual_run = \"1 month\"\n";
    let text = on_fleet("other/luna", &format!("migration = \"move\"\n{over_time}{migration}"));
    let found = run(&text, 64);
    let (moves, rent) =
        (by_month(&found, "go", Component::Migration), by_month(&found, "go", Component::GpuRental));
    for month in 0..24 {
        assert_eq!(moves[month], if month == 12 { 7_000.0 } else { 0.0 }, "month {month}");
        let share = match month {
            0..13 => 1.0,
            13 => 0.75,
            _ => 0.5,
        };
        close(rent[month], 8.0 * 730.0 * share, 1e-12);
    }
    // The llm is the same one: no dip in its score.
    let dip = text.replace("takes =", "quality_change = { support = \"-50 points\" }\ntakes =");
    let dip = dip.replace("shed_cost", "needs_quality = { support = \"80 %\" }\nshed_cost");
    assert_eq!(refused(&run(&dip, 64), "go"), vec![0.0; 24]);
    // Without a migration it is said that the new price comes for nothing.
    let free = warned(&on_fleet("other/luna", over_time));
    assert_eq!(free, [("free-succession", "moving to the successors of `fleet` costs nothing here".into())]);
}

#[test]
fn an_emergency_that_cannot_make_owned_servers_dearer_says_so() {
    let hazard = "migration = \"move\"\n\
                  [hazard.end.retirement]\nhits = [\"fleet\"]\nlife = \"8 months\"\nnotice = \"1 month\"\n";
    let migration =
        |more: &str| format!("[migration.move]\ntakes = \"2 months\"\ndual_run = \"1 month\"\n{more}");
    let forced =
        |by: &str, more: &str| format!("{}{OWNED}", on_fleet(by, &format!("{hazard}{}", migration(more))));
    let expected =
        |what: &str| vec![("no-effect", format!("`emergency_factor` of `move` does nothing to {what}"))];
    assert_eq!(warned(&forced("own", "emergency_factor = 2\n")), expected("`own`"));
    assert_eq!(warned(&forced("own", "")), []);
    assert_eq!(warned(&forced("other/luna", "emergency_factor = 2\n")), []);
    // By a rule: where everything behind it is owned.
    let ruled = |to: &str, more: &str| {
        format!(
            "{PLAIN}{FLEET}{OWNED}\n[strategy.go]\nserve = [{{ traffic = \"work\", by = \"fleet\" }}]\n\
             [strategy.go.switch.leave]\nwhen = {{ date = \"2027-03\" }}\nto = \"there\"\nmigration = \"move\"\n\
             [strategy.there]\nserve = {to}\n{}",
            migration(more)
        )
    };
    let alone = "[{ traffic = \"work\", by = \"own\" }]";
    let behind = "[{ traffic = \"work\", by = \"own\" }, { traffic = \"work\", by = \"fleet\" }]";
    let all = "all that `there` serves with";
    assert_eq!(warned(&ruled(alone, "emergency_factor = 2\n")), expected(all));
    assert_eq!(warned(&ruled(behind, "emergency_factor = 2\n")), []);
    assert_eq!(warned(&ruled(alone, "")), []);
}
