//! Answers to what a scenario asks besides its costs: budgets and stresses, for a terminal.

use super::Report;
use super::display::{Lang, percent};
use super::table::{Align, table, wrapped};
use crate::analysis::Verdict;

impl Report<'_> {
    /// Each limit of the budget with what was compared with it; empty without a budget.
    pub fn budgets(&self) -> String {
        let bound = self.answers.bound;
        let mut rows = Vec::new();
        for (place, verdicts) in self.answers.budgets {
            for verdict in verdicts {
                let name = wrapped(&self.name(*place), 28);
                let binds =
                    if bound == Some(*place) { "" } else { self.pick(" (not chosen)", "（対象外）") };
                rows.push(vec![
                    format!("{name}{binds}"),
                    self.limit(verdict),
                    self.money(verdict.limit),
                    format!("{} {}", self.money(verdict.value), verdict.worst).trim_end().to_owned(),
                    self.kept(verdict).to_owned(),
                ]);
            }
        }
        if rows.is_empty() {
            return String::new();
        }
        let header = match self.lang {
            Lang::En => ["Budget", "Limit on", "At most", "Worst", ""],
            Lang::Ja => ["予算", "対象", "上限", "最大", ""],
        };
        table(header.map(str::to_owned).to_vec(), rows, &[Align::Left, Align::Left])
    }

    fn limit(&self, verdict: &Verdict) -> String {
        let period = match (verdict.period, self.lang) {
            (period, Lang::En) => period,
            ("month", Lang::Ja) => "月",
            ("fiscal year", Lang::Ja) => "年度",
            (_, Lang::Ja) => "合計",
        };
        format!("{period}, {}", verdict.statistic)
    }

    fn kept(&self, verdict: &Verdict) -> &'static str {
        if verdict.broken() { self.pick("broken", "超過") } else { self.pick("kept", "以内") }
    }

    /// Mean cost under each stress, and how it changes; empty without stresses.
    pub fn stresses(&self) -> String {
        if self.answers.stresses.is_empty() {
            return String::new();
        }
        let mut header = vec![self.pick("Under stress", "ストレス").to_owned()];
        header.extend((0..self.findings.strategies.len()).map(|place| wrapped(&self.name(place), 16)));
        let base = self
            .findings
            .strategies
            .iter()
            .map(|s| format!("{}\n{}", self.money(s.cost.mean.value), percent(s.cheapest)));
        let mut rows = vec![
            std::iter::once(self.pick("as planned\ncheapest in", "計画どおり\n最安の割合").to_owned())
                .chain(base)
                .collect(),
        ];
        for stress in self.answers.stresses {
            let mut row = vec![wrapped(&self.translate(&stress.title, 60), 28)];
            row.extend(stress.strategies.iter().map(|s| {
                let change = format!("{} ({})", self.money(s.mean), self.signed(s.change));
                format!("{change}\n{}", percent(s.cheapest))
            }));
            rows.push(row);
        }
        table(header, rows, &[Align::Left])
    }
}
