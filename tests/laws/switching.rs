//! Switching rules: what a move is made of, and that rules see only the past.

use tokencast::analysis::Findings;
use tokencast::engine::{Opened, open_month};
use tokencast::finance::{Component, Measure, View};
use tokencast::lanes::LANES;
use tokencast::model::{Model, resolve};
use tokencast::random::Design;
use tokencast::scenario::load;
use tokencast::switching::{KINDS, Moves};

use super::support::close;
use super::whole::{Text, model, run, try_model};

/// A million requests of 1,000 tokens in and 500 out: 3,000 USD a month at acme, 6,000 USD at other.
const PLAIN: &str = r#"
title = "Switching"
currency = "USD"
start = "2027-01"
months = 24

[traffic.work]
requests = "1M /month"
input_tokens = 1000
output_tokens = 500
shed_cost = "0.01 USD /request"

[vendor.acme.llm.terra]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[vendor.other.llm.luna]
rates = { input = "2 USD /Mtok", output = "8 USD /Mtok" }

[operations.first.role.engineer]
fte = "1 FTE"
salary = "1,000 USD /FTE-month"

[operations.second.role.engineer]
fte = "1 FTE"
salary = "500 USD /FTE-month"

[strategy.stay]
serve = [{ traffic = "work", by = "acme/terra" }]
operations = ["first"]

[strategy.go]
like = "stay"

[strategy.there]
serve = [{ traffic = "work", by = "other/luna" }]
operations = ["second"]
"#;

fn rule(when: &str, migration: &str) -> String {
    format!(
        "{PLAIN}\n[strategy.go.switch.leave]\nwhen = {when}\nto = \"there\"\nmigration = \"move\"\n\
         [migration.move]\n{migration}\n"
    )
}

fn opened(model: &Model, id: &str, month: usize, path: u64) -> Opened {
    let place = model.strategies.iter().position(|strategy| strategy.id == id).unwrap();
    open_month(model, Design::plain(1), place, month, path..path + 1)
}

fn cost(opened: &Opened, component: Component) -> f64 {
    opened.accounts.iter().filter(|a| a.line.component == component).map(|a| a.amount).sum()
}

fn cash(opened: &Opened) -> f64 {
    let counts = |component: Component| component.view() != View::Accrual;
    opened.accounts.iter().filter(|a| counts(a.line.component)).map(|a| a.amount).sum()
}

/// The months in which a rule of a strategy came true, with shares of the paths.
fn fired(found: &Findings, id: &str) -> Vec<Vec<(usize, f64)>> {
    let strategy = found.strategies.iter().find(|strategy| strategy.id == id).unwrap();
    let months = |by_month: &[f64]| {
        by_month.iter().copied().enumerate().filter(|(_, share)| *share > 0.0).collect::<Vec<_>>()
    };
    strategy.switches.iter().map(|switch| months(&switch.by_month)).collect()
}

fn total(found: &Findings, id: &str) -> f64 {
    found.strategies.iter().find(|strategy| strategy.id == id).unwrap().nominal.mean.value
}

#[test]
fn a_dated_move_is_its_two_parts_and_the_work_between() {
    // Decided when June begins; a month of work; half a month in which traffic moves.
    let text = rule(
        "{ date = \"2027-06\" }",
        "one_off = \"7k USD\"\ntakes = \"1 month\"\ndual_run = \"0.5 months\"",
    );
    let model = model(&text);
    let (stay, there) = (3_000.0 + 1_000.0, 6_000.0 + 500.0);
    for month in 0..24 {
        let go = opened(&model, "go", month, 0);
        match month {
            0..5 => close(cash(&go), stay, 1e-12),
            5 => close(cash(&go), stay + 7_000.0, 1e-12),
            // From 0 to 0.5 the share rises from none to all: a quarter of the month's requests stays.
            6 => {
                close(cost(&go, Component::ApiTokens), 3_000.0 * 0.25 + 6_000.0 * 0.75, 1e-12);
                close(cost(&go, Component::Staff), 1_000.0 * 0.5 + 500.0, 1e-12);
                assert_eq!(cost(&go, Component::Migration), 0.0);
            }
            _ => close(cash(&go), there, 1e-12),
        }
    }
    let found = run(&text, 100);
    close(total(&found, "go"), 6.0 * stay + 7_000.0 + (750.0 + 4_500.0 + 1_000.0) + 17.0 * there, 1e-12);
    assert_eq!(fired(&found, "go"), [vec![(5, 1.0)]]);
    assert!(found.strategies[0].switches.is_empty());
}

