//! Worlds: every kind of path runs the same whatever stands beside it, and money and time are converted once.

use std::collections::BTreeMap;

use tokencast::distribution::NumberOf;
use tokencast::document::Reference;
use tokencast::lanes::{LANES, Slot};
use tokencast::process::{KINDS, Lookup, Path};
use tokencast::random::Design;
use tokencast::units::{self, Kind};
use tokencast::world::{Builder, Program};

use super::support::{builder, certain, close, currency, finish, good_at, path, paths, timeline};

const MONTHS: usize = 30;

fn bits(values: &[Vec<f64>]) -> Vec<Vec<u64>> {
    values.iter().map(|lanes| lanes.iter().map(|value| value.to_bits()).collect()).collect()
}

fn index() -> BTreeMap<String, Path> {
    let text = "{ mean_reverting = { initial = 1, mean = \"0.7 to 1.1\", half_life = \"12 months\", annual_volatility = \"30 %\" } }";
    BTreeMap::from([("gpu-rental".to_owned(), path(&units::FACTOR, "gpu-rental", text))])
}

fn world_with_index(months: usize) -> Builder {
    Builder::new(timeline(months), currency("USD"), BTreeMap::new(), index())
}

/// A program of one path, with other inputs asked for before it or not.
fn program(text: &str, crowded: bool) -> (Program, Slot) {
    program_of(text, crowded, MONTHS)
}

fn program_of(text: &str, crowded: bool, months: usize) -> (Program, Slot) {
    let mut world = world_with_index(months);
    if crowded {
        for (key, text) in [("a", "{ ar1 = { sd = \"5 %\", persistence = 0.4 } }"), ("b", "\"2 to 5\"")] {
            world.path(&path(&units::FACTOR, key, text)).unwrap();
        }
    }
    let slot = world.path(&path(&units::FACTOR, "x", text)).unwrap();
    (finish(world), slot)
}

#[test]
fn every_kind_of_path_repeats_bit_by_bit() {
    for kind in KINDS {
        let (one, slot) = program(kind.example, false);
        let all = bits(&paths(&one, MONTHS, slot, 1, 3 * LANES));
        assert!(all.iter().flatten().all(|bits| f64::from_bits(*bits) > 0.0), "{}", kind.name);
        let (again, slot) = program(kind.example, false);
        assert_eq!(bits(&paths(&again, MONTHS, slot, 1, 3 * LANES)), all, "{}", kind.name);
        // Other inputs move nothing: draws belong to names.
        let (crowded, slot) = program(kind.example, true);
        assert_eq!(bits(&paths(&crowded, MONTHS, slot, 1, 3 * LANES)), all, "{}", kind.name);
        let moves = !["schedule"].contains(&kind.name);
        assert_eq!(
            bits(&paths(&one, MONTHS, slot_of(kind.example), 2, 3 * LANES)) != all,
            moves,
            "{}",
            kind.name
        );
    }
}

fn slot_of(example: &str) -> Slot {
    program(example, false).1
}

#[test]
fn batches_do_not_know_of_each_other() {
    for kind in KINDS {
        let (program, slot) = program(kind.example, false);
        let all = paths(&program, MONTHS, slot, 1, 3 * LANES);
        // The second batch on lanes that the third has used, and stopped in the middle before.
        let mut world = program.world(Design::plain(1));
        for (first, months) in [(128, MONTHS), (0, 7), (64, MONTHS)] {
            program.start(first, &mut world);
            for month in timeline(months).months() {
                program.step(&month, &mut world);
                let expected = &all[month.index][first as usize..first as usize + LANES];
                assert_eq!(world.value(slot)[..], *expected, "{}, month {}", kind.name, month.index);
            }
        }
    }
}

/// Months are looked ahead (jumps, phases): how many there are decides nothing about those before.
#[test]
fn a_longer_scenario_begins_like_a_shorter_one() {
    for kind in KINDS {
        let (program, slot) = program(kind.example, false);
        let all = paths(&program, MONTHS, slot, 1, 3 * LANES);
        for months in [1, 7, 12, 13] {
            let (shorter, slot) = program_of(kind.example, false, months);
            assert_eq!(paths(&shorter, months, slot, 1, 3 * LANES), all[..months], "{}, {months}", kind.name);
        }
    }
}

