//! Whether the chosen strategy stays within the budget.

use super::findings::{Findings, StrategyFindings};
use crate::engine::place_of;
use crate::finance::View;
use crate::scenario::{Budget, Limit, Statistic};
use crate::stats::{Moments, cvar, quantiles};

/// A limit and what it was compared with: the worst month, year or the total.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What is limited: `month`, `fiscal year`, `total`.
    pub period: &'static str,
    /// The worst one: `2028-10`, `FY2028`; empty for the total.
    pub worst: String,
    /// Which statistic.
    pub statistic: &'static str,
    /// The limit, in the scenario's currency.
    pub limit: f64,
    /// The statistic's value there.
    pub value: f64,
}

impl Verdict {
    /// Whether the limit is broken.
    pub fn broken(&self) -> bool {
        self.value > self.limit
    }
}

/// Compares a strategy with each limit of a budget.
pub fn verdicts(findings: &Findings, strategy: &StrategyFindings, budget: &Budget) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for limit in &budget.monthly {
        let months = findings.months.iter().enumerate();
        let values = months.map(|(m, name)| (name.clone(), of_month(strategy, m, limit.statistic)));
        verdicts.extend(worst("month", limit, values));
    }
    for limit in &budget.fiscal_year {
        let values = strategy.years.iter().map(|year| {
            let value = match limit.statistic {
                Statistic::Mean => year.cash,
                Statistic::Percentile(p) => place_of(p).map_or(f64::NAN, |place| year.percentiles[place]),
                Statistic::Cvar95 => year.cvar95,
            };
            (year.name.clone(), value)
        });
        verdicts.extend(worst("fiscal year", limit, values));
    }
    for limit in &budget.total {
        let mut nominal = strategy.nominal_paths.clone();
        let value = match limit.statistic {
            Statistic::Mean => Moments::of(&nominal).mean(),
            Statistic::Percentile(p) => quantiles(&mut nominal, &[p])[0],
            Statistic::Cvar95 => cvar(&mut nominal, 0.95).value,
        };
        verdicts.extend(worst("total", limit, std::iter::once((String::new(), value))));
    }
    verdicts
}

fn of_month(strategy: &StrategyFindings, month: usize, statistic: Statistic) -> f64 {
    match statistic {
        Statistic::Mean => strategy.month_mean(month, View::Cash),
        Statistic::Percentile(p) => place_of(p).map_or(f64::NAN, |place| strategy.fans.monthly[month][place]),
        Statistic::Cvar95 => strategy.fans.monthly_cvar95[month],
    }
}

fn worst(
    period: &'static str,
    limit: &Limit,
    values: impl Iterator<Item = (String, f64)>,
) -> Option<Verdict> {
    let (worst, value) = values.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Verdict { period, worst, statistic: limit.statistic.word(), limit: limit.amount, value })
}
