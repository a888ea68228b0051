//! What the evaluator reads: the tables as they are written, and the values of one world by their addresses.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use tokencast::calendar::{AVERAGE_MONTH_HOURS, Month};
use tokencast::lanes::{LANES, Lanes};
use tokencast::model::Model;
use tokencast::random::Design;
use tokencast::scenario::{Loaded, Scenario};
use tokencast::serving::Surface;
use tokencast::units::Period;

/// Deployment, traffic, whether there is a cache, and how much faster tokens are written.
type TableOf = (String, usize, bool, [u64; 2]);

/// A scenario, its tables, and where the world keeps what they say.
pub(crate) struct Book<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) model: &'a Model,
    said: BTreeMap<String, String>,
    slots: BTreeMap<String, usize>,
    /// The library's tables of capacity made once; its own tests
    /// cover what is in them.
    pub(crate) surfaces: RefCell<BTreeMap<TableOf, Arc<Surface>>>,
}

impl<'a> Book<'a> {
    pub(crate) fn new(loaded: &'a Loaded, model: &'a Model) -> Self {
        let trails = loaded.written.as_ref().unwrap().trails();
        let said = trails.into_iter().map(|trail| (trail.address, trail.layers[0].written.clone())).collect();
        // Where a rate and the factor that grows by it share an address, the later one is the factor.
        let address = |input: &tokencast::world::Input| {
            input.origin.as_ref().map_or_else(|| input.name.clone(), |origin| origin.address.clone())
        };
        let slots = model.inputs.iter().enumerate().map(|(slot, input)| (address(input), slot)).collect();
        Self { scenario: loaded.scenario.as_ref().unwrap(), model, said, slots, surfaces: RefCell::default() }
    }

    /// What stands at an address, without quotes.
    pub(crate) fn text(&self, address: &str) -> Option<&str> {
        self.said.get(address).map(|text| text.trim_matches('"'))
    }

    /// The number that a text begins with: 2 of `2 replicas`, 1200 of `1,200`, 0.15 of `15 %`.
    pub(crate) fn number(&self, address: &str, otherwise: f64) -> f64 {
        let Some(text) = self.text(address) else { return otherwise };
        let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || ".,_".contains(*c)).collect();
        let number: f64 = digits.replace([',', '_'], "").parse().unwrap();
        if text.ends_with('%') { number / 100.0 } else { number }
    }

    /// Whole months of `3 months` or `5 years`.
    pub(crate) fn months(&self, address: &str, otherwise: f64) -> f64 {
        let years = self.text(address).is_some_and(|text| text.contains("year"));
        self.number(address, otherwise) * if years && self.text(address).is_some() { 12.0 } else { 1.0 }
    }

    /// Hours of `30 min`, `1 h`, `2 days`, `1 week` or `1 month`.
    pub(crate) fn hours(&self, address: &str) -> Option<f64> {
        let text = self.text(address)?;
        let unit = text.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end_matches('s');
        let hours = match unit {
            "min" => 1.0 / 60.0,
            "h" => 1.0,
            "day" => 24.0,
            "week" => 168.0,
            "month" => AVERAGE_MONTH_HOURS,
            other => panic!("this evaluator does not know a duration in `{other}`"),
        };
        Some(self.number(address, f64::NAN) * hours)
    }

    /// The texts of the tables of a list.
    pub(crate) fn tables(&self, address: &str) -> Vec<&str> {
        let list = self.said.get(address).map_or("", String::as_str);
        list.split_terminator('}').filter(|table| table.contains('{')).collect()
    }

    /// The names below an address.
    pub(crate) fn below(&self, address: &str) -> Vec<&str> {
        let prefix = format!("{address}.");
        let mut names: Vec<&str> = self
            .said
            .keys()
            .chain(self.slots.keys())
            .filter_map(|key| key.strip_prefix(&prefix)?.split('.').next())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the world has a value of this address.
    pub(crate) fn has(&self, address: &str) -> bool {
        self.slots.contains_key(address)
    }
}

/// The values of 64 paths in all months.
pub(crate) struct Worlds(Vec<Vec<Lanes>>);

