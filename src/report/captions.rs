//! The titles of charts: sentences computed from the results, so that no chart can say what its data does not.

use super::Report;
use super::chart::{CapacityPanel, Caption};
use super::display::{Lang, percent};
use crate::analysis::StrategyFindings;
use crate::engine::{PERCENTILES, place_of};
use crate::finance::{Component, View};

/// One percentile of a month.
fn percentile(month: &[f64; PERCENTILES.len()], probability: f64) -> f64 {
    place_of(probability).map_or(f64::NAN, |place| month[place])
}

impl Report<'_> {
    pub(super) fn caption(&self, title: String, subtitle: String) -> Caption {
        Caption { title, subtitle, footer: self.footer() }
    }

    fn best(&self) -> (&StrategyFindings, String) {
        (&self.findings.strategies[self.findings.cheapest], self.name(self.findings.cheapest))
    }

    /// The strategy to hold the cheapest against: the baseline, or the next where the baseline is the cheapest.
    fn other(&self) -> Option<(&StrategyFindings, String)> {
        let found = self.findings;
        let place = if found.cheapest == found.baseline { self.next() } else { found.baseline };
        (place != found.cheapest).then(|| (&found.strategies[place], self.name(place)))
    }

    /// Of the strategy whose GPUs work most, how much that is; and of the one whose GPUs work least.
    pub(super) fn capacity_caption(&self, panels: &[CapacityPanel]) -> Caption {
        let used = |panel: &CapacityPanel| panel.utilization().unwrap_or(0.0);
        let by = |a: &&CapacityPanel, b: &&CapacityPanel| used(a).total_cmp(&used(b));
        let (most, least) = (panels.iter().max_by(by), panels.iter().min_by(by));
        let title = match (most, least, self.lang) {
            (Some(most), Some(least), Lang::En) if panels.len() > 1 => format!(
                "{}: {} of GPU-hours at work; {}: {}",
                most.name,
                percent(used(most)),
                least.name,
                percent(used(least))
            ),
            (Some(most), Some(least), Lang::Ja) if panels.len() > 1 => format!(
                "GPU時間の稼働率は{}が{}、{}が{}",
                most.name,
                percent(used(most)),
                least.name,
                percent(used(least))
            ),
            (Some(most), _, Lang::En) => {
                format!("{}: {} of GPU-hours at work", most.name, percent(used(most)))
            }
            (Some(most), _, Lang::Ja) => format!("{}のGPU時間の稼働率は{}", most.name, percent(used(most))),
            (None, ..) => String::new(),
        };
        let subtitle = self.pick(
            "Mean GPUs by month; work is load over what the replicas can carry",
            "月次の平均GPU数。稼働は負荷をレプリカの処理能力で割ったもの",
        );
        self.caption(title, subtitle.to_owned())
    }

    pub(super) fn cumulative_caption(&self) -> Caption {
        let found = self.findings;
        let end = found.months.last().map_or("", String::as_str);
        let amount = |s: &StrategyFindings, p: f64| {
            s.fans.cumulative.last().map_or(f64::NAN, |month| percentile(month, p))
        };
        let (best, name) = self.best();
        let median = self.money(amount(best, 0.5));
        let title = match (self.other(), self.lang) {
            (Some((other, other_name)), Lang::En) => format!(
                "By the end of {end} the median cost is {median} with {name} and {} with {other_name}",
                self.money(amount(other, 0.5))
            ),
            (Some((other, other_name)), Lang::Ja) => format!(
                "{end}末までの累計は{name}が{median}、{other_name}が{}（中央値）",
                self.money(amount(other, 0.5))
            ),
            (None, lang) => {
                let range = self.range(amount(best, 0.05), amount(best, 0.95));
                match lang {
                    Lang::En => format!(
                        "By the end of {end} the median cost is {median}; nine in ten futures lie between {range}"
                    ),
                    Lang::Ja => format!("{end}末までの累計は{name}が{median}（中央値）。未来の9割は{range}"),
                }
            }
        };
        let subtitle = match self.lang {
            Lang::En => format!("Cost to date: median with 50% and 90% bands, nominal {}", found.currency),
            Lang::Ja => format!("累計費用。中央値と50%・90%の幅、名目 {}", found.currency),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn monthly_caption(&self) -> Caption {
        let found = self.findings;
        // The middle of the medians: months with a purchase, a training run or a resale are not typical.
        let typical = |s: &StrategyFindings| {
            let mut year: Vec<f64> =
                s.fans.monthly.iter().rev().take(12).map(|month| percentile(month, 0.5)).collect();
            year.sort_by(f64::total_cmp);
            self.money(year.get(year.len() / 2).copied().unwrap_or(f64::NAN))
        };
        let (best, name) = self.best();
        let amount = typical(best);
        let when = if found.months.len() > 12 {
            self.pick("In a typical month of the last year", "最終年の典型的な月の費用は")
        } else {
            self.pick("In a typical month", "典型的な月の費用は")
        };
        let title = match (self.other().map(|(other, name)| (typical(other), name)), self.lang) {
            (Some((other, other_name)), Lang::En) => {
                format!("{when} the cost is {amount} with {name} and {other} with {other_name}")
            }
            (Some((other, other_name)), Lang::Ja) => format!("{when}{name}が{amount}、{other_name}が{other}"),
            (None, Lang::En) => format!("{when} the cost is {amount}"),
            (None, Lang::Ja) => format!("{when}{amount}"),
        };
        let subtitle = match self.lang {
            Lang::En => format!("Cost by month: median with 50% and 90% bands, nominal {}", found.currency),
            Lang::Ja => format!("月次費用。中央値と50%・90%の幅、名目 {}", found.currency),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn convergence_caption(&self) -> Caption {
        // The widest interval of any strategy, as a share of its mean.
        let margin = self
            .findings
            .strategies
            .iter()
            .filter_map(|s| s.settled.last())
            .map(|settled| 0.5 * (settled.interval.high - settled.interval.low) / settled.mean.abs());
        let margin = 100.0 * margin.fold(0.0, f64::max);
        let (paths, margin) = (Self::count(self.findings.paths), format!("{margin:.2}%"));
        let title = match self.lang {
            Lang::En => format!("After {paths} futures every mean is known to ±{margin}"),
            Lang::Ja => format!("{paths}回の試行で、どの平均も±{margin}まで分かった"),
        };
        let subtitle = self.pick(
            "Mean of the first futures, as distance from the mean of all, with 95% bands from the parts of the run",
            "最初の試行だけの平均と全試行の平均との差、95%の幅（試行を区切った各部分による）",
        );
        self.caption(title, subtitle.to_owned())
    }

    pub(super) fn distribution_caption(&self) -> Caption {
        let (best, name) = self.best();
        let (share, tail) = (percent(best.cheapest), self.money(best.cost.p95.value));
        let title = match (self.findings.strategies.len(), self.lang) {
            (1, Lang::En) => format!("In one future of twenty the cost is above {tail}"),
            (1, Lang::Ja) => format!("20に1つの未来で{tail}を超える"),
            (_, Lang::En) => {
                format!(
                    "With {name} the cost is the lowest in {share} of futures, and above {tail} in one of twenty"
                )
            }
            (_, Lang::Ja) => format!("{name}は未来の{share}で最安。20に1つの未来では{tail}を超える"),
        };
        let (months, basis, currency) = (self.findings.months.len(), self.basis(), self.findings.currency);
        let subtitle = match self.lang {
            Lang::En => format!(
                "Share of futures in which {months} months cost at most so much ({basis}, {currency})"
            ),
            Lang::Ja => format!("{months}か月の費用が横軸の金額以下になる未来の割合（{basis}、{currency}）"),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn break_even_caption(&self) -> Caption {
        let found = self.findings;
        let baseline = self.name(found.baseline);
        let moments =
            found.strategies.iter().enumerate().filter_map(|(i, s)| Some((i, s.break_even.as_ref()?)));
        let surest = moments.min_by(|a, b| a.1.never.total_cmp(&b.1.never));
        let months = found.months.len();
        let title = surest.map_or_else(String::new, |(place, moment)| {
            let (name, never, reached) = (self.name(place), percent(moment.never), percent(1.0 - moment.never));
            match (moment.p50.map(|p50| &found.months[self.month_of(p50)]), self.lang) {
                (Some(month), Lang::En) => {
                    format!("With {name} half of all futures have broken even for good by {month}; {never} never do")
                }
                (Some(month), Lang::Ja) => format!("{name}は未来の半数で{month}までに逆転し、{never}では逆転しない"),
                (None, Lang::En) => format!("With {name} only {reached} of futures have broken even for good after {months} months"),
                (None, Lang::Ja) => format!("{name}が{months}か月以内に逆転する未来は{reached}にとどまる"),
            }
        });
        let subtitle = match self.lang {
            Lang::En => format!(
                "Share of futures in which it has cost less to date than {baseline}, for good, by month"
            ),
            Lang::Ja => format!("累計費用が{baseline}を下回り、その後も下回り続ける未来の割合（月別）"),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn components_caption(&self) -> Caption {
        let (best, name) = self.best();
        let largest = |s: &StrategyFindings| {
            let cash = Component::ALL.into_iter().filter(|c| c.view() != View::Accrual);
            let spent = |c: Component| s.component_mean(c).max(0.0);
            let whole: f64 = cash.clone().map(spent).sum();
            let first = cash.max_by(|a, b| spent(*a).total_cmp(&spent(*b))).unwrap_or(Component::ApiTokens);
            let share = if whole > 0.0 { spent(first) / whole } else { f64::NAN };
            (self.pick(first.name(), first.name_ja()), percent(share))
        };
        let (component, share) = largest(best);
        let title = match (self.other().map(|(other, name)| (largest(other), name)), self.lang) {
            (Some(((other, other_share), other_name)), Lang::En) if other == component => {
                format!(
                    "With {name} {share} is spent on {component}, with {other_name} {other_share}",
                    component = lower(component)
                )
            }
            (Some(((other, other_share), other_name)), Lang::En) => {
                format!(
                    "With {name} {share} is spent on {}; with {other_name} {other_share} on {}",
                    lower(component),
                    lower(other)
                )
            }
            (Some(((other, other_share), other_name)), Lang::Ja) => {
                format!(
                    "支出の最大項目は{name}が{component}（{share}）、{other_name}が{other}（{other_share}）"
                )
            }
            (None, Lang::En) => format!("{share} is spent on {}", lower(component)),
            (None, Lang::Ja) => format!("{name}の支出の最大項目は{component}（{share}）"),
        };
        let (months, currency) = (self.findings.months.len(), self.findings.currency);
        let subtitle = match self.lang {
            Lang::En => format!("Mean cash over {months} months by component, nominal {currency}"),
            Lang::Ja => format!("{months}か月の平均支出の内訳、名目 {currency}"),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn components_monthly_caption(&self) -> Caption {
        let found = self.findings;
        let (best, name) = self.best();
        let months = (0..found.months.len()).map(|month| (month, best.month_mean(month, View::Cash)));
        let (month, mean) = months.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f64::NAN));
        let cash = Component::ALL.into_iter().filter(|c| c.view() != View::Accrual);
        let spent = |c: Component| best.components[month][c as usize];
        let first = cash.max_by(|a, b| spent(*a).total_cmp(&spent(*b))).unwrap_or(Component::ApiTokens);
        let share = percent(if mean > 0.0 { spent(first) / mean } else { f64::NAN });
        let (component, when, amount) =
            (self.pick(first.name(), first.name_ja()), &found.months[month], self.money(mean));
        let title = match self.lang {
            Lang::En => format!(
                "With {name} the dearest month is {when}: {amount} on average, {share} of it {}",
                lower(component)
            ),
            Lang::Ja => format!("{name}が平均で最も高い月は{when}の{amount}、うち{share}は{component}"),
        };
        let subtitle = match self.lang {
            Lang::En => format!("Mean cash by month and component, nominal {}", found.currency),
            Lang::Ja => format!("月次の平均支出の内訳、名目 {}", found.currency),
        };
        self.caption(title, subtitle)
    }
}

/// The name of a component inside a sentence: abbreviations keep their capitals.
fn lower(name: &str) -> String {
    let abbreviation = name.chars().nth(1).is_some_and(char::is_uppercase);
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if !abbreviation => first.to_lowercase().collect::<String>() + letters.as_str(),
        _ => name.to_owned(),
    }
}
