//! Price catalogs of others: every price arrives digit for digit, and what is wrong is refused by itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use program::tokencast;
use serde_json::Value;
use tempfile::TempDir;
use tokencast::calendar::Date;
use tokencast::catalog::{
    Catalog, Language, OneText, Options, Origin, Quote, Why, difference, part, quotes, read,
};
use tokencast::scenario::PARTS;

#[path = "catalog/benchmarks.rs"]
mod benchmarks;

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalog").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(place(name)).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn options(as_of: &str) -> Options {
    Options { as_of: day(as_of), vendors: Vec::new(), free: false }
}

fn catalog(text: &str, as_of: &str) -> Catalog {
    read(text.as_bytes(), &options(as_of)).unwrap()
}

const EVERYTHING: Language = Language {
    reasoning: true,
    batch: true,
    flex: true,
    priority: true,
    long_context: true,
    windows: true,
    announced: true,
    context: true,
    retires: true,
};

fn cards(catalog: &Catalog, file: &str, language: &Language) -> String {
    part(catalog, &Origin { file: file.into(), as_of: catalog.as_of.unwrap() }, language).text
}

fn sheet(text: &str, as_of: &str) -> Vec<Quote> {
    let part = cards(&catalog(text, as_of), "x.json", &Language::of_this_version());
    quotes(&OneText("x.toml", &part), "x.toml").unwrap_or_else(|loaded| panic!("{:?}", loaded.diagnostics))
}

