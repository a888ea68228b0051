//! Months until a bought machine has cost less than an API (Pan et al.), by the whole engine.

use super::whole::found;
use super::{Row, Table, Tolerance};

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
    let files = [("break-even-llama-70b.toml", SCENARIOS[3].1)];
    let found = found(text, &files, &[format!("baseline={baseline}")])?;
    found.strategies.first()?.break_even.as_ref()?.p50
}
