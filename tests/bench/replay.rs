//! How many requests a replay takes in a minute of wall clock, on one core: `cargo bench --bench replay`.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench measures time and says it")]

use std::convert::Infallible;
use std::time::Instant;

use tokencast::demand::trace::{Length, Request, Synthetic};
use tokencast::serving::replay::{Goal, Replica, Router, Settings, StepTime, replay};

/// One of two GPUs with a 70B llm, more or less: 20 ms a step, 0.1 ms a token of a prompt.
fn settings(replicas: u64, prefix_cache: bool) -> Settings {
    let step = StepTime {
        base_s: 0.02,
        per_sequence_s: 5e-5,
        per_context_token_s: 4e-8,
        per_prompt_token_s: 1e-4,
        per_prompt_token_squared_s: 0.0,
        bent: None,
    };
    let replica = Replica {
        step,
        kv_tokens: 320_000,
        max_batch: 128,
        chunk_tokens: 2048,
        prefix_cache,
        block_tokens: 512,
        patience_s: None,
    };
    Settings {
        replica,
        replicas,
        router: if prefix_cache { Router::PrefixAffine } else { Router::LeastLoaded },
        queue: None,
        autoscaler: None,
        failures: None,
        goal: Goal { ttft_s: Some(2.0), tpot_s: Some(0.06) },
        seed: 1,
        until_s: None,
    }
}

/// Lengths of the Azure conversation trace of 2023: 1,155 tokens in, 211 out (Azure Public Dataset, CC BY 4.0).
fn chat(rate: f64, count: u64) -> Synthetic {
    let (input, output) =
        (Length::LogNormal { mean: 1155.0, cv: 0.95 }, Length::LogNormal { mean: 211.0, cv: 0.77 });
    Synthetic::new(rate, 1.1, input, output, count, 1)
}

/// Conversations that begin with one of a few system prompts and grow.
fn with_blocks(rate: f64, count: u64) -> impl Iterator<Item = Request> {
    chat(rate, count).enumerate().map(|(place, mut request)| {
        request.input *= 6;
        let (family, own) = (place as u64 % 40, 1_000_000 + 64 * (place as u64 % 5_000));
        let hash = |k: u64| if k < 4 { 100 * family + k } else { own + k };
        request.blocks = (0..u64::from(request.input) / 512).map(hash).collect();
        request
    })
}

fn measure(what: &str, settings: &Settings, trace: impl Iterator<Item = Request>) {
    let begun = Instant::now();
    let Ok(found) = replay(settings, trace.map(Ok::<_, Infallible>));
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{what:44} {:>9} requests {seconds:7.2} s {:>7.1} M/minute   batch {:5.1}  busy {:4.0}%  cached {:3.0}%",
        found.arrived,
        60e-6 * found.arrived as f64 / seconds,
        found.mean_batch(),
        100.0 * found.busy(),
        100.0 * found.cached(),
    );
}

fn main() {
    let count = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    measure("one replica, busy", &settings(1, false), chat(4.2, count));
    measure("one replica, overloaded", &settings(1, false), chat(8.0, count));
    measure("eight replicas, least loaded", &settings(8, false), chat(33.0, count));
    measure("a hundred replicas, least loaded", &settings(100, false), chat(420.0, count));
    measure("one replica, long prompts, prefix cache", &settings(1, true), with_blocks(1.8, count));
    measure("eight replicas, prefix cache and affinity", &settings(8, true), with_blocks(14.0, count));
}
