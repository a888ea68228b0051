//! Inputs that move together: their ranks, who keeps which draws, and what is refused.

use tokencast::diagnostic::{Diagnostics, FileId, Span};
use tokencast::document::{Files, Reference, Unreadable};
use tokencast::lanes::Slot;
use tokencast::process::Lookup;
use tokencast::stats::rank_correlation;
use tokencast::units;
use tokencast::world::{Builder, Correlation};
use tokencast::{model, scenario};

use super::support::{builder, finish, near, path, paths};

const COUNT: usize = 64 * 782;
const MONTHS: usize = 4;

/// A rank correlation of independent pairs has a standard error of 1/√(n − 1), of dependent ones less than 1.1/√n: five of
/// these are missed by 1 seed in 1.7 million.
const BOUND: f64 = 5.0 * 1.1 / 223.7;

type Inputs<'a> = &'a [(&'a str, &'a str)];
type Ranks<'a> = &'a [(&'a [&'a str], f64)];

fn span(at: usize) -> Span {
    Span::new(FileId(0), at as u32..at as u32 + 1)
}

fn world(inputs: Inputs, ranks: Ranks) -> (Builder, Vec<Slot>) {
    let mut world = builder(MONTHS);
    let slots =
        inputs.iter().map(|(key, text)| world.path(&path(&units::FACTOR, key, text)).unwrap()).collect();
    let table = |(at, (between, rank)): (usize, &(&[&str], f64))| Correlation {
        between: between.iter().map(|id| Reference { id: (*id).to_owned(), span: span(at) }).collect(),
        rank: *rank,
        place: span(at),
    };
    world.correlate(&ranks.iter().enumerate().map(table).collect::<Vec<_>>());
    (world, slots)
}

/// The values of each input in a month.
fn simulate(inputs: Inputs, ranks: Ranks, month: usize) -> Vec<Vec<f64>> {
    let (world, slots) = world(inputs, ranks);
    let program = finish(world);
    slots.into_iter().map(|slot| paths(&program, MONTHS, slot, 7, COUNT).swap_remove(month)).collect()
}

fn mistakes(inputs: Inputs, ranks: Ranks) -> Diagnostics {
    world(inputs, ranks).0.finish().2
}

const NUMBERS: Inputs = &[
    ("price", "\"2 to 5\""),
    ("share", "{ beta = { alpha = 2, beta = 5 } }"),
    ("volume", "{ uniform = { min = 1, max = 2 } }"),
    ("wages", "{ gamma = { shape = 2, scale = 1 } }"),
];

#[test]
fn numbers_have_the_ranks_that_are_said() {
    let values = simulate(NUMBERS, &[(&["wages", "price"], 0.6), (&["volume", "price"], -0.3)], 0);
    let rank = |a: usize, b: usize| rank_correlation(&values[a], &values[b]);
    near(rank(0, 3), 0.6, BOUND);
    near(rank(0, 2), -0.3, BOUND);
    // What no table names is independent: volume of wages, share of all.
    for (a, b) in [(2, 3), (0, 1), (1, 2), (1, 3)] {
        near(rank(a, b), 0.0, BOUND);
    }
    let values = simulate(NUMBERS, &[(&["share", "price", "wages", "volume"], 0.85)], 0);
    for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        near(rank_correlation(&values[a], &values[b]), 0.85, BOUND);
    }
}

#[test]
fn draws_belong_to_names_all_the_same() {
    let alone = simulate(NUMBERS, &[], 0);
    let together = simulate(NUMBERS, &[(&["wages", "price", "volume"], 0.5)], 0);
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    // The first by name keeps its draws, and so does who is not named; the others are mixes.
    for input in [0, 1] {
        assert_eq!(bits(&alone[input]), bits(&together[input]));
    }
    for input in [2, 3] {
        assert_ne!(bits(&alone[input]), bits(&together[input]));
    }
    // A rank of 0 says what is so already.
    let said = simulate(NUMBERS, &[(&["wages", "price", "volume"], 0.0)], 0);
    assert!(alone.iter().zip(&said).all(|(a, b)| bits(a) == bits(b)));
}

