//! Languages: the same text takes more tokens in one language than in another, and with one llm than with another.

use super::length::Measure;
use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Reader, Reference};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// `[language.<id>]`: how long a text is that takes one token in English with the reference tokenizer.
#[derive(Clone, Debug)]
pub struct Language {
    /// In characters.
    pub characters: Number,
    /// In words, where the language has spaces between them.
    pub words: Option<Number>,
}

impl Language {
    /// Reads `[language.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let characters = t.required(
            "characters",
            NumberOf(&units::FACTOR),
            "characters of a text that takes 1 token in English with the reference tokenizer",
        );
        let words =
            t.optional("words", NumberOf(&units::FACTOR), "words of the same text, where there are spaces");
        Some(Self { characters: characters?, words: words? })
    }

    fn length(&self, measure: Measure) -> Option<&Number> {
        match measure {
            Measure::Tokens => None,
            Measure::Characters => Some(&self.characters),
            Measure::Words => self.words.as_ref(),
        }
    }
}

/// A language of a traffic.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Its name.
    pub id: Reference,
    /// Its share of the text.
    pub share: f64,
    /// What is known of it.
    pub known: Option<Language>,
}

impl Spoken {
    /// A language of which nothing is known yet.
    pub fn new(id: Reference, share: f64) -> Self {
        Self { id, share, known: None }
    }

    /// Takes what is known of it from a list.
    pub(crate) fn look_up(&mut self, all: &[(Reference, Language)]) {
        self.known = all.iter().find(|(id, _)| id.id == self.id.id).map(|(_, language)| language.clone());
    }

    /// How long a text is that takes one token in English with the reference tokenizer.
    fn length(&self, measure: Measure) -> Result<&Number, Lack> {
        let known = self.known.as_ref().and_then(|language| language.length(measure));
        known.ok_or_else(|| Lack::Length(self.id.clone(), measure))
    }
}

/// What is missing to convert a length.
#[derive(Clone, Debug)]
pub enum Lack {
    /// A tokenizer has no factor for this language.
    Factor(Reference),
    /// How long a text of this language is in a measure.
    Length(Reference, Measure),
}

/// Tokens needed for a text that takes one token in English with the reference tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    /// By language.
    pub tokens: Vec<(Reference, Number)>,
    /// The same, said as characters of the language that a token holds; it counts where both are said.
    pub characters_per_token: Vec<(Reference, Number)>,
}

impl Tokenizer {
    /// Reads `[tokenizer.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let factors = || MapOf("language", NumberOf(&units::FACTOR));
        let meaning =
            "by language: tokens for a text that takes 1 token in English with the reference tokenizer";
        let alone = t.place().is_some() && !t.has("characters_per_token");
        let tokens = if alone {
            t.required("tokens", factors(), meaning)
        } else {
            t.or("tokens", "{}", factors(), meaning)
        };
        let held = t.or(
            "characters_per_token",
            "{}",
            factors(),
            "by language, as one measures it on texts of one's own: characters divided by tokens; counts before `tokens`",
        );
        Some(Self { tokens: tokens?, characters_per_token: held? })
    }

    /// The factor of a language, and what it has to be divided into where it is said in characters.
    fn factor<'a>(&'a self, spoken: &'a Spoken) -> Result<(&'a Number, Option<&'a Number>), Lack> {
        let of = |list: &'a [(Reference, Number)]| {
            list.iter().find(|(id, _)| id.id == spoken.id.id).map(|(_, number)| number)
        };
        match (of(&self.tokens), of(&self.characters_per_token)) {
            (_, Some(held)) => Ok((held, Some(spoken.length(Measure::Characters)?))),
            (Some(tokens), None) => Ok((tokens, None)),
            (None, None) => Err(Lack::Factor(spoken.id.clone())),
        }
    }

    /// Whether this is what a conversion lacked.
    pub fn lacks(&self, lack: &Lack) -> bool {
        let knows =
            |list: &[(Reference, Number)], id: &Reference| list.iter().any(|(one, _)| one.id == id.id);
        match lack {
            Lack::Factor(id) => !knows(&self.tokens, id) && !knows(&self.characters_per_token, id),
            Lack::Length(id, _) => knows(&self.characters_per_token, id),
        }
    }

    fn slot(&self, spoken: &Spoken, lookup: &mut dyn Lookup) -> Result<Slot, Lack> {
        let (factor, divided) = self.factor(spoken)?;
        let factor = lookup.number(factor);
        Ok(divided.map_or(factor, |length| quotient(lookup.number(length), factor, lookup)))
    }

    fn about(&self, spoken: &Spoken) -> Result<f64, Lack> {
        let (factor, divided) = self.factor(spoken)?;
        let mean = |number: &Number| number.distribution.mean();
        Ok(divided.map_or_else(|| mean(factor), |length| mean(length) / mean(factor)))
    }
}

