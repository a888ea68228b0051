//! How well a strategy answers: the mean score of what it serves, by evaluation.

use crate::engine::EventCount;
use crate::model::{EventKind, Model};

/// The mean score in one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// The evaluation.
    pub evaluation: String,
    /// Mean over all answers to traffics that need it, of all months and futures; absent if nothing was answered.
    pub mean: Option<f64>,
    /// The same by month.
    pub by_month: Vec<Option<f64>>,
    /// Mean number of answers by month.
    pub answers: Vec<f64>,
}

/// The scores of a strategy from what was counted, by evaluation in the order in which traffics name them.
pub(super) fn qualities(model: &Model, counts: &[EventCount]) -> Vec<Quality> {
    let mut evaluations: Vec<&str> = Vec::new();
    for event in &model.events {
        if let EventKind::Graded(evaluation) = &event.kind
            && !evaluations.contains(&evaluation.as_str())
        {
            evaluations.push(evaluation);
        }
    }
    // Members of a chain of strategies count for themselves; what they answer sums.
    let sum = |wanted: EventKind| {
        let mut months = vec![0.0; model.timeline.length];
        for (_, count) in model.events.iter().zip(counts).filter(|(event, _)| event.kind == wanted) {
            months.iter_mut().zip(&count.by_month).for_each(|(sum, count)| *sum += count);
        }
        months
    };
    let quality = |evaluation: &str| {
        let [answers, right] =
            [EventKind::Graded(evaluation.into()), EventKind::Scored(evaluation.into())].map(sum);
        let ratio = |above: f64, below: f64| (below > 0.0).then(|| above / below);
        Quality {
            evaluation: evaluation.to_owned(),
            mean: ratio(right.iter().sum(), answers.iter().sum()),
            by_month: right.iter().zip(&answers).map(|(right, all)| ratio(*right, *all)).collect(),
            answers,
        }
    };
    evaluations.into_iter().map(quality).collect()
}
