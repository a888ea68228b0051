//! What `tokencast vendor` says: survival by year, cash, what each outcome costs, and the charts of both.

use serde_json::{Value, json};

use super::chart::{Caption, Fan, FanSeries, Survival, SurvivalPanel, Threshold};
use super::display::{Lang, clean, money, percent};
use super::table::{Align, table};
use super::{File, LONGEST_NAME, VERSION, pictures};
use crate::analysis::{Outcome, Share, VendorFindings};
use crate::random::Design;

/// A vendor as people know it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its title, or its id.
    pub name: String,
    /// ISO 4217 code of its books, if it has any that say one.
    pub currency: Option<&'static str>,
}

/// Findings about vendors, and what one has to know to write about them.
#[derive(Clone, Debug)]
pub struct VendorReport<'a> {
    /// By vendor.
    pub found: &'a [VendorFindings],
    /// What people call them, in the same order.
    pub names: Vec<Named>,
    /// The ids of the strategies.
    pub ids: Vec<String>,
    /// What people call the strategies.
    pub strategies: Vec<String>,
    /// The title of the scenario.
    pub title: String,
    /// Its months.
    pub months: Vec<String>,
    /// The months in which a year of the run ends, and the last.
    pub ends: Vec<usize>,
    /// ISO 4217 code of costs.
    pub currency: &'static str,
    /// Simulated paths.
    pub paths: u64,
    /// What draws depend on.
    pub design: Design,
    /// SHA-256 of everything that was read, in hexadecimal digits.
    pub hash: String,
    /// The language to write in.
    pub lang: Lang,
}

pub(super) const PHASES: [(&str, &str); 4] =
    [("healthy", "健全"), ("stressed", "経営難"), ("acquired", "買収"), ("wound down", "廃業")];
pub(super) const OUTCOMES: [(&str, &str); 4] = [
    ("always healthy", "ずっと健全"),
    ("stressed at some time", "一時経営難"),
    ("acquired", "買収"),
    ("wound down", "廃業"),
];

