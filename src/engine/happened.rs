//! How often the events of a model happened: sums by month, and in how many paths they ever did.

use crate::lanes::{LANES, Lanes};
use crate::model::Model;

/// What is kept of the events of all strategies. Without events it is empty and costs nothing.
#[derive(Clone)]
pub(super) struct Happened {
    events: usize,
    months: usize,
    /// `counts[(strategy · events + event) · months + month]`: summed over paths.
    pub(super) counts: Vec<f64>,
    /// In the same order: paths in which it happened for the first time.
    pub(super) first: Vec<u64>,
    /// `met[strategy · events + event]`: where it has happened in the paths of this batch.
    met: Vec<[bool; LANES]>,
}

/// What one event came to.
#[derive(Clone, Debug)]
pub struct EventCount {
    /// Mean by month.
    pub by_month: Vec<f64>,
    /// By month: paths in which it happened for the first time.
    pub first: Vec<u64>,
}

impl Happened {
    pub(super) fn new(model: &Model) -> Self {
        let (events, months) = (model.events.len(), model.timeline.length);
        let each = model.strategies.len() * events;
        Self {
            events,
            months,
            counts: vec![0.0; each * months],
            first: vec![0; each * months],
            met: vec![[false; LANES]; each],
        }
    }

    pub(super) fn clear(&mut self) {
        self.counts.fill(0.0);
        self.first.fill(0);
    }

    pub(super) fn begin(&mut self) {
        self.met.fill([false; LANES]);
    }

    /// Takes a month of a strategy; of each batch so many lanes count.
    pub(super) fn take(&mut self, strategy: usize, month: usize, noted: &[(usize, Lanes)], width: usize) {
        for (event, count) in noted {
            let place = strategy * self.events + event;
            let cell = place * self.months + month;
            for (met, count) in self.met[place].iter_mut().zip(count).take(width) {
                // One path after the other, so that the width of batches changes no rounding.
                self.counts[cell] += count;
                if *count > 0.0 && !*met {
                    *met = true;
                    self.first[cell] += 1;
                }
            }
        }
    }

    /// Adds what a block counted.
    pub(super) fn fold(&mut self, block: &Self) {
        self.counts.iter_mut().zip(&block.counts).for_each(|(sum, count)| *sum += count);
        self.first.iter_mut().zip(&block.first).for_each(|(sum, count)| *sum += count);
    }

    /// The means of a strategy over so many paths, by event.
    pub(super) fn of(&self, strategy: usize, paths: f64) -> Vec<EventCount> {
        let own = |place: usize| (strategy * self.events + place) * self.months;
        let event = |place: usize| EventCount {
            by_month: self.counts[own(place)..own(place + 1)].iter().map(|sum| sum / paths).collect(),
            first: self.first[own(place)..own(place + 1)].to_vec(),
        };
        (0..self.events).map(event).collect()
    }
}
