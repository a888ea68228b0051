//! The strategies beside each other, for a terminal.

use super::Report;
use super::display::{Lang, fine_percent, percent};
use super::table::{Align, table, width, wrapped};
use crate::analysis::{Margin, Quality, StrategyFindings, month_of};
use crate::finance::{Component, Measure as Physical, View};

/// One measure of every strategy.
struct Measure {
    name: String,
    /// A second line of the heading.
    unit: String,
    values: Vec<String>,
}

/// Components that the breakdown names; the others go together.
const MOST_COMPONENTS: usize = 7;
/// Columns of a name on a terminal.
const NAME: usize = 28;

impl Report<'_> {
    /// The comparison as a table, strategies below one another; on a narrow terminal beside one another.
    pub fn comparison(&self, columns: usize) -> String {
        let measures = self.measures();
        let mut header = vec![format!("{}\n{}", self.pick("Strategy", "戦略"), self.unit())];
        header.extend(measures.iter().map(|m| format!("{}\n{}", m.name, m.unit).trim_end().to_owned()));
        let rows = (0..self.findings.strategies.len()).map(|place| {
            let mut row = vec![self.label(place)];
            row.extend(measures.iter().map(|m| m.values[place].clone()));
            row
        });
        let wide = table(header, rows.collect(), &[Align::Left]);
        if width(&wide) <= columns { wide } else { self.narrow(&measures, columns) }
    }

    /// Measures below one another, as many strategies beside one another as have room.
    fn narrow(&self, measures: &[Measure], columns: usize) -> String {
        let strategies: Vec<usize> = (0..self.findings.strategies.len()).collect();
        let rows: Vec<(String, Vec<String>)> =
            measures.iter().map(|m| (self.heading(m), m.values.clone())).collect();
        self.beside(&strategies, &self.unit(), &rows, columns)
    }

    /// On one line, but for an error that stands below its value.
    fn heading(&self, measure: &Measure) -> String {
        let below = if measure.unit.starts_with('±') { "\n" } else { self.pick(" ", "") };
        format!("{}{below}{}", measure.name, measure.unit).trim_end().to_owned()
    }

    /// Rows with one value per strategy; the strategies in as many blocks as the columns ask for.
    fn beside(
        &self,
        strategies: &[usize],
        corner: &str,
        rows: &[(String, Vec<String>)],
        columns: usize,
    ) -> String {
        let mut header = vec![corner.to_owned()];
        header.extend(strategies.iter().map(|place| wrapped(&self.name(*place), 16)));
        let lines = rows.iter().map(|(name, values)| {
            let mut line = vec![name.clone()];
            line.extend(strategies.iter().map(|place| values[*place].clone()));
            line
        });
        let whole = table(header, lines.collect(), &[Align::Left]);
        if width(&whole) <= columns || strategies.len() == 1 {
            return whole;
        }
        let (first, second) = strategies.split_at(strategies.len().div_ceil(2));
        format!(
            "{}\n\n{}",
            self.beside(first, corner, rows, columns),
            self.beside(second, corner, rows, columns)
        )
    }

    /// What costs are compared in: `present value, JPY`.
    fn unit(&self) -> String {
        format!("{}{}{}", self.basis(), self.pick(", ", "、"), self.findings.currency)
    }

    /// Title and id.
    fn label(&self, place: usize) -> String {
        let (name, id) = (wrapped(&self.name(place), NAME), &self.findings.strategies[place].id);
        if name == *id { name } else { format!("{name}\n{id}") }
    }

    fn measures(&self) -> Vec<Measure> {
        let found = self.findings;
        let each = |name: &str, unit: &str, value: &dyn Fn(&StrategyFindings) -> String| Measure {
            name: name.to_owned(),
            unit: unit.to_owned(),
            values: found.strategies.iter().map(value).collect(),
        };
        let money = |amount: f64| self.money(amount);
        let mut measures = vec![
            each(self.pick("Mean", "平均"), self.pick("± s.e.", "±標準誤差"), &|s| {
                format!("{}\n±{}", money(s.cost.mean.value), money(s.cost.mean.standard_error))
            }),
            each("P5", "", &|s| money(s.cost.p5.value)),
            each("P50", "", &|s| money(s.cost.p50.value)),
            each("P95", "", &|s| money(s.cost.p95.value)),
            each("CVaR95", "", &|s| money(s.cost.cvar95.value)),
        ];
        if found.strategies.len() > 1 {
            measures.push(each(self.pick("Cheapest", "最安の"), self.pick("in", "割合"), &|s| {
                percent(s.cheapest)
            }));
            measures.push(self.differences());
            measures.push(each(self.pick("Pays off", "逆転"), self.pick("for good", "中央値"), &|s| {
                self.break_even(s)
            }));
            measures.push(each(self.pick("Never", "逆転"), self.pick("", "なし"), &|s| never(s)));
        }
        if found.strategies.iter().any(|s| s.served_share() < 1.0 - 1e-9) {
            measures.push(each(self.pick("Served", "処理率"), "", &|s| share_of_all(s.served_share())));
            measures.extend(self.served_by_stream());
        }
        measures.extend(self.qualities());
        measures
    }

    /// The mean score of answers, by evaluation that a traffic needs.
    fn qualities(&self) -> Vec<Measure> {
        let strategies = &self.findings.strategies;
        let evaluations = strategies.first().map_or(0, |first| first.quality.len());
        let of = |place: usize| Measure {
            name: wrapped(&strategies[0].quality[place].evaluation, NAME),
            unit: self.pick("mean score", "平均点").to_owned(),
            values: strategies.iter().map(|strategy| score(&strategy.quality[place])).collect(),
        };
        (0..evaluations).map(of).collect()
    }

    /// The served share of each stream, if they differ: a small stream that nobody serves hardly shows in the whole.
    fn served_by_stream(&self) -> Vec<Measure> {
        let strategies = &self.findings.strategies;
        let differ = |s: &StrategyFindings| {
            let mut shares = s.served_by_stream.iter().flatten();
            // As they are shown: what looks the same is no news.
            let shown = |share: &f64| share_of_all(*share);
            shares.next().is_some_and(|first| shares.any(|share| shown(share) != shown(first)))
        };
        if !strategies.iter().any(differ) {
            return Vec::new();
        }
        let of_stream = |stream: usize| {
            let share = |s: &StrategyFindings| match s.served_by_stream[stream] {
                Some(share) => share_of_all(share),
                None => "–".to_owned(),
            };
            Measure {
                name: self.pick("Served", "処理率").to_owned(),
                unit: wrapped(&self.stream_name(stream), 14),
                values: strategies.iter().map(share).collect(),
            }
        };
        (0..self.findings.streams.len()).map(of_stream).collect()
    }

    fn differences(&self) -> Measure {
        let found = self.findings;
        let value = |s: &StrategyFindings| match &s.difference {
            None => self.pick("baseline", "基準").to_owned(),
            Some(d) => {
                format!("{}\n±{}", self.signed(d.mean.value), self.money(d.interval.high - d.mean.value))
            }
        };
        Measure {
            name: self.pick("Difference", "基準との差").to_owned(),
            unit: self.pick("± 95%", "±95%").to_owned(),
            values: found.strategies.iter().map(value).collect(),
        }
    }

    /// The month of the median break-even, by its name and number.
    fn break_even(&self, strategy: &StrategyFindings) -> String {
        let Some(found) = &strategy.break_even else { return String::new() };
        let Some(moment) = found.p50 else { return "–".to_owned() };
        let month = self.month_of(moment);
        let number = month + 1;
        match self.lang {
            Lang::En => format!("{}\nmonth {number}", self.findings.months[month]),
            Lang::Ja => format!("{}\n{number}か月目", self.findings.months[month]),
        }
    }

    /// The month in which a moment falls that is counted in months from the start.
    pub(crate) fn month_of(&self, moment: f64) -> usize {
        month_of(moment, self.findings.months.len())
    }

    /// Mean cost by component and by fiscal year, nominal; strategies beside one another.
    pub fn breakdown(&self, columns: usize) -> String {
        let found = self.findings;
        let strategies: Vec<usize> = (0..found.strategies.len()).collect();
        let amounts = |value: &dyn Fn(&StrategyFindings) -> f64| {
            found.strategies.iter().map(|s| self.money_or_dash(value(s))).collect::<Vec<_>>()
        };
        let (mut named, small) = self.ranked();
        named.sort_by_key(|c| *c as usize);
        let component = |c: Component| self.pick(c.name(), c.name_ja()).to_owned();
        let mut rows: Vec<(String, Vec<String>)> =
            named.iter().map(|c| (component(*c), amounts(&|s| s.component_mean(*c)))).collect();
        if !small.is_empty() {
            let rest = |s: &StrategyFindings| small.iter().map(|c| s.component_mean(*c)).sum::<f64>();
            rows.push((self.pick("Other", "その他").to_owned(), amounts(&rest)));
        }
        let cash =
            |s: &StrategyFindings| (0..found.months.len()).map(|m| s.month_mean(m, View::Cash)).sum::<f64>();
        rows.push((self.pick("Total", "合計").to_owned(), amounts(&cash)));
        let years: Vec<(String, usize)> =
            found.strategies[0].years.iter().map(|y| (y.name.clone(), y.months)).collect();
        for (i, (name, months)) in years.into_iter().enumerate() {
            let partial = match self.lang {
                _ if months == 12 => String::new(),
                Lang::En => format!(" ({months} months)"),
                Lang::Ja => format!("（{months}か月）"),
            };
            rows.push((format!("  {name}{partial}"), amounts(&|s| s.years[i].cash)));
        }
        if found.earns {
            let earned = |measure: Physical| amounts(&|s| s.measured(measure));
            rows.push((self.pick("Revenue", "売上").to_owned(), earned(Physical::Revenue)));
            rows.push((self.pick("Margin", "差引").to_owned(), amounts(&StrategyFindings::mean_margin)));
            if found.strategies.iter().all(|s| s.margin_error.is_finite()) {
                let errors = found.strategies.iter().map(|s| format!("±{}", self.money(s.margin_error)));
                rows.push((format!("  {}", self.pick("± s.e.", "±標準誤差")), errors.collect()));
            }
            rows.extend(self.margin_rows());
            if found.strategies.iter().any(|s| s.measured(Physical::RevenueLost) > 0.0) {
                let lost = self.pick("Revenue not earned", "失った売上").to_owned();
                rows.push((lost, earned(Physical::RevenueLost)));
            }
        }
        let corner = match self.lang {
            Lang::En => format!("Mean cash, nominal {}", found.currency),
            Lang::Ja => format!("平均支出、名目{}", found.currency),
        };
        self.beside(&strategies, &corner, &rows, columns)
    }

    /// How the margin spreads over futures.
    fn margin_rows(&self) -> Vec<(String, Vec<String>)> {
        let margins: Option<Vec<&Margin>> =
            self.findings.strategies.iter().map(|s| s.margin.as_ref()).collect();
        let Some(margins) = margins else { return Vec::new() };
        let amounts = |of: fn(&Margin) -> f64| margins.iter().map(|margin| self.money(of(margin))).collect();
        let negative = margins.iter().map(|margin| percent(margin.negative.value)).collect();
        vec![
            ("  P5".to_owned(), amounts(|margin| margin.p5.value)),
            ("  P50".to_owned(), amounts(|margin| margin.p50.value)),
            ("  P95".to_owned(), amounts(|margin| margin.p95.value)),
            (format!("  {}", self.pick("negative in", "赤字の割合")), negative),
        ]
    }

    fn money_or_dash(&self, amount: f64) -> String {
        if amount == 0.0 { "–".to_owned() } else { self.money(amount) }
    }

    /// The components of cash that matter most, and the small ones.
    fn ranked(&self) -> (Vec<Component>, Vec<Component>) {
        let strategies = &self.findings.strategies;
        let posted = |c: &Component| strategies.iter().any(|s| s.posted[*c as usize]);
        let weight =
            |c: &Component| strategies.iter().map(|s| s.component_mean(*c).abs()).fold(0.0, f64::max);
        let cash = Component::ALL.into_iter().filter(|c| c.view() != View::Accrual && posted(c));
        let mut all: Vec<Component> = cash.collect();
        all.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let small = if all.len() > MOST_COMPONENTS { all.split_off(MOST_COMPONENTS - 1) } else { Vec::new() };
        (all, small)
    }
}

/// A mean score, and between which scores nine of ten futures are, where they differ.
fn score(quality: &Quality) -> String {
    let mean = quality.mean.map_or_else(|| "–".to_owned(), fine_percent);
    let Some(spread) = &quality.spread else { return mean };
    let [low, high] = [&spread.p5, &spread.p95].map(|end| fine_percent(end.value));
    if low == high { mean } else { format!("{mean}\n{}–{high}", low.trim_end_matches('%')) }
}

fn never(strategy: &StrategyFindings) -> String {
    strategy.break_even.as_ref().map_or_else(String::new, |found| percent(found.never))
}

/// A share close to one with the digits that matter.
fn share_of_all(share: f64) -> String {
    if share > 0.99 && share < 1.0 {
        format!("{:.2}%", (share * 1e4).floor() / 100.0)
    } else {
        percent(share)
    }
}
