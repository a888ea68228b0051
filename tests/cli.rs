//! The program as its users meet it: exit codes, files that foot, and nothing half written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and waits for a while"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Two strategies, one of which buys servers, so that cash and accrual differ.
const SMALL: &str = r#"
title    = { en = "Small, but whole", ja = "小さな例" }
currency = "USD"
start    = "2027-04"
months   = 8
fiscal_year_starts = "April"
use = ["prices.toml"]

[finance]
discount_rate = "8 % /year"

[traffic.chat]
requests      = "1M to 2M /month"
growth        = "1 % to 3 % /month"
input_tokens  = "800 to 1,200 tokens"
output_tokens = 300
shed_cost     = "0.02 USD /request"

[llm.small]

[deployment.small-h100]
llm = "small"
gpu = "h100"
gpus = 1
capacity = { stated = { tokens = "2,000 tokens /s" } }

[server.eight]
gpu = "h100"
gpus = 8
price = "250k to 320k USD /server"
power = "10 kW"
lead_time = "1 month"

[site.hall]
region = "us"
electricity = "0.12 USD /kWh"
pue = 1.3

[supply.own.owned]
deployment = "small-h100"
server = "eight"
site = "hall"
purchase = { once = { servers = 1, ordered = "2027-03" } }
depreciation = { straight_line = { over = "5 years" } }
resale = { share = "10 % to 30 %" }
load = "60 %"

[strategy.api]
title = { en = "=API only", ja = "APIのみ" }
serve = [{ traffic = "chat", by = "acme/small" }]

[strategy.own]
serve = [{ traffic = "chat", by = "own" }, { traffic = "chat", by = "acme/small" }]
"#;

const PRICES: &str = r#"
source = "a price list"
as_of  = "2026-11-01"

[vendor.acme.llm.small]
rates = { input = "2 to 3 USD /Mtok", output = "10 USD /Mtok" }
"#;

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        desk.write("small.toml", SMALL);
        desk.write("prices.toml", PRICES);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokencast"));
        command.args(words).current_dir(self.folder.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(folder), "", &mut files);
        files
    }

    /// Names in the desk's folder, hidden ones too.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "stdout: {}\nstderr: {}", out(output), err(output));
    assert!(!err(output).contains("bug"), "{}", err(output));
}

/// Rows as maps from the header.
fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "dollars have two digits: {text}");
    format!("{whole}{part}").parse().unwrap()
}

const FILES: [&str; 21] = [
    "charts/break-even.png",
    "charts/break-even.svg",
    "charts/capacity.png",
    "charts/capacity.svg",
    "charts/components-monthly.png",
    "charts/components-monthly.svg",
    "charts/components.png",
    "charts/components.svg",
    "charts/convergence.png",
    "charts/convergence.svg",
    "charts/cumulative.png",
    "charts/cumulative.svg",
    "charts/distribution.png",
    "charts/distribution.svg",
    "charts/monthly.png",
    "charts/monthly.svg",
    "components.csv",
    "manifest.json",
    "monthly.csv",
    "run.log",
    "totals.csv",
];

#[test]
fn a_run_answers_and_leaves_its_files() {
    let desk = Desk::new();
    let run = desk.run(&["run", "small.toml", "-n", "500"]);
    ends(&run, 0);
    let text = out(&run);
    assert!(text.starts_with("Small, but whole\nThe cheapest on average is "), "{text}");
    for word in [
        "± s.e.",
        "CVaR95",
        "Pays off",
        "Never",
        "baseline",
        "FY2027 (8 months)",
        "500 paths · sobol · seed 1",
    ] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    let names: Vec<String> = desk.files("output/small").into_keys().collect();
    assert_eq!(names, FILES);
    assert_eq!(desk.names(), ["output", "prices.toml", "small.toml"], "nothing is left beside");
}

