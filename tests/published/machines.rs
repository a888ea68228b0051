//! Closed forms of machines: bought against rented, the yearly cost of a server, the price of a token.

use tokencast::finance::{Component, Measure};

use crate::assert_near;
use crate::common::{found, model_of};

/// One machine, bought and rented.
const BOUGHT_OR_RENTED: &str = include_str!("../../src/validation/machine.toml");

/// Lenovo LP2225 (2025): a machine for 833,806 USD and 0.87 USD an hour against p5.48xlarge at 98.32, 77.43 and 53.95 USD
/// an hour; published 8,556, about 10,890 and about 15,710 hours, by the formula price / (rate − 0.87).
#[test]
fn a_bought_machine_pays_off_after_the_hours_that_lenovo_prints() {
    for (baseline, hours) in [("on-demand", 8_556.24), ("one-year", 10_890.88), ("three-years", 15_708.48)] {
        let findings = found(&model_of(BOUGHT_OR_RENTED, &[&format!("baseline={baseline}")]), 2);
        let months = findings.strategies[0].break_even.as_ref().unwrap().p50.unwrap();
        assert_near(720.0 * months, hours, 0.01);
    }
    let findings = found(&model_of(BOUGHT_OR_RENTED, &["baseline=on-demand"]), 2);
    // The guide prints the first also as 11.9 months.
    assert_near(findings.strategies[0].break_even.as_ref().unwrap().p50.unwrap(), 11.9, 0.05);
}

/// NVIDIA, "How much does your LLM inference cost?": a server for 320,000 USD over four years, hosting 3,000 and software
/// 4,500 USD a year (the article applies it per server) come to 87,500 USD a year, or 1.24857 USD per GPU-hour.
#[test]
fn a_server_costs_a_year_what_nvidia_prints() {
    let set = [
        "months=48",
        "hours_per_month=730",
        "server.sr675.price=\"320k USD\"",
        "site.any.electricity=\"0 USD /kWh\"",
        "site.any.network=\"3,000 USD /year\"",
        "supply.bought.owned.software=\"562.5 USD /GPU-year\"",
        "supply.bought.owned.depreciation.straight_line.over=\"4 years\"",
    ];
    let findings = found(&model_of(BOUGHT_OR_RENTED, &set), 2);
    let bought = &findings.strategies[0];
    assert_eq!(bought.years.len(), 4);
    for year in &bought.years {
        assert_near(year.accrual, 87_500.0, 1e-6);
    }
    let accrual: f64 = bought.years.iter().map(|year| year.accrual).sum();
    assert_near(accrual / bought.measured(Measure::GpuHours), 1.24857, 5e-6);
    // Written off in full after its four years: nothing is left to dispose of.
    assert_near(bought.component_mean(Component::Disposal), 0.0, 1e-6);
}

/// `InferenceX` (`SemiAnalysisAI/InferenceX-app@77ca49a`): USD per Mtok = (USD per GPU-hour) / (tokens/s/GPU · 3600 / 1e6), for
/// its prices of an H100, H200 and B200 rented for three years, at 1,000 tokens a second and GPU.
#[test]
fn a_token_on_rented_gpus_costs_what_inferencex_computes() {
    for rate in [1.30, 1.60, 2.90] {
        let per_gpu = 1000.0;
        let price = format!("vendor.aws.gpu.h100.rates.on_demand=\"{rate} USD /GPU-hour\"");
        let speed = format!("deployment.whole.capacity.stated.tokens=\"{} tokens /s\"", 8.0 * per_gpu);
        // A full machine: 8 GPUs · 1,000 tokens a second for 720 hours, 1,000 tokens a request.
        let requests = format!("traffic.work.requests=\"{} /month\"", 8.0 * 3600.0 * 720.0);
        let findings = found(&model_of(BOUGHT_OR_RENTED, &[&price, &speed, &requests]), 2);
        let rented = &findings.strategies[1];
        let mtok = rented.measured(Measure::Served) * 1000.0 / 1e6;
        let expected = rate / (per_gpu * 3600.0 / 1e6);
        assert_near(rented.component_mean(Component::GpuRental) / mtok, expected, 1e-9 * expected);
    }
}

/// Measured latencies become throughput by Little's law, B / (TTFT + (out − 1) · TPOT): Llama 3.1 70B FP8, 1024 in and out,
/// at 64 concurrent requests (NVIDIA aiconfigurator silicon data): four H100 at 3.99 USD come to 1.367 USD per Mtok out, one
/// H200 at 4.50 USD to 0.744.
#[test]
fn measured_points_give_the_price_of_a_token_by_littles_law() {
    for (gpus, ttft, tpot, rate, usd_per_mtok) in
        [(4.0, 0.256, 0.01951, 3.99, 1.367), (1.0, 0.730, 0.03744, 4.50, 0.744)]
    {
        let per_second = 64.0 / (ttft + 1023.0 * tpot);
        // A hair below one full replica, so that rounding cannot ask for a second.
        let requests =
            format!("traffic.work.requests=\"{} /month\"", per_second * 3600.0 * 720.0 * (1.0 - 1e-9));
        let points = format!(
            "deployment.whole.capacity={{ measured = {{ input_tokens = 1024, output_tokens = 1024, points = [\
             {{ concurrency = 1, ttft = \"50 ms\", tpot = \"5 ms\" }}, \
             {{ concurrency = 64, ttft = \"{ttft} s\", tpot = \"{tpot} s\" }}] }} }}"
        );
        let set = [
            format!("deployment.whole.gpus={gpus}"),
            format!("vendor.aws.gpu.h100.rates.on_demand=\"{rate} USD /GPU-hour\""),
            "traffic.work.input_tokens=1024".into(),
            "traffic.work.output_tokens=1024".into(),
            points,
            requests,
        ];
        let findings = found(&model_of(BOUGHT_OR_RENTED, &set.each_ref().map(String::as_str)), 2);
        let rented = &findings.strategies[1];
        let mtok = rented.measured(Measure::Served) * 1024.0 / 1e6;
        assert_near(rented.component_mean(Component::GpuRental) / mtok, usd_per_mtok, 5e-4);
    }
}
