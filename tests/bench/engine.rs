//! Speed and memory of the engine on the shipped main scenario: `cargo bench --bench engine [-- SCENARIO]`.
//!
//! Each size runs in a process of its own, so that its peak memory is its own; the best of three runs counts, because other
//! work on the machine can only slow one down. The first line names what was run; figures are for comparison on one machine.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints, times and may stop"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tokencast::engine::{Settings, simulate};
use tokencast::scenario::{Files, Unreadable, load};
use tokencast::{analysis, model};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        std::fs::read_to_string(self.0.join(path)).map_err(|error| Unreadable {
            code: "unreadable",
            message: error.to_string(),
            help: None,
        })
    }
}

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match arguments.as_slice() {
        [child, scenario, paths, threads] if child == "--child" => measure(scenario, paths, threads),
        [] => table(&root.join("scenarios/support-desk-tokyo.toml")),
        [scenario, ..] => table(Path::new(scenario)),
    }
}

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
    let path = PathBuf::from(scenario);
    let files = Folder(path.parent().unwrap().to_owned());
    let loaded = load(&files, path.file_name().unwrap().to_str().unwrap(), &[]);
    let model = model::resolve(&loaded.scenario.unwrap()).0.unwrap();
    let settings = Settings { paths: paths.parse().unwrap(), ..Settings::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse().unwrap()).build().unwrap();
    let begin = Instant::now();
    let outcomes = pool.install(|| simulate(&model, &settings, &())).unwrap();
    let findings = pool.install(|| analysis::findings(&model, outcomes));
    let seconds = begin.elapsed().as_secs_f64();
    let (months, strategies) = (findings.months.len() as f64, findings.strategies.len() as f64);
    let n = settings.paths as f64;
    let each = seconds * 1e9 / (n * months * strategies);
    println!("{paths:>9} {threads:>7} {seconds:>9.3} {:>11.0} {each:>26.1} {:>9.0}", n / seconds, peak_mb());
}

/// The kernel's high-water mark of resident memory; NaN where there is no such file.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(f64::NAN, |kib| kib / 1024.0)
}
