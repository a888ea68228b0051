//! Exact sums and products: a value and what rounding took from it (T. J. Dekker, Numer. Math. 18, 1971).

/// `a * b = high + low` exactly, for factors below 1e300 whose product is above 1e-290.
#[inline(always)]
pub(super) fn product(a: f64, b: f64) -> (f64, f64) {
    let (a_high, a_low) = halves(a);
    let (b_high, b_low) = halves(b);
    let high = a * b;
    let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (high, low)
}

/// `a + b = high + low` exactly, for `|a| >= |b|` or `a = 0`.
#[inline(always)]
pub(super) fn fast_sum(a: f64, b: f64) -> (f64, f64) {
    let high = a + b;
    (high, (a - high) + b)
}

/// Two halves of 26 bits whose products are exact.
#[inline(always)]
fn halves(a: f64) -> (f64, f64) {
    let c = 134217729.0 * a; // 2^27 + 1
    let high = c - (c - a);
    (high, a - high)
}
