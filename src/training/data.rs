//! Data and evaluation of a cycle.

use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Reader, Reference};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// Cases, and the llm that judges them.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Cases that are run.
    pub cases: Number,
    /// Tokens in per case.
    pub input_tokens: Number,
    /// Tokens out per case.
    pub output_tokens: Number,
    /// The llm that judges: `vendor/llm`.
    pub judge: Reference,
    /// Who judges once that llm is retired.
    pub next_judge: Option<Reference>,
}

/// Training data of one cycle.
#[derive(Clone, Debug)]
pub struct Data {
    items: Number,
    price: Number,
    review: Option<Number>,
    reject: Number,
    rework: Number,
}

/// Evaluation of one cycle.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Cases that a judge reads.
    pub judged: Option<Judged>,
    /// Red team.
    pub red_team: Option<Number>,
}

pub(super) fn read_data(t: &mut Reader) -> Option<Data> {
    let items = t.required("items", NumberOf(&units::ITEMS), "examples that are needed");
    let price = t.required("price", NumberOf(&units::MONEY_PER_ITEM), "labeling of one example");
    let review = t.optional("review", NumberOf(&units::MONEY_PER_ITEM), "quality check of one example");
    let reject = t.or("reject", "0", NumberOf(&units::SHARE), "share that the check rejects");
    let rework = t.or("rework", "0", NumberOf(&units::FACTOR), "share that is done again");
    Some(Data { items: items?, price: price?, review: review?, reject: reject?, rework: rework? })
}

pub(super) fn read_evaluation(t: &mut Reader) -> Option<Evaluation> {
    let red_team = t.optional("red_team", NumberOf(&units::MONEY), "red team of a cycle");
    let cases = t.optional("cases", NumberOf(&units::ITEMS), "cases that are run and judged");
    let judge = t.optional("judge", Id("llm of a vendor, as vendor/llm"), "the llm that judges");
    let next =
        t.optional("next_judge", Id("llm of a vendor, as vendor/llm"), "who judges once `judge` is retired");
    let input = t.optional("input_tokens", NumberOf(&units::TOKENS), "tokens in per case");
    let output = t.optional("output_tokens", NumberOf(&units::TOKENS), "tokens out per case");
    let (red_team, cases, judge, next_judge) = (red_team?, cases?, judge?, next?);
    let (input, output) = (input?, output?);
    let said = [cases.is_some(), judge.is_some(), input.is_some(), output.is_some()];
    let judged = match (cases, judge, input, output) {
        (Some(cases), Some(judge), Some(input_tokens), Some(output_tokens)) => {
            Some(Judged { cases, input_tokens, output_tokens, judge, next_judge })
        }
        _ if said.contains(&true) => {
            let keys = ["cases", "judge", "input_tokens", "output_tokens"];
            let lacking = keys.into_iter().zip(said).find(|(_, said)| !said).map_or("", |(key, _)| key);
            let message = format!("an evaluation by a judge needs `{lacking}` as well");
            t.refuse(
                lacking,
                "missing-key",
                &message,
                "say `cases`, `judge`, `input_tokens` and `output_tokens`",
            );
            return None;
        }
        _ => None,
    };
    if judged.is_none() && red_team.is_none() {
        t.refuse(
            "cases",
            "no-evaluation",
            "an evaluation of nothing",
            "say `cases` with a `judge`, or `red_team`",
        );
        return None;
    }
    Some(Evaluation { judged, red_team })
}

/// What fails more often than 99 times in 100 is not planned.
pub(super) const MIN_SUCCESS: f64 = 0.01;

impl Data {
    /// Examples that must be made for those needed: `n · (1 + rework) / (1 − reject)`.
    pub fn made(&self, lookup: &mut dyn Lookup) -> Slot {
        let (items, reject, rework) =
            (lookup.number(&self.items), lookup.number(&self.reject), lookup.number(&self.rework));
        lookup.derive(
            "examples made",
            &[items, reject, rework],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = v[items][i] * (1.0 + v[rework][i]) / (1.0 - v[reject][i]).max(MIN_SUCCESS);
                }
            }),
        )
    }

    /// The price of one made example: labeling and review.
    pub fn price(&self, lookup: &mut dyn Lookup) -> Slot {
        let price = lookup.number(&self.price);
        match &self.review {
            None => price,
            Some(review) => {
                let review = lookup.number(review);
                lookup.plus(price, review)
            }
        }
    }
}
