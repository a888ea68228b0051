//! The titles of charts: sentences computed from the results, so that no chart can say what its data does not.

use super::Report;
use super::chart::Caption;
use super::display::{Lang, percent};
use crate::analysis::StrategyFindings;
use crate::finance::{Component, View};

/// The place of the median among the percentiles of a fan.
const MEDIAN: usize = 3;
/// The place of the 5th and of the 95th percentile.
const ENDS: [usize; 2] = [0, 6];

impl Report<'_> {
    fn caption(&self, title: String, subtitle: String) -> Caption {
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

    pub(super) fn cumulative_caption(&self) -> Caption {
        let found = self.findings;
        let end = found.months.last().map_or("", String::as_str);
        let amount =
            |s: &StrategyFindings, p: usize| s.fans.cumulative.last().map_or(f64::NAN, |month| month[p]);
        let (best, name) = self.best();
        let median = self.money(amount(best, MEDIAN));
        let title = match (self.other(), self.lang) {
            (Some((other, other_name)), Lang::En) => format!(
                "By the end of {end}, {name} has cost {median} and {other_name} {} (median)",
                self.money(amount(other, MEDIAN))
            ),
            (Some((other, other_name)), Lang::Ja) => format!(
                "{end}末までの累計は{name}が{median}、{other_name}が{}（中央値）",
                self.money(amount(other, MEDIAN))
            ),
            (None, lang) => {
                let range = self.range(amount(best, ENDS[0]), amount(best, ENDS[1]));
                match lang {
                    Lang::En => format!(
                        "By the end of {end}, {name} has cost {median} (median), {range} in nine futures of ten"
                    ),
                    Lang::Ja => format!("{end}末までの累計は{name}が{median}（中央値）。未来の9割は{range}"),
                }
            }
        };
        let subtitle = match self.lang {
            Lang::En => format!("Cost to date: median with 50 % and 90 % bands, nominal {}", found.currency),
            Lang::Ja => format!("累計費用。中央値と50%・90%の幅、名目 {}", found.currency),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn monthly_caption(&self) -> Caption {
        let found = self.findings;
        let peak = |s: &StrategyFindings| {
            let medians = s.fans.monthly.iter().map(|month| month[MEDIAN]);
            let highest = medians.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            highest.map_or((String::new(), String::new()), |(m, amount)| {
                (self.money(amount), found.months[m].clone())
            })
        };
        let (best, name) = self.best();
        let (amount, month) = peak(best);
        let title = match (self.other().map(|(other, name)| (peak(other), name)), self.lang) {
            (Some(((other, when), other_name)), Lang::En) => {
                format!(
                    "{name} is dearest in {month} at {amount}, {other_name} in {when} at {other} (median)"
                )
            }
            (Some(((other, when), other_name)), Lang::Ja) => {
                format!("最も高い月は{name}が{month}の{amount}、{other_name}が{when}の{other}（中央値）")
            }
            (None, Lang::En) => format!("{name} is dearest in {month} at {amount} (median)"),
            (None, Lang::Ja) => format!("{name}が最も高い月は{month}の{amount}（中央値）"),
        };
        let subtitle = match self.lang {
            Lang::En => format!("Cost by month: median with 50 % and 90 % bands, nominal {}", found.currency),
            Lang::Ja => format!("月次費用。中央値と50%・90%の幅、名目 {}", found.currency),
        };
        self.caption(title, subtitle)
    }

    pub(super) fn distribution_caption(&self) -> Caption {
        let (best, name) = self.best();
        let (share, tail) = (percent(best.cheapest), self.money(best.cost.p95.value));
        let title = match (self.findings.strategies.len(), self.lang) {
            (1, Lang::En) => format!("In one future of twenty {name} costs more than {tail}"),
            (1, Lang::Ja) => format!("{name}は20に1つの未来で{tail}を超える"),
            (_, Lang::En) => {
                format!(
                    "{name} is the cheapest in {share} of futures; in one of twenty it costs more than {tail}"
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
                    format!("{name} has paid off for good by {month} in half of all futures; in {never} it never does")
                }
                (Some(month), Lang::Ja) => format!("{name}は未来の半数で{month}までに逆転し、{never}では逆転しない"),
                (None, Lang::En) => format!("{name} pays off within {months} months in only {reached} of futures"),
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
                format!("{component}: {share} of what {name} spends, {other_share} with {other_name}")
            }
            (Some(((other, other_share), other_name)), Lang::En) => {
                format!(
                    "{share} of what {name} spends is {}; with {other_name} {other_share} is {}",
                    lower(component),
                    lower(other)
                )
            }
            (Some(((other, other_share), other_name)), Lang::Ja) => {
                format!(
                    "支出の最大項目は{name}が{component}（{share}）、{other_name}が{other}（{other_share}）"
                )
            }
            (None, Lang::En) => format!("{share} of what {name} spends is {}", lower(component)),
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
                "The dearest month of {name} is {when}: {amount} on average, {share} of it {}",
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
