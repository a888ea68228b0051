//! From arguments and a scenario to the settings of a replay.

use std::path::PathBuf;

use crate::cli::args::{Input, Replay, StepArgs};
use crate::cli::capacity::{ASKED_ID, lengths_of, of_the_words};
use crate::cli::exit::{Exit, Stop};
use crate::cli::load::read_valid;
use crate::cli::terminal::Terminal;
use crate::cli::trace::TraceFile;
use crate::demand::Targets;
use crate::demand::trace::Length;
use crate::serving::replay::{Autoscaler, Failures, Goal, Measured, Replica, Router, Settings, StepTime};
use crate::serving::{self, Benchmark, Capacity, Deployment, Gpu, Lengths, Llm, MeasuredPoint};
use crate::text::did_you_mean;

/// What is known of a deployment and of a traffic.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub(super) id: String,
    pub(super) llm: String,
    pub(super) gpu: String,
    pub(super) gpus: f64,
    /// The kind of evidence for its capacity.
    pub(super) evidence: &'static str,
    /// Factors on its latencies that the error of the evidence stays below in one and in nine of ten cases.
    pub(super) errs: Option<[f64; 2]>,
    step: StepTime,
    /// What fits at once, in tokens and in requests.
    kv_tokens: u64,
    max_batch: u64,
    chunk_tokens: Option<u64>,
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

/// The deployment of the scenario, or the llm on GPUs in place of one.
pub(super) fn deployed(args: &Replay, terminal: &mut Terminal) -> Result<Option<Deployed>, Stop> {
    let (scenario, id) = match (&args.scenario, &args.deployment, &args.run.llm, &args.run.gpu) {
        (Some(scenario), Some(id), ..) => {
            if let Some(flag) = args.run.hardware.said() {
                return Err(wrong(
                    format!("`{flag}` belongs to --llm; a scenario says that itself"),
                    "use --set",
                ));
            }
            let input = Input { scenario: scenario.clone(), set: args.set.clone() };
            (read_valid(&input, terminal)?.1, id.clone())
        }
        (_, _, Some(llm), Some(gpu)) => {
            (of_the_words((llm, gpu), &args.run.hardware, terminal)?, ASKED_ID.to_owned())
        }
        _ => return Ok(None),
    };
    let all = &scenario.definitions;
    let Some((_, deployment)) = all.deployments.iter().find(|(known, _)| known.id == id) else {
        let known: Vec<&str> = all.deployments.iter().map(|(known, _)| known.id.as_str()).collect();
        return Err(unknown("deployment", &id, &known));
    };
    let Some((_, llm)) = all.llms.iter().find(|(known, _)| known.id == deployment.llm.id) else {
        let known: Vec<&str> = all.llms.iter().map(|(known, _)| known.id.as_str()).collect();
        return Err(unknown("llm", &deployment.llm.id, &known));
    };
    let traffic = args.traffic.as_ref().map(|wanted| {
        scenario
            .traffics
            .iter()
            .find(|(known, _)| known.id == *wanted)
            .map(|(_, traffic)| traffic)
            .ok_or_else(|| {
                let known: Vec<&str> = scenario.traffics.iter().map(|(known, _)| known.id.as_str()).collect();
                unknown("traffic", wanted, &known)
            })
    });
    let traffic = traffic.transpose()?;
    let tokens = traffic.map(|traffic| lengths_of(traffic, (&deployment.llm.id, llm), all)).transpose()?;
    let mean = mean_lengths(args, tokens, deployment)?;
    let known = Known::of(deployment, llm, all.gpu(&deployment.gpu), mean)?;
    let certain = deployment.capacity_error.known().is_some();
    let error = &deployment.capacity_error.distribution;
    Ok(Some(Deployed {
        id: if id == ASKED_ID { format!("{}-on-{}", deployment.llm.id, deployment.gpu.id) } else { id },
        llm: deployment.llm.id.clone(),
        gpu: deployment.gpu.id.clone(),
        gpus: deployment.gpus,
        evidence: deployment.capacity.kind(),
        errs: (!certain).then(|| [0.1, 0.9].map(|share| error.quantile(share))),
        // A certain error, if it is not 1, is known to be there.
        step: known.step.slower(deployment.capacity_error.known().unwrap_or(1.0)),
        kv_tokens: known.kv_tokens,
        max_batch: known.max_batch,
        chunk_tokens: deployment.setup.prefill_chunk.map(|chunk| chunk as u64),
        goal: traffic.map_or(Goal::default(), |traffic| {
            let Targets { ttft_hours, tpot_hours } = traffic.targets;
            Goal { ttft_s: ttft_hours.map(|h| 3600.0 * h), tpot_s: tpot_hours.map(|h| 3600.0 * h) }
        }),
        lengths: traffic.zip(tokens).map(|(traffic, tokens)| {
            (table(&traffic.input, tokens.input), table(&traffic.output, tokens.output))
        }),
    }))
}

