//! How likely a vendor gets into distress: a chance per year, a rating class, an intensity that moves, or its own runway.

use crate::distribution::{Number, NumberOf};
use crate::document::{At, Decode, Either, Reader, Shape, TableOf, Value};
use crate::lanes::{LANES, Slot};
use crate::math;
use crate::process::{Lookup, Path, PathOf};
use crate::text::did_you_mean;
use crate::units;

/// A rating class and the shares of its issuers that default within one and within five years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// The letter grade.
    pub name: &'static str,
    /// Share that defaults within a year.
    pub one_year: f64,
    /// Share that defaults within five years.
    pub five_years: f64,
}

/// Global corporate average cumulative default rates, 1981 to 2024: S&P Global Ratings, "Default, Transition, and Recovery: 2024
/// Annual Global Corporate Default And Rating Transition Study", 27 March 2025
/// (<https://www.spglobal.com/ratings/en/research/articles/250327-default-transition-and-recovery-2024-annual-global-corporate-default-and-rating-transition-study-13452126>).
/// The figures were read in the source. AAA is left out: its published rate of one year is zero, from which no course can be drawn.
/// A vendor without a rating has none of these: which class it is like is an assumption of the scenario.
pub const RATINGS: &[Rating] = &[
    Rating { name: "AA", one_year: 0.0002, five_years: 0.0028 },
    Rating { name: "A", one_year: 0.0005, five_years: 0.0039 },
    Rating { name: "BBB", one_year: 0.0014, five_years: 0.0136 },
    Rating { name: "BB", one_year: 0.0056, five_years: 0.0575 },
    Rating { name: "B", one_year: 0.0293, five_years: 0.1560 },
    Rating { name: "CCC/C", one_year: 0.2612, five_years: 0.4653 },
];

impl Rating {
    /// Shape and scale (in years) of the Weibull distribution that has both shares:
    /// `F(t) = 1 − exp(−(t/scale)^shape)`.
    pub fn weibull(&self) -> (f64, f64) {
        let (one, five) = (-math::ln_1p(-self.one_year), -math::ln_1p(-self.five_years));
        let shape = math::ln(five / one) / math::ln(5.0);
        (shape, math::pow(one, -1.0 / shape))
    }
}

/// `chance`.
#[derive(Clone, Debug)]
pub(super) enum Chance {
    /// The chance of a year, the same for each.
    PerYear(Box<Number>),
    /// As issuers of this class.
    Rated(Rating),
    /// Distresses per time, month by month.
    Intensity(Box<Path>),
    /// When cash runs short.
    Runway,
}

/// When distress begins: `scale · exposure^(1/shape)`, where exposure is exponential with mean 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ageing {
    /// In months.
    pub(super) scale: Slot,
    pub(super) shape: f64,
}

impl Ageing {
    /// Months from healthy to stressed.
    #[inline]
    pub(super) fn months(&self, scale: f64, exposure: f64) -> f64 {
        #[allow(clippy::float_cmp, reason = "a constant hazard has exactly this shape")]
        let months = if self.shape == 1.0 { exposure } else { math::pow(exposure, 1.0 / self.shape) };
        scale * months
    }
}

impl Chance {
    /// When distress begins; `None` where the months decide, by an intensity or a runway.
    pub(super) fn ageing(&self, lookup: &mut dyn Lookup) -> Option<Ageing> {
        match self {
            Self::PerYear(chance) => {
                let chance = lookup.number(chance);
                let formula = move |values: &crate::lanes::Values, out: &mut crate::lanes::Lanes| {
                    for i in 0..LANES {
                        // A chance of zero never comes: its scale is infinite.
                        out[i] = 12.0 / math::ln_1p(-values[chance][i]).abs();
                    }
                };
                let scale = lookup.derive("months to distress", &[chance], Box::new(formula));
                Some(Ageing { scale, shape: 1.0 })
            }
            Self::Rated(rating) => {
                let (shape, years) = rating.weibull();
                Some(Ageing { scale: lookup.constant(12.0 * years), shape })
            }
            Self::Intensity(_) | Self::Runway => None,
        }
    }
}

/// Reads `chance`.
pub(super) fn decoder() -> impl Decode<Value = Chance> {
    Either(|value| matches!(value, Value::Text(_)), RunwayWord, TableOf(read))
}

fn read(t: &mut Reader) -> Option<Chance> {
    let per_year =
        t.optional("per_year", NumberOf(&units::SHARE), "chance of getting into distress in a year");
    let rating = t.optional(
        "rating",
        RatingWord,
        "rating class: global average default rates of 1981 to 2024 over one and five years (S&P, study of 2025-03-27); which class an unrated vendor is like is assumed",
    );
    let intensity = t.optional(
        "intensity",
        PathOf(&units::EVENTS_PER_TIME),
        "distresses per time; a path (`square_root`, `regimes`) moves them from month to month",
    );
    let (per_year, rating, intensity) = (per_year?, rating?, intensity?);
    let known = [per_year.is_some(), rating.is_some(), intensity.is_some()];
    match known.iter().filter(|known| **known).count() {
        0 => {
            let help = "give `per_year`, `rating` or `intensity`";
            t.refuse("per_year", "no-chance", "this says no chance", help);
            return None;
        }
        1 => {}
        _ => {
            let key = if intensity.is_some() { "intensity" } else { "rating" };
            let help = "keep one of `per_year`, `rating` and `intensity`";
            t.refuse(key, "two-chances", "this says its chance twice", help);
            return None;
        }
    }
    let rated = rating.map(Chance::Rated);
    let moving = intensity.map(|path| Chance::Intensity(Box::new(path)));
    per_year.map(|chance| Chance::PerYear(Box::new(chance))).or(rated).or(moving)
}

struct RunwayWord;

impl Decode for RunwayWord {
    type Value = Chance;

    fn decode(&self, at: &At<'_>) -> Option<Chance> {
        if matches!(&at.node.value, Value::Text(word) if word == "runway") {
            return Some(Chance::Runway);
        }
        at.refuse("unknown-word", "\"runway\", { per_year = … }, { rating = … } or { intensity = … }");
        None
    }

    fn shape(&self) -> Shape {
        Shape::Words(vec!["runway"])
    }
}

struct RatingWord;

impl Decode for RatingWord {
    type Value = Rating;

    fn decode(&self, at: &At<'_>) -> Option<Rating> {
        let names = || RATINGS.iter().map(|rating| rating.name);
        let Value::Text(word) = &at.node.value else {
            at.refuse("wrong-type", &format!("a rating class: {}", names().collect::<Vec<_>>().join(", ")));
            return None;
        };
        let found = RATINGS.iter().find(|rating| rating.name == word);
        if found.is_none() {
            let close = did_you_mean(word, names()).map(|close| format!("; did you mean {close}?"));
            let known = names().collect::<Vec<_>>().join(", ");
            at.refuse("unknown-rating", &format!("one of {known}{}", close.unwrap_or_default()));
        }
        found.copied()
    }

    fn shape(&self) -> Shape {
        Shape::Words(RATINGS.iter().map(|rating| rating.name).collect())
    }
}
