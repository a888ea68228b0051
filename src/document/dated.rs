//! Tables whose keys are months: `{ 2027-04 = …, 2028-01 = … }`.

use super::decode::{At, Decode};
use super::node::Value;
use super::provenance::is_note;
use super::shape::Shape;
use crate::calendar::YearMonth;
use crate::diagnostic::Diagnostic;

/// Values by month, in the order of the months.
pub struct Dated<D>(pub D);

impl<D: Decode> Decode for Dated<D> {
    type Value = Vec<(YearMonth, D::Value)>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        let Value::Table(table) = &at.node.value else {
            at.refuse("wrong-type", "a table of months and values");
            return None;
        };
        let entries = table.entries.iter().filter(|entry| !is_note(&entry.key));
        let read: Vec<_> = entries
            .map(|entry| {
                let place = At { key_span: Some(entry.key_span), ..at.inside(&entry.key, &entry.node) };
                let month = YearMonth::parse(&entry.key).ok();
                if month.is_none() {
                    at.scope.push(
                        Diagnostic::error(
                            "bad-date",
                            entry.key_span,
                            format!("`{}` is not a month", entry.key),
                        )
                        .label("expected a month such as 2027-04"),
                    );
                }
                // Both are looked at before either is missed, so that each mistake is told.
                let value = self.0.decode(&place);
                month.zip(value)
            })
            .collect();
        let mut dated = read.into_iter().collect::<Option<Vec<_>>>()?;
        dated.sort_by_key(|(month, _)| *month);
        Some(dated)
    }

    fn shape(&self) -> Shape {
        Shape::Map("month", Box::new(self.0.shape()))
    }
}
