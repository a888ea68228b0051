//! Provisioned throughput: units bought from a vendor, paid used or not; what exceeds them goes to the next entry.

use std::sync::Arc;

use super::disrupted::{disrupted, hit};
use super::hosting::{Hosted, Load, check_place, same_week};
use super::reservation::Reservation;
use super::{Definitions, Entry, Supply, Work, Written};
use crate::calendar::Month;
use crate::demand::LoadCurve;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, Point, QuantityOf};
use crate::document::{Id, Plugin, Reader, Reference, TableOf};
use crate::finance::{Bought, Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::pricing::{Buy, Hours, Offer, RateCard};
use crate::process::{Lookup, Path};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "provisioned",
    meaning: "throughput units of a vendor's llm, paid used or not until the llm retires; what exceeds them goes to the next entry of `serve`",
    example: "{ provisioned = { of = \"azure/gpt-5\", buy = \"reserved_1y\", units = \"100 PTU\" } }",
    read,
};

/// `[supply.<id>.provisioned]`.
#[derive(Clone, Debug)]
struct Provisioned {
    of: Reference,
    buy: Buy,
    units: Point,
    window: Option<Hours>,
    sublet: Number,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let of = t.required("of", Id("llm of a vendor, as vendor/llm"), "whose units, for which llm");
    let buy = t.required("buy", Buy::WORDS, "the rate that is paid: by the hour, the month or the year");
    let units =
        t.required("units", QuantityOf(&units::PTUS), "how many; none or at least the vendor's minimum");
    let window = t.optional(
        "window",
        TableOf(Hours::read),
        "hours of the week in which units are held, if bought on demand; all hours if absent",
    );
    let sublet = super::reservation::sublet(t);
    let (buy, window) = (buy?, window?);
    if window.is_some() && buy != Buy::OnDemand {
        let message = format!("units at `{}` are held and paid in all hours", buy.word());
        t.refuse("window", "window-reserved", &message, "leave `window` out, or buy `on_demand`");
        return None;
    }
    Some(Box::new(Provisioned { of: of?, buy, units: units?, window, sublet: sublet? }))
}

/// What units do not carry is refused at once by their vendors.
fn no_queue(entry: &Entry) -> Diagnostic {
    let message = format!("nothing waits for the units of `{}`", entry.by.id);
    Diagnostic::error("no-queue", entry.by.span, message)
        .label("what exceeds them is refused at once")
        .help("leave `when_full` out, and let the next entry queue: a vendor's llm with `limits`, or a fleet")
}

impl Provisioned {
    /// The vendor's terms and the rate that is paid, if it sells so many units.
    fn offered<'a>(&self, card: &'a RateCard, lookup: &mut dyn Lookup) -> Option<(&'a Offer, &'a Path)> {
        let Some(offer) = &card.provisioned else {
            lookup.refuse(
                not_sold(&self.of, "throughput units")
                    .related(card.origin.span, "its rate card has no `provisioned`"),
            );
            return None;
        };
        let Some(rate) = offer.rate(self.buy) else {
            lookup.refuse(not_sold(&self.of, &format!("units at `{}`", self.buy.word())));
            return None;
        };
        if let Some(why) = offer.refuses(self.units.value) {
            let units = self.units.unit.format(self.units.value);
            let message = format!("`{}` does not sell {units}: {why}", self.of.id);
            lookup.refuse(
                Diagnostic::error("units-not-sold", self.units.span, message)
                    .related(offer.minimum.span, "the vendor's terms")
                    .help("buy another number of units"),
            );
            return None;
        }
        Some((offer, rate))
    }
}

impl Written for Provisioned {
    fn serves(&self) -> &Reference {
        &self.of
    }

    fn buys(&self) -> Option<&Reference> {
        Some(&self.of)
    }

    fn regions(&self, all: &Definitions) -> Vec<String> {
        all.regions_of_llm(&self.of)
    }

