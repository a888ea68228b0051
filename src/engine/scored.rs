//! The mean score of each path's answers, by evaluation. Without evaluations it is empty and costs nothing.

use super::block::BLOCK;
use crate::lanes::Lanes;
use crate::model::{EventKind, Model};

/// Evaluations that some traffic needs, in the order in which events name them.
pub fn evaluations(model: &Model) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for event in &model.events {
        if let EventKind::Graded(evaluation) = &event.kind
            && !found.contains(&evaluation.as_str())
        {
            found.push(evaluation);
        }
    }
    found
}

/// What is kept of the scores of all strategies.
#[derive(Clone)]
pub(super) struct Scored {
    evaluations: usize,
    /// By event: the evaluation whose answers (0) or right ones (1) it counts.
    of_event: Vec<Option<(usize, usize)>>,
    /// `sums[strategy · evaluations + evaluation]`: answers and right ones of this batch, over all months.
    sums: Vec<[Lanes; 2]>,
    /// In the same order: mean score by path of the block; NaN where nothing was answered.
    pub(super) values: Vec<[f64; BLOCK]>,
}

impl Scored {
    pub(super) fn new(model: &Model) -> Self {
        let names = evaluations(model);
        let place = |wanted: &str| names.iter().position(|name| *name == wanted);
        let of_event = model.events.iter().map(|event| match &event.kind {
            EventKind::Graded(evaluation) => place(evaluation).map(|place| (place, 0)),
            EventKind::Scored(evaluation) => place(evaluation).map(|place| (place, 1)),
            _ => None,
        });
        let all = model.strategies.len() * names.len();
        Self {
            evaluations: names.len(),
            of_event: of_event.collect(),
            sums: vec![[Lanes::ZERO; 2]; all],
            values: vec![[f64::NAN; BLOCK]; all],
        }
    }

    pub(super) fn begin(&mut self) {
        self.sums.fill([Lanes::ZERO; 2]);
    }

    /// Takes a month of a strategy.
    pub(super) fn take(&mut self, strategy: usize, noted: &[(usize, Lanes)]) {
        if self.evaluations == 0 {
            return;
        }
        for (event, count) in noted {
            if let Some((evaluation, which)) = self.of_event[*event] {
                let sum = &mut self.sums[strategy * self.evaluations + evaluation][which];
                sum.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
            }
        }
    }

    /// Ends a batch whose paths begin at a place of the block.
    pub(super) fn end(&mut self, begin: usize, width: usize) {
        for (values, [answers, right]) in self.values.iter_mut().zip(&self.sums) {
            for i in 0..width {
                values[begin + i] = right[i] / answers[i];
            }
        }
    }
}
