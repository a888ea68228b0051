//! Capacity from measurements, against points published with their arithmetic.

use tokencast::demand::Targets;
use tokencast::demand::trace::{Length, Synthetic};
use tokencast::document::TableOf;
use tokencast::lanes::Slot;
use tokencast::process::Lookup;
use tokencast::serving::replay::{Outcome, Settings, StepTime, Steps};
use tokencast::serving::{
    Asked, Bound, CallTokens, CapacityOf, Deployment, EVIDENCE, Fleet, Gpu, Lengths, Limit, Llm,
    MeasuredPoint, Replica, Surface,
};
use tokencast::units;
use tokencast::world::Builder;

use super::support::{bad, builder, certain, close, good, near, number};

/// Concurrency, TTFT and TPOT in ms of Llama 3.1 70B FP8 with vLLM, 1024 tokens in and out, H100 TP4
/// (`silicon_sample.csv`, read 2026-11-22).
const H100_TP4: [(f64, f64, f64); 5] = [
    (4.0, 80.0, 11.78),
    (8.0, 96.0, 12.11),
    (16.0, 121.0, 13.19),
    (32.0, 175.0, 16.49),
    (64.0, 256.0, 19.51),
];
/// The same on one H200.
const H200_TP1: [(f64, f64, f64); 5] = [
    (4.0, 203.0, 21.47),
    (8.0, 256.0, 22.56),
    (16.0, 316.0, 24.72),
    (32.0, 466.0, 33.19),
    (64.0, 730.0, 37.44),
];

fn deployment(points: &[(f64, f64, f64)], gpus: usize, error: &str) -> Deployment {
    let points: Vec<_> = points
        .iter()
        .map(|(b, ttft, tpot)| format!("{{ concurrency = {b}, ttft = \"{ttft} ms\", tpot = \"{tpot} ms\" }}"))
        .collect();
    let measured = format!(
        "{{ measured = {{ input_tokens = 1024, output_tokens = 1024, points = [{}] }} }}",
        points.join(", ")
    );
    good(
        &TableOf(Deployment::read),
        &format!(
            "{{ llm = \"llama\", gpu = \"h\", gpus = {gpus}, capacity = {measured}, capacity_error = {error} }}"
        ),
    )
}

/// An llm and a GPU of which nothing is known.
fn unknown() -> Llm {
    good(&TableOf(Llm::read), "{}")
}

/// Targets in ms.
fn targets(ttft: Option<f64>, tpot: Option<f64>) -> Targets {
    let hours = |ms: f64| ms / 3.6e6;
    Targets { ttft_hours: ttft.map(hours), tpot_hours: tpot.map(hours) }
}

/// Calls per replica and hour with these tokens per call, under a target of so many ms.
fn calls_per_hour(
    deployment: &Deployment,
    input: f64,
    output: f64,
    ttft: Option<f64>,
    tpot: Option<f64>,
) -> f64 {
    let mut world = builder(1);
    let tokens = CallTokens {
        input: world.constant(input),
        cached: None,
        output: world.constant(output),
        faster: None,
        mean: Lengths::new(input, output),
    };
    let slot = deployment.calls_per_hour(&unknown(), None, targets(ttft, tpot), tokens, &mut world).unwrap();
    certain(world, slot, 1)[0]
}

/// Little's law `X = B / (TTFT + (OSL − 1) · TPOT)`, computed from the published points to four digits.
#[test]
fn throughput_follows_from_measured_latencies() {
    let h100 = deployment(&H100_TP4, 4, "1");
    for ((_, _, tpot), expected) in H100_TP4.iter().zip([0.3297, 0.6408, 1.1752, 1.8775, 3.1660]) {
        // A target just met by a point bounds the batch at that point.
        let found = calls_per_hour(&h100, 1024.0, 1024.0, None, Some(tpot * (1.0 + 1e-12))) / 3600.0;
        near(found, expected, 0.00005);
    }
    let h200 = deployment(&H200_TP1, 1, "1");
    near(calls_per_hour(&h200, 1024.0, 1024.0, None, None) / 3600.0, 1.6397, 0.00005);
}