#[test]
fn full_correlation_is_one_draw() {
    let twins: Inputs =
        &[("a", "\"2 to 5\""), ("b", "\"2 to 5\""), ("c", "{ normal = { mean = 9, sd = 1 } }")];
    let values = simulate(twins, &[(&["a", "b"], 1.0), (&["a", "c"], -1.0), (&["c", "b"], -1.0)], 0);
    for ((a, b), c) in values[0].iter().zip(&values[1]).zip(&values[2]) {
        assert!((a / b - 1.0).abs() < 1e-13);
        // Median √10, log sd ln(2.5)/2z: the scores of a and c are opposite.
        let score = (a / 10.0_f64.sqrt()).ln() / (2.5_f64.ln() / (2.0 * 1.6448536269514722));
        assert!((9.0 - c - score).abs() < 1e-12);
    }
}

#[test]
fn diffusions_are_correlated_month_by_month() {
    let walk = "{ geometric_brownian = { drift = \"0 % /year\", annual_volatility = \"20 %\" } }";
    let noise = "{ ar1 = { sd = 0.1, persistence = 0 } }";
    let rent = "{ mean_reverting = { mean = 1, half_life = \"1000 months\", annual_volatility = \"30 %\" } }";
    let inputs: Inputs = &[("a", noise), ("b", walk), ("c", rent)];
    let ranks: Ranks = &[(&["a", "b"], 0.7), (&["b", "c"], 0.4)];
    let (before, now) = (simulate(inputs, ranks, 2), simulate(inputs, ranks, 3));
    let change =
        |input: usize| -> Vec<f64> { now[input].iter().zip(&before[input]).map(|(b, a)| b / a).collect() };
    near(rank_correlation(&now[0], &change(1)), 0.7, BOUND);
    near(rank_correlation(&change(1), &change(2)), 0.4, BOUND);
    near(rank_correlation(&now[0], &change(2)), 0.0, BOUND);
    // Another month has other scores.
    near(rank_correlation(&before[0], &change(1)), 0.0, BOUND);
}

#[test]
fn what_cannot_hold_is_refused_with_the_nearest_that_can() {
    let found = mistakes(
        NUMBERS,
        &[(&["price", "share"], 0.9), (&["share", "volume"], 0.9), (&["price", "volume"], -0.9)],
    );
    let found: Vec<_> = found.iter().collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "impossible-correlation");
    assert_eq!(found[0].message, "these rank correlations cannot hold together");
    // By symmetry all three move alike, to score correlations of 1/2: ranks of 6/π · asin(1/4) = 0.4826; 0.483 is past it.
    assert_eq!(found[0].help.len(), 1);
    assert_eq!(
        found[0].table,
        [
            "             (1)             (2)           (3)",
            "(1) price    1",
            "(2) share    0.9 → 0.482     1",
            "(3) volume   -0.9 → -0.482   0.9 → 0.482   1",
        ]
    );
    // What is shown as possible is possible.
    let shown: Ranks =
        &[(&["price", "share"], 0.482), (&["share", "volume"], 0.482), (&["price", "volume"], -0.482)];
    assert!(mistakes(NUMBERS, shown).is_empty());
    // A pair that nobody mentioned is independent, which may be the contradiction.
    let found = mistakes(NUMBERS, &[(&["price", "share"], 0.9), (&["share", "volume"], 0.9)]);
    assert!(found.iter().any(|mistake| mistake.table[3].starts_with("(3) volume   (0) → ")), "{found:?}");
}

