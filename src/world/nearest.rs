//! The valid correlation matrix nearest to an impossible one.

use crate::math::{Matrix, eigen};

/// The correlation matrix nearest to a symmetric one, by the sum of squared differences: alternating projections onto the
/// positive semidefinite matrices and onto those with ones on the diagonal, with Dykstra's correction (N. J. Higham, IMA
/// Journal of Numerical Analysis 22, 2002, algorithm 3.3).
pub(super) fn nearest_correlation(of: &Matrix) -> Matrix {
    let n = of.len();
    let mut y = of.clone();
    let mut correction = vec![vec![0.0; n]; n];
    for _ in 0..1000 {
        let r = combine(&y, &correction, |y, c| y - c);
        let x = positive_part(&r);
        correction = combine(&x, &r, |x, r| x - r);
        let off = (0..n).map(|i| (x[i][i] - 1.0).abs()).fold(0.0, f64::max);
        y = x;
        for i in 0..n {
            y[i][i] = 1.0;
        }
        if off < 1e-9 {
            break;
        }
    }
    y
}

/// Without the part of negative eigenvalues.
fn positive_part(matrix: &Matrix) -> Matrix {
    let (values, vectors) = eigen(matrix);
    let n = values.len();
    let entry = |i: usize, j: usize| (0..n).map(|k| vectors[i][k] * values[k].max(0.0) * vectors[j][k]).sum();
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

fn combine(a: &Matrix, b: &Matrix, f: impl Fn(f64, f64) -> f64) -> Matrix {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of section 4 of Higham's paper, with its printed answer.
    #[test]
    fn meets_the_printed_example() {
        let of = vec![vec![1.0, 1.0, 0.0], vec![1.0, 1.0, 1.0], vec![0.0, 1.0, 1.0]];
        let near = nearest_correlation(&of);
        for (i, j, printed) in [(0, 1, 0.7607), (0, 2, 0.1573), (1, 2, 0.7607)] {
            assert!((near[i][j] - printed).abs() < 6e-5, "{i} {j}: {}", near[i][j]);
        }
    }

    #[test]
    fn leaves_a_valid_matrix_alone() {
        let of = vec![vec![1.0, 0.3, -0.2], vec![0.3, 1.0, 0.5], vec![-0.2, 0.5, 1.0]];
        let near = nearest_correlation(&of);
        assert!(of.iter().flatten().zip(near.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-13));
    }
}
