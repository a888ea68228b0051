//! Training and operations: published GPU-hours, closed forms of first passage and renewal, and what costs follow from.

use tokencast::finance::{Component, Measure};
use tokencast::lanes::Slot;
use tokencast::operations::PEOPLE_PER_SEAT;
use tokencast::process::Lookup;
use tokencast::training::{Course, Method, Sizes, Told, Watched, fewest_gpus, young_waste};
use tokencast::world::Builder;

use super::support::{builder, close, finish, near, paths};
use super::whole::{refused, run};

/// Dense 16-bit operations of an H100 per hour.
const H100: f64 = 989e12 * 3600.0;

/// GPU-hours of `tokens` at a given use of the GPUs, by the formula of the method.
fn hours(method: Method, active: f64, teacher: f64, tokens: f64, mfu: f64) -> f64 {
    let text = format!("{{ from_tokens = {{ tokens = \"{tokens:e} tokens\", mfu = {mfu} }} }}");
    let compute =
        super::support::good(&tokencast::document::Plugins(tokencast::training::COMPUTE, "compute"), &text);
    let tokencast::training::Compute::FromTokens(tokens) = compute else { panic!("tokens were written") };
    tokens.mean_gpu_hours(method, Sizes { active, teacher, speed: H100 })
}

/// Model cards of Llama 3.1 (llama-models@a9c89c4): 405B on 15.6 T tokens, 30.84 M H100-hours, 34.5 % of the dense speed.
/// DeepSeek-V3 (technical report): 37 B active weights, 14.8 T tokens, 2.664 M H800-hours, 34.6 %.
#[test]
fn published_gpu_hours_follow_from_tokens() {
    close(hours(Method::ContinuedPretraining, 405e9, 0.0, 15.6e12, 0.345), 30.84e6, 5e-3);
    close(hours(Method::ContinuedPretraining, 37e9, 0.0, 14.8e12, 0.346), 2.664e6, 5e-3);
    // Worked examples of a billion tokens: 8B in full at 40 % and with LoRA at 35 %, 70B likewise; distillation of 8B on two
    // billion tokens, in which the teacher's forward pass of 70B is most of the work.
    close(hours(Method::Full, 8.03e9, 0.0, 1e9, 0.40), 33.8, 2e-3);
    close(hours(Method::Lora, 8.03e9, 0.0, 1e9, 0.35), 25.8, 2e-3);
    close(hours(Method::Full, 70.55e9, 0.0, 1e9, 0.40), 297.2, 2e-3);
    close(hours(Method::Lora, 70.55e9, 0.0, 1e9, 0.35), 226.5, 2e-3);
    close(hours(Method::Distillation, 8.03e9, 70.55e9, 2e9, 0.35), 303.8, 5e-3);
}

/// 419 interruptions in 54 days (Llama 3, Table 5): every 3.0931 h; with checkpoints of a minute and recovery of ten, 15.77 % of
/// the time is wasted.
#[test]
fn restarts_waste_what_youngs_interval_leaves() {
    let between = 54.0 * 24.0 / 419.0;
    near(between, 3.0931, 5e-5);
    near(young_waste(between, 1.0 / 60.0, 10.0 / 60.0), 0.1577, 5e-5);
    // No other interval wastes less on checkpoints and lost work.
    let waste = |interval: f64| 1.0 / 60.0 / interval + interval / (2.0 * between);
    let best = young_waste(between, 1.0 / 60.0, 0.0);
    assert!((1..200).all(|minutes| waste(f64::from(minutes) / 60.0) >= best - 1e-12));
    assert_eq!(young_waste(f64::INFINITY, 1.0, 1.0), 0.0);
    assert!(young_waste(0.01, 1.0, 1.0) < 1.0);
}

/// A 70B llm in full needs at least 16 GPUs of 80 GB (0.86 to 1.12 TB), with `LoRA` 159 to 200 GB; 65B with `QLoRA` less than 48 GB
/// (published ranges, secondhand).
#[test]
fn memory_is_as_published() {
    let bytes = |method: Method, weights: f64, frozen: f64| weights * method.bytes_per_weight(frozen);
    let full = bytes(Method::Full, 70.55e9, 2.0);
    assert!((0.86e12..1.13e12).contains(&full));
    assert_eq!(fewest_gpus(full, 80e9), 16.0);
    let lora = bytes(Method::Lora, 70.55e9, 2.0);
    assert!((159e9..200e9).contains(&(lora / 0.9)));
    assert_eq!(fewest_gpus(lora, 80e9), 4.0);
    assert!(bytes(Method::Lora, 65e9, 0.516) / 0.9 < 48e9);
}

fn course(world: &mut Builder, above: f64, drift: f64, sd: f64, gain: f64) -> Slot {
    let watched = Watched {
        score: world.constant(0.5),
        drift: Some(world.constant(-drift)),
        volatility: (sd > 0.0).then(|| world.constant(sd)),
        gain: Some(world.constant(gain)),
        floor: Some(world.constant(0.5 - above)),
    };
    let course =
        Course { from: 0, every: None, ends: Vec::new(), watched: vec![watched], lag: 1, told: Told::Begun };
    world.monthly("training.test.scores", &course.inputs(), Box::new(course))
}

