//! From arguments and a scenario to the settings of a replay.

use std::path::PathBuf;

use crate::cli::args::{Input, Replay};
use crate::cli::exit::{Exit, Stop};
use crate::cli::load::read_valid;
use crate::cli::terminal::Terminal;
use crate::demand::trace::Length;
use crate::demand::{Lengths, Targets};
use crate::serving::replay::{Autoscaler, Failures, Goal, Measured, Replica, Router, Settings, StepTime};
use crate::text::did_you_mean;

/// What a scenario says of a deployment and of a traffic.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub(super) id: String,
    pub(super) llm: String,
    pub(super) gpu: String,
    pub(super) gpus: f64,
    step: StepTime,
    /// What the benchmark held at once, in tokens and in requests.
    kv_tokens: u64,
    max_batch: u64,
    goal: Goal,
    lengths: Option<(Length, Length)>,
}

/// What comes.
#[derive(Clone, Debug)]
pub(super) enum Load {
    Trace { path: PathBuf, speed: f64, most: u64 },
    Synthetic { rate: f64, cv: f64, input: Length, output: Length, requests: u64, seed: u64 },
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Stop {
    Stop::new(Exit::Invalid, message).help(help)
}

fn unknown(what: &str, wanted: &str, known: &[&str]) -> Stop {
    let help = match did_you_mean(wanted, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    wrong(format!("the scenario has no {what} `{wanted}`"), help)
}

/// The deployment of the scenario.
pub(super) fn deployed(args: &Replay, terminal: &mut Terminal) -> Result<Option<Deployed>, Stop> {
    let (Some(scenario), Some(id)) = (&args.scenario, &args.deployment) else { return Ok(None) };
    let input = Input { scenario: scenario.clone(), set: args.set.clone() };
    let (_, scenario, _) = read_valid(&input, terminal)?;
    let all = &scenario.definitions.deployments;
    let Some((_, deployment)) = all.iter().find(|(known, _)| known.id == *id) else {
        let known: Vec<&str> = all.iter().map(|(known, _)| known.id.as_str()).collect();
        return Err(unknown("deployment", id, &known));
    };
    // Of several tables the one with the shortest requests disturbs its steps least by prompts.
    let measured = deployment.capacity.benchmarks().iter().filter(|one| one.points.len() > 1);
    let Some(benchmark) = measured.min_by(|a, b| a.lengths.context().total_cmp(&b.lengths.context())) else {
        return Err(wrong(
            format!(
                "the capacity of `{id}` is {}, and holds no table of latencies",
                deployment.capacity.kind()
            ),
            "name a deployment with `measured` capacity, or give --base-step and --per-prompt-token without a scenario",
        ));
    };
    let (input_tokens, output_tokens) = (benchmark.lengths.input, benchmark.lengths.output);
    let seconds = |point: &crate::serving::MeasuredPoint| Measured {
        concurrency: point.concurrency,
        ttft_s: 3600.0 * point.ttft_hours,
        tpot_s: 3600.0 * point.tpot_hours,
    };
    let points: Vec<Measured> = benchmark.points.iter().map(seconds).collect();
    let step = StepTime::of_benchmark(input_tokens, output_tokens, &points).ok_or_else(|| {
        wrong(
            format!("the benchmark of `{id}` leaves no time for a step"),
            "give --base-step without a scenario",
        )
    })?;
    let highest = points.iter().map(|point| point.concurrency).fold(1.0, f64::max);
    let mut found = Deployed {
        id: id.clone(),
        llm: deployment.llm.id.clone(),
        gpu: deployment.gpu.id.clone(),
        gpus: deployment.gpus,
        step,
        kv_tokens: (highest * (input_tokens + output_tokens)) as u64,
        max_batch: highest as u64,
        goal: Goal::default(),
        lengths: None,
    };
    if let Some(wanted) = &args.traffic {
        let Some((_, traffic)) = scenario.traffics.iter().find(|(known, _)| known.id == *wanted) else {
            let known: Vec<&str> = scenario.traffics.iter().map(|(known, _)| known.id.as_str()).collect();
            return Err(unknown("traffic", wanted, &known));
        };
        let Targets { ttft_hours, tpot_hours, .. } = traffic.targets;
        found.goal = Goal { ttft_s: ttft_hours.map(|h| 3600.0 * h), tpot_s: tpot_hours.map(|h| 3600.0 * h) };
        found.lengths = Some((table(&traffic.input_tokens), table(&traffic.output_tokens)));
    }
    Ok(Some(found))
}

/// Equally likely lengths, a thousand and 24 of them, with the mean that the traffic has on average.
fn table(lengths: &Lengths) -> Length {
    const ROWS: usize = 1024;
    let mean = lengths.mean.distribution.mean();
    let Some(spread) = &lengths.spread else { return Length::LogNormal { mean, cv: 0.87 } };
    let values: Vec<f64> = (0..ROWS).map(|k| spread.quantile((k as f64 + 0.5) / ROWS as f64)).collect();
    let found = values.iter().sum::<f64>() / ROWS as f64;
    Length::Values(values.into_iter().map(|value| value * mean / found).collect::<Vec<f64>>().into())
}

/// The settings.
pub(super) fn settings(args: &Replay, deployed: Option<&Deployed>) -> Result<Settings, Stop> {
    let replica = replica(args, deployed)?;
    let fleet = &args.fleet;
    let router =
        Router::ALL.into_iter().find(|(word, _)| *word == fleet.router).map_or(Router::default(), |(_, r)| r);
    if fleet.replicas > 10_000 || fleet.autoscale.is_some_and(|most| most > 10_000) {
        return Err(wrong(
            "more than 10,000 replicas",
            "replay a part of the load through a part of the fleet",
        ));
    }
    let goal = deployed.map(|deployed| deployed.goal).unwrap_or_default();
    let goal = Goal { ttft_s: args.ttft.or(goal.ttft_s), tpot_s: args.tpot.or(goal.tpot_s) };
    if args.find_load.is_some() && goal == Goal::default() {
        return Err(wrong(
            "--find-load needs a target",
            "say --ttft or --tpot, or --traffic with targets of its own",
        ));
    }
    let per_replica = fleet.per_replica.unwrap_or(0.7 * replica.max_batch as f64);
    if fleet.autoscale.is_some() && (per_replica <= 0.0 || fleet.scale_every <= 0.0) {
        return Err(wrong(
            "an autoscaler aims at some requests, and looks now and then",
            "let --per-replica and --scale-every be above 0",
        ));
    }
    if fleet.fails_every.is_some_and(|every| every < 60.0) || fleet.repair_median <= 0.0 {
        return Err(wrong("a replica that fails every minute serves nobody", "let --fails-every be longer"));
    }
    Ok(Settings {
        replica,
        replicas: fleet.replicas,
        router,
        queue: fleet.queue.map(|most| most as u64),
        autoscaler: fleet.autoscale.map(|most| Autoscaler {
            most,
            per_replica,
            every_s: fleet.scale_every,
            cold_start_s: fleet.cold_start,
            hold_s: fleet.hold,
        }),
        failures: fleet.fails_every.map(|every_s| Failures {
            every_s,
            repair_median_s: fleet.repair_median,
            repair_mean_s: fleet.repair_mean,
        }),
        goal,
        seed: args.load.seed,
        until_s: args.load.until,
    })
}

fn replica(args: &Replay, deployed: Option<&Deployed>) -> Result<Replica, Stop> {
    let given = &args.step;
    let of = |said: Option<f64>, part: fn(&StepTime) -> f64, key: &str| {
        said.or(deployed.map(|deployed| part(&deployed.step))).ok_or_else(|| {
            wrong(
                format!("how long a step takes is not known: {key} is missing"),
                "say it, or name a SCENARIO and its --deployment",
            )
        })
    };
    let step = StepTime {
        base_s: of(given.base_step, |step| step.base_s, "--base-step")?,
        per_sequence_s: of(
            given.per_sequence.or(Some(0.0).filter(|_| deployed.is_none())),
            |step| step.per_sequence_s,
            "",
        )?,
        per_context_token_s: of(
            given.per_context_token.or(Some(0.0).filter(|_| deployed.is_none())),
            |step| step.per_context_token_s,
            "",
        )?,
        per_prompt_token_s: of(given.per_prompt_token, |step| step.per_prompt_token_s, "--per-prompt-token")?,
        per_prompt_token_squared_s: 0.0,
    };
    if step.base_s <= 0.0 {
        return Err(wrong(
            "a step takes time",
            "say how much with --base-step, such as --base-step \"20 ms\"",
        ));
    }
    let lacks = |key: &str, what: &str| {
        wrong(
            format!("{what} is not known"),
            format!("say it with {key}, or name a SCENARIO and its --deployment"),
        )
    };
    let kv_tokens = given.kv_tokens.or(deployed.map(|deployed| deployed.kv_tokens));
    let max_batch = given.max_batch.or(deployed.map(|deployed| deployed.max_batch));
    Ok(Replica {
        step,
        kv_tokens: kv_tokens
            .ok_or_else(|| lacks("--kv-tokens", "what the memory for keys and values holds"))?,
        max_batch: max_batch.ok_or_else(|| lacks("--max-batch", "the largest batch"))?,
        chunk_tokens: given.chunk_tokens.unwrap_or(u64::MAX),
        prefix_cache: !given.no_prefix_cache,
        block_tokens: given.block_tokens,
        patience_s: args.fleet.patience,
    })
}

/// The trace, or what stands for one.
pub(super) fn load(args: &Replay, deployed: Option<&Deployed>) -> Result<Load, Stop> {
    let given = &args.load;
    if args.trace.as_os_str() != "synthetic" {
        if given.rate.is_some() || given.input_tokens.is_some() || given.output_tokens.is_some() {
            return Err(wrong(
                "a trace has its own times and lengths",
                "leave --rate and lengths out, or replay `synthetic`; --speed makes a trace faster",
            ));
        }
        if given.speed <= 0.0 {
            return Err(wrong("a trace that stands still never ends", "let --speed be above 0"));
        }
        return Ok(Load::Trace {
            path: args.trace.clone(),
            speed: given.speed,
            most: given.requests.unwrap_or(u64::MAX),
        });
    }
    let rate = given.rate.filter(|rate| *rate > 0.0).ok_or_else(|| {
        wrong("how many synthetic requests come is not known", "say it with --rate, such as --rate \"5 /s\"")
    })?;
    let said = |mean: Option<f64>, cv: f64| {
        mean.map(|mean| if cv == 0.0 { Length::Constant(mean) } else { Length::LogNormal { mean, cv } })
    };
    let of_traffic = deployed.and_then(|deployed| deployed.lengths.clone());
    let input = said(given.input_tokens, given.input_cv).or(of_traffic.clone().map(|lengths| lengths.0));
    let output = said(given.output_tokens, given.output_cv).or(of_traffic.map(|lengths| lengths.1));
    let (Some(input), Some(output)) = (input, output) else {
        return Err(wrong(
            "how long synthetic requests are is not known",
            "say --input-tokens and --output-tokens, or --traffic",
        ));
    };
    if given.cv > 50.0 {
        return Err(wrong("a burstiness above 50 is one burst and silence", "let --cv be smaller"));
    }
    Ok(Load::Synthetic {
        rate: rate * if given.speed > 0.0 { given.speed } else { 1.0 },
        cv: given.cv,
        input,
        output,
        requests: given.requests.unwrap_or(100_000),
        seed: given.seed,
    })
}
