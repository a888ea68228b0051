//! What a replica is said to serve within its targets, by sizes alone.

use super::{Row, Table, Tolerance};
use crate::catalog::{GPUS, LLMS, OneText, described};
use crate::demand::Targets;
use crate::serving::{Lengths, Limit, Replica};

pub(super) const TABLE: Table = Table {
    name: "T15",
    title: "tokens a second and GPU of Qwen3-32B in 8 bits on H200 within targets",
    source: "aiconfigurator@095f58a (its README: 4,000 tokens in of which 500 are cached, 500 out, TTFT 300 ms, TPOT 10 ms), read 2026-11-22",
    defects: "not measured but computed there too; of the four ways to split the llm the best is compared, since theirs is not said; \
              their 684.79 with prompts and tokens on GPUs of their own is left out, which this program does not know",
    rows,
};

/// The most tokens out a second and GPU, of 1, 2, 4 and 8 GPUs.
fn best() -> Option<f64> {
    let each = [1, 2, 4, 8].map(|gpus| {
        let text = format!(
            "use = [\"{LLMS}\", \"{GPUS}\"]\n[deployment.one]\nllm = \"qwen3-32b\"\ngpu = \"h200\"\ngpus = {gpus}\n\
             weights = \"fp8\"\nkv_cache = \"fp8\"\ncapacity = \"roofline\"\n"
        );
        let all = described(&OneText("one.toml", &text), "one.toml").ok()?.definitions;
        let (_, deployment) = all.deployments.first()?;
        let llm = &all.llms.iter().find(|(id, _)| id.id == "qwen3-32b")?.1;
        let replica = Replica::new(deployment, llm, all.gpu(&deployment.gpu)).ok()?;
        let lengths = Lengths { input: 4000.0, cached: 0.125, output: 500.0 };
        let hours = |ms: f64| Some(ms / 3.6e6);
        let targets = Targets { ttft_hours: hours(300.0), tpot_hours: hours(10.0) };
        let most = replica.curve(lengths).within(targets, 1.0);
        (most.by != Limit::Missed).then(|| most.calls_per_hour / 3600.0 * 500.0 / f64::from(gpus))
    });
    each.into_iter().flatten().max_by(f64::total_cmp)
}

fn rows() -> Vec<Row> {
    let got = best().unwrap_or(f64::NAN);
    // The error that this program itself gives to sizes alone: log sd 0.35.
    vec![Row::new("everything on the same GPUs", 410.22, got, Tolerance::Share(0.35))]
}
