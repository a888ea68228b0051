//! `stresses.csv` and `budget.csv`: one row per answer.

use super::sheet::Sheet;
use crate::report::rounded::Rounding;
use crate::report::{File, Report};

impl Report<'_> {
    /// Files that only some scenarios ask for.
    pub(super) fn answers_csv(&self) -> Vec<File> {
        let mut files = Vec::new();
        if !self.answers.stresses.is_empty() {
            files.push(self.stresses_csv());
        }
        if !self.answers.budgets.is_empty() {
            files.push(self.budget_csv());
        }
        if !self.answers.gates.is_empty() {
            files.push(self.gates_csv());
        }
        files
    }

    fn stresses_csv(&self) -> File {
        let found = self.findings;
        let rounding = Rounding::of(found.currency);
        let money = |amount: f64| rounding.text(rounding.minor(amount));
        let columns = [
            "stress",
            "strategy",
            "title",
            "currency",
            "mean",
            "change",
            "p95",
            "cheapest_share",
            "served_share",
        ];
        let mut sheet = Sheet::new(&columns);
        for stress in self.answers.stresses {
            for (place, under) in stress.strategies.iter().enumerate() {
                sheet.text(&self.translate(&stress.title, 60));
                sheet.text(&found.strategies[place].id);
                sheet.text(&self.name(place));
                sheet.text(found.currency);
                for amount in [under.mean, under.change, under.p95] {
                    sheet.number(money(amount));
                }
                sheet.number(format!("{:.6}", under.cheapest));
                sheet.number(format!("{:.6}", under.served));
                sheet.end_row();
            }
        }
        sheet.file("stresses.csv")
    }

    fn gates_csv(&self) -> File {
        let columns = [
            "strategy",
            "title",
            "gate",
            "measure",
            "traffic",
            "from",
            "until",
            "statistic",
            "side",
            "unit",
            "limit",
            "value",
            "kept",
        ];
        let mut sheet = Sheet::new(&columns);
        for (place, passages) in self.answers.gates {
            for passage in passages {
                sheet.text(&self.findings.strategies[*place].id);
                sheet.text(&self.name(*place));
                sheet.text(&passage.gate);
                sheet.text(passage.measure.name);
                sheet.text(&passage.traffic.map_or_else(String::new, |stream| self.stream_name(stream)));
                sheet.text(&self.findings.months[passage.months.0]);
                sheet.text(&self.findings.months[passage.months.1]);
                sheet.text(passage.statistic);
                sheet.text(if passage.at_least { "at_least" } else { "at_most" });
                sheet.text(&self.gauge_unit(passage.measure));
                for value in [Some(passage.limit), passage.value] {
                    let shown = value.map(|value| format!("{:.9}", value * passage.measure.shown.1));
                    sheet.number(shown.unwrap_or_default());
                }
                sheet.text(if passage.broken() { "no" } else { "yes" });
                sheet.end_row();
            }
        }
        sheet.file("gates.csv")
    }

    fn budget_csv(&self) -> File {
        let found = self.findings;
        let rounding = Rounding::of(found.currency);
        let money = |amount: f64| rounding.text(rounding.minor(amount));
        let mut sheet = Sheet::new(&[
            "strategy",
            "title",
            "period",
            "worst",
            "statistic",
            "currency",
            "limit",
            "value",
            "kept",
        ]);
        for (place, verdicts) in self.answers.budgets {
            for verdict in verdicts {
                sheet.text(&found.strategies[*place].id);
                sheet.text(&self.name(*place));
                sheet.text(verdict.period);
                sheet.text(&verdict.worst);
                sheet.text(verdict.statistic);
                sheet.text(found.currency);
                sheet.number(money(verdict.limit));
                sheet.number(money(verdict.value));
                sheet.text(if verdict.broken() { "no" } else { "yes" });
                sheet.end_row();
            }
        }
        sheet.file("budget.csv")
    }
}
