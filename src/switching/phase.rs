//! How vendors fare: in distress, bought by another, or closing.

use super::{Condition, Seen, Sight, Written};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::{Either, Id, ListOf, OneOf, Plugin, Reader, Reference, Value};
use crate::hazard::{ACQUIRED, STRESSED, WOUND_DOWN};
use crate::lanes::{LANES, Lanes, Slot};
use crate::process::Lookup;
use crate::supply::{ids, unknown};

pub(super) const STRESSED_VENDORS: Plugin<Box<dyn Written>> = Plugin {
    name: "stressed",
    meaning: "a vendor is in distress, or already bought or closing; of several vendors all",
    example: "{ stressed = \"acme\" }",
    read: |t| read(t, (STRESSED, WOUND_DOWN)),
};

pub(super) const ACQUIRED_VENDORS: Plugin<Box<dyn Written>> = Plugin {
    name: "acquired",
    meaning: "a vendor has been bought by another; of several vendors all",
    example: "{ acquired = \"acme\" }",
    read: |t| read(t, (ACQUIRED, ACQUIRED)),
};

pub(super) const CLOSING_VENDORS: Plugin<Box<dyn Written>> = Plugin {
    name: "wound_down",
    meaning: "a vendor has said that it closes, or has closed; of several vendors all",
    example: "{ wound_down = [\"acme\", \"borealis\"] }",
    read: |t| read(t, (WOUND_DOWN, WOUND_DOWN)),
};

/// Vendors whose phase lies between two.
#[derive(Clone, Debug)]
struct Phases {
    vendors: Vec<Reference>,
    between: (f64, f64),
}

fn read(t: &mut Reader, between: (f64, f64)) -> Option<Box<dyn Written>> {
    let many = |value: &Value| matches!(value, Value::List(_));
    let vendors = t.value(Either(many, ListOf(Id("vendor")), OneOf(Id("vendor"))))?;
    if vendors.is_empty() {
        t.refuse("", "empty-list", "a condition on no vendor", "name at least one vendor");
        return None;
    }
    Some(Box::new(Phases { vendors, between }))
}

impl Written for Phases {
    fn resolve(&self, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        let mut phases = Vec::new();
        let mut whole = true;
        for vendor in &self.vendors {
            let vendors = &sight.definitions.vendors;
            if vendors.iter().all(|(id, _)| id.id != vendor.id) {
                lookup.refuse(unknown("vendor", vendor, &ids(vendors)));
                whole = false;
            } else if sight.hazards.phase(&vendor.id).is_none() {
                let message = format!("nothing can happen to `{}`", vendor.id);
                lookup.refuse(
                    Diagnostic::warning("no-effect", vendor.span, message)
                        .label("this condition never holds")
                        .help("add a `hazard` of the kind `vendor_distress` for this vendor"),
                );
            }
            phases.push(sight.hazards.phase(&vendor.id));
        }
        whole.then(|| Box::new(Between { phases, between: self.between }) as Box<dyn Condition>)
    }
}

/// Holds while the phases of all vendors at the end of the last month lie between two.
struct Between {
    /// A vendor to which nothing can happen has none.
    phases: Vec<Option<Slot>>,
    between: (f64, f64),
}

impl Condition for Between {
    fn state(&self) -> usize {
        1
    }

    fn holds(&self, _: &Month, state: &[Lanes]) -> [bool; LANES] {
        state[0].map(|holds| holds > 0.0)
    }

    fn note(&self, _: &Month, seen: &Seen, state: &mut [Lanes]) {
        let (low, high) = self.between;
        state[0] = Lanes::splat(1.0);
        for phase in &self.phases {
            let Some(slot) = phase else {
                state[0] = Lanes::ZERO;
                return;
            };
            let phases = &seen.values[*slot];
            for i in 0..LANES {
                let is = phases[i] >= low && phases[i] <= high;
                state[0][i] = if is { state[0][i] } else { 0.0 };
            }
        }
    }
}
