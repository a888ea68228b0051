//! What the decoder of rate cards accepts, asked of the decoder itself: a price that it cannot hold is written as a comment.

use crate::document::{Reader, Shape};
use crate::pricing::RateCard;

/// What the language of this version can say of an llm.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key that is there or not")]
pub struct Language {
    /// A price of reasoning tokens.
    pub reasoning: bool,
    /// A factor for work that waits a day.
    pub batch: bool,
    /// A factor for work that is served when there is room.
    pub flex: bool,
    /// A factor for work that is served first.
    pub priority: bool,
    /// Prices of long requests.
    pub long_context: bool,
    /// Factors by time of day.
    pub windows: bool,
    /// Prices that begin later.
    pub announced: bool,
    /// The length of a request.
    pub context: bool,
    /// The end of an llm.
    pub retires: bool,
}

impl Language {
    /// The language of this program.
    pub fn of_this_version() -> Self {
        let card = Reader::shape_of(RateCard::read);
        let has = |path: &[&str]| leads_to_a_value(&card, path);
        Self {
            reasoning: has(&["rates", "reasoning"]),
            batch: has(&["factors", "batch"]),
            flex: has(&["factors", "flex"]),
            priority: has(&["factors", "priority"]),
            long_context: ["above", "input_factor", "output_factor"]
                .iter()
                .all(|key| has(&["long_context", key])),
            windows: ["from", "until", "zone", "factor"].iter().all(|key| has(&["windows", key])),
            announced: has(&["announced", "input"]) && has(&["announced", "output"]),
            context: has(&["context"]),
            retires: has(&["retires"]),
        }
    }
}

/// Whether a path of keys ends at a single value. Lists and tables by id or month are passed through.
fn leads_to_a_value(shape: &Shape, path: &[&str]) -> bool {
    match (shape, path) {
        (Shape::List(inner) | Shape::Map(_, inner), _) => leads_to_a_value(inner, path),
        (Shape::Any(shapes), _) => shapes.iter().any(|shape| leads_to_a_value(shape, path)),
        (Shape::Table(fields), [key, rest @ ..]) => {
            fields.iter().any(|field| field.key == *key && leads_to_a_value(&field.shape, rest))
        }
        (Shape::Table(_) | Shape::Kinds(_) | Shape::Flag, _) => false,
        (_, path) => path.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, leads_to_a_value};
    use crate::document::{Reader, Shape};
    use crate::pricing::RateCard;

    #[test]
    fn the_decoder_is_asked_and_not_a_list() {
        assert!(Language::of_this_version().batch);
        let card: Shape = Reader::shape_of(RateCard::read);
        assert!(leads_to_a_value(&card, &["rates", "input"]));
        assert!(leads_to_a_value(&card, &["cache", "writes", "rate"]));
        assert!(!leads_to_a_value(&card, &["rates"]));
        assert!(!leads_to_a_value(&card, &["rates", "imput"]));
        assert!(!leads_to_a_value(&card, &["title", "input"]));
    }
}
