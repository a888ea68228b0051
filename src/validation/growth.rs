//! Published rates of change, as a scenario says them: a price or an amount of traffic that moves by so much a year.

use super::whole::found;
use super::{Row, Table, Tolerance};
use crate::finance::View;
use crate::math::ln;

pub(super) const PRICES: Table = Table {
    name: "T11",
    title: "prices of a quality that fall, by the exponential path of a rate card",
    source: "Epoch AI (9 to 900 times a year by milestone), a16z (1,000 times in three years: 60 USD in November 2021 to 0.06), \
             Stanford AI Index (280 times in about 23 months), read 2026-11-22; logarithms computed by hand",
    defects: "the price of a quality over all vendors, which buyers get only by moving; a named llm keeps its price and jumps",
    rows: prices,
};

pub(super) const TRAINING: Table = Table {
    name: "T12",
    title: "growth of the amortized cost of frontier training runs, by the exponential path of traffic",
    source: "Cottier et al., The rising costs of training frontier AI models (arXiv 2405.21015), abstract: 2.4 times a year, \
             90 % interval 2.0 to 2.9; read 2026-11-22",
    defects: "its shares of hardware (47 to 67 %), staff (29 to 49 %) and energy (2 to 6 %) are inputs that nothing here computes",
    rows: training,
};

/// One price and one load, each with its growth.
const MOVES: &str = r#"
title    = "Moves"
currency = "USD"
start    = "2027-01"
months   = 37
hours_per_month = 730

[traffic.work]
requests      = "1M /month"
growth        = "0 % /year"
input_tokens  = 1000
output_tokens = 0
week          = "flat"
hourly_noise  = 0

[vendor.any.llm.x]
rates     = { input = "60 USD /Mtok", output = "60 USD /Mtok" }
over_time = 1

[strategy.api]
serve = [{ traffic = "work", by = "any/x" }]
"#;

/// Cost of a month over that of the first.
fn ratio(month: usize, set: &str) -> f64 {
    let found = found(MOVES, &[], &[set.to_owned()]);
    let costs = found.as_ref().and_then(|found| found.strategies.first());
    costs.map_or(f64::NAN, |one| one.month_mean(month, View::Cash) / one.month_mean(0, View::Cash))
}

/// After so many months of a price that falls to one part in `factor` each year.
fn price(month: usize, factor: f64) -> f64 {
    let rate = 100.0 * (1.0 / factor - 1.0);
    ratio(
        month,
        &format!(
            "vendor.any.llm.x.over_time={{ exponential = {{ initial = 1, rate = \"{rate} % /year\" }} }}"
        ),
    )
}

fn prices() -> Vec<Row> {
    let near = Tolerance::Absolute(5e-4);
    let mut rows: Vec<Row> = [(9.0, -2.197), (10.0, -2.303), (40.0, -3.689), (900.0, -6.802)]
        .into_iter()
        .map(|(factor, drift)| {
            Row::new(
                format!("{factor} times a year, log change of a year"),
                drift,
                ln(price(12, factor)),
                near,
            )
        })
        .collect();
    rows.push(Row::new("60 USD after three years of 10 times a year", 0.06, 60.0 * price(36, 10.0), near));
    let what = "20 USD after 23 months of 18.8 times a year";
    rows.push(Row::new(what, 0.0714, 20.0 * price(23, 18.8), Tolerance::Share(0.02)));
    rows
}

fn training() -> Vec<Row> {
    let of = |factor: f64| {
        let rate = 100.0 * (factor - 1.0);
        ln(ratio(12, &format!("traffic.work.growth=\"{rate} % /year\"")))
    };
    [(2.4, 0.875), (2.0, 0.693), (2.9, 1.065)]
        .into_iter()
        .map(|(factor, log)| {
            let what = format!("{factor} times a year, log change of a year");
            Row::new(what, log, of(factor), Tolerance::Absolute(5e-4))
        })
        .collect()
}
