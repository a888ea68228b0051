//! How often, and when, what is counted happened to a strategy: moves that vendors force, requests that gates refuse.

use crate::engine::EventCount;
use crate::model::{EventKind, Model};
use crate::stats::{Interval, wilson_interval};

/// What one event came to.
#[derive(Clone, Debug)]
pub struct Happening {
    /// The strategy to which it happened: the one itself, or one to which rules lead.
    pub strategy: String,
    /// What happened.
    pub kind: EventKind,
    /// Mean number of moves or requests over all months.
    pub mean: f64,
    /// Mean by month.
    pub by_month: Vec<f64>,
    /// Share of the paths in which it happened at all.
    pub share: f64,
    /// 95 % interval of that.
    pub interval: Interval,
    /// The month, counted from 0, by which it had happened in half of the paths in which it does; absent if it never does.
    pub median: Option<usize>,
}

/// What happened to a strategy that is run; its own events are told even if they never happened.
pub(super) fn happenings(
    model: &Model,
    strategy: &str,
    counts: Vec<EventCount>,
    paths: u64,
) -> Vec<Happening> {
    let news = model.events.iter().zip(counts).filter(|(event, _)| !event.kind.is_grade());
    let told = news.filter_map(|(event, count)| {
        let met: u64 = count.first.iter().sum();
        if met == 0 && event.strategy != strategy {
            return None;
        }
        let mut so_far = 0;
        let median = count.first.iter().position(|paths| {
            so_far += paths;
            so_far > 0 && 2 * so_far >= met
        });
        Some(Happening {
            strategy: event.strategy.clone(),
            kind: event.kind.clone(),
            mean: count.by_month.iter().sum(),
            by_month: count.by_month,
            share: met as f64 / paths as f64,
            interval: wilson_interval(met, paths, 0.95),
            median,
        })
    });
    told.collect()
}
