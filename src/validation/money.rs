//! What to reserve, and money over time.

use std::f64::consts::PI;
use std::fmt::Write;

use super::whole::found;
use super::{Row, Table, Tolerance};
use crate::finance::{Component, Depreciation, Measure, instalment};
use crate::math::sin;

pub(super) const RESERVED: Table = Table {
    name: "NV",
    title: "replicas to reserve for a load that swings by 60 % like a sine, at 60 % of the price on demand",
    source: "the newsvendor's rule F⁻¹(1 − c_r/c_o) in closed form (computed 2026-11-22)",
    defects: "168 hours and whole replicas, of which there are a thousand, stand for a curve",
    rows: reserved,
};

pub(super) const FINANCE: Table = Table {
    name: "FIN",
    title: "instalments and declining balance",
    source: "annuities in closed form; Japan's 250 % method over ten years as a tax accountant works it out (toyama-tax.info, rates .250 and \
             .334, guarantee .04448, which are also in the table of assets bought from April 2007 to March 2012 at cac.sakura.ne.jp; read \
             2026-11-30); its 200 % method over five years (rates .400 and .500, guarantee .10800, recalled: the table of assets bought \
             since April 2012 was looked for and not found)",
    defects: "Japan's memorandum value of one yen is left out, and its revised rate of .334 is a third, rounded up",
    rows: finance,
};

/// A fleet whose need swings once in its week, on demand in the first month and by the rule after that.
const SWINGS: &str = r#"
title    = "Swings"
currency = "USD"
start    = "2026-04"
months   = 1
hours_per_month = 720

[traffic.work]
requests      = "720M /month"
input_tokens  = 900
output_tokens = 100
week          = { csv = "week.csv", column = "load" }
hourly_noise  = 0

[vendor.cloud.gpu.h100.rates]
on_demand   = "1 USD /GPU-hour"
reserved_1y = "0.6 USD /GPU-hour"

[llm.any]
[deployment.one]
llm = "any"
gpu = "h100"
gpus = 1
capacity = { stated = { tokens = "1M tokens /h" } }
capacity_error = 1

[supply.fleet.rented]
deployment  = "one"
gpus        = "cloud/h100"
reserved_1y = { newsvendor = { over = "1 month" } }
fleet       = { utilization_target = "100 %" }

[strategy.fleet]
serve = [{ traffic = "work", by = "fleet" }]
"#;

/// Cost and paid GPU-hours of so many months, over those of a fleet that follows the mean.
fn swings(months: u32) -> Option<[f64; 2]> {
    let mut week = "load\n".to_owned();
    // Half a turn, from trough to crest, has the loads of a whole one as often.
    for hour in 0..168 {
        writeln!(week, "{}", 1.0 + 0.6 * sin(PI * ((f64::from(hour) + 0.5) / 168.0 - 0.5))).ok()?;
    }
    let found = found(SWINGS, &[("week.csv", &week)], &[format!("months={months}")])?;
    let fleet = found.strategies.first()?;
    let mean = 1000.0 * 720.0;
    Some([fleet.component_mean(Component::GpuRental) / mean, fleet.measured(Measure::GpuHours) / mean])
}

fn reserved() -> Vec<Row> {
    let (first, all) = (swings(1).unwrap_or([f64::NAN; 2]), swings(13).unwrap_or([f64::NAN; 2]));
    let [cost, paid] = [0, 1].map(|i| (all[i] - first[i]) / 12.0);
    // Of K reserved and E beyond, 0.6 K + E is the cost and K + E is paid for.
    let amount = (paid - cost) / 0.4;
    vec![
        Row::new("reserved, over the mean", 0.814_589_803_375, amount, Tolerance::Absolute(0.01)),
        Row::new("cost, over the mean on demand", 0.781_638_414_874, cost, Tolerance::Absolute(0.001)),
    ]
}

fn finance() -> Vec<Row> {
    let near = Tolerance::Share(1e-9);
    let books = Depreciation::declining(5, 2.0, true);
    let year = |year: usize| 1e7 * (12 * year..12 * (year + 1)).map(|age| books.share(age)).sum::<f64>();
    let mut rows = vec![
        Row::new(
            "320,000 over 4 years at 10 % a year, a year",
            100_950.657_185_951,
            320_000.0 * instalment(0.1, 4),
            near,
        ),
        Row::new(
            "36 months at 1 % a month, annuity factor",
            30.107_505_037_274,
            1.0 / instalment(0.01, 36),
            near,
        ),
    ];
    for (place, expected) in [4e6, 2.4e6, 1.44e6, 1.08e6, 1.08e6].into_iter().enumerate() {
        rows.push(Row::new(format!("200 %, 10,000,000, year {}", place + 1), expected, year(place), near));
    }
    let books = Depreciation::declining(10, 2.5, true);
    let year = |year: usize| 1e6 * (12 * year..12 * (year + 1)).map(|age| books.share(age)).sum::<f64>();
    // The last two years of the example have what the rounding of the rate leaves.
    let worked_out = [250_000.0, 187_500.0, 140_625.0, 105_469.0, 79_102.0, 59_326.0, 44_495.0, 44_584.0];
    for (place, expected) in worked_out.into_iter().enumerate() {
        let most = if place < 7 { Tolerance::Absolute(1.0) } else { Tolerance::Share(0.0025) };
        rows.push(Row::new(format!("250 %, 1,000,000, year {}", place + 1), expected, year(place), most));
    }
    rows
}
