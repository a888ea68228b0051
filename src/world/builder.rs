//! Builds the program of a world while plug-ins ask for their values.

use std::collections::{BTreeMap, BTreeSet};

use super::correlation::{self, Correlation, Mixes};
use super::plan::{self, Plans};
use super::program::{Node, Program};
use crate::calendar::{AVERAGE_MONTH_HOURS, Timeline};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::distribution::{Number, UnitOf};
use crate::document::{Origin, Reference};
use crate::lanes::{LANES, Lanes, Slot};
use crate::math;
use crate::process::{Formula, Hit, Lookup, Path, Process, product_of, sum_of};
use crate::text::did_you_mean;
use crate::units::{Currency, Period};

/// A value of the world and what it comes from, for `explain` and for the table of drawn inputs.
#[derive(Clone, Debug)]
pub struct Input {
    /// What the scenario says; absent for a derived value.
    pub origin: Option<Origin>,
    /// What a derived value is.
    pub name: String,
    /// The values it is derived from.
    pub parents: Vec<Slot>,
    /// Whether it is drawn, not known.
    pub uncertain: bool,
    /// The unit that it was written in; base units for a derived value.
    pub unit: UnitOf,
}

/// Turns numbers and paths into places of a [`Program`]; the same address twice is the same place.
pub struct Builder {
    timeline: Timeline,
    currency: Currency,
    fx: BTreeMap<Currency, Path>,
    indexes: BTreeMap<String, Path>,
    nodes: Vec<Node>,
    slots: Vec<Slot>,
    /// How many of them change from month to month.
    moving: usize,
    inputs: Vec<Input>,
    /// Values that are known to be zero in all futures.
    zeros: BTreeSet<Slot>,
    state: usize,
    known: BTreeMap<String, Slot>,
    mixes: Mixes,
    /// What a path asks for while it is resolved. Inside a path money stays in its own currency, so that it has the same
    /// value in each of its processes and the whole is converted once.
    asked: Option<Vec<Slot>>,
    without_rate: BTreeSet<Currency>,
    hits: BTreeMap<String, Hit>,
    outages: BTreeMap<String, Vec<Slot>>,
    mistakes: Diagnostics,
}

impl Builder {
    /// A world of these months, in a currency, with exchange rates and indexes.
    pub fn new(
        timeline: Timeline,
        currency: Currency,
        fx: BTreeMap<Currency, Path>,
        indexes: BTreeMap<String, Path>,
    ) -> Self {
        Self {
            timeline,
            currency,
            fx,
            indexes,
            nodes: Vec::new(),
            slots: Vec::new(),
            moving: 0,
            inputs: Vec::new(),
            zeros: BTreeSet::new(),
            state: 0,
            known: BTreeMap::new(),
            mixes: Mixes::new(),
            asked: None,
            without_rate: BTreeSet::new(),
            hits: BTreeMap::new(),
            outages: BTreeMap::new(),
            mistakes: Diagnostics::new(),
        }
    }

    /// The program, what its values come from, and what was wrong.
    pub fn finish(self) -> (Program, Vec<Input>, Diagnostics) {
        let plans = plan::plans(&self.nodes, self.timeline.length, &Plans::new());
        let program = Program::new(self.nodes, self.slots, self.state, self.mixes, plans);
        (program, self.inputs, self.mistakes)
    }

    /// Lets hazards hit what is resolved from now on, by name; and the outages among them one by one.
    pub fn strike(&mut self, hits: BTreeMap<String, Hit>, outages: BTreeMap<String, Vec<Slot>>) {
        (self.hits, self.outages) = (hits, outages);
    }

    /// Lets these hit as well, in place of what hit the same names; gives back what hit before.
    pub fn strike_more(&mut self, hits: BTreeMap<String, Hit>) -> BTreeMap<String, Hit> {
        let mut all = self.hits.clone();
        all.extend(hits);
        std::mem::replace(&mut self.hits, all)
    }

    /// Lets hit what [`strike_more`](Self::strike_more) gave back.
    pub fn strike_again(&mut self, hits: BTreeMap<String, Hit>) {
        self.hits = hits;
    }

    /// Lets a factor act on all prices of a vendor as well; [`strike_again`](Self::strike_again) ends it.
    pub fn reprice(&mut self, vendor: &str, factor: Slot) {
        let mut hits = self.hits.clone();
        hits.entry(vendor.to_owned()).or_default();
        for (name, hit) in &mut hits {
            if name.split('/').next() == Some(vendor) {
                *hit = hit.and(Hit { price: Some(factor), ..Hit::default() }, self);
            }
        }
        self.hits = hits;
    }

    /// Lets inputs move together; asked last, when all of them are known. After a mistake they may not be.
    pub fn correlate(&mut self, correlations: &[Correlation]) {
        if self.mistakes.has_errors() {
            return;
        }
        let known = |address: &str| self.known.contains_key(address);
        self.mixes = correlation::mixes(correlations, &self.nodes, &known, &mut self.mistakes);
    }