/// `$/Mtok = ($/GPU-hour) / (tok/s/GPU · 3600 / 1e6)` (`SemiAnalysisAI/InferenceX-app@77ca49a`).
#[test]
fn a_token_costs_what_its_gpu_hours_cost() {
    let h100 = deployment(&H100_TP4, 4, "1");
    let tokens_per_gpu = calls_per_hour(&h100, 1024.0, 1024.0, None, None) / 3600.0 * 1024.0 / 4.0;
    near(tokens_per_gpu, 810.5, 0.05);
    near(3.99 / (tokens_per_gpu * 3600.0 / 1e6), 1.367, 0.0005);
    let h200 = deployment(&H200_TP1, 1, "1");
    let tokens_per_gpu = calls_per_hour(&h200, 1024.0, 1024.0, None, None) / 3600.0 * 1024.0;
    near(tokens_per_gpu, 1679.0, 0.5);
    near(4.50 / (tokens_per_gpu * 3600.0 / 1e6), 0.744, 0.0005);
}

#[test]
fn other_lengths_take_other_times() {
    let h200 = deployment(&H200_TP1, 1, "1");
    // Twice the input takes twice the prefill; one token of output needs no further one.
    close(calls_per_hour(&h200, 2048.0, 1.0, None, None), 64.0 * 3600.0 / 1.46, 1e-13);
    close(calls_per_hour(&h200, 512.0, 101.0, None, None), 64.0 * 3600.0 / (0.365 + 3.744), 1e-13);
    let wrong = deployment(&H200_TP1, 1, "1.25");
    close(
        calls_per_hour(&wrong, 512.0, 101.0, None, None) * 1.25,
        calls_per_hour(&h200, 512.0, 101.0, None, None),
        1e-13,
    );
}

#[test]
fn targets_bound_the_batch_between_points() {
    let deployment = deployment(&H200_TP1, 1, "1");
    let replica = Replica::new(&deployment, &unknown(), None).unwrap();
    let within = |ttft: Option<f64>, tpot: Option<f64>, input: f64| -> Bound {
        replica.curve(Lengths::new(input, 1024.0)).within(targets(ttft, tpot), 1.0)
    };
    let free = within(None, None, 1024.0);
    assert_eq!((free.point.concurrency, free.by), (64.0, Limit::Measured));
    // A target that a point just meets ends there; twice the input reaches the time of twice the TTFT.
    close(within(Some(466.0 * (1.0 + 1e-12)), None, 1024.0).point.concurrency, 32.0, 1e-9);
    let twice = within(Some(632.0 * (1.0 + 1e-12)), None, 2048.0);
    close(twice.point.concurrency, 16.0, 1e-9);
    assert_eq!(twice.by, Limit::Ttft);
    let mut before = 0.0;
    for tpot in 22..50 {
        let bound = within(None, Some(f64::from(tpot)), 1024.0);
        let now = bound.point.concurrency;
        assert!(now >= before && now <= 64.0);
        if now < 64.0 {
            close(bound.point.tpot_hours * 3.6e6, f64::from(tpot), 1e-9);
            assert_eq!(bound.by, Limit::Tpot);
        }
        before = now;
    }
    // The same in the language of errors: latencies that are a quarter longer meet a target that is a quarter longer.
    let curve = replica.curve(Lengths::new(1024.0, 1024.0));
    let (slow, fast) =
        (curve.within(targets(None, Some(40.0)), 1.25), curve.within(targets(None, Some(32.0)), 1.0));
    close(slow.point.concurrency, fast.point.concurrency, 1e-9);
    close(slow.calls_per_hour * 1.25, fast.calls_per_hour, 1e-9);
    assert_eq!(within(None, Some(20.0), 1024.0).by, Limit::Missed);
    let asked = |faster: f64| Asked {
        targets: targets(None, Some(20.0)),
        mean: Lengths::new(1024.0, 1024.0),
        cached: false,
        faster: [1.0, faster],
    };
    assert_eq!(deployment.surface(&unknown(), None, asked(1.0)).unwrap_err().code, "targets-too-tight");
    assert!(deployment.surface(&unknown(), None, asked(2.0)).is_ok(), "drafts would meet it");
}