#[track_caller]
fn done(folder: &Path, words: &[&str]) -> (String, String) {
    let output = tokencast(folder, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

#[track_caller]
fn refused(folder: &Path, words: &[&str], code: i32, hints: &[&str]) {
    let output = tokencast(folder, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    for hint in hints {
        assert!(said.contains(hint), "{words:?} does not say {hint:?}: {said}");
    }
}

/// The price of a rate card, `2 USD /Mtok`, as a float.
fn mtok(quote: &Quote, key: &str) -> f64 {
    quote.values[key].strip_suffix(" USD /Mtok").unwrap().parse().unwrap()
}

/// Against the JSON as another library reads it.
#[test]
fn every_text_price_of_an_extract_arrives() {
    for (file, as_of, expected) in
        [("litellm-2024-12-16.json", "2024-12-16", 7), ("litellm-2026-03-01.json", "2026-03-01", 12)]
    {
        let source: BTreeMap<String, Value> = serde_json::from_str(&text(file)).unwrap();
        let found = sheet(&text(file), as_of);
        let mut checked = 0;
        for (name, entry) in &source {
            let price = |field: &str| {
                let value = entry.get(field).or_else(|| entry.get("tiered_pricing")?[0].get(field));
                value.and_then(Value::as_f64)
            };
            let (Some(input), Some(output)) = (price("input_cost_per_token"), price("output_cost_per_token"))
            else {
                continue;
            };
            let odd = ["sample_spec", "whisper-1", "gpt-image-1", "wandb/openai/gpt-oss-20b"];
            if odd.contains(&name.as_str()) || input + output == 0.0 {
                continue;
            }
            let own = name.split_once('/').map_or(name.as_str(), |(_, name)| name);
            let quote =
                found.iter().find(|quote| quote.values["sku"] == own).unwrap_or_else(|| panic!("{name}"));
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
            assert!(near(mtok(quote, "rates.input"), input * 1e6), "{name}");
            assert!(near(mtok(quote, "rates.output"), output * 1e6), "{name}");
            if let Some(cached) = price("cache_read_input_token_cost") {
                assert!(near(mtok(quote, "cache.read"), cached * 1e6), "{name}");
            }
            checked += 1;
        }
        assert_eq!(checked, expected, "{file}");
    }
}

/// Written with a language that can say everything; `TOKENCAST_BLESS=1` rewrites the expected parts.
#[test]
fn cards_are_written_as_expected() {
    for (file, as_of) in [
        ("litellm-2024-12-16.json", "2024-12-16"),
        ("litellm-2026-03-01.json", "2026-03-01"),
        ("genai-2026-03-30.json", "2026-03-30"),
        ("changes.csv", "2026-03-16"),
    ] {
        let written = cards(&catalog(&text(file), as_of), file, &EVERYTHING);
        let expected = place(file).with_extension("expected.toml");
        if std::env::var_os("TOKENCAST_BLESS").is_some() {
            fs::write(&expected, &written).unwrap();
        }
        assert_eq!(fs::read_to_string(&expected).unwrap(), written, "{file}");
    }
}

#[test]
fn every_entry_is_counted_once_and_nothing_is_dropped_in_silence() {
    let found = catalog(&text("litellm-2026-03-01.json"), "2026-03-01");
    // Seventeen members, one of them documentation.
    assert_eq!(found.seen(), 16);
    assert_eq!((found.entries.len(), found.second_names, found.problems.len()), (11, 1, 1));
    assert_eq!(found.problems[0].why, Why::WrongUnit);
    assert!(found.problems[0].message.contains("5000 USD per million tokens"), "{:?}", found.problems[0]);
    let skipped: Vec<_> = found.skipped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    assert_eq!(
        skipped,
        [
            ("at a price of zero, which is free or unknown", 1),
            ("not priced by text tokens: audio_transcription", 1),
            ("not priced by text tokens: image_generation", 1),
        ]
    );
    assert_eq!(found.unpriced["search_context_cost_per_query"], 2);
    assert!(found.unknown.is_empty());
    let odd = r#"{"a": {"litellm_provider": "x", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6,
                 "input_cost_per_smell": 1, "smells_good": true}}"#;
    let found = catalog(odd, "2026-03-01");
    assert_eq!(found.entries.len(), 1);
    let unknown: Vec<_> = found.unknown.keys().map(String::as_str).collect();
    assert_eq!(unknown, ["input_cost_per_smell", "smells_good"]);
}

#[test]
fn genai_prices_are_those_of_the_day() {
    let source = text("genai-2026-03-30.json");
    let value = |as_of: &str, llm: &str, key: &str| {
        let found = sheet(&source, as_of);
        found.iter().find(|quote| quote.llm == llm).unwrap().values.get(key).cloned()
    };
    // o3 was cut to a fifth on 2025-06-10: of that day and not before.
    assert_eq!(value("2025-06-09", "o3", "rates.input").unwrap(), "10 USD /Mtok");
    assert_eq!(value("2025-06-10", "o3", "rates.input").unwrap(), "2 USD /Mtok");
    let before = cards(&catalog(&source, "2025-06-09"), "x", &EVERYTHING);
    let announced = "announced = { 2025-06 = { input = \"2 USD /Mtok\", output = \"8 USD /Mtok\" } }";
    assert!(before.contains(announced), "{before}");
    // Half price outside of 00:30 to 16:30 UTC; the price of most of the day is the rate.
    let now = cards(&catalog(&source, "2026-03-30"), "x", &EVERYTHING);
    assert_eq!(value("2026-03-30", "deepseek-chat", "rates.input").unwrap(), "0.27 USD /Mtok");
    let windows = "windows = [{ from = \"00:00\", until = \"00:30\", zone = \"+00:00\", factor = 0.5 }, \
                   { from = \"16:30\", until = \"24:00\", zone = \"+00:00\", factor = 0.5 }]";
    assert!(now.contains(windows), "{now}");
    // The tiers of opus ended on 2026-03-13.
    assert!(!now.contains("[vendor.anthropic.llm.claude-opus-4-6]\nlong_context"));
    let old = cards(&catalog(&source, "2026-03-12"), "x", &EVERYTHING);
    let tier = "long_context = [{ above = \"200000 tokens\", input_factor = 2, output_factor = 1.5 }]";
    assert_eq!((old.matches(tier).count(), now.matches(tier).count()), (3, 2));
}

/// A catalog of one sound entry and one bad one.
fn with(bad: &str) -> String {
    format!(
        "{{\n\"good\": {{\"litellm_provider\": \"x\", \"input_cost_per_token\": 1e-6, \"output_cost_per_token\": 2e-6}},\n{bad}\n}}"
    )
}

#[test]
fn bad_entries_are_refused_one_by_one() {
    let provider = "\"litellm_provider\": \"x\"";
    let output = "\"output_cost_per_token\": 1e-6";
    for (bad, why, words) in [
        (
            format!("\"b\": {{{provider}, \"input_cost_per_token\": \"1e-6\", {output}}}"),
            Why::NoNumber,
            "is the string \"1e-6\"",
        ),
        (format!("\"b\": {{{provider}, \"input_cost_per_token\": NaN, {output}}}"), Why::NoNumber, "is NaN"),
        (
            format!("\"b\": {{{provider}, \"input_cost_per_token\": 1e999, {output}}}"),
            Why::NoNumber,
            "is 1e999",
        ),
        (
            format!("\"b\": {{{provider}, \"input_cost_per_token\": true, {output}}}"),
            Why::NoNumber,
            "is true",
        ),
        (
            format!("\"b\": {{{provider}, \"input_cost_per_token\": -1e-6, {output}}}"),
            Why::Negative,
            "is -1e-6",
        ),
        (
            format!("\"b\": {{{provider}, \"input_cost_per_token\": 2.5, {output}}}"),
            Why::WrongUnit,
            "2500000 USD",
        ),
        (
            format!(
                "\"b\": {{{provider}, \"input_cost_per_token\": 1e-6, \"input_cost_per_token\": 2e-6, {output}}}"
            ),
            Why::Twice,
            "gives `input_cost_per_token` twice",
        ),
        (format!("\"b\": {{{provider}, {output}}}"), Why::NoPrice, "does not say both"),
        (
            format!("\"b\": {{{provider}, \"input_cost_per_kilotoken\": 1e-3, {output}}}"),
            Why::NoPrice,
            "nobody knows the unit of `input_cost_per_kilotoken`",
        ),
        ("\"b\": 7".to_owned(), Why::Malformed, "it is 7, not an object"),
        (format!("\"b\": {{\"input_cost_per_token\": 1e-6, {output}}}"), Why::Malformed, "litellm_provider"),
        (
            format!(
                "\"b\": {{{provider}, \"input_cost_per_token\": 1e-6, {output}, \"deprecation_date\": \"soon\"}}"
            ),
            Why::Malformed,
            "\"soon\", not a day",
        ),
    ] {
        let found = catalog(&with(&bad), "2026-03-01");
        assert_eq!(found.entries.len(), 1, "{bad}");
        let [problem] = found.problems.as_slice() else { panic!("{bad}: {:?}", found.problems) };
        assert_eq!((problem.why, problem.entry.as_str(), problem.place.line), (why, "b", 3), "{bad}");
        assert!(problem.message.contains(words), "{bad}: {}", problem.message);
    }
    // An entry given twice leaves nobody to believe.
    let twice = with(&format!("\"good\": {{{provider}, \"input_cost_per_token\": 9e-6, {output}}}"));
    let found = catalog(&twice, "2026-03-01");
    assert_eq!((found.entries.len(), found.problems.len()), (0, 2));
    assert!(found.problems[1].message.contains("on lines 2, 3"), "{:?}", found.problems);
}

#[test]
fn bad_entries_of_genai_prices_are_refused_one_by_one() {
    let around = |prices: &str| {
        format!(
            "[{{\"id\": \"x\", \"models\": [{{\"id\": \"good\", \"prices\": {{\"input_mtok\": 1, \"output_mtok\": 2}}}},\n\
             {{\"id\": \"bad\", \"prices\": {prices}}}]}}]"
        )
    };
    for (prices, why) in [
        ("{\"input_mtok\": \"1\", \"output_mtok\": 2}", Why::NoNumber),
        ("{\"input_mtok\": -1, \"output_mtok\": 2}", Why::Negative),
        ("{\"input_mtok\": 1, \"input_mtok\": 3, \"output_mtok\": 2}", Why::Twice),
        ("{\"input_mtok\": 99999, \"output_mtok\": 2}", Why::WrongUnit),
        ("{\"input_furlong\": 1, \"output_mtok\": 2}", Why::NoPrice),
        ("{\"input_mtok\": {\"base\": 1, \"tiers\": [{\"price\": 2}]}, \"output_mtok\": 2}", Why::NoNumber),
        (
            "[{\"constraint\": {\"weather\": \"rain\"}, \"prices\": {\"input_mtok\": 1, \"output_mtok\": 2}}]",
            Why::Malformed,
        ),
        (
            "[{\"constraint\": {\"start_date\": \"2026-02-30\"}, \"prices\": {\"input_mtok\": 1, \"output_mtok\": 2}}]",
            Why::Malformed,
        ),
        ("7", Why::Malformed),
    ] {
        let found = catalog(&around(prices), "2026-03-01");
        assert_eq!(found.entries.len(), 1, "{prices}");
        let [problem] = found.problems.as_slice() else { panic!("{prices}: {:?}", found.problems) };
        assert_eq!((problem.why, problem.entry.as_str(), problem.place.line), (why, "x/bad", 2), "{prices}");
    }
}

#[test]
fn a_truncated_catalog_gives_what_stands_before_its_end() {
    for (file, as_of) in [("litellm-2024-12-16.json", "2024-12-16"), ("genai-2026-03-30.json", "2026-03-30")]
    {
        let whole = text(file);
        let all = catalog(&whole, as_of);
        let mut last = 0;
        // The last newline may be lost.
        for end in (1..whole.trim_end().len()).filter(|end| whole.is_char_boundary(*end)) {
            let Ok(found) = read(&whole.as_bytes()[..end], &options(as_of)) else { continue };
            let (place, message) = found.broken.as_ref().unwrap();
            assert!(message == "the file ends here" && place.line >= 1, "{file} {end}: {message}");
            assert!(found.problems.iter().filter(|p| p.why == Why::Broken).count() <= 1, "{file} {end}");
            assert!(found.entries.len() >= last, "{file} {end}");
            last = found.entries.len();
            for (part, entry) in found.entries.iter().zip(&all.entries) {
                assert_eq!((&part.id, &part.rates), (&entry.id, &entry.rates), "{file} {end}");
            }
        }
        assert_eq!(last, all.entries.len(), "{file}");
    }
}

#[test]
fn what_is_no_catalog_is_one_message() {
    for (bytes, words) in [
        (&b""[..], "it is not JSON: the file ends here (line 1, column 1)"),
        (b"{\"a\": 1}", "it is JSON, but no price catalog"),
        (b"[]", "it is JSON, but no price catalog"),
        (b"3", "it is JSON, but no price catalog"),
        (b"hello you", "it is not JSON: this is no value (line 1, column 1)"),
        (b"hello", "it is not JSON: the file ends here (line 1, column 6)"),
        (b"\xff\xfe{\0", "it is not UTF-8 text: byte 0 is none"),
        (b"date,event,model\n", "it has no column `provider`"),
    ] {
        let refusal = read(bytes, &options("2026-03-01")).unwrap_err();
        assert_eq!(refusal.message, words, "{bytes:?}");
    }
}

/// A scenario that serves by imported prices costs requests times tokens times the catalog's price, to the cent.
#[test]
fn a_scenario_can_use_an_import() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let file = place("litellm-2026-03-01.json");
    let (told, said) = done(at, &["prices", "import", file.to_str().unwrap(), "--out", "prices.toml"]);
    assert_eq!(said, "");
    assert!(
        told.starts_with("LiteLLM's price map of 2026-03-01: 16 entries\n     11  rate cards of 6 vendors"),
        "{told}"
    );
    let scenario = "title = \"Imported\"\ncurrency = \"USD\"\nstart = \"2026-04\"\nmonths = 2\nuse = [\"prices.toml\"]\n\
        [traffic.chat]\nrequests = \"1M /month\"\ninput_tokens = 800\noutput_tokens = 200\n\
        [strategy.gpt]\nserve = [{ traffic = \"chat\", by = \"openai/gpt-4.1\" }]\n\
        [strategy.opus]\nserve = [{ traffic = \"chat\", by = \"anthropic/claude-opus-4-6\" }]\n";
    fs::write(at.join("s.toml"), scenario).unwrap();
    assert!(done(at, &["check", "s.toml"]).0.ends_with("nothing wrong\n"));
    let (found, _) = done(at, &["run", "s.toml", "-n", "64", "--json"]);
    let found: Value = serde_json::from_str(&found).unwrap();
    // gpt-4.1 at 2 and 8 USD, opus 4.6 at 5 and 25 USD per million, two months of a million requests.
    for (place, expected) in [(0, 2.0 * (800.0 * 2.0 + 200.0 * 8.0)), (1, 2.0 * (800.0 * 5.0 + 200.0 * 25.0))]
    {
        let mean = found["strategies"][place]["cost"]["mean"]["value"].as_f64().unwrap();
        assert!((mean - expected).abs() < 1e-6 * expected, "{mean} {expected}");
    }
    // A file that is there stays.
    refused(at, &["prices", "import", file.to_str().unwrap(), "--out", "prices.toml"], 3, &["--force"]);
    done(at, &["prices", "import", file.to_str().unwrap(), "--out", "prices.toml", "--force"]);
}