#[test]
fn tables_foot_to_the_last_cent() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "300"]), 0);
    let files = desk.files("output/small");
    let (monthly, components, totals) =
        (table(&files["monthly.csv"]), table(&files["components.csv"]), table(&files["totals.csv"]));
    assert_eq!(monthly.len(), 2 * 8);
    let mut differ = false;
    for row in &monthly {
        for (view, column) in [("cash", "cash_mean"), ("accrual", "accrual_mean")] {
            let of_month = |r: &&BTreeMap<String, String>| {
                r["strategy"] == row["strategy"] && r["month"] == row["month"] && r["view"] == view
            };
            let (total, parts): (Vec<_>, Vec<_>) =
                components.iter().filter(of_month).partition(|r| r["component"] == "Total");
            let sum: i64 = parts.iter().map(|r| cents(&r["mean"])).sum();
            assert_eq!(sum, cents(&total[0]["mean"]), "{view} of {} {}", row["strategy"], row["month"]);
            assert_eq!(sum, cents(&row[column]));
        }
        differ |= row["cash_mean"] != row["accrual_mean"];
        assert_eq!((row["currency"].as_str(), row["fiscal_year"].as_str()), ("USD", "FY2027"));
    }
    assert!(differ, "a purchase makes cash and accrual differ");
    let value = |strategy: &str, measure: &str, statistic: &str| {
        let found = |r: &&BTreeMap<String, String>| {
            r["strategy"] == strategy && r["measure"] == measure && r["statistic"] == statistic
        };
        totals.iter().find(found).map(|r| cents(&r["value"])).unwrap()
    };
    for strategy in ["api", "own"] {
        let months = monthly.iter().filter(|r| r["strategy"] == strategy);
        let last = months.clone().next_back().unwrap();
        assert_eq!(
            months.clone().map(|r| cents(&r["cash_mean"])).sum::<i64>(),
            value(strategy, "nominal", "mean")
        );
        assert_eq!(cents(&last["cumulative_mean"]), value(strategy, "nominal", "mean"));
    }
    let difference = value("own", "npv", "mean") - value("api", "npv", "mean");
    assert_eq!(value("own", "difference", "mean"), difference);
}

#[test]
fn what_looks_like_a_formula_is_only_text_and_numbers_stay_numbers() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "64"]), 0);
    let files = desk.files("output/small");
    assert!(!files["monthly.csv"].starts_with(b"\xef\xbb\xbf"), "ASCII needs no byte order mark");
    assert_eq!(table(&files["monthly.csv"])[0]["title"], "'=API only");
    let negative = table(&files["components.csv"]).into_iter().find(|r| r["mean"].starts_with('-'));
    assert_eq!(negative.unwrap()["component"], "Resale value");
    ends(&desk.run(&["run", "small.toml", "-n", "64", "--lang", "ja"]), 0);
    let files = desk.files("output/small");
    assert!(files["monthly.csv"].starts_with(b"\xef\xbb\xbf"), "Japanese needs one");
    assert_eq!(table(&files["monthly.csv"])[0]["title"], "APIのみ");
}

#[test]
fn the_manifest_vouches_for_every_file() {
    let desk = Desk::new();
    ends(
        &desk.run(&[
            "run",
            "small.toml",
            "-n",
            "100",
            "--seed",
            "7",
            "--draws",
            "--set",
            "traffic.chat.output_tokens=400",
        ]),
        0,
    );
    let files = desk.files("output/small");
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let hash =
        |bytes: &[u8]| Sha256::digest(bytes).iter().fold(String::new(), |text, b| text + &format!("{b:02x}"));
    let listed = manifest["outputs"].as_array().unwrap();
    assert_eq!(listed.len(), files.len() - 2, "all but the manifest and the log");
    for output in listed {
        assert_eq!(output["sha256"], hash(&files[output["file"].as_str().unwrap()]));
    }
    let inputs = manifest["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2);
    for input in inputs {
        assert_eq!(input["sha256"], hash(&fs::read(desk.path(input["file"].as_str().unwrap())).unwrap()));
    }
    assert_eq!(manifest["scenario"]["title"], "Small, but whole");
    assert_eq!((manifest["paths"].as_u64(), manifest["seed"].as_u64()), (Some(100), Some(7)));
    assert_eq!(manifest["set"][0], "traffic.chat.output_tokens=400");
    assert_eq!(manifest["figures_as_of"]["oldest"], "2026-11-01");
    let place = desk.folder.path().to_str().unwrap();
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "run.log") {
        let found = bytes.windows(place.len()).any(|window| window == place.as_bytes());
        assert!(!found, "{name} names a folder of this machine");
    }
}

