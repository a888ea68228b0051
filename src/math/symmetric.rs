//! Small symmetric matrices, given as rows.

/// Rows of a square matrix.
pub type Matrix = Vec<Vec<f64>>;

/// What rounding leaves of a variance that is zero.
const ZERO: f64 = 1e-12;

/// The lower triangle `L` with `L·Lᵀ = matrix` (Cholesky); `None` unless the matrix is positive semidefinite. Where the
/// matrix is singular, the column of what depends on the others is zero.
pub fn cholesky(matrix: &Matrix) -> Option<Matrix> {
    let n = matrix.len();
    let mut lower = vec![vec![0.0; n]; n];
    for j in 0..n {
        let rest =
            |i: usize, lower: &Matrix| matrix[i][j] - (0..j).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
        let pivot = rest(j, &lower);
        if pivot < -ZERO {
            return None;
        }
        let root = if pivot <= ZERO { 0.0 } else { pivot.sqrt() };
        lower[j][j] = root;
        for i in j + 1..n {
            let value = rest(i, &lower);
            // |covariance| is at most the root of the product of both variances, of which one is zero.
            if root == 0.0 && value * value > ZERO * matrix[i][i].max(1.0) {
                return None;
            }
            lower[i][j] = if root == 0.0 { 0.0 } else { value / root };
        }
    }
    Some(lower)
}

/// Eigenvalues and, as columns, eigenvectors (Jacobi's cyclic rotations; Golub & Van Loan, section 8.5).
pub fn eigen(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    let n = matrix.len();
    let mut a = matrix.clone();
    let mut vectors: Matrix =
        (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        if off < 1e-30 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), vectors)
}

/// Turns the plane of two axes so that their entry becomes zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let slope = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = slope.signum() / (slope.abs() + (slope * slope + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in a.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    for k in 0..a.len() {
        (a[p][k], a[q][k]) = (cosine * a[p][k] - sine * a[q][k], sine * a[p][k] + cosine * a[q][k]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Matrix {
        vec![vec![4.0, 2.0, 0.6], vec![2.0, 2.0, 0.5], vec![0.6, 0.5, 3.0]]
    }

    #[test]
    fn the_triangle_gives_the_matrix_back() {
        let lower = cholesky(&example()).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| lower[i][k] * lower[j][k]).sum();
                assert!((product - example()[i][j]).abs() < 1e-15, "{i} {j}");
            }
        }
        assert_eq!([lower[0][1], lower[0][2], lower[1][2]], [0.0; 3]);
    }

    #[test]
    fn singular_is_possible_and_indefinite_is_not() {
        let one = cholesky(&vec![vec![1.0, 1.0], vec![1.0, 1.0]]).unwrap();
        assert_eq!(one, [[1.0, 0.0], [1.0, 0.0]]);
        assert!(cholesky(&vec![vec![1.0, 1.0001], vec![1.0001, 1.0]]).is_none());
        // Two that are one cannot differ toward a third.
        let torn = vec![vec![1.0, 1.0, 0.5], vec![1.0, 1.0, 0.4], vec![0.5, 0.4, 1.0]];
        assert!(cholesky(&torn).is_none());
    }

    #[test]
    fn eigenvectors_span_the_matrix() {
        let (values, vectors) = eigen(&example());
        assert!((values.iter().sum::<f64>() - 9.0).abs() < 1e-14);
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| vectors[i][k] * values[k] * vectors[j][k]).sum();
                assert!((product - example()[i][j]).abs() < 1e-14, "{i} {j}");
                let length: f64 = (0..3).map(|k| vectors[k][i] * vectors[k][j]).sum();
                assert!((length - if i == j { 1.0 } else { 0.0 }).abs() < 1e-14);
            }
        }
        // Two by two: 2 ± 1.
        let (mut values, _) = eigen(&vec![vec![2.0, 1.0], vec![1.0, 2.0]]);
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
    }
}