#[test]
fn old_prices_are_told_once_with_a_way_out() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let scenario = |start: &str| {
        format!(
            "title = \"Old\"\ncurrency = \"USD\"\nstart = \"{start}\"\nmonths = 2\n\
             use = [\"builtin:prices/anthropic-2026-03.toml\"]\n\
             [traffic.chat]\nrequests = \"1M /month\"\ninput_tokens = 800\noutput_tokens = 200\n\
             [strategy.api]\nserve = [{{ traffic = \"chat\", by = \"anthropic/claude-haiku-4-5\" }}]\n"
        )
    };
    // 2026-03-01 to 2026-08-01 are 153 days, to 2026-09-01 184.
    fs::write(at.join("new.toml"), scenario("2026-08")).unwrap();
    fs::write(at.join("old.toml"), scenario("2026-09")).unwrap();
    for words in [&["check", "new.toml"][..], &["run", "new.toml", "-n", "64"]] {
        assert_eq!(done(at, words).1.matches("days old").count(), 0, "{words:?}");
    }
    for words in [&["check", "old.toml"][..], &["run", "old.toml", "-n", "64"]] {
        let said = done(at, words).1;
        assert!(said.contains("prices of 2026-03-01 are 184 days old when the scenario starts"), "{said}");
        assert!(said.matches("days old").count() == 1 && said.contains("tokencast prices import"), "{said}");
        assert_eq!(done(at, &[words, &["--quiet"]].concat()).1, "");
    }
    let (found, _) = done(at, &["check", "old.toml", "--json", "--quiet"]);
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["contents"]["prices_as_of"]["oldest"], "2026-03-01");
}

