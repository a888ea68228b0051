//! `monthly.csv`: one row per strategy and month.

use super::sheet::Sheet;
use crate::analysis::StrategyFindings;
use crate::engine::PERCENTILES;
use crate::finance::{Measure, View};
use crate::report::rounded::{Books, Rounding};
use crate::report::{File, Report, measure};

/// Money beside the cost.
const EARNED: [Measure; 2] = [Measure::Revenue, Measure::RevenueLost];

impl Report<'_> {
    pub(super) fn monthly_csv(&self) -> File {
        let percentiles = |name: &str| PERCENTILES.map(|p| format!("{name}_p{:.0}", 100.0 * p));
        let mut header: Vec<String> =
            ["strategy", "title", "month", "fiscal_year", "currency"].map(String::from).to_vec();
        header.extend(["cash_mean".into(), "cash_standard_error".into()]);
        header.extend(percentiles("cash"));
        header.push("cumulative_mean".into());
        header.extend(percentiles("cumulative"));
        header.push("accrual_mean".into());
        header.extend(Measure::PHYSICAL.map(|measure| measure::name(measure).to_owned()));
        if self.findings.earns {
            header.extend(EARNED.map(|measure| measure::name(measure).to_owned()));
            header.push(measure::MARGIN.to_owned());
        }
        let mut sheet = Sheet::new(&header);
        for (place, strategy) in self.findings.strategies.iter().enumerate() {
            self.write_months(place, strategy, &mut sheet);
        }
        sheet.file("monthly.csv")
    }

    fn write_months(&self, place: usize, strategy: &StrategyFindings, sheet: &mut Sheet) {
        let found = self.findings;
        let rounding = Rounding::of(found.currency);
        let books = Books::of(strategy, rounding);
        let money = |amount: f64| rounding.text(rounding.minor(amount));
        let mut cumulative = 0;
        for month in 0..found.months.len() {
            self.write_place(place, month, sheet);
            sheet.text(found.currency);
            let cash = books.total(month, View::Cash);
            cumulative += cash;
            sheet.number(rounding.text(cash));
            sheet.number(money(strategy.monthly_error[month]));
            strategy.fans.monthly[month].iter().for_each(|amount| sheet.number(money(*amount)));
            sheet.number(rounding.text(cumulative));
            strategy.fans.cumulative[month].iter().for_each(|amount| sheet.number(money(*amount)));
            sheet.number(rounding.text(books.total(month, View::Accrual)));
            for measure in Measure::PHYSICAL {
                sheet.number(format!("{:.2}", strategy.measures[month][measure as usize]));
            }
            if found.earns {
                for measure in EARNED {
                    sheet.number(money(strategy.measures[month][measure as usize]));
                }
                sheet.number(money(strategy.month_margin(month)));
            }
            sheet.end_row();
        }
    }

    /// Strategy, title, month and fiscal year.
    pub(super) fn write_place(&self, place: usize, month: usize, sheet: &mut Sheet) {
        let found = self.findings;
        sheet.text(&found.strategies[place].id);
        sheet.text(&self.name(place));
        sheet.text(&found.months[month]);
        sheet.text(&found.fiscal_years[month]);
    }
}
