//! The findings as one JSON object.

use serde_json::{Value, json};

use super::{Report, VERSION};
use crate::analysis::{Passage, Quality, StrategyFindings, StressFindings, Stressed, Summary, Verdict};
use crate::finance::{Component, Measure, View};
use crate::stats::{Estimate, Interval};

impl Report<'_> {
    /// Everything that the tables show, with full precision; a number that does not exist is null.
    pub fn json(&self) -> Value {
        let found = self.findings;
        json!({
            "program": "tokencast",
            "version": VERSION,
            "scenario": { "file": self.file, "title": self.title(), "sha256": self.hash },
            "paths": found.paths,
            "seed": found.design.seed,
            "sampling": found.design.sampling.word(),
            "precise": found.precise,
            "currency": found.currency,
            "months": found.months,
            "fiscal_years": found.fiscal_years,
            "compared_by": if found.discounted { "npv" } else { "nominal" },
            "baseline": found.strategies[found.baseline].id,
            "cheapest": found.strategies[found.cheapest].id,
            "headline": self.headline(),
            "stresses": self.answers.stresses.iter().map(|stress| self.stress_json(stress)).collect::<Vec<_>>(),
            "budgets": self.answers.budgets.iter().flat_map(|(place, verdicts)| verdicts.iter().map(move |v| self.verdict_json(*place, v))).collect::<Vec<_>>(),
            "gates": self.answers.gates.iter().flat_map(|(place, passages)| passages.iter().map(move |p| self.passage_json(*place, p))).collect::<Vec<_>>(),
            "strategies": (0..found.strategies.len()).map(|place| self.strategy_json(place)).collect::<Vec<_>>(),
        })
    }

    fn stress_json(&self, stress: &StressFindings) -> Value {
        let strategy = |(place, s): (usize, &Stressed)| {
            json!({
                "id": self.findings.strategies[place].id,
                "mean": s.mean,
                "change": s.change,
                "p95": s.p95,
                "cheapest_share": s.cheapest,
                "served_share": s.served,
            })
        };
        json!({
            "title": self.translate(&stress.title, 120),
            "cheapest": self.findings.strategies[stress.cheapest].id,
            "strategies": stress.strategies.iter().enumerate().map(strategy).collect::<Vec<_>>(),
        })
    }

    fn verdict_json(&self, place: usize, verdict: &Verdict) -> Value {
        json!({
            "strategy": self.findings.strategies[place].id,
            "binds": self.answers.bound == Some(place),
            "period": verdict.period,
            "worst": verdict.worst,
            "statistic": verdict.statistic,
            "limit": verdict.limit,
            "value": verdict.value,
            "broken": verdict.broken(),
        })
    }

    fn passage_json(&self, place: usize, passage: &Passage) -> Value {
        let shown = |value: f64| value * passage.measure.shown.1;
        json!({
            "strategy": self.findings.strategies[place].id,
            "binds": self.answers.bound == Some(place),
            "gate": passage.gate,
            "measure": passage.measure.name,
            "traffic": passage.traffic.map(|stream| self.stream_name(stream)),
            "from": self.findings.months[passage.months.0],
            "until": self.findings.months[passage.months.1],
            "statistic": passage.statistic,
            "side": if passage.at_least { "at_least" } else { "at_most" },
            "unit": self.gauge_unit(passage.measure),
            "limit": shown(passage.limit),
            "value": passage.value.map(shown),
            "broken": passage.broken(),
        })
    }

    fn strategy_json(&self, place: usize) -> Value {
        let s = &self.findings.strategies[place];
        let margin = s.margin.map(|margin| {
            json!({
                "p5": estimate(margin.p5),
                "p50": estimate(margin.p50),
                "p95": estimate(margin.p95),
                "negative_share": estimate(margin.negative),
            })
        });
        json!({
            "margin": margin,
            "id": s.id,
            "title": self.name(place),
            "cost": summary(&s.cost),
            "nominal": summary(&s.nominal),
            "cheapest_share": s.cheapest,
            "difference": s.difference.as_ref().map(|d| json!({
                "mean": estimate(d.mean),
                "interval_95": interval(d.interval),
                "p5": d.p5,
                "p95": d.p95,
                "cheaper_share": d.cheaper,
                "cheaper_interval_95": interval(d.cheaper_interval),
            })),
            "break_even": s.break_even.as_ref().map(|b| json!({
                "p5_months": b.p5,
                "p50_months": b.p50,
                "p95_months": b.p95,
                "p50_month": b.p50.map(|moment| &self.findings.months[self.month_of(moment)]),
                "never_share": b.never,
                "never_interval_95": interval(b.never_interval),
                "share_by_month": b.by_month,
            })),
            "served_share": s.served_share(),
            "served_share_by_traffic": s.served_by_stream.iter().enumerate().map(|(stream, share)| json!({
                "traffic": self.stream_name(stream), "share": share,
            })).collect::<Vec<_>>(),
            "switches": s.switches.iter().map(|switch| json!({
                "rule": switch.rule,
                "from": switch.from.0,
                "to": switch.to.0,
                "share": switch.share,
                "interval_95": interval(switch.interval),
                "median_month": switch.median.map(|month| &self.findings.months[month]),
                "share_by_month": switch.by_month,
            })).collect::<Vec<_>>(),
            "quality": s.quality.iter().map(scores).collect::<Vec<_>>(),
            "events": s.happenings.iter().map(|happening| json!({
                "strategy": happening.strategy,
                "event": happening.kind.says().0,
                "counts": if happening.kind.counts_requests() { "requests" } else { "moves" },
                "mean": happening.mean,
                "share": happening.share,
                "interval_95": interval(happening.interval),
                "median_month": happening.median.map(|month| &self.findings.months[month]),
                "mean_by_month": happening.by_month,
            })).collect::<Vec<_>>(),
            "components": components(s),
            "fiscal_years": s.years.iter().map(|y| json!({
                "fiscal_year": y.name, "months": y.months, "cash": y.cash, "accrual": y.accrual,
            })).collect::<Vec<_>>(),
            "monthly": (0..self.findings.months.len()).map(|month| self.month_json(s, month)).collect::<Vec<_>>(),
        })
    }

    fn month_json(&self, s: &StrategyFindings, month: usize) -> Value {
        let measure = |measure: Measure| s.measures[month][measure as usize];
        let mut json = json!({
            "month": self.findings.months[month],
            "cash_mean": s.month_mean(month, View::Cash),
            "cash_standard_error": s.monthly_error[month],
            "cash_percentiles": s.fans.monthly[month],
            "cumulative_percentiles": s.fans.cumulative[month],
            "accrual_mean": s.month_mean(month, View::Accrual),
            "requests_offered": measure(Measure::Offered),
            "requests_served": measure(Measure::Served),
            "requests_shed": measure(Measure::Shed),
            "gpu_hours_paid": measure(Measure::GpuHours),
            "gpu_hours_busy": measure(Measure::BusyGpuHours),
        });
        if self.findings.earns {
            json["revenue"] = measure(Measure::Revenue).into();
            json["revenue_lost"] = measure(Measure::RevenueLost).into();
            json["margin"] = s.month_margin(month).into();
        }
        json
    }
}

