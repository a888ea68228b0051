//! Volume bands: the more is bought in a month, the lower the price.

use multiversion::multiversion;

use super::{Contract, Parties, Written};
use crate::calendar::Month;
use crate::diagnostic::{Diagnostic, Span};
use crate::distribution::{Number, NumberOf};
use crate::document::{At, Decode, Id, ListOf, Plugin, Reader, Reference, Shape, TableOf, Value, WordOf};
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, ENDLESS, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "volume_discount",
    meaning: "a discount by bands of the month's list spend or tokens with some vendors together",
    example: "{ volume_discount = { vendors = [\"openai\"], applies = \"marginal\", bands = [{ above = \"5k USD /month\", discount = \"10 %\" }, { above = \"20k USD /month\", discount = \"15 %\" }] } }",
    read,
};

/// `[contract.<id>.volume_discount]`.
#[derive(Clone, Debug)]
struct VolumeDiscount {
    vendors: Vec<Reference>,
    marginal: bool,
    bands: Vec<Band>,
}

/// One band: from where it begins, and what it takes off.
#[derive(Clone, Debug)]
struct Band {
    above: Above,
    discount: Number,
}

/// Where a band begins: money or tokens in a month. It is certain; a number, so that it can be in any currency.
#[derive(Clone, Debug)]
struct Above {
    number: Number,
    tokens: bool,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendors =
        t.required("vendors", ListOf(Id("vendor")), "whose prices it lowers; their volumes count together");
    let applies = t.required(
        "applies",
        WordOf(&[("marginal", true), ("all_units", false)]),
        "\"marginal\": a band's discount is on what lies in the band; \"all_units\": the highest band reached is on everything",
    );
    let bands =
        t.required("bands", ListOf(TableOf(Band::read)), "where bands begin, rising, and their discounts");
    let (vendors, marginal, bands) = (vendors?, applies?, bands?);
    if bands.is_empty() {
        t.refuse(
            "bands",
            "empty-list",
            "a volume discount without a band",
            "list at least one `{ above, discount }`",
        );
        return None;
    }
    for pair in bands.windows(2) {
        if let Some(mistake) = pair[1].above.wrong_after(&pair[0].above) {
            t.place()?.scope.push(mistake);
            return None;
        }
    }
    Some(Box::new(VolumeDiscount { vendors, marginal, bands }))
}

impl Band {
    fn read(t: &mut Reader) -> Option<Self> {
        let above = t.required("above", AboveOf, "list spend or tokens of a month from which on it applies");
        let discount =
            t.required("discount", NumberOf(&units::SHARE), "share of the list price that is taken off");
        Some(Self { above: above?, discount: discount? })
    }
}

struct AboveOf;

impl Decode for AboveOf {
    type Value = Above;

    fn decode(&self, at: &At<'_>) -> Option<Above> {
        let tokens = matches!(&at.node.value, Value::Text(text) if text.contains("token"));
        let kind = if tokens { &units::TOKENS_PER_TIME } else { &units::MONEY_PER_TIME };
        let number = NumberOf(kind).decode(at)?;
        if number.known().is_none() {
            at.refuse("uncertain-here", "one amount: a contract says where a band begins");
            return None;
        }
        Some(Above { number, tokens })
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![Shape::Quantity(&units::MONEY_PER_TIME), Shape::Quantity(&units::TOKENS_PER_TIME)])
    }
}

impl Above {
    fn span(&self) -> Span {
        self.number.origin.span
    }

    /// As written, without quotes.
    fn written(&self) -> &str {
        self.number.origin.written.trim_matches('"')
    }

