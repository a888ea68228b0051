//! Answers to what a scenario asks besides its costs: budgets and stresses, for a terminal.

use super::Report;
use super::display::{Lang, percent};
use super::table::{Align, table, wrapped};
use crate::analysis::{Passage, Verdict};
use crate::document::Title;
use crate::finance::Gauge;
use crate::units::format_number;

impl Report<'_> {
    /// Each limit of the budget with what was compared with it; empty without a budget.
    pub fn budgets(&self) -> String {
        let mut rows = Vec::new();
        for (place, verdicts) in self.answers.budgets {
            for verdict in verdicts {
                rows.push(vec![
                    self.bound_name(*place),
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

    /// Each limit of the gates with what was compared with it; empty without gates.
    pub fn gates(&self) -> String {
        let mut rows = Vec::new();
        for (place, passages) in self.answers.gates {
            for passage in passages {
                rows.push(vec![
                    format!("{}\n{}", passage.gate, self.bound_name(*place)),
                    self.measured(passage),
                    self.gate_limit(passage),
                    passage.value.map_or_else(|| "–".to_owned(), |value| self.figure(passage.measure, value)),
                    if passage.broken() {
                        self.pick("broken", "不合格")
                    } else {
                        self.pick("kept", "合格")
                    }
                    .to_owned(),
                ]);
            }
        }
        if rows.is_empty() {
            return String::new();
        }
        let header = match self.lang {
            Lang::En => ["Gate", "Measure", "Limit", "Value", ""],
            Lang::Ja => ["ゲート", "指標", "条件", "値", ""],
        };
        table(header.map(str::to_owned).to_vec(), rows, &[Align::Left, Align::Left])
    }

    /// A strategy, and whether what it breaks counts.
    fn bound_name(&self, place: usize) -> String {
        let binds = self.answers.bound == Some(place);
        let note = if binds { "" } else { self.pick(" (not chosen)", "（対象外）") };
        format!("{}{note}", wrapped(&self.name(place), 28))
    }

    /// What is measured, of whom and when: `served_share, chat`.
    fn measured(&self, passage: &Passage) -> String {
        let mut lines = vec![passage.measure.name.to_owned()];
        lines.extend(passage.traffic.map(|stream| self.stream_name(stream)));
        let (first, last) = passage.months;
        if (first, last) != (0, self.findings.months.len() - 1) {
            lines.push(format!("{} – {}", self.findings.months[first], self.findings.months[last]));
        }
        lines.join("\n")
    }

    fn gate_limit(&self, passage: &Passage) -> String {
        let side = if passage.at_least { "≥" } else { "≤" };
        format!("{} {side} {}", passage.statistic, self.figure(passage.measure, passage.limit))
    }

    /// A value of a measure in the unit that people read it in: `99.52 %`, `0.01234 USD /request`.
    fn figure(&self, measure: &Gauge, value: f64) -> String {
        /// Enough to tell 99.95 % from 100 %.
        const DIGITS: usize = 4;
        let (unit, number) = (self.gauge_unit(measure), value * measure.shown.1);
        // Nearly all is not all.
        if measure.kind == &crate::units::SHARE && number > 99.0 && number < 100.0 {
            return format!("{:.3} {unit}", (number * 1e3).floor() / 1e3);
        }
        format!("{} {unit}", format_number(number, DIGITS)).trim_end().to_owned()
    }

    /// The unit in which a measure is shown.
    pub(super) fn gauge_unit(&self, measure: &Gauge) -> String {
        let currency = if measure.is_money() { self.findings.currency } else { "" };
        format!("{currency} {}", measure.shown.0).trim().to_owned()
    }

    /// How often and when each rule of each strategy acted; empty without rules.
    pub fn switches(&self) -> String {
        let mut rows = Vec::new();
        for (place, strategy) in self.findings.strategies.iter().enumerate() {
            for rule in &strategy.switches {
                let title = |(_, title): &(String, Title)| self.translate(title, 60);
                let median = rule.median.map_or("–", |month| self.findings.months[month].as_str());
                rows.push(vec![
                    wrapped(&self.name(place), 24),
                    format!(
                        "{}\n{}",
                        rule.rule,
                        wrapped(&format!("{} → {}", title(&rule.from), title(&rule.to)), 40)
                    ),
                    percent(rule.share),
                    median.to_owned(),
                ]);
            }
        }
        if rows.is_empty() {
            return String::new();
        }
        let header = match self.lang {
            Lang::En => ["Strategy", "Switches by its rule", "In futures", "Half of them by"],
            Lang::Ja => ["方式", "切り替えルール", "発動する割合", "その半数の時期"],
        };
        table(header.map(str::to_owned).to_vec(), rows, &[Align::Left, Align::Left])
    }

    /// How often vendors forced a move, and what gates refused; empty where nothing was counted.
    pub fn happenings(&self) -> String {
        let mut rows = Vec::new();
        let mut idle = 0;
        for (place, strategy) in self.findings.strategies.iter().enumerate() {
            for happening in &strategy.happenings {
                if happening.kind.is_gate() && happening.share <= 0.0 {
                    idle += 1;
                    continue;
                }
                let said = happening.kind.says();
                let said = match self.lang {
                    Lang::En => said.0,
                    Lang::Ja => said.1,
                };
                let mean = format_number(happening.mean, 3);
                let mean = match (happening.kind.counts_requests(), self.lang) {
                    (true, Lang::En) => format!("{mean} requests"),
                    (true, Lang::Ja) => format!("{mean}件"),
                    (false, Lang::En) => format!("{mean} times"),
                    (false, Lang::Ja) => format!("{mean}回"),
                };
                let median = happening.median.map_or("–", |month| self.findings.months[month].as_str());
                rows.push(vec![
                    wrapped(&self.name(place), 24),
                    wrapped(&said, 44),
                    mean,
                    percent(happening.share),
                    median.to_owned(),
                ]);
            }
        }
        if rows.is_empty() {
            return self.idle_gates(idle, false);
        }
        let header = match self.lang {
            Lang::En => {
                ["Strategy", "What vendors and gates did", "On average", "In futures", "Half of them by"]
            }
            Lang::Ja => ["方式", "ベンダーと条件による出来事", "平均", "起こる割合", "その半数の時期"],
        };
        let shown = table(header.map(str::to_owned).to_vec(), rows, &[Align::Left, Align::Left]);
        let idle = self.idle_gates(idle, true);
        if idle.is_empty() { shown } else { format!("{shown}\n{idle}") }
    }

    /// Gates that never refused anything, in one sentence; the files have a row for each.
    fn idle_gates(&self, gates: usize, others: bool) -> String {
        match (gates, others, self.lang) {
            (0, ..) => String::new(),
            (_, true, Lang::En) => {
                format!("Other gates on quality and residency ({gates}) refused nothing in any future.")
            }
            (_, false, Lang::En) => {
                format!("Gates on quality and residency ({gates}) refused nothing in any future.")
            }
            (_, true, Lang::Ja) => {
                format!("その他の品質・データ所在の条件（{gates}件）に外れた要求は、どの試行でもありません。")
            }
            (_, false, Lang::Ja) => {
                format!("品質・データ所在の条件（{gates}件）に外れた要求は、どの試行でもありません。")
            }
        }
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