#[test]
fn latencies_may_stay_the_same_between_points() {
    let flat = [(4.0, 80.0, 10.0), (8.0, 80.0, 10.0), (16.0, 80.0, 12.0)];
    let deployment = deployment(&flat, 1, "1");
    let curve = Replica::new(&deployment, &unknown(), None).unwrap().curve(Lengths::new(1024.0, 1024.0));
    let bound = curve.within(targets(Some(80.0 * (1.0 + 1e-12)), Some(11.0)), 1.0);
    assert!(bound.point.concurrency > 8.0 && bound.point.concurrency < 16.0);
    close(bound.point.tpot_hours * 3.6e6, 11.0, 1e-9);
}

const BIG: &str = "{ parameters = \"70.55B\", layers = 80, hidden = 8192, \
                   attention = { gqa = { kv_heads = 8, head_dim = 128 } } }";
const MIXTURE: &str = "{ parameters = \"116.8B\", active_parameters = \"5.1B\", layers = 36, hidden = 2880, \
                       experts = { total = 128, active = 4 }, attention = { gqa = { kv_heads = 8, head_dim = 64, \
                       query_heads = 64, window = 128, full_layers = 18 } } }";
const LATENT: &str = "{ parameters = \"671B\", active_parameters = \"37B\", layers = 61, hidden = 7168, \
                      experts = { total = 256, active = 8 }, \
                      attention = { mla = { latent_dim = 512, rope_dim = 64, query_heads = 128, head_dim = 160 } } }";
const SHEET: &str = "{ memory = \"141 GB\", bandwidth = \"4800 GB /s\", bf16 = \"989 TFLOPS\", \
                     fp8 = \"1978 TFLOPS\", link = \"450 GB /s\" }";

/// A replica of one of these llms; `more` are further keys of the deployment.
fn replica(llm: &str, gpus: usize, more: &str) -> Replica {
    let (llm, gpu) = (good(&TableOf(Llm::read), llm), good(&TableOf(Gpu::read), SHEET));
    let text = format!("{{ llm = \"l\", gpu = \"g\", gpus = {gpus}, {more} }}");
    Replica::new(&good(&TableOf(Deployment::read), &text), &llm, Some(&gpu)).unwrap()
}

const FP8: &str = "weights = \"fp8\", kv_cache = \"fp8\", capacity = \"roofline\"";

/// More load, longer requests, fewer GPUs: never faster.
#[test]
fn the_roofline_is_monotone() {
    for (llm, gpus) in [(BIG, 2), (MIXTURE, 1), (LATENT, 8)] {
        let (one, two) = (replica(llm, gpus, FP8), replica(llm, 2 * gpus, FP8));
        for (input, output) in [(100.0, 1000.0), (2000.0, 200.0), (20_000.0, 500.0)] {
            let mut before = 0.0;
            for batch in [1.0, 2.0, 7.0, 30.0, 100.0] {
                let at = one.latency(batch, Lengths::new(input, output));
                assert!(at.tpot_hours >= before && at.tpot_hours > 0.0 && at.ttft_hours > at.tpot_hours);
                assert!(one.latency(batch, Lengths::new(2.0 * input, output)).tpot_hours >= at.tpot_hours);
                let kept = Lengths { cached: 0.5, ..Lengths::new(input, output) };
                assert!(one.latency(batch, kept).ttft_hours < at.ttft_hours);
                assert!(one.latency(batch, kept).tpot_hours <= at.tpot_hours);
                assert!(two.latency(batch, Lengths::new(input, output)).ttft_hours < at.ttft_hours);
                before = at.tpot_hours;
            }
        }
    }
}

