//! The measures of result files: their names and what they mean.

use crate::finance::Measure;

/// Every measure of `totals.csv`, with its meaning.
pub const MEASURES: [(&str, &str); 15] = [
    ("nominal", "cash over all months"),
    ("npv", "present value of that cash, if the scenario has a discount rate; strategies are compared by it"),
    ("accrual", "cost over all months as the books show it: purchases spread over their lives"),
    ("cheapest", "share of futures in which the strategy costs least"),
    ("difference", "cost less that of the baseline, future by future; negative is cheaper"),
    ("cheaper_than_baseline", "share of futures in which it costs less than the baseline"),
    (
        "break_even",
        "months until it has cost less than the baseline to date, for good; never counts as infinite",
    ),
    (name(Measure::Offered), "requests that arrived"),
    (name(Measure::Served), "requests that were served"),
    (name(Measure::Shed), "requests that nobody served"),
    (name(Measure::GpuHours), "GPU-hours rented or owned"),
    (name(Measure::BusyGpuHours), "GPU-hours that did work"),
    (name(Measure::Revenue), "what traffic earned, where some has `revenue`"),
    (name(Measure::RevenueLost), "what requests that nobody served would have earned"),
    (MARGIN, "revenue less cash, and the share of futures in which that is negative"),
];

/// The name of revenue less cash in files.
pub const MARGIN: &str = "margin";

/// The name of a physical amount in files.
pub const fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Offered => "requests_offered",
        Measure::Served => "requests_served",
        Measure::Shed => "requests_shed",
        Measure::GpuHours => "gpu_hours_paid",
        Measure::BusyGpuHours => "gpu_hours_busy",
        Measure::Revenue => "revenue",
        Measure::RevenueLost => "revenue_lost",
    }
}
