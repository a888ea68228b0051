//! `[correlation.<id>]`: inputs that tend to move together.

use crate::diagnostic::Diagnostic;
use crate::distribution::QuantityOf;
use crate::document::{Id, ListOf, MapOf, Reader, TableOf};
use crate::units;
use crate::world::Correlation;

/// Reads all tables.
pub(super) fn read_all(t: &mut Reader) -> Option<Vec<Correlation>> {
    let tables = MapOf("correlation", TableOf(read));
    let found = t.or("correlation", "{}", tables, "inputs that tend to move together")?;
    Some(found.into_iter().map(|(_, correlation)| correlation).collect())
}

fn read(t: &mut Reader) -> Option<Correlation> {
    let between =
        t.required("between", ListOf(Id("number or path")), "addresses of inputs; each pair is correlated");
    let rank = t.required("rank", QuantityOf(&units::NUMBER), "Spearman's rank correlation, from -1 to 1");
    let (between, rank) = (between?, rank?);
    if between.len() < 2 {
        t.refuse(
            "between",
            "too-few",
            "a correlation is between two inputs at least",
            "name another address",
        );
        return None;
    }
    if let Some((i, twice)) =
        between.iter().enumerate().find(|(i, a)| between[..*i].iter().any(|b| a.id == b.id))
    {
        let first = between[..i].iter().find(|b| b.id == twice.id)?;
        let mistake = Diagnostic::error("given-twice", twice.span, format!("`{}` is named twice", twice.id));
        t.place()?.scope.push(mistake.label("a second time").related(first.span, "the first time"));
        return None;
    }
    if !(-1.0..=1.0).contains(&rank.value) {
        t.refuse("rank", "out-of-range", "a rank correlation lies between -1 and 1", "0 is independence");
        return None;
    }
    Some(Correlation { between, rank: rank.value, place: rank.span })
}
