//! The JSON Schema says what the decoders say: shipped files pass it, broken ones fail it wherever one file alone can show it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;
use serde_json::Value;
use tokencast::diagnostic::{Diagnostics, FileId};
use tokencast::document::{Node, Value as Held, parse_toml};
use tokencast::scenario::schema;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(toml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A tree as JSON; `None` where JSON has no such value (nan, dates).
fn json(node: &Node) -> Option<Value> {
    Some(match &node.value {
        Held::Text(text) => text.clone().into(),
        Held::Integer(number) => (*number).into(),
        Held::Float { value, .. } => serde_json::Number::from_f64(*value)?.into(),
        Held::Flag(flag) => (*flag).into(),
        Held::Date(_) => return None,
        Held::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Held::Table(table) => {
            let entry = |e: &tokencast::document::Entry| json(&e.node).map(|value| (e.key.clone(), value));
            Value::Object(table.entries.iter().map(entry).collect::<Option<_>>()?)
        }
    })
}

/// What the schema finds wrong with a text; `None` if the text is no TOML or has no JSON form.
fn judge(validator: &Validator, text: &str) -> Option<Vec<String>> {
    let mut mistakes = Diagnostics::new();
    let tree = parse_toml(FileId(0), text, &mut mistakes);
    if mistakes.has_errors() {
        return None;
    }
    let value = json(&tree)?;
    let mut found = Vec::new();
    validator.check(&validator.schema, &value, "", &mut found);
    Some(found)
}

/// The part of JSON Schema 2020-12 that the schema uses; any other keyword stops the test.
struct Validator {
    schema: Value,
    patterns: RefCell<BTreeMap<String, Regex>>,
}

impl Validator {
    fn new(schema: Value) -> Self {
        Self { schema, patterns: RefCell::default() }
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        patterns.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).unwrap()).is_match(text)
    }

    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let mut found = Vec::new();
        self.check(schema, value, "", &mut found);
        found.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        for (keyword, wants) in schema.as_object().unwrap() {
            let fine = match keyword.as_str() {
                "$schema"
                | "$defs"
                | "title"
                | "description"
                | "default"
                | "patternProperties"
                | "additionalProperties" => true,
                "$ref" => {
                    let root = &self.schema;
                    let name = wants.as_str().unwrap().strip_prefix("#/$defs/");
                    self.check(name.map_or(root, |name| &root["$defs"][name]), value, place, found);
                    true
                }
                "type" => match wants.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("type {other}"),
                },
                "enum" => wants.as_array().unwrap().contains(value),
                "pattern" => value.as_str().is_none_or(|text| self.matches(wants.as_str().unwrap(), text)),
                "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > wants.as_f64().unwrap()),
                "minimum" => value.as_f64().is_none_or(|number| number >= wants.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= wants.as_f64().unwrap()),
                "anyOf" => wants.as_array().unwrap().iter().any(|one| self.holds(one, value)),
                "required" => value.as_object().is_none_or(|table| {
                    wants.as_array().unwrap().iter().all(|key| table.contains_key(key.as_str().unwrap()))
                }),
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.check(wants, item, place, found);
                    }
                    true
                }
                "properties" => {
                    self.check_properties(schema, value, place, found);
                    true
                }
                other => panic!("keyword {other}"),
            };
            if !fine {
                found.push(format!("{place}: {keyword} {wants} refuses {value}"));
            }
        }
    }

    fn check_properties(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        for (key, inside) in value.as_object().into_iter().flatten() {
            let place = format!("{place}/{key}");
            let named = schema["properties"].get(key);
            let by_pattern = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
            let fitting = by_pattern.filter(|(pattern, _)| self.matches(pattern, key)).map(|(_, of)| of);
            match named.or_else(|| fitting.into_iter().next()) {
                Some(of) => self.check(of, inside, &place, found),
                None => found.push(format!("{place} is unknown")),
            }
        }
    }
}