#[test]
fn two_days_of_a_change_log_differ_as_the_prices_did() {
    let log = text("changes.csv");
    let found = difference(&sheet(&log, "2025-06-01"), &sheet(&log, "2026-03-01"));
    let named: Vec<String> =
        found.changed.iter().map(|(vendor, llm, ..)| format!("{vendor}/{llm}")).collect();
    assert_eq!(named, ["deepseek/deepseek-chat", "openai/o3"]);
    let (_, _, contradict, changes) = &found.changed[1];
    assert!(!contradict, "two days do not contradict each other");
    let input = changes.iter().find(|change| change.key == "rates.input").unwrap();
    assert_eq!((input.old.as_deref(), input.new.as_deref()), (Some("10 USD /Mtok"), Some("2 USD /Mtok")));
    assert!((input.share.unwrap() + 0.8).abs() < 1e-12);
    let gpt_5 = ("openai".to_owned(), "gpt-5".to_owned());
    assert!(found.added.contains(&gpt_5) && found.removed.is_empty());
    // Two catalogs of one day that say different things contradict each other.
    let (litellm, genai) = (text("litellm-2026-03-01.json"), text("genai-2026-03-30.json"));
    let found = difference(&sheet(&litellm, "2026-03-01"), &sheet(&genai, "2026-03-01"));
    let contradicting: Vec<&str> = found
        .changed
        .iter()
        .filter(|(_, _, contradict, _)| *contradict)
        .map(|(_, llm, ..)| llm.as_str())
        .collect();
    assert_eq!(contradicting, ["deepseek-chat"]);
    // The same catalog has no differences.
    let same = difference(&sheet(&litellm, "2026-03-01"), &sheet(&litellm, "2026-03-01"));
    assert!(same.changed.is_empty() && same.added.is_empty() && same.removed.is_empty());
}