/// What each way of saving does, and where it stops: fewer bits, guesses ahead, pieces of prompts.
#[test]
fn levers_of_a_deployment_pull_where_they_should() {
    let lengths = Lengths::new(1000.0, 500.0);
    let tpot = |more: &str, batch: f64| replica(BIG, 4, more).latency(batch, lengths).tpot_hours;
    let wide = "weights = \"bf16\", capacity = \"roofline\"";
    // Half the bytes of weights: nearly twice as fast alone, and never more than twice.
    let gain = tpot(wide, 1.0) / tpot("weights = \"fp8\", capacity = \"roofline\"", 1.0);
    assert!(gain > 1.3 && gain < 2.0, "{gain}");
    // 4-bit weights that are unpacked: a gain alone, a loss against 8 bits where multiplying decides.
    let four = "weights = \"int4\", kv_cache = \"fp8\", capacity = \"roofline\"";
    assert!(tpot(four, 1.0) < tpot(FP8, 1.0));
    assert!(tpot(four, 512.0) > tpot(FP8, 512.0));
    // Half the bytes of keys and values: twice as many requests fit.
    let most = |more: &str| replica(BIG, 4, more).most(lengths);
    let half = "weights = \"fp8\", kv_cache = \"fp8\", max_batch = 100000, capacity = \"roofline\"";
    let full = "weights = \"fp8\", max_batch = 100000, capacity = \"roofline\"";
    assert_eq!((most(half).1, most(full).1), (Limit::Memory, Limit::Memory));
    assert!((most(half).0 - 2.0 * most(full).0).abs() <= 1.0);
    // Guessing four tokens of which 70 % are right: (1 - 0.7^5) / 0.3 = 2.7731 tokens a step; less gained under load.
    let guess = |cost: f64| {
        format!("{FP8}, speculative_decoding = {{ draft_tokens = 4, acceptance = 0.7, draft_cost = {cost} }}")
    };
    let gain = |batch: f64| tpot(FP8, batch) / tpot(&guess(0.05), batch);
    assert!(gain(1.0) > 2.0 && gain(1.0) < 2.7731, "{}", gain(1.0));
    assert!(gain(256.0) < 0.7 * gain(1.0), "{}", gain(256.0));
    // Prompts in pieces share their steps with the others: the first token comes later, the others not sooner.
    let pieces = replica(BIG, 4, &format!("{FP8}, prefill_chunk = 256")).latency(64.0, lengths);
    let whole = replica(BIG, 4, FP8).latency(64.0, lengths);
    assert!(pieces.ttft_hours > whole.ttft_hours);
    close(pieces.tpot_hours, whole.tpot_hours, 1e-12);
}

/// `1 - (1 - k/E)^B` of the experts are read: with 256 of which 8 are taken, 87 % at 64 tokens.
#[test]
fn more_tokens_read_more_experts() {
    let llm = good(&TableOf(Llm::read), LATENT);
    let read = |tokens: f64| tokencast::serving::Roofline::experts_read(llm.size.as_ref().unwrap(), tokens);
    close(read(1.0), 8.0 / 256.0, 1e-12);
    near(read(64.0), 0.8689, 0.0001);
    // A mixture alone is fast for its size: it reads what one token needs, a dense llm of its size all.
    let alone = replica(MIXTURE, 1, FP8).latency(1.0, Lengths::new(100.0, 100.0)).tpot_hours;
    let together = replica(MIXTURE, 1, FP8).latency(64.0, Lengths::new(100.0, 100.0)).tpot_hours;
    assert!(together > 3.0 * alone, "{}", together / alone);
}

