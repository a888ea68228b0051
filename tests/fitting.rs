//! `fit prices` on change logs whose truth is known, and its back-test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tokencast::calendar::{Date, YearMonth};
use tokencast::catalog::{Moves, Rate, backtest, fit, fitted, fitted_part, read_log, tracks};
use tokencast::math;
use tokencast::random::Key;

const HEADER: &str = "date,source,version,event,model,provider,mode,in_usd_mtok,out_usd_mtok\n";
/// Jumps of one price a year.
const RATE: f64 = 0.6;
/// Share of cuts.
const CUTS: f64 = 0.7;
/// Mean and standard deviation of the logarithm of a cut and of a rise.
const CUT: (f64, f64) = (-0.6, 0.3);
const RISE: (f64, f64) = (0.5, 0.2);
/// The months of the log.
const MONTHS: i32 = 60;

fn first_of(month: i32) -> Date {
    YearMonth::new(2020, 1).unwrap().plus_months(month).first_day()
}

/// Uniform draws, one after another.
struct Dice(Key, u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.1 += 1;
        (f64::from(self.0.bits(0, self.1)) + 0.5) / 4294967296.0
    }
}

/// A log of so many llms that were there from the first month on: in each month a price jumps with the chance of a
/// Poisson count above zero, and jumps once. Factors beyond the bounds of a slip are not drawn.
fn log(llms: usize, seed: u64) -> String {
    let mut dice = Dice(Key::new(seed, "log"), 0);
    let mut rows = Vec::new();
    for llm in 0..llms {
        let mut price = 1.0 + llm as f64 / 100.0; // no two llms ever have one price
        for month in 0..=MONTHS {
            let jumps = month > 0 && dice.next() < 1.0 - math::exp(-RATE / 12.0);
            if jumps {
                let (mean, sd) = if dice.next() < CUTS { CUT } else { RISE };
                price *= math::exp(mean + sd * math::normal_quantile(dice.next()));
            }
            if jumps || month == 0 {
                let event = if month == 0 { "add" } else { "change" };
                rows.push((
                    month,
                    format!("made,1,{event},acme-{llm}x,acme,chat,{price:.9},{:.9}", 4.0 * price),
                ));
            }
        }
    }
    // Somebody looked on the last day, whatever happened.
    rows.push((MONTHS, "made,1,add,last,other,chat,1,1".to_owned()));
    rows.sort_by_key(|(month, _)| *month);
    rows.iter().fold(HEADER.to_owned(), |mut text, (month, row)| {
        let _ = writeln!(text, "{},{row}", first_of(*month));
        text
    })
}

fn acme() -> Vec<String> {
    vec!["acme".to_owned()]
}

fn of_acme(text: &str) -> Moves {
    let log = read_log(text.as_bytes()).unwrap();
    let found = tracks(&log, &acme(), None);
    assert_eq!((found.mistakes, found.second_names), (0, 0));
    fit(&found.named).remove(0)
}

/// 120 llms over five years, about 350 jumps. False alarms: rate 1e-4 (posterior interval of 99.99 %), sizes and share of cuts
/// 4.5 standard errors each, 7e-6.
#[test]
fn rate_and_size_are_recovered() {
    let text = log(120, 3);
    let moves = of_acme(&text);
    let jumps = text.matches(",change,").count();
    assert_eq!((moves.rate.events, moves.tracks, moves.level), (jumps, 120, 0));
    // 2020-01-01 to 2025-01-01.
    let years = 120.0 * 1827.0 / 365.2425;
    assert!((moves.rate.years - years).abs() < 1e-9);
    let monthly = 12.0 * (1.0 - math::exp(-RATE / 12.0));
    assert!(
        (moves.rate.quantile(5e-5)..moves.rate.quantile(1.0 - 5e-5)).contains(&monthly),
        "{:?}",
        moves.rate
    );
    let near = |found: f64, truth: f64, error: f64| {
        assert!((found - truth).abs() < 4.5 * error, "{found} {truth} {error}");
    };
    for (size, (mean, sd)) in [(moves.cut, CUT), (moves.rise, RISE)] {
        let n = size.jumps as f64;
        near(size.location, mean, sd / n.sqrt());
        // The standard error of a standard deviation is sd / sqrt(2 n); the prediction is wider by the error of the mean.
        near(size.scale / (1.0 + 1.0 / size.freedom).sqrt(), sd, sd / (2.0 * n).sqrt());
    }
    let [level, cut, rise] = moves.weights;
    assert!(level.abs() < 1e-15 && (cut + rise - 1.0).abs() < 1e-12);
    // A cut of less than nothing counts as a rise: the share of cuts is that of negative logarithms.
    let down = CUTS * math::normal_cdf(-CUT.0 / CUT.1) + (1.0 - CUTS) * math::normal_cdf(-RISE.0 / RISE.1);
    near(cut, down, (down * (1.0 - down) / jumps as f64).sqrt());
}