/// A world that keeps several months has in each what one has that goes month by month, also in a last chunk that is cut short.
#[test]
fn months_that_are_kept_are_the_same_months() {
    const KEPT: usize = 5;
    for kind in KINDS {
        let (program, slot) = program(kind.example, false);
        let all = paths(&program, MONTHS, slot, 1, LANES);
        let mut world = program.world_of(Design::plain(1), KEPT);
        program.start(0, &mut world);
        let months: Vec<_> = timeline(MONTHS).months().collect();
        for chunk in months.chunks(KEPT) {
            program.step_all(chunk, &mut world);
            for now in chunk {
                assert_eq!(world.values_in(now.index)[slot][..], all[now.index][..LANES], "{}", kind.name);
            }
            assert_eq!(world.value(slot), world.values_in(chunk[chunk.len() - 1].index).get(slot));
        }
    }
}

#[test]
fn an_input_asked_for_twice_is_drawn_once() {
    let mut world = world_with_index(MONTHS);
    let number = good_at(&NumberOf(&units::FACTOR), "x", "\"2 to 5\"");
    assert_eq!(world.number(&number), world.number(&number));
    let walk = path(&units::FACTOR, "y", KINDS[2].example);
    assert_eq!(world.path(&walk), world.path(&walk));
    assert_eq!(world.hours(), world.hours());
}

#[test]
fn a_path_knows_whether_it_is_uncertain_and_from_what() {
    let mut world = world_with_index(MONTHS);
    let slots = [
        ("a", "{ follows = \"gpu-rental\" }", true),
        ("b", "{ follows = \"gpu-rental\" }", true),
        ("c", "{ exponential = { rate = \"2 % /month\" } }", false),
        ("d", "{ exponential = { rate = \"1 % to 2 % /month\" } }", true),
        ("e", "{ schedule = { 2027-04 = 1, 2028-01 = 0.5 } }", false),
        ("f", "{ schedule = { 2027-04 = 1, 2028-01 = \"0.4 to 0.5\" } }", true),
        ("g", "{ product = { of = [{ follows = \"gpu-rental\" }, 2] } }", true),
        ("h", "{ jumps = { frequency = \"0.1 /year\", factor = 2 } }", true),
        ("i", "3", false),
    ]
    .map(|(key, text, uncertain)| (world.path(&path(&units::FACTOR, key, text)).unwrap(), key, uncertain));
    let (_, inputs, mistakes) = world.finish();
    assert!(mistakes.is_empty());
    for (slot, key, uncertain) in slots {
        assert_eq!(inputs[slot.number()].uncertain, uncertain, "{key}");
        assert_eq!(inputs[slot.number()].origin.as_ref().map(|origin| origin.address.as_str()), Some(key));
        assert!(inputs[slot.number()].parents.iter().all(|parent| parent.number() < slot.number()), "{key}");
    }
    assert_eq!(inputs[slots[0].0.number()].parents, inputs[slots[1].0.number()].parents);
}

/// Prices in yen, by every kind of path that can carry a unit.
const IN_YEN: [&str; 9] = [
    "\"400 JPY /GPU-hour\"",
    "\"300 to 400 JPY /GPU-hour\"",
    "{ schedule = { 2027-04 = \"400 JPY /GPU-hour\", 2028-01 = \"300 to 350 JPY /GPU-hour\" } }",
    "{ exponential = { initial = \"300 to 400 JPY /GPU-hour\", rate = \"-10 % /year\" } }",
    "{ geometric_brownian = { initial = \"400 JPY /GPU-hour\", drift = \"5 % /year\", annual_volatility = 0.3 } }",
    "{ mean_reverting = { initial = \"400 JPY /GPU-hour\", mean = \"300 JPY /GPU-hour\", half_life = \"1 year\", annual_volatility = 0.3 } }",
    "{ jumps = { initial = \"400 JPY /GPU-hour\", frequency = \"1 /year\", factor = 0.7 } }",
    "{ product = { of = [\"400 JPY /GPU-hour\", { exponential = { rate = \"2 % /month\" } }, { ar1 = { sd = 0.1, persistence = 0.5 } }] } }",
    "{ product = { of = [{ product = { of = [\"400 JPY /GPU-hour\", 2] } }, { follows = \"gpu-rental\" }] } }",
];

