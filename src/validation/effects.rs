//! Closed forms of what changes a step of decoding.

use super::{Row, Table, Tolerance};
use crate::catalog::built_in;
use crate::serving::{Roofline, Speculation};

pub(super) const TABLE: Table = Table {
    name: "effects",
    title: "speculative decoding and experts",
    source: "(1 − α^(γ+1)) / (1 − α) tokens a step; 1 − (1 − k/E)^B of the experts (closed forms, computed 2026-11-22)",
    defects: "both take guesses and tokens as independent",
    rows,
};

fn rows() -> Vec<Row> {
    let guess = |draft_tokens: f64, acceptance: f64| {
        Speculation { draft_tokens, acceptance, draft_cost: 0.0 }.tokens_a_step()
    };
    let llms = built_in().map(|scenario| scenario.definitions.llms).unwrap_or_default();
    let deepseek = llms.iter().find(|(id, _)| id.id == "deepseek-v3").and_then(|(_, llm)| llm.size.clone());
    let experts =
        |tokens: f64| deepseek.as_ref().map_or(f64::NAN, |size| Roofline::experts_read(size, tokens));
    let near = Tolerance::Absolute(5e-4);
    vec![
        Row::new("4 guesses of which 70 % are right, tokens a step", 2.7731, guess(4.0, 0.7), near),
        Row::new("4 guesses of which 80 % are right, tokens a step", 3.3616, guess(4.0, 0.8), near),
        Row::new("1 guess that is right in half, tokens a step", 1.5, guess(1.0, 0.5), near),
        Row::new("8 of 256 experts, 1 token, share read", 0.031_25, experts(1.0), near),
        Row::new("8 of 256 experts, 64 tokens, share read", 0.8689, experts(64.0), near),
    ]
}