#[test]
fn shipped_files_pass() {
    let validator = Validator::new(schema());
    let files = toml_files(&root().join("scenarios"));
    assert!(files.len() > 10);
    for file in files {
        let found = judge(&validator, &fs::read_to_string(&file).unwrap());
        assert_eq!(found, Some(Vec::new()), "{}", file.display());
    }
}

#[test]
fn examples_of_every_family_pass_and_their_misspellings_fail() {
    let validator = Validator::new(schema());
    let example = |text: &str| format!("[site.here]\nelectricity = {text}\n");
    let known = "{ geometric_brownian = { initial = \"25 JPY /kWh\", drift = \"0 % /year\", annual_volatility = \"20 %\" } }";
    assert_eq!(judge(&validator, &example(known)), Some(Vec::new()));
    for wrong in [
        known.replace("drift", "drfit"),
        known.replace("JPY /kWh", "JPY /kW"),
        known.replace("geometric_brownian", "geometric_brownien"),
        known.replace("initial = \"25 JPY /kWh\", ", "").replace("drift = \"0 % /year\", ", ""),
        "25".into(),
        "\"25 JPY\"".into(),
    ] {
        let found = judge(&validator, &example(&wrong)).unwrap();
        assert!(!found.is_empty(), "{wrong} passes");
    }
}

