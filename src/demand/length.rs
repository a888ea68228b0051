//! Lengths of requests, in tokens or as text: an uncertain average, and how requests differ around it.

use std::sync::Arc;

use crate::distribution::{Constant, Distribution, LogNormal, Number, NumberOf, names_distribution};
use crate::document::{At, Decode, Field, Need, Node, Reader, Shape, Value};
use crate::units::{self, Kind};

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Tokens, as some tokenizer counts them.
    Tokens,
    /// Characters of text, whatever llm reads or writes it.
    Characters,
    /// Words of text.
    Words,
}

impl Measure {
    /// The key of `[language.<id>]` that says how long a text is in this measure; none for tokens.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Tokens => None,
            Self::Characters => Some("characters"),
            Self::Words => Some("words"),
        }
    }

    fn kind(self) -> &'static Kind {
        match self {
            Self::Tokens => &units::TOKENS,
            Self::Characters => &units::CHARACTERS,
            Self::Words => &units::WORDS,
        }
    }
}

/// The length of llm calls.
#[derive(Clone, Debug)]
pub struct Lengths {
    /// What it is counted in.
    pub measure: Measure,
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

/// Reads a length in tokens or as text, by the one of two keys that is there.
pub(super) fn read_either(
    t: &mut Reader,
    [tokens, text]: [&'static str; 2],
    [of_tokens, of_text]: [&'static str; 2],
) -> Option<Lengths> {
    // Whoever says neither is told of the first; to the schema either will do.
    let first = t.place().is_some() && !t.has(text);
    let counted = if first {
        t.required(tokens, LengthsOf, of_tokens).map(Some)
    } else {
        t.optional(tokens, LengthsOf, of_tokens)
    };
    let written = t.optional(text, TextOf, of_text);
    match (counted?, written?) {
        (Some(_), Some(_)) => {
            let message = format!("`{tokens}` and `{text}` say the same thing twice");
            let help = format!("leave one of them out: `{text}` follows the llm that serves");
            t.refuse(text, "two-lengths", &message, &help);
            None
        }
        (counted, written) => counted.or(written),
    }
}

/// Reads lengths in tokens: a quantity is an uncertain average, a distribution is how requests differ, `{ mean, spread }` is both.
pub(super) struct LengthsOf;

impl Decode for LengthsOf {
    type Value = Lengths;

    fn decode(&self, at: &At<'_>) -> Option<Lengths> {
        decode_in(Measure::Tokens, at)
    }

    fn shape(&self) -> Shape {
        Shape::Any(shapes(Measure::Tokens))
    }
}

/// Reads lengths of text in the same ways, in characters or in words: the unit says which.
struct TextOf;

impl Decode for TextOf {
    type Value = Lengths;

    fn decode(&self, at: &At<'_>) -> Option<Lengths> {
        let said = |words: &[&str]| words.iter().any(|word| names(at.node, word));
        if said(&["character", "char", "文字"]) {
            decode_in(Measure::Characters, at)
        } else if said(&["word", "語"]) {
            decode_in(Measure::Words, at)
        } else {
            at.refuse("no-measure", "a length of text, such as \"1,200 characters\" or \"180 words\"");
            None
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any([Measure::Characters, Measure::Words].into_iter().flat_map(shapes).collect())
    }
}

/// Whether some quantity has this in its unit.
fn names(node: &Node, word: &str) -> bool {
    match &node.value {
        Value::Text(text) => text.contains(word),
        Value::List(items) => items.iter().any(|item| names(item, word)),
        Value::Table(table) => table.entries.iter().any(|entry| names(&entry.node, word)),
        _ => false,
    }
}

fn decode_in(measure: Measure, at: &At<'_>) -> Option<Lengths> {
    let number = NumberOf(measure.kind());
    if names_distribution(&at.node.value) {
        let differ = number.decode(at)?;
        let mean = Number { distribution: Arc::new(Constant(differ.distribution.mean())), ..differ.clone() };
        return Some(Lengths { measure, mean, spread: Some(differ.distribution) });
    }
    match &at.node.value {
        Value::Table(table) if table.get("mean").is_some() => at.clone().read(|t| {
            let mean = t.required("mean", number, MEAN);
            let spread = t.optional("spread", NumberOf(measure.kind()), SPREAD);
            Some(Lengths { measure, mean: mean?, spread: spread?.map(|number| number.distribution) })
        }),
        _ => number.decode(at).map(|mean| Lengths { measure, mean, spread: None }),
    }
}

const MEAN: &str = "the average request";
const SPREAD: &str = "how requests differ; only the shape counts";

fn shapes(measure: Measure) -> Vec<Shape> {
    let number = || Shape::Number(measure.kind());
    let field = |key, need, meaning| Field { key, need, shape: number(), meaning };
    let both = vec![field("mean", Need::Required, MEAN), field("spread", Need::Optional, SPREAD)];
    vec![number(), Shape::Table(both)]
}
