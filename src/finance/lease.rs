//! Servers paid in equal monthly instalments: what is borrowed is paid back over the term, with interest.
//!
//! The cash of a leased server is its instalments; the books show its depreciation and the interest. Neither view counts the
//! price and the financing both.

use super::depreciation::whole_months;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{At, Decode, Reader, Shape, TableOf, Value};
use crate::math;
use crate::units;

/// `{ lease = { rate, term } }`.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Interest per time; compounds.
    pub rate: Number,
    /// Instalments, the first at the end of the month of delivery.
    pub months: usize,
}

/// Reads how servers are paid: `"cash"`, or `{ lease = { rate, term } }`.
pub struct FinancingOf;

impl Decode for FinancingOf {
    type Value = Option<Lease>;

    fn decode(&self, at: &At<'_>) -> Option<Option<Lease>> {
        match &at.node.value {
            Value::Text(word) if word == "cash" => Some(None),
            Value::Table(_) => at.clone().read(read).map(Some),
            _ => {
                at.refuse("wrong-type", "\"cash\", or { lease = { rate = …, term = … } }");
                None
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![Shape::Words(vec!["cash"]), TableOf(read).shape()])
    }
}

fn read(t: &mut Reader) -> Option<Lease> {
    t.required("lease", TableOf(read_lease), "paid in equal monthly instalments")
}

fn read_lease(t: &mut Reader) -> Option<Lease> {
    let rate = t.required("rate", NumberOf(&units::GROWTH), "interest per time; compounds");
    let term = t.required("term", QuantityOf(&units::DURATION), "from the first instalment to the last");
    let (rate, term) = (rate?, term?);
    let months = whole_months(t, "term", &term, "a lease counts whole months", "\"4 years\"")?;
    Some(Lease { rate, months })
}

/// The instalment that pays back a loan of 1 in `months` at `interest` a month: `i / (1 − (1 + i)^−n)`.
pub fn instalment(interest: f64, months: usize) -> f64 {
    let n = months as f64;
    if interest.abs() < 1e-12 {
        return 1.0 / n;
    }
    -interest / math::exp_m1(-n * math::ln_1p(interest))
}
