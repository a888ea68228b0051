//! What a traffic earns: money per request, per user, per seat or per time; the unit says which.

use super::{Requests, Traffic};
use crate::diagnostic::Diagnostic;
use crate::document::{At, Decode, Node, Shape, Value};
use crate::lanes::Slot;
use crate::process::{Lookup, Path, PathOf};
use crate::units::{self, Kind};

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paid {
    /// Requests that were served.
    Request,
    /// Users or seats, whatever is served.
    User,
    /// Time, whatever is served.
    Time,
}

/// What each word below the slash pays for, and its kind; money per time is the rest.
const UNITS: [(&str, Paid, &Kind); 3] = [
    ("request", Paid::Request, &units::MONEY_PER_REQUEST),
    ("user", Paid::User, &units::MONEY_PER_USER_TIME),
    ("seat", Paid::User, &units::MONEY_PER_SEAT_TIME),
];

/// `revenue` as it is written.
#[derive(Clone, Debug)]
pub struct Revenue {
    paid: Paid,
    path: Path,
}

/// What a stream earns in a month.
#[derive(Clone, Copy, Debug)]
pub enum Earns {
    /// So much for each request that is served; nothing for one that is not.
    PerRequest(Slot),
    /// So much in all, whatever is served: people go on paying until they leave.
    InAll(Slot),
}

/// Reads `revenue`.
pub(super) struct RevenueOf;

impl Decode for RevenueOf {
    type Value = Revenue;

    fn decode(&self, at: &At<'_>) -> Option<Revenue> {
        let said = UNITS.iter().find(|(word, ..)| names(at.node, word));
        let (paid, kind) =
            said.map_or((Paid::Time, &units::MONEY_PER_TIME), |(_, paid, kind)| (*paid, *kind));
        Some(Revenue { paid, path: PathOf(kind).decode(at)? })
    }

    fn shape(&self) -> Shape {
        let kinds = UNITS.iter().map(|(.., kind)| *kind).chain([&units::MONEY_PER_TIME]);
        Shape::Any(kinds.map(Shape::Path).collect())
    }
}

/// Whether some quantity is per this.
fn names(node: &Node, word: &str) -> bool {
    match &node.value {
        Value::Text(text) => text.split_once('/').is_some_and(|(_, below)| below.contains(word)),
        Value::List(items) => items.iter().any(|item| names(item, word)),
        Value::Table(table) => table.entries.iter().any(|entry| names(&entry.node, word)),
        _ => false,
    }
}

impl Revenue {
    /// Becomes runnable for a traffic that has these users in the month.
    pub(super) fn resolve(
        &self,
        traffic: &Traffic,
        users: Option<Slot>,
        lookup: &mut dyn Lookup,
    ) -> Option<Earns> {
        match self.paid {
            Paid::Request => lookup.path(&self.path).map(Earns::PerRequest),
            Paid::Time => lookup.per_month(&self.path).map(Earns::InAll),
            Paid::User => {
                let price = lookup.per_month(&self.path)?;
                let Some(users) = users else {
                    lookup.refuse(no_users(self, traffic));
                    return None;
                };
                Some(Earns::InAll(lookup.times(users, price)))
            }
        }
    }
}

fn no_users(revenue: &Revenue, traffic: &Traffic) -> Diagnostic {
    debug_assert!(matches!(traffic.requests, Requests::Direct(_)), "users have a place");
    let message = format!("`{}` says its requests, not its users", traffic.origin.address);
    Diagnostic::error("no-users", revenue.path.origin().span, message)
        .label("money per user or seat is asked for")
        .help("give `users` with `requests_per_user`, or the revenue per request or per month")
}