#[test]
fn drawn_inputs_are_in_the_unit_as_written() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "2000", "--draws"]), 0);
    let rows = table(&desk.files("output/small")["inputs.csv"]);
    assert_eq!(rows.len(), 2000);
    let column = |name: &str| rows.iter().map(|r| r[name].parse::<f64>().unwrap()).collect::<Vec<_>>();
    // "A to B" is a 90 % interval; of 2000 draws 1800 ± 13.4 lie inside. Six standard errors: false alarm below 1e-8.
    for (name, low, high) in [
        ("vendor.acme.llm.small.rates.input [USD /Mtok]", 2.0, 3.0),
        ("traffic.chat.requests [/month]", 1e6, 2e6),
        ("traffic.chat.growth [% /month]", 1.0, 3.0),
        ("traffic.chat.input_tokens [tokens]", 800.0, 1200.0),
    ] {
        let inside = column(name).into_iter().filter(|x| (low..=high).contains(x)).count();
        assert!((1719..=1881).contains(&inside), "{name}: {inside} of 2000 inside");
    }
}

#[test]
fn threads_change_no_byte() {
    let desk = Desk::new();
    for (threads, folder) in [("1", "one"), ("2", "two")] {
        ends(
            &desk.run(&["run", "small.toml", "-n", "3000", "--threads", threads, "-o", folder, "--draws"]),
            0,
        );
    }
    let (mut one, mut two) = (desk.files("one"), desk.files("two"));
    let logs = (one.remove("run.log").unwrap(), two.remove("run.log").unwrap());
    assert_ne!(logs.0, logs.1, "only the log tells the threads");
    assert_eq!(one.len(), FILES.len()); // no log, and the draws
    for (name, bytes) in &one {
        assert!(*bytes == two[name], "{name} differs");
    }
}

#[test]
fn a_scenario_replaces_its_own_run_and_nothing_else() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "64", "--draws"]), 0);
    let first = desk.files("output/small");
    ends(&desk.run(&["run", "small.toml", "-n", "65"]), 0);
    let second = desk.files("output/small");
    assert_ne!(first["manifest.json"], second["manifest.json"]);
    assert!(!second.contains_key("inputs.csv"), "what only the old run wrote is gone");

    desk.write("output/small/notes.txt", "mine");
    let refused = desk.run(&["run", "small.toml", "-n", "64"]);
    ends(&refused, 3);
    assert!(err(&refused).contains("notes.txt") && err(&refused).contains("--force"), "{}", err(&refused));
    assert_eq!(desk.files("output/small").len(), second.len() + 1, "nothing was touched");

    desk.write("other.toml", SMALL);
    let refused = desk.run(&["run", "other.toml", "-n", "64", "-o", "output/small"]);
    ends(&refused, 3);
    fs::remove_file(desk.path("output/small/notes.txt")).unwrap();
    let refused = desk.run(&["run", "other.toml", "-n", "64", "-o", "output/small"]);
    ends(&refused, 3);
    assert!(err(&refused).contains("another scenario, `small.toml`"), "{}", err(&refused));
    ends(&desk.run(&["run", "other.toml", "-n", "64", "-o", "output/small", "--force"]), 0);
}

