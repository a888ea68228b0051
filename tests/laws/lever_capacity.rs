//! Levers on what replicas serve, against replicas that are run step by step with requests drawn one by one.

use tokencast::finance::Measure;

use super::levers::{list, scenario, uniforms};
use super::support::close;
use super::whole::run;

/// A replica that reads its weights and what it keeps of each request in every step, and is never without work.
#[derive(Clone, Copy)]
struct Stepped {
    /// Hours that a step takes for the weights, and for a token that is kept.
    weights: f64,
    token: f64,
    /// Requests at once.
    batch: usize,
    /// Chance that a draft is right, drafts a step, and the time of each over that of a step.
    drafts: (f64, usize, f64),
}

const PLAIN: Stepped =
    Stepped { weights: 2e-2 / 3600.0, token: 2e-7 / 3600.0, batch: 64, drafts: (0.0, 0, 0.0) };

/// What a replica did.
struct Ran {
    /// Replica-hours per request, by batches of a thousand requests finished.
    hours: Vec<f64>,
    /// Mean time of a step, and of that the time for what is kept, in hours.
    step: f64,
    kept: f64,
}

impl Ran {
    fn mean(&self) -> f64 {
        self.hours.iter().sum::<f64>() / self.hours.len() as f64
    }
}

impl Stepped {
    /// Serves calls of 1,000 tokens in and lognormal answers of 500 on average until so many thousands are finished.
    fn run(self, thousands: usize) -> Ran {
        let Self { weights, token, batch, drafts: (acceptance, drafts, cost) } = self;
        let length = uniforms(51, 2_000 * thousands);
        let mut lengths = length.iter().map(|u| {
            (500.0 * (0.8 * tokencast::math::normal_quantile(*u) - 0.32).exp()).round().max(1.0) as usize
        });
        let mut chance = uniforms(52, 1 << 20).into_iter().cycle();
        // What is left to write, and what is kept.
        let mut running: Vec<(usize, usize)> = (0..batch).map(|_| (lengths.next().unwrap(), 1_000)).collect();
        let (mut now, mut kept_hours, mut steps, mut finished, mut since) = (0.0, 0.0, 0.0, 0, 0.0);
        let mut hours = Vec::new();
        while hours.len() < thousands + 5 {
            let kept = running.iter().map(|(_, kept)| *kept).sum::<usize>() as f64 * token;
            now += (weights + kept) * (1.0 + drafts as f64 * cost);
            (steps, kept_hours) = (steps + 1.0, kept_hours + kept);
            for one in &mut running {
                let right = (0..drafts).take_while(|_| chance.next().unwrap() < acceptance).count();
                let written = (1 + right).min(one.0);
                *one = (one.0 - written, one.1 + written);
                if one.0 == 0 {
                    *one = (lengths.next().unwrap(), 1_000);
                    finished += 1;
                    if finished % 1_000 == 0 {
                        hours.push((now - since) / 1_000.0);
                        since = now;
                    }
                }
            }
        }
        // At the beginning all are new.
        Ran { hours: hours.split_off(5), step: now / steps, kept: kept_hours / steps }
    }
}

/// Replica-hours per request of a deployment whose latencies were measured on the plain replica, with a lever.
fn claimed(measured: &[(usize, f64)], lever: &str, targets: &str) -> f64 {
    let points: Vec<String> = measured
        .iter()
        .map(|(batch, hours)| {
            let ms = hours * 3.6e6;
            format!("{{ concurrency = {batch}, ttft = \"{ms} ms\", tpot = \"{ms} ms\" }}")
        })
        .collect();
    let text = scenario(targets, &list("\"x\""), &format!("[lever.x.{lever}\n"))
        .replace("by = \"acme/terra\"", "by = \"own\"")
        .replace(
            "{ concurrency = 32, ttft = \"1 s\", tpot = \"40 ms\" }, { concurrency = 64, ttft = \"1 s\", tpot = \"40 ms\" }",
            &points.join(", "),
        );
    run(&text, 64).strategies[0].measures[0][Measure::BusyGpuHours as usize] / 1e6
}

/// Of the mean of batches; these are nearly independent, since a request stays for half of the time of one.
fn error(ran: &Ran) -> f64 {
    let mean = ran.mean();
    let squares: f64 = ran.hours.iter().map(|hours| (hours - mean) * (hours - mean)).sum();
    (squares / (ran.hours.len() * (ran.hours.len() - 1)) as f64).sqrt()
}

