//! What `tokencast training` says: a cycle opened up, and what each cadence costs.

use serde_json::{Value, json};

use super::amounts::{mean, quantile};
use super::chart::{Cadence, CadencePoint, Caption};
use super::csv::Sheet;
use super::display::{Lang, money, money_range};
use super::opened::Statement;
use super::rounded::Rounding;
use super::table::{Align, table};
use super::{File, VERSION, pictures};
use crate::diagnostic::Sources;
use crate::engine::ProgrammeCycles;
use crate::random::Design;
use crate::units::format_number;
use crate::world::Input;

/// A programme in a strategy.
pub struct ProgrammeReport {
    /// The strategy: its id and what people call it.
    pub strategy: (String, String),
    /// What people call the programme.
    pub name: String,
    /// Its cycles.
    pub found: ProgrammeCycles,
    /// GPUs that a run uses at once, and months that it takes; where they are known.
    pub run: Option<(f64, f64)>,
    /// What each cadence costs; empty where none could be tried.
    pub cadences: Vec<CadenceCost>,
    /// The place of the cheapest on average, and those between which the cheapest lies in 90 % of futures.
    pub best: (usize, [usize; 2]),
}

/// What a cadence costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CadenceCost {
    /// Months from cycle to cycle.
    pub months: usize,
    /// Mean number of cycles.
    pub cycles: f64,
    /// Mean cash of the strategy per month, and its 90 % range.
    pub mean: f64,
    /// P5 and P95 of that.
    pub range: (f64, f64),
    /// Mean cost of the programme per month.
    pub programme: f64,
    /// Mean share of requests that nobody serves.
    pub unserved: f64,
    /// Share of futures in which it is the cheapest.
    pub best: f64,
}

/// Programmes, and what one has to know to write about them.
pub struct TrainingReport<'a> {
    /// By strategy and programme.
    pub programmes: Vec<ProgrammeReport>,
    /// The title of the scenario.
    pub title: String,
    /// Its months.
    pub months: usize,
    /// What each value of the world comes from.
    pub inputs: &'a [Input],
    /// The texts that inputs stand in.
    pub sources: &'a Sources,
    /// ISO 4217 code of costs.
    pub currency: &'static str,
    /// Simulated paths.
    pub paths: u64,
    /// What draws depend on.
    pub design: Design,
    /// SHA-256 of everything that was read.
    pub hash: String,
    /// The language to write in.
    pub lang: Lang,
}

const PARTS: [(&str, &str); 4] = [
    ("runs that ship", "採用された学習"),
    ("other recipes", "他の候補"),
    ("failed runs", "失敗した学習"),
    ("restarts", "中断と再開"),
];

/// Whether a cost is the same as another, or less: a thousandth more is told apart by no one.
pub fn is_no_dearer(cost: f64, than: f64) -> bool {
    cost - than <= 1e-3 * than.abs()
}