#[test]
fn a_rule_that_never_comes_true_changes_no_bit() {
    let wild = |text: String| text.replace("\"1M /month\"", "\"0.7M to 1.9M /month\"");
    for when in ["{ date = \"2033-01\" }", "{ monthly_cost = { above = \"1M USD /month\" } }"] {
        let found = run(&wild(rule(when, "one_off = \"7k USD\"\nlost_requests = \"3 %\"")), 300);
        let (stay, go) = (&found.strategies[0], &found.strategies[1]);
        assert_eq!(stay.nominal_paths, go.nominal_paths);
        assert_eq!((&stay.components, &stay.posted), (&go.components, &go.posted));
        assert_eq!(stay.measures, go.measures);
        assert_eq!(go.switches[0].share, 0.0);
        assert_eq!(go.switches[0].median, None);
    }
}

#[test]
fn the_weights_of_all_strategies_sum_to_one() {
    for (takes, ramp) in
        [(0.0, 0.0), (0.3, 0.0), (0.0, 0.4), (0.7, 0.6), (1.3, 2.5), (2.0, 3.0), (0.25, 4.75)]
    {
        let mut moves = Moves::new();
        moves.begin(0, 3, (0, 1), takes, ramp);
        let mut moved = 0.0;
        for month in 3..15 {
            let (old, new) = (moves.part(0, month), moves.part(1, month));
            for lane in 0..LANES {
                close(old.weight[lane] + new.weight[lane], 1.0, 1e-12);
                for part in [&old, &new] {
                    assert!((0.0..=1.0).contains(&part.stands[lane]));
                    assert!((0.0..=1.0 + 1e-12).contains(&part.intensity()[lane]), "{takes} {ramp} {month}");
                }
            }
            assert!(new.weight[0] >= moved, "traffic does not move back");
            moved = new.weight[0];
            moves.settle(month);
        }
        assert!(moves.resting(1)[0] && moves.resting(0)[1]);
    }
}

#[test]
fn the_first_passage_of_a_growing_volume_is_when_the_mean_of_the_window_passes() {
    // Doubling each half year: month m has 2^(m / 6) million. The mean of three months passes 4 M after some month.
    let schedule: Vec<String> = (0..24_i32)
        .map(|i| format!("{}-{:02} = {}", 2027 + i / 12, i % 12 + 1, 2.0_f64.powf(f64::from(i) / 6.0)))
        .collect();
    let growth = format!("growth = {{ schedule = {{ {} }} }}\ninput_tokens", schedule.join(", "));
    let volume = |month: i32| 2.0_f64.powf(f64::from(month) / 6.0);
    for over in 1..6_i32 {
        let when = format!(
            "{{ volume = {{ traffic = \"work\", above = \"4M /month\", over = \"{over} months\" }} }}"
        );
        let text = rule(&when, "").replacen("input_tokens", &growth, 1);
        let mean = |month: i32| (month - over..month).map(volume).sum::<f64>() / f64::from(over);
        let passed = (over..24).find(|month| mean(*month) > 4.0).unwrap() as usize;
        assert_eq!(fired(&run(&text, 64), "go"), [vec![(passed, 1.0)]], "over {over} months");
    }
}

/// A price that doubles from some month on, for rules on the ratio of prices.
fn dearer_from(month: &str) -> String {
    rule(
        "{ price_ratio = { of = \"acme/terra\", to = \"other/luna\", above = 0.8, over = \"3 months\" } }",
        "takes = \"1 month\"",
    )
    .replacen(
        "output = \"4 USD /Mtok\" }",
        &format!("output = \"4 USD /Mtok\" }}\nover_time = {{ schedule = {{ 2027-01 = 1, {month} = 2 }} }}"),
        1,
    )
}

#[test]
fn a_price_ratio_is_that_of_the_means_of_past_months() {
    // The ratio is 0.5 before, and 1 from September on: 0.5, 0.667, 0.833 over three months. October is the first month
    // whose end tells, so the rule acts when November begins.
    assert_eq!(fired(&run(&dearer_from("2027-09"), 64), "go"), [vec![(10, 1.0)]]);
}

