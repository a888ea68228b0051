//! Throughput and cost that follow from published latencies.

use super::{Row, Table, Tolerance};
use crate::catalog::{GPUS, LLMS, OneText, described};
use crate::demand::Targets;
use crate::serving::{Lengths, Replica};

pub(super) const TABLE: Table = Table {
    name: "T16",
    title: "requests a second of one replica from its latencies (Little's law)",
    source: "aiconfigurator silicon data of 2025-10-29, Llama 3.1 70B FP8 with vLLM, read 2026-11-22",
    defects: "",
    rows: throughput,
};

pub(super) const COST: Table = Table {
    name: "T4c",
    title: "money per million tokens out: $/GPU-hour over tokens per GPU-hour",
    source: "InferenceX-app@77ca49a (formula), read 2026-11-22; prices of GPUs as the table states them",
    defects: "$/Mtok of tokens out only; mixing kinds of tokens is the source's commonest mistake",
    rows: cost,
};

/// Concurrency, TTFT and TPOT in ms: four H100, and one H200.
const H100: [[f64; 3]; 5] = [
    [4.0, 80.0, 11.78],
    [8.0, 96.0, 12.11],
    [16.0, 121.0, 13.19],
    [32.0, 175.0, 16.49],
    [64.0, 256.0, 19.51],
];
const H200: [[f64; 3]; 5] = [
    [4.0, 203.0, 21.47],
    [8.0, 256.0, 22.56],
    [16.0, 316.0, 24.72],
    [32.0, 466.0, 33.19],
    [64.0, 730.0, 37.44],
];

/// A replica with this table, as a scenario would say it.
fn replica(gpu: &str, gpus: u32, points: &[[f64; 3]]) -> Option<Replica> {
    let points: Vec<String> = points
        .iter()
        .map(|[b, ttft, tpot]| format!("{{ concurrency = {b}, ttft = \"{ttft} ms\", tpot = \"{tpot} ms\" }}"))
        .collect();
    let text = format!(
        "use = [\"{LLMS}\", \"{GPUS}\"]\n[deployment.one]\nllm = \"llama-3.1-70b\"\ngpu = \"{gpu}\"\ngpus = {gpus}\n\
         weights = \"fp8\"\nkv_cache = \"fp8\"\n[deployment.one.capacity.measured]\ninput_tokens = 1024\n\
         output_tokens = 1024\npoints = [{}]\n",
        points.join(", ")
    );
    let found = described(&OneText("one.toml", &text), "one.toml").ok()?.definitions;
    let (_, deployment) = found.deployments.first()?;
    let (_, llm) = found.llms.iter().find(|(id, _)| id.id == deployment.llm.id)?;
    Replica::new(deployment, llm, found.gpu(&deployment.gpu)).ok()
}

/// Requests a second where a target of this many ms per token ends it.
fn per_second(replica: Option<&Replica>, tpot_ms: f64) -> f64 {
    let lengths = Lengths::new(1024.0, 1024.0);
    let targets = Targets { ttft_hours: None, tpot_hours: Some(tpot_ms * (1.0 + 1e-12) / 3.6e6) };
    replica.map_or(f64::NAN, |replica| replica.curve(lengths).within(targets, 1.0).calls_per_hour / 3600.0)
}

fn throughput() -> Vec<Row> {
    let h100 = replica("h100", 4, &H100);
    let expected = [0.3297, 0.6408, 1.1752, 1.8775, 3.1660];
    let mut rows: Vec<Row> = H100
        .iter()
        .zip(expected)
        .map(|([batch, _, tpot], expected)| {
            let got = per_second(h100.as_ref(), *tpot);
            Row::new(
                format!("four H100, {batch} in flight, requests /s"),
                expected,
                got,
                Tolerance::Absolute(5e-5),
            )
        })
        .collect();
    let got = per_second(replica("h200", 1, &H200).as_ref(), 37.44);
    rows.push(Row::new("one H200, 64 in flight, requests /s", 1.6397, got, Tolerance::Absolute(5e-5)));
    rows
}

fn cost() -> Vec<Row> {
    let four = per_second(replica("h100", 4, &H100).as_ref(), 19.51) * 1024.0 / 4.0;
    let one = per_second(replica("h200", 1, &H200).as_ref(), 37.44) * 1024.0;
    let per_mtok = |price: f64, tokens: f64| price / (tokens * 3600.0 / 1e6);
    vec![
        Row::new("four H100 at 64, tokens out /s and GPU", 810.5, four, Tolerance::Absolute(0.05)),
        Row::new(
            "four H100 at 3.99 USD /GPU-hour, USD /Mtok",
            1.367,
            per_mtok(3.99, four),
            Tolerance::Absolute(5e-4),
        ),
        Row::new("one H200 at 64, tokens out /s and GPU", 1679.0, one, Tolerance::Absolute(0.5)),
        Row::new(
            "one H200 at 4.50 USD /GPU-hour, USD /Mtok",
            0.744,
            per_mtok(4.50, one),
            Tolerance::Absolute(5e-4),
        ),
    ]
}
