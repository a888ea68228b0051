//! A few large customers, each of whom may leave.

use crate::calendar::{AVERAGE_MONTH_HOURS, Month};
use crate::distribution::{Number, NumberOf, UnitOf};
use crate::document::{At, Decode, Reader, Shape, TableOf, Whole};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path, Process, Reads, Written, WrittenPath};
use crate::random::Draws;
use crate::units;

/// `1 − share · G(t)/top` with `G(0) = 0` and `G(t) − G(t−1)` binomial of the `top − G(t−1)` who are still there, each of
/// whom leaves with a twelfth of the yearly rate in a month.
///
/// Customers leave independently and never come back; all are there in the first month. The number of those who stay has
/// mean `top · q^t` and variance `top · q^t · (1 − q^t)`, where `q` is one less the monthly rate.
#[derive(Debug)]
struct Customers {
    top: f64,
    share: Number,
    leave: Number,
}

/// The most customers that are counted one by one.
const MOST: i64 = 1000;

/// Reads `{ top = 10, share = "60 %", leave = "8 % /year" }`: a path that is a factor on the traffic.
pub(super) struct CustomersOf;

impl Decode for CustomersOf {
    type Value = Path;

    fn decode(&self, at: &At<'_>) -> Option<Path> {
        let customers = at.clone().read(read)?;
        Some(Path::Process(WrittenPath::new(customers, UnitOf::default()), at.origin()))
    }

    fn shape(&self) -> Shape {
        TableOf(read).shape()
    }
}

fn read(t: &mut Reader) -> Option<Customers> {
    let top = t.required("top", Whole(1, MOST), "how many large customers there are, all alike");
    let share =
        t.required("share", NumberOf(&units::SHARE), "the part of the traffic that is theirs at first");
    let leave = t.required(
        "leave",
        NumberOf(&units::SHARE_PER_TIME),
        "how many of them leave, per time: a twelfth of the year's share in each month",
    );
    let (top, share, leave) = (top?, share?, leave?);
    let months = match leave.unit.period {
        Some(period) if period.is_clock() => AVERAGE_MONTH_HOURS,
        _ => 1.0,
    };
    if leave.known().is_some_and(|rate| rate * months > 1.0) {
        let help = "8 % of customers leaving in a year is `leave = \"8 % /year\"`";
        t.refuse("leave", "more-than-all", "more than all customers leave within a month", help);
        return None;
    }
    Some(Customers { top: top as f64, share, leave })
}

impl Written for Customers {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let share = lookup.number(&self.share);
        let leave = lookup.per_month(&Path::from(self.leave.clone()))?;
        Some(Box::new(Running { top: self.top, share, leave }))
    }
}

struct Running {
    top: f64,
    share: Slot,
    leave: Slot,
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Monthly
    }
    fn state(&self) -> usize {
        1
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let (share, leave) = (&values[self.share], &values[self.leave]);
        let gone = &mut state[0];
        if now.index == 0 {
            *gone = Lanes::ZERO;
        } else {
            let mut u = Lanes::ZERO;
            draws.uniform(now.index as u64, &mut u);
            for i in 0..LANES {
                // What a stress or the tail of a distribution makes of it: no more than all can leave.
                let (there, chance) = (self.top - gone[i], leave[i].min(1.0));
                // 1 − n·p < (1 − p)^n: most lanes need no power to know that nobody leaves.
                if u[i] > 1.0 - there * chance {
                    gone[i] += math::binomial_quantile(there, chance, u[i]);
                }
            }
        }
        for i in 0..LANES {
            // Exactly 1 while nobody has left, or nothing was theirs.
            out[i] = 1.0 - share[i].min(1.0) * (gone[i] / self.top);
        }
    }
}
