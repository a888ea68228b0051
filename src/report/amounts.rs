//! What is told of amounts by future where no error is told with it.

use crate::stats::quantiles;

/// Their mean; 0 without any.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A quantile of them; NaN without any.
pub fn quantile(values: &[f64], probability: f64) -> f64 {
    quantiles(&mut values.to_vec(), &[probability])[0]
}