impl VendorReport<'_> {
    /// All vendors as text.
    pub fn text(&self) -> String {
        let one = |(found, named): (&VendorFindings, &Named)| {
            let mut parts = vec![self.heading(found, named), self.survival(found)];
            if !found.cash.is_empty() {
                parts.push(self.cash(found, named));
            }
            parts.push(self.outcomes(found));
            parts.join("\n\n")
        };
        self.found.iter().zip(&self.names).map(one).collect::<Vec<_>>().join("\n\n\n")
    }

    /// The name and how it ends.
    fn heading(&self, found: &VendorFindings, named: &Named) -> String {
        let (id, last) = (&found.id, self.months.last().map_or("", String::as_str));
        let name = if named.name == *id { id.clone() } else { format!("{} ({id})", named.name) };
        let gone = |phase: usize| percent(found.phases.last().map_or(f64::NAN, |month| month[phase].share));
        match self.lang {
            Lang::En => {
                format!("{name}: wound down in {} of futures by {last}, acquired in {}", gone(3), gone(2))
            }
            Lang::Ja => format!("{name}：{last} までに廃業 {}、買収 {}", gone(3), gone(2)),
        }
    }

    fn survival(&self, found: &VendorFindings) -> String {
        let mut header = vec![self.lang.pick("at the end of", "月末").to_owned()];
        header.extend(PHASES.map(|(en, ja)| self.lang.pick(en, ja).to_owned()));
        let row = |month: &usize| {
            let shares = found.phases[*month].iter().map(with_interval);
            std::iter::once(self.months[*month].clone()).chain(shares).collect()
        };
        table(header, self.ends.iter().map(row).collect(), &[Align::Left])
    }

    fn cash(&self, found: &VendorFindings, named: &Named) -> String {
        let header = [
            self.lang.pick("cash", "手元資金"),
            "P5",
            "P25",
            self.lang.pick("median", "中央値"),
            "P75",
            "P95",
        ];
        let amount = |cash: &f64| match named.currency {
            Some(currency) => money(*cash, currency, self.lang),
            None => crate::units::format_number(*cash, 3),
        };
        let row = |month: &usize| {
            std::iter::once(self.months[*month].clone())
                .chain(found.cash[*month].iter().map(amount))
                .collect()
        };
        table(header.map(str::to_owned).to_vec(), self.ends.iter().map(row).collect(), &[Align::Left])
    }

    /// Mean cost by strategy on the paths of each outcome.
    fn outcomes(&self, found: &VendorFindings) -> String {
        let mut header = vec![
            self.lang.pick("what it costs us if it is", "結末ごとの費用").to_owned(),
            self.lang.pick("futures", "試行").to_owned(),
        ];
        header.extend(self.strategies.iter().cloned());
        let cell = |(outcome, strategy): (&Outcome, usize)| match outcome.strategies.get(strategy) {
            Some(Some((cost, unserved))) => self.cost(cost.value, cost.standard_error, *unserved),
            _ => "–".to_owned(),
        };
        let row = |(outcome, (en, ja)): (&Outcome, (&str, &str))| {
            let share = percent(outcome.paths as f64 / self.paths as f64);
            let count = format!("{} ({share})", crate::units::format_number(outcome.paths as f64, 17));
            let costs = (0..self.strategies.len()).map(|strategy| cell((outcome, strategy)));
            [if self.lang == Lang::En { en } else { ja }.to_owned(), count].into_iter().chain(costs).collect()
        };
        let rows = found.outcomes.iter().zip(OUTCOMES).map(row).collect();
        let note = match self.lang {
            Lang::En => {
                "mean cash over all months ± standard error; in brackets the share of requests nobody served"
            }
            Lang::Ja => "全期間の平均支出 ± 標準誤差。括弧内は処理されなかったリクエストの割合",
        };
        format!("{}\n{note}", table(header, rows, &[Align::Left]))
    }

    fn cost(&self, mean: f64, error: f64, unserved: f64) -> String {
        let mean = money(mean, self.currency, self.lang);
        let error = if error.is_finite() {
            format!(" ± {}", money(error, self.currency, self.lang))
        } else {
            String::new()
        };
        let down = if unserved > 0.0 { format!(" ({})", hundredths(unserved)) } else { String::new() };
        format!("{mean}{error}{down}")
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let share = |s: &Share| json!({ "share": s.share, "low": s.interval.low, "high": s.interval.high });
        let outcome = |(outcome, (name, _)): (&Outcome, (&str, &str))| {
            let names = self.ids.iter().zip(&self.strategies);
            let costs = outcome.strategies.iter().zip(names).map(|(found, (id, name))| {
                let (cost, unserved) = found.as_ref().map_or((None, None), |(c, u)| (Some(c), Some(u)));
                let error = cost.map(|c| c.standard_error).filter(|error| error.is_finite());
                json!({ "id": id, "strategy": name, "mean": cost.map(|c| c.value), "standard_error": error, "unserved_share": unserved })
            });
            json!({ "outcome": name, "paths": outcome.paths, "strategies": costs.collect::<Vec<_>>() })
        };
        let vendor = |(found, named): (&VendorFindings, &Named)| {
            json!({
                "id": found.id,
                "name": named.name,
                "months": self.months,
                "phases": found.phases.iter().map(|month| {
                    PHASES.iter().zip(month).map(|((name, _), s)| ((*name).to_owned(), share(s))).collect::<serde_json::Map<_, _>>()
                }).collect::<Vec<_>>(),
                "cash_currency": named.currency,
                "cash_p5_p25_p50_p75_p95": found.cash,
                "outcomes": found.outcomes.iter().zip(OUTCOMES).map(outcome).collect::<Vec<_>>(),
            })
        };
        json!({
            "program": "tokencast",
            "version": VERSION,
            "paths": self.paths,
            "seed": self.design.seed,
            "sampling": self.design.sampling.word(),
            "currency": self.currency,
            "vendors": self.found.iter().zip(&self.names).map(vendor).collect::<Vec<_>>(),
        })
    }

    /// The survival of all vendors, and the cash of each that has books, as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn charts(&self) -> Result<Vec<File>, String> {
        let mut drawn = vec![("survival".to_owned(), self.survival_chart().svg())];
        for (found, named) in self.found.iter().zip(&self.names).filter(|(found, _)| !found.cash.is_empty()) {
            drawn.push((format!("cash-{}", found.id), self.cash_chart(found, named).svg()));
        }
        let mut files = Vec::new();
        for (name, svg) in drawn {
            files.extend(pictures::pair(&name, svg)?);
        }
        Ok(files)
    }

    fn caption(&self, title: String, subtitle: String) -> Caption {
        let footer = pictures::footer(self.paths, self.design, &self.hash, self.lang);
        Caption { title, subtitle, footer }
    }

    fn survival_chart(&self) -> Survival {
        let last = |found: &VendorFindings, phase: usize| {
            found.phases.last().map_or(f64::NAN, |month| month[phase].share)
        };
        let worst = self.found.iter().zip(&self.names).max_by(|a, b| last(a.0, 3).total_cmp(&last(b.0, 3)));
        let end = self.months.last().map_or("", String::as_str);
        let title = worst.map_or_else(String::new, |(found, named)| match self.lang {
            Lang::En => {
                format!("{} is wound down in {} of futures by {end}", named.name, percent(last(found, 3)))
            }
            Lang::Ja => format!("{} が {end} までに廃業する確率は {}", named.name, percent(last(found, 3))),
        });
        let subtitle = self.lang.pick(
            "Share of futures by the vendor's health at the end of each month",
            "各月末のベンダーの状態の割合",
        );
        let panel = |(found, named): (&VendorFindings, &Named)| SurvivalPanel {
            name: named.name.clone(),
            detail: PHASES
                .iter()
                .enumerate()
                .map(|(phase, (en, ja))| {
                    format!("{} {}", self.lang.pick(en, ja), percent(last(found, phase)))
                })
                .collect::<Vec<_>>()
                .join(" · "),
            phases: found.phases.iter().map(|month| month.map(|share| share.share)).collect(),
        };
        Survival {
            caption: self.caption(title, format!("{} · {subtitle}", self.title)),
            months: self.months.clone(),
            phases: PHASES.map(|(en, ja)| self.lang.pick(en, ja).to_owned()),
            panels: self.found.iter().zip(&self.names).map(panel).collect(),
            lang: self.lang,
        }
    }

    fn cash_chart(&self, found: &VendorFindings, named: &Named) -> Fan {
        let at = |place: usize| found.cash.iter().map(|month| month[place]).collect::<Vec<f64>>();
        let empty = found.cash.iter().position(|month| month[2] <= 0.0).map(|month| &self.months[month]);
        let name = &named.name;
        let title = match (self.lang, empty) {
            (Lang::En, Some(month)) => format!("Half of {name}'s futures are out of cash by {month}"),
            (Lang::En, None) => format!("{name} still has cash at the end of most futures"),
            (Lang::Ja, Some(month)) => format!("{name} の手元資金は半数の試行で {month} までに尽きる"),
            (Lang::Ja, None) => format!("{name} は半数以上の試行で最後まで手元資金が残る"),
        };
        let subtitle = self.lang.pick(
            "Cash at the end of each month: median with 50% and 90% bands",
            "各月末の手元資金。中央値と 50%・90% の幅",
        );
        let [p5, p25, p50, p75, p95] = [0, 1, 2, 3, 4].map(at);
        Fan {
            caption: self.caption(title, format!("{} · {subtitle}", self.title)),
            months: self.months.clone(),
            series: vec![FanSeries { name: clean(name, LONGEST_NAME), color: 0, p5, p25, p50, p75, p95 }],
            thresholds: Vec::<Threshold>::new(),
            currency: named.currency.unwrap_or("").to_owned(),
            lang: self.lang,
        }
    }
}

/// `0.51%`, with two digits behind the point everywhere.
fn hundredths(share: f64) -> String {
    if share > 0.0 && share < 5e-5 { "<0.01%".to_owned() } else { format!("{:.2}%", 100.0 * share) }
}

/// `12.3% (11.0–13.6%)`, with one digit behind the point everywhere, so that columns compare.
fn with_interval(share: &Share) -> String {
    let tenths = |share: f64| format!("{:.1}", 100.0 * share);
    let Share { share, interval } = share;
    format!("{}% ({}–{}%)", tenths(*share), tenths(interval.low), tenths(interval.high))
}
