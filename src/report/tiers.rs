//! What `tokencast tiers` says: what each tier earns and costs, and which llm should serve which.

use serde_json::{Value, json};

use super::amounts::{mean, quantile};
use super::chart::{Caption, MarginSeries, Margins as Chart};
use super::csv::Sheet;
use super::display::{Lang, money, percent};
use super::rounded::Rounding;
use super::table::{Align, table};
use super::{File, VERSION, pictures};
use crate::engine::{GroupMargins, Margins};
use crate::random::Design;
use crate::units::format_number;

/// A strategy and its margins.
pub struct StrategyMargins {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it earns and costs.
    pub found: Margins,
}

/// A way to serve the tiers that some strategies give parts of.
pub struct Mix {
    /// By tier: who serves it.
    pub by: Vec<String>,
    /// Revenue less all cost, by path.
    pub margin: Vec<f64>,
    /// Share of futures in which it is the best.
    pub best: f64,
}

/// Margins of all strategies, and what one has to know to write about them.
pub struct TiersReport {
    /// The title of the scenario.
    pub title: String,
    /// Ids and names of the tiers.
    pub tiers: Vec<(String, String)>,
    /// The strategies.
    pub strategies: Vec<StrategyMargins>,
    /// Ways to serve the tiers, the best on average first; empty where there is no choice.
    pub mixes: Vec<Mix>,
    /// Mixes that cannot be, and why.
    pub refused: Vec<(String, String)>,
    /// Names of the months.
    pub months: Vec<String>,
    /// ISO 4217 code of all amounts.
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

/// Sums over all months, means over paths.
struct Sums {
    users: Option<f64>,
    user_months: f64,
    revenue: f64,
    cost: f64,
    below: f64,
    months_below: usize,
}

impl Sums {
    fn of(group: &GroupMargins) -> Self {
        let sum = |of: fn(&crate::engine::MonthMargin) -> f64| group.months.iter().map(of).sum::<f64>();
        let user_months = sum(|month| month.users);
        Self {
            users: group.months.last().map(|month| month.users).filter(|_| user_months > 0.0),
            user_months,
            revenue: sum(|month| month.revenue),
            cost: sum(|month| month.cost),
            below: below(&group.margin),
            months_below: group.months.iter().filter(|month| month.revenue < month.cost).count(),
        }
    }
}

/// The share of paths that lose money.
fn below(margins: &[f64]) -> f64 {
    margins.iter().filter(|margin| **margin < 0.0).count() as f64 / margins.len().max(1) as f64
}

/// The most mixes that the terminal shows.
const SHOWN: usize = 8;

impl TiersReport {
    fn money(&self, amount: f64) -> String {
        money(amount, self.currency, self.lang)
    }

    /// Everything as text.
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.strategies.iter().map(|one| self.strategy(one)).collect();
        if !self.mixes.is_empty() {
            parts.push(self.mixes_text());
        }
        parts.join("\n\n\n")
    }

    fn strategy(&self, one: &StrategyMargins) -> String {
        let header = match self.lang {
            Lang::En => [
                "",
                "users at the end",
                "revenue",
                "cost",
                "margin",
                "per user-month",
                "P(margin < 0)",
                "months at a loss",
            ],
            Lang::Ja => {
                ["", "期末の利用者", "売上", "費用", "粗利", "利用者・月あたり", "赤字の確率", "赤字の月数"]
            }
        };
        let mut rows = Vec::new();
        let mut revenue = 0.0;
        for ((_, name), group) in self.tiers.iter().zip(&one.found.groups) {
            let sums = Sums::of(group);
            revenue += sums.revenue;
            let margin = sums.revenue - sums.cost;
            rows.push(vec![
                name.clone(),
                sums.users.map_or_else(|| "–".into(), |users| format_number(crate::math::floor(users), 7)),
                self.money(sums.revenue),
                self.money(sums.cost),
                self.money(margin),
                if sums.users.is_some() { self.money(margin / sums.user_months) } else { "–".into() },
                percent(sums.below),
                format!("{}/{}", sums.months_below, group.months.len()),
            ]);
        }
        let shared: f64 = one.found.shared.iter().sum();
        let blank = String::new;
        let all = self.lang.pick("for all together", "共通").to_owned();
        rows.push(vec![
            all,
            blank(),
            blank(),
            self.money(shared),
            self.money(-shared),
            blank(),
            blank(),
            blank(),
        ]);
        let whole = mean(&one.found.whole);
        let months = one.found.whole_below.iter().filter(|below| **below > 0.5).count();
        rows.push(vec![
            self.lang.pick("whole", "全体").to_owned(),
            blank(),
            self.money(revenue),
            self.money(revenue - whole),
            self.money(whole),
            blank(),
            percent(below(&one.found.whole)),
            format!("{months}/{}", self.months.len()),
        ]);
        let title = match self.lang {
            Lang::En => format!("{} ({}), over {} months", one.name, one.id, self.months.len()),
            Lang::Ja => format!("{}（{}）、{}か月", one.name, one.id, self.months.len()),
        };
        format!("{title}\n\n{}", table(header.map(str::to_owned).to_vec(), rows, &[Align::Left]))
    }

