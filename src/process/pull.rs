//! What processes that are pulled back to a level have in common: the level, how strongly, and how far they are thrown.

use super::Lookup;
use crate::distribution::{Number, NumberHere, NumberOf, UnitOf};
use crate::document::Reader;
use crate::lanes::{LANES, Slot};
use crate::math;
use crate::units;

/// `initial`, `mean`, `half_life` and `annual_volatility`.
#[derive(Debug)]
pub(super) struct Pulled {
    initial: Number,
    mean: Number,
    half_life: Number,
    annual_volatility: Number,
}

/// Where they are.
pub(super) struct Slots {
    pub(super) initial: Slot,
    pub(super) mean: Slot,
    /// In months.
    pub(super) half_life: Slot,
    pub(super) annual_volatility: Slot,
    /// What is left of a gap after a month, `2^(−1/half_life)`.
    pub(super) decay: Slot,
}

impl Pulled {
    /// Reads them; `mean` and `volatility` say what these two mean.
    pub(super) fn read(t: &mut Reader, mean: &'static str, volatility: &'static str) -> Option<Self> {
        let initial = super::path::initial(t);
        let mean = t.required("mean", NumberHere, mean);
        let half_life =
            t.required("half_life", NumberOf(&units::DURATION), "time after which half of a gap is gone");
        let annual_volatility = t.required("annual_volatility", NumberOf(&units::FACTOR), volatility);
        let (initial, mean, half_life, annual_volatility) = (initial?, mean?, half_life?, annual_volatility?);
        super::path::like_initial(t, &initial, "mean", &mean)?;
        Some(Self { initial, mean, half_life, annual_volatility })
    }

    /// What the value is measured in.
    pub(super) fn unit(&self) -> UnitOf {
        self.initial.unit.clone()
    }

    pub(super) fn resolve(&self, lookup: &mut dyn Lookup) -> Slots {
        let (initial, mean) = (lookup.number(&self.initial), lookup.number(&self.mean));
        let half_life = lookup.in_months(&self.half_life);
        let annual_volatility = lookup.number(&self.annual_volatility);
        let decay = lookup.derive(
            "monthly decay",
            &[half_life],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = math::exp(-std::f64::consts::LN_2 / v[half_life][i]);
                }
            }),
        );
        Slots { initial, mean, half_life, annual_volatility, decay }
    }
}

/// `k = ln 2 / half_life`, per year.
#[inline]
pub(super) fn per_year(half_life_months: f64) -> f64 {
    12.0 * std::f64::consts::LN_2 / half_life_months
}