#[test]
fn foreign_folders_and_the_folder_one_is_in_are_safe() {
    let desk = Desk::new();
    fs::create_dir(desk.path("photos")).unwrap();
    desk.write("photos/cat.jpg", "cat");
    ends(&desk.run(&["run", "small.toml", "-n", "64", "-o", "photos"]), 3);
    for folder in [".", "..", "/", "prices.toml", "small.toml/x"] {
        ends(&desk.run(&["run", "small.toml", "-n", "64", "--force", "-o", folder]), 3);
    }
    assert_eq!(fs::read(desk.path("photos/cat.jpg")).unwrap(), b"cat");
    assert_eq!(desk.names(), ["photos", "prices.toml", "small.toml"]);
    fs::create_dir(desk.path("empty")).unwrap();
    ends(&desk.run(&["run", "small.toml", "-n", "300", "-o", "empty"]), 0);
    assert_eq!(desk.files("empty").len(), FILES.len());
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let desk = Desk::new();
    for (words, hint) in [
        (vec!["run", "small.toml", "--paths", "0"], "2 to 50,000,000"),
        (vec!["run", "small.toml", "--paths", "1000000000000"], "2 to 50,000,000"),
        (vec!["run", "small.toml", "--precision", "nan"], "0.5%"),
        (vec!["run", "small.toml", "--precision", "0"], "0.5%"),
        (vec!["run", "small.toml", "--threads", "0"], "1 to 1024"),
        (vec!["run", "small.toml", "--seed=-1"], "--seed"),
        (vec!["run"], "<SCENARIO>"),
        (vec!["rnu", "small.toml"], "unrecognized subcommand"),
        (vec!["list", "distribution"], "distributions"),
        (vec!["explain", "small.toml", "--strategy", "onw", "--month", "2027-04"], "did you mean `own`?"),
        (vec!["explain", "small.toml", "--strategy", "own", "--month", "2028-04"], "from 2027-04 to 2027-11"),
        (vec!["explain", "small.toml", "--strategy", "own", "--month", "April"], "from 2027-04 to 2027-11"),
        (vec!["explain", "small.toml", "--strategy", "own", "--month", "2027-04", "--path", "0"], "from 1"),
        (vec!["run", "small.toml", "--set", "traffic.chta.growth=1"], "did you mean `chat`?"),
        (vec!["run", "small.toml", "--set", "traffic"], "ADDRESS=VALUE"),
        (vec!["run", "small.toml", "--set", "months=\u{202e}"], "months"),
    ] {
        let output = desk.run(&words);
        ends(&output, 2);
        assert!(err(&output).contains(hint), "{words:?} says\n{}", err(&output));
        assert!(out(&output).is_empty(), "{words:?}");
    }
    assert!(!desk.path("output").exists());
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let desk = Desk::new();
    desk.write("bad.toml", SMALL.replace("growth ", "grwoth ").replace("/year\"", "/yaer\""));
    let text = err(&desk.run(&["check", "bad.toml"]));
    for word in
        ["did you mean `growth`?", "write \"8 % /year\"", "bad.toml:10:23", "bad.toml:14:1", "2 mistakes"]
    {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    let check = desk.run(&["check", "bad.toml", "--json"]);
    ends(&check, 2);
    let found: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(found["valid"], false);
    assert_eq!(found["diagnostics"].as_array().unwrap().len(), 2);
    ends(&desk.run(&["run", "bad.toml"]), 2);
    let check = desk.run(&["check", "small.toml"]);
    ends(&check, 0);
    assert_eq!(
        out(&check),
        "small.toml: 2 strategies, 1 traffic, 8 months, 7 uncertain inputs; nothing wrong\n"
    );
}

#[test]
fn garbage_is_refused_with_a_way_out() {
    let desk = Desk::new();
    let using = |file: &str| SMALL.replace("prices.toml", file);
    desk.write("latin.toml", b"title = \"caf\xe9\"\n");
    desk.write("utf16.toml", b"\xff\xfet\0i\0");
    desk.write("nul.toml", b"title = \"a\0b\"\n");
    desk.write(
        "random.toml",
        (0..4000_u32).map(|i| (i.wrapping_mul(2654435761) >> 24) as u8).collect::<Vec<u8>>(),
    );
    desk.write("empty.toml", "");
    desk.write("deep.toml", format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)));
    fs::File::create(desk.path("huge.toml")).unwrap().set_len(1 << 30).unwrap();
    fs::create_dir(desk.path("folder.toml")).unwrap();
    fs::create_dir(desk.path("inner")).unwrap();
    for (name, used) in [
        ("up", "../small.toml"),
        ("absolute", "/etc/hosts"),
        ("part", "latin.toml"),
        ("missing", "price.toml"),
    ] {
        desk.write(&format!("inner/{name}.toml"), using(used));
    }
    desk.write("missing.toml", using("price.toml"));
    desk.write("folder-part.toml", using("inner"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../prices.toml", desk.path("inner/link.toml")).unwrap();
        desk.write("inner/linked.toml", using("link.toml"));
        desk.write("device.toml", using("zero"));
        std::os::unix::fs::symlink("/dev/zero", desk.path("zero")).unwrap();
        assert!(Command::new("mkfifo").arg(desk.path("pipe.toml")).status().unwrap().success());
    }
    for (name, code, hint) in [
        ("nowhere.toml", 3, "there is no file"),
        ("smal.toml", 3, "did you mean `small.toml`?"),
        ("folder.toml", 3, "is a folder"),
        ("/", 3, "does not name a file"),
        ("/dev/zero", 3, "device"),
        ("latin.toml", 2, "byte 12 is 0xE9"),
        ("utf16.toml", 2, "UTF-16"),
        ("nul.toml", 2, "NUL byte at byte 10"),
        ("random.toml", 2, "UTF-8"),
        ("huge.toml", 2, "larger than 4 MB"),
        ("empty.toml", 2, "title"),
        ("deep.toml", 2, "error"),
        ("folder-part.toml", 2, "is a folder"),
        ("inner/up.toml", 2, "without `..`"),
        ("inner/absolute.toml", 2, "relative to the scenario's folder"),
        ("missing.toml", 2, "did you mean `prices.toml`?"),
        #[cfg(unix)]
        ("pipe.toml", 3, "pipe"),
        #[cfg(unix)]
        ("inner/linked.toml", 2, "link that leaves"),
        #[cfg(unix)]
        ("device.toml", 2, "link that leaves"),
    ] {
        let begun = Instant::now();
        let output = desk.run(&["check", name]);
        ends(&output, code);
        assert!(err(&output).contains(hint), "{name} says\n{}", err(&output));
        assert!(begun.elapsed() < Duration::from_secs(10), "{name} took {:?}", begun.elapsed());
    }
}

