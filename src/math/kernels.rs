//! Elementary functions of all lanes: plain loops, compiled for SSE2, AVX2 and AVX-512 and chosen at run time.
use multiversion::multiversion;

use crate::lanes::{LANES, Lanes};

/// [`exp`](super::exp()) of each lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn exp_lanes(x: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = super::exp(x[i]);
    }
}

/// [`ln`](super::ln()) of each lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn ln_lanes(x: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = super::ln(x[i]);
    }
}

/// [`pow`](super::pow()) of each lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn pow_lanes(x: &Lanes, y: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = super::pow(x[i], y[i]);
    }
}

/// Square root of each lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn sqrt_lanes(x: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = x[i].sqrt();
    }
}

/// [`normal_cdf`](super::normal_cdf) of each lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn normal_cdf_lanes(z: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = super::normal_cdf(z[i]);
    }
}