/// Measured points are met whatever the roofline says, at each pair of lengths; one point scales the whole roofline.
#[test]
fn what_was_measured_is_met() {
    let tables = "{ measured = { tables = [\
        { input_tokens = 1024, output_tokens = 1024, points = [\
          { concurrency = 4, ttft = \"200 ms\", tpot = \"20 ms\" }, { concurrency = 64, ttft = \"700 ms\", tpot = \"40 ms\" }] },\
        { input_tokens = 8192, output_tokens = 1024, weights = \"fp8\", points = [\
          { concurrency = 4, ttft = \"1 s\", tpot = \"26 ms\" }, { concurrency = 16, ttft = \"2 s\", tpot = \"47 ms\" }, \
          { concurrency = 32, ttft = \"3 s\", tpot = \"76 ms\" }] },\
        { input_tokens = 1024, output_tokens = 1024, weights = \"bf16\", points = [\
          { concurrency = 4, ttft = \"900 ms\", tpot = \"90 ms\" }, { concurrency = 64, ttft = \"990 ms\", tpot = \"99 ms\" }] }] } }";
    let found = replica(BIG, 1, &format!("weights = \"fp8\", kv_cache = \"fp8\", capacity = {tables}"));
    for (input, batch, ttft, tpot) in
        [(1024.0, 4.0, 200.0, 20.0), (1024.0, 64.0, 700.0, 40.0), (8192.0, 16.0, 2000.0, 47.0)]
    {
        let at = found.latency(batch, Lengths::new(input, 1024.0));
        close(at.ttft_hours * 3.6e6, ttft, 1e-9);
        close(at.tpot_hours * 3.6e6, tpot, 1e-9);
    }
    // Lengths between the two take times between the two.
    let at = found.latency(16.0, Lengths::new(3000.0, 1024.0)).tpot_hours * 3.6e6;
    assert!(at > 24.0 && at < 47.0, "{at}");
    let point = "{ one_point = { input_tokens = 1024, output_tokens = 1024, concurrency = 16, \
                  ttft = \"316 ms\", tpot = \"24.72 ms\" } }";
    let scaled = replica(BIG, 1, &format!("weights = \"fp8\", kv_cache = \"fp8\", capacity = {point}"));
    let bare = replica(BIG, 1, FP8);
    let ratio = |batch: f64, input: f64| {
        let lengths = Lengths::new(input, 1024.0);
        scaled.latency(batch, lengths).tpot_hours / bare.latency(batch, lengths).tpot_hours
    };
    close(scaled.latency(16.0, Lengths::new(1024.0, 1024.0)).tpot_hours * 3.6e6, 24.72, 1e-9);
    close(ratio(3.0, 500.0), ratio(40.0, 4000.0), 1e-9);
}

/// The table that the month loop looks up stays near the model that it was made from: within 1 % between its places where
/// a target binds, and exact at the mean.
#[test]
fn the_table_of_capacity_stays_near_the_model() {
    let found = replica(BIG, 2, FP8);
    let (mean, limits) = (Lengths::new(1100.0, 300.0), targets(Some(2000.0), Some(40.0)));
    let asked = Asked { targets: limits, mean, cached: true, faster: [1.0, 1.6] };
    let table = Surface::new(&found, asked, None).unwrap();
    let model = |lengths: Lengths, faster: f64, error: f64| {
        found.curve_with(lengths, faster).within(limits, error).calls_per_hour
    };
    for faster in [1.0, 1.6] {
        close(table.calls_per_hour(mean, faster, 1.0), model(mean, faster, 1.0), 1e-9);
    }
    let mut worst: f64 = 0.0;
    for (i, grow) in [0.4, 0.71, 0.9, 1.1, 1.37, 1.9, 3.3].into_iter().enumerate() {
        for (j, error) in [0.62, 0.85, 1.04, 1.2, 1.5].into_iter().enumerate() {
            let cached = 0.037 * (i + 2 * j) as f64;
            let lengths = Lengths { input: mean.input * grow, cached, output: mean.output / grow.sqrt() };
            let faster = 1.0 + 0.1 * i as f64;
            let (found, expected) =
                (table.calls_per_hour(lengths, faster, error), model(lengths, faster, error));
            worst = worst.max((found / expected - 1.0).abs());
        }
    }
    assert!(worst < 0.02, "{worst}");
}