#[test]
fn rules_see_only_the_past_of_their_own_path() {
    let noisy = |growth: &str| {
        rule(
            "{ volume = { traffic = \"work\", above = \"1.1M /month\", over = \"2 months\" } }",
            "takes = \"2 months\"",
        )
        .replacen("input_tokens", &format!("growth = {growth}\ninput_tokens"), 1)
    };
    let wander = "{ geometric_brownian = { drift = \"0 % /year\", annual_volatility = \"40 %\" } }";
    let until_2028 = |then: &str| {
        noisy(&format!(
            "{{ product = {{ of = [{wander}, {{ schedule = {{ 2027-01 = 1, 2028-01 = {then} }} }}] }} }}"
        ))
    };
    let (before, after) = (run(&until_2028("1"), 640), run(&until_2028("3"), 640));
    let (before, after) = (fired(&before, "go").remove(0), fired(&after, "go").remove(0));
    // What happens in January 2028 (month 12) can be seen when February begins.
    let until =
        |list: &[(usize, f64)]| list.iter().copied().filter(|(month, _)| *month <= 12).collect::<Vec<_>>();
    assert_eq!(until(&before), until(&after));
    assert!(until(&before).len() > 5, "{before:?}");
    let at_13 = |list: &[(usize, f64)]| list.iter().find(|(month, _)| *month == 13).map_or(0.0, |(_, s)| *s);
    assert!(at_13(&after) > at_13(&before), "and then it is seen");
}

#[test]
fn what_is_offered_is_served_or_shed_and_nothing_costs_less_than_nothing() {
    let text = rule(
        "{ volume = { traffic = \"work\", above = \"1.05M /month\" } }",
        "one_off = \"1k to 9k USD\"\ntakes = \"1 to 7 weeks\"\ndual_run = \"1 to 9 weeks\"\nlost_requests = \"1 % to 6 %\"",
    )
    .replacen(
        "input_tokens",
        "growth = { geometric_brownian = { drift = \"20 % /year\", annual_volatility = \"30 %\" } }\ninput_tokens",
        1,
    );
    let found = run(&text, 512);
    let go = &found.strategies[1];
    assert!(go.switches[0].share > 0.5);
    let mut shed = 0.0;
    for (month, measures) in go.measures.iter().enumerate() {
        let of = |measure: Measure| measures[measure as usize];
        close(of(Measure::Offered), of(Measure::Served) + of(Measure::Shed), 1e-9);
        shed += of(Measure::Shed);
        assert!(go.components[month].iter().all(|amount| *amount >= 0.0));
    }
    assert!(shed > 0.0, "something was lost on the way");
}

#[test]
fn requests_lost_in_a_move_are_shed_from_the_decision_until_all_has_moved() {
    let text = rule(
        "{ date = \"2027-03\" }",
        "takes = \"1 month\"\ndual_run = \"0.5 months\"\nlost_requests = \"10 %\"",
    );
    let model = model(&text);
    let shed = |month| cost(&opened(&model, "go", month, 0), Component::Shed) / 0.01;
    for (month, lost) in [(1, 0.0), (2, 100_000.0), (3, 50_000.0), (4, 0.0)] {
        close(shed(month), lost, 1e-9);
    }
}

#[test]
fn an_emergency_makes_the_new_supplies_dearer_while_traffic_moves() {
    let text = rule("{ date = \"2027-03\" }", "dual_run = \"2 months\"\nemergency_factor = 1.5");
    let model = model(&text);
    let api = |month| cost(&opened(&model, "go", month, 0), Component::ApiTokens);
    close(api(2), 3_000.0 * 0.75 + 6_000.0 * 0.25 * 1.5, 1e-12);
    close(api(3), 3_000.0 * 0.25 + 6_000.0 * 0.75 * 1.5, 1e-12);
    close(api(4), 6_000.0, 1e-12);
}

#[test]
fn of_several_rules_the_first_to_come_true_acts_and_in_one_month_the_first_by_id() {
    let two = |b: &str| {
        format!(
            "{}\n[strategy.go.switch.also]\nwhen = {b}\nto = \"stay\"\nmigration = \"move\"\n",
            rule("{ date = \"2027-05\" }", "")
        )
    };
    // In the order of their ids: `also` comes before `leave`.
    assert_eq!(fired(&run(&two("{ date = \"2027-05\" }"), 64), "go"), [vec![(4, 1.0)], vec![]]);
    assert_eq!(fired(&run(&two("{ date = \"2027-06\" }"), 64), "go"), [vec![], vec![(4, 1.0)]]);
    // All conditions of one rule must hold.
    let both = "{ date = \"2027-03\", volume = { traffic = \"work\", above = \"2M /month\" } }";
    assert_eq!(fired(&run(&two(both), 64), "go"), [vec![], vec![(4, 1.0)]]);
}

