//! How many paths an answer takes, and whether the errors that are told are true: `cargo bench --bench convergence`.
//!
//! 1. How many times fewer paths evenly spread ones (the default) need than plain ones for the same error: the ratio of mean
//!    squared errors over seeds, against one long run, for workload W.
//! 2. How many of the intervals that claim 95 % contain what the long run says, for W and two shipped scenarios.
//!
//! `… -- quick` takes fewer seeds. Nothing here is timed; results are the same on every machine.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a bench prints and may stop")]

#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;

use common::{Folder, model};
use tokencast::analysis::summarize;
use tokencast::engine::{Settings, simulate};
use tokencast::model::Model;
use tokencast::random::{Design, Sampling};
use tokencast::stats::{Estimate, Moments, wilson_interval};

const STATISTICS: [&str; 3] = ["mean", "P95", "CVaR95"];

/// Estimates of the mean, the 95th percentile and the tail beyond it, of one strategy.
type Figures = [Estimate; 3];

struct Plan {
    seeds: u64,
    sizes: Vec<u64>,
    reference: u64,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "quick");
    let plan = if quick {
        Plan { seeds: 16, sizes: vec![1024, 4096], reference: 1 << 17 }
    } else {
        Plan { seeds: 64, sizes: vec![1024, 4096, 16384], reference: 1 << 21 }
    };
    for (folder, file) in [
        ("tests/bench", "workload.toml"),
        ("scenarios", "support-desk-tokyo.toml"),
        ("scenarios", "document-search-onprem.toml"),
    ] {
        let model = model(&Folder::at(folder), file, &[]);
        let reference = run(&model, plan.reference, Sampling::Sobol, 1_000_003);
        println!(
            "{file}, {} seeds, against {} evenly spread paths of another seed",
            plan.seeds, plan.reference
        );
        let errors: Vec<String> = reference
            .iter()
            .flat_map(|figures| figures.iter().map(|e| 100.0 * e.standard_error / e.value.abs()))
            .map(|percent| format!("{percent:.3}"))
            .collect();
        println!("standard errors of the reference, %: {}", errors.join(" "));
        for &size in &plan.sizes {
            compare(&model, size, plan.seeds, &reference);
        }
        println!();
    }
}

fn run(model: &Model, paths: u64, sampling: Sampling, seed: u64) -> Vec<Figures> {
    let settings = Settings { paths, design: Design { seed, sampling }, fans: false, ..Settings::default() };
    let outcomes = simulate(model, &settings, &()).unwrap();
    let figures = |values: &[f64]| {
        let summary = summarize(values, sampling);
        [summary.mean, summary.p95, summary.cvar95]
    };
    outcomes.strategies.iter().map(|strategy| figures(strategy.totals.compared())).collect()
}

/// What the seeds of one way to sample came to, for one figure.
struct Seeds {
    /// Mean squared error, and its standard error.
    mse: Estimate,
    covered: u64,
    /// Mean squared error over the mean of the squares of the told standard errors: 1 where they are true.
    told: f64,
}

fn seeds_of(runs: &[Vec<Figures>], strategy: usize, statistic: usize, truth: f64) -> Seeds {
    let each: Vec<&Estimate> = runs.iter().map(|run| &run[strategy][statistic]).collect();
    let squares: Vec<f64> = each.iter().map(|e| (e.value - truth) * (e.value - truth)).collect();
    let covers = |e: &&&Estimate| {
        let interval = e.interval(0.95);
        interval.low <= truth && truth <= interval.high
    };
    let told: f64 = each.iter().map(|e| e.standard_error * e.standard_error).sum();
    Seeds {
        told: squares.iter().sum::<f64>() / told,
        mse: Moments::of(&squares).estimate(),
        covered: each.iter().filter(covers).count() as u64,
    }
}

fn compare(model: &Model, paths: u64, seeds: u64, reference: &[Figures]) {
    let all = |sampling| -> Vec<Vec<Figures>> {
        (1..=seeds).map(|seed| run(model, paths, sampling, seed)).collect()
    };
    let (plain, even) = (all(Sampling::Plain), all(Sampling::Sobol));
    println!(
        "{paths:>6} paths {:>14} {:>22} {:>9} {:>9} {:>22} {:>15}",
        "", "times fewer, ± s.e.", "rms plain", "rms Sobol", "covered plain / Sobol", "MSE / told²"
    );
    for (place, strategy) in model.strategies.iter().enumerate() {
        for (statistic, name) in STATISTICS.iter().enumerate() {
            let truth = reference[place][statistic].value;
            let p = seeds_of(&plain, place, statistic, truth);
            let e = seeds_of(&even, place, statistic, truth);
            let ratio = p.mse.value / e.mse.value;
            let relative = |mse: &Estimate| mse.standard_error / mse.value;
            // Errors of both in the first order; they are independent.
            let error = ratio * relative(&p.mse).hypot(relative(&e.mse));
            let percent = |mse: &Estimate| 100.0 * mse.value.sqrt() / truth.abs();
            let low = |covered| 100.0 * wilson_interval(covered, seeds, 0.95).low;
            let share = |covered| 100.0 * covered as f64 / seeds as f64;
            println!(
                "{:>14} {name:>12} {ratio:>12.1} ± {error:<7.1} {:>8.3}% {:>8.3}% {:>7.0}% {:>5.0}% (>{:.0}%) {:>8.2} {:>6.2}",
                strategy.id,
                percent(&p.mse),
                percent(&e.mse),
                share(p.covered),
                share(e.covered),
                low(e.covered),
                p.told,
                e.told
            );
        }
    }
}