fn speed(world: &mut Builder, text: &str) -> Slot {
    let text = format!("{{ llm = \"l\", gpu = \"h\", gpus = 1, capacity = {text}, capacity_error = 1 }}");
    let deployment = good(&TableOf(Deployment::read), &text);
    let tokens = CallTokens {
        input: world.constant(300.0),
        cached: None,
        output: world.constant(100.0),
        faster: None,
        mean: Lengths::new(300.0, 100.0),
    };
    deployment.calls_per_hour(&unknown(), None, Targets::default(), tokens, world).unwrap()
}

#[test]
fn a_stated_speed_counts_tokens_in_and_out() {
    let mut world = builder(1);
    let slot = speed(&mut world, "{ stated = { tokens = \"800 tokens /s\" } }");
    close(certain(world, slot, 1)[0], 7200.0, 1e-13);
}

#[test]
fn the_evidence_decides_the_error_where_nobody_says_it() {
    for (evidence, sigma) in EVIDENCE.iter().zip([0.05_f64, 0.11, 0.20, 0.35, 0.20]) {
        let capacity = evidence.example;
        let text = format!("{{ llm = \"l\", gpu = \"h\", gpus = 1, capacity = {capacity} }}");
        let error = good(&TableOf(Deployment::read), &text).capacity_error;
        close(error.distribution.quantile(0.5), 1.0, 1e-12);
        close(error.distribution.mean(), (0.5 * sigma * sigma).exp(), 1e-12);
        assert_eq!(error.origin.address, "x.capacity_error");
    }
}

#[test]
fn capacities_that_make_no_sense_are_refused() {
    let read = CapacityOf;
    for evidence in EVIDENCE {
        good(&read, evidence.example);
    }
    let measured = |points: &str| {
        format!("{{ measured = {{ input_tokens = 1, output_tokens = 2, points = [{points}] }} }}")
    };
    let point = |b: u32, ttft: u32, tpot: u32| {
        format!("{{ concurrency = {b}, ttft = \"{ttft} ms\", tpot = \"{tpot} ms\" }}")
    };
    for points in [
        point(4, 80, 10),
        format!("{}, {}", point(4, 80, 10), point(4, 90, 11)),
        format!("{}, {}", point(4, 80, 10), point(8, 70, 11)),
        format!("{}, {}", point(4, 80, 10), point(8, 80, 9)),
    ] {
        assert_eq!(bad(&read, &measured(&points)), ["points-not-rising"], "{points}");
    }
    assert_eq!(bad(&read, "{ stated = { tokens = \"1M tokens /month\" } }"), ["calendar-time"]);
    assert_eq!(bad(&read, "{ stated = { tokens = \"0 tokens /s\" } }"), ["not-positive"]);
    let rising = [point(0, 80, 10), point(8, 80, 11)].join(", ");
    assert_eq!(bad(&read, &measured(&rising)), ["not-positive"]);
    let idle = [point(4, 0, 10), point(8, 1, 11)].join(", ");
    assert_eq!(bad(&read, &measured(&idle)), ["not-positive"]);
    let text = "{ measured = { input_tokens = 0, output_tokens = 2, points = [] } }";
    assert_eq!(bad(&read, text), ["not-positive"]);
    assert_eq!(bad(&read, "\"guess\""), ["unknown-word"]);
    let both = format!("{{ measured = {{ csv = \"bench.csv\", points = [{}] }} }}", point(4, 80, 10));
    assert_eq!(bad(&read, &both), ["one-form"]);
    assert_eq!(bad(&read, "{ measured = { csv = \"observed.csv\" } }"), ["unknown-column"]);
}