/// A rate that moves, named so that it is drawn alike in every world.
fn yen_rate(text: &str) -> Path {
    path(&units::FX, "JPY", text)
}

#[test]
fn money_is_converted_once_at_the_rate_of_the_month() {
    let rates = [
        "\"0.0066 USD /JPY\"",
        "\"0.006 to 0.007 USD /JPY\"",
        "{ geometric_brownian = { initial = \"0.0066 USD /JPY\", drift = \"0 % /year\", annual_volatility = \"9.8 %\" } }",
    ];
    for rate_text in rates {
        for text in IN_YEN {
            let price = path(&units::MONEY_PER_GPU_TIME, "x", text);
            let fx = BTreeMap::from([(currency("JPY"), yen_rate(rate_text))]);
            let mut dollars = Builder::new(timeline(MONTHS), currency("USD"), fx, index());
            let converted = dollars.path(&price).unwrap();
            let mut yen = Builder::new(timeline(MONTHS), currency("JPY"), BTreeMap::new(), index());
            let written = yen.path(&price).unwrap();
            let rate = yen.path(&yen_rate(rate_text)).unwrap();
            let (dollars, yen) = (finish(dollars), finish(yen));
            let converted = paths(&dollars, MONTHS, converted, 5, 2 * LANES);
            let (written, rate) =
                (paths(&yen, MONTHS, written, 5, 2 * LANES), paths(&yen, MONTHS, rate, 5, 2 * LANES));
            for month in 0..MONTHS {
                let product: Vec<f64> = written[month].iter().zip(&rate[month]).map(|(w, r)| w * r).collect();
                assert!(converted[month] == product, "{text} at {rate_text}, month {month}");
            }
        }
    }
}

#[test]
fn the_first_month_has_the_price_as_written() {
    let factors = [1.0, f64::NAN, 1.0, f64::NAN, 1.0, 1.0, 1.0, f64::NAN, 2.0];
    for (price, factor) in IN_YEN.iter().zip(factors).filter(|(_, factor)| !factor.is_nan()) {
        let mut yen = Builder::new(timeline(1), currency("JPY"), BTreeMap::new(), index());
        let slot = yen.path(&path(&units::MONEY_PER_GPU_TIME, "x", price)).unwrap();
        let first = paths(&finish(yen), 1, slot, 5, LANES);
        first[0].iter().for_each(|value| close(*value, 400.0 * factor, 1e-14));
    }
}

#[test]
fn a_missing_rate_is_a_mistake() {
    let mut world = builder(1);
    assert_eq!(world.path(&path(&units::MONEY_PER_GPU_TIME, "x", IN_YEN[0])), None);
    world.number(&good_at(&NumberOf(&units::MONEY), "y", "\"5 EUR\""));
    let unknown = Reference { id: "gpu-rentals".into(), span: path(&units::FACTOR, "z", "1").origin().span };
    assert_eq!(world.index(&unknown), None);
    let (_, _, mistakes) = world.finish();
    let mut codes: Vec<_> = mistakes.iter().map(|mistake| mistake.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["no-exchange-rate", "no-exchange-rate", "unknown-id"]);
    let mut world = world_with_index(MONTHS);
    world.index(&unknown);
    assert_eq!(world.finish().2.iter().next().unwrap().help, ["did you mean `gpu-rental`?"]);
}

fn convert(kind: &'static Kind, text: &str, ask: fn(&mut Builder, &Path) -> Option<Slot>) -> Vec<f64> {
    let mut world = builder(3);
    let slot = ask(&mut world, &path(kind, "x", text)).unwrap();
    certain(world, slot, 3)
}

