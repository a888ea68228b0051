//! How often, and when, the rules of a strategy came true.

use crate::document::Title;
use crate::model::{Model, Strategy};
use crate::stats::{Interval, wilson_interval};

/// What one rule did.
#[derive(Clone, Debug)]
pub struct Switched {
    /// Its id.
    pub rule: String,
    /// The strategy that gave way.
    pub from: (String, Title),
    /// The strategy that took over.
    pub to: (String, Title),
    /// Share of the paths in which it acted.
    pub share: f64,
    /// 95 % interval of that.
    pub interval: Interval,
    /// The month, counted from 0, by which it had acted in half of the paths in which it acts; absent if it never does.
    pub median: Option<usize>,
    /// Share of the paths in which it acted, by month.
    pub by_month: Vec<f64>,
}

/// What each rule of a strategy did.
pub(super) fn switches(model: &Model, strategy: &Strategy, fired: &[Vec<u64>], paths: u64) -> Vec<Switched> {
    let Some(switching) = &strategy.switching else { return Vec::new() };
    let named = |member: usize| {
        let strategy = model.strategy(switching.members[member]);
        (strategy.id.clone(), strategy.title.clone())
    };
    let rules = switching.rules.iter().zip(fired);
    rules
        .map(|(rule, by_month)| {
            let count: u64 = by_month.iter().sum();
            let mut so_far = 0;
            let median = by_month.iter().position(|paths| {
                so_far += paths;
                so_far > 0 && 2 * so_far >= count
            });
            Switched {
                rule: rule.id.clone(),
                from: named(rule.from),
                to: named(rule.to),
                share: count as f64 / paths as f64,
                interval: wilson_interval(count, paths, 0.95),
                median,
                by_month: by_month.iter().map(|fired| *fired as f64 / paths as f64).collect(),
            }
        })
        .collect()
}
