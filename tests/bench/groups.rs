//! What each part costs: `cargo bench --bench groups [-- GROUP…]`, groups being draws, math, supplies, engine, quantiles,
//! export and charts.
//!
//! The cases of a group take turns, many rounds long; the median of a case is shown, and the median over the rounds of its
//! ratio to the group's first case, which stays the same on a busy or another machine. All on one thread.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench prints, times and may stop; the platform's exp is what ours is compared with"
)]

#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Instant;

use common::{Folder, found, model};
use tokencast::engine::{Settings, simulate};
use tokencast::finance::Ledger;
use tokencast::lanes::{LANES, Lanes};
use tokencast::math;
use tokencast::memory::LargePages;
use tokencast::model::{Model, SupplyInUse};
use tokencast::random::{Coordinate, Design, Draws, Order, Plan, Sampling};
use tokencast::report::display::Lang;
use tokencast::report::{Answers, Report, chart};
use tokencast::stats::{OrderedF32, Sketch, cvar, quantiles};
use tokencast::world::World;

/// As the program has it.
#[global_allocator]
static MEMORY: LargePages = LargePages;

// ---- The harness --------------------------------------------------------------------------------------------------

/// Something to time, and how many units it does in one go.
struct Case<'a> {
    name: String,
    units: f64,
    run: Box<dyn FnMut() + 'a>,
}

fn case<'a>(name: impl Into<String>, units: f64, run: impl FnMut() + 'a) -> Case<'a> {
    Case { name: name.into(), units, run: Box::new(run) }
}

const ROUNDS: usize = 25;
/// How long a case runs in a round, at least.
const SECONDS: f64 = 0.004;

fn time(run: &mut dyn FnMut(), times: usize) -> f64 {
    let begin = Instant::now();
    (0..times).for_each(|_| run());
    begin.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(group: &str, unit: &str, mut cases: Vec<Case>) {
    let times: Vec<usize> = cases
        .iter_mut()
        .map(|case| {
            let once = time(&mut case.run, 1).min(time(&mut case.run, 1));
            (SECONDS / once.max(1e-9)).ceil().max(1.0) as usize
        })
        .collect();
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for _ in 0..ROUNDS {
        let each = cases.iter_mut().zip(&times);
        rows.push(
            each.map(|(case, times)| time(&mut case.run, *times) * 1e9 / (*times as f64 * case.units))
                .collect(),
        );
    }
    println!("\n{group}{:>1$} {2:>8}", unit, 70 - group.len(), "ratio");
    for (place, case) in cases.iter().enumerate() {
        let ns = median(rows.iter().map(|row| row[place]).collect());
        let ratio = median(rows.iter().map(|row| row[place] / row[0]).collect());
        println!("  {:<44}{ns:>24.2} {ratio:>8.2}", case.name);
    }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let groups: [(&str, fn()); 7] = [
        ("draws", draws),
        ("math", elementary),
        ("supplies", supplies),
        ("engine", engine),
        ("quantiles", order),
        ("export", export),
        ("charts", charts),
    ];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (name, group) in groups {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            pool.install(group);
        }
    }
}

// ---- Draws --------------------------------------------------------------------------------------------------------

const MONTHS: u64 = 60;

fn draws() {
    let sobol = |order| Plan {
        coordinates: (0..MONTHS as usize).map(Coordinate::of_place).collect(),
        events: Vec::new(),
        order,
    };
    let scores = |sampling, plan: Option<Plan>| {
        let mut draws = Draws::planned(Design { seed: 1, sampling }, "a path", plan.as_ref());
        let (mut first, mut out) = (0, Lanes::ZERO);
        move || {
            first += LANES as u64;
            draws.restart(first);
            for month in 0..MONTHS {
                draws.score(month, &mut out);
                black_box(&out);
            }
        }
    };
    let units = MONTHS as f64 * LANES as f64;
    let cases = vec![
        case("philox", units, scores(Sampling::Plain, None)),
        case("antithetic", units, scores(Sampling::Antithetic, None)),
        case("latin hypercube", units, scores(Sampling::LatinHypercube, Some(sobol(Order::Months)))),
        case("sobol", units, scores(Sampling::Sobol, Some(sobol(Order::Months)))),
        case(
            "sobol, in the order of a bridge",
            units,
            scores(Sampling::Sobol, Some(sobol(Order::Diffusion))),
        ),
    ];
    compare("draws of 60 months", "ns per score", cases);
}

