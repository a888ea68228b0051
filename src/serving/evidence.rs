//! The evidence for a replica's capacity, from a measured table to none but data sheets.

use super::measured::{Benchmark, read_benchmarks, read_one_point, read_two_points};
use crate::distribution::QuantityOf;
use crate::document::{At, Decode, Plugin, Plugins, Reader, Shape, Value, WordOf};
use crate::units;

/// The evidence for a replica's capacity.
#[derive(Clone, Debug)]
pub enum Capacity {
    /// Latencies measured at several concurrencies, for one pair of lengths or several.
    Measured(Vec<Benchmark>),
    /// Latencies measured at a low and a high concurrency: they correct the roofline.
    TwoPoints(Benchmark),
    /// Latencies measured at one concurrency: they correct the roofline.
    OnePoint(Benchmark),
    /// The sizes of llm and GPU, and nothing measured.
    Roofline,
    /// A stated number of tokens per time, in and out together.
    Stated {
        /// Tokens per hour.
        tokens_per_hour: f64,
    },
}

impl Capacity {
    /// Log standard deviation of the factor on latency, where a deployment does not say its own.
    ///
    /// On llms held out of the fit the measured errors are 0.05, 0.07 to 0.15, 0.12 to 0.17 and 0.21 (`tests/bench/capacity.rs`,
    /// 2026-11-29); another engine version, other lengths and real arrivals come on top, so the two last are rounded up
    /// (0.20 and 0.35 as in a study of 2,221 points, read 2026-11-22).
    pub fn log_error(&self) -> f64 {
        match self {
            Self::Measured(_) => 0.05,
            Self::TwoPoints(_) => 0.11,
            Self::OnePoint(_) | Self::Stated { .. } => 0.20,
            Self::Roofline => 0.35,
        }
    }

    /// The name of its kind in the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Measured(_) => "measured",
            Self::TwoPoints(_) => "two_points",
            Self::OnePoint(_) => "one_point",
            Self::Roofline => "roofline",
            Self::Stated { .. } => "stated",
        }
    }

    /// What was measured.
    pub fn benchmarks(&self) -> &[Benchmark] {
        match self {
            Self::Measured(benchmarks) => benchmarks,
            Self::TwoPoints(one) | Self::OnePoint(one) => std::slice::from_ref(one),
            Self::Roofline | Self::Stated { .. } => &[],
        }
    }
}

/// The kinds of evidence that a scenario can name.
pub const EVIDENCE: &[Plugin<Capacity>] = &[
    Plugin {
        name: "measured",
        meaning: "time to first token and per token, measured at several concurrencies, for one pair of lengths, \
                  several (`tables`), or a `csv`; never carried beyond the highest concurrency",
        example: "{ measured = { input_tokens = 1024, output_tokens = 1024, points = [\
                  { concurrency = 4, ttft = \"203 ms\", tpot = \"21.47 ms\" }, \
                  { concurrency = 64, ttft = \"730 ms\", tpot = \"37.44 ms\" }] } }",
        read: |t| read_benchmarks(t).map(Capacity::Measured),
    },
    Plugin {
        name: "two_points",
        meaning: "latencies measured at a low and a high concurrency; between them and beyond the roofline gives the shape",
        example: "{ two_points = { input_tokens = 1024, output_tokens = 1024, \
                  low = { concurrency = 4, ttft = \"203 ms\", tpot = \"21.47 ms\" }, \
                  high = { concurrency = 64, ttft = \"730 ms\", tpot = \"37.44 ms\" } } }",
        read: |t| read_two_points(t).map(Capacity::TwoPoints),
    },
    Plugin {
        name: "one_point",
        meaning: "latencies measured at one concurrency; elsewhere the roofline gives the shape",
        example: "{ one_point = { input_tokens = 1024, output_tokens = 1024, concurrency = 32, \
                  ttft = \"466 ms\", tpot = \"33.19 ms\" } }",
        read: |t| read_one_point(t).map(Capacity::OnePoint),
    },
    Plugin {
        name: "roofline",
        meaning: "nothing measured: latencies follow from the sizes of llm and GPU; `capacity = \"roofline\"` says the same",
        example: "{ roofline = {} }",
        read: |t| t.place().map(|_| Capacity::Roofline),
    },
    Plugin {
        name: "stated",
        meaning: "a stated number of tokens per time, in and out together",
        example: "{ stated = { tokens = \"800 tokens /s\" } }",
        read: read_stated,
    },
];

/// Reads the evidence: a kind with its parameters, or the word of the one that has none.
pub struct CapacityOf;

const WORDS: &[(&str, ())] = &[("roofline", ())];

impl Decode for CapacityOf {
    type Value = Capacity;

    fn decode(&self, at: &At<'_>) -> Option<Capacity> {
        match &at.node.value {
            Value::Text(_) => WordOf(WORDS).decode(at).map(|()| Capacity::Roofline),
            _ => Plugins(EVIDENCE, "evidence of capacity").decode(at),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![Plugins(EVIDENCE, "evidence of capacity").shape(), WordOf(WORDS).shape()])
    }
}

fn read_stated(t: &mut Reader) -> Option<Capacity> {
    let tokens =
        t.required("tokens", QuantityOf(&units::TOKENS_PER_TIME), "tokens per time, in and out together")?;
    match tokens.unit.period {
        Some(_) if tokens.value == 0.0 => {
            t.refuse("tokens", "not-positive", "a replica without speed serves nothing", "state its speed");
            None
        }
        Some(period) if period.is_clock() => Some(Capacity::Stated { tokens_per_hour: tokens.value }),
        _ => {
            t.refuse(
                "tokens",
                "calendar-time",
                "a speed counts clock time",
                "write it per second, minute or hour",
            );
            None
        }
    }
}
