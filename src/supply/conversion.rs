//! Lengths of a traffic in the tokens of the llm that serves: factors by language, each acting once.

use super::definitions::find;
use super::{Definitions, Entry};
use crate::demand::{
    Lack, Lengths, Measure, Speech, Tokenizer, Traffic, about_tokens, token_ratio, tokens_of_text,
};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::Reference;
use crate::lanes::Slot;
use crate::process::Lookup;

/// What turns the lengths of one entry into the llm's tokens, by what they are counted in.
pub(super) struct Ratios(Vec<Ratio>);

struct Ratio {
    measure: Measure,
    /// A factor on tokens as counted, or on what a text takes in English.
    factor: Slot,
    /// About how many tokens a unit of text is; 1 where tokens were counted.
    about: f64,
}

impl Ratios {
    /// The ratios of an entry for an llm with this tokenizer. Token counts that were made with it have none: they are what
    /// that llm bills, and a factor would count their language twice.
    pub(super) fn resolve(
        entry: &Entry,
        tokenizer: Option<&Reference>,
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Self> {
        let mut ratios = Vec::new();
        for measure in [Measure::Tokens, Measure::Characters, Measure::Words] {
            let Some(first) = lengths(entry.traffic).find(|one| one.measure == measure) else { continue };
            let asks = match measure {
                Measure::Tokens => entry
                    .traffic
                    .speech
                    .counted_with
                    .as_ref()
                    .map(|counted| (counted.span, "the traffic's tokens were counted with this one")),
                _ => Some((
                    first.mean.origin.span,
                    "this text has as many tokens as the llm's tokenizer makes of it",
                )),
            };
            let Some(asks) = asks else { continue };
            let target = tokenizer.or_else(|| no_tokenizer(entry.by, asks, lookup))?;
            let speech = &entry.traffic.speech;
            if measure == Measure::Tokens && speech.stays_with(target) {
                continue;
            }
            let found = find("tokenizer", &all.tokenizers, target, lookup)?;
            let ratio = match measure {
                Measure::Tokens => from_counts(entry, (target, found), all, lookup)?,
                _ => from_text(entry, measure, (target, found), lookup)?,
            };
            ratios.push(ratio);
        }
        Some(Self(ratios))
    }

    /// The factor on a length with this measure, if any.
    pub(super) fn of(&self, measure: Measure) -> Option<Slot> {
        self.0.iter().find(|ratio| ratio.measure == measure).map(|ratio| ratio.factor)
    }

    /// About how many tokens a length is on average.
    pub(super) fn about(&self, lengths: &Lengths) -> f64 {
        let each =
            self.0.iter().find(|ratio| ratio.measure == lengths.measure).map_or(1.0, |ratio| ratio.about);
        lengths.mean.distribution.mean() * each
    }
}

impl Speech {
    /// Whether counts stay as they are for an llm with this tokenizer: made with it, of the text as it will be.
    fn stays_with(&self, target: &Reference) -> bool {
        self.counted_in.is_none() && self.counted_with.as_ref().is_some_and(|counted| counted.id == target.id)
    }
}

impl Definitions {
    /// About how many tokens a length is for an llm with this tokenizer, from the means of what is known: as counted, or what
    /// the tokenizer makes of a text. None where that is not known.
    pub fn about_tokens(
        &self,
        lengths: &Lengths,
        speech: &Speech,
        tokenizer: Option<&Reference>,
    ) -> Option<f64> {
        let mean = lengths.mean.distribution.mean();
        if lengths.measure == Measure::Tokens {
            return Some(mean);
        }
        let (_, found) =
            self.tokenizers.iter().find(|(id, _)| tokenizer.is_some_and(|own| own.id == id.id))?;
        about_tokens(&speech.languages, lengths.measure, found).ok().map(|each| mean * each)
    }
}

fn lengths(traffic: &Traffic) -> impl Iterator<Item = &Lengths> {
    [&traffic.input, &traffic.output].into_iter().chain(&traffic.reasoning)
}

fn no_tokenizer<'a>(
    by: &Reference,
    (span, why): (Span, &str),
    lookup: &mut dyn Lookup,
) -> Option<&'a Reference> {
    lookup.refuse(
        Diagnostic::error("no-tokenizer", by.span, format!("`{}` does not say its tokenizer", by.id))
            .related(span, why)
            .help("add `tokenizer = \"…\"` to the llm"),
    );
    None
}

/// From counts by another tokenizer, or of the text in another language.
fn from_counts(
    entry: &Entry,
    (target, found): (&Reference, &Tokenizer),
    all: &Definitions,
    lookup: &mut dyn Lookup,
) -> Option<Ratio> {
    let speech = &entry.traffic.speech;
    let by = speech.counted_with.as_ref()?;
    let counted = find("tokenizer", &all.tokenizers, by, lookup)?;
    match token_ratio(lookup, &speech.languages, (counted, speech.counted_in.as_ref()), found) {
        Ok(factor) => Some(Ratio { measure: Measure::Tokens, factor, about: 1.0 }),
        Err(lack) => {
            let (lacks, why) = if found.lacks(&lack) {
                (target, "this llm counts with it")
            } else {
                (by, "the traffic's tokens were counted with it")
            };
            lookup.refuse(lacking(entry.by, (lacks, why), &lack));
            None
        }
    }
}

fn from_text(
    entry: &Entry,
    measure: Measure,
    (target, found): (&Reference, &Tokenizer),
    lookup: &mut dyn Lookup,
) -> Option<Ratio> {
    let languages = &entry.traffic.speech.languages;
    let ratio = tokens_of_text(lookup, languages, measure, found)
        .and_then(|factor| Ok(Ratio { measure, factor, about: about_tokens(languages, measure, found)? }));
    ratio.map_err(|lack| lookup.refuse(lacking(entry.by, (target, "this llm counts with it"), &lack))).ok()
}

/// The mistake of a language that a tokenizer does not know.
fn lacking(by: &Reference, (tokenizer, why): (&Reference, &str), lack: &Lack) -> Diagnostic {
    let (Lack::Factor(language) | Lack::Length(language, _)) = lack;
    let (id, name) = (&tokenizer.id, &language.id);
    match lack {
        Lack::Factor(_) => {
            let message = format!("the tokenizer `{id}` has no factor for the language `{name}`");
            Diagnostic::error("no-language-factor", by.span, message)
                .label(why)
                .related(tokenizer.span, "named here")
                .help(format!("add `{name} = …` to `tokens` of `{id}`"))
        }
        Lack::Length(..) => {
            let message = format!(
                "`{id}` says the characters of `{name}` in a token, which nothing compares with English"
            );
            Diagnostic::error("no-text-length", by.span, message)
                .label(why)
                .related(tokenizer.span, "named here")
                .help(format!("add `[language.{name}]` with `characters = …`"))
        }
    }
}