// ---- Math ---------------------------------------------------------------------------------------------------------

fn lanes<'a>(name: &str, mut of: impl FnMut(&mut Lanes) + 'a) -> Case<'a> {
    let mut out = Lanes::ZERO;
    case(name, LANES as f64, move || {
        of(black_box(&mut out));
        black_box(&out);
    })
}

fn elementary() {
    let x: Lanes = Lanes::from_fn(|i| (i as f64 - 31.5) / 11.0);
    let positive = Lanes::from(x.map(f64::exp));
    let words: [u32; LANES] = std::array::from_fn(|i| (i as u32).wrapping_mul(0x9e37_79b9));
    let cases = vec![
        lanes("exp of the platform, one by one", |out| **out = black_box(&x).map(f64::exp)),
        lanes("exp", |out| math::exp_lanes(black_box(&x), out)),
        lanes("ln", |out| math::ln_lanes(black_box(&positive), out)),
        lanes("pow", |out| math::pow_lanes(black_box(&positive), black_box(&x), out)),
        lanes("sqrt", |out| math::sqrt_lanes(black_box(&positive), out)),
        lanes("normal score of a word", |out| math::normal_score_lanes(black_box(&words), out)),
        lanes("normal cdf", |out| math::normal_cdf_lanes(black_box(&x), out)),
    ];
    compare("math on 64 lanes", "ns per value", cases);
}

// ---- Supplies -----------------------------------------------------------------------------------------------------

fn workload() -> Model {
    model(&Folder::at("tests/bench"), "workload.toml", &[])
}

fn tokyo() -> Model {
    model(&Folder::at("scenarios"), "support-desk-tokyo.toml", &[])
}

/// The values of a batch in every month.
fn worlds(model: &Model) -> World {
    let mut world = model.program.world_of(Design::plain(1), model.timeline.length);
    model.program.start(0, &mut world);
    model.program.step_all(&model.timeline.months().collect::<Vec<_>>(), &mut world);
    world
}

/// A supply through all months, offered all requests of the streams it is asked for.
fn months_of<'a>(
    model: &'a Model,
    world: &'a World,
    user: &'a SupplyInUse,
    asked: Vec<(usize, usize)>,
) -> impl FnMut() + 'a {
    let mut state = vec![Lanes::ZERO; user.supply.state()];
    let (mut ledger, mut served) = (Ledger::new(), Lanes::ZERO);
    move || {
        user.supply.start(&world.values_in(0), &mut state);
        for now in model.timeline.months() {
            let values = world.values_in(now.index);
            ledger.clear(false);
            user.supply.open(&now, &values, &mut state, &mut ledger);
            for (number, stream) in &asked {
                let offered = &values[model.streams[*stream].work.requests];
                user.supply.accept(*number, &now, &values, offered, &mut state, &mut served, &mut ledger);
                black_box(&served);
            }
            user.supply.close(&now, &values, &mut state, &mut ledger);
            black_box(&ledger);
        }
    }
}

fn supplies() {
    for (title, model) in [("supplies of workload W", workload()), ("supplies of the support desk", tokyo())]
    {
        let world = worlds(&model);
        let mut cases = Vec::new();
        for strategy in &model.strategies {
            for (place, user) in strategy.supplies.iter().enumerate() {
                let asked = strategy.entries.iter().filter(|entry| entry.supply == place);
                let asked: Vec<_> = asked.map(|entry| (entry.number, entry.stream)).collect();
                let name = format!("{} in {}, {} entries", user.name, strategy.id, asked.len());
                let units = (LANES * model.timeline.length) as f64;
                cases.push(case(name, units, months_of(&model, &world, user, asked)));
            }
        }
        compare(title, "ns per path and month", cases);
    }
}

// ---- The engine ---------------------------------------------------------------------------------------------------

const PATHS: u64 = 2048;

