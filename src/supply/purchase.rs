//! When servers are ordered, and how many.

use crate::calendar::{Timeline, YearMonth};
use crate::distribution::{QuantityOf, WholeOf};
use crate::document::{Dated, MonthOf, Plugin, Reader};
use crate::units;

/// A purchase policy.
#[derive(Clone, Debug)]
pub enum Purchase {
    /// Servers by the month in which they are ordered.
    Dated(Vec<(YearMonth, f64)>),
    /// A first order, then as many as the need of the past months asks for.
    TrailingNeed {
        /// Month of the first order.
        ordered: YearMonth,
        /// Servers of the first order.
        first: f64,
        /// Share to have beyond the need.
        margin: f64,
        /// Months whose mean need counts.
        over_months: usize,
    },
}

/// The policies that a scenario can name.
pub const PURCHASES: &[Plugin<Purchase>] = &[
    Plugin {
        name: "once",
        meaning: "one order",
        example: "{ once = { servers = \"2 servers\", ordered = \"2027-01\" } }",
        read: read_once,
    },
    Plugin {
        name: "dated",
        meaning: "servers by the month in which they are ordered",
        example: "{ dated = { 2027-01 = \"1 server\", 2028-04 = \"2 servers\" } }",
        read: read_dated,
    },
    Plugin {
        name: "trailing_need",
        meaning: "a first order, then whatever the need of the past months and a margin ask for",
        example: "{ trailing_need = { first = \"1 server\", ordered = \"2027-01\", margin = 0.15, over = \"3 months\" } }",
        read: read_trailing_need,
    },
];

fn read_once(t: &mut Reader) -> Option<Purchase> {
    let servers = t.required("servers", WholeOf(&units::SERVERS), "how many");
    let ordered = t.required("ordered", MonthOf, "month of the order; they arrive after the lead time");
    let (servers, ordered) = (servers?, ordered?);
    Some(Purchase::Dated(vec![(ordered, servers)]))
}

fn read_dated(t: &mut Reader) -> Option<Purchase> {
    t.value(Dated(WholeOf(&units::SERVERS))).map(Purchase::Dated)
}

fn read_trailing_need(t: &mut Reader) -> Option<Purchase> {
    let first = t.required("first", WholeOf(&units::SERVERS), "servers of the first order");
    let ordered = t.required("ordered", MonthOf, "month of the first order");
    let margin = t.or("margin", "0", QuantityOf(&units::FACTOR), "share to have beyond the need");
    let over =
        t.or("over", "1 month", QuantityOf(&units::DURATION), "the past months whose mean need counts");
    let (first, over) = (first?, over?);
    if over.value < 1.0
        || over.value.fract() != 0.0
        || over.unit.period.is_some_and(crate::units::Period::is_clock)
    {
        t.refuse(
            "over",
            "not-whole-months",
            "a purchase looks back over whole months",
            "write for example \"3 months\"",
        );
        return None;
    }
    Some(Purchase::TrailingNeed {
        ordered: ordered?,
        first,
        margin: margin?.value,
        over_months: over.value as usize,
    })
}

impl Purchase {
    /// Servers that are ordered in a month whatever happens, with the months since the order was made: orders before the
    /// scenario begins count in its first month.
    pub(super) fn dated_orders(&self, timeline: &Timeline) -> Vec<Vec<Order>> {
        let orders = match self {
            Self::Dated(orders) => orders.clone(),
            Self::TrailingNeed { ordered, first, .. } => vec![(*ordered, *first)],
        };
        let mut by_month = vec![Vec::new(); timeline.length];
        for (month, servers) in orders {
            let index = timeline.start.months_until(month);
            if (index as usize) < timeline.length || index < 0 {
                by_month[index.max(0) as usize]
                    .push(Order { servers, months_ago: f64::from((-index).max(0)) });
            }
        }
        by_month
    }
}

/// Servers ordered at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) servers: f64,
    pub(super) months_ago: f64,
}