/// Mistakes that one file alone, or a grammar, cannot show.
const ONLY_CHECK_SEES: &[&str] = &[
    "absurd-number.toml",
    "announced-not-sold.toml",
    "another-gpu.toml",
    "autoscaler-in-months.toml",
    "balance-of-half-years.toml",
    "bands-mixed.toml",
    "bands-not-rising.toml",
    "budget-other-currency.toml",
    "cache-too-short.toml",
    "circular-parent.toml",
    "circular.toml",
    "commitment-by-the-day.toml",
    "commitment-of-ninety-days.toml",
    "commitment-without-term.toml",
    "contract-twice.toml",
    "contract-unknown-vendor.toml",
    "contract-with-nobody.toml",
    "correlation-key-behind.toml",
    "counted-twice.toml",
    "credit-before-the-start.toml",
    "csv-missing.toml",
    "csv-no-rows.toml",
    "csv-ragged.toml",
    "csv-text.toml",
    "csv-wrong-column.toml",
    "customers-leave-at-once.toml",
    "customers-share-above-one.toml",
    "customers-without-leave.toml",
    "deep/1.toml",
    "deep/2.toml",
    "deep/3.toml",
    "deep/4.toml",
    "deep/5.toml",
    "deep/6.toml",
    "deep/7.toml",
    "deep/8.toml",
    "deep/9.toml",
    "discount-above-one.toml",
    "extends-misspelt-id.toml",
    "extends-other-kind.toml",
    "failover-above-one.toml",
    "fault-without-repair.toml",
    "finances-two-currencies.toml",
    "fine.toml",
    "force-and-without.toml",
    "force-outside-scenario.toml",
    "force-unknown-hazard.toml",
    "forced-migration-unknown.toml",
    "gate-not-by-traffic.toml",
    "gate-other-currency.toml",
    "gate-outside-scenario.toml",
    "gate-unknown-traffic.toml",
    "gate-without-limit.toml",
    "gate-wrong-unit.toml",
    "given-by-two-parts.toml",
    "gpu-shortage-of-llms.toml",
    "gpu-shortage-of-nothing.toml",
    "hazard-no-chance.toml",
    "hazard-no-weight.toml",
    "hazard-runway-without-finances.toml",
    "hazard-two-chances.toml",
    "hazard-two-for-one-vendor.toml",
    "hazard-unknown-vendor.toml",
    "hazard-without-lasts.toml",
    "idle-above-load.toml",
    "impossible-correlation.toml",
    "interval-from-zero.toml",
    "interval-of-one-value.toml",
    "interval-upside-down.toml",
    "is-unknown.toml",
    "judge-retires.toml",
    "language-counted-twice.toml",
    "language-without-factor.toml",
    "languages-not-whole.toml",
    "lever-and-contract.toml",
    "lever-answers-no-life.toml",
    "lever-batch-twice.toml",
    "lever-drafts-not-told-apart.toml",
    "lever-hits-twice.toml",
    "lever-in-a-circle.toml",
    "lever-measured-falls.toml",
    "lever-measured-no-life.toml",
    "lever-measured-ragged.toml",
    "lever-nothing-waits.toml",
    "lever-on-unknown-traffic.toml",
    "lever-reuse-without-life.toml",
    "lever-size-without-sizes.toml",
    "lever-that-stops-replicas.toml",
    "lever-training-twice.toml",
    "lever-twice-on-supply.toml",
    "lever-twice.toml",
    "like-itself.toml",
    "like-nothing.toml",
    "llm-without-tokenizer.toml",
    "long-context-not-rising.toml",
    "margin-of-nothing.toml",
    "missing-exchange-rate.toml",
    "missing-key.toml",
    "missing-part.toml",
    "no-residency-fleet.toml",
    "no-residency.toml",
    "no-score.toml",
    "no-shed-cost.toml",
    "outage-availability-above-one.toml",
    "outage-of-years.toml",
    "outage-unknown-hit.toml",
    "parts/with-months.toml",
    "price-shock-of-supply.toml",
    "product-another-price.toml",
    "product-negative-users.toml",
    "product-score-unknown.toml",
    "product-tier-of-nothing.toml",
    "product-unknown-tier.toml",
    "product-without-price.toml",
    "rack-and-colocation.toml",
    "rack-of-unknown-size.toml",
    "rented-newsvendor-days.toml",
    "rented-newsvendor-unsold.toml",
    "rented-two-newsvendors.toml",
    "replaced-before-paid.toml",
    "revenue-without-users.toml",
    "scenario-key-in-part.toml",
    "seats-not-sold.toml",
    "several-vendors-reserved.toml",
    "several-vendors-unknown.toml",
    "share-above-one.toml",
    "share-of-broken.toml",
    "share-of-itself.toml",
    "share-of-no-users.toml",
    "share-of-nothing.toml",
    "sla-not-rising.toml",
    "sla-paid-in-weeks.toml",
    "sla-unclaimed.toml",
    "slow-autoscaler.toml",
    "spares-for-ever.toml",
    "spares-for-no-faults.toml",
    "spot-never-interrupted.toml",
    "spot-unsold.toml",
    "spot-without-cold-start.toml",
    "square-root-two-units.toml",
    "stored-for-no-time.toml",
    "stress-new-not-whole.toml",
    "stress-of-nothing.toml",
    "stress-other-kind.toml",
    "stress-scale-key.toml",
    "stress-scale-table.toml",
    "stress-unknown-id.toml",
    "stress-unknown-scale.toml",
    "stress-unknown-sold.toml",
    "switch-baseline-not-compared.toml",
    "switch-circular.toml",
    "switch-not-whole-months.toml",
    "switch-to-itself.toml",
    "switch-to-unknown.toml",
    "switch-two-limits.toml",
    "switch-unknown-migration.toml",
    "switch-unknown-offer.toml",
    "switch-unknown-vendor.toml",
    "switch-when-empty.toml",
    "text-in-no-unit.toml",
    "text-of-unknown-language.toml",
    "text-without-a-tokenizer.toml",
    "tier-not-sold.toml",
    "to-zero-stays.toml",
    "to-zero-without-cold-start.toml",
    "too-deep.toml",
    "training-cadence-too-short.toml",
    "training-canary-without-end.toml",
    "training-does-not-fit.toml",
    "training-half-a-month.toml",
    "training-judge-missing.toml",
    "training-labeling-without-price.toml",
    "training-unknown-teacher.toml",
    "training-without-cadence.toml",
    "training-without-score.toml",
    "training-without-size.toml",
    "two-parts/another.toml",
    "two-parts/one.toml",
    "underflow.toml",
    "units-at-no-rate.toml",
    "units-below-minimum.toml",
    "units-not-sold.toml",
    "units-off-step.toml",
    "unknown-baseline.toml",
    "unknown-contract.toml",
    "unknown-correlation.toml",
    "unknown-deployment.toml",
    "unknown-gpu-of-vendor.toml",
    "unknown-index.toml",
    "unknown-lever.toml",
    "unknown-like-in-use.toml",
    "unknown-llm.toml",
    "unknown-operations.toml",
    "unknown-supply.toml",
    "unknown-tokenizer.toml",
    "unknown-traffic.toml",
    "unknown-training.toml",
    "unknown-vendor-llm.toml",
    "unreadable/empty.toml",
    "unreadable/latin-1.toml",
    "unreadable/part-above-the-folder.toml",
    "unreadable/part-by-absolute-path.toml",
    "unreadable/part-of-a-gigabyte.toml",
    "unreadable/part-that-is-a-device.toml",
    "unreadable/part-that-is-a-folder.toml",
    "unreadable/part-that-is-a-pipe.toml",
    "unreadable/part-that-is-latin-1.toml",
    "unreadable/part-that-is-misspelt.toml",
    "unreadable/part-that-links-outside.toml",
    "week-empty.toml",
    "week-negative.toml",
    "week-short.toml",
    "week-text.toml",
    "window-of-reserved-units.toml",
    "window-without-end.toml",
    "windows-overlap.toml",
    "without-unknown-hazard.toml",
];

