//! A word out of a few, each of which means a value.

use super::decode::{At, Decode};
use super::node::Value;
use super::shape::Shape;
use crate::diagnostic::Diagnostic;
use crate::text::did_you_mean;

/// One of some words, and what each means.
pub struct WordOf<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Copy> Decode for WordOf<T> {
    type Value = T;

    fn decode(&self, at: &At<'_>) -> Option<T> {
        let words = self.0.iter().map(|(word, _)| *word);
        let expected = format!("one of \"{}\"", words.clone().collect::<Vec<_>>().join("\", \""));
        let Value::Text(found) = &at.node.value else {
            at.refuse("wrong-type", &expected);
            return None;
        };
        let meant = self.0.iter().find(|(word, _)| word == found).map(|(_, meaning)| *meaning);
        if meant.is_none() {
            let close = did_you_mean(found, words).map(|close| format!("did you mean \"{close}\"?"));
            let message = format!("`{}` is {}", at.address, at.node.value.describe());
            let mistake = Diagnostic::error("unknown-word", at.node.span, message);
            at.scope.push(mistake.label(format!("expected {expected}")).help_if(close));
        }
        meant
    }

    fn shape(&self) -> Shape {
        Shape::Words(self.0.iter().map(|(word, _)| *word).collect())
    }
}
