//! `totals.csv`: one row per strategy, measure and statistic, over all months.

use super::sheet::Sheet;
use crate::analysis::{StrategyFindings, Summary};
use crate::finance::{Measure, View};
use crate::report::rounded::{Books, Rounding};
use crate::report::{File, Report, measure};
use crate::stats::{Estimate, Interval};

/// The rows of one strategy.
struct Rows<'a> {
    sheet: &'a mut Sheet,
    id: &'a str,
    title: String,
    currency: &'static str,
    rounding: Rounding,
}

impl Report<'_> {
    pub(super) fn totals_csv(&self) -> File {
        let mut sheet = Sheet::new(&[
            "strategy",
            "title",
            "measure",
            "statistic",
            "unit",
            "value",
            "standard_error",
            "low_95",
            "high_95",
        ]);
        for (place, strategy) in self.findings.strategies.iter().enumerate() {
            let mut rows = Rows {
                sheet: &mut sheet,
                id: &strategy.id,
                title: self.name(place),
                currency: self.findings.currency,
                rounding: Rounding::of(self.findings.currency),
            };
            self.write_totals(strategy, &mut rows);
        }
        sheet.file("totals.csv")
    }

    fn write_totals(&self, strategy: &StrategyFindings, rows: &mut Rows) {
        let found = self.findings;
        let rounding = rows.rounding;
        let books = Books::of(strategy, rounding);
        // The nominal mean is the sum of the months, so that the files agree to the last yen.
        rows.summary("nominal", &strategy.nominal, books.whole(View::Cash));
        rows.money("accrual", "mean", books.whole(View::Accrual), None, None);
        if found.discounted {
            rows.summary("npv", &strategy.cost, rounding.minor(strategy.cost.mean.value));
        }
        let compared = |s: &StrategyFindings| {
            if found.discounted {
                rounding.minor(s.cost.mean.value)
            } else {
                Books::of(s, rounding).whole(View::Cash)
            }
        };
        rows.plain("cheapest", "share", "share", strategy.cheapest, None);
        if let Some(difference) = &strategy.difference {
            let mean = compared(strategy) - compared(&found.strategies[found.baseline]);
            let error = Some(difference.mean.standard_error);
            rows.money("difference", "mean", mean, error, Some(difference.interval));
            rows.money("difference", "p5", rounding.minor(difference.p5), None, None);
            rows.money("difference", "p95", rounding.minor(difference.p95), None, None);
            rows.plain(
                "cheaper_than_baseline",
                "share",
                "share",
                difference.cheaper,
                Some(difference.cheaper_interval),
            );
        }
        if let Some(moment) = &strategy.break_even {
            for (name, months) in [("p5", moment.p5), ("p50", moment.p50), ("p95", moment.p95)] {
                rows.plain("break_even", name, "months", months.unwrap_or(f64::NAN), None);
            }
            rows.plain("break_even", "never", "share", moment.never, Some(moment.never_interval));
        }
        for switch in &strategy.switches {
            // A rule is told by whose it is: two members of a chain may have rules of one name.
            let name = format!("switch {}.{}", switch.from.0, switch.rule);
            rows.plain(&name, "share", "share", switch.share, Some(switch.interval));
            rows.plain(&name, "median", "months", switch.median.map_or(f64::NAN, |month| month as f64), None);
        }
        for quality in &strategy.quality {
            let name = format!("quality {}", quality.evaluation);
            rows.plain(&name, "mean", "score", quality.mean.unwrap_or(f64::NAN), None);
            let Some(spread) = &quality.spread else { continue };
            for (statistic, value) in [("p5", spread.p5), ("p50", spread.p50), ("p95", spread.p95)] {
                rows.plain(&name, statistic, "score", value.value, Some(value.interval(0.95)));
            }
        }
        write_happenings(strategy, rows);
        for measure in Measure::PHYSICAL {
            let unit = if matches!(measure, Measure::GpuHours | Measure::BusyGpuHours) {
                "GPU-hours"
            } else {
                "requests"
            };
            let name = measure::name(measure);
            rows.row(name, "mean", unit, format!("{:.2}", strategy.measured(measure)), None, None);
            if measure == Measure::Served {
                rows.plain(name, "share", "share", strategy.served_share(), None);
            }
        }
        self.write_earned(strategy, rows);
    }

    /// Revenue and margin, where there are any.
    fn write_earned(&self, strategy: &StrategyFindings, rows: &mut Rows) {
        if self.findings.earns {
            let months = 0..self.findings.months.len();
            let margin = months.map(|month| strategy.month_margin(month)).sum();
            let earned = [Measure::Revenue, Measure::RevenueLost];
            let earned = earned.map(|measure| (measure::name(measure), strategy.measured(measure), None));
            let margin = (measure::MARGIN, margin, Some(strategy.margin_error));
            for (name, mean, error) in earned.into_iter().chain([margin]) {
                rows.money(name, "mean", rows.rounding.minor(mean), error, None);
            }
            let Some(margin) = strategy.margin else { return };
            for (statistic, found) in [("p5", margin.p5), ("p50", margin.p50), ("p95", margin.p95)] {
                let amount = rows.rounding.minor(found.value);
                rows.money(measure::MARGIN, statistic, amount, Some(found.standard_error), None);
            }
            let Estimate { value, standard_error, .. } = margin.negative;
            let error = standard_error.is_finite().then(|| format!("{standard_error:.6}"));
            rows.row(measure::MARGIN, "negative", "share", format!("{value:.6}"), error, None);
        }
    }
}

