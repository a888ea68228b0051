//! `[stress.<id>]`: another world beside the base, with the same draws.

use crate::calendar::{Timeline, YearMonth};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::document::{
    At, Decode, Id, ListOf, MapOf, MonthOf, Node, Reader, Reference, Scale, Shape, TableOf, Title, TitleOf,
    Value,
};
use crate::hazard::Told;
use crate::supply::unknown;

/// A stress as it is written.
#[derive(Clone, Debug)]
pub struct Stress {
    /// What people call it.
    pub title: Option<Title>,
    /// A partial scenario that is laid over the base.
    pub set: Option<Node>,
    /// Factors by the address of a number or path.
    pub scale: Vec<Scale>,
    /// Hazards that happen in a month on every path.
    pub force: Vec<(Reference, YearMonth)>,
    /// Hazards that never happen.
    pub without: Vec<Reference>,
}

/// How all stresses of a scenario are read.
pub(super) fn stresses() -> MapOf<TableOf<Stress>> {
    MapOf("stress", TableOf(Stress::read))
}

impl Stress {
    /// Reads `[stress.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let set = t.optional(
            "set",
            Anything,
            "a partial scenario, laid over the base: set.fx.USD = \"180 JPY /USD\"",
        );
        let scale = t.or("scale", "{}", Factors, "factors by address: scale.traffic.chat.requests = 3");
        let months = MapOf("hazard", MonthOf);
        let force = t.or(
            "force",
            "{}",
            months,
            "hazards that happen in a month in every future: force.acme-fails = \"2028-03\"",
        );
        let without = t.or("without", "[]", ListOf(Id("hazard")), "hazards that never happen");
        let (set, scale, force, without) = (set?, scale?, force?, without?);
        if set.is_none() && scale.is_empty() && force.is_empty() && without.is_empty() {
            let help = "give it `set`, `scale`, `force` or `without`";
            t.refuse("title", "empty-stress", "a stress that changes nothing", help);
            return None;
        }
        Some(Self { title: title?, set, scale, force, without })
    }
}

impl Stress {
    /// What it says of the hazards of a scenario that it is laid over, and what is wrong with that. Unknown ids in a list are told
    /// with all others of the scenario.
    pub(super) fn told(&self, hazards: &[&str], timeline: &Timeline) -> (Told, Diagnostics) {
        let (mut told, mut mistakes) = (Told::default(), Diagnostics::new());
        for (id, month) in &self.force {
            let place = timeline.start.months_until(*month);
            if !hazards.contains(&id.id.as_str()) {
                mistakes.push(unknown("hazard", id, hazards));
            } else if let Some(without) = self.without.iter().find(|without| without.id == id.id) {
                let message = format!("`{}` is to happen in {month}, and never", id.id);
                let mistake =
                    Diagnostic::error("two-meanings", id.span, message).related(without.span, "never");
                mistakes.push(mistake.help("take it out of `force` or of `without`"));
            } else if !(0..timeline.length as i32).contains(&place) {
                let message = format!("{month} is no month of the scenario");
                let last = timeline.months().last().map_or(timeline.start, |month| month.label);
                mistakes.push(
                    Diagnostic::error("outside-scenario", id.span, message)
                        .label("this would never be seen to happen")
                        .help(format!("name a month from {} to {last}", timeline.start)),
                );
            }
            told.forced.push((id.id.clone(), place.max(0) as usize));
        }
        told.without = self.without.iter().map(|id| id.id.clone()).collect();
        (told, mistakes)
    }
}

/// Any table, kept as it stands; it is judged where it is laid.
struct Anything;

impl Decode for Anything {
    type Value = Node;

    fn decode(&self, at: &At<'_>) -> Option<Node> {
        if matches!(at.node.value, Value::Table(_)) {
            return Some(at.node.clone());
        }
        at.refuse("wrong-type", "a partial scenario");
        None
    }

    fn shape(&self) -> Shape {
        Shape::Scenario
    }
}

/// Nested tables of positive factors, by address.
struct Factors;

impl Decode for Factors {
    type Value = Vec<Scale>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        let mut factors = Vec::new();
        collect(at, &[], &mut factors).then_some(factors)
    }

    fn shape(&self) -> Shape {
        Shape::Map("address", Box::new(Shape::Factors))
    }
}

fn collect(at: &At<'_>, above: &[(String, Span)], scales: &mut Vec<Scale>) -> bool {
    let factor = match &at.node.value {
        Value::Table(table) => {
            let mut whole = true;
            for entry in &table.entries {
                let mut keys = above.to_vec();
                keys.push((entry.key.clone(), entry.key_span));
                whole &= collect(&at.inside(&entry.key, &entry.node), &keys, scales);
            }
            return whole;
        }
        Value::Integer(whole) => *whole as f64,
        Value::Float { value, .. } => *value,
        _ => f64::NAN,
    };
    if factor > 0.0 && factor.is_finite() {
        let address = above.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(".");
        scales.push(Scale { address, factor, keys: above.to_vec() });
        return true;
    }
    at.refuse("bad-factor", "a factor above 0");
    false
}
