//! How well a strategy answers: the mean score of what it serves, by evaluation.

use crate::engine::{EventCount, evaluations};
use crate::model::{EventKind, Model};
use crate::random::Sampling;
use crate::stats::{Estimate, Paths};

/// How the mean score of a future's answers differs from future to future.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreSpread {
    /// Mean over futures, with its error.
    pub mean: Estimate,
    /// 5th percentile.
    pub p5: Estimate,
    /// Median.
    pub p50: Estimate,
    /// 95th percentile.
    pub p95: Estimate,
}

impl ScoreSpread {
    /// Of the futures in which something was answered; none where nothing ever was.
    fn of(scores: &[f64], sampling: Sampling) -> Option<Self> {
        let answered: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
        // Replicates are told by the order of all paths: where some are missing, errors are those of independent paths.
        let sampling = if answered.len() == scores.len() { sampling } else { Sampling::Plain };
        let paths = Paths::new(&answered, sampling);
        (!answered.is_empty()).then(|| Self {
            mean: paths.mean(),
            p5: paths.quantile(0.05),
            p50: paths.quantile(0.50),
            p95: paths.quantile(0.95),
        })
    }
}

/// The mean score in one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// The evaluation.
    pub evaluation: String,
    /// Mean over all answers to traffics that need it, of all months and futures; absent if nothing was answered.
    pub mean: Option<f64>,
    /// How futures differ; absent if nothing was answered.
    pub spread: Option<ScoreSpread>,
    /// The mean by month.
    pub by_month: Vec<Option<f64>>,
    /// Mean number of answers by month.
    pub answers: Vec<f64>,
}

/// The scores of a strategy from what was counted, by evaluation in the order in which traffics name them.
pub(super) fn qualities(
    model: &Model,
    counts: &[EventCount],
    scores: &[Vec<f64>],
    sampling: Sampling,
) -> Vec<Quality> {
    // Members of a chain of strategies count for themselves; what they answer sums.
    let sum = |wanted: EventKind| {
        let mut months = vec![0.0; model.timeline.length];
        for (_, count) in model.events.iter().zip(counts).filter(|(event, _)| event.kind == wanted) {
            months.iter_mut().zip(&count.by_month).for_each(|(sum, count)| *sum += count);
        }
        months
    };
    let quality = |(evaluation, scores): (&str, &Vec<f64>)| {
        let [answers, right] =
            [EventKind::Graded(evaluation.into()), EventKind::Scored(evaluation.into())].map(sum);
        let ratio = |above: f64, below: f64| (below > 0.0).then(|| above / below);
        Quality {
            evaluation: evaluation.to_owned(),
            mean: ratio(right.iter().sum(), answers.iter().sum()),
            spread: ScoreSpread::of(scores, sampling),
            by_month: right.iter().zip(&answers).map(|(right, all)| ratio(*right, *all)).collect(),
            answers,
        }
    };
    evaluations(model).into_iter().zip(scores).map(quality).collect()
}