fn summary(summary: &Summary) -> Value {
    json!({
        "mean": estimate(summary.mean),
        "sd": summary.sd,
        "p5": estimate(summary.p5),
        "p50": estimate(summary.p50),
        "p95": estimate(summary.p95),
        "cvar95": estimate(summary.cvar95),
    })
}

fn estimate(estimate: Estimate) -> Value {
    json!({ "value": estimate.value, "standard_error": estimate.standard_error })
}

fn interval(interval: Interval) -> Value {
    json!([interval.low, interval.high])
}

fn components(strategy: &StrategyFindings) -> Value {
    let posted = Component::ALL.into_iter().filter(|c| strategy.posted[*c as usize]);
    posted
        .map(|c| {
            let view = match c.view() {
                View::Cash => "cash",
                View::Accrual => "accrual",
                View::Both => "both",
            };
            json!({ "component": c.name(), "view": view, "mean": strategy.component_mean(c) })
        })
        .collect()
}

/// Mean scores in an evaluation, and how futures differ.
fn scores(quality: &Quality) -> Value {
    json!({
        "evaluation": quality.evaluation,
        "mean_score": quality.mean,
        "over_futures": quality.spread.as_ref().map(|spread| json!({
            "mean": estimate(spread.mean),
            "p5": estimate(spread.p5),
            "p50": estimate(spread.p50),
            "p95": estimate(spread.p95),
        })),
        "mean_score_by_month": quality.by_month,
        "answers_by_month": quality.answers,
    })
}
