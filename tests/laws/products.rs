//! Products with tiers: users are neither made nor lost between tiers, cohorts follow their closed form, people answer to prices
//! and scores as elasticities say, and margins by tier sum to the whole.

use tokencast::analysis::Findings;
use tokencast::demand::{Flows, Funnel};
use tokencast::distribution::NumberOf;
use tokencast::engine::{Margins, Settings, margins, simulate};
use tokencast::finance::Measure;
use tokencast::lanes::LANES;
use tokencast::process::Lookup;
use tokencast::random::Design;

use super::support::{builder, close, finish, good_at, near, paths};
use super::whole::{model, refused, run};

const MONTHS: usize = 60;
const COUNT: usize = 4 * LANES;

/// Three tiers with uncertain rates; users of each by month and path, then of one who left or came: `[tier][month][path]`.
fn users(churn: &str, joins: &str) -> Vec<Vec<Vec<f64>>> {
    use tokencast::units::{SHARE, USERS};
    let mut world = builder(MONTHS);
    let mut flows = Vec::new();
    // Each number has a name of its own, else it would be the same one.
    let mut draw =
        |kind, name: &str, text: &str| world.number(&good_at(&NumberOf(kind), name, &format!("\"{text}\"")));
    for initial in ["20k users", "800 users", "90 to 110 users"] {
        flows.push(Flows {
            initial: draw(&USERS, &format!("initial-{}", &initial[..2]), initial),
            joins: Some(draw(&USERS, "joins", joins)),
            churn: draw(&SHARE, "churn", churn),
        });
    }
    let mut rate = |text: &str| draw(&SHARE, &format!("rate-{}", &text[..2].trim()), text);
    let moves = vec![
        (0, 1, rate("1 % to 5 %")),
        (1, 2, rate("40 % to 90 %")),
        (1, 0, rate("5 % to 50 %")),
        (2, 0, rate("2 %")),
    ];
    let tell = |told| Funnel { tiers: flows.clone(), moves: moves.clone(), told };
    let slots: Vec<_> = (0..3)
        .map(|told| {
            let funnel = tell(told);
            world.echo("users", &funnel.inputs(), Box::new(funnel))
        })
        .collect();
    let program = finish(world);
    slots.into_iter().map(|slot| paths(&program, MONTHS, slot, 7, COUNT)).collect()
}

/// Without churn and newcomers, whoever leaves a tier is in another: also where shares would move more than all of it.
#[test]
fn users_are_neither_made_nor_lost_between_tiers() {
    let tiers = users("0 %", "0 users");
    for path in 0..COUNT {
        let all = |month: usize| tiers.iter().map(|tier| tier[month][path]).sum::<f64>();
        for month in 1..MONTHS {
            close(all(month), all(0), 1e-12);
            assert!(tiers.iter().all(|tier| tier[month][path] >= 0.0));
        }
    }
}

/// With both, the whole changes by those who come and those who leave, whatever happens between tiers.
#[test]
fn the_whole_changes_by_who_comes_and_who_leaves() {
    let tiers = users("4 %", "30 users");
    for path in 0..COUNT {
        let all = |month: usize| tiers.iter().map(|tier| tier[month][path]).sum::<f64>();
        for month in 1..MONTHS {
            // Where a tier would lose more than all, less than its 4 % leave for good.
            let left = all(month - 1) + 90.0 - all(month);
            assert!(left <= 0.04 * all(month - 1) + 1e-9 && left >= 0.02 * all(month - 1), "{left}");
        }
    }
}

const PLAIN: &str = r#"
title = "Tiers"
currency = "USD"
start = "2027-01"
months = 24

[product.chat.tier.free]
initial = "10k users"
churn = "10 % /month"

[product.chat.tier.plus]
initial = "500 users"
churn = "5 % /month"

[traffic.free]
users = { tier = "chat/free" }
requests_per_user = "20 /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = 500

[traffic.plus]
users = { tier = "chat/plus" }
requests_per_user = "100 /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = 500
revenue = "20 USD /user-month"

[vendor.acme.llm.large]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }
quality = { helpful = "85 %" }
[vendor.acme.llm.small]
rates = { input = "0.1 USD /Mtok", output = "0.4 USD /Mtok" }
quality = { helpful = "80 %" }

[strategy.large]
serve = [{ traffic = ["free", "plus"], by = "acme/large" }]
[strategy.small]
serve = [{ traffic = ["free", "plus"], by = "acme/small" }]
"#;

/// The scenario with lines at the end of a table.
fn with(table: &str, lines: &str) -> String {
    let head = format!("[{table}]\n");
    assert!(PLAIN.contains(&head));
    PLAIN.replace(&head, &format!("{head}{lines}\n"))
}

fn earned(found: &Findings, strategy: usize) -> f64 {
    found.strategies[strategy].measures.iter().map(|month| month[Measure::Revenue as usize]).sum()
}

/// Users of a cohort that loses a share `c` each month, summed over 24 months: `U (1 − (1−c)^24) / c`.
fn cohort(users: f64, churn: f64) -> f64 {
    users * (1.0 - (1.0 - churn).powi(24)) / churn
}

