//! Months until a bought machine has cost less than an API (Pan et al.), by the whole engine.

use super::{Row, Table, Tolerance};
use crate::analysis::findings;
use crate::engine::{Settings, simulate};
use crate::model::resolve;
use crate::scenario::{Files, PARTS, Unreadable, load};

pub(super) const TABLE: Table = Table {
    name: "T1",
    title: "months until a bought machine has cost less than an API",
    source: "Pan et al., arXiv 2509.18101, read 2026-11-22",
    defects: "the Gemini column contradicts the study's own prices and is left out; electricity only follows with 300 W \
              and 500 W a GPU; 8.648 is printed as 8.7, hence 0.06",
    rows,
};

const SCENARIOS: [(&str, &str, [f64; 4]); 5] = [
    ("Kimi K2", include_str!("../../scenarios/break-even-kimi-k2.toml"), [69.3, 8.7, 44.0, 44.0]),
    ("gpt-oss 120B", include_str!("../../scenarios/break-even-gpt-oss-120b.toml"), [30.9, 3.9, 19.8, 19.8]),
    ("GLM 4.5 Air", include_str!("../../scenarios/break-even-glm-4.5-air.toml"), [34.0, 4.3, 21.8, 21.8]),
    ("Llama 3.3 70B", include_str!("../../scenarios/break-even-llama-70b.toml"), [17.8, 2.3, 11.4, 11.4]),
    ("Qwen3 30B", include_str!("../../scenarios/break-even-qwen3-30b.toml"), [2.5, 0.3, 1.6, 1.6]),
];
const BASELINES: [(&str, &str); 4] =
    [("GPT-5", "gpt-5"), ("Opus 4", "opus-4"), ("Sonnet 4", "sonnet-4"), ("Grok 4", "grok-4")];

/// The scenarios, and the built-in parts in their folder.
struct Shipped(&'static str);

/// The name that a scenario is loaded by.
const NAME: &str = "break-even.toml";

impl Files for Shipped {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        let part = PARTS.iter().find(|part| part.name == path).map(|part| part.text);
        let llama = (path == "break-even-llama-70b.toml").then_some(SCENARIOS[3].1);
        let text = if path == NAME { Some(self.0) } else { part.or(llama) };
        text.map(str::to_owned).ok_or_else(|| Unreadable {
            code: "no-such-file",
            message: format!("there is no file `{path}`"),
            help: None,
        })
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (llm, text, printed) in SCENARIOS {
        for ((name, baseline), expected) in BASELINES.into_iter().zip(printed) {
            let got = months(text, baseline).unwrap_or(f64::NAN);
            rows.push(Row::new(
                format!("{llm} against {name}, months"),
                expected,
                got,
                Tolerance::Absolute(0.06),
            ));
        }
    }
    rows
}

fn months(text: &'static str, baseline: &str) -> Option<f64> {
    let scenario = load(&Shipped(text), NAME, &[format!("baseline={baseline}")]).scenario?;
    let model = resolve(&scenario).0?;
    let outcomes = simulate(&model, &Settings { paths: 2, ..Settings::default() }, &()).ok()?;
    findings(&model, outcomes).strategies.first()?.break_even.as_ref()?.p50
}
