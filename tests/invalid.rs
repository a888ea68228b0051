//! Broken scenarios: each file in `tests/invalid` makes one mistake, and the message beside it is what people see.
//!
//! After a change that is meant: `TOKENCAST_BLESS=1 cargo test --test invalid`, and read what changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

use common::{Folder, assert_blessed, model, resolved};

/// Files that are no mistake of their own.
const HELPERS: [&str; 2] = ["fine", "circular-parent"];

fn names() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".toml").map(str::to_owned)
        })
        .filter(|name| !HELPERS.contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

/// A scenario that extends the one without a mistake, and what is said about it.
fn said_of(text: &str) -> (bool, String) {
    let files =
        Folder::at("tests/invalid").with("scenario.toml", &format!("extends = \"fine.toml\"\n{text}"));
    let (model, said) = resolved(&files, "scenario.toml", &[]);
    (model.is_some(), said)
}

/// What is said about a broken scenario.
fn said(name: &str) -> String {
    let (model, text) = resolved(&Folder::at("tests/invalid"), &format!("{name}.toml"), &[]);
    assert!(model.is_none(), "{name} is accepted");
    text + "\n"
}

#[test]
fn each_mistake_is_reported_as_expected() {
    for name in names() {
        assert_blessed(&format!("tests/invalid/{name}.expected"), &said(&name));
    }
}

/// What is no text, no file, or outside of the folder: through the program itself, which is what reads files.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_refused_as_expected() {
    use std::os::unix::fs::symlink;
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid/unreadable");
    let desk = tempfile::tempdir().unwrap();
    let place = |name: &str| desk.path().join(name);
    let mut names: Vec<String> = std::fs::read_dir(&shipped)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.strip_suffix(".toml").is_some())
        .collect();
    names.sort();
    for name in &names {
        std::fs::copy(shipped.join(name), place(name)).unwrap();
    }
    symlink("/etc/hosts", place("link.toml")).unwrap();
    symlink("/dev/zero", place("zero.toml")).unwrap();
    symlink("/dev/zero", place("device.toml")).unwrap();
    std::fs::create_dir(place("folder")).unwrap();
    std::fs::create_dir(place("folder.toml")).unwrap();
    std::fs::File::create(place("huge.toml")).unwrap().set_len(1 << 30).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place("pipe.toml")).status().unwrap().success());
    names.extend(["device.toml", "folder.toml", "huge.toml", "pipe.toml", "nowhere.toml"].map(String::from));
    for name in names {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tokencast"))
            .args(["check", &name])
            .current_dir(&desk)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(2 | 3)), "{name}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = name.replace(".toml", ".expected");
        assert_blessed(&format!("tests/invalid/unreadable/{expected}"), &said);
    }
}

/// The scenario that all others break is itself without a mistake.
#[test]
fn the_scenario_behind_them_is_fine() {
    model(&Folder::at("tests/invalid"), "fine.toml", &[]);
}

/// How many messages a file asks for: one, but both ends of a circle have a place.
fn messages(name: &str) -> usize {
    match name {
        "twelve" => 12,
        "unknown-ids-behind" => 5,
        "like-itself" | "share-of-itself" | "csv-ragged" | "part-broken" | "correlation-key-behind" => 2,
        _ => 1,
    }
}

/// A message names a file, a line and a column, and one mistake makes one message.
#[test]
fn messages_have_a_place_and_do_not_cascade() {
    for name in names() {
        let text = said(&name);
        let errors = text.lines().filter(|line| line.starts_with("error[")).count();
        assert_eq!(errors, messages(&name), "{name}:\n{text}");
        let warnings = text.lines().filter(|line| line.starts_with("warning[")).count();
        let places = text.lines().filter(|line| line.trim_start().starts_with("--> ")).count();
        assert_eq!(places, errors + warnings, "{name}: each message has a place\n{text}");
    }
}

/// No message asks a reader for help without giving some: there is a `help`, or what was expected stands at the caret.
#[test]
fn messages_offer_a_way_out() {
    for name in names() {
        let text = said(&name);
        let ways = ["help: ", "expected ", "did you mean", "= help"];
        assert!(ways.iter().any(|way| text.contains(way)), "{name} leaves the reader alone:\n{text}");
    }
}

/// What editors on Windows write is the same scenario.
#[test]
fn marks_of_editors_are_no_mistake() {
    let fine =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/invalid/fine.toml")).unwrap();
    let crlf = fine.replace('\n', "\r\n");
    for text in [format!("\u{feff}{fine}"), crlf.clone(), format!("\u{feff}{crlf}")] {
        model(&Folder::at(".").with("scenario.toml", &text), "scenario.toml", &[]);
    }
}

/// A place behind a byte order mark and line ends of two bytes is still the right one.
#[test]
fn places_hold_in_files_from_windows() {
    let (fine, said) = said_of("\r\n[lever.cache.prefix_cache]\r\nhit_rate = \"150 %\"\r\n");
    assert!(!fine && said.contains("--> scenario.toml:4:13"), "{said}");
}

