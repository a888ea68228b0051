//! Tokens of Japanese text over those of the same text in English.

use super::{Row, Table, Tolerance};
use crate::catalog::{ASKED, OneText, described};

pub(super) const TABLE: Table = Table {
    name: "T6",
    title: "tokens of a text in another language over those in English, by the built-in tokenizers",
    source: "Petrov et al. 2023 (tokenization-fairness@365c3f8), totals over FLORES-200, read 2026-11-22. The built-in factors were \
             counted over other texts: the Universal Declaration of Human Rights and strings of user interfaces",
    defects: "another corpus, so 5 % apart at most; Chinese with cl100k (1.91 against 1.63) is not held against it: FLORES has longer texts \
              of it. What Qwen counts now is the vocabulary after the one of the source",
    rows,
};

fn rows() -> Vec<Row> {
    let text = "use = [\"builtin:llms/tokenizers.toml\"]\n";
    let built_in = described(&OneText(ASKED, text), ASKED).ok();
    let of = |tokenizer: &str, language: &str| {
        let all = &built_in.as_ref()?.definitions.tokenizers;
        let (_, tokenizer) = all.iter().find(|(id, _)| id.id == tokenizer)?;
        let (_, factor) = tokenizer.tokens.iter().find(|(id, _)| id.id == language)?;
        Some(factor.distribution.mean())
    };
    [
        ("r50k", "ja", 157_858.0 / 52_567.0),
        ("cl100k", "ja", 121_627.0 / 52_835.0),
        ("qwen", "ja", 78_212.0 / 53_726.0),
        ("cl100k", "ko", 2.380),
    ]
    .into_iter()
    .map(|(tokenizer, language, published)| {
        let got = of(tokenizer, language).zip(of(tokenizer, "en")).map_or(f64::NAN, |(of, en)| of / en);
        Row::new(format!("{tokenizer}, {language} over en"), published, got, Tolerance::Share(0.05))
    })
    .collect()
}