/// Where the model is true, its intervals hold what they say: 400 prices, bound of five standard errors of a share and a
/// hundredth for the error of the fit, which all prices share. False alarm below 1e-6 each.
#[test]
fn intervals_of_a_true_model_cover() {
    let log = read_log(log(400, 5).as_bytes()).unwrap();
    let day = first_of(36);
    let (before, after) = (tracks(&log, &acme(), Some(day)), tracks(&log, &acme(), None));
    let rows = backtest(&before.named, &after.named, day, 10.0);
    let [acme, all] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((acme.prices, all.prices, all.moved), (400, 400, acme.moved));
    for (level, share) in [0.5, 0.8, 0.9].into_iter().zip(all.within) {
        let error = (level * (1.0 - level) / 400.0f64).sqrt();
        assert!((share - level).abs() < 5.0 * error + 0.01, "{level}: {share}");
    }
    let spread = (all.expected * (1.0 - all.expected / 400.0)).sqrt();
    assert!(
        (all.moved as f64 - all.expected).abs() < 5.0 * spread + 8.0,
        "{} of {}",
        all.moved,
        all.expected
    );
    // The same log gives the same table.
    assert_eq!(backtest(&before.named, &after.named, day, 10.0), rows);
}

/// Prices that never move are an atom: without the random rank inside of it every interval would hold all of them or none.
#[test]
fn an_unchanged_price_has_a_random_rank() {
    let mut text = HEADER.to_owned();
    for llm in 0..300 {
        let _ =
            writeln!(text, "2020-01-01,made,1,add,acme-{llm}x,acme,chat,{},{}", 1.0 + f64::from(llm), 2.0);
    }
    text += "2025-01-01,made,1,add,last,other,chat,1,1\n";
    let log = read_log(text.as_bytes()).unwrap();
    let day = first_of(36);
    let (before, after) = (tracks(&log, &acme(), Some(day)), tracks(&log, &acme(), None));
    let rows = backtest(&before.named, &after.named, day, 1.0);
    let all = rows.last().unwrap();
    assert_eq!((all.prices, all.moved), (300, 0));
    for (level, share) in [0.5, 0.8, 0.9].into_iter().zip(all.within) {
        let error = (level * (1.0 - level) / 300.0f64).sqrt();
        assert!((share - level).abs() < 5.0 * error + 0.01, "{level}: {share}");
    }
    // No event in 900 years, where half an event was taken for granted in as many: Gamma(1, 1 / (900 + 1800)).
    let moves = fit(&before.named).remove(0);
    let years = 300.0 * 1096.0 / 365.2425;
    let expected = Rate::posterior(0, years, years / 0.5);
    assert!(
        moves.rate.events == 0 && (moves.rate.scale / expected.scale - 1.0).abs() < 1e-12,
        "{:?}",
        moves.rate
    );
}