#[test]
fn windows_text_reads_like_any_other() {
    let desk = Desk::new();
    desk.write("small.toml", format!("\u{feff}{}", SMALL.replace('\n', "\r\n")));
    ends(&desk.run(&["check", "small.toml"]), 0);
}

#[test]
fn json_is_one_object_with_the_findings() {
    let desk = Desk::new();
    let run = desk.run(&["run", "small.toml", "-n", "200", "--json"]);
    ends(&run, 0);
    let found: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(found["strategies"].as_array().unwrap().len(), 2);
    let shares: f64 =
        found["strategies"].as_array().unwrap().iter().map(|s| s["cheapest_share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-12);
    assert!(found["strategies"][1]["difference"]["interval_95"][0].is_number());
    assert_eq!(found["compared_by"], "npv");
    assert_eq!(found["output"], "output/small");
}

#[test]
fn explained_amounts_foot_and_agree_with_the_tables() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "200"]), 0);
    let monthly = table(&desk.files("output/small")["monthly.csv"]);
    for strategy in ["api", "own"] {
        for month in ["2027-04", "2027-11"] {
            let explain = desk.run(&[
                "explain",
                "small.toml",
                "-n",
                "200",
                "--strategy",
                strategy,
                "--month",
                month,
                "--json",
            ]);
            ends(&explain, 0);
            let found: Value = serde_json::from_slice(&explain.stdout).unwrap();
            let row = monthly.iter().find(|r| r["strategy"] == strategy && r["month"] == month).unwrap();
            for (view, column) in [("cash", "cash_mean"), ("accrual", "accrual_mean")] {
                assert_eq!(
                    format!("{:.2}", found[view].as_f64().unwrap()),
                    row[column],
                    "{strategy} {month}"
                );
            }
            for component in found["components"].as_array().unwrap() {
                let amounts =
                    component["postings"].as_array().unwrap().iter().map(|p| p["amount"].as_f64().unwrap());
                assert!((amounts.sum::<f64>() - component["amount"].as_f64().unwrap()).abs() < 1e-6);
            }
        }
    }
    let text = out(&desk.run(&["explain", "small.toml", "--strategy", "api", "--month", "2027-05"]));
    for word in [
        "input tokens · acme/small",
        "traffic.chat.requests = ",
        "vendor.acme.llm.small.rates.input = ",
        "prices.toml:6",
        "a price list",
        "Cash of the month",
    ] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
}

#[test]
fn precision_is_pursued_or_5() {
    let desk = Desk::new();
    let reached = desk.run(&["run", "small.toml", "-n", "64", "--precision", "5%", "--json"]);
    ends(&reached, 0);
    let found: Value = serde_json::from_slice(&reached.stdout).unwrap();
    assert_eq!(found["precise"], true);
    assert!(found["paths"].as_u64().unwrap() >= 64);
}

