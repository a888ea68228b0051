//! Everything that a report of one run shows.

use rayon::prelude::*;

use super::break_even::{BreakEven, break_even};
use super::compare::{Difference, cheapest_shares, difference};
use super::convergence::{Settled, convergence};
use super::happenings::{Happening, happenings};
use super::quality::{Quality, qualities};
use super::summary::{Summary, summarize};
use super::switches::{Switched, switches};
use crate::document::Title;
use crate::engine::{Fans, Outcomes, PERCENTILES, PathTotals, StrategyOutcome};
use crate::finance::{Component, Measure, View};
use crate::model::{Model, Strategy};
use crate::random::{Design, Sampling};
use crate::stats::{Estimate, Paths};

/// What a run says.
pub struct Findings {
    /// By strategy, in the order of the scenario.
    pub strategies: Vec<StrategyFindings>,
    /// The strategy that others are compared with.
    pub baseline: usize,
    /// The strategy with the lowest mean cost.
    pub cheapest: usize,
    /// Whether costs are compared as present values; else as nominal totals.
    pub discounted: bool,
    /// Simulated paths.
    pub paths: u64,
    /// What draws depend on.
    pub design: Design,
    /// What people call the streams of requests.
    pub streams: Vec<Title>,
    /// Names of the months.
    pub months: Vec<String>,
    /// Hours of each month.
    pub hours: Vec<f64>,
    /// Fiscal year of each month.
    pub fiscal_years: Vec<String>,
    /// ISO 4217 code of all amounts.
    pub currency: &'static str,
    /// Whether the precision asked for was reached; absent if none was asked for.
    pub precise: Option<bool>,
    /// Whether users answer to the llms that serve them, so that strategies are asked to serve different numbers.
    pub users_answer: bool,
    /// Whether some traffic earns something, so that there is a margin.
    pub earns: bool,
}

/// What one strategy costs.
pub struct StrategyFindings {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Title,
    /// What strategies are compared by: present value, or nominal without a discount rate.
    pub cost: Summary,
    /// Cash over all months, nominal.
    pub nominal: Summary,
    /// Nominal cash of each path, in the order of paths.
    pub nominal_paths: Vec<f64>,
    /// Its values over paths, sorted, for distribution charts (of `cost`).
    pub sorted: Vec<f64>,
    /// How the mean of `cost` settled, by rising size of the run.
    pub settled: Vec<Settled>,
    /// Share of paths in which it is the cheapest.
    pub cheapest: f64,
    /// What its rules did, in the order in which they are met.
    pub switches: Vec<Switched>,
    /// Mean scores of its answers, by evaluation that a traffic needs.
    pub quality: Vec<Quality>,
    /// What was counted of what happened to it.
    pub happenings: Vec<Happening>,
    /// Against the baseline; absent for the baseline itself.
    pub difference: Option<Difference>,
    /// Against the baseline; absent for the baseline itself.
    pub break_even: Option<BreakEven>,
    /// Mean by month and component: `components[month][component]`.
    pub components: Vec<[f64; Component::COUNT]>,
    /// Which components were ever posted to.
    pub posted: [bool; Component::COUNT],
    /// Mean of physical amounts by month.
    pub measures: Vec<[f64; Measure::COUNT]>,
    /// Standard error of each month's mean cash.
    pub monthly_error: Vec<f64>,
    /// Standard error of the mean margin over all months.
    pub margin_error: f64,
    /// Share of each stream's requests that were served, as a ratio of means; absent if none arrived.
    pub served_by_stream: Vec<Option<f64>>,
    /// What is left of the revenue over all months, nominal; absent where nothing is earned.
    pub margin: Option<Margin>,
    /// What each gate measured, by gate and path; NaN where it has no value.
    pub gates: Vec<Vec<f64>>,
    /// Percentiles by month; empty for a run that did not keep them.
    pub fans: Fans,
    /// By fiscal year; empty for a run that did not keep fans.
    pub years: Vec<YearCost>,
}