    fn add(&mut self, node: Node, origin: Option<Origin>, name: &str, parents: &[Slot]) -> Slot {
        let uncertain = matches!(node, Node::Draw(..))
            || matches!(&node, Node::Process { process, .. } if process.words() > 0)
            || parents.iter().any(|parent| self.inputs[parent.number()].uncertain);
        let (number, moving) = (self.nodes.len(), self.moving);
        let slot =
            if node.stays() { Slot::staying(number, number - moving) } else { Slot::moving(number, moving) };
        self.moving += usize::from(!node.stays());
        self.slots.push(slot);
        if matches!(node, Node::Constant(0.0)) {
            self.zeros.insert(slot);
        }
        self.nodes.push(node);
        let unit = UnitOf::default();
        self.inputs.push(Input { origin, name: name.to_owned(), parents: parents.to_vec(), uncertain, unit });
        slot
    }

    /// A number in base units and in its own currency.
    fn raw(&mut self, number: &Number) -> Slot {
        let address = &number.origin.address;
        if let Some(slot) = self.known.get(address) {
            return *slot;
        }
        let node = match number.known() {
            Some(value) => Node::Constant(value),
            None => Node::Draw(number.distribution.sampler(), address.clone()),
        };
        let slot = self.add(node, Some(number.origin.clone()), address, &[]);
        self.inputs[slot.number()].unit = number.unit.clone();
        self.known.insert(address.clone(), slot);
        slot
    }

    fn raw_path(&mut self, path: &Path) -> Option<Slot> {
        let (written, origin) = match path {
            Path::Number(number) => return Some(self.raw(number)),
            Path::Process(written, origin) => (written, origin),
        };
        if let Some(slot) = self.known.get(&origin.address) {
            return Some(*slot);
        }
        let around = self.asked.replace(Vec::new());
        let process = written.process.resolve(self);
        let parents = std::mem::replace(&mut self.asked, around).unwrap_or_default();
        let slot = self.add_process(process?, Some(origin.clone()), &origin.address, &parents);
        self.inputs[slot.number()].unit = written.unit.clone();
        self.known.insert(origin.address.clone(), slot);
        Some(slot)
    }

    fn add_process(
        &mut self,
        process: Box<dyn Process>,
        origin: Option<Origin>,
        name: &str,
        parents: &[Slot],
    ) -> Slot {
        let state = self.state..self.state + process.state();
        self.state = state.end;
        self.add(Node::Process { process, state, name: name.to_owned() }, origin, name, parents)
    }

    /// Takes note that a path asked for this.
    fn answer(&mut self, slot: Slot) -> Slot {
        if let Some(asked) = &mut self.asked {
            asked.push(slot);
        }
        slot
    }

    /// A value in the scenario's currency.
    fn convert(&mut self, slot: Slot, currency: Option<Currency>, origin: &Origin) -> Option<Slot> {
        let foreign = currency.filter(|currency| *currency != self.currency && self.asked.is_none());
        let Some(currency) = foreign else { return Some(slot) };
        let key = format!("{} in {}", slot.number(), self.currency);
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        let Some(path) = self.fx.get(&currency).cloned() else {
            let mistake = Diagnostic::error(
                "no-exchange-rate",
                origin.span,
                format!(
                    "`{}` is in {currency}, and the scenario counts in {}",
                    origin.address, self.currency
                ),
            )
            .label(format!("no rate for {currency}"))
            .help(format!("add `[fx]` with `{currency} = \"… {} /{currency}\"`", self.currency));
            // A price list in a currency without a rate is one mistake, not one for each price.
            if self.without_rate.insert(currency) {
                self.mistakes.push(mistake);
            }
            return None;
        };
        let rate = self.raw_path(&path)?;
        let converted = self.times(slot, rate);
        self.known.insert(key, converted);
        Some(converted)
    }

    /// What two values come to; the same of the same two is the same place.
    fn of_two(&mut self, name: &str, [a, b]: [Slot; 2], formula: fn(Slot, Slot) -> Formula) -> Slot {
        let key = format!("{name} of {} and {}", a.number(), b.number());
        if let Some(known) = self.known.get(&key) {
            return self.answer(*known);
        }
        let slot = self.derive(name, &[a, b], formula(a, b));
        self.known.insert(key, slot);
        slot
    }

    /// Multiplies by the month's hours or divides by them.
    fn by_hours(&mut self, slot: Slot, multiply: bool) -> Slot {
        let hours = self.hours();
        let name = if multiply { "per month" } else { "per hour" };
        self.derive(
            name,
            &[slot, hours],
            Box::new(move |values, out| {
                for i in 0..LANES {
                    let (value, hours) = (values[slot][i], values[hours][i]);
                    out[i] = if multiply { value * hours } else { value / hours };
                }
            }),
        )
    }
}

impl Lookup for Builder {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn number(&mut self, number: &Number) -> Slot {
        let raw = self.raw(number);
        let currency = number.unit.currency.filter(|_| number.unit.quoted.is_none());
        let slot = self.convert(raw, currency, &number.origin).unwrap_or(raw);
        self.answer(slot)
    }

