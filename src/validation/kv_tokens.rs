//! How many tokens' keys and values fit beside the weights.

use super::{Row, Table, Tolerance};
use crate::catalog::{GPUS, LLMS, OneText, described};
use crate::serving::Memory;

pub(super) const DISTSERVE: Table = Table {
    name: "T9",
    title: "tokens of which keys and values fit on A100s",
    source: "DistServe simulator (OPT, 16 bits), read 2026-11-22",
    defects: "the share of memory that its engine used is not said; 92.5 % is what its six figures imply (92.0 to 93.0)",
    rows: distserve,
};

pub(super) const EXAMPLES: Table = Table {
    name: "KV",
    title: "tokens of which keys and values fit, thousands",
    source: "computed by hand from configs and data sheets, 2026-11-22: 90 % of the memory, 3.5 GB of each GPU kept free",
    defects: "printed to three digits",
    rows: examples,
};

/// Two llms of OPT: not built in, for nobody serves them any more.
const OPT: &str = r#"
[llm.opt-13b]
parameters = "12.85B"
layers = 40
hidden = 5120
attention = { gqa = { kv_heads = 40, head_dim = 128 } }
[llm.opt-66b]
parameters = "65.75B"
layers = 64
hidden = 9216
attention = { gqa = { kv_heads = 72, head_dim = 128 } }
"#;

/// Tokens that fit for a deployment with these keys.
fn tokens(llm: &str, gpu: &str, gpus: u32, more: &str) -> f64 {
    let text = format!(
        "use = [\"{LLMS}\", \"{GPUS}\"]\n{OPT}\n[deployment.one]\nllm = \"{llm}\"\ngpu = \"{gpu}\"\ngpus = {gpus}\n\
         capacity = \"roofline\"\n{more}\n"
    );
    let found = described(&OneText("one.toml", &text), "one.toml").map(|scenario| scenario.definitions);
    let tokens = found.ok().and_then(|all| {
        let (_, deployment) = all.deployments.first()?;
        let size = all.llms.iter().find(|(id, _)| id.id == llm)?.1.size.clone()?;
        let memory = Memory::of(&size, all.gpu(&deployment.gpu)?, &deployment.setup);
        Some(memory.tokens(&size, &deployment.setup, 1.0))
    });
    tokens.unwrap_or(f64::NAN)
}

fn distserve() -> Vec<Row> {
    let published = [
        ("opt-13b", 1, 66_144.0),
        ("opt-13b", 2, 163_008.0),
        ("opt-13b", 4, 356_736.0),
        ("opt-66b", 2, 11_600.0),
        ("opt-66b", 4, 78_496.0),
        ("opt-66b", 8, 212_304.0),
    ];
    let row = |(llm, gpus, expected): (&str, u32, f64)| {
        let used = "weights = \"bf16\"\nmemory_share = \"92.5 %\"\nmemory_reserve = \"0 GB\"";
        let got = tokens(llm, "a100", gpus, used);
        Row::new(format!("{llm} on {gpus} A100, tokens"), expected, got, Tolerance::Share(0.015))
    };
    published.into_iter().map(row).collect()
}

fn examples() -> Vec<Row> {
    let published = [
        ("llama-3.1-8b", "h100", 1, "bf16", "bf16", "", 400.0),
        ("llama-3.1-70b", "h100", 2, "fp8", "bf16", "", 203.0),
        ("llama-3.1-70b", "h100", 2, "fp8", "fp8", "", 405.0),
        ("llama-3.1-70b", "h200", 1, "fp8", "bf16", "", 161.0),
        ("llama-3.1-70b", "h200", 1, "fp8", "fp8", "", 322.6),
        ("llama-3.1-405b", "h100", 8, "fp8", "fp8", "", 551.0),
        ("deepseek-v3", "h200", 8, "fp8", "bf16", "attention_data_parallel = true", 4500.0),
        ("deepseek-v3", "h200", 8, "fp8", "bf16", "", 560.0),
    ];
    let row = |(llm, gpu, gpus, weights, kept, more, expected): (&str, &str, u32, &str, &str, &str, f64)| {
        let keys = format!("weights = \"{weights}\"\nkv_cache = \"{kept}\"\n{more}");
        let got = tokens(llm, gpu, gpus, &keys) / 1000.0;
        let spread = if more.is_empty() { "" } else { ", attention by request" };
        let what = format!("{llm} {weights}, kept in {kept}, on {gpus} {gpu}{spread}, k tokens");
        Row::new(what, expected, got, Tolerance::Share(0.006))
    };
    published.into_iter().map(row).collect()
}
