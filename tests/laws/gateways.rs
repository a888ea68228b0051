//! What gateways cost, what moves cost while they are under way, and moves that are forced by one thing and count once.

use tokencast::analysis::Findings;
use tokencast::finance::Component;
use tokencast::model::EventKind;

use super::moved::{FLEET, PLAIN, by_month};
use super::support::close;
use super::whole::{refused, run};

/// A million requests, 3,000 USD of tokens a month, and half of them on a fleet of one's own if there is one.
fn behind(gateway: &str, more: &str) -> String {
    format!(
        "{PLAIN}\n[strategy.go]\nserve = [{{ traffic = \"work\", by = \"acme/terra\" }}]\noperations = [\"route\"]\n{more}\n\
         [operations.route]\ngateway = {{ {gateway} }}\n"
    )
}

#[track_caller]
fn always(found: &Findings, component: Component, expected: f64) {
    for cost in by_month(found, "go", component) {
        close(cost, expected, 1e-12);
    }
}

#[test]
fn a_gateway_costs_by_request_by_token_and_by_month() {
    for (gateway, expected) in [
        ("per_request = \"0.0001 USD /request\"", 100.0),
        ("fee = \"5 %\"", 150.0),
        ("running = \"200 USD /month\"", 200.0),
        ("per_request = \"0.0001 USD /request\", fee = \"5 %\", running = \"200 USD /month\"", 450.0),
    ] {
        let found = run(&behind(gateway, ""), 64);
        always(&found, Component::Gateway, expected);
        always(&found, Component::ApiTokens, 3_000.0);
    }
    // A discount that was agreed with the vendor leaves the fee as it was; a fleet's GPU-hours know no fee.
    let deal = "contracts = [\"deal\"]\n[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = \"20 %\"\n";
    let found = run(&behind("fee = \"5 %\"", deal), 64);
    always(&found, Component::Gateway, 150.0);
    always(&found, Component::Discounts, -600.0);
    let split = behind("fee = \"5 %\"", FLEET)
        .replace("[{ traffic", "[{ traffic = \"work\", by = \"fleet\", share = 0.5 }, { traffic")
        .replace("gpus = \"acme/h200\"", "gpus = \"cloud/h200\"")
        .replace("[vendor.acme.gpu", "[vendor.cloud.gpu");
    always(&run(&split, 64), Component::Gateway, 75.0);
    assert_eq!(refused(&behind("", "")), ["missing-key"]);
}

/// Two months of work and a month in which traffic moves.
#[test]
fn a_move_by_rule_costs_while_it_is_under_way() {
    let text = |terms: &str| {
        behind("running = \"1 USD /month\"", "")
            + "[strategy.go.switch.leave]\nwhen = { date = \"2027-03\" }\nto = \"there\"\nmigration = \"move\"\n\
               [strategy.there]\nserve = [{ traffic = \"work\", by = \"other/luna\" }]\n\
               [migration.move]\none_off = \"7k USD\"\nrunning = \"900 USD /month\"\n"
            + terms
    };
    let moves = |terms: &str| by_month(&run(&text(terms), 64), "go", Component::Migration);
    let whole = moves("takes = \"2 months\"\ndual_run = \"1 month\"");
    for (month, cost) in whole.iter().enumerate() {
        let expected = [(2, 7_900.0), (3, 900.0), (4, 900.0)];
        let expected = expected.iter().find(|(known, _)| *known == month).map_or(0.0, |(_, cost)| *cost);
        close(*cost + 1.0, expected + 1.0, 1e-12);
    }
    // A week and a half is half of that.
    let part = moves("takes = \"0.25 months\"\ndual_run = \"0.25 months\"");
    close(part.iter().sum::<f64>(), 7_000.0 + 450.0, 1e-12);
}

#[test]
fn a_move_that_is_forced_costs_while_it_is_under_way() {
    let text = format!(
        "{PLAIN}\n[strategy.go]\n\
         serve = [{{ traffic = \"work\", by = \"acme/terra\" }}, {{ traffic = \"work\", by = \"other/luna\" }}]\n\
         migration = \"move\"\n[hazard.end.retirement]\nhits = [\"acme/terra\"]\nlife = \"8 months\"\nnotice = \"1 month\"\n\
         [migration.move]\none_off = \"5k USD\"\nrunning = \"900 USD /month\"\ntakes = \"2.5 months\"\n"
    );
    let moves = by_month(&run(&text, 64), "go", Component::Migration);
    for (month, cost) in moves.iter().enumerate() {
        let expected = [(7, 5_900.0), (8, 900.0), (9, 450.0)];
        let expected = expected.iter().find(|(known, _)| *known == month).map_or(0.0, |(_, cost)| *cost);
        close(*cost + 1.0, expected + 1.0, 1e-12);
    }
}