/// A title is free text; whoever shows it takes out what is not text.
#[test]
fn titles_may_hold_anything_and_are_shown_clean() {
    let (fine, said) = said_of("title = \"<b>A\\u001b[31m \\u202eB</b>\\u0007\"");
    assert!(fine && said.is_empty(), "{said}");
    let files = Folder::at("tests/invalid")
        .with("scenario.toml", "extends = \"fine.toml\"\ntitle = \"<b>A\\u001b[31m \\u202eB</b>\\u0007\"");
    let title = model(&files, "scenario.toml", &[]).title.en;
    assert_eq!(tokencast::report::display::clean(&title, 100), "<b>A[31m B</b>");
}

#[test]
fn what_nothing_uses_is_pointed_out() {
    let unused = [
        ("[supply.spare]\nlike = \"tokyo\"", "supply `spare`", "2:9"),
        ("[lever.again.prefix_cache]\nhit_rate = \"50 %\"", "lever `again`", "2:8"),
        ("[index.rent]\nschedule = { 2027-04 = 1 }", "index `rent`", "2:8"),
        ("[operations.night]\nmonitoring = { running = \"1 JPY /month\" }", "operations `night`", "2:13"),
        (
            "[vendor.acme.llm.big]\nrates = { input = \"2 USD /Mtok\", output = \"12 USD /Mtok\" }",
            "llm of a vendor `acme/big`",
            "2:18",
        ),
        (
            "[traffic.notes]\nrequests = \"1 /month\"\ninput_tokens = 1\noutput_tokens = 1\n\
             shed_cost = \"1 JPY /request\"",
            "traffic `notes`",
            "2:10",
        ),
    ];
    for (text, what, place) in unused {
        let (fine, said) = said_of(text);
        let wanted =
            format!("warning[unused-definition]: nothing uses the {what}\n --> scenario.toml:{place}\n");
        assert!(fine && said.starts_with(&wanted), "{said}");
        assert_eq!(said.matches("warning[").count(), 1, "{said}");
    }
}

/// A stress that misses its target changes nothing; where the miss is whole by itself, nothing uses it.
#[test]
fn a_stress_that_brings_what_nothing_uses_is_pointed_out() {
    let files = Folder::at("tests/invalid").with(
        "scenario.toml",
        "extends = \"fine.toml\"\n[stress.x]\nset.lever.cash.prefix_cache.hit_rate = \"10 %\"\n",
    );
    let loaded = tokencast::scenario::load(&files, "scenario.toml", &[]);
    assert!(loaded.diagnostics.is_empty());
    let (model, found) = tokencast::model::resolve(&loaded.stresses[0].scenario);
    let said = common::rendered(&found, &loaded.sources);
    let wanted = "warning[unused-definition]: nothing uses the lever `cash`\n --> scenario.toml:3:11\n";
    assert!(model.is_some() && said.starts_with(wanted), "{said}");
    assert!(said.contains("did you mean `lever.cache`?"), "{said}");
}

/// What there is one of may be said on the command line although the file does not; members of families must be there.
#[test]
fn overrides_may_bring_a_budget_but_no_vendor() {
    let files = Folder::at("tests/invalid");
    for fine in ["budget.total={ p95 = \"2B JPY\" }", "run.paths=500", "finance.discount_rate=\"5 % /year\""]
    {
        model(&files, "fine.toml", &[fine]);
    }
    let (model, said) = resolved(&files, "fine.toml", &["vendor.opnai.llm.terra.tokenizer=\"o200k\""]);
    assert!(model.is_none() && said.contains("did you mean `openai`?"), "{said}");
}

/// Used: what a used thing names, what is copied, and what a stress brings in. Parts may hold more than anyone needs.
#[test]
fn what_is_used_in_a_roundabout_way_is_used() {
    for text in [
        "[index.rent]\nschedule = { 2027-04 = 1 }\n[vendor.cloud.gpu.h200]\nover_time = { follows = \"rent\" }",
        "[lever.other.prefix_cache]\nhit_rate = \"50 %\"\n[stress.x]\nset.strategy.api.levers = [\"other\"]",
        "[supply.template]\nlike = \"tokyo\"\n[supply.copy]\nlike = \"template\"\n\
         [strategy.copy]\nserve = [{ traffic = \"chat\", by = \"copy\" }]",
    ] {
        let (fine, said) = said_of(text);
        assert!(fine && said.is_empty(), "{said}");
    }
    let files = Folder::at("tests/invalid")
        .with("part.toml", "[lever.other.prefix_cache]\nhit_rate = \"50 %\"")
        .with("scenario.toml", "extends = \"fine.toml\"\nuse = [\"part.toml\"]");
    model(&files, "scenario.toml", &[]);
}