/// A cohort with constant churn decays geometrically; with `j` newcomers a month it tends to `j / c`:
/// `U(t) = j/c + (U − j/c)(1 − c)^t`. Conversion `r` of the other cohort adds `r F Σ (1−c−r)^k (1−d)^(t−1−k)`.
#[test]
fn cohorts_follow_their_closed_forms() {
    close(earned(&run(PLAIN, 64), 0), 20.0 * cohort(500.0, 0.05), 1e-12);
    let joined = run(&with("product.chat.tier.plus", "joins = \"40 users /month\""), 64);
    let level = 40.0 / 0.05;
    close(earned(&joined, 0), 20.0 * (24.0 * level + cohort(500.0 - level, 0.05)), 1e-12);
    let converted = run(&with("product.chat.tier.plus", "from = { free = \"2 % /month\" }"), 64);
    let plus = |t: i32| {
        let more: f64 = (0..t).map(|k| 0.02 * 10e3 * 0.88_f64.powi(k) * 0.95_f64.powi(t - 1 - k)).sum();
        500.0 * 0.95_f64.powi(t) + more
    };
    close(earned(&converted, 0), 20.0 * (0..24).map(plus).sum::<f64>(), 1e-12);
}

#[test]
fn more_churn_never_gives_more_revenue() {
    for tier in ["free", "plus"] {
        let revenue = |churn: usize| {
            let text = with(
                "product.chat.tier.plus",
                "from = { free = \"2 % to 3 % /month\" }\njoins = \"10 users /month\"",
            );
            let before = if tier == "free" { "churn = \"10 % /month\"" } else { "churn = \"5 % /month\"" };
            earned(&run(&text.replace(before, &format!("churn = \"{churn} % /month\"")), 128), 0)
        };
        let all: Vec<f64> = [0, 1, 2, 5, 10, 20, 50, 90].map(revenue).to_vec();
        assert!(all.windows(2).all(|pair| pair[1] < pair[0]), "{tier}: {all:?}");
    }
}

/// At 25 % above the usual price with an elasticity of 0.4, 1.25^0.4 times as many leave; with −1.5 for joining, 1.25^−1.5 times
/// as many come. At the usual price nothing changes.
#[test]
fn people_answer_to_prices_by_elasticities() {
    let priced = |usual: &str| {
        with(
            "product.chat.tier.plus",
            &format!(
                "joins = \"40 users /month\"\nprice = {{ usual = \"{usual} USD /user-month\", churn = 0.4, joins = -1.5 }}"
            ),
        )
    };
    let expected = |over: f64| {
        let (churn, joins) = (0.05 * over.powf(0.4), 40.0 * over.powf(-1.5));
        20.0 * (24.0 * joins / churn + cohort(500.0 - joins / churn, churn))
    };
    close(earned(&run(&priced("20"), 64), 0), expected(1.0), 1e-12);
    close(earned(&run(&priced("16"), 64), 0), expected(1.25), 1e-9);
    close(earned(&run(&priced("25"), 64), 0), expected(0.8), 1e-9);
}

/// Each point above the usual score makes 4 % fewer leave. The llms score 85 and 80 %, so strategies differ in their users.
#[test]
fn people_answer_to_the_llm_that_serves_them() {
    let text = with(
        "product.chat.tier.plus",
        "quality = { evaluation = \"helpful\", usual = \"83 %\", churn = \"-4 %\" }",
    );
    let found = run(&text, 64);
    assert!(found.users_answer && !run(PLAIN, 64).users_answer);
    close(earned(&found, 0), 20.0 * cohort(500.0, 0.05 * 0.96_f64.powi(2)), 1e-9);
    close(earned(&found, 1), 20.0 * cohort(500.0, 0.05 * 0.96_f64.powi(-3)), 1e-9);
    // A tenth served by the small one is felt as a tenth of the difference.
    let shared = text.replace(
        "serve = [{ traffic = [\"free\", \"plus\"], by = \"acme/large\" }]",
        "serve = [{ traffic = \"plus\", by = \"acme/small\", share = \"10 %\" }, { traffic = [\"free\", \"plus\"], by = \"acme/large\" }]",
    );
    close(earned(&run(&shared, 64), 0), 20.0 * cohort(500.0, 0.05 * 0.96_f64.powf(1.5)), 1e-9);
    // Requests follow their users: all of them are served, and none of another strategy's.
    for strategy in &found.strategies {
        close(strategy.served_share(), 1.0, 1e-12);
        strategy.served_by_stream.iter().for_each(|share| close(share.unwrap(), 1.0, 1e-12));
    }
}

/// 4 USD a million tokens of 1,500 tokens a request.
#[test]
fn tokens_can_be_paid_for() {
    let text = PLAIN.replace("\"20 USD /user-month\"", "\"4 USD /Mtok\"");
    close(earned(&run(&text, 64), 0), 100.0 * cohort(500.0, 0.05) * 1500.0 * 4e-6, 1e-12);
}