/// Two fleets on the same GPUs of the same vendor.
fn two_fleets(more: &str) -> String {
    format!(
        "{PLAIN}{FLEET}[supply.second.rented]\ndeployment = \"box\"\ngpus = \"acme/h200\"\n[strategy.go]\n\
         serve = [{{ traffic = \"work\", by = \"fleet\", share = 0.5 }}, {{ traffic = \"work\", by = \"second\" }}, {{ traffic = \"work\", by = \"other/luna\" }}]\n\
         migration = \"move\"\n[migration.move]\none_off = \"7k USD\"\n{more}"
    )
}

#[test]
fn what_forces_two_fleets_to_move_forces_one_move() {
    let succession = "[vendor.acme.gpu.h200.over_time.succession]\nlife = \"12 months\"\nfactor = 0.5\n";
    let end = |hits: &str| format!("[hazard.end.retirement]\nhits = [{hits}]\nlife = \"12 months\"\n");
    for (more, moves) in [
        (succession.to_owned(), 1.0),
        (end("\"acme/h200\""), 1.0),
        // Two ends at times of their own are two.
        (end("\"fleet\"") + &end("\"second\"").replace("end", "other").replace("12", "6"), 2.0),
    ] {
        let found = run(&two_fleets(&more), 64);
        close(by_month(&found, "go", Component::Migration).iter().sum(), 7_000.0 * moves, 1e-12);
        let happened = &found.strategies[0].happenings;
        close(happened.iter().map(|one| one.mean).sum(), moves, 1e-12);
        if moves < 2.0 {
            let of_gpus = |kind: &EventKind| matches!(kind, EventKind::Successor(of) | EventKind::TurnedOff(of) if of == "acme/h200");
            assert!(happened.iter().all(|one| of_gpus(&one.kind)), "{happened:?}");
        }
    }
}

/// Servers that are ordered while GPUs are short come late; those on their way do not.
#[test]
fn servers_come_late_while_gpus_are_short() {
    let arrives = |hazard: &str, ordered: &str| -> usize {
        let text = format!(
            "{PLAIN}{FLEET}{}[strategy.go]\nserve = [{{ traffic = \"work\", by = \"own\" }}]\n{hazard}",
            super::moved::OWNED
        )
        .replace("lead_time = \"0 months\"", "lead_time = \"3 months\"")
        .replace("ordered = \"2027-01\"", &format!("ordered = \"{ordered}\""));
        let servers = by_month(&run(&text, 64), "go", Component::Servers);
        servers.iter().position(|cost| *cost > 0.0).unwrap_or(24)
    };
    let short = |hits: &str, more: &str| {
        format!(
            "[hazard.short.gpu_shortage]\nhits = [{hits}]\nfrequency = \"1000 /month\"\nlasts = \"1000 months\"\n{more}\n"
        )
    };
    assert_eq!(arrives("", "2027-03"), 5);
    assert_eq!(arrives(&short("\"own\"", "lead_time_factor = 2"), "2027-03"), 8);
    assert_eq!(arrives(&short("\"own\"", "lead_time_factor = 1.5"), "2027-03"), 7);
    // What is short elsewhere, or only dear, changes nothing.
    assert_eq!(arrives(&short("\"acme/h200\"", "lead_time_factor = 2"), "2027-03"), 5);
    assert_eq!(arrives(&short("\"own\"", "new_capacity = 0"), "2027-03"), 5);
    let nothing = format!(
        "{PLAIN}{FLEET}[strategy.go]\nserve = [{{ traffic = \"work\", by = \"fleet\" }}]\n{}",
        short("\"fleet\"", "")
    );
    assert_eq!(refused(&nothing), ["no-effect"]);
}

/// An llm that nobody knows is one mistake, whatever it lacks for that.
#[test]
fn an_llm_that_is_unknown_is_one_mistake() {
    let text = format!(
        "{PLAIN}{FLEET}[strategy.go]\nserve = [{{ traffic = \"work\", by = \"acme/open\" }}]\n\
         [tokenizer.ours]\ntokens = {{ en = 1 }}\n\
         [vendor.acme.llm.open]\nis = \"opne\"\nrates = {{ input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }}\n"
    )
    .replace("shed_cost", "languages = { en = 1 }\ntokens_counted_with = \"ours\"\nneeds_quality = { support = \"80 %\" }\nshed_cost");
    assert_eq!(refused(&text), ["unknown-id"]);
}
