//! What languages a traffic is in, and how its tokens were counted: what turns its lengths into tokens of the llm that serves.

use super::language::{Language, Spoken};
use super::length::{Lengths, Measure};
use crate::diagnostic::Diagnostic;
use crate::distribution::QuantityOf;
use crate::document::{Id, MapOf, Reader, Reference};
use crate::units;

/// The key that it stands at, its code, what is wrong and a way out.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

/// Languages of a traffic, and how its token counts were made.
#[derive(Clone, Debug)]
pub struct Speech {
    /// Languages with their shares: of the characters or words of a text, and of what it says where tokens were counted.
    pub languages: Vec<Spoken>,
    /// The tokenizer that token counts were made with.
    pub counted_with: Option<Reference>,
    /// The language in which the same text was counted, if not in the languages that it will be in.
    pub counted_in: Option<Spoken>,
}

impl Speech {
    /// Reads the keys of a traffic.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let languages = t.or(
            "languages",
            "{}",
            MapOf("language", QuantityOf(&units::SHARE)),
            "share of the text by language; sums to 1",
        );
        let counted_with = t.optional(
            "tokens_counted_with",
            Id("tokenizer"),
            "converts counts for llms with another tokenizer; for one that counts alike they stay as they are",
        );
        let counted_in = t.optional(
            "tokens_counted_in",
            Id("language"),
            "the language in which the counts were made, where the text will be in others: a product that is launched abroad",
        );
        // A share of nothing is how a scenario takes out a language that it extends.
        let spoken = languages?.into_iter().filter(|(_, share)| share.value > 0.0);
        let languages = spoken.map(|(id, share)| Spoken::new(id, share.value)).collect();
        let counted_in = counted_in?.map(|id| Spoken::new(id, 1.0));
        Some(Self { languages, counted_with: counted_with?, counted_in })
    }

    /// Takes what is known of its languages from a list.
    pub(crate) fn look_up(&mut self, all: &[(Reference, Language)]) {
        for spoken in self.languages.iter_mut().chain(&mut self.counted_in) {
            spoken.look_up(all);
        }
    }

    /// Refuses shares that are no whole, lengths that nothing can convert, and languages that would count twice.
    pub(super) fn check(&self, t: &mut Reader, lengths: &[Option<&Lengths>]) -> Option<()> {
        let counts = |in_tokens: bool| {
            lengths.iter().flatten().any(|one| (one.measure == Measure::Tokens) == in_tokens)
        };
        if let (false, Some(counted), Some(at)) = (counts(true), &self.counted_with, t.place()) {
            at.scope.push(nothing_counted(counted));
        }
        let sum: f64 = self.languages.iter().map(|spoken| spoken.share).sum();
        let (key, code, message, help) = if !self.languages.is_empty() && (sum - 1.0).abs() > 1e-9 {
            let sum = units::format_number(sum, 4);
            let message = format!("the shares of languages sum to {sum}, not 1");
            ("languages", "shares-sum", message, "let the shares sum to 1")
        } else if let Some((key, code, message, help)) = self.mistake(counts(true), counts(false)) {
            (key, code, message.to_owned(), help)
        } else {
            return Some(());
        };
        t.refuse(key, code, &message, help);
        None
    }

    /// What does not fit together, for a traffic with token counts, with text, or both.
    fn mistake(&self, counts: bool, text: bool) -> Option<Mistake> {
        let whole = self.counted_in.as_ref();
        let same = |whole: &Spoken| self.languages.iter().all(|spoken| spoken.id.id == whole.id.id);
        if text && self.languages.is_empty() {
            return Some((
                "languages",
                "text-without-language",
                "a text has as many tokens as its language needs",
                "say it, such as `languages = { ja = 1 }`",
            ));
        }
        if counts && self.languages.is_empty() == self.counted_with.is_some() {
            return Some((
                "languages",
                "half-a-pair",
                "token counts are converted by language from one tokenizer to another",
                "give both `languages` and `tokens_counted_with`, or neither",
            ));
        }
        if whole.is_some() && (self.counted_with.is_none() || !counts) {
            return Some((
                "tokens_counted_in",
                "half-a-pair",
                "no tokens were counted with a tokenizer that is named",
                "say `tokens_counted_with` of token counts, or leave `tokens_counted_in` out",
            ));
        }
        if whole.is_some_and(same) {
            return Some((
                "tokens_counted_in",
                "language-twice",
                "the counts are of the language that the text is in: what it needs is in them already",
                "leave `tokens_counted_in` out: no further factor of that language applies",
            ));
        }
        None
    }
}

/// A text follows the llm by itself; a tokenizer that counted nothing changes nothing.
fn nothing_counted(counted: &Reference) -> Diagnostic {
    Diagnostic::warning(
        "no-effect",
        counted.span,
        "no tokens were counted here: all lengths are given as text",
    )
    .label("changes nothing: a text becomes tokens by the tokenizer of the llm that serves, once")
    .help("leave `tokens_counted_with` out")
}