fn quotient(above: Slot, below: Slot, lookup: &mut dyn Lookup) -> Slot {
    lookup.derive(
        "quotient",
        &[above, below],
        Box::new(move |v, out| {
            for i in 0..LANES {
                out[i] = v[above][i] / v[below][i];
            }
        }),
    )
}

/// How many tokens `target` needs for what `counted` counted as one, for a text in a mix of languages.
///
/// `Σ share · target / Σ share · counted`: shares are of the text, so both sums are over the same text. Counts of the same text in
/// one language, `whole`, are divided by the factor of that language in place of the second sum.
///
/// # Errors
/// What one of the tokenizers does not say.
pub fn token_ratio(
    lookup: &mut dyn Lookup,
    languages: &[Spoken],
    (counted, whole): (&Tokenizer, Option<&Spoken>),
    target: &Tokenizer,
) -> Result<Slot, Lack> {
    let mut slots = Vec::new();
    for spoken in languages {
        let above = target.slot(spoken, lookup)?;
        let below = counted.slot(whole.unwrap_or(spoken), lookup)?;
        slots.push((spoken.share, above, below));
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

/// What one character or word of a text in a mix of languages is in tokens of English with the reference tokenizer:
/// `Σ share / length`; shares are of the characters or words.
///
/// # Errors
/// What is not known of a language.
pub(super) fn english_tokens(
    lookup: &mut dyn Lookup,
    languages: &[Spoken],
    measure: Measure,
) -> Result<Slot, Lack> {
    let lengths = shares_of_length(lookup, languages, measure)?;
    let inputs: Vec<Slot> = lengths.iter().map(|(_, length)| *length).collect();
    Ok(lookup.derive(
        "tokens of English in a unit of text",
        &inputs,
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = lengths.iter().map(|(share, length)| share / values[*length][i]).sum();
            }
        }),
    ))
}

/// How many tokens `target` needs for a text that takes one token in English: the mean of its factors, each language weighing
/// with its share of what the text says, `share / length`.
///
/// # Errors
/// What the tokenizer does not say, or is not known of a language.
pub fn tokens_of_text(
    lookup: &mut dyn Lookup,
    languages: &[Spoken],
    measure: Measure,
    target: &Tokenizer,
) -> Result<Slot, Lack> {
    let lengths = shares_of_length(lookup, languages, measure)?;
    let mut slots = Vec::new();
    for (spoken, (share, length)) in languages.iter().zip(lengths) {
        slots.push((share, length, target.slot(spoken, lookup)?));
    }
    let inputs: Vec<Slot> = slots.iter().flat_map(|(_, a, b)| [*a, *b]).collect();
    Ok(lookup.derive(
        "tokens of a text for one of English",
        &inputs,
        Box::new(move |values, out| {
            for i in 0..LANES {
                let (mut tokens, mut whole) = (0.0, 0.0);
                for (share, length, factor) in &slots {
                    let weight = share / values[*length][i];
                    tokens += weight * values[*factor][i];
                    whole += weight;
                }
                out[i] = tokens / whole;
            }
        }),
    ))
}

fn shares_of_length(
    lookup: &mut dyn Lookup,
    languages: &[Spoken],
    measure: Measure,
) -> Result<Vec<(f64, Slot)>, Lack> {
    let length = |spoken: &Spoken| Ok((spoken.share, lookup.number(spoken.length(measure)?)));
    languages.iter().map(length).collect()
}

/// About how many tokens a character or word is for a tokenizer, from the means of what is known: for choices that are made once.
///
/// # Errors
/// What the tokenizer does not say, or is not known of a language.
pub fn about_tokens(languages: &[Spoken], measure: Measure, target: &Tokenizer) -> Result<f64, Lack> {
    let each = |spoken: &Spoken| {
        Ok(spoken.share * target.about(spoken)? / spoken.length(measure)?.distribution.mean())
    };
    languages.iter().map(each).sum()
}
