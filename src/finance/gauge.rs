//! What a gate can measure: one amount over another, each summed over the months that the gate looks at, path by path.

use crate::units::{self, Kind};

/// An amount of a month that gates sum up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Money that moves, in the scenario's currency.
    Cash,
    /// What traffic earned less that.
    Margin,
    /// Requests that arrived.
    Offered,
    /// Requests that were served.
    Served,
    /// Tokens of the requests that were served, as the traffic counts them: in and out, before levers.
    Tokens,
    /// GPU-hours paid for or owned.
    GpuHours,
    /// GPU-hours that did work.
    BusyGpuHours,
    /// Hours of the months.
    Hours,
}

/// The value where there is nothing to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// Nothing was asked for, so nothing was refused.
    Whole,
    /// Money for nothing.
    Endless,
    /// Such a future says nothing and is left out.
    LeftOut,
}

/// One measure.
#[derive(Clone, Copy, Debug)]
pub struct Gauge {
    /// Its name in a scenario.
    pub name: &'static str,
    /// One sentence for `list`.
    pub meaning: &'static str,
    /// The same in Japanese.
    pub meaning_ja: &'static str,
    /// What its limits are.
    pub kind: &'static Kind,
    /// What is counted.
    pub above: Amount,
    /// What it is divided by, if by anything.
    pub below: Option<Amount>,
    /// The value where that is zero.
    pub nothing: Nothing,
    /// Whether it can be taken of one traffic.
    pub by_traffic: bool,
    /// The unit that people read it in, behind the scenario's currency if it is money, and how many of it make one base unit.
    pub shown: (&'static str, f64),
}

impl Gauge {
    /// Whether it is money, in the scenario's currency.
    pub fn is_money(&self) -> bool {
        matches!(self.above, Amount::Cash | Amount::Margin)
    }

    /// Whether it needs a traffic that earns something.
    pub fn needs_revenue(&self) -> bool {
        self.above == Amount::Margin
    }

    /// The measure with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        GAUGES.iter().find(|gauge| gauge.name == name)
    }

    /// One amount over the other.
    pub fn value(&self, above: f64, below: f64) -> f64 {
        match (self.below, self.nothing) {
            (None, _) => above,
            (Some(_), _) if below > 0.0 => above / below,
            (Some(_), Nothing::Whole) => 1.0,
            (Some(_), Nothing::Endless) => f64::INFINITY,
            (Some(_), Nothing::LeftOut) => f64::NAN,
        }
    }
}

/// What is left of the revenue of a future; kept for every future of a scenario in which some traffic earns.
pub const TOTAL_MARGIN: Gauge = Gauge {
    name: "total_margin",
    meaning: "revenue less cash over the months of the gate, nominal; where some traffic has `revenue`",
    meaning_ja: "対象月の売上から支出を引いた合計（名目。`revenue` のあるトラフィックが必要）",
    kind: &units::MONEY,
    above: Amount::Margin,
    below: None,
    nothing: Nothing::LeftOut,
    by_traffic: false,
    shown: ("", 1.0),
};

/// Every measure that a gate can name.
pub const GAUGES: &[Gauge] = &[
    Gauge {
        name: "served_share",
        meaning: "requests served over requests that arrived",
        meaning_ja: "到着したリクエストのうち処理した割合",
        kind: &units::SHARE,
        above: Amount::Served,
        below: Some(Amount::Offered),
        nothing: Nothing::Whole,
        by_traffic: true,
        shown: ("%", 100.0),
    },
    Gauge {
        name: "cost_per_request",
        meaning: "cash over requests served; what was not served costs as well",
        meaning_ja: "処理したリクエスト1件あたりの支出（処理できなかった分の費用を含む）",
        kind: &units::MONEY_PER_REQUEST,
        above: Amount::Cash,
        below: Some(Amount::Served),
        nothing: Nothing::Endless,
        by_traffic: false,
        shown: ("/request", 1.0),
    },
    Gauge {
        name: "cost_per_token",
        meaning: "cash over tokens of requests served, in and out, as the traffic counts them and before levers",
        meaning_ja: "処理したリクエストのトークン（入力と出力、トラフィックの数え方、施策の適用前）あたりの支出",
        kind: &units::MONEY_PER_TOKEN,
        above: Amount::Cash,
        below: Some(Amount::Tokens),
        nothing: Nothing::Endless,
        by_traffic: false,
        shown: ("/Mtok", 1e6),
    },
    Gauge {
        name: "total_cost",
        meaning: "cash over the months of the gate, nominal",
        meaning_ja: "対象月の支出の合計（名目）",
        kind: &units::MONEY,
        above: Amount::Cash,
        below: None,
        nothing: Nothing::LeftOut,
        by_traffic: false,
        shown: ("", 1.0),
    },
    TOTAL_MARGIN,
    Gauge {
        name: "gpus",
        meaning: "GPUs rented or owned, mean over the hours of the months",
        meaning_ja: "借りるまたは保有するGPUの数（対象月の時間平均）",
        kind: &units::GPUS,
        above: Amount::GpuHours,
        below: Some(Amount::Hours),
        nothing: Nothing::LeftOut,
        by_traffic: false,
        shown: ("GPUs", 1.0),
    },
    Gauge {
        name: "utilization",
        meaning: "GPU-hours that did work over those rented or owned; futures without a GPU are left out",
        meaning_ja: "借りるまたは保有するGPU時間のうち稼働した割合（GPUのない未来は除く）",
        kind: &units::SHARE,
        above: Amount::BusyGpuHours,
        below: Some(Amount::GpuHours),
        nothing: Nothing::LeftOut,
        by_traffic: false,
        shown: ("%", 100.0),
    },
];
