//! Checks of requests and answers: by calls of a guardrail, or by people.

use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Reader, Reference};
use crate::process::{Path, PathOf};
use crate::units;

/// Guardrail calls.
#[derive(Clone, Debug)]
pub struct Guardrail {
    /// Share of requests that is checked.
    pub share: Number,
    /// What a check is.
    pub calls: Calls,
}

/// What a check costs.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Calls {
    /// A price per request.
    Priced(Path),
    /// Tokens of an llm.
    Tokens {
        /// `vendor/llm`.
        by: Reference,
        /// Tokens in, per check.
        input: Number,
        /// Tokens out, per check.
        output: Number,
    },
}

impl Guardrail {
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let share = t.or("share", "100 %", NumberOf(&units::SHARE), "share of requests that is checked");
        let price = t.optional("price", PathOf(&units::MONEY_PER_REQUEST), "price of a check");
        let by = t.optional("by", Id("llm of a vendor, as vendor/llm"), "the llm that checks");
        let input = t.optional("input_tokens", NumberOf(&units::TOKENS), "tokens in per check");
        let output = t.optional("output_tokens", NumberOf(&units::TOKENS), "tokens out per check");
        let (share, price, by, input, output) = (share?, price?, by?, input?, output?);
        let calls = match (price, by, input, output) {
            (Some(price), None, None, None) => Calls::Priced(price),
            (None, Some(by), Some(input), Some(output)) => Calls::Tokens { by, input, output },
            _ => {
                let help = "say `price` alone, or `by` with `input_tokens` and `output_tokens`";
                t.refuse("price", "one-of-two", "a check has a price, or an llm with its tokens", help);
                return None;
            }
        };
        Some(Self { share, calls })
    }
}

/// People who look at answers.
#[derive(Clone, Debug)]
pub struct Review {
    /// Share of requests.
    pub share: Number,
    /// What looking at one costs.
    pub price: Path,
}

impl Review {
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let share = t.required("share", NumberOf(&units::SHARE), "share of requests that people look at");
        let price = t.required("price", PathOf(&units::MONEY_PER_REQUEST), "what looking at one costs");
        Some(Self { share: share?, price: price? })
    }
}
