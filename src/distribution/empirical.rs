//! What was observed: the rows of a CSV file, drawn again.

use super::quantity::UnitHere;
use super::{Steps, Written};
use crate::diagnostic::Diagnostic;
use crate::document::{Columns, Plugin, Reader, Text, read_columns};
use crate::units::{self, Kind, Support};

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "empirical",
    meaning: "the rows of a CSV file, each as likely as any other or as its weight says",
    example: "{ empirical = { csv = \"observed.csv\", column = \"price\", unit = \"USD\" } }",
    read,
};

fn read(t: &mut Reader) -> Option<Written> {
    let csv = t.required("csv", Text("observed.csv"), "the file; its first line names the columns");
    let column = t.required("column", Text("price"), "the column of values");
    let weight = t.optional("weight", Text("count"), "the column of weights; all rows are alike without it");
    let unit = t.or("unit", "", UnitHere, "the unit of the values, for a key that needs one");
    let (csv, column, weight, unit) = (csv?, column?, weight?, unit?);
    let mut names = vec![("column", column.as_str())];
    names.extend(weight.as_ref().map(|name| ("weight", name.as_str())));
    let columns = read_columns(t, &csv, &names)?;
    let kind = t.place()?.kind.unwrap_or(&units::NUMBER);
    let scale = |value: &f64| unit.unit.as_ref().map_or(*value, |unit| unit.to_base(*value));
    let values: Vec<f64> = columns.values[0].iter().map(scale).collect();
    let weights = columns.values.get(1).cloned().unwrap_or_else(|| vec![1.0; values.len()]);
    refuse_outside(t, &columns, &values, &weights, kind)?;
    let found = Steps::new(values.into_iter().zip(weights).collect());
    if found.is_none() {
        t.refuse("weight", "no-weight", "no row has a weight above 0", "weights are counts or shares");
    }
    Some(Written::new(found?, unit))
}

/// Refuses the first row whose value the key cannot have, or whose weight is negative.
fn refuse_outside(t: &Reader, columns: &Columns, values: &[f64], weights: &[f64], kind: &Kind) -> Option<()> {
    let limits = match kind.support {
        Support::Share => 0.0..=1.0,
        Support::Positive => 0.0..=f64::INFINITY,
        Support::Any => f64::NEG_INFINITY..=f64::INFINITY,
    };
    let wrong =
        values.iter().zip(weights).position(|(value, weight)| !limits.contains(value) || *weight < 0.0);
    let Some(row) = wrong else { return Some(()) };
    let message = if weights[row] < 0.0 {
        "a weight below 0".to_owned()
    } else {
        format!("{} cannot be {}", kind.noun, columns.values[0][row])
    };
    let at = t.place()?;
    let mistake = Diagnostic::error("bad-row", columns.rows[row], message);
    at.scope.push(mistake.related(at.key_span.unwrap_or(at.node.span), format!("read by `{}`", at.address)));
    None
}
