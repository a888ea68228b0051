//! `survival.csv`, `cash.csv` and `outcomes.csv` of `tokencast vendor`.

use super::sheet::Sheet;
use crate::report::File;
use crate::report::rounded::Rounding;
use crate::report::vendors::{OUTCOMES, PHASES, VendorReport};

impl VendorReport<'_> {
    /// The tables, in full: every month, every outcome under every strategy.
    pub fn csv(&self) -> Vec<File> {
        let mut files = vec![self.survival_csv(), self.outcomes_csv()];
        if self.found.iter().any(|vendor| !vendor.cash.is_empty()) {
            files.push(self.cash_csv());
        }
        files
    }

    fn survival_csv(&self) -> File {
        let mut sheet = Sheet::new(&["vendor", "name", "month", "health", "share", "low_95", "high_95"]);
        for (found, named) in self.found.iter().zip(&self.names) {
            for (month, phases) in self.months.iter().zip(&found.phases) {
                for ((health, _), share) in PHASES.iter().zip(phases) {
                    for text in [&found.id, &named.name, month, *health] {
                        sheet.text(text);
                    }
                    for number in [share.share, share.interval.low, share.interval.high] {
                        sheet.number(format!("{number:.6}"));
                    }
                    sheet.end_row();
                }
            }
        }
        sheet.file("survival.csv")
    }

    fn cash_csv(&self) -> File {
        let mut sheet =
            Sheet::new(&["vendor", "name", "month", "currency", "p5", "p25", "p50", "p75", "p95"]);
        for (found, named) in self.found.iter().zip(&self.names) {
            let currency = named.currency.unwrap_or("");
            let rounding = Rounding::of(currency);
            for (month, cash) in self.months.iter().zip(&found.cash) {
                for text in [&found.id, &named.name, month, currency] {
                    sheet.text(text);
                }
                for amount in cash {
                    sheet.number(rounding.text(rounding.minor(*amount)));
                }
                sheet.end_row();
            }
        }
        sheet.file("cash.csv")
    }

    fn outcomes_csv(&self) -> File {
        let columns = [
            "vendor",
            "name",
            "outcome",
            "futures",
            "share",
            "strategy",
            "title",
            "currency",
            "cost_mean",
            "cost_standard_error",
            "unserved_share",
        ];
        let rounding = Rounding::of(self.currency);
        let money = |amount: f64| {
            if amount.is_finite() { rounding.text(rounding.minor(amount)) } else { String::new() }
        };
        let mut sheet = Sheet::new(&columns);
        for (found, named) in self.found.iter().zip(&self.names) {
            for (outcome, (name, _)) in found.outcomes.iter().zip(OUTCOMES) {
                for ((id, title), of) in self.ids.iter().zip(&self.strategies).zip(&outcome.strategies) {
                    for text in [&found.id, &named.name, name] {
                        sheet.text(text);
                    }
                    sheet.number(outcome.paths.to_string());
                    sheet.number(format!("{:.6}", outcome.paths as f64 / self.paths as f64));
                    for text in [id, title, self.currency] {
                        sheet.text(text);
                    }
                    let cost = of.as_ref().map(|(cost, _)| *cost);
                    sheet.number(cost.map_or(String::new(), |cost| money(cost.value)));
                    sheet.number(cost.map_or(String::new(), |cost| money(cost.standard_error)));
                    sheet.number(of.as_ref().map_or(String::new(), |(_, unserved)| format!("{unserved:.6}")));
                    sheet.end_row();
                }
            }
        }
        sheet.file("outcomes.csv")
    }
}