    fn path(&mut self, path: &Path) -> Option<Slot> {
        let raw = self.raw_path(path)?;
        let unit = path.unit();
        let slot = self.convert(raw, unit.currency.filter(|_| unit.quoted.is_none()), path.origin())?;
        Some(self.answer(slot))
    }

    fn per_month(&mut self, path: &Path) -> Option<Slot> {
        let slot = self.path(path)?;
        let clock = path.unit().period.is_some_and(Period::is_clock);
        Some(if clock { self.by_hours(slot, true) } else { slot })
    }

    fn per_hour(&mut self, path: &Path) -> Option<Slot> {
        let slot = self.path(path)?;
        let clock = path.unit().period.is_none_or(Period::is_clock);
        Some(if clock { slot } else { self.by_hours(slot, false) })
    }

    fn monthly_factor(&mut self, rate: &Number) -> Slot {
        let raw = self.raw(rate);
        // `(1 + share)^(1/months)`; a clock period counts average months.
        let months = match rate.unit.period {
            Some(Period::Calendar { months }) => months,
            Some(Period::Clock { hours }) => hours / AVERAGE_MONTH_HOURS,
            None => 1.0,
        };
        self.derive(
            "factor of a month",
            &[raw],
            Box::new(move |values, out| {
                let growth = Lanes::from_fn(|i| (1.0 + values[raw][i]).max(0.0));
                math::pow_lanes(&growth, &Lanes::splat(1.0 / months), out);
            }),
        )
    }

    fn in_months(&mut self, duration: &Number) -> Slot {
        let raw = self.raw(duration);
        if !duration.unit.period.is_some_and(Period::is_clock) {
            return self.answer(raw);
        }
        self.derive(
            "in months",
            &[raw],
            Box::new(move |values, out| {
                for i in 0..LANES {
                    out[i] = values[raw][i] / AVERAGE_MONTH_HOURS;
                }
            }),
        )
    }

    fn times(&mut self, a: Slot, b: Slot) -> Slot {
        let product = self.of_two("product", [a, b], product_of);
        if self.is_zero(a) || self.is_zero(b) {
            self.zeros.insert(product);
        }
        product
    }

    fn plus(&mut self, a: Slot, b: Slot) -> Slot {
        self.of_two("sum", [a, b], sum_of)
    }

    fn converted(&mut self, slot: Slot, like: &Number) -> Option<Slot> {
        self.convert(slot, like.unit.currency, &like.origin)
    }

    fn index(&mut self, id: &Reference) -> Option<Slot> {
        let Some(path) = self.indexes.get(&id.id).cloned() else {
            let close = did_you_mean(&id.id, self.indexes.keys().map(String::as_str)).map(str::to_owned);
            let mistake = Diagnostic::error("unknown-id", id.span, format!("there is no index `{}`", id.id))
                .label("not defined in this scenario")
                .help_if(close.map(|close| format!("did you mean `{close}`?")));
            self.mistakes.push(mistake);
            return None;
        };
        let slot = self.raw_path(&path)?;
        Some(self.answer(slot))
    }

    fn index_path(&self, id: &Reference) -> Option<Path> {
        self.indexes.get(&id.id).cloned()
    }

    fn echo(&mut self, name: &str, inputs: &[Slot], process: Box<dyn Process>) -> Slot {
        self.add_process(process, None, name, inputs)
    }

    fn hours(&mut self) -> Slot {
        if let Some(slot) = self.known.get("hours of the month") {
            return *slot;
        }
        let slot = self.add(Node::Hours, None, "hours of the month", &[]);
        self.known.insert("hours of the month".into(), slot);
        slot
    }

    fn derive(&mut self, name: &str, inputs: &[Slot], formula: Formula) -> Slot {
        let stays = inputs.iter().all(|input| self.nodes[input.number()].stays());
        let node = if stays { Node::Once(formula) } else { Node::Monthly(formula) };
        let slot = self.add(node, None, name, inputs);
        self.answer(slot)
    }

    fn monthly(&mut self, name: &str, inputs: &[Slot], process: Box<dyn Process>) -> Slot {
        if process.words() > 0
            && let Some(slot) = self.known.get(name)
        {
            return *slot;
        }
        let slot = self.add_process(process, None, name, inputs);
        self.known.insert(name.to_owned(), slot);
        slot
    }

    fn constant(&mut self, value: f64) -> Slot {
        let key = format!("constant {:x}", value.to_bits());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let slot = self.add(Node::Constant(value), None, "constant", &[]);
        self.known.insert(key, slot);
        slot
    }

    fn is_zero(&self, slot: Slot) -> bool {
        self.zeros.contains(&slot)
    }

    fn hit(&self, name: &str) -> Hit {
        // What hits a vendor hits all it sells; who is hit by itself as well has both in its own entry.
        let vendor = || self.hits.get(name.split_once('/')?.0);
        self.hits.get(name).or_else(vendor).copied().unwrap_or_default()
    }

    fn outages(&self, name: &str) -> Vec<Slot> {
        let vendor = name.split_once('/').map_or("", |(vendor, _)| vendor);
        [name, vendor].iter().filter_map(|name| self.outages.get(*name)).flatten().copied().collect()
    }

    fn refuse(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }
}
