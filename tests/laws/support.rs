//! Reading small texts, and running small worlds.

use std::collections::BTreeMap;

use tokencast::calendar::{Offset, Timeline, YearMonth};
use tokencast::demand::LoadCurve;
use tokencast::diagnostic::{Diagnostics, FileId, Sources};
use tokencast::distribution::{Number, NumberOf};
use tokencast::document::{At, Decode, Files, Node, Scope, Unreadable, Value, parse_toml};
use tokencast::lanes::{LANES, Slot};
use tokencast::process::{Path, PathOf};
use tokencast::random::Design;
use tokencast::units::{Currency, Kind};
use tokencast::world::{Builder, Program};

/// The tree of a TOML text without syntax errors.
pub(crate) fn tree(text: &str) -> Node {
    let mut mistakes = Diagnostics::new();
    let root = parse_toml(FileId(0), text, &mut mistakes);
    assert!(mistakes.is_empty(), "{text}: {mistakes:?}");
    root
}

/// Reads the right side of `x = …`: the value, and what was wrong or doubtful.
pub(crate) fn read<D: Decode>(decode: &D, text: &str) -> (Option<D::Value>, Diagnostics) {
    read_at(decode, "x", text)
}

/// The folder of the small texts: it holds the CSV files that examples name.
pub(crate) struct Folder(pub &'static [(&'static str, &'static str)]);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        let found = self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        found.ok_or(Unreadable { code: "no-file", message: format!("there is no `{path}`"), help: None })
    }
}

/// What the examples of plug-ins were observed from: prices with counts, and a price's history; and files with mistakes.
pub(crate) const FOLDER: Folder = Folder(&[
    ("observed.csv", "price,count\n2.5,1\n3,4\n3.5,1\n2,2\n8,1\n3,1\n"),
    ("words.csv", "count,price,minus\n3,2,-1\n\n4, four,1\n"),
    ("ragged.csv", "price,count\n3,2\n4\n"),
    ("header.csv", "price,count\n"),
    ("empty.csv", ""),
    ("twice.csv", "price,price\n3,2\n"),
    (
        "history.csv",
        "month,price\n2025-01,2.0\n2025-02,2.2\n2025-03,2.1\n2025-04,2.4\n2025-05,2.3\n2025-06,1.9\n2025-07,2.0\n2025-08,2.6\n",
    ),
]);

/// The same under another name, which is the name of its draws.
pub(crate) fn read_at<D: Decode>(decode: &D, key: &str, text: &str) -> (Option<D::Value>, Diagnostics) {
    let root = tree(&format!("{key} = {text}"));
    let scope = Scope::new(BTreeMap::new(), Sources::new(), &FOLDER);
    let Value::Table(table) = &root.value else { panic!("the root of a file is a table") };
    let entry = &table.entries[0];
    let mut at = At::root(&root, &scope).inside(key, &entry.node);
    at.key_span = Some(entry.key_span);
    let value = decode.decode(&at);
    (value, scope.into_mistakes())
}

/// Reads what must be right.
pub(crate) fn good<D: Decode>(decode: &D, text: &str) -> D::Value {
    good_at(decode, "x", text)
}

/// Reads what must be right, under a name.
pub(crate) fn good_at<D: Decode>(decode: &D, key: &str, text: &str) -> D::Value {
    let (value, mistakes) = read_at(decode, key, text);
    assert!(!mistakes.has_errors(), "{text}: {mistakes:?}");
    value.unwrap_or_else(|| panic!("{text}: no value and no mistake"))
}

/// The codes of what is wrong with a text that must not be read.
pub(crate) fn bad<D: Decode>(decode: &D, text: &str) -> Vec<&'static str> {
    let (value, mistakes) = read(decode, text);
    assert!(value.is_none(), "{text} was read");
    mistakes.iter().map(|mistake| mistake.code).collect()
}

/// Reads one family of a text, such as every `[vendor.<id>]`; nothing where the text has none.
pub(crate) fn family<D: Decode>(text: &str, key: &str, decode: &D) -> Option<D::Value> {
    let root = tree(text);
    let scope = Scope::default();
    let Value::Table(table) = &root.value else { panic!("the root of a file is a table") };
    let entry = table.entry(key)?;
    let value = decode.decode(&At::root(&root, &scope).inside(key, &entry.node));
    let mistakes = scope.into_mistakes();
    assert!(!mistakes.has_errors(), "{text}: {mistakes:?}");
    value
}