/// Within 5 standard errors of both runs (false alarms below 1e-6), and what the last step of an answer writes in vain.
#[track_caller]
fn agrees(ran: &Ran, before: &Ran, claimed: f64, in_vain: f64) {
    let error = 5.0 * (error(ran) + error(before));
    let found = ran.mean();
    assert!((found - claimed).abs() < error + in_vain * claimed, "{found} ± {error}, claimed {claimed}");
}

/// The plain replica, as a benchmark would measure it.
fn measured() -> (Ran, Vec<(usize, f64)>) {
    let half = Stepped { batch: 32, ..PLAIN }.run(40);
    let full = PLAIN.run(80);
    let points = vec![(32, half.step), (64, full.step)];
    (full, points)
}

/// Half the bytes of the weights; or half of them zero, with two bits beside each of 16 that tell which are not.
#[test]
fn fewer_bytes_serve_as_many_more_as_replicas_run_step_by_step() {
    let (plain, points) = measured();
    agrees(&plain, &plain, claimed(&points, "quantization]\nsupplies = [\"own\"]\nthroughput = 1", ""), 0.0);
    for (kind, left) in [("quantization", 0.5), ("sparsity", 0.5 + 0.5 * 2.0 / 16.0)] {
        let ran = Stepped { weights: PLAIN.weights * left, ..PLAIN }.run(80);
        let throughput = plain.step / (plain.step - PLAIN.weights * (1.0 - left));
        assert!(throughput > 1.25 && throughput < 1.0 / left, "{throughput}: what is kept is read as before");
        let lever = format!("{kind}]\nsupplies = [\"own\"]\nthroughput = {throughput}");
        agrees(&ran, &plain, claimed(&points, &lever, ""), 0.0);
    }
    close(plain.step, PLAIN.weights + plain.kept, 1e-12);
}

/// Drafts accepted by chance for each request; the last step of an answer of 500 tokens writes up to k in vain.
#[test]
fn drafts_serve_as_many_more_as_replicas_run_step_by_step() {
    let (plain, points) = measured();
    for (a, k, c) in [(0.7, 4, 0.05), (0.5, 2, 0.1), (0.9, 6, 0.02)] {
        let ran = Stepped { drafts: (a, k, c), ..PLAIN }.run(80);
        let lever = format!(
            "speculative_decoding]\nsupplies = [\"own\"]\ndraft_tokens = {k}\nacceptance = {a}\ndraft_cost = {c}"
        );
        agrees(&ran, &plain, claimed(&points, &lever, ""), k as f64 / 2.0 / 500.0);
    }
}

/// With a target for the time per token, drafts let more requests in: between 16 and 64 at once latency is a power of the load.
#[test]
fn drafts_let_more_in_within_a_target() {
    let (slow, full): (f64, f64) = (20e-3 / 3600.0, 60e-3 / 3600.0);
    let points = [(16, slow), (64, full)];
    let lever =
        "speculative_decoding]\nsupplies = [\"own\"]\ndraft_tokens = 4\nacceptance = 0.7\ndraft_cost = 0.05";
    let vain = lever.replace("0.7", "0");
    let power = (full / slow).ln() / 4.0_f64.ln();
    let (a, k): (f64, i32) = (0.7, 4);
    let faster = (1.0 - a.powi(k + 1)) / (1.0 - a) / 1.2;
    for (target, lever, faster) in [(15.0, lever, faster), (18.0, lever, faster), (28.0, &vain, 1.0 / 1.2)] {
        // Of the first token nothing is made faster.
        let goal = target / 3.6e6;
        let most = 16.0 * (goal * faster / slow).powf(1.0 / power);
        assert!((16.0..64.0).contains(&most), "{most}");
        let first = slow * (most / 16.0).powf(power);
        let expected = (first + 499.0 * goal) / most;
        let found = claimed(&points, lever, &format!("targets = {{ tpot = {{ p90 = \"{target} ms\" }} }}"));
        close(found, expected, 1e-9);
    }
    // Alone, without drafts, a target of 15 ms is missed; with one that it meets, drafts serve three times as many: they end
    // sooner, and more are in flight.
    let targets = "targets = { tpot = { p90 = \"24 ms\" } }";
    let without = claimed(&points, "quantization]\nsupplies = [\"own\"]\nthroughput = 1", targets);
    let ratio = without / claimed(&points, lever, targets);
    assert!(ratio > 2.5, "{ratio}");
}
