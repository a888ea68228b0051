//! The answer in one or two sentences.

use super::Report;
use super::display::{Lang, money_range, percent};
use crate::stats::Interval;

impl Report<'_> {
    /// The answer: which strategy is cheapest on average, in how many futures, and by how much.
    pub fn headline(&self) -> String {
        match self.findings.strategies.len() {
            1 => self.one_strategy(),
            _ => self.cheapest_of_several() + &self.by_margin(),
        }
    }

    /// Where users answer to the llms that serve them, the cheapest may only have fewer of them: what counts is the margin.
    fn by_margin(&self) -> String {
        let found = self.findings;
        if !found.users_answer || !found.earns {
            return String::new();
        }
        let margin = |place: &usize| found.strategies[*place].mean_margin();
        let best = (0..found.strategies.len()).max_by(|a, b| margin(a).total_cmp(&margin(b))).unwrap_or(0);
        let (name, amount) = (self.name(best), self.money(margin(&best)));
        match self.lang {
            Lang::En => format!(
                " Users answer to the llm that serves them, so strategies do not serve the same number: most is earned with {name} ({amount} nominal)."
            ),
            Lang::Ja => {
                format!(
                    "利用者は応答するLLMの質で増減するため、処理量は戦略で異なる。差引が最大なのは{name}（名目 {amount}）。"
                )
            }
        }
    }

    fn one_strategy(&self) -> String {
        let (name, cost) = (self.name(0), &self.findings.strategies[0].cost);
        let (mean, range) = (self.money(cost.mean.value), self.range(cost.p5.value, cost.p95.value));
        let (months, basis) = (self.findings.months.len(), self.basis());
        match self.lang {
            Lang::En => format!(
                "{name} costs {mean} on average over {months} months ({basis}); nine in ten futures lie between {range}."
            ),
            Lang::Ja => {
                format!("{name}の費用は{months}か月で平均{mean}（{basis}）。未来の9割は{range}に収まる。")
            }
        }
    }

    fn cheapest_of_several(&self) -> String {
        let found = self.findings;
        let best = &found.strategies[found.cheapest];
        let (name, mean) = (self.name(found.cheapest), self.money(best.cost.mean.value));
        let (months, basis, share) = (found.months.len(), self.basis(), percent(best.cheapest));
        let against = self.against();
        match self.lang {
            Lang::En => format!(
                "The cheapest on average is {name}: {mean} over {months} months ({basis}). It is the cheapest in {share} \
                 of futures, {against}"
            ),
            Lang::Ja => {
                format!(
                    "平均で最も安いのは{name}：{months}か月で{mean}（{basis}）、未来の{share}で最安。{against}"
                )
            }
        }
    }

    /// The cheapest against the baseline, or the baseline against the next.
    fn against(&self) -> String {
        let found = self.findings;
        let other = if found.cheapest == found.baseline { self.next() } else { found.baseline };
        let measured = if found.cheapest == found.baseline { other } else { found.cheapest };
        let Some(difference) = &found.strategies[measured].difference else { return String::new() };
        let sign = if found.cheapest == found.baseline { 1.0 } else { -1.0 };
        let saved = sign * difference.mean.value;
        let ends = [sign * difference.interval.low, sign * difference.interval.high];
        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        self.saving(&self.name(other), saved, Interval { low, high })
    }

    fn saving(&self, other: &str, saved: f64, interval: Interval) -> String {
        let (amount, range) = (self.money(saved), self.range(interval.low, interval.high));
        let clear = interval.low > 0.0;
        if clear && interval.high - interval.low <= 0.0 {
            // Without uncertainty an interval says nothing.
            return match self.lang {
                Lang::En => format!("and saves {amount} against {other}."),
                Lang::Ja => format!("{other}より{amount}安い。"),
            };
        }
        match (self.lang, clear) {
            (Lang::En, true) => {
                format!("and saves {amount} on average against {other} (95% interval {range}).")
            }
            (Lang::En, false) => format!(
                "but {} paths do not tell its mean apart from that of {other} (difference {amount}, 95% interval {range}).",
                Self::count(self.findings.paths)
            ),
            (Lang::Ja, true) => format!("{other}より平均{amount}安い（95%区間 {range}）。"),
            (Lang::Ja, false) => {
                format!(
                    "ただし{other}との平均の差{amount}は、この試行回数では確かでない（95%区間 {range}）。"
                )
            }
        }
    }

    /// The cheapest on average but for the cheapest of all.
    pub(super) fn next(&self) -> usize {
        let found = self.findings;
        let mean = |place: &usize| found.strategies[*place].cost.mean.value;
        let others = (0..found.strategies.len()).filter(|place| *place != found.cheapest);
        others.min_by(|a, b| mean(a).total_cmp(&mean(b))).unwrap_or(found.cheapest)
    }

    /// What strategies are compared by, in words.
    pub(crate) fn basis(&self) -> &'static str {
        if self.findings.discounted {
            self.pick("present value", "現在価値")
        } else {
            self.pick("nominal", "名目")
        }
    }

    pub(crate) fn range(&self, low: f64, high: f64) -> String {
        money_range(low, high, self.findings.currency, self.lang)
    }
}
