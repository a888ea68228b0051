//! Dated facts about a rate card: changes that are announced, and the day the llm is turned off.

use std::cmp::Ordering;

use crate::calendar::{Date, Month, Timeline, YearMonth};
use crate::diagnostic::{Diagnostic, Span};
use crate::distribution::{Number, NumberOf};
use crate::document::{At, Decode, Reader, Shape, Value};
use crate::lanes::{Lanes, Slot, Values};
use crate::process::{Lookup, Process};
use crate::random::Draws;
use crate::units;

/// Rates by their names; absent means unchanged.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// Input.
    pub input: Option<Number>,
    /// Output.
    pub output: Option<Number>,
    /// Reasoning.
    pub reasoning: Option<Number>,
    /// Per request.
    pub request: Option<Number>,
    /// Input read from the cache.
    pub cache_read: Option<Number>,
}

impl Rates {
    /// Reads what an announcement changes.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let token = || NumberOf(&units::MONEY_PER_TOKEN);
        let input = t.optional("input", token(), "per token of input, from this month on");
        let output = t.optional("output", token(), "per token of output");
        let reasoning = t.optional("reasoning", token(), "per token of reasoning");
        let request = t.optional("request", NumberOf(&units::MONEY_PER_REQUEST), "per request");
        let cache_read = t.optional("cache_read", token(), "per token read from the cache");
        Some(Self {
            input: input?,
            output: output?,
            reasoning: reasoning?,
            request: request?,
            cache_read: cache_read?,
        })
    }
}

/// A rate as it is now and as it was announced to be.
pub(super) fn dated(
    now: &Number,
    announced: &[(YearMonth, Rates)],
    which: impl Fn(&Rates) -> Option<&Number>,
    lookup: &mut dyn Lookup,
) -> Slot {
    let base = lookup.number(now);
    let mut steps = vec![(None, base)];
    for (from, rates) in announced {
        if let Some(rate) = which(rates) {
            steps.push((Some(*from), lookup.number(rate)));
        }
    }
    if steps.len() == 1 {
        return base;
    }
    let months: Vec<YearMonth> = lookup.timeline().months().map(|month| month.label).collect();
    let in_force = |month: YearMonth| {
        let begun = steps.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= month));
        begun.map_or(base, |(_, slot)| *slot)
    };
    let by_month: Vec<Slot> = months.into_iter().map(in_force).collect();
    let inputs: Vec<Slot> = steps.iter().map(|(_, slot)| *slot).collect();
    let name = format!("{} and announced changes", now.origin.address);
    lookup.monthly(&name, &inputs, Box::new(ByMonth(by_month)))
}

struct ByMonth(Vec<Slot>);

impl Process for ByMonth {
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = values[self.0[now.index]];
    }
}

/// The day from which on an llm serves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    month: YearMonth,
    /// Days of that month on which it still serves.
    days: u8,
    /// Where it stands.
    pub span: Span,
}

impl Retirement {
    /// The share of each month on which it still serves; nothing if it serves throughout.
    pub fn availability(self, timeline: &Timeline) -> Option<Vec<f64>> {
        let share = |month: Month| match month.label.cmp(&self.month) {
            Ordering::Less => 1.0,
            Ordering::Equal => f64::from(self.days) / f64::from(self.month.days()),
            Ordering::Greater => 0.0,
        };
        let shares: Vec<f64> = timeline.months().map(share).collect();
        shares.iter().any(|share| *share < 1.0).then_some(shares)
    }

    /// When that is, in months from the start of the scenario; nothing if it serves throughout.
    pub fn months_from_start(self, timeline: &Timeline) -> Option<f64> {
        let shares = self.availability(timeline)?;
        Some(shares.iter().sum())
    }

    /// The day.
    pub fn written(self) -> String {
        if self.days == 0 { self.month.to_string() } else { format!("{}-{:02}", self.month, self.days + 1) }
    }

    /// The warning that an entry outlives its llm.
    pub fn warning(self, llm: &str, used_at: Span) -> Diagnostic {
        let message = format!("`{llm}` is turned off in {}, before the scenario ends", self.written());
        Diagnostic::warning("llm-retires", used_at, message)
            .label("from then on it serves nothing: requests go to the next entry, or are shed")
            .related(self.span, "retires")
            .help("add a further entry that takes over")
    }
}

/// Reads the first day on which an llm is off: a day, or the first of a month.
pub(super) struct RetirementOf;

impl Decode for RetirementOf {
    type Value = Retirement;

    fn decode(&self, at: &At<'_>) -> Option<Retirement> {
        let span = at.node.span;
        let read = match &at.node.value {
            Value::Text(text) => match (YearMonth::parse(text), Date::parse(text)) {
                (Ok(month), _) => Some(Retirement { month, days: 0, span }),
                (_, Ok(day)) => Some(Retirement { month: day.year_month(), days: day.day() - 1, span }),
                _ => None,
            },
            _ => None,
        };
        if read.is_none() {
            at.refuse("bad-date", "a month or a day, such as \"2027-04\" or \"2026-11-22\"");
        }
        read
    }

    fn shape(&self) -> Shape {
        Shape::Pattern("2027-04", "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")
    }
}
