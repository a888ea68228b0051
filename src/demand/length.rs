//! Lengths of requests in tokens: an uncertain average, and how requests differ around it.

use std::sync::Arc;

use crate::distribution::{Constant, Distribution, Number, NumberOf, names_distribution};
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
