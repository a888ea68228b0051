//! The house holds: layers look only left, the engine is pure, rooms stay small, and ARCHITECTURE.md says what the code does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layers from left to right; a module may use modules of layers to its left, and itself.
const LAYERS: &[&[&str]] = &[
    &["lanes", "text", "calendar", "memory"],
    &["math", "units"],
    &["diagnostic", "random"],
    &["stats"],
    &["document"],
    &["distribution"],
    &["process"],
    &["demand", "finance"],
    &["pricing", "serving", "training", "operations"],
    &["world"],
    &["hazard"],
    &["supply", "lever", "contract"],
    &["switching"],
    &["scenario"],
    &["catalog"],
    &["model"],
    &["engine"],
    &["analysis"],
    &["validation"],
    &["report"],
    &["cli"],
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The top-level module that a file of `src` belongs to; `lib` and `main` stand outside.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The code without comments and without its test modules.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    before_tests.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every module named behind `crate::` or inside `crate::{…}`, or reached by a chain of `super::` that leaves the module.
fn modules_used(path: &Path, text: &str) -> Vec<String> {
    let code = code(text);
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            used.extend(first_words(group));
        } else {
            used.extend(first_word(rest));
        }
    }
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let is_mod = inside.file_name().unwrap() == "mod.rs";
    let depth = inside.components().count() - usize::from(is_mod);
    let climb = "super::".repeat(depth);
    for (at, _) in code.match_indices(&climb) {
        let longer = code[..at].ends_with("super::");
        used.extend(first_word(&code[at + climb.len()..]).filter(|_| !longer && !climb.is_empty()));
    }
    used.sort();
    used.dedup();
    used
}

/// Test files may look anywhere: a test of `stats` draws with `random`.
fn is_test(path: &Path) -> bool {
    path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

/// The first word of each item of a `use` group, at its outermost level.
fn first_words(group: &str) -> Vec<String> {
    let (mut depth, mut item, mut words) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => words.extend(first_word(std::mem::take(&mut item).trim())),
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    words.extend(first_word(item.trim()));
    words
}

fn ranks() -> BTreeMap<&'static str, usize> {
    let ranked = |(rank, layer): (usize, &&'static [&'static str])| -> Vec<(&'static str, usize)> {
        layer.iter().map(|module| (*module, rank)).collect()
    };
    LAYERS.iter().enumerate().flat_map(ranked).collect()
}

#[test]
fn no_layer_looks_right() {
    let ranks = ranks();
    let mut wrong = Vec::new();
    for path in rust_files(&root().join("src")) {
        let module = module_of(&path);
        if module == "lib" || module == "main" || is_test(&path) {
            continue;
        }
        let own = *ranks.get(module.as_str()).unwrap_or_else(|| panic!("`{module}` stands in no layer"));
        for used in modules_used(&path, &fs::read_to_string(&path).unwrap()) {
            let Some(rank) = ranks.get(used.as_str()) else { continue };
            if used != module && *rank >= own {
                wrong.push(format!("{} uses {used}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run to the right:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_arrows_sees_groups_and_chains() {
    let path = root().join("src/units/kind.rs");
    let text = "use crate::{\n    math::{exp, ln},\n    engine,\n};\nlet x = super::super::cli::run();\n// crate::report\n";
    assert_eq!(modules_used(&path, text), ["cli", "engine", "math"]);
}

#[test]
fn only_cli_touches_files_clock_and_terminal() {
    const FORBIDDEN: [&str; 8] = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::time",
        "std::io",
        "println!",
        "std::thread",
    ];
    for path in rust_files(&root().join("src")) {
        if ["cli", "main"].contains(&module_of(&path).as_str()) || is_test(&path) {
            continue;
        }
        let code = code(&fs::read_to_string(&path).unwrap());
        for word in FORBIDDEN {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn rooms_are_small() {
    let mut lengths = Vec::new();
    for path in rust_files(&root().join("src")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 170, "the median file has {median} lines");
}

#[test]
fn architecture_md_draws_these_layers() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let drawn = LAYERS.iter().map(|layer| layer.join(" ")).collect::<Vec<_>>().join(" │ ");
    let written = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(written.contains(&drawn), "ARCHITECTURE.md should draw the layers as\n{drawn}");
}

#[test]
fn every_module_of_the_crate_stands_in_a_layer_and_back() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut layered: Vec<&str> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    layered.sort_unstable();
    assert_eq!(modules, layered);
}
