//! Speed and memory of the engine.
//!
//! - `cargo bench --bench engine [-- SCENARIO]`: a table of a scenario (the Tokyo one) by paths and threads. Each size runs in
//!   a process of its own, so that its peak memory is its own; the best of three runs counts, because other work on the
//!   machine can only slow one down.
//! - `… -- --race PATHS THREADS SAMPLING TIMES`: workload W as one line of JSON, in the terms of the peers of `race.sh`.
//! - `… -- --precise SHARE THREADS TIMES`: the time until every mean of W is known to this share of it.
//! - `… -- --work SCENARIO PATHS` and `… -- --calibrate TIMES`: silent, on one thread, for `instructions.sh` to count.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench prints, times and may stop"
)]

#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use common::{Folder, model};
use tokencast::engine::{Outcomes, Settings, simulate};
use tokencast::lanes::{LANES, Lanes};
use tokencast::memory::LargePages;
use tokencast::model::Model;
use tokencast::random::{Design, Sampling, philox_lanes};
use tokencast::{analysis, math, stats};

/// As the program has it.
#[global_allocator]
static MEMORY: LargePages = LargePages;

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--child", scenario, paths, threads] => measure(scenario, paths, threads),
        ["--race", paths, threads, sampling, times] => race(paths, threads, sampling, times),
        ["--precise", share, threads, times] => precise(share, threads, times),
        ["--work", scenario, paths] => work(scenario, paths),
        ["--calibrate", times] => calibrate(times),
        [] => table(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/support-desk-tokyo.toml")),
        [scenario, ..] => table(Path::new(scenario)),
    }
}

// ---- A table of one scenario --------------------------------------------------------------------------------------

fn table(scenario: &Path) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{} on {cores} cores", scenario.file_name().unwrap().to_string_lossy());
    println!(
        "{:>9} {:>7} {:>9} {:>11} {:>26} {:>9}",
        "paths", "threads", "seconds", "paths/s", "ns/path-month-strategy", "peak MB"
    );
    for paths in SIZES {
        for threads in [1, cores] {
            let best = (0..3)
                .map(|_| {
                    let mut child = Command::new(std::env::current_exe().unwrap());
                    let output = child
                        .arg("--child")
                        .arg(scenario)
                        .args([paths.to_string(), threads.to_string()])
                        .output()
                        .unwrap();
                    String::from_utf8(output.stdout).unwrap()
                })
                .min_by(|a, b| seconds(a).total_cmp(&seconds(b)))
                .unwrap();
            print!("{best}");
        }
    }
}

fn seconds(line: &str) -> f64 {
    line.split_whitespace().nth(2).and_then(|word| word.parse().ok()).unwrap_or(f64::INFINITY)
}

fn measure(scenario: &str, paths: &str, threads: &str) {
    let model = model_at(scenario);
    let settings = Settings { paths: paths.parse().unwrap(), ..Settings::default() };
    let pool = pool(threads);
    let begin = Instant::now();
    let outcomes = pool.install(|| simulate(&model, &settings, &())).unwrap();
    let findings = pool.install(|| analysis::findings(&model, outcomes));
    let seconds = begin.elapsed().as_secs_f64();
    let (months, strategies) = (findings.months.len() as f64, findings.strategies.len() as f64);
    let n = settings.paths as f64;
    let each = seconds * 1e9 / (n * months * strategies);
    println!("{paths:>9} {threads:>7} {seconds:>9.3} {:>11.0} {each:>26.1} {:>9.0}", n / seconds, peak_mb());
}

fn model_at(scenario: &str) -> Model {
    let path = PathBuf::from(scenario).canonicalize().unwrap();
    let folder = Folder::at(path.parent().unwrap().to_str().unwrap());
    model(&folder, path.file_name().unwrap().to_str().unwrap(), &[])
}

fn pool(threads: &str) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse().unwrap()).build().unwrap()
}

/// The kernel's high-water mark of resident memory; NaN where there is no such file.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(f64::NAN, |kib| kib / 1024.0)
}

// ---- Our side of the race -----------------------------------------------------------------------------------------

fn workload() -> Model {
    model(&Folder::at("tests/bench"), "workload.toml", &[])
}

