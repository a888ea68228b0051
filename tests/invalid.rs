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

/// The scenario that all others break is itself without a mistake.
#[test]
fn the_scenario_behind_them_is_fine() {
    model(&Folder::at("tests/invalid"), "fine.toml", &[]);
}

/// How many messages a file asks for: one, but both ends of a circle have a place.
fn messages(name: &str) -> usize {
    match name {
        "twelve" => 12,
        "like-itself" | "share-of-itself" => 2,
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
        let places = text.lines().filter(|line| line.trim_start().starts_with("--> ")).count();
        assert_eq!(places, errors, "{name}: each message has a place\n{text}");
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