const COUNT: usize = 64 * 782;

/// A score 12 points above its floor that falls by 1 a month with a standard deviation of 2: the first passage is inverse
/// Gaussian, P(T ≤ 12) = 0.607313, P(T ≤ 24) = 0.937786 (closed form, by quadrature). Bounds of five standard errors are passed
/// by right shares for 1 seed in 1.7 million.
#[test]
fn the_first_cycle_comes_by_the_inverse_gaussian() {
    let mut world = builder(30);
    let begun = course(&mut world, 0.12, 0.01, 0.02, 0.0);
    let begun = paths(&finish(world), 30, begun, 3, COUNT);
    for (months, chance) in [(12, 0.607_313_169_5), (24, 0.937_786_002_3)] {
        let passed = (0..COUNT).filter(|path| (0..=months).any(|month| begun[month][*path] > 0.0)).count();
        let error = (chance * (1.0_f64 - chance) / COUNT as f64).sqrt();
        near(passed as f64 / COUNT as f64, chance, 5.0 * error);
    }
}

/// Renewal and reward: cycles that add 6 points to a score that loses 1 a month come every six months, whatever the noise; what
/// one costs over that is the cost rate. The noise of counts over 60 months in 50,000 paths is 0.02 %.
#[test]
fn cycles_come_as_often_as_their_gain_is_lost() {
    for sd in [0.0, 0.01] {
        let mut world = builder(120);
        let begun = course(&mut world, 0.06, 0.01, sd, 0.06);
        let begun = paths(&finish(world), 120, begun, 3, COUNT);
        let late = begun[60..].iter().map(|month| month.iter().sum::<f64>()).sum::<f64>();
        close(late / COUNT as f64 / 60.0, 1.0 / 6.0, if sd == 0.0 { 1e-12 } else { 5e-3 });
    }
}

/// Without noise: 5 points are lost in month 5; the cycle is done a month later, and 4 more points are lost by month 10.
#[test]
fn a_score_without_noise_is_a_calendar() {
    let mut world = builder(17);
    let begun = course(&mut world, 0.05, 0.01, 0.0, 0.05);
    let begun = paths(&finish(world), 17, begun, 1, 64);
    let months: Vec<usize> = (0..17).filter(|month| begun[*month][0] > 0.0).collect();
    assert_eq!(months, [5, 10, 15]);
}

const PLAIN: &str = r#"
title = "Trained"
currency = "USD"
start = "2027-01"
months = 12

[traffic.work]
requests = "1M /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = 500

[vendor.acme.llm.terra]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }
[vendor.cloud.gpu.h100]
rates = { on_demand = "2 USD /GPU-hour" }
[llm.small]
quality = { desk = "90 %" }

[strategy.go]
serve = [{ traffic = "work", by = "acme/terra" }]
"#;

fn trained(programme: &str) -> String {
    format!(
        "{PLAIN}training = [\"tune\"]\n[training.tune.lora]\nllm = \"small\"\ngpus = \"cloud/h100\"\ncompute = {{ gpu_hours = \"500 GPU-hours\" }}\n{programme}\n"
    )
}

fn cost(text: &str, component: Component) -> f64 {
    run(text, 64).strategies[0].component_mean(component)
}

#[test]
fn a_faster_calendar_and_more_failures_never_cost_less() {
    let compute = |every: usize, failed: usize| {
        let text =
            trained(&format!("cadence = {{ every = \"{every} months\" }}\nfailed_runs = \"{failed} %\""));
        cost(&text, Component::TrainingCompute)
    };
    let by_cadence: Vec<f64> = [1, 2, 3, 6, 12].map(|every| compute(every, 0)).to_vec();
    assert!(by_cadence.windows(2).all(|pair| pair[0] >= pair[1]));
    close(by_cadence[0], 12.0 * 1000.0, 1e-12);
    // Each run that fails is paid and done again: 1 / (1 − share).
    for failed in [0, 20, 40, 90] {
        close(compute(3, failed), 4000.0 / (1.0 - failed as f64 / 100.0), 1e-12);
    }
}

/// A tenth of the traffic served twice for half a month, four times a year, of 3,000 USD a month.
#[test]
fn a_canary_costs_its_share_of_serving() {
    let text =
        trained("cadence = { every = \"3 months\" }\ncanary = { share = \"10 %\", lasts = \"0.5 months\" }");
    close(cost(&text, Component::Canary), 4.0 * 0.1 * 0.5 * 3000.0, 1e-12);
    assert_eq!(cost(&trained("cadence = { every = \"3 months\" }"), Component::Canary), 0.0);
}