/// Mean cost of a fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearCost {
    /// `FY2027`
    pub name: String,
    /// Months of the scenario in it.
    pub months: usize,
    /// Money that moves.
    pub cash: f64,
    /// What the books show.
    pub accrual: f64,
    /// Percentiles of cash over futures, in the order of [`PERCENTILES`].
    pub percentiles: [f64; PERCENTILES.len()],
    /// Mean of the dearest 5 % of futures.
    pub cvar95: f64,
}

impl StrategyFindings {
    /// Mean of a month's cost in a view.
    pub fn month_mean(&self, month: usize, view: View) -> f64 {
        let counts = |c: &Component| c.view() == View::Both || c.view() == view;
        Component::ALL.into_iter().filter(counts).map(|c| self.components[month][c as usize]).sum()
    }

    /// Mean of a month's revenue less its cash.
    pub fn month_margin(&self, month: usize) -> f64 {
        self.measures[month][Measure::Revenue as usize] - self.month_mean(month, View::Cash)
    }

    /// Mean of revenue less cash over all months.
    pub fn mean_margin(&self) -> f64 {
        (0..self.components.len()).map(|month| self.month_margin(month)).sum()
    }

    /// Mean of a component over all months.
    pub fn component_mean(&self, component: Component) -> f64 {
        self.components.iter().map(|month| month[component as usize]).sum()
    }

    /// Mean of a physical amount over all months.
    pub fn measured(&self, measure: Measure) -> f64 {
        self.measures.iter().map(|month| month[measure as usize]).sum()
    }

    /// Share of requests that were served, as a ratio of means.
    pub fn served_share(&self) -> f64 {
        served_share(&self.measures)
    }
}

/// Share of requests that were served, as a ratio of means; all of nothing.
pub(super) fn served_share(months: &[[f64; Measure::COUNT]]) -> f64 {
    let sum = |measure: Measure| months.iter().map(|month| month[measure as usize]).sum::<f64>();
    let offered = sum(Measure::Offered);
    if offered > 0.0 { sum(Measure::Served) / offered } else { 1.0 }
}

/// Turns the outcomes of a run into findings.
pub fn findings(model: &Model, outcomes: Outcomes) -> Findings {
    let compared: Vec<&[f64]> = outcomes.strategies.iter().map(|s| s.totals.compared()).collect();
    let shares = cheapest_shares(&compared);
    let baseline = compared[model.baseline];
    let sampling = outcomes.design.sampling;
    let parts: Vec<_> = outcomes
        .strategies
        .par_iter()
        .enumerate()
        .map(|(place, strategy)| {
            let baseline = (place != model.baseline).then_some(baseline);
            Compared::of(&strategy.totals, baseline, sampling, outcomes.months)
        })
        .collect();
    let paths = outcomes.paths;
    let whole = outcomes.strategies.into_iter().zip(parts).zip(&model.strategies).zip(shares);
    let strategies: Vec<StrategyFindings> = whole
        .map(|(((outcome, compared), strategy), cheapest)| {
            of_strategy(model, strategy, (outcome, compared), cheapest, (paths, sampling))
        })
        .collect();
    let lowest =
        |a: &usize, b: &usize| strategies[*a].cost.mean.value.total_cmp(&strategies[*b].cost.mean.value);
    Findings {
        cheapest: (0..strategies.len()).min_by(lowest).unwrap_or(0),
        strategies,
        baseline: model.baseline,
        discounted: model.discount.is_some(),
        paths,
        design: outcomes.design,
        streams: model.streams.iter().map(|stream| stream.title.clone()).collect(),
        months: model.timeline.months().map(|month| month.label.to_string()).collect(),
        hours: model.timeline.months().map(|month| month.hours).collect(),
        fiscal_years: (0..model.timeline.length).map(|month| model.timeline.fiscal_year(month)).collect(),
        currency: model.currency.code(),
        precise: outcomes.precise,
        users_answer: model.strategies.iter().any(|strategy| strategy.own_streams.is_some()),
        earns: model.streams.iter().any(|stream| stream.earns.is_some()),
    }
}

