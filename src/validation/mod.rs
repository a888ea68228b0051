//! Published results and closed forms that this program must reproduce, as tables: what a source says, what comes out here,
//! how far the two may be apart, and what is known to be wrong with the source. One file and one line in [`TABLES`] each;
//! `tokencast validate` prints them, and a test runs the same.
//!
//! Published results that are no table here, and why:
//! - T4 (costs of the first `InferenceMAX`): replaced by its formula and newer prices, T4c.
//! - T5b (Meta's research clusters): their mean time to failure is `1 / (N · r)` by definition, and the one figure that is not
//!   (eight GPUs) was measured on small jobs.
//! - T7, T14, T17: numbers that the collection of references leaves free.
//! - T19 (traces of Azure, Mooncake and Alibaba): statistics of files that are not shipped. `fit traffic` and `replay` compute them from
//!   these files; the defaults of traffic cite them.
//! - Claims of simulators and schedulers about themselves (speed-ups of Splitwise and `DistServe`, Vidur's errors): their profiles or
//!   clusters would be needed. What is arithmetic of them stands in T8, T9 and T10.

mod break_even;
mod configurations;
mod effects;
mod growth;
mod kv_tokens;
mod llm_sizes;
mod machines;
mod measured_points;
mod money;
mod queues;
mod searches;
mod tokens;
mod training;
mod units;
mod vendors;
mod whole;

/// A table of one source.
pub struct Table {
    /// Its short name.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Where it stands, and when it was read.
    pub source: &'static str,
    /// What is known to be wrong with it, or left out; empty if nothing.
    pub defects: &'static str,
    /// Computes every row.
    pub rows: fn() -> Vec<Row>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is, with its unit.
    pub what: String,
    /// What the source says.
    pub expected: f64,
    /// What comes out here; not a number where nothing did.
    pub got: f64,
    /// How far the two may be apart.
    pub tolerance: Tolerance,
}

/// How far two figures may be apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// In the unit of the figure.
    Absolute(f64),
    /// As a share of the expected figure.
    Share(f64),
}

impl Row {
    /// A row.
    pub fn new(what: impl Into<String>, expected: f64, got: f64, tolerance: Tolerance) -> Self {
        Self { what: what.into(), expected, got, tolerance }
    }

    /// Whether the two are near enough.
    pub fn passes(&self) -> bool {
        let apart = (self.got - self.expected).abs();
        match self.tolerance {
            Tolerance::Absolute(most) => apart <= most,
            Tolerance::Share(most) => apart <= most * self.expected.abs(),
        }
    }
}

/// Every table.
pub const TABLES: &[Table] = &[
    break_even::TABLE,
    machines::LENOVO,
    machines::NVIDIA,
    measured_points::TABLE,
    measured_points::COST,
    machines::SPLITWISE,
    searches::TABLE,
    configurations::TABLE,
    kv_tokens::DISTSERVE,
    kv_tokens::EXAMPLES,
    llm_sizes::TABLE,
    effects::TABLE,
    queues::LLM_D,
    queues::CLOSED_FORMS,
    units::TABLE,
    money::RESERVED,
    money::FINANCE,
    training::HOURS,
    training::RESTARTS,
    growth::TRAINING,
    growth::PRICES,
    tokens::TABLE,
    vendors::TABLE,
];
