//! Long-context tiers: a request above a length is repriced as a whole, so expectations run over lengths of requests.

use crate::demand::Differ;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Point, QuantityOf};
use crate::document::Reader;
use crate::lanes::{LANES, Lanes, Slot};
use crate::process::Lookup;
use crate::units;

/// One tier of `long_context`.
#[derive(Clone, Debug)]
pub struct ContextTier {
    /// Input tokens of a call above which it applies.
    pub above: Point,
    /// Factor on the price of all its input.
    pub input: Number,
    /// Factor on the price of all its output.
    pub output: Number,
}

impl ContextTier {
    /// Reads one tier.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let above =
            t.required("above", QuantityOf(&units::TOKENS), "input tokens of a call, cached ones included");
        let input = t.required("input_factor", NumberOf(&units::FACTOR), "on the price of all its input");
        let output = t.required("output_factor", NumberOf(&units::FACTOR), "on the price of all its output");
        Some(Self { above: above?, input: input?, output: output? })
    }

    /// The mistake of a tier that does not lie above the one before.
    pub(super) fn wrong_after(&self, before: &Self) -> Option<Diagnostic> {
        (self.above.value <= before.above.value).then(|| {
            Diagnostic::error("not-rising", self.above.span, "a tier does not lie above the one before")
                .label("expected more tokens")
                .related(before.above.span, "the tier before")
                .help("list the tiers from the shortest requests to the longest")
        })
    }
}

/// A tier in the world.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    /// Input tokens of a call above which it applies; 0 for the first.
    pub above: f64,
    /// Up to where.
    pub upto: f64,
    /// Factors on the prices of input and of output; absent in the first band.
    pub factors: Option<(Slot, Slot)>,
}

/// The bands of a card, from the shortest requests on.
pub(super) fn bands(tiers: &[ContextTier], lookup: &mut dyn Lookup) -> Vec<Band> {
    let ends = tiers.iter().map(|tier| tier.above.value).chain([f64::INFINITY]);
    let mut bands = Vec::new();
    let mut above = 0.0;
    for (place, upto) in ends.enumerate() {
        let tier = place.checked_sub(1).map(|before| &tiers[before]);
        let factors = tier.map(|tier| (lookup.number(&tier.input), lookup.number(&tier.output)));
        bands.push(Band { above, upto, factors });
        above = upto;
    }
    bands
}

/// Shares of a stream's requests by length, and of their tokens.
#[derive(Clone, Debug)]
pub struct ByLength {
    /// How requests differ.
    pub differ: Differ,
    /// Average input tokens of a call, as the vendor counts them.
    pub mean: Slot,
}

impl ByLength {
    /// The share of calls whose input lies above one length and up to another.
    pub fn calls(&self, above: f64, upto: f64, lookup: &mut dyn Lookup) -> Slot {
        let differ = self.differ.clone();
        self.between("share of calls of this length", above, upto, move |u| differ.longer(u), lookup)
    }

    /// The share of all input tokens that such calls have.
    pub fn tokens(&self, above: f64, upto: f64, lookup: &mut dyn Lookup) -> Slot {
        let differ = self.differ.clone();
        self.between(
            "share of input in calls of this length",
            above,
            upto,
            move |u| differ.tokens_longer(u),
            lookup,
        )
    }

    /// The share of all input tokens in calls of such a length whose part that repeats has at least `minimum` tokens.
    pub fn cached(&self, band: &Band, minimum: f64, repeats: Slot, lookup: &mut dyn Lookup) -> Slot {
        let (mean, differ) = (self.mean, self.differ.clone());
        let (above, upto) = (band.above, band.upto);
        lookup.derive(
            "share of input in calls that are cached",
            &[mean, repeats],
            Box::new(move |v, out| {
                let mut memory = Memory::new(|u| differ.tokens_longer(u));
                for i in 0..LANES {
                    // Nothing repeats: nothing is long enough.
                    let least = if v[repeats][i] > 0.0 { minimum / v[repeats][i] } else { f64::INFINITY };
                    let [from, to] = [above.max(least), upto.max(least)].map(|length| length / v[mean][i]);
                    out[i] = memory.of(from) - memory.of(to);
                }
            }),
        )
    }

    fn between(
        &self,
        name: &str,
        above: f64,
        upto: f64,
        tail: impl Fn(f64) -> f64 + Send + Sync + 'static,
        lookup: &mut dyn Lookup,
    ) -> Slot {
        let mean = self.mean;
        lookup.derive(
            name,
            &[mean],
            Box::new(move |v, out: &mut Lanes| {
                let mut memory = Memory::new(&tail);
                for i in 0..LANES {
                    out[i] = memory.of(above / v[mean][i]) - memory.of(upto / v[mean][i]);
                }
            }),
        )
    }
}

/// A function whose last two values are kept: where the mean is certain, all lanes ask the same.
struct Memory<F> {
    of: F,
    known: [(f64, f64); 2],
    next: usize,
}

impl<F: Fn(f64) -> f64> Memory<F> {
    fn new(of: F) -> Self {
        Self { of, known: [(f64::NAN, 0.0); 2], next: 0 }
    }

    #[allow(clippy::float_cmp, reason = "the same question has the same bits")]
    fn of(&mut self, x: f64) -> f64 {
        if let Some((_, value)) = self.known.iter().find(|(asked, _)| *asked == x) {
            return *value;
        }
        let value = (self.of)(x);
        self.known[self.next] = (x, value);
        self.next = 1 - self.next;
        value
    }
}