/// Whichever comes first: every six months, or two months after it was five points too good.
#[test]
fn cadences_compose() {
    let text = trained(
        "cadence = { every = \"6 months\", quality_below = { desk = \"88 %\" } }\ndrift = { desk = \"-1 points /month\" }\ngain = { desk = \"2 points\" }",
    );
    // Begins in month 0 by the calendar, so its 2 points come in month 1; the floor is reached in months 4, 6, 8 and 10.
    close(cost(&text, Component::TrainingCompute), 5.0 * 1000.0, 1e-12);
    let retired = trained("cadence = { retirement_of = \"acme/terra\" }").replace(
        "rates = { input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }",
        "rates = { input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }\nretires = \"2027-08-10\"",
    );
    assert!(
        refused(&retired).contains(&"no-shed-cost") || cost(&retired, Component::TrainingCompute) == 1000.0
    );
}

#[test]
fn operations_cost_what_their_arithmetic_says() {
    near(PEOPLE_PER_SEAT, 4.94, 2e-3);
    let with =
        |operations: &str| format!("{PLAIN}operations = [\"desk\"]\n[operations.desk]\n{operations}\n");
    let on_call = with("on_call = { seats = 2, hours = \"always\", allowance = \"100 USD /seat-month\" }");
    close(cost(&on_call, Component::Staff), 12.0 * 2.0 * PEOPLE_PER_SEAT * 100.0, 1e-12);
    let priced = with("guardrail = { share = \"50 %\", price = \"0.002 USD /request\" }");
    close(cost(&priced, Component::Guardrails), 12.0 * 500e3 * 0.002, 1e-12);
    let judged = with("guardrail = { by = \"acme/terra\", input_tokens = 1000, output_tokens = 10 }");
    close(cost(&judged, Component::Guardrails), 12.0 * 1e6 * 1040e-6, 1e-12);
    let reviewed = with("review = { share = \"0.1 %\", price = \"2 USD /request\" }");
    close(cost(&reviewed, Component::Guardrails), 12.0 * 2000.0, 1e-12);
    // 5 % of 3,000 USD a month, and 100 USD whatever is bought.
    let gateway = with("gateway = { fee = \"5 %\", running = \"100 USD /month\" }");
    close(cost(&gateway, Component::Gateway), 12.0 * 250.0, 1e-12);
    // 500 tokens of 4 bytes a request.
    let egress = with("egress = { price = \"0.09 USD /GB\" }");
    close(cost(&egress, Component::Gateway), 12.0 * 2.0 * 0.09, 1e-12);
    let live = with("evaluation = { share = \"2 %\" }");
    close(cost(&live, Component::Evaluation), 12.0 * 60.0, 1e-12);
    // 6 GB a month kept for two months: half of the first month's, one and a half, then two months' worth.
    let logs = with(
        "monitoring = { logged = \"100 %\", retention = \"2 months\", storage = \"0.5 USD /GB-month\" }",
    );
    close(cost(&logs, Component::Monitoring), 6.0 * 0.5 * (0.5 + 1.5 + 10.0 * 2.0), 1e-12);
    let audits = with("compliance = { audit = \"5k USD\", audit_every = \"6 months\" }");
    close(cost(&audits, Component::Compliance), 10e3, 1e-12);
}

/// Training on own idle GPUs costs nothing more, waits where serving leaves too little, and takes nothing from it.
#[test]
fn training_on_idle_gpus_takes_what_serving_leaves() {
    let text = |hours: usize| {
        format!(
            r#"{}
[gpu.h100]
memory = "80 GB"
bandwidth = "3350 GB /s"
bf16 = "989 TFLOPS"
[deployment.small-h100]
llm = "small"
gpu = "h100"
gpus = 1
capacity = {{ stated = {{ tokens = "1M tokens /h" }} }}
capacity_error = 1
[server.box]
gpu = "h100"
gpus = 8
price = "200k USD /server"
power = "8 kW"
lead_time = "0 months"
[site.here]
region = "us"
electricity = "0.1 USD /kWh"
pue = 1.2
[supply.own.owned]
deployment = "small-h100"
server = "box"
site = "here"
purchase = {{ once = {{ servers = "1 server", ordered = "2027-01" }} }}
depreciation = {{ straight_line = {{ over = "5 years" }} }}
load = "60 %"
[training.tune.lora]
llm = "small"
cadence = {{ every = "6 months" }}
gpus = "own"
compute = {{ gpu_hours = "{hours} GPU-hours" }}
"#,
            PLAIN.replace(
                "by = \"acme/terra\" }]",
                "by = \"own\" }, { traffic = \"work\", by = \"acme/terra\" }]\ntraining = [\"tune\"]"
            )
        )
    };
    let busy = |found: &tokencast::analysis::Findings| -> f64 {
        found.strategies[0].measures.iter().map(|month| month[Measure::BusyGpuHours as usize]).sum()
    };
    let few = run(&text(1), 64);
    let some = run(&text(1000), 64);
    close(busy(&some) - busy(&few), 2.0 * 999.0, 1e-9);
    close(some.strategies[0].nominal.mean.value, few.strategies[0].nominal.mean.value, 1e-12);
    // More than is idle: all of it is used, and nothing more.
    let all = run(&text(1_000_000), 64);
    let there: f64 = all.strategies[0].measures.iter().map(|month| month[Measure::GpuHours as usize]).sum();
    close(busy(&all), there, 1e-9);
}