#[test]
fn every_mistake_is_found_once() {
    let inputs: Inputs = &[
        ("known", "3"),
        ("price", "\"2 to 5\""),
        ("growth", "{ exponential = { rate = \"1 % to 2 % /month\" } }"),
        ("list", "{ jumps = { frequency = \"0.1 /year\", factor = 2 } }"),
        ("noise", "{ ar1 = { sd = 0.1, persistence = 0 } }"),
    ];
    for (ranks, code) in [
        (&[(&["price", "prise"] as &[&str], 0.5)] as Ranks, "unknown-address"),
        (&[(&["price", "known"], 0.5)], "not-uncertain"),
        (&[(&["price", "growth"], 0.5)], "not-uncertain"),
        (&[(&["price", "list"], 0.5)], "not-a-diffusion"),
        (&[(&["price", "noise"], 0.5)], "mixed-correlation"),
        (
            &[(&["price", "growth.exponential.rate"], 0.5), (&["growth.exponential.rate", "price"], 0.5)],
            "given-twice",
        ),
    ] {
        let found: Vec<_> = mistakes(inputs, ranks).iter().map(|mistake| mistake.code).collect();
        assert_eq!(found, [code], "{ranks:?}");
    }
    let help = |ranks: Ranks| {
        mistakes(inputs, ranks).iter().flat_map(|mistake| mistake.help.clone()).collect::<Vec<_>>()
    };
    assert_eq!(help(&[(&["price", "prise"], 0.5)]), ["did you mean `price`?"]);
    assert_eq!(help(&[(&["price", "growth"], 0.5)]), ["its uncertain parts are: `growth.exponential.rate`"]);
}

/// The shipped scenarios, and one that extends one of them.
struct Extended(String);

impl Files for Extended {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        if path == "correlated.toml" {
            return Ok(format!("extends = \"support-desk-tokyo.toml\"\n{}", self.0));
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/");
        let refuse =
            |error: std::io::Error| Unreadable { code: "no-file", message: error.to_string(), help: None };
        std::fs::read_to_string(format!("{folder}{path}")).map_err(refuse)
    }
}

/// The codes of what is wrong with a correlation table in a scenario.
fn codes(table: &str) -> Vec<&'static str> {
    let files = Extended(format!("[correlation.x]\n{table}"));
    let loaded = scenario::load(&files, "correlated.toml", &[]);
    let Some(scenario) = loaded.scenario else {
        return loaded.diagnostics.errors().map(|mistake| mistake.code).collect();
    };
    let (model, mistakes) = model::resolve(&scenario);
    assert_eq!(model.is_some(), !mistakes.has_errors());
    mistakes.errors().map(|mistake| mistake.code).collect()
}

#[test]
fn scenarios_say_what_moves_together() {
    let pair = "between = [\"traffic.chat.requests\", \"traffic.chat.growth\"]";
    assert!(codes(&format!("{pair}\nrank = 0.5")).is_empty());
    assert!(codes(&format!("{pair}\nrank = \"-40 %\"")).is_empty());
    assert!(codes("between = [\"fx.USD\", \"index.gpu-rental\"]\nrank = 0.3").is_empty());
    for (table, code) in [
        (format!("{pair}\nrank = 1.01"), "out-of-range"),
        (format!("{pair}\nrank = \"0.1 to 0.3\""), "interval-here"),
        (pair.to_owned(), "missing-key"),
        ("between = [\"fx.USD\"]\nrank = 0.5".to_owned(), "too-few"),
        ("between = [\"fx.USD\", \"fx.USD\"]\nrank = 0.5".to_owned(), "given-twice"),
        ("between = \"fx.USD\"\nrank = 0.5".to_owned(), "wrong-type"),
        ("between = [\"fx.USD\", \"traffic.chat.growth\"]\nrank = 0.5".to_owned(), "mixed-correlation"),
        ("between = [\"fx.USD\", \"fx.EUR\"]\nrank = 0.5".to_owned(), "unknown-address"),
    ] {
        assert_eq!(codes(&table), [code], "{table}");
    }
}