#[test]
fn rules_of_the_strategy_that_took_over_act_in_their_turn() {
    let text = format!(
        "{}\n[strategy.there.switch.on]\nwhen = {{ date = \"2027-04\" }}\nto = \"last\"\nmigration = \"move\"\n\
         [strategy.last]\ncompare = false\nserve = [{{ traffic = \"work\", by = \"acme/terra\" }}]\n",
        rule("{ date = \"2027-03\" }", "takes = \"2 months\"")
    );
    let found = run(&text, 64);
    let ids: Vec<&str> = found.strategies.iter().map(|strategy| strategy.id.as_str()).collect();
    assert_eq!(ids, ["stay", "go", "there"], "a place to switch to is not compared");
    // Decided in March, done when May begins; only then is the rule of `there` judged.
    assert_eq!(fired(&found, "go"), [vec![(2, 1.0)], vec![(4, 1.0)]]);
    assert_eq!(fired(&found, "there"), [vec![(3, 1.0)]]);
    let (stay, there, last) = (4_000.0, 6_500.0, 3_000.0);
    close(total(&found, "go"), 4.0 * stay + 2.0 * there + 18.0 * last, 1e-12);
}

#[test]
fn a_shedding_strategy_gives_way_and_months_of_another_do_not_count() {
    let text = rule("{ shed = { traffic = \"work\", above = \"5 %\", over = \"2 months\" } }", "")
        .replace(
            "[strategy.go]\nlike = \"stay\"",
            "[strategy.go]\nserve = [{ traffic = \"work\", by = \"acme/terra\", share = { schedule = { 2027-01 = 1, 2027-07 = 0.9 } } }]",
        );
    // July and August shed 10 % each; July alone makes 5 % of two months, which is not above it.
    assert_eq!(fired(&run(&text, 64), "go"), [vec![(8, 1.0)]]);
}

#[test]
fn what_is_due_once_is_due_when_the_strategy_first_stands() {
    let text = format!(
        "{}\n[operations.second.compliance]\none_off = \"9k USD\"\n",
        rule("{ date = \"2027-06\" }", "takes = \"0.5 months\"")
    );
    let model = model(&text);
    let once = |id, month| cost(&opened(&model, id, month, 0), Component::Compliance);
    for month in 0..24 {
        assert_eq!(once("there", month), if month == 0 { 9_000.0 } else { 0.0 });
        assert_eq!(once("go", month), if month == 5 { 9_000.0 } else { 0.0 });
    }
}

#[test]
fn servers_are_ordered_when_the_work_begins_and_stay() {
    let own = r#"
[llm.open]
[deployment.box]
llm = "open"
gpu = "h200"
gpus = 8
capacity = { stated = { tokens = "100k tokens /s" } }
capacity_error = 1
[server.h200-x8]
gpu = "h200"
gpus = 8
price = "300k USD"
power = "10 kW"
lead_time = "2 months"
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
[strategy.bought]
compare = false
serve = [{ traffic = "work", by = "own" }, { traffic = "work", by = "acme/terra" }]
[strategy.bought.switch.back]
when = { date = "2028-01" }
to = "there"
migration = "move"
"#;
    let text = rule("{ date = \"2027-06\" }", "takes = \"1 month\"")
        .replace("to = \"there\"", "to = \"bought\"")
        + own;
    let model = model(&text);
    let go = |month| opened(&model, "go", month, 0);
    // Decided when June begins (month 5), ordered then, delivered in August; July is served by the API behind it.
    for month in 0..24 {
        assert_eq!(cost(&go(month), Component::Servers), if month == 7 { 600_000.0 } else { 0.0 }, "{month}");
    }
    close(cost(&go(6), Component::ApiTokens), 3_000.0, 1e-12);
    assert_eq!(cost(&go(7), Component::ApiTokens), 0.0);
    // Left in January 2028: they stand until the end, are depreciated, and leave the books then.
    for month in 7..24 {
        close(cost(&go(month), Component::Depreciation), 600_000.0 / 60.0, 1e-12);
        assert!(cost(&go(month), Component::Energy) > 0.0);
    }
    close(cost(&go(23), Component::Disposal), 600_000.0 * (1.0 - 17.0 / 60.0), 1e-9);
    close(cost(&go(14), Component::ApiTokens), 6_000.0, 1e-12);
}

