//! A result depends on the scenario, the seed and the number of paths, and on nothing else: the same bits for any number of
//! threads, any width of a batch, any way to the number of paths, and whatever else a scenario contains.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test stops at the first surprise"
)]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

use common::{Folder, model, outcomes};
use tokencast::analysis::{difference, summarize};
use tokencast::engine::{Outcomes, Settings, StrategyOutcome, simulate};
use tokencast::model::Model;
use tokencast::random::{Design, Sampling};

fn support_desk() -> Model {
    model(&Folder::at("scenarios"), "support-desk-tokyo.toml", &[])
}

/// FNV-1a over the bits of every number that a run leaves behind.
fn hash_strategy(strategy: &StrategyOutcome) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |value: f64| hash = (hash ^ value.to_bits()).wrapping_mul(0x0100_0000_01b3);
    let totals = &strategy.totals;
    totals.nominal.iter().chain(&totals.npv).copied().for_each(&mut take);
    totals.break_even.iter().map(|months| f64::from(*months)).for_each(&mut take);
    strategy.components.iter().flatten().copied().for_each(&mut take);
    strategy.measures.iter().flatten().copied().for_each(&mut take);
    strategy.monthly_error.iter().copied().for_each(&mut take);
    take(strategy.margin_error);
    strategy.fans.iter().flat_map(|fans| &fans.monthly).flatten().copied().for_each(&mut take);
    strategy.fans.iter().flat_map(|fans| &fans.cumulative).flatten().copied().for_each(&mut take);
    hash
}

fn hashes(outcomes: &Outcomes) -> Vec<u64> {
    outcomes.strategies.iter().map(hash_strategy).collect()
}

/// More than one block and a part of one.
const PATHS: u64 = 3_000;

/// Settings of each way to spread paths.
fn samplings(paths: u64) -> impl Iterator<Item = Settings> {
    let of =
        move |(_, sampling)| Settings { paths, design: Design { seed: 1, sampling }, ..Settings::default() };
    Sampling::ALL.into_iter().map(of)
}

#[test]
fn threads_change_nothing() {
    let model = support_desk();
    for settings in samplings(PATHS) {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            hashes(&pool.install(|| simulate(&model, &settings, &()).unwrap()))
        };
        let one = run(1);
        assert_eq!(one, run(2), "{settings:?}");
        assert_eq!(one, run(3), "{settings:?}");
    }
}

#[test]
fn the_width_of_a_batch_changes_nothing() {
    let model = support_desk();
    for settings in samplings(1_100) {
        let run = |batch| hashes(&simulate(&model, &Settings { batch, ..settings }, &()).unwrap());
        let widest = run(64);
        for width in [1, 7, 8, 16] {
            assert_eq!(run(width), widest, "{width} paths in a batch, {settings:?}");
        }
    }
}

/// The largest standard error of a mean or of a difference to the baseline, as a share of the mean.
fn relative_error(model: &Model, outcomes: &Outcomes) -> f64 {
    let baseline = outcomes.strategies[model.baseline].totals.compared();
    let error = |strategy: &StrategyOutcome| {
        let costs = strategy.totals.compared();
        let mean = summarize(costs, Sampling::default()).mean;
        mean.standard_error.max(difference(costs, baseline, Sampling::default()).mean.standard_error)
            / mean.value
    };
    outcomes.strategies.iter().map(error).fold(0.0, f64::max)
}

/// 1,500 paths end inside a block; the doubling to 3,000 must not show.
#[test]
fn paths_that_are_doubled_to_are_the_paths_asked_for_at_once() {
    let model = support_desk();
    let at_once = outcomes(&model, PATHS);
    let wanted = relative_error(&model, &at_once) * (1.0 + 1e-9);
    let doubled =
        simulate(&model, &Settings { paths: PATHS / 2, precision: Some(wanted), ..Settings::default() }, &());
    let doubled = doubled.unwrap();
    assert_eq!((doubled.paths, doubled.precise), (PATHS, Some(true)));
    assert_eq!(hashes(&doubled), hashes(&at_once));
}

/// The first paths of a long run are the paths of a short one.
#[test]
fn more_paths_leave_the_first_ones_as_they_were() {
    let model = support_desk();
    let (few, many) = (outcomes(&model, 700), outcomes(&model, 1_400));
    for (few, many) in few.strategies.iter().zip(&many.strategies) {
        assert_eq!(few.totals.nominal, many.totals.nominal[..700]);
    }
}

/// A vendor, a lever, an index and a strategy more: the others draw what they drew, as long as paths are plain. (Evenly
/// spread points know all inputs together.)
#[test]
fn an_unrelated_input_changes_nothing() {
    let child = r#"
        extends = "support-desk-tokyo.toml"
        index.weather.geometric_brownian = { drift = "0 % /year", annual_volatility = "50 %" }
        [vendor.other.llm.large]
        tokenizer = "o200k"
        regions = { jp = 1 }
        rates = { input = "0.1 to 1 USD /Mtok", output = "1 to 9 USD /Mtok" }
        cache = { read = "0.02 USD /Mtok" }
        over_time = { follows = "weather" }
        [lever.other.prefix_cache]
        hit_rate = "10 % to 20 %"
        [strategy.another]
        serve = [{ traffic = ["chat", "notes"], by = "other/large" }]
        levers = ["other"]
        operations = ["desk"]
    "#;
    let child = model(&Folder::at("scenarios").with("child.toml", child), "child.toml", &[]);
    let plain = |model: &Model| {
        let settings = Settings { paths: 1_500, design: Design::plain(1), ..Settings::default() };
        hashes(&simulate(model, &settings, &()).unwrap())
    };
    let (with, without) = (plain(&child), plain(&support_desk()));
    assert_eq!(with.len(), without.len() + 1);
    assert_eq!(with[..without.len()], without);
}

#[test]
fn another_seed_is_another_run() {
    let model = support_desk();
    let run = |seed| {
        hashes(
            &simulate(
                &model,
                &Settings { paths: 100, design: Design { seed, ..Design::default() }, ..Settings::default() },
                &(),
            )
            .unwrap(),
        )
    };
    assert_ne!(run(1), run(2));
}