#[test]
fn built_in_prices_say_where_they_come_from() {
    let mut vendors = Vec::new();
    for part in PARTS.iter().filter(|part| part.name.starts_with("prices/")) {
        let found = quotes(&OneText("", ""), &format!("builtin:{}", part.name));
        for quote in found.unwrap_or_else(|loaded| panic!("{}: {:?}", part.name, loaded.diagnostics)) {
            let said = &quote.provenance;
            assert!(said.source.is_some() && said.as_of.is_some(), "{}/{}", quote.vendor, quote.llm);
            vendors.push(quote.vendor);
        }
    }
    vendors.sort();
    vendors.dedup();
    for vendor in ["openai", "anthropic", "google", "mistral", "xai", "deepseek", "cohere", "moonshot"] {
        assert!(vendors.iter().any(|known| known == vendor), "{vendor}");
    }
}

#[test]
fn the_commands_about_prices_explain_themselves() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let (list, _) = done(at, &["prices", "list", "--vendor", "anthropic"]);
    assert!(list.contains("anthropic/claude-haiku-4-5") && !list.contains("openai/"), "{list}");
    refused(at, &["prices", "list", "--vendor", "nobody"], 2, &["has no prices of nobody", "anthropic"]);
    let (shown, _) = done(at, &["prices", "show", "openai/gpt-4.1"]);
    assert!(shown.contains("rates.input    2 USD /Mtok") && shown.contains("as of 2026-03-01"), "{shown}");
    refused(at, &["prices", "show", "openai/gpt-4.2"], 2, &["did you mean `openai/gpt-4.1`?"]);
    refused(at, &["prices", "show", "openai/gpt-4.1", "nowhere.toml"], 3, &["there is no file"]);
    refused(at, &["prices", "import", "nowhere.json", "--as-of", "2026-03-01"], 3, &["cannot be read"]);
    fs::write(at.join("data.json"), text("genai-2026-03-30.json")).unwrap();
    refused(at, &["prices", "import", "data.json"], 2, &["--as-of 2026-03-01"]);
    refused(at, &["prices", "import", "data.json", "--as-of", "soon"], 2, &["--as-of"]);
    refused(at, &["prices", "diff", "builtin", "data.json"], 2, &["data.json@2026-03-01"]);
    let (diff, _) =
        done(at, &["prices", "diff", "builtin", "data.json@2026-03-30", "--vendor", "anthropic", "--json"]);
    let diff: Value = serde_json::from_str(&diff).unwrap();
    assert_eq!(diff["disagreeing"], 0);
    // Without --out the part is the result, and what is to be said goes elsewhere.
    let (part, said) =
        done(at, &["prices", "import", "data.json", "--as-of", "2026-03-30", "--provider", "xai,openai"]);
    assert!(part.starts_with("# Rate cards written by") && part.contains("[vendor.openai.llm.o3]"), "{part}");
    assert!(said.contains("left out: of another vendor"), "{said}");
    fs::write(at.join("prices.toml"), &part).unwrap();
    let (same, _) =
        done(at, &["prices", "diff", "prices.toml", "data.json@2026-03-30", "--vendor", "openai"]);
    assert!(
        same.starts_with("prices.toml to data.json@2026-03-30: 0 changed, 0 added, 0 removed, 2 the same"),
        "{same}"
    );
    // A part that is no part is shown as `check` would show it.
    fs::write(at.join("prices.toml"), part.replace("USD /Mtok", "USD")).unwrap();
    refused(at, &["prices", "list", "prices.toml"], 2, &["prices.toml:", "cannot be read"]);
    // Vendors without a price are no reason for an empty part.
    let nobody = ["prices", "import", "data.json", "--as-of", "2026-03-30", "--provider", "nobody"];
    refused(at, &nobody, 2, &["no rate card could be made of it"]);
}

#[test]
fn a_gzip_is_unpacked_and_a_broken_one_is_said() {
    use std::io::Write;
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text("litellm-2024-12-16.json").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(at.join("map_2024-12-16.json.gz"), &packed).unwrap();
    fs::write(at.join("half_2024-12-16.json.gz"), &packed[..packed.len() / 2]).unwrap();
    assert!(
        done(at, &["prices", "import", "map_2024-12-16.json.gz"]).0.contains("[vendor.openai.llm.gpt-4o]")
    );
    refused(at, &["prices", "import", "half_2024-12-16.json.gz"], 2, &["broken gzip"]);
}