impl Worlds {
    /// The paths from `first` on.
    pub(crate) fn new(model: &Model, design: Design, first: u64) -> Self {
        let mut world = model.program.world(design);
        model.program.start(first, &mut world);
        let months = model.timeline.months().map(|month| {
            model.program.step(&month, &mut world);
            model.program.slots().iter().map(|slot| *world.value(*slot)).collect()
        });
        Self(months.collect())
    }

    /// One path, month by month.
    pub(crate) fn path<'a>(&'a self, book: &'a Book<'a>, lane: usize) -> Vec<Now<'a>> {
        assert!(lane < LANES);
        let months = book.model.timeline.months();
        months.zip(&self.0).map(|(month, values)| Now { book, month, values, lane }).collect()
    }
}

/// One path in one month.
pub(crate) struct Now<'a> {
    pub(crate) book: &'a Book<'a>,
    pub(crate) month: Month,
    values: &'a [Lanes],
    lane: usize,
}

impl Now<'_> {
    fn slot(&self, address: &str) -> usize {
        *self.book.slots.get(address).unwrap_or_else(|| panic!("the world has no `{address}`"))
    }

    /// A value as the world has it: base units, its own currency.
    pub(crate) fn raw(&self, address: &str) -> f64 {
        self.values[self.slot(address)][self.lane]
    }

    /// The same in the scenario's currency, if it is money.
    pub(crate) fn value(&self, address: &str) -> f64 {
        self.raw(address) * self.exchange(address)
    }

    /// What a unit of the currency of a value costs in the scenario's.
    pub(crate) fn exchange(&self, address: &str) -> f64 {
        let unit = &self.book.model.inputs[self.slot(address)].unit;
        let foreign = unit.currency.filter(|c| *c != self.book.model.currency && unit.quoted.is_none());
        foreign.map_or(1.0, |currency| self.rate_of(currency.code()))
    }

    /// What one unit of a currency costs in the scenario's.
    pub(crate) fn rate_of(&self, currency: &str) -> f64 {
        self.raw(&format!("fx.{currency}"))
    }

    /// A value, if the scenario says it.
    pub(crate) fn said(&self, address: &str) -> Option<f64> {
        self.book.has(address).then(|| self.value(address))
    }

    /// What a process of the world drew for this month, by the name of its draws.
    pub(crate) fn drawn(&self, name: &str) -> f64 {
        self.raw(name)
    }

    fn by_the_clock(&self, address: &str) -> Option<bool> {
        self.book.model.inputs[self.slot(address)].unit.period.map(Period::is_clock)
    }

    /// An amount per month: what is written per hour or day counts the month's hours.
    pub(crate) fn per_month(&self, address: &str) -> f64 {
        self.value(address) * if self.by_the_clock(address) == Some(true) { self.month.hours } else { 1.0 }
    }

    /// An amount per hour: what is written per month is spread over its hours.
    pub(crate) fn per_hour(&self, address: &str) -> f64 {
        self.value(address) / if self.by_the_clock(address) == Some(false) { self.month.hours } else { 1.0 }
    }

    /// The months in the unit of an amount per calendar time: 12 of `USD /year`.
    pub(crate) fn period(&self, address: &str) -> f64 {
        match self.book.model.inputs[self.slot(address)].unit.period {
            Some(Period::Calendar { months }) => months,
            _ => panic!("`{address}` is not an amount per calendar time"),
        }
    }

    /// A duration in months.
    pub(crate) fn in_months(&self, address: &str) -> f64 {
        self.raw(address) / if self.by_the_clock(address) == Some(true) { AVERAGE_MONTH_HOURS } else { 1.0 }
    }

    /// What a value has become after a month at a rate per time.
    pub(crate) fn monthly_growth(&self, address: &str) -> f64 {
        let months = match self.book.model.inputs[self.slot(address)].unit.period {
            Some(Period::Calendar { months }) => months,
            Some(Period::Clock { hours }) => hours / AVERAGE_MONTH_HOURS,
            None => 1.0,
        };
        (1.0 + self.raw(address)).max(0.0).powf(1.0 / months)
    }
}

/// A text of a table: `08:00` of `{ from = "08:00", factor = 2`.
pub(crate) fn key_of(table: &str, key: &str) -> Option<String> {
    let mut pairs = table.split(['[', '{', ',']).filter_map(|pair| pair.split_once('='));
    let (_, text) = pairs.find(|(name, _)| name.trim() == key)?;
    Some(text.trim().trim_matches('"').to_owned())
}
