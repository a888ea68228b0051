//! What a log says of caches: the share that is found, by how long a cache keeps and how much it holds.

use crate::math;

/// A table of shares over lifetimes and sizes, read between its points along their logarithms.
#[derive(Clone, Debug, PartialEq)]
pub struct Reuse {
    /// Hours after its last use that something stays, rising.
    lasts_hours: Vec<f64>,
    /// What fits, rising; one without meaning where the log does not say.
    holds: Vec<f64>,
    /// By lifetime and size; falls along neither.
    found: Vec<Vec<f64>>,
}

impl Reuse {
    /// From rows by lifetime, each with a share for each size. None if lifetimes or sizes do not rise from above zero, a row has
    /// another number of shares, or a share falls as a lifetime or a size grows.
    pub fn new(lasts_hours: Vec<f64>, holds: Vec<f64>, found: Vec<Vec<f64>>) -> Option<Self> {
        let rise = |list: &[f64]| !list.is_empty() && list[0] > 0.0 && list.is_sorted_by(|a, b| a < b);
        let fits = found.len() == lasts_hours.len() && found.iter().all(|row| row.len() == holds.len());
        let stays = |row: &Vec<f64>, next: &Vec<f64>| row.iter().zip(next).all(|(a, b)| a <= b);
        let valid = rise(&lasts_hours)
            && rise(&holds)
            && fits
            && found.iter().all(|row| row.is_sorted())
            && found.is_sorted_by(stays);
        valid.then_some(Self { lasts_hours, holds, found })
    }

    /// Shares by size for a cache that keeps so long; for ever if absent.
    pub fn lasting(&self, hours: Option<f64>) -> BySize {
        let hours = hours.unwrap_or(f64::INFINITY);
        let found = (0..self.holds.len())
            .map(|size| along(&self.lasts_hours, |row| self.found[row][size], hours))
            .collect();
        BySize { holds: self.holds.clone(), found }
    }
}

/// Shares found by size.
#[derive(Clone, Debug, PartialEq)]
pub struct BySize {
    holds: Vec<f64>,
    found: Vec<f64>,
}

impl BySize {
    /// The share that a cache of this size finds.
    pub fn at(&self, size: f64) -> f64 {
        along(&self.holds, |k| self.found[k], size)
    }

    /// The share that one finds which holds everything.
    pub fn without_limit(&self) -> f64 {
        self.found.last().copied().unwrap_or(0.0)
    }
}

/// Between points along the logarithm of the place; beyond the last, its value; before the first, as much as the place is of it.
fn along(places: &[f64], value: impl Fn(usize) -> f64, place: f64) -> f64 {
    let next = places.partition_point(|known| *known <= place);
    if next == places.len() {
        return value(next - 1);
    }
    if next == 0 {
        return value(0) * (place / places[0]).max(0.0);
    }
    let (low, high) = (places[next - 1], places[next]);
    let way = math::ln(place / low) / math::ln(high / low);
    value(next - 1) + way * (value(next) - value(next - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_points_along_logarithms() {
        let rows = vec![vec![0.1, 0.2], vec![0.3, 0.6]];
        let reuse = Reuse::new(vec![1.0, 4.0], vec![100.0, 1_000.0], rows.clone()).unwrap();
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        near(reuse.lasting(Some(1.0)).at(100.0), 0.1);
        near(reuse.lasting(Some(2.0)).at(1_000.0), 0.4);
        near(reuse.lasting(Some(4.0)).at(100.0 * 10.0_f64.sqrt()), 0.45);
        near(reuse.lasting(None).without_limit(), 0.6);
        near(reuse.lasting(Some(0.5)).at(50.0), 0.025);
        near(reuse.lasting(Some(0.0)).at(1e9), 0.0);
        let new = |lasts: [f64; 2], rows| Reuse::new(lasts.to_vec(), vec![100.0, 1_000.0], rows);
        assert!(new([4.0, 1.0], rows.clone()).is_none() && new([0.0, 1.0], rows).is_none());
        assert!(new([1.0, 4.0], vec![vec![0.1, 0.2], vec![0.3, 0.19]]).is_none());
        assert!(new([1.0, 4.0], vec![vec![0.1, 0.2]]).is_none());
    }
}
