//! A distribution in pieces: steps, and stretches between them on which its quantile is smooth.

use super::Distribution;

/// The shares from `from` to `upto` have values from `low` to `high`; on a step both values are one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) from: f64,
    pub(super) upto: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Shares that differ by less are the same share, computed in two ways.
const ROUNDING: f64 = 4e-16;

/// The pieces of a distribution in increasing order; one if it is smooth throughout.
pub(super) fn stretches<D: Distribution + ?Sized>(of: &D) -> Vec<Stretch> {
    let mut pieces: Vec<Stretch> = Vec::new();
    let (mut share, mut value) = (0.0, f64::NEG_INFINITY);
    let mut add = |upto: f64, low: f64, high: f64| {
        if upto - share > ROUNDING {
            pieces.push(Stretch { from: share, upto, low, high });
            share = upto;
        }
    };
    for x in of.breaks() {
        add(of.below(x), value, x);
        add(of.cdf(x), x, x);
        value = x;
    }
    add(1.0, value, f64::INFINITY);
    if let Some(last) = pieces.last_mut() {
        last.upto = 1.0;
    }
    pieces
}

impl Stretch {
    /// The piece that a share falls into; there is at least one.
    pub(super) fn of(pieces: &[Self], share: f64) -> Self {
        let place = pieces.partition_point(|piece| piece.upto < share).min(pieces.len().saturating_sub(1));
        pieces.get(place).copied().unwrap_or(Self {
            from: 0.0,
            upto: 1.0,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        })
    }

    /// The share of the whole that a share of this piece is.
    pub(super) fn share(&self, part: f64) -> f64 {
        self.from + part * (self.upto - self.from)
    }

    #[allow(clippy::float_cmp, reason = "a step has one value")]
    pub(super) fn is_step(&self) -> bool {
        self.low == self.high
    }
}
