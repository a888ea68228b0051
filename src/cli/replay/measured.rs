//! Latencies by load as the measured table of a deployment.

use std::fmt::Write;

use super::setup::Deployed;
use crate::serving::replay::Search;
use crate::units::format_number;

/// The part, or none if fewer than two loads rise in everything.
///
/// A scenario judges targets at a point of the table and takes its throughput by Little's law. The latencies written are the
/// 90th percentiles, which targets speak of; the concurrency written is the rate that was served times the time of a request at
/// them, so that the throughput is the one that was found.
pub(super) fn part(
    deployed: &Deployed,
    search: &Search,
    (input, output): (f64, f64),
    replicas: f64,
    trace: &str,
) -> Option<String> {
    let best = search.best?;
    let mut points: Vec<[f64; 3]> = Vec::new();
    for load in &search.loads[..=best] {
        let found = &load.outcome;
        if found.finished == 0 || found.tpot_s.count() == 0 {
            continue;
        }
        let (ttft, tpot) = (found.ttft_s.quantiles(&[0.9])[0], found.tpot_s.quantiles(&[0.9])[0]);
        let concurrency = found.throughput() / replicas * (ttft + (output - 1.0) * tpot);
        let rises = points
            .last()
            .is_none_or(|last| concurrency > 1.01 * last[0] && ttft >= last[1] && tpot >= last[2]);
        if rises {
            points.push([concurrency, ttft, tpot]);
        }
    }
    if points.len() < 2 {
        return None;
    }
    let number = |value: f64| format_number(value, 6).replace(',', "");
    let mut text = format!(
        "# `{id}` as the replay of `{trace}` found it, written by `tokencast replay`. Latencies are 90th percentiles over all\n\
         # requests, their waiting included; the concurrency is the rate that was served times the time of a request at these\n\
         # latencies, so that the throughput of a row is the one that was found. Lengths are means of the trace.\n\
         source   = \"tokencast replay, {trace}\"\n\
         evidence = \"computed\"\n\n\
         [deployment.{id}-replayed]\nllm  = \"{}\"\ngpu  = \"{}\"\ngpus = {}\n\n\
         [deployment.{id}-replayed.capacity.measured]\ninput_tokens  = {}\noutput_tokens = {}\npoints = [\n",
        deployed.llm,
        deployed.gpu,
        deployed.gpus,
        number(input),
        number(output),
        id = deployed.id,
        trace = trace.replace(['"', '\\', '`', '\n'], "_"),
    );
    for [concurrency, ttft, tpot] in points {
        let _ = writeln!(
            text,
            "  {{ concurrency = {}, ttft = \"{} ms\", tpot = \"{} ms\" }},",
            number(concurrency),
            number(1000.0 * ttft),
            number(1000.0 * tpot)
        );
    }
    text.push_str("]\n");
    Some(text)
}