/// What follows from the evidence of a deployment.
struct Known {
    step: StepTime,
    kv_tokens: u64,
    max_batch: u64,
}

impl Known {
    /// From the sizes of llm and GPU, corrected by what was measured; without sizes from a measured table alone.
    fn of(deployment: &Deployment, llm: &Llm, gpu: Option<&Gpu>, mean: Lengths) -> Result<Self, Stop> {
        if let Capacity::Stated { .. } = deployment.capacity {
            return Err(wrong(
                "a stated speed has no latencies",
                "let the capacity be \"roofline\" or `measured`, or give --base-step and --per-prompt-token",
            ));
        }
        let replica = serving::Replica::new(deployment, llm, gpu)
            .map_err(|mistake| wrong(mistake.message.clone(), mistake.help.join("; ")))?;
        let of_benchmark = |one: &Benchmark| {
            one.points.last().map_or(0.0, |point| point.concurrency * one.lengths.context())
        };
        let proven = deployment.capacity.benchmarks().iter().map(of_benchmark).fold(0.0, f64::max);
        let kv_tokens = replica.kv_tokens(mean).unwrap_or(0.0).max(proven) as u64;
        let max_batch = replica.most_at_once() as u64;
        if let Some(step) = replica.steps(mean) {
            return Ok(Self { step, kv_tokens, max_batch });
        }
        // Of several tables the one with the shortest requests disturbs its steps least by prompts.
        let measured = deployment.capacity.benchmarks().iter().filter(|one| one.points.len() > 1);
        let benchmark = measured.min_by(|a, b| a.lengths.context().total_cmp(&b.lengths.context()));
        let step = benchmark.and_then(|benchmark| {
            let points: Vec<Measured> = benchmark.points.iter().map(in_seconds).collect();
            StepTime::of_benchmark(benchmark.lengths.input, benchmark.lengths.output, &points)
        });
        let step = step.ok_or_else(|| {
            wrong(
                format!("the measurements of `{}` leave no time for a step", deployment.llm.id),
                "add the sizes of llm and GPU (builtin:llms/open-weights.toml, builtin:gpus/data-sheets.toml), or give \
                 --base-step and --per-prompt-token",
            )
        })?;
        Ok(Self { step, kv_tokens, max_batch })
    }
}

fn in_seconds(point: &MeasuredPoint) -> Measured {
    Measured {
        concurrency: point.concurrency,
        ttft_s: 3600.0 * point.ttft_hours,
        tpot_s: 3600.0 * point.tpot_hours,
    }
}

/// Mean lengths of what comes: of the trace's first requests, of the command line, of the traffic, or of the benchmark.
fn mean_lengths(args: &Replay, traffic: Option<Lengths>, deployment: &Deployment) -> Result<Lengths, Stop> {
    /// The first requests of a trace say how long the others are.
    const FIRST: usize = 10_000;
    if !is_synthetic(args) {
        let (mut input, mut output, mut count) = (0.0, 0.0, 0.0);
        for request in TraceFile::open(&args.trace, false)?.take(FIRST) {
            let request = request?;
            input += f64::from(request.input);
            output += f64::from(request.output);
            count += 1.0;
        }
        if count > 0.0 {
            return Ok(Lengths::new(input / count, output / count));
        }
    }
    let measured = deployment.capacity.benchmarks().first().map(|one| one.lengths);
    let of = |said: Option<f64>, traffic: Option<f64>, measured: Option<f64>| said.or(traffic).or(measured);
    let input =
        of(args.load.input_tokens, traffic.map(|tokens| tokens.input), measured.map(|lengths| lengths.input));
    let output = of(
        args.load.output_tokens,
        traffic.map(|tokens| tokens.output),
        measured.map(|lengths| lengths.output),
    );
    input.zip(output).map(|(input, output)| Lengths::new(input, output)).ok_or_else(no_lengths)
}