fn engine() {
    for (title, model) in [("engine on workload W", workload()), ("engine on the support desk", tokyo())] {
        let units = PATHS as f64 * model.timeline.length as f64;
        let run = |sampling| {
            let design = Design { seed: 1, sampling };
            let settings = Settings { paths: PATHS, design, ..Settings::default() };
            let model = &model;
            move || {
                black_box(simulate(model, &settings, &()).unwrap());
            }
        };
        let world = |sampling| {
            let mut world = model.program.world(Design { seed: 1, sampling });
            let model = &model;
            move || {
                for first in (0..PATHS).step_by(LANES) {
                    model.program.start(first, &mut world);
                    for month in model.timeline.months() {
                        model.program.step(&month, &mut world);
                    }
                }
                black_box(world.values());
            }
        };
        let cases = vec![
            case("the world alone, plain", units, world(Sampling::Plain)),
            case("the world alone, sobol", units, world(Sampling::Sobol)),
            case("whole run, plain", units, run(Sampling::Plain)),
            case("whole run, sobol", units, run(Sampling::Sobol)),
        ];
        compare(title, "ns per path and month", cases);
    }
}

// ---- Quantiles ----------------------------------------------------------------------------------------------------

const PROBABILITIES: [f64; 10] = [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.80, 0.90, 0.95, 0.99];

fn order() {
    const VALUES: usize = 100_000;
    let mut draws = Draws::planned(Design::plain(1), "values", None);
    let mut scores = Lanes::ZERO;
    let mut values: Vec<f64> = Vec::new();
    while values.len() < VALUES {
        draws.restart(values.len() as u64);
        draws.score(0, &mut scores);
        values.extend(scores.map(|z| 1e6 * (0.5 * z).exp()));
    }
    let ordered: Vec<OrderedF32> = values.iter().map(|v| OrderedF32::from(*v as f32)).collect();
    let units = values.len() as f64;
    let mut sketch = Box::<Sketch>::default();
    for value in &values {
        sketch.add(*value);
    }
    let cases = vec![
        case("copy and sort", units, || {
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            black_box(sorted);
        }),
        case("copy and select ten quantiles, f64", units, || {
            black_box(quantiles(&mut values.clone(), &PROBABILITIES));
        }),
        case("copy and select ten quantiles, ordered f32", units, || {
            black_box(quantiles(&mut ordered.clone(), &PROBABILITIES));
        }),
        case("copy and CVaR95, ordered f32", units, || {
            black_box(cvar(&mut ordered.clone(), 0.95));
        }),
        case("count in a sketch", units, || {
            let mut sketch = Box::<Sketch>::default();
            for value in &values {
                sketch.add(*value);
            }
            black_box(sketch);
        }),
        case("ten quantiles of a sketch of so many", units, || {
            black_box(sketch.quantiles(&PROBABILITIES));
        }),
    ];
    compare("quantiles of 100,000 values", "ns per value", cases);
}

// ---- Files --------------------------------------------------------------------------------------------------------

fn with_report(of: impl FnOnce(&Report)) {
    let model = tokyo();
    let findings = found(&model, 10_000);
    let hash = "0".repeat(64);
    of(&Report {
        findings: &findings,
        answers: Answers::default(),
        title: &model.title,
        file: "support-desk-tokyo.toml",
        hash: &hash,
        lang: Lang::En,
    });
}

fn export() {
    with_report(|report| {
        let bytes = report.csv().iter().map(|file| file.bytes.len()).sum::<usize>() as f64;
        let json = report.json().to_string().len() as f64;
        let cases = vec![
            case(format!("all CSV files, {bytes} bytes"), bytes, || {
                black_box(report.csv());
            }),
            case(format!("JSON, {json} bytes"), json, || {
                black_box(report.json().to_string());
            }),
            case("comparison on the terminal, 100 columns", report.comparison(100).len() as f64, || {
                black_box(report.comparison(100));
            }),
        ];
        compare("export of the support desk, 10,000 paths", "ns per byte", cases);
    });
}

fn charts() {
    with_report(|report| {
        let files = report.charts().unwrap();
        let drawings: Vec<_> = files.iter().filter(|file| file.bytes.starts_with(b"<")).collect();
        let mut cases = vec![case("all charts, SVG and PNG", drawings.len() as f64 * 1e6, || {
            black_box(report.charts().unwrap());
        })];
        for drawing in drawings {
            let svg = String::from_utf8(drawing.bytes.clone()).unwrap();
            cases.push(case(format!("{} to PNG", drawing.name), 1e6, move || {
                black_box(chart::png(&svg, 1.5).unwrap());
            }));
        }
        compare("charts of the support desk", "ms per chart", cases);
    });
}
