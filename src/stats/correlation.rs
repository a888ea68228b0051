//! Dependence of two samples.

/// Pearson's correlation of pairs; NaN where a sample is constant.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len().min(y.len()) as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - x_mean, y - y_mean);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    xy / (xx * yy).sqrt()
}

/// Spearman's correlation of pairs: the correlation of their ranks, where equal values share the mean of their ranks.
/// It sees any monotone dependence, straight or not. NaN where a sample is constant.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> f64 {
    correlation(&ranks(x), &ranks(y))
}

#[allow(clippy::float_cmp, reason = "ties are exact")]
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for group in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let rank = first as f64 + (group.len() as f64 - 1.0) / 2.0;
        for &i in group {
            ranks[i] = rank;
        }
        first += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_see_any_monotone_dependence() {
        let x: Vec<f64> = (0..50).map(|i| f64::from(i * 37 % 50)).collect();
        let cubes: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        let falling: Vec<f64> = cubes.iter().map(|x| 1.0 / (1.0 + x)).collect();
        assert!((rank_correlation(&x, &cubes) - 1.0).abs() < 1e-14);
        assert!((rank_correlation(&x, &falling) + 1.0).abs() < 1e-14);
        assert!(correlation(&x, &cubes) < 0.95);
    }

    /// Without ties the formula is 1 - 6 sum d^2 / (n (n^2 - 1)): here d^2 sums to 8, so that it is 1 - 48/120 = 0.6.
    #[test]
    fn closed_form() {
        let found = rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[20.0, 10.0, 30.0, 50.0, 25.0]);
        assert!((found - 0.6).abs() < 1e-14, "{found}");
    }

    /// Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
    #[test]
    fn ties_share_their_ranks() {
        let found = rank_correlation(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((found - 4.5 / 22.5_f64.sqrt()).abs() < 1e-14, "{found}");
        assert!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
    }
}