fn is_synthetic(args: &Replay) -> bool {
    args.trace.as_os_str() == "synthetic"
}

fn no_lengths() -> Stop {
    wrong(
        "how long synthetic requests are is not known",
        "say --input-tokens and --output-tokens, or --traffic",
    )
}

/// Equally likely lengths, a thousand and 24 of them, with this mean.
fn table(lengths: &crate::demand::Lengths, mean: f64) -> Length {
    const ROWS: usize = 1024;
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
    let step = step(given, deployed)?;
    if step.base_s <= 0.0 {
        return Err(wrong(
            "a step takes time",
            "say how much with --base-step, such as --base-step \"20 ms\"",
        ));
    }
    let lacks = |key: &str, what: &str| {
        wrong(
            format!("{what} is not known"),
            format!("say it with {key}, or name a SCENARIO and its --deployment, or an --llm and its --gpu"),
        )
    };
    let kv_tokens = given.kv_tokens.or(deployed.map(|deployed| deployed.kv_tokens));
    let max_batch = given.max_batch.or(deployed.map(|deployed| deployed.max_batch));
    Ok(Replica {
        step,
        kv_tokens: kv_tokens
            .ok_or_else(|| lacks("--kv-tokens", "what the memory for keys and values holds"))?,
        max_batch: max_batch.ok_or_else(|| lacks("--max-batch", "the largest batch"))?,
        chunk_tokens: given
            .chunk_tokens
            .or(deployed.and_then(|deployed| deployed.chunk_tokens))
            .unwrap_or(u64::MAX),
        prefix_cache: !given.no_prefix_cache,
        block_tokens: given.block_tokens,
        patience_s: args.fleet.patience,
    })
}

/// What the command line says of steps, over what the deployment says.
fn step(given: &StepArgs, deployed: Option<&Deployed>) -> Result<StepTime, Stop> {
    let known = deployed.map(|deployed| deployed.step);
    let of = |said: Option<f64>, known: Option<f64>, key: &str| {
        said.or(known).ok_or_else(|| {
            wrong(
                format!("how long a step takes is not known: {key} is missing"),
                "say it, or name a SCENARIO and its --deployment, or an --llm and its --gpu",
            )
        })
    };
    // Who says how long writing takes says all of it: a straight line in place of what is bent.
    let said = [given.base_step, given.per_sequence, given.per_context_token].iter().any(Option::is_some);
    Ok(StepTime {
        base_s: of(given.base_step, known.map(|step| step.base_s), "--base-step")?,
        per_sequence_s: given.per_sequence.or(known.map(|step| step.per_sequence_s)).unwrap_or(0.0),
        per_context_token_s: given
            .per_context_token
            .or(known.map(|step| step.per_context_token_s))
            .unwrap_or(0.0),
        per_prompt_token_s: of(
            given.per_prompt_token,
            known.map(|step| step.per_prompt_token_s),
            "--per-prompt-token",
        )?,
        per_prompt_token_squared_s: known
            .filter(|_| given.per_prompt_token.is_none())
            .map_or(0.0, |step| step.per_prompt_token_squared_s),
        bent: known.filter(|_| !said).and_then(|step| step.bent),
    })
}

/// The trace, or what stands for one.
pub(super) fn load(args: &Replay, deployed: Option<&Deployed>) -> Result<Load, Stop> {
    let given = &args.load;
    if !is_synthetic(args) {
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
        return Err(no_lengths());
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