/// The limits of gates are told, written and, for the strategy that they bind, the exit code.
#[test]
fn a_broken_gate_ends_with_4() {
    let desk = Desk::new();
    for (name, chosen, limit, code) in [
        ("kept", "own", "at_least = { p5 = \"100 %\" }", 0),
        ("broken", "own", "at_most = { mean = \"50 %\" }", 4),
    ] {
        let gate = format!(
            "extends = \"small.toml\"\nchosen = \"{chosen}\"\n[gate.served]\nmeasure = \"served_share\"\n\
             traffic = \"chat\"\nfrom = \"2027-06\"\n{limit}\n"
        );
        desk.write(&format!("{name}.toml"), gate);
        let run = desk.run(&["run", &format!("{name}.toml"), "-n", "200"]);
        ends(&run, code);
        assert!(out(&run).contains("served_share"), "{}", out(&run));
        let rows = table(&desk.files(&format!("output/{name}"))["gates.csv"]);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0]["from"].as_str(), rows[0]["until"].as_str()), ("2027-06", "2027-11"));
        assert_eq!((rows[0]["value"].as_str(), rows[0]["unit"].as_str()), ("100.000000000", "%"));
        assert_eq!(rows[0]["kept"], if code == 0 { "yes" } else { "no" });
        assert_eq!(err(&run).contains("a gate is broken: 1 limit"), code == 4, "{}", err(&run));
    }
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    let desk = Desk::new();
    for words in [vec!["run", "small.toml", "-n", "64"], vec!["list", "processes"], vec!["--help"]] {
        let mut child = desk.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}: {said}");
        assert!(!said.contains("error"), "{said}");
    }
    assert!(desk.path("output/small/manifest.json").exists(), "the files are there all the same");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_old_output() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "64"]), 0);
    let before = desk.files("output/small");
    let child = desk
        .command(&["run", "small.toml", "-n", "50000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    ends(&output, 130);
    assert!(out(&output).is_empty());
    assert!(err(&output).contains("interrupted; nothing was written"), "{}", err(&output));
    assert!(desk.files("output/small") == before);
    assert_eq!(fs::read_dir(desk.path("output")).unwrap().count(), 1, "nothing is left beside");
}

#[test]
fn color_and_quiet_do_as_told() {
    let desk = Desk::new();
    let colored = |words: &[&str]| out(&desk.run(words)).contains('\u{1b}');
    assert!(!colored(&["run", "small.toml", "-n", "64"]), "a pipe gets plain text");
    assert!(colored(&["run", "small.toml", "-n", "64", "--color", "always"]));
    let run = desk.run(&["run", "small.toml", "-n", "64", "--quiet"]);
    assert!(err(&run).is_empty() && !out(&run).is_empty());
}

#[test]
fn lists_name_everything_and_their_examples_are_not_empty() {
    let desk = Desk::new();
    let lists = desk.run(&["list", "--json"]);
    ends(&lists, 0);
    let lists: Value = serde_json::from_slice(&lists.stdout).unwrap();
    let names: Vec<&str> =
        lists["lists"].as_array().unwrap().iter().map(|l| l["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 18);
    for name in names {
        let output = desk.run(&["list", name, "--json"]);
        ends(&output, 0);
        let items: Value = serde_json::from_slice(&output.stdout).unwrap();
        let items = items[name].as_array().unwrap();
        assert!(!items.is_empty(), "{name}");
        let text = out(&desk.run(&["list", name]));
        for item in items {
            assert!(text.contains(item["name"].as_str().unwrap()), "{name}");
            let in_scenarios =
                !["weeks", "components", "charts", "measures", "gpus", "llms", "tokenizers"].contains(&name);
            assert_eq!(in_scenarios, item["example"].is_string(), "{name}: {item}");
        }
    }
}

#[test]
fn totals_hold_only_the_measures_that_list_knows() {
    let desk = Desk::new();
    ends(&desk.run(&["run", "small.toml", "-n", "64"]), 0);
    let list: Value = serde_json::from_slice(&desk.run(&["list", "measures", "--json"]).stdout).unwrap();
    let mut known: Vec<&str> =
        list["measures"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    // Measures of gates are listed with them, and stand in a file of their own.
    let of_gates = tokencast::finance::GAUGES.iter().map(|gauge| gauge.name);
    assert!(of_gates.clone().all(|name| known.contains(&name)));
    known.retain(|name| of_gates.clone().all(|gauge| gauge != *name));
    // No traffic of this scenario earns anything.
    let earned = ["revenue", "revenue_lost", "margin"];
    assert!(earned.iter().all(|name| known.contains(name)));
    known.retain(|name| !earned.contains(name));
    let totals = table(&desk.files("output/small")["totals.csv"]);
    let mut found: Vec<&str> = totals.iter().map(|r| r["measure"].as_str()).collect();
    known.sort_unstable();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, known);
}

#[test]
fn a_full_disk_is_input_output() {
    let desk = Desk::new();
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = desk.command(&["list"]).stdout(full).output().unwrap();
    ends(&output, 3);
    assert!(err(&output).contains("no space left"), "{}", err(&output));
}