#[test]
fn clock_time_counts_the_real_hours_of_the_month() {
    // April, May and June 2027 have 720, 744 and 720 hours.
    let hours = [720.0, 744.0, 720.0];
    let check = |found: Vec<f64>, expected: [f64; 3]| {
        found.iter().zip(expected).for_each(|(f, e)| close(*f, e, 1e-14));
    };
    let requests = &units::REQUESTS_PER_TIME;
    check(convert(requests, "\"5 /s\"", Lookup::per_month), hours.map(|h| 5.0 * 3600.0 * h));
    check(convert(requests, "\"2M /month\"", Lookup::per_month), [2e6; 3]);
    check(convert(requests, "\"2.4M /year\"", Lookup::per_month), [2e5; 3]);
    check(convert(requests, "\"2M /month\"", Lookup::per_hour), hours.map(|h| 2e6 / h));
    check(convert(requests, "\"1 /min\"", Lookup::per_hour), [60.0; 3]);
    let price = &units::MONEY_PER_GPU_TIME;
    check(convert(price, "\"3.9 USD /GPU-hour\"", Lookup::per_hour), [3.9; 3]);
    check(convert(price, "\"3.9 USD /GPU-hour\"", Lookup::per_month), hours.map(|h| 3.9 * h));
    check(convert(price, "\"2000 USD /GPU-month\"", Lookup::per_hour), hours.map(|h| 2000.0 / h));
    check(convert(price, "\"24k USD /GPU-year\"", Lookup::per_month), [2000.0; 3]);
    let moving = "{ schedule = { 2027-04 = \"1 /s\", 2027-05 = \"2 /s\" } }";
    check(convert(requests, moving, Lookup::per_month), [3600.0 * 720.0, 7200.0 * 744.0, 7200.0 * 720.0]);
}

#[test]
fn a_stated_month_length_counts_instead() {
    let mut line = timeline(2);
    line.hours_per_month = Some(730.0);
    let mut world = Builder::new(line.clone(), currency("USD"), BTreeMap::new(), BTreeMap::new());
    let slot = world.per_month(&path(&units::REQUESTS_PER_TIME, "x", "\"1 /hour\"")).unwrap();
    let program = finish(world);
    let mut lanes = program.world(Design::plain(1));
    program.start(0, &mut lanes);
    for month in line.months() {
        program.step(&month, &mut lanes);
        assert_eq!(lanes.value(slot)[0], 730.0);
    }
}

#[test]
fn rates_compound_and_durations_become_months() {
    let factor = |text: &str| {
        let mut world = builder(1);
        let slot = world.monthly_factor(&good_at(&NumberOf(&units::GROWTH), "x", text));
        certain(world, slot, 1)[0]
    };
    close(factor("\"20 % /year\""), 1.2_f64.powf(1.0 / 12.0), 1e-14);
    close(factor("\"2 % /month\""), 1.02, 1e-15);
    close(factor("\"-10 % /year\""), 0.9_f64.powf(1.0 / 12.0), 1e-14);
    // An average month has 365.25 · 24 / 12 = 730.5 hours.
    close(factor("\"1 % /day\""), 1.01_f64.powf(730.5 / 24.0), 1e-14);
    let months = |text: &str| {
        let mut world = builder(1);
        let slot = world.in_months(&good_at(&NumberOf(&units::DURATION), "x", text));
        certain(world, slot, 1)[0]
    };
    assert_eq!([months("\"3 months\""), months("\"2 years\"")], [3.0, 24.0]);
    close(months("\"30 days\""), 720.0 / 730.5, 1e-15);
}

#[test]
fn units_that_do_not_belong_together_are_refused() {
    for text in [
        "{ schedule = { 2027-04 = \"5 USD /GPU-hour\", 2028-01 = \"3000 USD /GPU-month\" } }",
        "{ schedule = { 2027-04 = \"5 USD /GPU-hour\", 2028-01 = \"400 JPY /GPU-hour\" } }",
        "{ mean_reverting = { initial = \"5 USD /GPU-hour\", mean = \"3000 USD /GPU-month\", half_life = \"1 year\", annual_volatility = 0.3 } }",
        "{ mean_reverting = { initial = \"5 USD /GPU-hour\", mean = \"400 JPY /GPU-hour\", half_life = \"1 year\", annual_volatility = 0.3 } }",
    ] {
        let codes = super::support::bad(&tokencast::process::PathOf(&units::MONEY_PER_GPU_TIME), text);
        assert_eq!(codes, ["two-units"], "{text}");
    }
}