/// Distress of acme with this chance, which ends after a month with the vendor closing at once.
fn failing(chance: &str) -> String {
    format!(
        "[hazard.fails.vendor_distress]\nvendor = \"acme\"\nchance = {{ per_year = \"{chance}\" }}\n\
         stressed = {{ lasts = \"1 month\" }}\nends = {{ wound_down = {{ weight = 1, notice = \"0 days\" }} }}\n"
    )
}

#[test]
fn a_rule_leaves_a_vendor_when_its_distress_is_seen() {
    let paths = 20_000;
    let text = |when: &str| rule(when, "takes = \"1 month\"") + &failing("26.12 %");
    let found = run(&text("{ stressed = \"acme\" }"), paths);
    let acted = fired(&found, "go").remove(0);
    // What begins in a month is seen when the next begins: 23 months count. The standard error of a share of 20,000 paths is below
    // 0.0036; five of them are met by chance once in a million.
    let by = |months: usize| acted.iter().filter(|(month, _)| *month <= months).map(|(_, s)| s).sum::<f64>();
    for months in [1, 6, 12, 23] {
        let expected = 1.0 - 0.7388_f64.powf(months as f64 / 12.0);
        assert!((by(months) - expected).abs() < 5.0 * 0.0036, "{months}: {} and {expected}", by(months));
    }
    // Waiting for the end instead is at most as early, and leaves a month unserved.
    let waited = run(&text("{ wound_down = \"acme\" }"), paths);
    let switch = |found: &Findings| found.strategies[1].switches[0].clone();
    assert!(switch(&waited).share < switch(&found).share);
    let served = |found: &Findings| found.strategies[1].served_share();
    assert!(served(&waited) < served(&found), "{} and {}", served(&waited), served(&found));
    assert!(
        served(&found) > 0.99 && found.strategies[0].served_share() < 0.9,
        "{}",
        found.strategies[0].served_share()
    );
}

#[test]
fn a_rule_on_a_vendor_to_which_nothing_can_happen_never_acts_and_says_so() {
    let text = rule("{ stressed = [\"acme\", \"other\"] }", "") + &failing("90 %");
    let loaded = load(&Text(text.clone()), "scenario.toml", &[]);
    let (_, said) = resolve(&loaded.scenario.unwrap());
    let warned: Vec<_> = said.iter().map(|mistake| (mistake.code, mistake.message.as_str())).collect();
    assert_eq!(warned, [("no-effect", "nothing can happen to `other`")]);
    assert_eq!(fired(&run(&text, 64), "go"), [vec![]]);
}

#[test]
fn every_condition_is_read_and_judged() {
    for kind in KINDS {
        let when = kind.example.replace("chat", "work").replace("acme/large", "acme/terra");
        let text = rule(&when.replace("borealis/large", "other/luna").replace("borealis", "other"), "");
        let found = run(&text, 64);
        let acted = fired(&found, "go").remove(0);
        // Of the examples only the date comes true in this world.
        assert_eq!(acted, if kind.name == "date" { vec![(12, 1.0)] } else { vec![] }, "{}", kind.name);
    }
}

#[test]
fn rules_that_cannot_be_meant_are_refused() {
    let refused = |text: &str| try_model(text).err().unwrap_or_else(|| panic!("this was resolved:\n{text}"));
    let dated = rule("{ date = \"2027-06\" }", "");
    assert_eq!(refused(&dated.replace("to = \"there\"", "to = \"go\"")), ["circular"]);
    assert_eq!(refused(&dated.replace("to = \"there\"", "to = \"nowhere\"")), ["unknown-id"]);
    assert_eq!(refused(&dated.replace("migration = \"move\"", "migration = \"flight\"")), ["unknown-id"]);
    assert_eq!(refused(&rule("{}", "")), ["no-kind"]);
    let back =
        "[strategy.there.switch.back]\nwhen = { date = \"2028-01\" }\nto = \"go\"\nmigration = \"move\"\n";
    assert_eq!(refused(&format!("{dated}\n{back}")), ["circular"]);
    let free = |text: &str| text.replace("shed_cost = \"0.01 USD /request\"\n", "");
    assert_eq!(refused(&free(&rule("{ date = \"2027-06\" }", "lost_requests = \"1 %\""))), ["no-shed-cost"]);
    assert!(try_model(&free(&dated)).is_ok());
    assert_eq!(
        refused(&format!(
            "baseline = \"there\"\n{}",
            dated.replace("[strategy.there]", "[strategy.there]\ncompare = false")
        )),
        ["not-compared"]
    );
}