/// One line, each time the best of some: `sim_s` is a run without fans, `total_s` one with all of them (ten percentiles and the
/// tail of each month, ten of each month to date and fiscal year; the peers have five percentiles of each month), `quant_s` the
/// difference. The peers store every month of every path while they simulate; here that is a part of the fans.
/// `findings_s` is the rest of the way to an answer, which peers do not time.
fn race(paths: &str, threads: &str, sampling: &str, times: &str) {
    let model = workload();
    let sampling = Sampling::ALL.into_iter().find(|(word, _)| *word == sampling).unwrap().1;
    let settings = Settings {
        paths: paths.parse::<f64>().unwrap() as u64,
        design: Design { seed: 1, sampling },
        ..Settings::default()
    };
    let pool = pool(threads);
    let (mut simulation, mut total, mut findings) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let mut npv = String::new();
    for _ in 0..times.parse().unwrap() {
        let timed = |settings: &Settings| {
            let begin = Instant::now();
            let outcomes = pool.install(|| simulate(&model, settings, &())).unwrap();
            (begin.elapsed().as_secs_f64(), outcomes)
        };
        simulation = simulation.min(timed(&Settings { fans: false, ..settings }).0);
        let (took, outcomes) = timed(&settings);
        total = total.min(took);
        npv = key_figures(&outcomes);
        let begin = Instant::now();
        pool.install(|| analysis::findings(&model, outcomes));
        findings = findings.min(begin.elapsed().as_secs_f64());
    }
    let n = settings.paths as f64;
    println!(
        "{{\"impl\":\"tokencast-{threads}thr\",\"n\":{},\"threads\":{threads},\"sampling\":\"{}\",\"sim_s\":{simulation:.4},\"quant_s\":{:.4},\
         \"total_s\":{total:.4},\"findings_s\":{findings:.4},\"sim_paths_per_s\":{:.0},\"total_paths_per_s\":{:.0},\"sim_ns_per_path_month\":{:.2},\
         \"peak_rss_mb\":{:.0},{npv}}}",
        settings.paths,
        sampling.word(),
        total - simulation,
        n / simulation,
        n / total,
        simulation * 1e9 / (n * model.timeline.length as f64),
        peak_mb()
    );
}

/// The figures that the peers print, to see that the same thing is computed.
fn key_figures(outcomes: &Outcomes) -> String {
    let of = |strategy: usize| outcomes.strategies[strategy].totals.compared();
    let mean = |strategy| stats::Moments::of(of(strategy)).mean();
    let p95 = |strategy| stats::quantiles(&mut of(strategy).to_vec(), &[0.95])[0];
    let cvar = stats::cvar(&mut of(3).to_vec(), 0.95).value;
    format!(
        "\"api_mean\":{:.1},\"api_p95\":{:.1},\"onprem_mean\":{:.1},\"onprem_p95\":{:.1},\"hybrid_cvar\":{cvar:.1}",
        mean(0),
        p95(0),
        mean(2),
        p95(2)
    )
}

/// The way a planner goes: paths double from 1,024 on until the largest standard error of a mean (and of a difference to the
/// baseline) is small enough, by the error that the run itself tells. Median time and paths over seeds.
fn precise(share: &str, threads: &str, times: &str) {
    let model = workload();
    let pool = pool(threads);
    let run = |seed: u64, fans: bool| {
        let settings = Settings {
            paths: 4096,
            design: Design { seed, ..Design::default() },
            precision: Some(share.parse().unwrap()),
            fans,
            ..Settings::default()
        };
        let begin = Instant::now();
        let outcomes = pool.install(|| simulate(&model, &settings, &())).unwrap();
        (begin.elapsed().as_secs_f64(), outcomes.paths)
    };
    let seeds = 1..=times.parse::<u64>().unwrap();
    let (mut means, mut paths): (Vec<f64>, Vec<u64>) = seeds.clone().map(|seed| run(seed, false)).unzip();
    let mut fans: Vec<f64> = seeds.map(|seed| run(seed, true).0).collect();
    means.sort_by(f64::total_cmp);
    fans.sort_by(f64::total_cmp);
    paths.sort_unstable();
    let middle = means.len() / 2;
    println!(
        "{{\"impl\":\"tokencast-{threads}thr\",\"n\":{},\"least_n\":{},\"most_n\":{},\"sim_s\":{:.4},\"total_s\":{:.4}}}",
        paths[middle],
        paths[0],
        paths[paths.len() - 1],
        means[middle],
        fans[middle]
    );
}

// ---- For counting instructions ------------------------------------------------------------------------------------

fn work(scenario: &str, paths: &str) {
    let model = model_at(scenario);
    let settings = Settings { paths: paths.parse().unwrap(), ..Settings::default() };
    black_box(pool("1").install(|| simulate(&model, &settings, &())).unwrap());
}

/// Philox, normal scores and exponentials of 64 lanes: the yardstick that the same compiler made for the same processor.
fn calibrate(times: &str) {
    let (mut words, mut scores, mut factors) = ([[0; LANES]; 4], Lanes::ZERO, Lanes::ZERO);
    for block in 0..times.parse().unwrap() {
        philox_lanes(0, block, 42, &mut words);
        for four in &words {
            math::normal_score_lanes(four, &mut scores);
            math::exp_lanes(&scores, &mut factors);
            black_box(&factors);
        }
    }
}
