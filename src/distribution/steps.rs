//! Finitely many values, each with its share: what `discrete` and `empirical` are.

use super::Distribution;

/// Values in increasing order, and for each the share at or below it.
#[derive(Clone, Debug)]
pub struct Steps {
    values: Box<[f64]>,
    upto: Box<[f64]>,
    mean: f64,
    sd: f64,
}

impl Steps {
    /// From values and weights, which need not sum to 1; `None` if no weight is above 0.
    pub fn new(mut cases: Vec<(f64, f64)>) -> Option<Self> {
        cases.retain(|(_, weight)| *weight > 0.0);
        cases.sort_by(|a, b| a.0.total_cmp(&b.0));
        #[allow(clippy::float_cmp, reason = "one value given twice is one step")]
        cases.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0.0 };
            same
        });
        let total: f64 = cases.iter().map(|(_, weight)| weight).sum();
        if cases.is_empty() || !total.is_finite() {
            return None;
        }
        let mean = cases.iter().map(|(value, weight)| value * (weight / total)).sum::<f64>();
        let variance =
            cases.iter().map(|(x, weight)| (x - mean) * (x - mean) * (weight / total)).sum::<f64>();
        let mut sum = 0.0;
        let mut upto: Box<[f64]> = cases
            .iter()
            .map(|(_, weight)| {
                sum += weight;
                sum / total
            })
            .collect();
        if let Some(last) = upto.last_mut() {
            *last = 1.0;
        }
        Some(Self {
            values: cases.into_iter().map(|(value, _)| value).collect(),
            upto,
            mean,
            sd: variance.sqrt(),
        })
    }

    /// The share of the first so many values.
    fn share(&self, count: usize) -> f64 {
        count.checked_sub(1).map_or(0.0, |last| self.upto[last])
    }
}

impl Distribution for Steps {
    fn quantile(&self, u: f64) -> f64 {
        let place = self.upto.partition_point(|share| *share < u);
        self.values[place.min(self.values.len() - 1)]
    }
    fn cdf(&self, x: f64) -> f64 {
        self.share(self.values.partition_point(|value| *value <= x))
    }
    fn below(&self, x: f64) -> f64 {
        self.share(self.values.partition_point(|value| *value < x))
    }
    fn breaks(&self) -> Vec<f64> {
        self.values.to_vec()
    }
    fn mean(&self) -> f64 {
        self.mean
    }
    fn sd(&self) -> f64 {
        self.sd
    }
    fn support(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }
}