fn divided(text: &str, groups: &[Vec<usize>]) -> (Vec<Margins>, Findings) {
    let model = model(text);
    let settings = Settings { paths: 192, ..Settings::default() };
    let outcomes = simulate(&model, &settings, &()).unwrap();
    let found = margins(&model, Design { ..settings.design }, groups, 192, &|| true).unwrap();
    (found, tokencast::analysis::findings(&model, outcomes))
}

/// What tiers earn and cost, with what is shared, is what the strategy earns and costs; by path the mean is the same.
#[test]
fn margins_by_tier_sum_to_the_whole() {
    let operations = "operations = [\"desk\"]\n[operations.desk]\nrole.engineer = { fte = 0.1, salary = \"90k to 120k USD /FTE-year\" }\n";
    let (found, all) = divided(&format!("{PLAIN}{operations}"), &[vec![0], vec![1]]);
    for (margins, strategy) in found.iter().zip(&all.strategies) {
        let own: f64 =
            margins.groups.iter().flat_map(|group| &group.months).map(|m| m.revenue - m.cost).sum();
        let whole = own - margins.shared.iter().sum::<f64>();
        close(margins.whole.iter().sum::<f64>() / 192.0, whole, 1e-9);
        close(strategy.mean_margin(), whole, 1e-9);
        let revenue: f64 = margins.groups.iter().flat_map(|group| &group.months).map(|m| m.revenue).sum();
        close(strategy.measured(Measure::Revenue), revenue, 1e-12);
    }
    // Free users only cost: 20 requests of 3,000 USD a million each; paying ones cost 0.30 of their 20 USD.
    let free = &found[0].groups[0];
    near(free.months.iter().map(|m| m.cost).sum::<f64>(), 20.0 * 0.003 * cohort(10e3, 0.10), 1e-6);
    assert!(
        free.months.iter().all(|month| month.below == 1.0) && free.margin.iter().all(|margin| *margin < 0.0)
    );
    let plus = &found[0].groups[1];
    assert!(plus.months.iter().all(|month| month.below == 0.0));
    near(plus.months[1].users, 475.0, 1e-9);
}

/// GPUs that two tiers share are divided by the work for each: three times the requests of the same length, three quarters.
#[test]
fn what_is_shared_on_gpus_is_divided_by_work() {
    let fleet = r#"
[llm.own]
[deployment.own-h100]
llm = "own"
gpu = "h100"
gpus = 1
capacity = { stated = { tokens = "1M tokens /h" } }
capacity_error = 1
[vendor.cloud.gpu.h100]
rates = { on_demand = "2 USD /GPU-hour" }
[supply.fleet.rented]
deployment = "own-h100"
gpus = "cloud/h100"
"#;
    let text = PLAIN
        .replace(
            "serve = [{ traffic = [\"free\", \"plus\"], by = \"acme/large\" }]",
            "serve = [{ traffic = [\"free\", \"plus\"], by = \"fleet\" }]",
        )
        .replace(
            "initial = \"500 users\"\nchurn = \"5 % /month\"",
            "initial = \"6k users\"\nchurn = \"10 % /month\"",
        );
    let (found, all) = divided(&format!("{text}{fleet}"), &[vec![0], vec![1]]);
    let cost = |group: usize| found[0].groups[group].months.iter().map(|month| month.cost).sum::<f64>();
    close(cost(1) / cost(0), 3.0, 1e-9);
    close(cost(0) + cost(1), all.strategies[0].nominal.mean.value, 1e-9);
}

#[test]
fn what_cannot_be_is_refused() {
    let all = |table: &str, lines: &str| refused(&with(table, lines));
    assert_eq!(refused(&PLAIN.replace("\"5 % /month\"", "\"120 % /month\"")), ["more-than-all"]);
    assert_eq!(all("product.chat.tier.plus", "from = { free = \"95 % /month\" }"), ["more-than-all"]);
    assert_eq!(all("product.chat.tier.plus", "from = { gold = \"5 % /month\" }"), ["unknown-tier"]);
    assert_eq!(
        all("product.chat.tier.free", "price = { usual = \"1 USD /user-month\", churn = 1 }"),
        ["no-price"]
    );
    assert_eq!(
        all("product.chat.tier.plus", "price = { usual = \"1 USD /month\", churn = 1 }"),
        ["another-price"]
    );
    let unknown = "quality = { evaluation = \"kind\", usual = \"80 %\", churn = \"-4 %\" }";
    assert!(all("product.chat.tier.plus", unknown).contains(&"no-score"));
    assert_eq!(refused(&PLAIN.replace("\"chat/plus\"", "\"chat/gold\"")), ["unknown-id"]);
    let switching = with(
        "product.chat.tier.plus",
        "quality = { evaluation = \"helpful\", usual = \"83 %\", churn = \"-4 %\" }",
    );
    let rule = "[strategy.large.switch.later]\nwhen = { date = \"2028-01\" }\nto = \"small\"\nmigration = \"move\"\n[migration.move]\none_off = \"1k USD\"\ntakes = \"1 month\"\n";
    assert!(refused(&format!("{switching}{rule}")).contains(&"quality-and-switching"));
}
