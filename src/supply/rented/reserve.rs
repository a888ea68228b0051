//! What of a fleet is paid used or not: a number of replicas, or a rule that decides it at each renewal.

use crate::distribution::{QuantityOf, WholeOf};
use crate::document::{At, Decode, Reader, Shape, TableOf, Value};
use crate::finance::whole_months;
use crate::units;

/// Replicas that are paid used or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reserve {
    /// So many, for good.
    Replicas(f64),
    /// As many as the mean need of the past `over` months makes worth it, decided anew for each term.
    Newsvendor { over: usize },
}

/// Reads an amount reserved.
pub(super) struct ReserveOf;

impl Decode for ReserveOf {
    type Value = Reserve;

    fn decode(&self, at: &At<'_>) -> Option<Reserve> {
        match &at.node.value {
            Value::Table(_) => at.clone().read(read_reserve),
            _ => WholeOf(&units::REPLICAS).decode(at).map(Reserve::Replicas),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![WholeOf(&units::REPLICAS).shape(), TableOf(read_reserve).shape()])
    }
}

fn read_reserve(t: &mut Reader) -> Option<Reserve> {
    t.required(
        "newsvendor",
        TableOf(read_newsvendor),
        "each replica that runs in more of the hours than a reserved one costs of one on demand",
    )
}

fn read_newsvendor(t: &mut Reader) -> Option<Reserve> {
    let over = t.required("over", QuantityOf(&units::DURATION), "the past months whose mean need counts")?;
    let over = whole_months(t, "over", &over, "past need is that of whole months", "\"3 months\"")?;
    Some(Reserve::Newsvendor { over })
}