/// What one strategy costs, of so many paths.
fn of_strategy(
    model: &Model,
    strategy: &Strategy,
    (outcome, compared): (StrategyOutcome, Compared),
    cheapest: f64,
    (paths, sampling): (u64, Sampling),
) -> StrategyFindings {
    let StrategyOutcome {
        mut totals,
        components,
        posted,
        measures,
        monthly_error,
        margin_error,
        offered,
        served,
        fired,
        events,
        fans,
    } = outcome;
    let margin = model.margin.map(|place| Margin::of(&totals.gates.remove(place), sampling));
    let Compared { cost, nominal, sorted, settled, difference, break_even } = compared;
    let mut found = StrategyFindings {
        id: strategy.id.clone(),
        title: strategy.title.clone(),
        cost,
        nominal,
        nominal_paths: totals.nominal,
        sorted,
        settled,
        cheapest,
        difference,
        break_even,
        components,
        posted,
        measures,
        monthly_error,
        margin_error,
        margin,
        served_by_stream: ratios(&served, &offered),
        gates: totals.gates,
        quality: qualities(model, &events, &totals.scores, sampling),
        happenings: happenings(model, &strategy.id, events, paths),
        switches: switches(model, strategy, &fired, paths),
        fans: fans.unwrap_or_default(),
        years: Vec::new(),
    };
    found.years = years(model, &found);
    found
}

/// What is left of the revenue, over futures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// 5th percentile.
    pub p5: Estimate,
    /// Median.
    pub p50: Estimate,
    /// 95th percentile.
    pub p95: Estimate,
    /// Share of futures in which nothing is left: costs exceed the revenue.
    pub negative: Estimate,
}

impl Margin {
    fn of(values: &[f64], sampling: Sampling) -> Self {
        let below: Vec<f64> = values.iter().map(|margin| if *margin < 0.0 { 1.0 } else { 0.0 }).collect();
        let paths = Paths::new(values, sampling);
        let quantile = |share: f64| paths.quantile(share);
        let negative = Paths::new(&below, sampling).mean();
        Self { p5: quantile(0.05), p50: quantile(0.50), p95: quantile(0.95), negative }
    }
}

/// What the totals of one strategy say, by themselves and against the baseline.
struct Compared {
    cost: Summary,
    nominal: Summary,
    sorted: Vec<f64>,
    settled: Vec<Settled>,
    difference: Option<Difference>,
    break_even: Option<BreakEven>,
}

impl Compared {
    fn of(totals: &PathTotals, baseline: Option<&[f64]>, sampling: Sampling, months: usize) -> Self {
        let own = totals.compared();
        let mut sorted = own.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self {
            cost: summarize(own, sampling),
            nominal: summarize(&totals.nominal, sampling),
            sorted,
            settled: convergence(own, sampling),
            difference: baseline.map(|baseline| difference(own, baseline, sampling)),
            break_even: baseline.map(|_| break_even(&totals.break_even, months)),
        }
    }
}

/// Shares of what arrived, where anything did.
fn ratios(served: &[f64], offered: &[f64]) -> Vec<Option<f64>> {
    served.iter().zip(offered).map(|(served, all)| (*all > 0.0).then(|| served / all)).collect()
}

fn years(model: &Model, strategy: &StrategyFindings) -> Vec<YearCost> {
    let timeline = &model.timeline;
    let fans = strategy.fans.yearly.iter().zip(&strategy.fans.yearly_cvar95);
    let mut years: Vec<YearCost> = fans
        .map(|(percentiles, cvar95)| YearCost {
            name: String::new(),
            months: 0,
            cash: 0.0,
            accrual: 0.0,
            percentiles: *percentiles,
            cvar95: *cvar95,
        })
        .collect();
    for month in 0..timeline.length {
        let Some(year) = years.get_mut(timeline.year_index(month)) else { continue };
        year.name = timeline.fiscal_year(month);
        year.months += 1;
        year.cash += strategy.month_mean(month, View::Cash);
        year.accrual += strategy.month_mean(month, View::Accrual);
    }
    years
}
