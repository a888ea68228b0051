//! What a newcomer meets: templates that run, completions, the manual, and documents that say what is there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use program::tokencast;
use serde_json::Value;
use tempfile::TempDir;
use tokencast::finance::Component;

const TEMPLATES: [&str; 6] = ["api-only", "self-host", "hybrid", "on-prem", "vendor-risk", "japan"];

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard output of a command that ends well and has nothing to say beside it.
#[track_caller]
fn quiet(folder: &Path, words: &[&str]) -> String {
    let output = tokencast(folder, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{words:?}");
    out(&output)
}

#[track_caller]
fn refused(folder: &Path, words: &[&str], code: i32, hint: &str) {
    let output = tokencast(folder, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    assert!(said.contains(hint), "{words:?}: {said}");
}

/// The names of all commands, from `--help`.
fn commands() -> Vec<String> {
    let help = quiet(Path::new("."), &["--help"]);
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    names.into_iter().filter(|name| name != "help").collect()
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_template_runs_and_is_the_same_in_both_languages() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    for template in TEMPLATES {
        let mut means = Vec::new();
        for lang in ["en", "ja"] {
            let place = format!("{template}-{lang}");
            let said = quiet(at, &["init", &place, "--template", template, "--lang", lang]);
            assert!(said.contains(&format!("tokencast run {place}/scenario.toml")), "{said}");
            let file = format!("{place}/scenario.toml");
            let text = fs::read_to_string(at.join(&file)).unwrap();
            assert!((60..=110).contains(&text.lines().count()), "{file} has {} lines", text.lines().count());
            assert!(quiet(at, &["check", &file]).ends_with("nothing wrong\n"), "{file}");
            let found =
                quiet(at, &["run", &file, "-n", "64", "--quiet", "--json", "-o", &format!("{place}/out")]);
            let found: Value = serde_json::from_str(&found).unwrap();
            // Numbers are printed so that they read back to the same bits.
            let mean = |strategy: &Value| (strategy["id"].to_string(), strategy["cost"]["mean"].to_string());
            let all: Vec<_> = found["strategies"].as_array().unwrap().iter().map(mean).collect();
            assert!(all.len() > 1 && all.iter().all(|(_, mean)| mean != "null"), "{found}");
            means.push(all);
        }
        assert_eq!(means[0], means[1], "{template}");
    }
}

#[test]
fn init_never_overwrites_unless_it_is_told_to() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("scenario.toml");
    fs::write(&place, "mine").unwrap();
    refused(folder.path(), &["init"], 3, "--force");
    assert_eq!(fs::read_to_string(&place).unwrap(), "mine");
    quiet(folder.path(), &["init", "--force"]);
    assert!(fs::read_to_string(&place).unwrap().contains("[strategy.api]"));
    refused(folder.path(), &["init", "scenario.toml"], 3, "cannot write");
}

#[test]
fn completions_and_the_manual_know_every_command() {
    let here = Path::new(".");
    let commands = commands();
    assert!(commands.len() >= 7, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = quiet(here, &["completions", shell]);
        for name in &commands {
            assert!(script.contains(name.as_str()), "{shell} lacks {name}");
        }
    }
    let page = quiet(here, &["man"]).replace('\\', "");
    for name in &commands {
        assert!(page.contains(&format!("tokencast-{name}(1)")), "{name} is not in\n{page}");
        let page = quiet(here, &["man", name]).replace('\\', "");
        assert!(page.contains(&format!("tokencast-{name}")), "{page}");
    }
    refused(here, &["man", "rum"], 2, "did you mean `run`?");
}

/// Where a value came from: part, scenario and command line, each with its place.
#[test]
fn origins_name_every_layer() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    quiet(at, &["init", "--template", "self-host"]);
    fs::write(at.join("base.toml"), fs::read_to_string(at.join("scenario.toml")).unwrap()).unwrap();
    let child = "extends = \"base.toml\"\n[traffic.chat]\ngrowth = \"9 % /month\"\nsource = \"a survey\"\n\
                 [vendor.acme.llm.large]\nover_time = { exponential = { rate = \"1 % /year\" } }\n";
    fs::write(at.join("child.toml"), child).unwrap();
    let growth = ["explain", "child.toml", "--origin", "traffic.chat.growth", "--set"];
    let growth = [&growth[..], &["traffic.chat.growth=\"5 % /month\""]].concat();
    let found = quiet(at, &[&growth[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&found).unwrap();
    let layers = found["values"][0]["layers"].as_array().unwrap();
    let told: Vec<_> =
        layers.iter().map(|l| (l["written"].as_str().unwrap(), l["file"].as_str().unwrap())).collect();
    let (set, child, base) = (
        ("\"5 % /month\"", "--set"),
        ("\"9 % /month\"", "child.toml"),
        ("\"1 % to 4 % /month\"", "base.toml"),
    );
    assert_eq!(told, [set, child, base]);
    assert_eq!((layers[1]["line"].as_u64(), layers[1]["column"].as_u64()), (Some(3), Some(10)));
    let sources: Vec<_> = layers.iter().map(|layer| layer["source"].as_str()).collect();
    assert_eq!(
        sources,
        [None, Some("a survey"), Some("an example to be replaced")],
        "notes stay with their file"
    );
    let text = quiet(at, &growth);
    assert!(text.contains("in place of \"9 % /month\"") && text.contains("child.toml:3:10"), "{text}");
    // One kind of path gave way to another, and a table names everything below it.
    let text = quiet(at, &["explain", "child.toml", "--origin", "vendor.acme"]);
    assert!(text.contains("over_time.exponential.rate = \"1 % /year\""), "{text}");
    assert!(text.contains("in place of vendor.acme.llm.large.over_time.jumps = "), "{text}");
    refused(
        at,
        &["explain", "child.toml", "--origin", "traffic.chat.grwoth"],
        2,
        "did you mean `traffic.chat.growth`?",
    );
    refused(at, &["explain", "child.toml"], 2, "--strategy");
}

#[test]
fn the_readme_lists_every_command() {
    let readme = document("README.md");
    let table = readme.split_once("| command | does |").unwrap().1.split("\n\n").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let (listed, there): (BTreeSet<_>, Vec<String>) = (rows.map(str::to_owned).collect(), commands());
    assert_eq!(listed, there.into_iter().collect::<BTreeSet<_>>());
}

/// The keys of fleets, each with a row.
#[test]
fn the_readme_lists_every_key_of_rented_and_owned_fleets() {
    let readme = document("README.md");
    let listed = quiet(TempDir::new().unwrap().path(), &["list", "supplies", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    for kind in ["rented", "owned"] {
        let table = readme.split_once(&format!("| key of `{kind}` | means |")).unwrap().1;
        let rows = table.split("\n\n").next().unwrap().lines().filter_map(|row| row.split('|').nth(1));
        let said: BTreeSet<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
        let fields = listed["supplies"].as_array().unwrap().iter().find(|item| item["name"] == kind).unwrap();
        let keys = fields["keys"].as_array().unwrap().iter().map(|field| field["key"].as_str().unwrap());
        // Tables within tables are explained where they stand.
        let known = keys.filter(|key| *key != "fleet" && (!key.contains('.') || key.starts_with("fleet.")));
        assert_eq!(said, known.collect::<BTreeSet<_>>(), "{kind}");
    }
}

/// The part of `output/README.md` about one file.
fn section<'a>(page: &'a str, file: &str) -> &'a str {
    let start =
        page.split_once(&format!("## `{file}`")).unwrap_or_else(|| panic!("{file} is not described")).1;
    start.split("\n## ").next().unwrap()
}

#[test]
fn the_page_about_results_names_every_file_column_and_component() {
    let page = document("output/README.md");
    let folder = TempDir::new().unwrap();
    // The one template with stresses and a budget writes every kind of table.
    quiet(folder.path(), &["init", "--template", "vendor-risk"]);
    let gate =
        "extends = \"scenario.toml\"\n[gate.served]\nmeasure = \"served_share\"\nat_least.p5 = \"1 %\"\n";
    fs::write(folder.path().join("gated.toml"), gate).unwrap();
    quiet(folder.path(), &["run", "gated.toml", "-n", "64", "--quiet", "--draws", "-o", "out"]);
    let mut files = 0;
    for entry in fs::read_dir(folder.path().join("out")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(page.contains(&format!("`{name}`")) || name == "charts", "{name} is not described");
        if Path::new(&name).extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(folder.path().join("out").join(&name)).unwrap();
        let header = text.trim_start_matches('\u{feff}').lines().next().unwrap();
        let about = section(&page, &name);
        // Every input is a column of its own in inputs.csv.
        let columns = header.split(',').take(if name == "inputs.csv" { 1 } else { usize::MAX });
        for column in columns {
            assert!(about.contains(&format!("`{column}`")) || in_range(about, column), "{name}: {column}");
        }
    }
    assert_eq!(files, 7);
    let measures: Value =
        serde_json::from_str(&quiet(folder.path(), &["list", "measures", "--json"])).unwrap();
    for measure in measures["measures"].as_array().unwrap() {
        let name = measure["name"].as_str().unwrap();
        let described = |file: &str| section(&page, file).contains(&format!("`{name}`"));
        assert!(described("totals.csv") || described("gates.csv"), "{name}");
    }
    for component in Component::ALL {
        let row = format!("| {} | {} |", component.name(), component.meaning());
        assert!(page.contains(&row), "{row}");
    }
}

/// Percentiles are described from the first to the last: `cash_p5` … `cash_p95`.
fn in_range(about: &str, column: &str) -> bool {
    let Some((stem, _)) = column.rsplit_once("_p") else { return false };
    about.contains(&format!("`{stem}_p5` … `{stem}_p95`"))
}
