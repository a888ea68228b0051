//! Functions in double-double arithmetic (about 30 digits), slow and simple: what the tests measure errors against.
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::double::{fast_sum, product};

/// The sum of two doubles, the second below half an ulp of the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Double(pub(super) f64, pub(super) f64);

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Self(x, 0.0)
    }
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (a, b) = if self.0.abs() < other.0.abs() { (other, self) } else { (self, other) };
        let (high, low) = fast_sum(a.0, b.0);
        let (high, low) = fast_sum(high, low + (a.1 + b.1));
        Self(high, low)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (high, low) = product(self.0, other.0);
        let (high, low) = fast_sum(high, low + (self.0 * other.1 + self.1 * other.0));
        Self(high, low)
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = Self::from(self.0 / other.0);
        let rest = self - first * other;
        let second = Self::from(rest.0 / other.0);
        let rest = rest - second * other;
        first + second + Self::from(rest.0 / other.0)
    }
}

impl Double {
    /// Times 2^n, exact while the result is normal.
    fn scale(self, n: i32) -> Self {
        let factor = f64::from_bits(((n + 1023) as u64) << 52);
        Self(self.0 * factor, self.1 * factor)
    }

    /// Distance of `got` from this exact value in units of its last place (of a normal number).
    pub(super) fn ulps(self, got: f64) -> f64 {
        let power = f64::from_bits(self.0.to_bits() & 0x7ff0_0000_0000_0000).max(f64::MIN_POSITIVE);
        let scaled = |x: f64| x / power; // exact
        let error = (scaled(got) - scaled(self.0)) - scaled(self.1);
        error.abs() / f64::EPSILON
    }
}

pub(super) const LN_2: Double = Double(std::f64::consts::LN_2, 2.319046813846299558e-17);
pub(super) const PI: Double = Double(std::f64::consts::PI, 1.2246467991473532e-16);

/// e^x for results that are normal numbers.
pub(super) fn exp(x: Double) -> Double {
    let n = (x.0 * std::f64::consts::LOG2_E).round();
    let r = (x - LN_2 * n.into()).scale(-10);
    let mut term = Double::from(1.0);
    let mut sum = term;
    for i in 1..12 {
        term = term * r / f64::from(i).into();
        sum = sum + term;
    }
    for _ in 0..10 {
        sum = sum * sum;
    }
    let half = (n / 2.0).floor();
    sum.scale(half as i32).scale((n - half) as i32)
}

/// ln x for normal x: one step of Newton's method doubles the digits of an approximation.
pub(super) fn ln(x: Double) -> Double {
    let exponent = ((x.0.to_bits() >> 52) as i32) - 1023;
    let m = x.scale(-exponent / 2).scale(-(exponent - exponent / 2));
    let mut y = Double::from(super::ln(m.0));
    for _ in 0..2 {
        y = y + m * exp(-y) - 1.0.into();
    }
    y + LN_2 * f64::from(exponent).into()
}

/// Upper tail of the standard normal distribution for z >= 0: the series of `Q = 1/2 - density * (z + z^3/3 + z^5/15 ..)`
/// near zero, Laplace's continued fraction far from it.
pub(super) fn normal_tail(z: f64) -> Double {
    let square = Double::from(z) * z.into();
    let pi = PI * 2.0.into();
    let density = exp(-square.scale(-1)) / (exp(ln(pi).scale(-1)));
    if z < 6.0 {
        let mut term = Double::from(z);
        let mut sum = term;
        for i in 1..200 {
            term = term * square / f64::from(2 * i + 1).into();
            sum = sum + term;
        }
        return Double::from(0.5) - density * sum;
    }
    let mut value = Double::from(z);
    for i in (1..400).rev() {
        value = Double::from(z) + Double::from(f64::from(i)) / value;
    }
    density / value
}
