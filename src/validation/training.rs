//! Published training runs and their interruptions, by the formulas that cost a training cycle.

use super::{Row, Table, Tolerance};
use crate::training::{Method, Sizes, young_waste};

pub(super) const HOURS: Table = Table {
    name: "T13",
    title: "share of the dense 16-bit speed that published GPU-hours come to, at 6 operations a weight and token",
    source: "llama-models@a9c89c4 (model cards: 30.84M, 7.0M and 1.46M H100-hours), DeepSeek-V3@9b4e978 (2.664M H800-hours of \
             pretraining, 2.788M in all, 5.576M USD at 2 USD), read 2026-11-22; the shares were computed from these by hand",
    defects: "hours on cards include restarts and experiments: the paper states 38 to 43 % for the main run of 405B; the cards say \
              about 15T tokens, the paper 15.6T",
    rows: hours,
};

pub(super) const RESTARTS: Table = Table {
    name: "T5",
    title: "share of the time that interruptions waste, with checkpoints at Young's interval",
    source: "The Llama 3 Herd of Models (arXiv 2407.21783), table 5: 419 unexpected interruptions in 54 days; read 2026-11-22. \
             Checkpoints of 1 min and recovery of 10 min are assumed; the waste was computed by hand",
    defects: "the paper says more than 90 % effective time, with faster recovery",
    rows: restarts,
};

/// Dense 16-bit operations of an H100 or H800 per hour.
const SPEED: f64 = 989e12 * 3600.0;

fn hours() -> Vec<Row> {
    let runs = [
        ("Llama 3.1 405B", 405e9, 15.6e12, 30.84e6, 0.345),
        ("Llama 3.1 70B", 70.6e9, 15e12, 7.0e6, 0.255),
        ("Llama 3.1 8B", 8.03e9, 15e12, 1.46e6, 0.139),
        ("DeepSeek-V3, pretraining", 37e9, 14.8e12, 2.664e6, 0.346),
    ];
    let flop = Method::ContinuedPretraining.flop_per_weight();
    let mut rows: Vec<Row> = runs
        .into_iter()
        .map(|(run, active, tokens, published, share)| {
            let sizes = Sizes { active, teacher: 0.0, speed: SPEED };
            let got = sizes.gpu_hours(tokens, flop, 1.0) / published;
            Row::new(format!("{run}, share of dense speed"), share, got, Tolerance::Absolute(0.001))
        })
        .collect();
    let phases = 2.664e6 + 0.119e6 + 0.005e6;
    rows.push(Row::new(
        "DeepSeek-V3, all phases, M USD",
        5.576,
        phases * 2.0 / 1e6,
        Tolerance::Absolute(0.001),
    ));
    rows
}

fn restarts() -> Vec<Row> {
    let between = 54.0 * 24.0 / 419.0;
    let (checkpoint, recovery) = (1.0 / 60.0, 10.0 / 60.0);
    vec![
        Row::new("hours between interruptions", 3.0931, between, Tolerance::Absolute(5e-5)),
        Row::new(
            "share wasted",
            0.1577,
            young_waste(between, checkpoint, recovery),
            Tolerance::Absolute(5e-5),
        ),
    ]
}
