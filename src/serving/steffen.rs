//! Monotone interpolation.

/// A curve through points that rises and falls only where they do (M. Steffen, Astronomy and Astrophysics 239, 1990).
#[derive(Clone, Debug)]
pub struct Steffen {
    x: Vec<f64>,
    y: Vec<f64>,
    slopes: Vec<f64>,
}

impl Steffen {
    /// Through points with rising `x`; two at least.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Self {
        let width = |i: usize| x[i + 1] - x[i];
        let slope = |i: usize| (y[i + 1] - y[i]) / width(i);
        let last = x.len() - 1;
        let mut slopes = vec![0.0; x.len()];
        for i in 1..last {
            let (before, after) = (slope(i - 1), slope(i));
            let middle = (before * width(i) + after * width(i - 1)) / (width(i - 1) + width(i));
            let least = before.abs().min(after.abs()).min(0.5 * middle.abs());
            slopes[i] = if before * after > 0.0 { before.signum() * 2.0 * least } else { 0.0 };
        }
        if last == 1 {
            slopes.fill(slope(0));
        } else {
            slopes[0] = end(slope(0), slope(1), width(0), width(1));
            slopes[last] = end(slope(last - 1), slope(last - 2), width(last - 1), width(last - 2));
        }
        Self { x, y, slopes }
    }

    /// The curve at a place; beyond the points, the nearest of them.
    pub fn at(&self, place: f64) -> f64 {
        let last = self.x.len() - 1;
        let place = place.clamp(self.x[0], self.x[last]);
        let i = self.x.partition_point(|x| *x <= place).clamp(1, last) - 1;
        let (width, way) = (self.x[i + 1] - self.x[i], place - self.x[i]);
        let slope = (self.y[i + 1] - self.y[i]) / width;
        let (a, b) = (self.slopes[i], self.slopes[i + 1]);
        let cubic = (a + b - 2.0 * slope) / (width * width);
        let square = (3.0 * slope - 2.0 * a - b) / width;
        ((cubic * way + square) * way + a) * way + self.y[i]
    }
}

/// The slope at an end: that of the parabola through three points, held within what keeps the curve monotone.
fn end(near: f64, far: f64, width: f64, next: f64) -> f64 {
    let share = width / (width + next);
    let slope = near * (1.0 + share) - far * share;
    if slope * near <= 0.0 {
        0.0
    } else if slope.abs() > 2.0 * near.abs() {
        2.0 * near
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::Steffen;

    #[test]
    fn a_line_stays_a_line_and_points_are_met() {
        let line = Steffen::new(vec![0.0, 1.0, 3.0, 4.0], vec![1.0, 3.0, 7.0, 9.0]);
        for place in [0.0, 0.3, 1.0, 2.2, 3.9, 4.0] {
            assert!((line.at(place) - 1.0 - 2.0 * place).abs() < 1e-12);
        }
        let bent = Steffen::new(vec![0.0, 1.0, 2.0, 5.0], vec![0.0, 0.1, 4.0, 4.0]);
        for (x, y) in [(0.0, 0.0), (1.0, 0.1), (2.0, 4.0), (5.0, 4.0), (-3.0, 0.0), (9.0, 4.0)] {
            assert!((bent.at(x) - y).abs() < 1e-12);
        }
    }

    #[test]
    fn what_rises_never_falls_between() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let mut y = vec![0.0; 12];
        // Steps of very different sizes, some of none.
        for (i, step) in [0.0, 5.0, 0.01, 0.0, 9.0, 0.3, 0.3, 70.0, 0.0, 0.0, 2.0].iter().enumerate() {
            y[i + 1] = y[i] + step;
        }
        let curve = Steffen::new(x, y);
        let places: Vec<f64> = (0..=1100).map(|i| f64::from(i) / 100.0).collect();
        for pair in places.windows(2) {
            assert!(curve.at(pair[1]) >= curve.at(pair[0]) - 1e-12, "falls at {}", pair[1]);
        }
    }
}
