//! `[stress.<id>]`: another world beside the base, with the same draws.

use crate::diagnostic::Span;
use crate::document::{At, Decode, MapOf, Node, Reader, Scale, Shape, TableOf, Title, TitleOf, Value};

/// A stress as it is written.
#[derive(Clone, Debug)]
pub struct Stress {
    /// What people call it.
    pub title: Option<Title>,
    /// A partial scenario that is laid over the base.
    pub set: Option<Node>,
    /// Factors by the address of a number or path.
    pub scale: Vec<Scale>,
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
        let (set, scale) = (set?, scale?);
        if set.is_none() && scale.is_empty() {
            t.refuse("title", "empty-stress", "a stress that changes nothing", "give it `set` or `scale`");
            return None;
        }
        Some(Self { title: title?, set, scale })
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
