//! Capacity from measurements, against points published with their arithmetic.

use tokencast::demand::Targets;
use tokencast::document::{Plugins, TableOf};
use tokencast::lanes::Slot;
use tokencast::process::Lookup;
use tokencast::serving::{Capacity, Deployment, EVIDENCE, Fleet, MeasuredPoint};
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

/// Calls per replica and hour with these tokens per call, under a target of so many ms.
fn calls_per_hour(
    deployment: &Deployment,
    input: f64,
    output: f64,
    ttft: Option<f64>,
    tpot: Option<f64>,
) -> f64 {
    let hours = |ms: f64| ms / 3.6e6;
    let targets = Targets { ttft_hours: ttft.map(hours), tpot_hours: tpot.map(hours) };
    let mut world = builder(1);
    let tokens = (world.constant(input), world.constant(output));
    let slot = deployment.calls_per_hour(targets, tokens, input, &mut world).unwrap();
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
    let within = |ttft: Option<f64>, tpot: Option<f64>, prefill: f64| {
        let hours = |ms: f64| ms / 3.6e6;
        let targets = Targets { ttft_hours: ttft.map(hours), tpot_hours: tpot.map(hours) };
        deployment.capacity.within(targets, prefill).unwrap().unwrap()
    };
    let free = within(None, None, 1.0);
    assert_eq!((free.point.concurrency, free.by), (64.0, "the highest concurrency measured"));
    // Half way from 32 to 64 in TTFT: 466 and 730 ms.
    let bound = within(Some(598.0), None, 1.0);
    close(bound.point.concurrency, 48.0, 1e-12);
    close(bound.point.tpot_hours * 3.6e6, 0.5 * (33.19 + 37.44), 1e-12);
    assert_eq!(bound.by, "ttft");
    // Twice the input reaches the same time at half the batch's: 2 · 316 ms at 16.
    close(within(Some(632.0), None, 2.0).point.concurrency, 16.0, 1e-12);
    // A quarter of the way from 16 to 32 in TPOT, though TTFT would allow more.
    let bound = within(Some(700.0), Some(24.72 + 0.25 * (33.19 - 24.72)), 1.0);
    close(bound.point.concurrency, 20.0, 1e-12);
    assert_eq!(bound.by, "tpot");
    let mut before = 0.0;
    for tpot in 22..50 {
        let now = within(None, Some(f64::from(tpot)), 1.0).point.concurrency;
        assert!(now >= before && now <= 64.0);
        before = now;
    }
    let hopeless = Targets { ttft_hours: None, tpot_hours: Some(20.0 / 3.6e6) };
    assert_eq!(deployment.capacity.within(hopeless, 1.0).unwrap_err().code, "targets-too-tight");
}

#[test]
fn latencies_may_stay_the_same_between_points() {
    let flat = [(4.0, 80.0, 10.0), (8.0, 80.0, 10.0), (16.0, 80.0, 12.0)];
    let deployment = deployment(&flat, 1, "1");
    let hours = |ms: f64| ms / 3.6e6;
    let targets = Targets { ttft_hours: Some(hours(80.0)), tpot_hours: Some(hours(11.0)) };
    let bound = deployment.capacity.within(targets, 1.0).unwrap().unwrap();
    close(bound.point.concurrency, 12.0, 1e-9);
}

fn speed(world: &mut Builder, text: &str) -> Slot {
    let text = format!("{{ llm = \"l\", gpu = \"h\", gpus = 1, capacity = {text}, capacity_error = 1 }}");
    let deployment = good(&TableOf(Deployment::read), &text);
    let tokens = (world.constant(300.0), world.constant(100.0));
    deployment.calls_per_hour(Targets::default(), tokens, 300.0, world).unwrap()
}

#[test]
fn a_stated_speed_counts_tokens_in_and_out() {
    let mut world = builder(1);
    let slot = speed(&mut world, "{ stated = { tokens = \"800 tokens /s\" } }");
    close(certain(world, slot, 1)[0], 7200.0, 1e-13);
}

#[test]
fn the_evidence_decides_the_error_where_nobody_says_it() {
    for (capacity, sigma) in [(EVIDENCE[0].example, 0.05_f64), (EVIDENCE[1].example, 0.20)] {
        let text = format!("{{ llm = \"l\", gpu = \"h\", gpus = 1, capacity = {capacity} }}");
        let error = good(&TableOf(Deployment::read), &text).capacity_error;
        close(error.distribution.quantile(0.5), 1.0, 1e-12);
        close(error.distribution.mean(), (0.5 * sigma * sigma).exp(), 1e-12);
        assert_eq!(error.origin.address, "x.capacity_error");
    }
}

#[test]
fn capacities_that_make_no_sense_are_refused() {
    let read = Plugins(EVIDENCE, "evidence of capacity");
    for evidence in EVIDENCE {
        good(&read, evidence.example);
    }
    let measured = |points: &str| {
        format!("{{ measured = {{ input_tokens = 1, output_tokens = 1, points = [{points}] }} }}")
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
    let text = "{ measured = { input_tokens = 0, output_tokens = 1, points = [] } }";
    assert_eq!(bad(&read, text), ["not-positive"]);
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
            EVIDENCE[1].example
        )
    };
    good(&TableOf(Deployment::read), &text("1.3"));
    assert_eq!(bad(&TableOf(Deployment::read), &text("0")), ["not-positive"]);
}

#[test]
fn a_measured_point_is_in_hours() {
    let Capacity::Measured { points, input_tokens, output_tokens } =
        deployment(&H200_TP1[..2], 1, "1").capacity
    else {
        panic!("it was measured")
    };
    assert_eq!((input_tokens, output_tokens, points.len()), (1024.0, 1024.0, 2));
    let MeasuredPoint { concurrency, ttft_hours, tpot_hours } = points[0];
    assert_eq!(concurrency, 4.0);
    close(ttft_hours * 3.6e6, 203.0, 1e-13);
    close(tpot_hours * 3.6e6, 21.47, 1e-13);
}
