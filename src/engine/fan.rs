//! One column of a fan: all paths' values of one month.

use super::outcome::PERCENTILES;
use crate::stats::{OrderedF32, Sketch, counted_quantiles, cvar};

/// Values while they fit, and counts beyond; which one depends on the size of the run alone.
pub(super) enum Column {
    Exact(Vec<OrderedF32>),
    Sketch(Box<Sketch>),
}

/// Up to so many paths quantiles are exact; beyond they are within 2.5e-4 of their value.
const MOST_EXACT: usize = 1 << 17;

impl Column {
    /// For so many paths, perhaps more.
    pub(super) fn new(paths: u64) -> Self {
        // All room at once, since growing would copy it many times; and none for what would be a sketch soon.
        match usize::try_from(paths) {
            Ok(paths) if paths <= MOST_EXACT => Self::Exact(Vec::with_capacity(paths)),
            _ => Self::Sketch(Box::default()),
        }
    }

    pub(super) fn extend(&mut self, values: &[OrderedF32]) {
        if let Self::Exact(all) = self {
            if all.len() + values.len() <= MOST_EXACT {
                all.extend_from_slice(values);
                return;
            }
            let mut sketch = Box::<Sketch>::default();
            sketch.extend(all);
            *self = Self::Sketch(sketch);
        }
        if let Self::Sketch(sketch) = self {
            sketch.extend(values);
        }
    }

    /// Mean of the highest 5 %.
    pub(super) fn cvar95(&mut self) -> f64 {
        match self {
            Self::Exact(values) => cvar(values, 0.95).value,
            Self::Sketch(sketch) => sketch.cvar(0.95),
        }
    }

    pub(super) fn percentiles(&mut self) -> [f64; PERCENTILES.len()] {
        let found = match self {
            Self::Exact(values) => counted_quantiles(values, &PERCENTILES),
            Self::Sketch(sketch) => sketch.quantiles(&PERCENTILES),
        };
        std::array::from_fn(|i| found[i])
    }
}