#[test]
fn llms_and_gpus_that_make_no_sense_are_refused() {
    let read = TableOf(Llm::read);
    assert!(good(&read, "{}").size.is_none());
    let heads = "attention = { gqa = { kv_heads = 8, head_dim = 128 } }";
    assert_eq!(bad(&read, "{ parameters = \"8B\", layers = 32 }"), ["size-in-part"]);
    let size = |more: &str| format!("{{ parameters = \"8B\", layers = 32, hidden = 4096, {heads}, {more} }}");
    assert_eq!(bad(&read, &size("active_parameters = \"9B\"")), ["out-of-range"]);
    assert_eq!(bad(&read, &size("active_parameters = \"2B\"")), ["size-in-part"]);
    assert_eq!(
        bad(&read, &size("active_parameters = \"2B\", experts = { total = 8, active = 8 }")),
        ["not-below"]
    );
    let gpu = TableOf(Gpu::read);
    assert_eq!(
        bad(&gpu, "{ memory = \"0 GB\", bandwidth = \"1 GB /s\", bf16 = \"1 TFLOPS\" }"),
        ["not-positive"]
    );
}

#[test]
fn fleets_that_make_no_sense_are_refused() {
    let read = TableOf(Fleet::read);
    let fleet = good(&read, "{}");
    assert_eq!((fleet.utilization_target.known(), fleet.min_replicas), (Some(0.7), 1.0));
    assert_eq!(bad(&read, "{ min_replicas = 3, max_replicas = 2 }"), ["empty-range"]);
    assert_eq!(bad(&read, "{ min_replicas = 1.5 }"), ["not-whole"]);
    assert_eq!(bad(&read, "{ max_replicas = 2.5 }"), ["not-whole"]);
    assert_eq!(bad(&read, "{ spare_replicas = 0.5 }"), ["not-whole"]);
    assert_eq!(bad(&read, "{ utilization_target = 0 }"), ["not-positive"]);
    assert_eq!(number(&units::REPLICAS, "\"2 replicas\"").known(), Some(2.0));
}

#[test]
fn time_per_token_cannot_be_nothing() {
    let text = |error: &str| {
        format!(
            "{{ llm = \"l\", gpu = \"h\", gpus = 1, capacity = {}, capacity_error = {error} }}",
            EVIDENCE[4].example
        )
    };
    good(&TableOf(Deployment::read), &text("1.3"));
    assert_eq!(bad(&TableOf(Deployment::read), &text("0")), ["not-positive"]);
}

#[test]
fn a_measured_point_is_in_hours() {
    let deployment = deployment(&H200_TP1[..2], 1, "1");
    let measured = &deployment.capacity.benchmarks()[0];
    assert_eq!((measured.lengths, measured.points.len()), (Lengths::new(1024.0, 1024.0), 2));
    let MeasuredPoint { concurrency, ttft_hours, tpot_hours } = measured.points[0];
    assert_eq!(concurrency, 4.0);
    close(ttft_hours * 3.6e6, 203.0, 1e-13);
    close(tpot_hours * 3.6e6, 21.47, 1e-13);
}

/// A replica with these steps and memory for all, in seconds.
fn simulated(step: &StepTime, rate: f64, [input, output]: [f64; 2]) -> (Settings, Outcome) {
    let settings = Settings::of_steps(*step, 1_024);
    let trace = Synthetic::new(rate, 1.0, Length::Constant(input), Length::Constant(output), 6_000, 5);
    let Ok(found) =
        tokencast::serving::replay::replay(&settings, trace.map(Ok::<_, std::convert::Infallible>));
    (settings, found)
}

/// Mean time per further token, of all tokens.
fn tpot_s(found: &Outcome) -> f64 {
    (found.sums_s[2] - found.sums_s[0]) / (found.output_tokens - found.finished) as f64
}