fn write_happenings(strategy: &StrategyFindings, rows: &mut Rows) {
    for happening in &strategy.happenings {
        let name = format!("event {}: {}", happening.strategy, happening.kind.says().0);
        let unit = if happening.kind.counts_requests() { "requests" } else { "moves" };
        rows.row(&name, "mean", unit, format!("{:.4}", happening.mean), None, None);
        rows.plain(&name, "share", "share", happening.share, Some(happening.interval));
        let median = happening.median.map_or(f64::NAN, |month| month as f64);
        rows.plain(&name, "median", "months", median, None);
    }
}

impl Rows<'_> {
    fn summary(&mut self, measure: &str, summary: &Summary, mean: i64) {
        let minor = |amount: f64| self.rounding.minor(amount);
        let others =
            [("p5", summary.p5), ("p50", summary.p50), ("p95", summary.p95), ("cvar95", summary.cvar95)]
                .map(|(name, estimate)| (name, minor(estimate.value), Some(estimate.standard_error)));
        let sd = minor(summary.sd);
        self.money(measure, "mean", mean, Some(summary.mean.standard_error), None);
        self.money(measure, "sd", sd, None, None);
        for (name, value, error) in others {
            self.money(measure, name, value, error, None);
        }
    }

    fn money(
        &mut self,
        measure: &str,
        statistic: &str,
        value: i64,
        error: Option<f64>,
        interval: Option<Interval>,
    ) {
        let money = |amount: f64| self.rounding.text(self.rounding.minor(amount));
        let error = error.filter(|error| error.is_finite()).map(money);
        let interval = interval.map(|interval| [money(interval.low), money(interval.high)]);
        self.row(measure, statistic, self.currency, self.rounding.text(value), error, interval);
    }

    /// A number that is no money; empty where there is none.
    fn plain(&mut self, measure: &str, statistic: &str, unit: &str, value: f64, interval: Option<Interval>) {
        let digits = if unit == "months" { 2 } else { 6 };
        let text = |value: f64| if value.is_finite() { format!("{value:.digits$}") } else { String::new() };
        let interval = interval.map(|interval| [text(interval.low), text(interval.high)]);
        self.row(measure, statistic, unit, text(value), None, interval);
    }

    fn row(
        &mut self,
        measure: &str,
        statistic: &str,
        unit: &str,
        value: String,
        error: Option<String>,
        interval: Option<[String; 2]>,
    ) {
        let (id, title) = (self.id, self.title.clone());
        for text in [id, &title, measure, statistic, unit] {
            self.sheet.text(text);
        }
        self.sheet.number(value);
        self.sheet.number(error.unwrap_or_default());
        let [low, high] = interval.unwrap_or_default();
        self.sheet.number(low);
        self.sheet.number(high);
        self.sheet.end_row();
    }
}