fn rows(lines: &[&str]) -> String {
    lines.iter().fold(HEADER.to_owned(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

#[test]
fn mistakes_of_the_catalog_and_second_names_are_no_jumps() {
    let text = rows(&[
        "2023-01-01,s,1,add,slip-1x,acme,chat,3,60",
        "2023-03-01,s,1,change,slip-1x,acme,chat,30,60", // ten times the input
        "2023-01-01,s,1,add,back-1x,acme,chat,5,5",
        "2023-04-01,s,1,change,back-1x,acme,chat,6,6", // and back within 120 days
        "2023-05-01,s,1,change,back-1x,acme,chat,5,5",
        "2023-01-01,s,1,add,same-1x,acme,chat,7,7",
        "2023-02-01,s,1,add,same-1x-0201,acme,chat,7,7", // a second name
        "2023-06-01,s,1,change,same-1x,acme,chat,8,8",
        "2023-06-01,s,1,change,same-1x-0201,acme,chat,8,8",
        "2023-01-01,s,1,add,best-latest,acme,chat,9,9", // moves to the next llm
        "2023-07-01,s,1,change,best-latest,acme,chat,4,4",
        "2023-01-01,s,1,add,picture,acme,image_generation,1,1",
        "2023-01-01,s,1,add,odd,acme,chat,cheap,1",
        "2024-01-01,s,1,add,last,other,chat,1,1",
    ]);
    let log = read_log(text.as_bytes()).unwrap();
    let [problem] = log.problems.as_slice() else { panic!("{:?}", log.problems) };
    assert_eq!((problem.entry.as_str(), problem.place.line), ("odd", 14));
    assert_eq!(log.skipped["not priced by text tokens"], 1);
    let found = tracks(&log, &acme(), None);
    assert_eq!((found.mistakes, found.second_names), (3, 2));
    let moves: Vec<(&str, usize)> =
        found.named.iter().map(|track| (track.name.as_str(), track.moves.len())).collect();
    assert_eq!(moves, [("back-1x", 0), ("same-1x", 1), ("slip-1x", 0)]);
    let [(on, size)] = found.named[1].moves.as_slice() else { unreachable!() };
    assert_eq!(*on, Date::parse("2023-06-01").unwrap());
    assert!((size - math::ln(8.0 / 7.0)).abs() < 1e-12);
}

#[test]
fn tiers_follow_their_generations() {
    let text = rows(&[
        "2023-01-01,s,1,add,acme-1-large,acme,chat,10,10",
        "2023-07-01,s,1,add,acme-2-large,acme,chat,5,5",
        "2023-08-01,s,1,add,acme-2-large-0801,acme,chat,5,5", // a snapshot of the same
        "2024-01-01,s,1,add,acme-2.5-large,acme,chat,5,5",    // at the old price
        "2024-02-01,s,1,add,acme-1.5-large,acme,chat,1,1",    // older than what is there
        "2024-07-01,s,1,add,acme-3-large,acme,chat,8,8",
        "2024-07-01,s,1,add,acme-3-small,acme,chat,1,1",
        "2025-01-01,s,1,add,last,other,chat,1,1",
    ]);
    let log = read_log(text.as_bytes()).unwrap();
    let found = tracks(&log, &acme(), None);
    let large = found.tiers.iter().find(|track| track.name == "acme-large").unwrap();
    let factors: Vec<(String, f64)> =
        large.moves.iter().map(|(on, log)| (on.to_string(), (math::exp(*log) * 1e6).round() / 1e6)).collect();
    let expected = [("2023-07-01", 0.5), ("2024-01-01", 1.0), ("2024-07-01", 1.6)];
    assert_eq!(factors, expected.map(|(on, factor)| (on.to_owned(), factor)));
    let moves = fit(&found.tiers).remove(0);
    assert_eq!((moves.rate.events, moves.level, moves.cut.jumps, moves.rise.jumps), (3, 1, 1, 1));
    let part = fitted_part(&fitted(&found), "log.csv", Date::parse("2025-01-01").unwrap());
    assert!(part.contains("[index.acme-tiers.succession]") && part.contains("of = 1 }"), "{part}");
}

fn tokencast(folder: &Path, words: &[&str], code: i32) -> (String, String) {
    let output = program::tokencast(folder, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

#[test]
fn a_scenario_can_follow_what_was_fitted() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::write(at.join("log.csv"), log(40, 7)).unwrap();
    let (told, _) =
        tokencast(at, &["fit", "prices", "log.csv", "--vendor", "acme", "--out", "jumps.toml"], 0);
    assert!(told.contains("acme") && told.contains("written to jumps.toml"), "{told}");
    let scenario = "title = \"Fitted\"\ncurrency = \"USD\"\nstart = \"2025-01\"\nmonths = 36\nuse = [\"jumps.toml\"]\n\
        [traffic.chat]\nrequests = \"1M /month\"\ninput_tokens = 800\noutput_tokens = 200\n\
        [vendor.acme.llm.one]\nrates = { input = \"2 USD /Mtok\", output = \"8 USD /Mtok\" }\n\
        over_time = { follows = \"acme-prices\" }\n\
        [strategy.api]\nserve = [{ traffic = \"chat\", by = \"acme/one\" }]\n";
    fs::write(at.join("s.toml"), scenario).unwrap();
    assert!(tokencast(at, &["check", "s.toml"], 0).0.ends_with("nothing wrong\n"));
    tokencast(at, &["run", "s.toml", "-n", "256", "--quiet"], 0);
    tokencast(at, &["fit", "prices", "log.csv", "--vendor", "acme", "--out", "jumps.toml"], 3);
    let (found, _) = tokencast(
        at,
        &["fit", "prices", "log.csv", "--vendor", "acme", "--until", "2022-01-01", "--json"],
        0,
    );
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(
        (found["named"][0]["tracks"].as_u64(), found["until"].as_str()),
        (Some(40), Some("2022-01-01"))
    );
    let (table, _) =
        tokencast(at, &["fit", "prices", "log.csv", "--vendor", "acme", "--backtest", "2023-01-01"], 0);
    assert!(
        table.starts_with("fitted to what was known on 2023-01-01") && table.contains("one name, a year"),
        "{table}"
    );
    for (words, code, hint) in [
        (&["fit", "prices", "nothing.csv"][..], 3, "cannot be read"),
        (&["fit", "prices", "s.toml"], 2, "it has no column `date`"),
        (&["fit", "prices", "log.csv", "--vendor", "nobody"], 2, "no price of nobody"),
        (&["fit", "prices", "log.csv"], 2, "no price of first-party"),
        (&["fit", "prices", "log.csv", "--vendor", "acme", "--backtest", "soon"], 2, "--backtest"),
        (&["fit", "prices", "log.csv", "--vendor", "acme", "--backtest", "2031-01-01"], 2, "inside the log"),
        (&["fit", "prices", "log.csv", "--vendor", "acme", "--until", "2019-01-01"], 2, "no price of acme"),
    ] {
        let (_, said) = tokencast(at, words, code);
        assert!(said.contains(hint), "{words:?}: {said}");
    }
}
