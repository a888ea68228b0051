//! The quantity strings of a kind as a regular expression, for the JSON Schema.
//!
//! The units are found by asking the parser about every combination of words, so pattern and parser cannot drift apart.

use std::collections::BTreeSet;

use super::atom;
use super::kind::{Kind, Support};
use super::quantity::parse;

/// A number with its scale, behind its sign; the same language as [`super::number`].
const NUMBER: &str = r"[0-9]+(,[0-9]{3})*(\.[0-9]+)?(e[+-]?[0-9]+)?[kMBT万億兆]?";

/// Words that measure the same, with one of them to try the parser with.
struct Class {
    word: &'static str,
    pattern: String,
}

/// A regular expression for the quantities of a kind: one value, or an interval.
///
/// It knows units, form and sign, not limits: whether a share is below 1 or an interval rises is for the parser.
pub fn pattern(kind: &Kind) -> String {
    let units = units(kind);
    let sign = if kind.support == Support::Any { "[+-]?" } else { r"\+?" };
    let number = format!("{sign}{NUMBER}");
    if units.is_empty() {
        return format!("^ *{number}( to {number})? *$");
    }
    let whole: BTreeSet<String> = units.iter().map(|(above, below)| slashed(above, below)).collect();
    // The first number of an interval may leave out what stands below the slash.
    let above = units.iter().map(|(above, _)| above.clone()).filter(|above| !above.is_empty());
    let first: BTreeSet<String> = whole.iter().cloned().chain(above).collect();
    let any = |units: BTreeSet<String>| units.into_iter().collect::<Vec<_>>().join("|");
    let optional = if kind.accepts_bare_number() { "?" } else { "" };
    let end = format!("( *({})){optional}", any(whole));
    format!("^ *{number}({end}|( *({}))? to {number}{end}) *$", any(first))
}

/// What may stand above and below the slash: every combination of classes that the parser takes.
fn units(kind: &Kind) -> Vec<(String, String)> {
    let products = products(&classes(kind));
    let mut found = Vec::new();
    for (above, above_pattern) in &products {
        for (below, below_pattern) in &products {
            let shared = above.iter().any(|word| below.contains(word));
            let (above, below) = (above.join("-"), below.join("-"));
            let unit = if below.is_empty() { above } else { format!("{above} /{below}") };
            if !shared && !unit.is_empty() && parse(&format!("1 {unit}"), kind).is_ok() {
                found.push((above_pattern.clone(), below_pattern.clone()));
            }
        }
    }
    found
}

fn classes(kind: &Kind) -> Vec<Class> {
    // Two currencies, so that an exchange rate has different ones.
    let mut classes: Vec<Class> =
        ["JPY", "USD"].into_iter().map(|word| Class { word, pattern: "[A-Z]{3}".into() }).collect();
    classes.extend(
        atom::classes()
            .into_iter()
            .map(|words| Class { word: words[0], pattern: format!("({})", words.join("|")) }),
    );
    classes.retain(|class| atom::measures(class.word, kind.dims));
    classes
}

/// Nothing, each class, and each pair of different classes, with their words and patterns.
fn products(classes: &[Class]) -> Vec<(Vec<&'static str>, String)> {
    let mut products = vec![(Vec::new(), String::new())];
    for a in classes {
        products.push((vec![a.word], a.pattern.clone()));
        for b in classes.iter().filter(|b| b.word != a.word) {
            products.push((vec![a.word, b.word], format!("{}-{}", a.pattern, b.pattern)));
        }
    }
    products
}

fn slashed(above: &str, below: &str) -> String {
    match (above, below) {
        (above, "") => above.to_owned(),
        ("", below) => format!("/ *{below}"),
        (above, below) => format!("{above} */ *{below}"),
    }
}
