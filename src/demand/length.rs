//! Lengths of requests in tokens: an uncertain average, and how requests differ around it.

use std::sync::Arc;

use crate::distribution::{Constant, Distribution, LogNormal, Number, NumberOf, names_distribution};
use crate::document::{At, Decode, Field, Need, Shape, Value};
use crate::units;

/// Tokens per llm call.
#[derive(Clone, Debug)]
pub struct Lengths {
    /// The average, drawn once per path.
    pub mean: Number,
    /// How requests differ; only its shape counts, its mean is scaled to the average.
    pub spread: Option<Arc<dyn Distribution>>,
}

/// Log standard deviation of the input of calls where only their average is known, of one trace of a chat service
/// (secondhand, 2026-11-22): prefer a histogram of your own calls wherever there is one.
const DEFAULT_LOG_SD: f64 = 0.75;

/// The same of the output of calls.
const DEFAULT_OUTPUT_LOG_SD: f64 = 0.95;

/// How calls differ around their average.
#[derive(Clone, Debug)]
pub struct Differ {
    of: Arc<dyn Distribution>,
    mean: f64,
}

impl Lengths {
    /// How inputs differ; a lognormal with log sd 0.75 where the scenario does not say.
    pub fn differ(&self) -> Differ {
        self.differ_by(DEFAULT_LOG_SD)
    }

    /// How outputs differ; a lognormal with log sd 0.95 where the scenario does not say.
    pub fn differ_in_output(&self) -> Differ {
        self.differ_by(DEFAULT_OUTPUT_LOG_SD)
    }

    fn differ_by(&self, sigma: f64) -> Differ {
        let of =
            self.spread.clone().unwrap_or_else(|| Arc::new(LogNormal { mu: -0.5 * sigma * sigma, sigma }));
        Differ { mean: of.mean(), of }
    }
}

impl Differ {
    /// The share of calls longer than `times` the average.
    pub fn longer(&self, times: f64) -> f64 {
        if times == f64::INFINITY { 0.0 } else { 1.0 - self.of.cdf(times * self.mean) }
    }

    /// What is left of all tokens when calls are cut at `times` the average: `E[min(X, x)] / E[X]`.
    pub fn capped(&self, times: f64) -> f64 {
        let beyond = self.longer(times);
        let cut = if beyond > 0.0 { times * beyond } else { 0.0 };
        (1.0 - self.tokens_longer(times) + cut).clamp(0.0, 1.0)
    }

    /// The share of all tokens that calls longer than `times` the average have.
    pub fn tokens_longer(&self, times: f64) -> f64 {
        if times == f64::INFINITY {
            0.0
        } else {
            (self.of.mean_above(times * self.mean) / self.mean).clamp(0.0, 1.0)
        }
    }
}

/// Reads lengths: a quantity is an uncertain average, a distribution is how requests differ, `{ mean, spread }` is both.
pub(super) struct LengthsOf;

impl Decode for LengthsOf {
    type Value = Lengths;

    fn decode(&self, at: &At<'_>) -> Option<Lengths> {
        let number = NumberOf(&units::TOKENS);
        if names_distribution(&at.node.value) {
            let differ = number.decode(at)?;
            let mean =
                Number { distribution: Arc::new(Constant(differ.distribution.mean())), ..differ.clone() };
            return Some(Lengths { mean, spread: Some(differ.distribution) });
        }
        match &at.node.value {
            Value::Table(table) if table.get("mean").is_some() => at.clone().read(|t| {
                let mean = t.required("mean", NumberOf(&units::TOKENS), "the average request");
                let spread = t.optional(
                    "spread",
                    NumberOf(&units::TOKENS),
                    "how requests differ; only the shape counts",
                );
                Some(Lengths { mean: mean?, spread: spread?.map(|number| number.distribution) })
            }),
            _ => number.decode(at).map(|mean| Lengths { mean, spread: None }),
        }
    }

    fn shape(&self) -> Shape {
        let number = || Shape::Number(&units::TOKENS);
        let field = |key, need, meaning| Field { key, need, shape: number(), meaning };
        Shape::Any(vec![
            number(),
            Shape::Table(vec![
                field("mean", Need::Required, "the average request"),
                field("spread", Need::Optional, "how requests differ; only the shape counts"),
            ]),
        ])
    }
}