/// Steps taken from the roofline and simulated one by one give the roofline's latencies back: as many requests in flight, the
/// same time per token. Dense and with experts, the second bent where more experts are read.
#[test]
fn steps_of_a_roofline_add_up_to_its_latencies() {
    for (llm, gpus, rates) in
        [(BIG, 4, [0.5, 3.0, 6.0]), (MIXTURE, 1, [0.5, 1.0, 2.0]), (LATENT, 8, [0.5, 2.0, 4.0])]
    {
        let replica = replica(llm, gpus, FP8);
        let lengths = Lengths::new(1_000.0, 300.0);
        let step = replica.steps(lengths).unwrap();
        for rate in rates {
            let (_, found) = simulated(&step, rate, [lengths.input, lengths.output]);
            // Whoever comes at random finds the mean, and is one more.
            let present = 1.0 + found.presence_s / found.span_s;
            let expected = 3_600.0 * replica.latency(present, lengths).tpot_hours;
            let ratio = tpot_s(&found) / expected;
            // Those in flight vary, and the curve bends: within a few percent of the curve at their mean.
            assert!((0.92..1.08).contains(&ratio), "{llm} {rate}: {ratio} at {present}");
        }
        let alone = 3_600.0 * replica.latency(1.0, lengths).ttft_hours;
        let (_, found) = simulated(&step, 0.01, [lengths.input, lengths.output]);
        // Half of the roofline's first token is its last step, which the replay takes within the prompt's.
        let first = found.means_s()[0] + step.decode(1, 1_000) - step.decode(0, 0);
        assert!((first / alone - 1.0).abs() < 0.05, "{llm}: {first} {alone}");
    }
}

/// What was measured comes back out of single steps; without sizes there is nothing to take apart.
#[test]
fn steps_of_a_measured_replica_give_back_what_was_measured() {
    let deployment = deployment(&H100_TP4, 4, "1");
    let unknown = Replica::new(&deployment, &unknown(), None).unwrap();
    assert_eq!(unknown.steps(Lengths::new(1_024.0, 1_024.0)), None);
    let points: Vec<_> = H100_TP4
        .iter()
        .map(|(b, ttft, tpot)| format!("{{ concurrency = {b}, ttft = \"{ttft} ms\", tpot = \"{tpot} ms\" }}"))
        .collect();
    let table = format!(
        "weights = \"fp8\", capacity = {{ measured = {{ input_tokens = 1024, output_tokens = 1024, points = [{}] }} }}",
        points.join(", ")
    );
    let replica = replica(BIG, 4, &table);
    let lengths = Lengths::new(1_024.0, 1_024.0);
    let step = replica.steps(lengths).unwrap();
    for (batch, _, tpot_ms) in H100_TP4 {
        // While each of the others writes its 1,024 tokens its prompt is read once.
        let reading = (batch - 1.0) / 1_024.0 * step.prompt_mean(0.0, 1_024.0);
        let found = 1_000.0 * (step.decode_mean(batch, batch * 1_536.0) + reading);
        assert!((found / tpot_ms - 1.0).abs() < 0.02, "{batch}: {found} {tpot_ms}");
    }
}

/// The queue in closed form with the replay's own steps, where it holds: Poisson arrivals, a batch for everybody.
#[test]
fn the_queue_with_the_same_steps_agrees_with_the_replay() {
    let replica = replica(BIG, 4, FP8);
    let step = replica.steps(Lengths::new(1_000.0, 300.0)).unwrap();
    for rate in [0.3, 1.0, 3.0] {
        let (settings, found) = simulated(&step, rate, [1_000.0, 300.0]);
        let theory = Steps { replica: settings.replica, cached: 0.0, input_cv2: 0.0 }
            .queue(1_000.0, 300.0, None)
            .at(rate);
        let [ttft, _, e2e] = found.means_s();
        for (what, found, said) in [
            ("ttft", ttft, theory.ttft),
            ("tpot", tpot_s(&found), theory.tpot),
            ("e2e", e2e, theory.response),
        ] {
            assert!((found / said - 1.0).abs() < 0.1, "{rate} {what}: {found} {said}");
        }
    }
}
