//! The charts of a run: findings become the plain data that charts take.

use rayon::prelude::*;

use super::chart::{
    BreakEven, BreakEvenSeries, CHARTS, CapacityPanel, ComponentBars, Components, ComponentsMonthly,
    Convergence, ConvergenceSeries, Distribution, DistributionSeries, Fan, FanSeries, GpusMonthly,
    MonthlyPanel, QualityPlane, QualityPoint, Threshold, quantile_grid,
};
use super::display::{Lang, fine_percent};
use super::{File, Report, pictures};
use crate::analysis::{Settled, StrategyFindings};
use crate::engine::place_of;
use crate::finance::{Component, Measure, View};

/// Points of a distribution's line; odd, so that the one in the middle is the median.
const POINTS: usize = 401;

impl Report<'_> {
    /// Every chart that the run has something to say in, as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn charts(&self) -> Result<Vec<File>, String> {
        let drawn: Result<Vec<[File; 2]>, String> = CHARTS
            .par_iter()
            .filter_map(|kind| Some((kind.name, self.chart(kind.name)?)))
            .map(|(name, svg)| pictures::pair(name, svg))
            .collect();
        drawn.map(|files| files.into_iter().flatten().collect())
    }

    /// One chart as SVG; none where there is nothing to compare.
    fn chart(&self, name: &str) -> Option<String> {
        let svg = match name {
            "cumulative" => self.fan(true).svg(),
            "monthly" => self.fan(false).svg(),
            "distribution" => self.distribution().svg(),
            "break-even" if self.findings.strategies.len() > 1 => self.break_even_chart().svg(),
            "components" => self.components().svg(),
            "components-monthly" => self.components_monthly().svg(),
            "capacity" => self.capacity()?.svg(),
            "quality" => self.quality()?.svg(),
            "convergence" if self.findings.strategies.iter().any(|s| s.settled.len() > 1) => {
                self.convergence().svg()
            }
            _ => return None,
        };
        Some(svg)
    }

    fn each<T>(&self, make: impl Fn(usize, &StrategyFindings) -> T) -> Vec<T> {
        self.findings.strategies.iter().enumerate().map(|(place, strategy)| make(place, strategy)).collect()
    }

    fn fan(&self, cumulative: bool) -> Fan {
        let series = self.each(|place, s| {
            let fan = if cumulative { &s.fans.cumulative } else { &s.fans.monthly };
            let at = |p: f64| {
                let place = place_of(p).unwrap_or(0);
                fan.iter().map(|month| month[place]).collect::<Vec<f64>>()
            };
            let [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.50, 0.75, 0.95].map(at);
            FanSeries { name: self.name(place), color: place, p5, p25, p50, p75, p95 }
        });
        Fan {
            caption: if cumulative { self.cumulative_caption() } else { self.monthly_caption() },
            months: self.findings.months.clone(),
            series,
            thresholds: self.limits(if cumulative { "total" } else { "month" }),
            currency: self.findings.currency.to_owned(),
            lang: self.lang,
        }
    }

    /// GPUs of the strategies that have some.
    fn capacity(&self) -> Option<GpusMonthly> {
        let panel = |place: usize, s: &StrategyFindings| {
            let of = |measure: Measure| {
                let hours = self.findings.hours.iter();
                s.measures.iter().zip(hours).map(|(month, hours)| month[measure as usize] / hours).collect()
            };
            let (busy, there) = (of(Measure::BusyGpuHours), of(Measure::GpuHours));
            CapacityPanel { name: self.name(place), color: place, busy, there, served: s.served_share() }
        };
        let panels: Vec<_> =
            self.each(panel).into_iter().filter(|panel| panel.utilization().is_some()).collect();
        (!panels.is_empty()).then(|| GpusMonthly {
            caption: self.capacity_caption(&panels),
            months: self.findings.months.clone(),
            panels,
            lang: self.lang,
        })
    }

    /// Strategies by cost and score in the first evaluation that a traffic needs; one alone has nobody to stand beside.
    fn quality(&self) -> Option<QualityPlane> {
        let point = |place: usize, s: &StrategyFindings| {
            let quality = s.quality.first()?;
            let (mean, spread) = (quality.mean?, quality.spread?);
            Some(QualityPoint {
                name: self.name(place),
                detail: format!("{} · {}", self.money(s.cost.mean.value), fine_percent(mean)),
                color: place,
                cost: [s.cost.p5, s.cost.mean, s.cost.p95].map(|cost| cost.value),
                score: [spread.p5.value, mean, spread.p95.value],
            })
        };
        let points: Vec<_> = self.each(point).into_iter().flatten().collect();
        (points.len() > 1).then(|| QualityPlane {
            caption: self.quality_caption(),
            points,
            currency: self.findings.currency.to_owned(),
            lang: self.lang,
        })
    }

    /// The limits of the budget on a period; they are the same for every strategy.
    fn limits(&self, period: &str) -> Vec<Threshold> {
        let verdicts = self.answers.budgets.first().map_or(&[][..], |(_, verdicts)| verdicts);
        let of_period = verdicts.iter().filter(|verdict| verdict.period == period);
        let name = |statistic: &str| match statistic {
            "mean" => self.pick("budget, mean", "予算（平均）").to_owned(),
            "cvar95" => self.pick("budget, CVaR95", "予算（CVaR95）").to_owned(),
            percentile => {
                let percentile = percentile.to_uppercase();
                match self.lang {
                    Lang::En => format!("budget, {percentile}"),
                    Lang::Ja => format!("予算（{percentile}）"),
                }
            }
        };
        of_period.map(|verdict| Threshold { name: name(verdict.statistic), amount: verdict.limit }).collect()
    }

    fn distribution(&self) -> Distribution {
        let series = self.each(|place, s| DistributionSeries {
            name: self.name(place),
            color: place,
            quantiles: quantile_grid(&s.sorted, POINTS),
            within: None,
        });
        Distribution {
            caption: self.distribution_caption(),
            series,
            // A budget is nominal, so it has no place among present values.
            threshold: self.limits("total").into_iter().next().filter(|_| !self.findings.discounted),
            currency: self.findings.currency.to_owned(),
            lang: self.lang,
        }
    }

    fn break_even_chart(&self) -> BreakEven {
        let series = self.each(|place, s| {
            let overtaken = s.break_even.as_ref()?.by_month.clone();
            Some(BreakEvenSeries { name: self.name(place), color: place, overtaken })
        });
        BreakEven {
            caption: self.break_even_caption(),
            months: self.findings.months.clone(),
            series: series.into_iter().flatten().collect(),
            lang: self.lang,
        }
    }

    fn convergence(&self) -> Convergence {
        let series = self.each(|place, s| {
            let last = s.settled.last().map_or(f64::NAN, |settled| settled.mean);
            let shares = |settled: &Settled| {
                [settled.interval.low, settled.mean, settled.interval.high].map(|amount| amount / last)
            };
            ConvergenceSeries {
                name: self.name(place),
                color: place,
                settled: s.settled.iter().map(shares).collect(),
            }
        });
        let sizes = self.findings.strategies.first().map(|s| s.settled.iter().map(|settled| settled.paths));
        Convergence {
            caption: self.convergence_caption(),
            paths: sizes.into_iter().flatten().map(Self::count).collect(),
            series,
            lang: self.lang,
        }
    }

    /// The components of cash that any strategy posts to.
    fn cash_components(&self) -> Vec<Component> {
        let posted = |c: &Component| self.findings.strategies.iter().any(|s| s.posted[*c as usize]);
        Component::ALL.into_iter().filter(|c| c.view() != View::Accrual && posted(c)).collect()
    }

    fn component_names(&self) -> Vec<String> {
        self.cash_components().into_iter().map(|c| self.pick(c.name(), c.name_ja()).to_owned()).collect()
    }

    fn components(&self) -> Components {
        let strategies = self.each(|place, s| ComponentBars {
            name: self.name(place),
            color: place,
            amounts: self.cash_components().into_iter().map(|c| s.component_mean(c)).collect(),
        });
        Components {
            caption: self.components_caption(),
            components: self.component_names(),
            strategies,
            currency: self.findings.currency.to_owned(),
            lang: self.lang,
        }
    }

    fn components_monthly(&self) -> ComponentsMonthly {
        let panels = self.each(|place, s| MonthlyPanel {
            name: self.name(place),
            amounts: self
                .cash_components()
                .into_iter()
                .map(|c| s.components.iter().map(|month| month[c as usize]).collect())
                .collect(),
        });
        ComponentsMonthly {
            caption: self.components_monthly_caption(),
            months: self.findings.months.clone(),
            components: self.component_names(),
            panels,
            currency: self.findings.currency.to_owned(),
            lang: self.lang,
        }
    }
}