    fn mixes_text(&self) -> String {
        let mut header: Vec<String> = self.tiers.iter().map(|(_, name)| name.clone()).collect();
        let columns = match self.lang {
            Lang::En => ["margin", "90 %", "P(margin < 0)", "best in"],
            Lang::Ja => ["粗利", "90%", "赤字の確率", "最良の割合"],
        };
        header.extend(columns.map(str::to_owned));
        let row = |mix: &Mix| {
            let mut row = mix.by.clone();
            let (low, high) = (quantile(&mix.margin, 0.05), quantile(&mix.margin, 0.95));
            row.extend([
                self.money(mean(&mix.margin)),
                super::display::money_range(low, high, self.currency, self.lang),
                percent(below(&mix.margin)),
                percent(mix.best),
            ]);
            row
        };
        let rows: Vec<Vec<String>> = self.mixes.iter().take(SHOWN).map(row).collect();
        let aligned = vec![Align::Left; self.tiers.len()];
        let mut parts = vec![self.best(), table(header, rows, &aligned)];
        let more = self.mixes.len().saturating_sub(SHOWN);
        if more > 0 {
            parts.push(match self.lang {
                Lang::En => format!("{more} more in mixes.csv"),
                Lang::Ja => format!("残り{more}件は mixes.csv"),
            });
        }
        parts.extend(self.refused.iter().map(|(mix, why)| match self.lang {
            Lang::En => format!("not possible: {mix}: {why}"),
            Lang::Ja => format!("不可能：{mix}：{why}"),
        }));
        parts.join("\n\n")
    }

    /// The best way to serve the tiers, in a sentence.
    fn best(&self) -> String {
        let Some(best) = self.mixes.first() else { return String::new() };
        let who = |((_, name), by): (&(String, String), &String)| match self.lang {
            Lang::En => format!("{name} by {by}"),
            Lang::Ja => format!("{name} は {by}"),
        };
        let whom: Vec<String> = self.tiers.iter().zip(&best.by).map(who).collect();
        match self.lang {
            Lang::En => {
                format!("Most is earned with {} (in {} of futures)", whom.join(", "), percent(best.best))
            }
            Lang::Ja => format!(
                "最も利益が大きい組み合わせ：{}（{}の試行で最良）",
                whom.join("、"),
                percent(best.best)
            ),
        }
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let tier = |((id, _), group): (&(String, String), &GroupMargins)| {
            let sums = Sums::of(group);
            json!({
                "tier": id,
                "users_at_the_end": sums.users,
                "revenue": sums.revenue,
                "cost": sums.cost,
                "margin": sums.revenue - sums.cost,
                "p5": quantile(&group.margin, 0.05),
                "p95": quantile(&group.margin, 0.95),
                "negative_share": sums.below,
                "months_at_a_loss": sums.months_below,
            })
        };
        let strategy = |one: &StrategyMargins| {
            json!({
                "strategy": one.id,
                "tiers": self.tiers.iter().zip(&one.found.groups).map(tier).collect::<Vec<_>>(),
                "shared_cost": one.found.shared.iter().sum::<f64>(),
                "margin": mean(&one.found.whole),
                "negative_share": below(&one.found.whole),
            })
        };
        let mix = |mix: &Mix| {
            let by: serde_json::Map<String, Value> =
                self.tiers.iter().zip(&mix.by).map(|((id, _), by)| (id.clone(), by.clone().into())).collect();
            json!({
                "by": by,
                "margin": mean(&mix.margin),
                "p5": quantile(&mix.margin, 0.05),
                "p95": quantile(&mix.margin, 0.95),
                "negative_share": below(&mix.margin),
                "best_share": mix.best,
            })
        };
        json!({
            "program": "tokencast",
            "version": VERSION,
            "paths": self.paths,
            "seed": self.design.seed,
            "sampling": self.design.sampling.word(),
            "currency": self.currency,
            "strategies": self.strategies.iter().map(strategy).collect::<Vec<_>>(),
            "mixes": self.mixes.iter().map(mix).collect::<Vec<_>>(),
        })
    }

