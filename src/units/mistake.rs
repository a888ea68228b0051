//! What is wrong with a quantity.

use std::ops::Range;

/// A refused quantity: where, what is wrong, what was expected, and a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text at fault.
    pub range: Range<usize>,
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// What belongs there, with an example: `a price per token, such as "2 USD /Mtok"`.
    pub expected: String,
    /// A way out, if one is known; where possible the corrected text: `write "2 to 5 USD"`.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake without a known way out; `expected` is filled in by whoever knows the kind.
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), expected: String::new(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers `text` with the bytes of `range` replaced.
    #[must_use]
    pub(super) fn replace(self, text: &str, range: Range<usize>, by: &str) -> Self {
        let help = format!("write \"{}{by}{}\"", &text[..range.start], &text[range.end..]);
        self.help(help)
    }
}