/// An uncertain number of a kind.
pub(crate) fn number(kind: &'static Kind, text: &str) -> Number {
    good(&NumberOf(kind), text)
}

/// A path of a kind, under a name.
pub(crate) fn path(kind: &'static Kind, key: &str, text: &str) -> Path {
    good_at(&PathOf(kind), key, text)
}

/// A currency.
pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

/// That many months from April 2027 on.
pub(crate) fn timeline(months: usize) -> Timeline {
    let start = YearMonth::new(2027, 4).unwrap();
    Timeline { start, length: months, hours_per_month: None, fiscal_year_starts: 4, zone: Offset::default() }
}

/// A world in US dollars without exchange rates.
pub(crate) fn builder(months: usize) -> Builder {
    Builder::new(timeline(months), currency("USD"), BTreeMap::new(), BTreeMap::new())
}

/// A program without mistakes.
pub(crate) fn finish(builder: Builder) -> Program {
    let (program, _, mistakes) = builder.finish();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    program
}

/// The values of a slot: `[month][path]`.
pub(crate) fn paths(program: &Program, months: usize, slot: Slot, seed: u64, count: usize) -> Vec<Vec<f64>> {
    let mut values = vec![Vec::with_capacity(count); months];
    let timeline = timeline(months);
    let mut world = program.world(Design::plain(seed));
    for batch in 0..count.div_ceil(LANES) {
        program.start((batch * LANES) as u64, &mut world);
        for month in timeline.months() {
            program.step(&month, &mut world);
            values[month.index].extend(world.value(slot));
        }
    }
    values
}

/// The one value of a slot in each month of a world in which nothing is uncertain.
pub(crate) fn certain(builder: Builder, slot: Slot, months: usize) -> Vec<f64> {
    let program = finish(builder);
    let values = paths(&program, months, slot, 1, LANES);
    values.iter().for_each(|lanes| assert!(lanes.iter().all(|value| *value == lanes[0])));
    values.iter().map(|lanes| lanes[0]).collect()
}

/// The loads that a curve knows, relative to their mean, and the share of hours that each has.
pub(crate) fn levels(curve: &LoadCurve) -> Vec<(f64, f64)> {
    const LEVELS: usize = 512;
    let step = curve.peak() / LEVELS as f64;
    let at_or_above = |i: usize| if i == 0 { 1.0 } else { curve.hours_above((i as f64 - 0.5) * step) };
    (0..=LEVELS)
        .map(|i| {
            let above = if i == LEVELS { 0.0 } else { at_or_above(i + 1) };
            (step * i as f64, at_or_above(i) - above)
        })
        .collect()
}

/// The least whole number not below a load; what rounding put a hair above a whole number counts as that number.
pub(crate) fn whole(load: f64) -> f64 {
    (load * (1.0 - 1e-12)).ceil()
}

/// Asserts that two numbers differ by at most a share of the second.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, share: f64) {
    let allowed = share * expected.abs();
    assert!((found - expected).abs() <= allowed, "found {found}, expected {expected} ± {allowed}");
}

/// Asserts that two numbers differ by at most this.
#[track_caller]
pub(crate) fn near(found: f64, expected: f64, allowed: f64) {
    assert!((found - expected).abs() <= allowed, "found {found}, expected {expected} ± {allowed}");
}

/// Mean and standard deviation.
pub(crate) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Asserts that the mean of a sample is this within five standard errors: a right mean fails for 1 seed in 1.7 million.
#[track_caller]
pub(crate) fn mean_is(values: &[f64], expected: f64) {
    let (mean, sd) = moments(values);
    near(mean, expected, 5.0 * sd / (values.len() as f64).sqrt());
}

/// The same for the standard deviation, whose standard error comes from the fourth moment.
#[track_caller]
pub(crate) fn sd_is(values: &[f64], expected: f64) {
    let (mean, sd) = moments(values);
    let squares: Vec<f64> = values.iter().map(|x| (x - mean) * (x - mean)).collect();
    let (_, spread) = moments(&squares);
    near(sd, expected, 5.0 * spread / (2.0 * sd) / (values.len() as f64).sqrt());
}
