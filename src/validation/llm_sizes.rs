//! Bytes that a token keeps.

use super::{Row, Table, Tolerance};
use crate::catalog::built_in;

pub(super) const TABLE: Table = Table {
    name: "llms",
    title: "bytes of keys and values a token, 16 bits",
    source: "config.json of each llm, read 2026-11-22: 2 · layers · key-value heads · width, or layers · (latent + rotary)",
    defects: "gpt-oss: at the first 128 tokens, before half of its layers forget; Qwen3.5 keeps states that no such figure counts, so it is left out",
    rows,
};

fn rows() -> Vec<Row> {
    let published = [
        ("llama-3.1-8b", 131_072.0),
        ("llama-3.1-70b", 327_680.0),
        ("llama-3.1-405b", 516_096.0),
        ("llama-4-scout", 196_608.0),
        ("qwen3-8b", 147_456.0),
        ("qwen3-32b", 262_144.0),
        ("qwen3-30b-a3b", 98_304.0),
        ("qwen3-coder-480b-a35b", 253_952.0),
        ("gpt-oss-20b", 49_152.0),
        ("gpt-oss-120b", 73_728.0),
        ("deepseek-v3", 70_272.0),
        ("kimi-k2", 70_272.0),
        ("minimax-m2.5", 253_952.0),
        ("mixtral-8x7b", 131_072.0),
        ("mixtral-8x22b", 229_376.0),
        ("llm-jp-3-13b", 819_200.0),
        ("llm-jp-3-172b", 786_432.0),
        ("sarashina2.2-3b", 163_840.0),
        ("sarashina2-70b", 327_680.0),
    ];
    let llms = built_in().map(|scenario| scenario.definitions.llms).unwrap_or_default();
    let row = |(id, expected): (&str, f64)| {
        let size = llms.iter().find(|(known, _)| known.id == id).and_then(|(_, llm)| llm.size.as_ref());
        let got = size.map_or(f64::NAN, |size| 2.0 * size.kept(1.0));
        Row::new(format!("{id}, bytes"), expected, got, Tolerance::Absolute(0.0))
    };
    published.into_iter().map(row).collect()
}