    /// `tiers.csv` and `mixes.csv`.
    pub fn tables(&self) -> Vec<File> {
        vec![self.tiers_csv().file("tiers.csv"), self.mixes_csv().file("mixes.csv")]
    }

    fn tiers_csv(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            "strategy",
            "tier",
            "month",
            "users",
            "served_requests",
            "revenue",
            "cost",
            "margin",
            "negative_share",
            "currency",
        ]);
        let rounding = Rounding::of(self.currency);
        for one in &self.strategies {
            for ((tier, _), group) in self.tiers.iter().zip(&one.found.groups) {
                for (label, month) in self.months.iter().zip(&group.months) {
                    for text in [&one.id, tier, label] {
                        sheet.text(text);
                    }
                    sheet.number(month.users.to_string());
                    sheet.number(month.served.to_string());
                    for amount in [month.revenue, month.cost, month.revenue - month.cost] {
                        sheet.number(rounding.text(rounding.minor(amount)));
                    }
                    sheet.number(month.below.to_string());
                    sheet.text(self.currency);
                    sheet.end_row();
                }
            }
        }
        sheet
    }

    fn mixes_csv(&self) -> Sheet {
        let mut sheet =
            Sheet::new(&["rank", "mix", "margin", "p5", "p95", "negative_share", "best_share", "currency"]);
        let rounding = Rounding::of(self.currency);
        for (place, mix) in self.mixes.iter().enumerate() {
            sheet.number((place + 1).to_string());
            let of_tiers = self.tiers.iter().zip(&mix.by).map(|((id, _), by)| format!("{id}={by}"));
            sheet.text(&of_tiers.collect::<Vec<_>>().join("; "));
            let ends = [mean(&mix.margin), quantile(&mix.margin, 0.05), quantile(&mix.margin, 0.95)];
            for amount in ends {
                sheet.number(rounding.text(rounding.minor(amount)));
            }
            sheet.number(below(&mix.margin).to_string());
            sheet.number(mix.best.to_string());
            sheet.text(self.currency);
            sheet.end_row();
        }
        sheet
    }

    /// Margins by month of each strategy, as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn charts(&self) -> Result<Vec<File>, String> {
        let mut files = Vec::new();
        for one in &self.strategies {
            files.extend(pictures::pair(&format!("margins-{}", one.id), self.chart(one).svg())?);
        }
        Ok(files)
    }

    fn chart(&self, one: &StrategyMargins) -> Chart {
        let footer = pictures::footer(self.paths, self.design, &self.hash, self.lang);
        let detail = |amount: f64, below: f64| {
            let (amount, below) = (self.money(amount), percent(below));
            match self.lang {
                Lang::En => format!("{amount}, a loss in {below}"),
                Lang::Ja => format!("{amount}、赤字 {below}"),
            }
        };
        let series = |((_, name), group): (&(String, String), &GroupMargins)| MarginSeries {
            name: name.clone(),
            detail: detail(mean(&group.margin), below(&group.margin)),
            margins: group.months.iter().map(|month| month.revenue - month.cost).collect(),
        };
        let mut all: Vec<MarginSeries> = self.tiers.iter().zip(&one.found.groups).map(series).collect();
        let whole =
            |month: usize| all.iter().map(|tier| tier.margins[month]).sum::<f64>() - one.found.shared[month];
        let whole = MarginSeries {
            name: self.lang.pick("all, less what is shared", "全体（共通費込み）").to_owned(),
            detail: detail(mean(&one.found.whole), below(&one.found.whole)),
            margins: (0..self.months.len()).map(whole).collect(),
        };
        all.push(whole);
        Chart {
            caption: Caption {
                title: match self.lang {
                    Lang::En => format!("What each tier earns less what it costs: {}", one.name),
                    Lang::Ja => format!("プラン別の粗利：{}", one.name),
                },
                subtitle: format!("{} · {}", self.title, self.lang.pick("mean by month", "月別の平均")),
                footer,
            },
            months: self.months.clone(),
            series: all,
            currency: self.currency.to_owned(),
            lang: self.lang,
        }
    }
}
