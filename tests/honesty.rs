//! The errors that a run tells are true: of its 95 % intervals, about 95 % contain the number that is estimated.
//!
//! Each of some seeds runs a few paths; a long run of another seed stands for the truth. An interval of the right coverage,
//! 95 %, holds in fewer than [`LEAST`] of [`SEEDS`] seeds with a probability of 4e-9 (binomial); there are 33 figures (11
//! strategies of three scenarios), so one choice of seeds in seven million fails a perfect implementation. Where tails are
//! heavy, few parts cover less: about 88 %, which fails with 1.4e-4 for each figure. What the test can see is an error that is
//! told much too small: a coverage of two thirds fails in half of all cases. `cargo bench --bench convergence` looks closer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

use common::{Folder, model};
use tokencast::analysis::{Summary, summarize};
use tokencast::engine::{Settings, simulate};
use tokencast::model::Model;
use tokencast::random::{Design, Sampling};

const SEEDS: u64 = 40;
const PATHS: u64 = 1024;
/// Paths of the long run: its own error is small beside those of the short ones.
const LONG: u64 = 1 << 16;
/// P(binomial(40, 0.95) < 27) = 4e-9.
const LEAST: usize = 27;

fn run(model: &Model, paths: u64, design: Design) -> Vec<Summary> {
    let outcomes =
        simulate(model, &Settings { paths, design, fans: false, ..Settings::default() }, &()).unwrap();
    let summary = |s: &tokencast::engine::StrategyOutcome| summarize(s.totals.compared(), design.sampling);
    outcomes.strategies.iter().map(summary).collect()
}

fn intervals_hold(folder: &str, file: &str, sampling: Sampling) {
    let model = model(&Folder::at(folder), file, &[]);
    let truth = run(&model, LONG, Design { seed: 1_000_003, sampling: Sampling::Sobol });
    let mut held = vec![[0; 3]; truth.len()];
    for seed in 1..=SEEDS {
        for (place, summary) in run(&model, PATHS, Design { seed, sampling }).iter().enumerate() {
            let figures = |s: &Summary| [s.mean, s.p95, s.cvar95].map(|e| (e.value, e.interval(0.95)));
            for (held, ((_, interval), (truth, _))) in
                held[place].iter_mut().zip(figures(summary).into_iter().zip(figures(&truth[place])))
            {
                *held += usize::from(interval.low <= truth && truth <= interval.high);
            }
        }
    }
    for (strategy, held) in model.strategies.iter().zip(held) {
        for (held, name) in held.into_iter().zip(["mean", "P95", "CVaR95"]) {
            let id = &strategy.id;
            assert!(held >= LEAST, "{file}, {id}, {sampling:?}: {held} of {SEEDS} intervals hold the {name}");
        }
    }
}

#[test]
fn on_workload_w() {
    intervals_hold("tests/bench", "workload.toml", Sampling::Sobol);
}

#[test]
fn at_the_support_desk() {
    intervals_hold("scenarios", "support-desk-tokyo.toml", Sampling::Sobol);
}

#[test]
fn in_the_search_of_documents() {
    intervals_hold("scenarios", "document-search-onprem.toml", Sampling::Sobol);
}
