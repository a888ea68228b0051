//! `[budget]`: what a scenario may cost; a broken one ends with exit code 4.

use crate::diagnostic::{Diagnostic, Span};
use crate::distribution::{Point, QuantityOf};
use crate::document::{At, Decode, Reader, Shape, TableOf, Value};
use crate::finance::GAUGES;
use crate::text::did_you_mean;
use crate::units::{self, Currency, Kind};

/// Limits on the cost of the chosen strategy.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// For every month.
    pub monthly: Vec<Limit>,
    /// For every fiscal year.
    pub fiscal_year: Vec<Limit>,
    /// For the whole scenario.
    pub total: Vec<Limit>,
}

/// A statistic of cash that must stay at or below an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Which statistic.
    pub statistic: Statistic,
    /// The amount, in its own currency.
    pub amount: f64,
    /// Its currency.
    pub currency: Option<Currency>,
    /// Where it stands.
    pub span: Span,
}

/// A statistic of a cost over futures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The value that this share of futures lies below.
    Percentile(f64),
    /// The mean of the dearest 5 %.
    Cvar95,
}

impl Statistic {
    /// Every statistic with its word.
    pub const WORDS: [(&'static str, Self); 12] = [
        ("mean", Self::Mean),
        ("p1", Self::Percentile(0.01)),
        ("p5", Self::Percentile(0.05)),
        ("p10", Self::Percentile(0.10)),
        ("p25", Self::Percentile(0.25)),
        ("p50", Self::Percentile(0.50)),
        ("p75", Self::Percentile(0.75)),
        ("p80", Self::Percentile(0.80)),
        ("p90", Self::Percentile(0.90)),
        ("p95", Self::Percentile(0.95)),
        ("p99", Self::Percentile(0.99)),
        ("cvar95", Self::Cvar95),
    ];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, statistic)| *statistic == self).map_or("", |(word, _)| word)
    }
}

impl Budget {
    /// Reads `[budget]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let monthly =
            t.or("monthly", "{}", Limits(Some(&units::MONEY)), "for every month: { p95 = \"12M JPY\" }");
        let fiscal_year = t.or("fiscal_year", "{}", Limits(Some(&units::MONEY)), "for every fiscal year");
        let total = t.or("total", "{}", Limits(Some(&units::MONEY)), "for the whole scenario, nominal");
        Some(Self { monthly: monthly?, fiscal_year: fiscal_year?, total: total? })
    }
}

/// Amounts by statistic; of any kind that a measure has while it is not known which.
pub(super) struct Limits(pub(super) Option<&'static Kind>);

impl Decode for Limits {
    type Value = Vec<Limit>;

    fn decode(&self, at: &At<'_>) -> Option<Vec<Limit>> {
        let Value::Table(table) = &at.node.value else {
            at.refuse(
                "wrong-type",
                &format!(
                    "limits by statistic, such as {{ p95 = \"{}\" }}",
                    self.0.unwrap_or(&units::MONEY).example
                ),
            );
            return None;
        };
        let limit = |entry: &crate::document::Entry| {
            let known = Statistic::WORDS.iter().find(|(word, _)| *word == entry.key);
            if known.is_none() {
                let words = Statistic::WORDS.map(|(word, _)| word);
                let close = did_you_mean(&entry.key, words).map(|close| format!("did you mean `{close}`?"));
                at.scope.push(
                    Diagnostic::error(
                        "unknown-statistic",
                        entry.key_span,
                        format!("`{}` is no statistic", entry.key),
                    )
                    .label(format!("expected one of {}", words.join(", ")))
                    .help_if(close),
                );
            }
            let place = At { key_span: Some(entry.key_span), ..at.inside(&entry.key, &entry.node) };
            let Point { value, unit, span } = QuantityOf(self.0?).decode(&place)?;
            known.map(|(_, statistic)| Limit {
                statistic: *statistic,
                amount: value,
                currency: unit.currency,
                span,
            })
        };
        let limits: Vec<Option<Limit>> = table.entries.iter().map(limit).collect();
        limits.into_iter().collect()
    }

    fn shape(&self) -> Shape {
        let each = match self.0 {
            Some(kind) => Shape::Quantity(kind),
            None => Shape::Any(gauged().into_iter().map(Shape::Quantity).collect()),
        };
        Shape::Map("statistic", Box::new(each))
    }
}

/// The kinds of all measures, each once.
fn gauged() -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> = Vec::new();
    for gauge in GAUGES {
        if !kinds.contains(&gauge.kind) {
            kinds.push(gauge.kind);
        }
    }
    kinds
}

/// How `[budget]` is read.
pub(super) fn budget() -> TableOf<Budget> {
    TableOf(Budget::read)
}