    fn resolve(
        &self,
        id: &str,
        entries: &[Entry],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Box<dyn Supply>> {
        let card = all.rate_card(&self.of, lookup)?;
        let from = all.bought(&self.of, false, lookup)?;
        let (offer, rate) = self.offered(card, lookup)?;
        let hit = hit(&[id, &self.of.id], lookup);
        let list = lookup.per_hour(rate)?;
        // Nothing to pay once the vendor is gone.
        let price =
            hit.price.into_iter().chain(hit.open).fold(list, |price, factor| lookup.times(price, factor));
        let per_unit = lookup.per_hour(&Path::Number(offer.tokens_per_unit.clone()))?;
        let regions: Vec<String> = card.regions.iter().map(|(region, _)| region.clone()).collect();
        let first = entries.first()?;
        let (mut hosted, mut inputs) = (Vec::new(), vec![per_unit]);
        for entry in entries {
            check_place(entry, &regions, lookup)?;
            same_week(entry, first, lookup)?;
            if entry.patience.is_some() {
                lookup.refuse(no_queue(entry));
            }
            let work = Work::resolve(entry, card.tokenizer.as_ref(), all, lookup)?;
            let hours_per_request = unit_hours(&work, offer, per_unit, lookup);
            inputs.extend([entry.stream.requests, hours_per_request]);
            hosted.push(Hosted::at_once(hours_per_request, work.waits, lookup));
        }
        let available =
            card.retires.and_then(|day| day.availability(lookup.timeline()).map(|share| (day, share)));
        if let Some((day, _)) = &available {
            lookup.refuse(day.warning(&self.of.id, first.by.span));
        }
        let (shape, held) = held(self.window.as_ref(), first, lookup);
        inputs.push(price);
        let line = Line {
            component: Component::Provisioned,
            label: format!("PTU-hours, {}", self.buy.word()),
            payee: id.into(),
            unit: "PTU-hours",
            per_unit: 1.0,
            inputs,
        };
        let left_to_pay = super::reservation::left_to_pay(price, &self.sublet, lookup);
        let mut owed = Line { label: format!("{}, to the end of the term", line.label), ..line.clone() };
        owed.inputs.push(left_to_pay);
        let running = Box::new(Running {
            from,
            units: self.units.value,
            price,
            left_to_pay,
            line,
            curve: shape,
            held,
            entries: hosted,
            reservation: self.buy.months().map(|term| (Reservation { term }, owed)),
            available: available.map(|(_, share)| share),
        });
        Some(disrupted(running, &[id, &self.of.id], lookup))
    }
}

fn not_sold(of: &Reference, what: &str) -> Diagnostic {
    Diagnostic::error("not-sold", of.span, format!("`{}` does not sell {what}", of.id))
        .help("add them to `provisioned` of its rate card, or buy what it sells")
}

/// Hours of one unit that a request takes: its tokens, each with its weight, over the tokens that a unit carries in an hour.
fn unit_hours(work: &Work, offer: &Offer, per_unit: Slot, lookup: &mut dyn Lookup) -> Slot {
    let (output_weight, cached_weight) =
        (lookup.number(&offer.output_weight), lookup.number(&offer.cached_weight));
    let Work { calls, input, generated, cache_read, .. } = *work;
    let inputs = [calls, input, generated, output_weight, cached_weight, per_unit];
    let inputs: Vec<Slot> = inputs.into_iter().chain(cache_read).collect();
    lookup.derive(
        "unit-hours per request",
        &inputs,
        Box::new(move |v, out| {
            for i in 0..LANES {
                let read = cache_read.map_or(0.0, |read| v[read][i]);
                let computed = v[input][i] * (1.0 - read * (1.0 - v[cached_weight][i]));
                let tokens = computed + v[output_weight][i] * v[generated][i];
                out[i] = v[calls][i] * tokens / v[per_unit][i];
            }
        }),
    )
}

/// The hours in which units are held: their share of all hours, and of the load.
#[derive(Clone, Copy, Debug)]
struct Held {
    hours: f64,
    load: f64,
}

/// The load curve inside the window.
fn held(window: Option<&Hours>, entry: &Entry, lookup: &mut dyn Lookup) -> (Arc<LoadCurve>, Held) {
    let Some(window) = window else { return (entry.stream.curve.clone(), Held { hours: 1.0, load: 1.0 }) };
    let (week, local) = (&entry.traffic.week, lookup.timeline().zone);
    let minutes = window.minutes(local);
    let per_hour = minutes.len() / week.len();
    let inside: Vec<f64> = minutes
        .iter()
        .enumerate()
        .filter(|(_, inside)| **inside)
        .map(|(minute, _)| week[minute / per_hour])
        .collect();
    let hours = inside.len() as f64 / minutes.len() as f64;
    let load = window.share(week, local);
    if load <= 0.0 {
        return (entry.stream.curve.clone(), Held { hours, load: 0.0 });
    }
    (Arc::new(LoadCurve::new(&inside, entry.traffic.hourly_noise)), Held { hours, load })
}

struct Running {
    from: Bought,
    units: f64,
    price: Slot,
    /// The price once the strategy is left.
    left_to_pay: Slot,
    line: Line,
    curve: Arc<LoadCurve>,
    held: Held,
    entries: Vec<Hosted>,
    available: Option<Vec<f64>>,
    /// Of units that are not paid by the hour.
    reservation: Option<(Reservation, Line)>,
}

impl Running {
    /// The share of the month before the llm is retired.
    fn days(&self, now: &Month) -> f64 {
        self.available.as_ref().map_or(1.0, |shares| shares[now.index])
    }

    /// Hours of all units that are paid in the month: units end with the llm that they are for, whatever their term.
    fn unit_hours(&self, now: &Month) -> f64 {
        self.units * now.hours * self.held.hours * self.days(now)
    }
}

impl Supply for Running {
    fn takes(&self, entry: usize) -> Option<Slot> {
        Some(self.entries[entry].hours_per_request)
    }

    fn bought(&self) -> Vec<Bought> {
        vec![self.from]
    }

    fn state(&self) -> usize {
        Load::STATE + usize::from(self.binds())
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
    }

    fn binds(&self) -> bool {
        self.reservation.is_some()
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        let Some((reservation, line)) = &self.reservation else { return };
        let mut hours = reservation.owed(now, stands, &mut state[Load::STATE]);
        if lanes::any_above_zero(&hours) {
            let whole = self.unit_hours(now);
            for hours in &mut hours {
                *hours *= whole;
            }
            ledger.post_bought(self.from, line, &hours, &values[self.left_to_pay]);
        }
    }

    fn open(&self, _: &Month, _: &Values, state: &mut [Lanes], _: &mut Ledger) {
        Load(state).clear();
    }

    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        _: &mut Ledger,
    ) {
        let days = self.days(now);
        let open = self.held.load * days;
        if open <= 0.0 {
            *served = Lanes::ZERO;
            return;
        }
        let mut inside = *offered;
        if open < 1.0 {
            for requests in &mut inside {
                *requests *= open;
            }
        }
        let held = Month { hours: now.hours * self.held.hours * days, ..*now };
        let target = Lanes::splat(1.0);
        let hosted = &self.entries[entry];
        let most = (self.units, None);
        hosted.accept(&self.curve, &held, values, &inside, most, &target, &mut Load(state), served);
    }

    fn unlimited(&self, _: usize) -> bool {
        false
    }

    fn close(&self, now: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        let hours = Lanes::splat(self.unit_hours(now));
        ledger.post_bought(self.from, &self.line, &hours, &values[self.price]);
    }
}