#[test]
fn broken_scenarios_fail_where_one_file_can_show_it() {
    let validator = Validator::new(schema());
    let mut passed = Vec::new();
    for file in toml_files(&root().join("tests/invalid")) {
        let name = file.strip_prefix(root().join("tests/invalid")).unwrap().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        if judge(&validator, &text).is_some_and(|found| found.is_empty()) {
            passed.push(name);
        }
    }
    passed.sort();
    assert_eq!(passed, ONLY_CHECK_SEES);
}

#[test]
fn the_shipped_schema_is_in_step() {
    let path = root().join("scenarios/scenario.schema.json");
    let now = serde_json::to_string(&schema()).unwrap() + "\n";
    if std::env::var_os("TOKENCAST_BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == now, "run the tests once with TOKENCAST_BLESS=1");
}

#[test]
fn every_shared_part_is_built_in_and_reachable_from_any_folder() {
    struct Nowhere(String);
    impl tokencast::scenario::Files for Nowhere {
        fn read(&self, path: &str) -> Result<String, tokencast::scenario::Unreadable> {
            assert_eq!(path, "elsewhere.toml", "only the scenario itself is read from a folder");
            Ok(self.0.clone())
        }
    }
    let scenarios = root().join("scenarios");
    let mut shipped: Vec<String> = ["gpus", "llms", "prices"]
        .iter()
        .flat_map(|folder| toml_files(&scenarios.join(folder)))
        .map(|path| path.strip_prefix(&scenarios).unwrap().to_string_lossy().into_owned())
        .collect();
    shipped.sort();
    let built_in: Vec<&str> = tokencast::scenario::PARTS.iter().map(|part| part.name).collect();
    assert_eq!(built_in, shipped);
    let text = "title = \"Elsewhere\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 3\n\
                use = [\"builtin:prices/openai.toml\"]\n[traffic.chat]\nrequests = \"1M /month\"\ninput_tokens = 800\n\
                output_tokens = 200\n[strategy.api]\nserve = [{ traffic = \"chat\", by = \"openai/terra\" }]\n";
    let loaded = tokencast::scenario::load(&Nowhere(text.into()), "elsewhere.toml", &[]);
    assert!(loaded.scenario.is_some(), "{:?}", loaded.diagnostics);
    let wrong = text.replace("openai.toml", "opneai.toml");
    let refused = tokencast::scenario::load(&Nowhere(wrong), "elsewhere.toml", &[]);
    let first = refused.diagnostics.errors().next().unwrap();
    assert_eq!(first.help, ["did you mean `builtin:prices/openai.toml`?"]);
}
