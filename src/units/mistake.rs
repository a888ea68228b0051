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
    /// A way out, if one is known; where there is a correction, it says so: `write "2 to 5 USD"`.
    pub help: Option<String>,
    /// The whole text, corrected.
    pub correction: Option<String>,
}

impl Mistake {
    /// A mistake without a known way out; `expected` is filled in by whoever knows the kind.
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), expected: String::new(), help: None, correction: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a corrected text.
    #[must_use]
    pub(super) fn write(self, correction: impl Into<String>) -> Self {
        let correction = correction.into();
        Self { help: Some(format!("write \"{correction}\"")), correction: Some(correction), ..self }
    }

    /// Offers `text` with the bytes of `range` replaced.
    #[must_use]
    pub(super) fn replace(self, text: &str, range: Range<usize>, by: &str) -> Self {
        self.write(format!("{}{by}{}", &text[..range.start], &text[range.end..]))
    }

    /// Follows its correction to one that is right: a text may hold several mistakes, each found after the one before.
    /// What `read` refuses and no further correction mends is still offered if it is at least `well_formed`.
    #[must_use]
    pub(super) fn settle(
        self,
        read: impl Fn(&str) -> Result<(), Self>,
        well_formed: impl Fn(&str) -> bool,
    ) -> Self {
        const MOST_STEPS: usize = 4;
        let Some(first) = self.correction.clone() else { return self };
        let mut correction = Some(first.clone());
        for _ in 0..MOST_STEPS {
            let Some(text) = correction else { break };
            match read(&text) {
                Ok(()) => return self.write(text),
                Err(next) => correction = next.correction,
            }
        }
        if well_formed(&first) { self } else { Self { help: None, correction: None, ..self } }
    }
}