    /// What is wrong with this band after another.
    fn wrong_after(&self, before: &Self) -> Option<Diagnostic> {
        let address = &self.number.origin.address;
        if self.tokens != before.tokens || !self.number.unit.agrees(&before.number.unit, None) {
            let message = format!("`{address}` is not in the unit of the band before");
            let mistake = Diagnostic::error("two-units", self.span(), message)
                .related(before.span(), "the band before");
            return Some(
                mistake.help("give all bands in one currency, or all in tokens, and per the same time"),
            );
        }
        let rises = self.number.known() > before.number.known();
        let message = format!("the band `{}` does not lie above the one before", self.written());
        (!rises).then(|| {
            Diagnostic::error("not-rising", self.span(), message)
                .label("expected a higher amount")
                .related(before.span(), "the band before")
                .help("list bands from the lowest to the highest")
        })
    }
}

impl Written for VolumeDiscount {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn vendors(&self) -> &[Reference] {
        &self.vendors
    }

    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>> {
        let mut tiers = Vec::new();
        for band in &self.bands {
            let above = lookup.per_month(&Path::Number(band.above.number.clone()))?;
            let discount = lookup.number(&band.discount);
            let of = if band.above.tokens { "tokens" } else { "spend" };
            let minus = Box::new(move |values: &Values, out: &mut Lanes| {
                for i in 0..LANES {
                    out[i] = 0.0 - values[discount][i];
                }
            });
            tiers.push(Tier {
                above,
                discount,
                price: lookup.derive("what comes off", &[discount], minus),
                line: Line {
                    component: Component::Discounts,
                    label: format!("{of} above {}", band.above.written()),
                    payee: parties.id.to_owned(),
                    unit: parties.currency,
                    per_unit: 1.0,
                    inputs: vec![above, discount],
                },
            });
        }
        let tokens = self.bands.iter().any(|band| band.above.tokens);
        Some(Box::new(Bands { vendors: parties.vendors.clone(), marginal: self.marginal, tokens, tiers }))
    }
}

/// Bands that run.
struct Bands {
    vendors: Vec<usize>,
    marginal: bool,
    tokens: bool,
    tiers: Vec<Tier>,
}

struct Tier {
    above: Slot,
    discount: Slot,
    /// The price of the spend that it is on: what comes off, below zero.
    price: Slot,
    line: Line,
}

/// Takes a band's discount off what is left, and says the spend it is on, and whether there is any. A marginal band is on what lies in it, another on
/// everything where the volume ends in it. One over the volume is given, since a division takes longer than all else that is done here.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn take_off(
    volume: &Lanes,
    per_volume: &Lanes,
    due: &Lanes,
    marginal: bool,
    begins: &Lanes,
    ends: &Lanes,
    discount: &Lanes,
    left: &mut Lanes,
    spend: &mut Lanes,
) -> bool {
    let mut any = false;
    for i in 0..LANES {
        let share = if marginal {
            let within = math::smaller(volume[i], ends[i]) - begins[i];
            if within > 0.0 { within * per_volume[i] } else { 0.0 }
        } else {
            f64::from(volume[i] > begins[i] && volume[i] <= ends[i])
        };
        left[i] -= share * discount[i];
        spend[i] = share * due[i];
        any |= share > 0.0;
    }
    any
}

impl Contract for Bands {
    fn settle(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        let mut left = lanes::ONE;
        ledger.settle(&self.vendors, |ledger, bought| {
            let (volume, due) = (if self.tokens { &bought.tokens } else { &bought.list }, &bought.due);
            let mut spend = Lanes::ZERO;
            let per_volume = if self.marginal { lanes::inverse(volume) } else { Lanes::ZERO };
            for (place, band) in self.tiers.iter().enumerate() {
                let ends = self.tiers.get(place + 1).map_or(&ENDLESS, |next| &values[next.above]);
                let (begins, off) = (&values[band.above], &values[band.discount]);
                let marginal = self.marginal;
                let any =
                    take_off(volume, &per_volume, due, marginal, begins, ends, off, &mut left, &mut spend);
                ledger.post(&band.line, &spend, &values[band.price]);
                // Higher bands are empty as well; who records wants to see that.
                if marginal && !any && !ledger.is_recording() {
                    break;
                }
            }
        });
        ledger.leave_due(&self.vendors, &left);
    }
}
