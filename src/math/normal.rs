//! The standard normal distribution.
use multiversion::multiversion;

use super::double::product;
use super::exp::exp_sum;
use super::{ln, polynomial};
use crate::lanes::{self, LANES, Lanes};

const ONE_OVER_SQRT_2_PI: f64 = 0.39894228040143267794;

/// `(z + 5) e^(z^2/2) Q(z)` as a polynomial of `t = (z - 5)/(z + 5)` for z from 0 to 40, where Q is the upper tail.
/// One polynomial serves the whole half-line since the left side is smooth in t (M. M. Shepherd and J. G. Laframboise,
/// Math. Comp. 36, 1981, who do it for erfc). Chebyshev fit in 40 digits, relative error below 2.4e-17.
const MILLS: [[f64; 4]; 6] = [
    [7.69193049750062974e-01, -6.65382502890056848e-01, 4.95305615969976076e-01, -3.13533156671288005e-01],
    [1.65020366170406718e-01, -6.91186387068594837e-02, 2.07950667992742519e-02, -2.99337676215417599e-03],
    [-7.97869389528721223e-04, 5.44898995155622227e-04, -5.93758051623723962e-05, -4.97624681975270287e-05],
    [1.66816270966151328e-05, 3.97984216787073098e-06, -2.77067597939251486e-06, -3.34644237582622085e-07],
    [4.36193299373497318e-07, 4.02521607994116896e-08, -7.00069318152534232e-08, -8.58526297262659993e-09],
    [1.06946094079992571e-08, 2.20729811761830209e-09, -1.12756865841147480e-09, -3.69171353624964759e-10],
];

/// Density of the standard normal distribution.
pub fn normal_pdf(z: f64) -> f64 {
    ONE_OVER_SQRT_2_PI * bell(z.abs())
}

/// Distribution function of the standard normal distribution. Error below 6.5 ulp (measured) down to
/// z = -37.5, where results become subnormal: the lower tail keeps its relative accuracy.
#[inline(always)]
pub fn normal_cdf(z: f64) -> f64 {
    let size = z.abs();
    let size = if size > 40.0 { 40.0 } else { size }; // not f64::min, which would lose a NaN
    let inverse = 1.0 / (size + 5.0);
    let tail = bell(size) * (polynomial((size - 5.0) / (size + 5.0), &MILLS) * inverse);
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// e^(-z^2/2) with the rounding error of the square put back, which far in the tail would cost three digits.
#[inline(always)]
fn bell(size: f64) -> f64 {
    let size = if size > 40.0 { 40.0 } else { size };
    let (square, error) = product(size, size);
    exp_sum(-0.5 * square, -0.5 * error)
}

/// Quantile of the standard normal distribution: the z below which a share `u` lies. Relative error below 1e-15 (measured);
/// infinite at 0 and 1, NaN outside. Algorithm AS 241, PPND16 (M. J. Wichura, Applied Statistics 37, 1988).
pub fn normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= NEAR {
        return central(q);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    if tail <= 0.0 {
        return if tail == 0.0 { f64::INFINITY.copysign(q) } else { f64::NAN };
    }
    let r = (-ln(tail)).sqrt();
    let z = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -z } else { z }
}

/// [`normal_quantile`] of each lane.
pub fn normal_quantile_lanes(u: &Lanes, out: &mut Lanes) {
    let mut far = [false; LANES];
    quantiles(u, out, &mut far);
    for lane in lanes::which(&far) {
        out[lane] = normal_quantile(u[lane]);
    }
}

/// Marks the lanes that are far from the middle, which few are, or outside of 0 to 1.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn quantiles(u: &Lanes, out: &mut Lanes, far: &mut [bool; LANES]) {
    for i in 0..LANES {
        let q = u[i] - 0.5;
        let tail = if q < 0.0 { u[i] } else { 1.0 - u[i] };
        let r = (-ln(tail)).sqrt();
        let z = ratio(r - 1.6, &MIDDLE);
        let z = if q < 0.0 { -z } else { z };
        let is_near = q.abs() <= NEAR;
        out[i] = if is_near { central(q) } else { z };
        far[i] = !is_near && (r > 5.0 || r.is_nan());
    }
}

/// Distance of a share from 1/2 within which [`CENTER`] holds.
const NEAR: f64 = 0.425;

#[inline(always)]
fn central(q: f64) -> f64 {
    let r = 0.180625 - q * q;
    q * polynomial(r, &CENTER.0) / polynomial(r, &CENTER.1)
}

#[inline(always)]
fn ratio(r: f64, of: &Rational) -> f64 {
    polynomial(r, &of.0) / polynomial(r, &of.1)
}

/// Numerator and denominator of a rational function.
type Rational = ([[f64; 4]; 2], [[f64; 4]; 2]);

const CENTER: Rational = (
    [
        [3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125],
        [45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
    ],
    [
        [1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077],
        [21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610],
    ],
);

const MIDDLE: Rational = (
    [
        [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504],
        [
            1.27045825245236838258,
            0.241780725177450611770,
            0.0227238449892691845833,
            7.74545014278341407640e-4,
        ],
    ],
    [
        [1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550],
        [
            0.148103976427480074590,
            0.0151986665636164571966,
            5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ],
    ],
);

const FAR: Rational = (
    [
        [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230],
        [
            0.0265321895265761230930,
            1.24266094738807843860e-3,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        ],
    ],
    [
        [1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525],
        [
            7.86869131145613259100e-4,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ],
    ],
);
