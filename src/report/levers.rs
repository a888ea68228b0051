//! What `tokencast levers` says: a table, a CSV file, one JSON object, and the waterfall as a picture.

use serde_json::{Value, json};

use super::chart::{Caption, Waterfall as Chart, WaterfallStep};
use super::csv::Sheet;
use super::display::{Lang, fine_percent, minor_digits, money, percent};
use super::table::{Align, table};
use super::{File, VERSION, pictures};
use crate::analysis::{BreakEven, Difference, Quality, Waterfall, month_of};
use crate::random::Design;

/// Findings about levers, and what one has to know to write about them.
#[derive(Clone, Debug)]
pub struct LeverReport<'a> {
    /// What the levers save.
    pub found: &'a Waterfall,
    /// The title of the scenario.
    pub title: String,
    /// What people call the strategy, and its id.
    pub strategy: (String, String),
    /// Its months.
    pub months: Vec<String>,
    /// ISO 4217 code of costs.
    pub currency: &'static str,
    /// What draws depend on.
    pub design: Design,
    /// SHA-256 of everything that was read, in hexadecimal digits.
    pub hash: String,
    /// The language to write in.
    pub lang: Lang,
}

impl LeverReport<'_> {
    /// All of it as text.
    pub fn text(&self) -> String {
        let head = |en: [&'static str; 2], ja: [&'static str; 2]| {
            [0, 1].map(|line| self.lang.pick(en[line], ja[line])).join("\n")
        };
        let mut header = vec![
            head(["Lever", "kind"], ["削減策", "種類"]),
            head(["Saves alone", "± 95%"], ["単独の削減額", "±95%"]),
            head(["Saves in order", "± 95%"], ["順に加えた削減額", "±95%"]),
            head(["P5 to P95", "over futures"], ["P5〜P95", "将来の幅"]),
            head(["Saves", "in"], ["削減になる", "割合"]),
            head(["Pays back", "alone"], ["回収", "単独"]),
            head(["Cost", "left"], ["残る", "費用"]),
        ];
        let unit = self.lang.pick("mean score", "平均点");
        header.extend(self.found.quality.iter().map(|quality| format!("{}\n{unit}", quality.evaluation)));
        // Who saves by not serving should be seen.
        let sheds = |unserved: f64| (unserved - self.found.unserved).abs() > SEEN;
        let sheds = self.found.steps.iter().any(|step| sheds(step.unserved));
        if sheds {
            header.push(head(["Not", "served"], ["未処理", "割合"]));
        }
        let unserved = |share: f64| sheds.then(|| fine_percent(share));
        let mut rows = vec![self.row("", "", None, None, None, self.found.before.value)];
        self.lang.pick("without levers", "削減策なし").clone_into(&mut rows[0][0]);
        rows[0].extend(scores(&self.found.quality).chain(unserved(self.found.unserved)));
        let mut left = self.found.before.value;
        for step in &self.found.steps {
            left += step.on_top.mean.value;
            let (alone, on_top) = (Some(&step.alone.difference), Some(&step.on_top));
            let mut row =
                self.row(&step.lever.id, step.lever.kind, alone, on_top, Some(&step.alone.payback), left);
            row.extend(scores(&step.quality).chain(unserved(step.unserved)));
            rows.push(row);
        }
        let all = &self.found.together;
        let name = self.lang.pick("all together", "全部");
        let mut row =
            self.row(name, "", None, Some(&all.difference), Some(&all.payback), self.found.after.value);
        let last = self.found.steps.last();
        row.extend(last.into_iter().flat_map(|step| scores(&step.quality).chain(unserved(step.unserved))));
        rows.push(row);
        let table = table(header, rows, &[Align::Left]);
        format!("{}\n\n{table}\n\n{}", self.headline(), self.note())
    }

    fn row(
        &self,
        name: &str,
        kind: &str,
        alone: Option<&Difference>,
        on_top: Option<&Difference>,
        payback: Option<&BreakEven>,
        left: f64,
    ) -> Vec<String> {
        let cell = |found: Option<&Difference>, say: &dyn Fn(&Difference) -> String| {
            found.map_or_else(String::new, say)
        };
        vec![
            format!("{name}\n{kind}").trim_end().to_owned(),
            cell(alone, &|found| self.saving(found)),
            cell(on_top, &|found| self.saving(found)),
            cell(on_top, &|found| self.range(found)),
            cell(alone.or(on_top), &|found| percent(found.cheaper)),
            payback.map_or_else(String::new, |found| self.payback(found)),
            self.money(left),
        ]
    }

    fn money(&self, amount: f64) -> String {
        money(amount, self.currency, self.lang)
    }

    fn headline(&self) -> String {
        let (before, after) = (self.found.before.value, self.found.after.value);
        let change = percent((before - after).abs() / before);
        let way = if after > before { ("more", "増") } else { ("less", "減") };
        let (name, amounts) = (&self.strategy.0, [before, after].map(|amount| self.money(amount)));
        match self.lang {
            Lang::En => {
                format!(
                    "{name}: {} without levers, {} with all of them ({change} {})",
                    amounts[0], amounts[1], way.0
                )
            }
            Lang::Ja => {
                format!("{name}：削減策なし {}、全部で {}（{change} {}）", amounts[0], amounts[1], way.1)
            }
        }
    }

    fn note(&self) -> String {
        match (self.lang, self.found.discounted) {
            (Lang::En, true) => "Mean savings, present value. Pays back: the month from which on half of the futures have cost less for good.",
            (Lang::En, false) => "Mean savings, nominal totals. Pays back: the month from which on half of the futures have cost less for good.",
            (Lang::Ja, true) => "平均削減額（現在価値）。回収：将来の半数で、それ以後ずっと安くなる月。",
            (Lang::Ja, false) => "平均削減額（名目の合計）。回収：将来の半数で、それ以後ずっと安くなる月。",
        }
        .to_owned()
    }

    fn saving(&self, found: &Difference) -> String {
        let half = found.interval.high - found.mean.value;
        // What every future saves alike is known but for rounding.
        let known = half.abs() <= 1e-9 * found.mean.value.abs();
        let half =
            if half.is_finite() && !known { format!("\n±{}", self.money(half)) } else { String::new() };
        format!("{}{half}", self.money(0.0 - found.mean.value))
    }

    fn range(&self, found: &Difference) -> String {
        let to = self.lang.pick(" to ", "〜");
        format!("{}{to}{}", self.money(0.0 - found.p95), self.money(0.0 - found.p5))
    }

    /// The month of the median, by its name and number.
    fn payback(&self, found: &BreakEven) -> String {
        let Some(moment) = found.p50 else { return self.lang.pick("never", "回収せず").to_owned() };
        let month = month_of(moment, self.months.len());
        match self.lang {
            Lang::En => format!("{}\nmonth {}", self.months[month], month + 1),
            Lang::Ja => format!("{}\n{}か月目", self.months[month], month + 1),
        }
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let saving = |found: &Difference| {
            json!({
                "mean": 0.0 - found.mean.value,
                "standard_error": finite(found.mean.standard_error),
                "low": finite(0.0 - found.interval.high),
                "high": finite(0.0 - found.interval.low),
                "p5": 0.0 - found.p95,
                "p95": 0.0 - found.p5,
                "share_of_paths_that_save": found.cheaper,
            })
        };
        let payback = |found: &BreakEven| json!({ "p5": found.p5, "p50": found.p50, "p95": found.p95, "never": found.never });
        let scored = |all: &[Quality]| -> serde_json::Map<String, Value> {
            all.iter().map(|quality| (quality.evaluation.clone(), json!(quality.mean))).collect()
        };
        let found = self.found;
        let steps = found.steps.iter().map(|step| {
            json!({
                "lever": step.lever.id,
                "kind": step.lever.kind,
                "saves_alone": saving(&step.alone.difference),
                "payback_months_alone": payback(&step.alone.payback),
                "saves_in_order": saving(&step.on_top),
                "scores_in_order": scored(&step.quality),
                "unserved_in_order": step.unserved,
            })
        });
        json!({
            "program": "tokencast",
            "version": VERSION,
            "strategy": self.strategy.1,
            "paths": found.paths,
            "seed": self.design.seed,
            "sampling": self.design.sampling.word(),
            "currency": self.currency,
            "present_value": found.discounted,
            "without_levers": { "mean": found.before.value, "standard_error": finite(found.before.standard_error) },
            "with_all_levers": { "mean": found.after.value, "standard_error": finite(found.after.standard_error) },
            "scores_without_levers": scored(&found.quality),
            "levers": steps.collect::<Vec<_>>(),
            "unserved_without_levers": found.unserved,
            "saves_together": saving(&found.together.difference),
            "payback_months_together": payback(&found.together.payback),
        })
    }

    /// The table as CSV, one lever a row and all of them in the last.
    pub fn csv(&self) -> File {
        let mut sheet = Sheet::new(&[
            "lever",
            "kind",
            "currency",
            "alone_mean",
            "alone_standard_error",
            "in_order_mean",
            "in_order_standard_error",
            "in_order_p5",
            "in_order_p95",
            "payback_months_p50",
            "payback_never",
            "unserved_in_order",
        ]);
        let mut row = |(id, kind): (&str, &str),
                       (alone, payback): (&Difference, &BreakEven),
                       on_top: &Difference,
                       unserved: f64| {
            sheet.text(id);
            sheet.text(kind);
            sheet.text(self.currency);
            let amounts = [
                0.0 - alone.mean.value,
                alone.mean.standard_error,
                0.0 - on_top.mean.value,
                on_top.mean.standard_error,
                0.0 - on_top.p95,
                0.0 - on_top.p5,
            ];
            let digits = minor_digits(self.currency);
            for amount in amounts {
                sheet.number(if amount.is_finite() { format!("{amount:.digits$}") } else { String::new() });
            }
            sheet.number(
                payback.p50.map_or_else(String::new, |months| crate::units::format_number(months, 6)),
            );
            sheet.number(crate::units::format_number(payback.never, 6));
            sheet.number(crate::units::format_number(unserved, 6));
            sheet.end_row();
        };
        for step in &self.found.steps {
            let alone = (&step.alone.difference, &step.alone.payback);
            row((&step.lever.id, step.lever.kind), alone, &step.on_top, step.unserved);
        }
        let all = &self.found.together;
        let unserved = self.found.steps.last().map_or(self.found.unserved, |step| step.unserved);
        row(("all", ""), (&all.difference, &all.payback), &all.difference, unserved);
        sheet.file("levers.csv")
    }

    /// The waterfall as SVG and PNG.
    ///
    /// # Errors
    /// A picture could not be rendered.
    pub fn chart(&self) -> Result<Vec<File>, String> {
        pictures::pair("levers", self.waterfall().svg()).map(Vec::from)
    }

    fn waterfall(&self) -> Chart {
        let footer = pictures::footer(self.found.paths, self.design, &self.hash, self.lang);
        let subtitle = self.lang.pick(
            "Mean cost as levers are added in the order in which they act. Line: 90% of futures",
            "削減策を作用する順に加えたときの平均費用。線は将来の 90%",
        );
        let step = |step: &crate::analysis::Step| WaterfallStep {
            name: step.lever.id.clone(),
            change: step.on_top.mean.value,
            p5: step.on_top.p5,
            p95: step.on_top.p95,
            alone: step.alone.difference.mean.value,
            payback: step
                .alone
                .payback
                .p50
                .map(|moment| self.months[month_of(moment, self.months.len())].clone()),
        };
        Chart {
            caption: Caption {
                title: self.headline(),
                subtitle: format!("{} · {subtitle}", self.title),
                footer,
            },
            before: (self.lang.pick("without levers", "削減策なし").to_owned(), self.found.before.value),
            steps: self.found.steps.iter().map(step).collect(),
            after: (self.lang.pick("with all of them", "全部").to_owned(), self.found.after.value),
            currency: self.currency.to_owned(),
            lang: self.lang,
        }
    }
}

/// A share of requests that is worth a column.
const SEEN: f64 = 5e-4;

/// Mean scores, one a cell.
fn scores(found: &[Quality]) -> impl Iterator<Item = String> {
    found.iter().map(|quality| quality.mean.map_or_else(|| "–".to_owned(), fine_percent))
}
