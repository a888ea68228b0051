//! Thousands of damaged scenarios: each is accepted or refused with messages, and none ends in a panic.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use common::{Folder, outcomes, resolved, shipped};

const MUTANTS: usize = 2_000;
/// Numbers that arithmetic stumbles over.
const EXTREMES: [&str; 16] = [
    "0",
    "-0",
    "-1",
    "1e-320",
    "1e308",
    "1e400",
    "-1e308",
    "inf",
    "nan",
    "9223372036854775807",
    "9999999999999999999",
    "0.30000000000000004",
    "1_0",
    "0x7f",
    "２",
    "9999-12",
];

/// `SplitMix64` (Steele, Lea and Flood, 2014): the mutants are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}

/// Deletes, doubles or swaps characters or lines, or puts an extreme in place of a number.
fn mutate(text: &str, dice: &mut Dice) -> String {
    match dice.below(7) {
        0..=2 => damaged(&text.lines().map(|line| format!("{line}\n")).collect::<Vec<_>>(), dice),
        3 => damaged(&text.chars().map(String::from).collect::<Vec<_>>(), dice),
        _ => {
            let is_digit = |(at, c): &(usize, char)| {
                c.is_ascii_digit() && !text[..*at].ends_with(|before: char| before.is_ascii_digit())
            };
            let numbers: Vec<usize> = text.char_indices().filter(is_digit).map(|(at, _)| at).collect();
            let Some(&start) = numbers.get(dice.below(numbers.len())) else { return text.to_owned() };
            let rest = text[start..].trim_start_matches(|c: char| c.is_ascii_digit() || ".,_".contains(c));
            format!("{}{}{rest}", &text[..start], EXTREMES[dice.below(EXTREMES.len())])
        }
    }
}

fn damaged(pieces: &[String], dice: &mut Dice) -> String {
    let mut pieces = pieces.to_vec();
    let (a, b) = (dice.below(pieces.len()), dice.below(pieces.len()));
    match dice.below(3) {
        0 => drop(pieces.remove(a)),
        1 => pieces.insert(b, pieces[a].clone()),
        _ => pieces.swap(a, b),
    }
    pieces.concat()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "time is what is tested")]
fn damaged_scenarios_never_panic() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    // The scenarios themselves, and the parts of the first, which hold most kinds of values.
    let mut files: Vec<String> = shipped().iter().map(|name| format!("{name}.toml")).collect();
    files.extend(
        ["traffic/support-desk-ja.toml", "gpus/rental.toml", "llms/deployments.toml"].map(String::from),
    );
    files.extend(
        ["prices/openai.toml", "retraining/quarterly-lora.toml", "gpus/sites.toml"].map(String::from),
    );
    let texts: Vec<String> =
        files.iter().map(|name| std::fs::read_to_string(format!("{folder}/{name}")).unwrap()).collect();
    let begun = Instant::now();
    let mut dice = Dice(20_261_122);
    let mut refused = 0;
    for number in 0..MUTANTS {
        let place = number % files.len();
        let mut text = texts[place].clone();
        for _ in 0..=dice.below(3) {
            text = mutate(&text, &mut dice);
        }
        let name = files[place].as_str();
        let main = if name.contains('/') { "support-desk-tokyo.toml" } else { name };
        let outcome = catch_unwind(|| {
            let (model, said) = resolved(&Folder::at("scenarios").with(name, &text), main, &[]);
            if let Some(model) = &model {
                outcomes(model, 2);
            }
            (model.is_some(), said)
        });
        let Ok((fine, said)) = outcome else { panic!("mutant {number} of {name} panics:\n{text}") };
        assert!(
            fine || said.contains("error["),
            "mutant {number} of {name} is refused without a word:\n{text}"
        );
        refused += usize::from(!fine);
    }
    assert!(refused > MUTANTS / 4, "only {refused} of {MUTANTS} were damaged enough to be refused");
    assert!(begun.elapsed() < Duration::from_mins(1), "took {:?}", begun.elapsed());
}
