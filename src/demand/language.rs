//! Languages: the same text takes more tokens in one language than in another, and with one llm than with another.

use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Reader, Reference};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// Tokens needed for a text that takes one token in English with the reference tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    /// By language.
    pub tokens: Vec<(Reference, Number)>,
}

impl Tokenizer {
    /// Reads `[tokenizer.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let tokens = t.required(
            "tokens",
            MapOf("language", NumberOf(&units::FACTOR)),
            "by language: tokens for a text that takes 1 token in English with the reference tokenizer",
        );
        Some(Self { tokens: tokens? })
    }

    /// The factor of a language.
    pub fn factor(&self, language: &str) -> Option<&Number> {
        self.tokens.iter().find(|(id, _)| id.id == language).map(|(_, number)| number)
    }
}

/// How many tokens `target` needs for what `counted` counted as one, for a text in a mix of languages.
///
/// `Σ share · target / Σ share · counted`: shares are of the text, so both sums are over the same text.
///
/// # Errors
/// The language that one of the tokenizers does not name.
pub fn token_ratio(
    lookup: &mut dyn Lookup,
    languages: &[(String, f64)],
    counted: &Tokenizer,
    target: &Tokenizer,
) -> Result<Slot, String> {
    let mut slots = Vec::new();
    for (language, share) in languages {
        let find =
            |tokenizer: &Tokenizer| tokenizer.factor(language).cloned().ok_or_else(|| language.clone());
        let (above, below) = (lookup.number(&find(target)?), lookup.number(&find(counted)?));
        slots.push((*share, above, below));
    }
    let inputs: Vec<Slot> = slots.iter().flat_map(|(_, a, b)| [*a, *b]).collect();
    Ok(lookup.derive(
        "token ratio",
        &inputs,
        Box::new(move |values, out| {
            for i in 0..LANES {
                let (mut above, mut below) = (0.0, 0.0);
                for (share, a, b) in &slots {
                    above += share * values[*a][i];
                    below += share * values[*b][i];
                }
                out[i] = above / below;
            }
        }),
    ))
}
