//! What a traffic earns: money per request, per token, per user, per seat or per time; the unit says which.

use super::{Requests, Traffic};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::{At, Decode, Node, Shape, Value};
use crate::lanes::Slot;
use crate::process::{Lookup, Path, PathOf};
use crate::units::{self, Kind};

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paid {
    /// Requests that were served.
    Request,
    /// Tokens of requests that were served, in and out, as the traffic counts them.
    Token,
    /// Users or seats, whatever is served.
    User,
    /// Time, whatever is served.
    Time,
}

/// What each word below the slash pays for, and its kind; money per time is the rest.
const UNITS: [(&str, Paid, &Kind); 4] = [
    ("request", Paid::Request, &units::MONEY_PER_REQUEST),
    ("tok", Paid::Token, &units::MONEY_PER_TOKEN),
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
    /// The price of one unit: a request, a token, or a user, seat or the whole for a month.
    pub fn price(&self, lookup: &mut dyn Lookup) -> Option<Slot> {
        match self.paid {
            Paid::Request | Paid::Token => lookup.path(&self.path),
            Paid::User | Paid::Time => lookup.per_month(&self.path),
        }
    }

    /// Whether both are prices of the same.
    pub fn is_like(&self, other: &Self) -> bool {
        self.paid == other.paid
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.path.origin().span
    }

    /// Becomes runnable for a traffic that has these users in the month, and so many tokens in a request.
    pub(super) fn resolve(
        &self,
        traffic: &Traffic,
        users: Option<Slot>,
        tokens: impl FnOnce(&mut dyn Lookup) -> Option<Slot>,
        lookup: &mut dyn Lookup,
    ) -> Option<Earns> {
        let price = self.price(lookup)?;
        match self.paid {
            Paid::Request => Some(Earns::PerRequest(price)),
            Paid::Token => {
                if let Some(text) = traffic.text() {
                    lookup.refuse(no_tokens(self, traffic, text));
                    return None;
                }
                let tokens = tokens(lookup)?;
                Some(Earns::PerRequest(lookup.times(tokens, price)))
            }
            Paid::Time => Some(Earns::InAll(price)),
            Paid::User => {
                let Some(users) = users else {
                    lookup.refuse(no_users(self, traffic));
                    return None;
                };
                Some(Earns::InAll(lookup.times(users, price)))
            }
        }
    }
}

fn no_tokens(revenue: &Revenue, traffic: &Traffic, text: Span) -> Diagnostic {
    let message = format!("`{}` says its text, not its tokens", traffic.origin.address);
    Diagnostic::error("no-tokens", revenue.path.origin().span, message)
        .label("money per token is asked for")
        .related(text, "how many tokens this is depends on the llm that serves")
        .help("give `input_tokens` and `output_tokens`, or the revenue per request, per user or per month")
}

fn no_users(revenue: &Revenue, traffic: &Traffic) -> Diagnostic {
    debug_assert!(matches!(traffic.requests, Requests::Direct(_)), "users have a place");
    let message = format!("`{}` says its requests, not its users", traffic.origin.address);
    Diagnostic::error("no-users", revenue.path.origin().span, message)
        .label("money per user or seat is asked for")
        .help("give `users` with `requests_per_user`, or the revenue per request or per month")
}