impl TrainingReport<'_> {
    fn statement<'b>(&'b self, one: &'b ProgrammeReport) -> Statement<'b> {
        let (inputs, sources) = (self.inputs, self.sources);
        let sum = ["Cost of a cycle", "1サイクルの費用"];
        Statement { opened: &one.found.each, inputs, sources, currency: self.currency, sum, lang: self.lang }
    }

    /// All programmes as text.
    pub fn text(&self) -> String {
        let one = |one: &ProgrammeReport| {
            let mut parts = vec![self.heading(one), self.statement(one).text()];
            parts.extend(self.hours(one));
            if !one.cadences.is_empty() {
                parts.push(self.cadences(one));
            }
            parts.join("\n\n")
        };
        self.programmes.iter().map(one).collect::<Vec<_>>().join("\n\n\n")
    }

    fn heading(&self, one: &ProgrammeReport) -> String {
        let found = &one.found;
        let cost = mean(&found.cost);
        let each = if found.cycles > 0.0 { cost / found.cycles } else { 0.0 };
        let (each, all) = (self.money(each), self.money(cost));
        let (low, high) = (self.money(quantile(&found.cost, 0.05)), self.money(quantile(&found.cost, 0.95)));
        let (cycles, months) = (format_number(found.cycles, 3), self.months);
        let run = one.run.map_or_else(String::new, |(gpus, run)| {
            let (gpus, days) = (format_number(gpus, 4), format_number(30.4 * run, 2));
            match self.lang {
                Lang::En => format!("; a run takes {days} days on {gpus} GPUs"),
                Lang::Ja => format!("。1回の学習は GPU {gpus} 基で {days} 日"),
            }
        });
        match self.lang {
            Lang::En => format!(
                "{} ({}) in {}: {each} a cycle, {cycles} cycles in {months} months, {all} in all (90 %: {low} to {high}){run}",
                one.name, found.id, one.strategy.1
            ),
            Lang::Ja => format!(
                "{}（{}）、{}：1サイクル {each}、{months}か月に {cycles} 回、計 {all}（90%：{low}〜{high}）{run}",
                one.name, found.id, one.strategy.1
            ),
        }
    }

    fn hours(&self, one: &ProgrammeReport) -> Option<String> {
        let hours = one.found.hours?;
        let all: f64 = hours.iter().sum();
        let header = vec![
            self.lang.pick("GPU-hours of a cycle", "1サイクルのGPU時間").to_owned(),
            self.lang.pick("GPU-hours", "GPU時間").to_owned(),
            self.lang.pick("share", "割合").to_owned(),
        ];
        let rows = PARTS.iter().zip(hours).map(|((en, ja), hours)| {
            let share = if all > 0.0 { hours / all } else { 0.0 };
            vec![self.lang.pick(en, ja).to_owned(), format_number(hours, 4), super::display::percent(share)]
        });
        Some(table(header, rows.collect(), &[Align::Left]))
    }

    fn cadences(&self, one: &ProgrammeReport) -> String {
        let header = match self.lang {
            Lang::En => [
                "a cycle every",
                "cycles",
                "cost per month",
                "90 %",
                "of which training",
                "unserved",
                "cheapest in",
            ],
            Lang::Ja => ["間隔", "回数", "月額", "90%", "うち学習", "未処理", "最安の割合"],
        };
        let row = |(place, cost): (usize, &CadenceCost)| {
            let mark = if place == one.best.0 { " ←" } else { "" };
            let every = match self.lang {
                Lang::En if cost.months == 1 => "1 month".to_owned(),
                Lang::En => format!("{} months", cost.months),
                Lang::Ja => format!("{}か月", cost.months),
            };
            vec![
                format!("{every}{mark}"),
                format_number(cost.cycles, 3),
                self.money(cost.mean),
                money_range(cost.range.0, cost.range.1, self.currency, self.lang),
                self.money(cost.programme),
                super::display::percent(cost.unserved),
                super::display::percent(cost.best),
            ]
        };
        let rows = one.cadences.iter().enumerate().map(row).collect();
        let tried = table(header.map(str::to_owned).to_vec(), rows, &[Align::Left]);
        format!("{tried}\n\n{}", self.best(one))
    }

    /// The best cadence in a sentence: one, or any from it on where none of the longer ones is dearer.
    fn best(&self, one: &ProgrammeReport) -> String {
        let months = |place: usize| one.cadences.get(place).map_or(0, |cost| cost.months);
        let (best, [low, high]) = (months(one.best.0), one.best.1.map(months));
        let longer = one.cadences.get(one.best.0..).unwrap_or_default();
        let all = longer.len() > 1 && longer.iter().all(|cost| is_no_dearer(cost.mean, longer[0].mean));
        let (or_longer, or_longer_ja) = if all { (" or longer", "以上") } else { ("", "") };
        match self.lang {
            Lang::En if best == 1 => {
                format!("Cheapest: a cycle every month{or_longer} (90 % of futures: {low} to {high} months)")
            }
            Lang::En => {
                format!("Cheapest: a cycle every {best} months{or_longer} (90 % of futures: {low} to {high})")
            }
            Lang::Ja => {
                format!("平均で最も安いのは {best}か月{or_longer_ja}ごと（90%の試行で {low}〜{high}か月）")
            }
        }
    }

    fn money(&self, amount: f64) -> String {
        money(amount, self.currency, self.lang)
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let one = |one: &ProgrammeReport| {
            let found = &one.found;
            let cadence = |cost: &CadenceCost| {
                json!({
                    "every_months": cost.months,
                    "cycles": cost.cycles,
                    "cost_per_month": cost.mean,
                    "p5": cost.range.0,
                    "p95": cost.range.1,
                    "training_per_month": cost.programme,
                    "unserved_share": cost.unserved,
                    "cheapest_share": cost.best,
                })
            };
            let months = |place: usize| one.cadences.get(place).map(|cost| cost.months);
            json!({
                "strategy": one.strategy.0,
                "programme": found.id,
                "cycles": found.cycles,
                "cost": { "mean": mean(&found.cost), "p5": quantile(&found.cost, 0.05), "p95": quantile(&found.cost, 0.95) },
                "cycle": self.statement(one).json(),
                "gpu_hours": found.hours.map(|hours| json!({ "shipped": hours[0], "other_recipes": hours[1], "failed": hours[2], "restarts": hours[3] })),
                "gpus_at_once": one.run.map(|(gpus, _)| gpus),
                "run_months": one.run.map(|(_, months)| months),
                "cadences": one.cadences.iter().map(cadence).collect::<Vec<_>>(),
                "best_every_months": months(one.best.0),
                "best_every_months_90": one.best.1.map(months),
            })
        };
        json!({
            "program": "tokencast",
            "version": VERSION,
            "paths": self.paths,
            "seed": self.design.seed,
            "sampling": self.design.sampling.word(),
            "currency": self.currency,
            "programmes": self.programmes.iter().map(one).collect::<Vec<_>>(),
        })
    }

    /// `cycle.csv` and `cadence.csv`.
    pub fn tables(&self) -> Vec<File> {
        let mut cycle = Sheet::new(&[
            "strategy",
            "programme",
            "component",
            "label",
            "quantity",
            "unit",
            "price",
            "amount",
            "currency",
        ]);
        let mut cadence = Sheet::new(&[
            "strategy",
            "programme",
            "every_months",
            "cycles",
            "cost_per_month",
            "p5",
            "p95",
            "training_per_month",
            "unserved_share",
            "cheapest_share",
            "currency",
        ]);
        let rounding = Rounding::of(self.currency);
        for one in &self.programmes {
            for account in &one.found.each.accounts {
                let line = &account.line;
                let quantity = account.quantity / line.per_unit;
                let price = if quantity == 0.0 { 0.0 } else { account.amount / quantity };
                for text in [one.strategy.0.as_str(), &one.found.id, line.component.name(), &line.label] {
                    cycle.text(text);
                }
                cycle.number(quantity.to_string());
                cycle.text(line.unit);
                cycle.number(price.to_string());
                cycle.number(rounding.text(rounding.minor(account.amount)));
                cycle.text(self.currency);
                cycle.end_row();
            }
            for cost in &one.cadences {
                cadence.text(&one.strategy.0);
                cadence.text(&one.found.id);
                cadence.number(cost.months.to_string());
                for value in [
                    cost.cycles,
                    cost.mean,
                    cost.range.0,
                    cost.range.1,
                    cost.programme,
                    cost.unserved,
                    cost.best,
                ] {
                    cadence.number(value.to_string());
                }
                cadence.text(self.currency);
                cadence.end_row();
            }
        }
        vec![cycle.file("cycle.csv"), cadence.file("cadence.csv")]
    }

    /// Cost against cadence of each programme, as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn charts(&self) -> Result<Vec<File>, String> {
        let mut files = Vec::new();
        for one in self.programmes.iter().filter(|one| one.cadences.len() > 1) {
            let name = format!("cadence-{}-{}", one.strategy.0, one.found.id);
            files.extend(pictures::pair(&name, self.chart(one).svg())?);
        }
        Ok(files)
    }

    fn chart(&self, one: &ProgrammeReport) -> Cadence {
        let footer = pictures::footer(self.paths, self.design, &self.hash, self.lang);
        let subtitle = self.lang.pick(
            "Mean cost per month with its 90% band, by months between cycles",
            "学習の間隔ごとの月額の平均と 90% の幅",
        );
        let points = one.cadences.iter().map(|cost| CadencePoint {
            months: cost.months as f64,
            mean: cost.mean,
            range: cost.range,
            programme: cost.programme,
        });
        Cadence {
            caption: Caption {
                title: self.best(one),
                subtitle: format!("{} · {} · {subtitle}", self.title, one.strategy.1),
                footer,
            },
            points: points.collect(),
            best: one.best.0,
            names: [
                self.lang.pick("whole strategy", "戦略全体").to_owned(),
                self.lang.pick("training alone", "学習のみ").to_owned(),
            ],
            axis: self.lang.pick("months between cycles", "学習の間隔（月）").to_owned(),
            currency: self.currency.to_owned(),
            lang: self.lang,
        }
    }
}
