// Special functions in the forms that stay accurate in f32.
// Twin of compute/definitions/special_functions.py.
//
// The polygamma functions shift their argument up by SHIFT with the recurrence, so that the
// asymptotic series holds for every x > 0.  They have no branches, and functions of one argument
// share its reciprocals; all terms of a sum have one sign, so that nothing cancels.

const SHIFT = 6.0;

/// 1/x, 1/(x + 1), 1/(x + 2).
fn reciprocals(x: f32) -> vec3f {
    return 1.0 / (x + vec3f(0.0, 1.0, 2.0));
}

/// ψ'(x) = Σ 1/(x + k)² + ψ'(x + 6).
fn trigamma(x: f32) -> f32 {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let r = 1.0 / (x + SHIFT);
    let q = r * r;
    let tail = 1.0 / 6.0 + q * (-1.0 / 30.0 + q * (1.0 / 42.0 - q / 30.0));
    return dot(a, a) + dot(b, b) + r * (1.0 + r * (0.5 + r * tail));
}

/// ψ''(x) = −2 Σ 1/(x + k)³ + ψ''(x + 6).
fn tetragamma(x: f32) -> f32 {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let r = 1.0 / (x + SHIFT);
    let q = r * r;
    let tail = 0.5 + q * (-1.0 / 6.0 + q * (1.0 / 6.0 - 0.3 * q));
    return -2.0 * (dot(a, a * a) + dot(b, b * b)) - q * (1.0 + r * (1.0 + r * tail));
}

/// ψ'''(x) = 6 Σ 1/(x + k)⁴ + ψ'''(x + 6).
fn pentagamma(x: f32) -> f32 {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let r = 1.0 / (x + SHIFT);
    let q = r * r;
    let tail = 2.0 + q * (-1.0 + q * (4.0 / 3.0 - 3.0 * q));
    return 6.0 * (dot(a * a, a * a) + dot(b * b, b * b)) + q * r * (2.0 + r * (3.0 + r * tail));
}

/// ψ(x) = −Σ 1/(x + k) + ψ(x + 6).
fn digamma(x: f32) -> f32 {
    let one = vec3f(1.0);
    let y = x + SHIFT;
    let r = 1.0 / y;
    let q = r * r;
    let tail = 0.5 * r + q * (1.0 / 12.0 - q * (1.0 / 120.0 - q / 252.0));
    return log(y) - tail - dot(one, reciprocals(x)) - dot(one, reciprocals(x + 3.0));
}

/// log Γ(x), by Stirling's series.
fn log_gamma(x: f32) -> f32 {
    let y = x + SHIFT;
    let r = 1.0 / y;
    let q = r * r;
    let series = r * (1.0 / 12.0 - q * (1.0 / 360.0 - q / 1260.0));
    let product = x * (x + 1.0) * (x + 2.0) * (x + 3.0) * (x + 4.0) * (x + 5.0);
    return (y - 0.5) * log(y) - y + 0.9189385332046727 + series - log(product);
}

/// log cosh x without overflow.
fn log_cosh(x: f32) -> f32 {
    let size = abs(x);
    return size + log(1.0 + exp(-2.0 * size)) - 0.6931471805599453;
}

/// (xψ'(x) − 1)/x = Σ 1/((x + k)²(x + k + 1)) + ψ'(y) − 1/y with y = x + 6, and its derivative.
///
/// Σ 1/((x + k)(x + k + 1)) telescopes to 1/x − 1/y; taken from Σ 1/(x + k)², it leaves these.
fn trigamma_excess(x: f32) -> vec2f {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let r = 1.0 / (x + SHIFT);
    let q = r * r;
    let a_next = vec3f(a.yz, b.x);
    let b_next = vec3f(b.yz, r);
    let tail = 1.0 / 6.0 + q * (-1.0 / 30.0 + q * (1.0 / 42.0 - q / 30.0));
    let tail_slope = 0.5 + q * (-1.0 / 6.0 + q * (1.0 / 6.0 - 0.3 * q));
    let excess = dot(a * a, a_next) + dot(b * b, b_next) + q * (0.5 + r * tail);
    let slope = dot(a * a * a_next, 2.0 * a + a_next) + dot(b * b * b_next, 2.0 * b + b_next);
    return vec2f(excess, -slope - q * r * (1.0 + r * tail_slope));
}

/// ψ'(x) − ψ'(x + d): each power rⁿ − sⁿ as d r s Σ rⁱ sⁿ⁻¹⁻ⁱ, with s = r/(1 + d r).
fn trigamma_drop(x: f32, d: f32) -> f32 {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let a_far = a / (1.0 + d * a);
    let b_far = b / (1.0 + d * b);
    let sum = dot(a * a_far, a + a_far) + dot(b * b_far, b + b_far);
    let r = 1.0 / (x + SHIFT);
    let s = r / (1.0 + d * r);
    let q = r * r;
    let t = s * s;
    let third = q + s * (r + s);
    let fifth = q * third + t * s * (r + s);
    let seventh = q * fifth + t * t * s * (r + s);
    let tail = 1.0 + 0.5 * (r + s) + third / 6.0 - fifth / 30.0 + seventh / 42.0;
    return d * (sum + r * s * tail);
}

/// ψ''(x) − ψ''(x + d), the derivative of trigamma_drop by x.
fn tetragamma_drop(x: f32, d: f32) -> f32 {
    let a = reciprocals(x);
    let b = reciprocals(x + 3.0);
    let a_far = a / (1.0 + d * a);
    let b_far = b / (1.0 + d * b);
    let sum = dot(a * a_far, a * a + a_far * (a + a_far))
        + dot(b * b_far, b * b + b_far * (b + b_far));
    let r = 1.0 / (x + SHIFT);
    let s = r / (1.0 + d * r);
    let q = r * r;
    let t = s * s;
    let second = r + s;
    let fourth = q * second + t * second;
    let sixth = q * fourth + t * t * second;
    let tail = second + q + s * second + 0.5 * fourth - sixth / 6.0;
    return -d * (2.0 * sum + r * s * tail);
}

/// xψ'(x) − 1 ≈ 1/(2x).
fn x_trigamma_minus_1(x: f32) -> f32 {
    return x * trigamma_excess(x).x;
}

/// ψ'(x) + xψ''(x) ≈ −1/(2x²).
fn x_trigamma_slope(x: f32) -> f32 {
    let excess = trigamma_excess(x);
    return excess.x + x * excess.y;
}

const BESSEL_SERIES_FROM = 20.0;

/// A(κ) with its first two derivatives.
struct BesselRatio { value: f32, slope: f32, bend: f32 }

/// The continued fraction A = 1/(2/κ + 1/(4/κ + …)), and its derivatives term by term.
fn bessel_ratio_near(kappa: f32) -> BesselRatio {
    let k = min(kappa, BESSEL_SERIES_FROM);
    let count = 12 + i32(1.1 * k);
    var v = BesselRatio(0.0, 0.0, 0.0);
    for (var j = count; j >= 1; j--) {
        let d = 2.0 * f32(j) / k + v.value;
        let slope = -2.0 * f32(j) / (k * k) + v.slope;
        let bend = 4.0 * f32(j) / (k * k * k) + v.bend;
        let f = 1.0 / d;
        v = BesselRatio(f, -slope * f * f, (2.0 * slope * slope * f - bend) * f * f);
    }
    return v;
}

/// A'' from its power series: for small κ the continued fraction's second derivative cancels.
fn bessel_ratio_bend_small(kappa: f32) -> f32 {
    let q = kappa * kappa;
    let series = 77.0 / 1024.0 - q * (57.0 / 2560.0 - q * (5203.0 / 884736.0));
    return -kappa * (0.375 - q * (5.0 / 24.0 - q * series));
}

/// κA' − A from its power series for small κ, where the given difference cancels.
fn bessel_skew(kappa: f32, direct: f32) -> f32 {
    let q = kappa * kappa;
    let tail = 19.0 / 7680.0 - q * (473.0 / 884736.0 - q * (229.0 / 2064384.0));
    let series = 1.0 / 8.0 - q * (1.0 / 24.0 - q * (11.0 / 1024.0 - q * tail));
    return select(direct, -kappa * q * series, kappa < 0.5);
}

/// The same from the expansion in 1/κ.
fn bessel_ratio_far(kappa: f32) -> BesselRatio {
    let r = 1.0 / kappa;
    let q = r * r;
    let value = 25.0 / 128.0 + r * (13.0 / 32.0 + r * 1073.0 / 1024.0);
    let slope = 25.0 / 32.0 + r * (65.0 / 32.0 + r * 3219.0 / 512.0);
    let bend = 125.0 / 32.0 + r * (195.0 / 16.0 + r * 22533.0 / 512.0);
    return BesselRatio(
        1.0 - r * (0.5 + r * (0.125 + r * (0.125 + r * value))),
        q * (0.5 + r * (0.25 + r * (0.375 + r * slope))),
        -q * r * (1.0 + r * (0.75 + r * (1.5 + r * bend))),
    );
}

fn bessel_ratio(kappa: f32) -> f32 {
    if kappa >= BESSEL_SERIES_FROM { return bessel_ratio_far(kappa).value; }
    return bessel_ratio_near(kappa).value;
}

fn bessel_ratio_slope(kappa: f32) -> f32 {
    if kappa >= BESSEL_SERIES_FROM { return bessel_ratio_far(kappa).slope; }
    return bessel_ratio_near(kappa).slope;
}

fn bessel_ratio_bend(kappa: f32) -> f32 {
    if kappa >= BESSEL_SERIES_FROM { return bessel_ratio_far(kappa).bend; }
    if kappa < 0.5 { return bessel_ratio_bend_small(kappa); }
    return bessel_ratio_near(kappa).bend;
}

/// K of κA dμ² + A' dκ², by its series at the pole, where its terms cancel.
fn bessel_curvature(kappa: f32) -> f32 {
    if kappa < 0.5 {
        let q = kappa * kappa;
        let tail = q * (-1.0 / 36864.0 - q * (1.0 / 3932160.0 - q * 17.0 / 212336640.0));
        return q * (-0.0625 + q * q * (1.0 / 2304.0 + tail));
    }
    let ratio = bessel_ratio(kappa);
    let slope = bessel_ratio_slope(kappa);
    let bend = bessel_ratio_bend(kappa);
    let e = kappa * ratio;
    let rise = ratio + kappa * slope;
    let product = 2.0 * e * slope;
    return (rise * (rise * slope + e * bend) / product - 2.0 * slope - kappa * bend) / product;
}

/// log I₀(κ): the power series for small κ, the asymptotic one beyond.
fn log_bessel_i0(kappa: f32) -> f32 {
    let r = 1.0 / max(kappa, 1.0);
    let tail = 0.0732421875 + r * (0.112152099609375 + r * 0.22710800170898438);
    let series = 1.0 + r * (0.125 + r * (0.0703125 + r * tail));
    let far = kappa - 0.5 * log(6.283185307179586 * max(kappa, 1.0)) + log(series);
    let near = min(kappa, 10.0);
    let z = 0.25 * near * near;
    var term = 1.0;
    var sum = 1.0;
    for (var k = 1; k <= 24; k++) {
        term *= z / f32(k * k);
        sum += term;
    }
    return select(log(sum), far, kappa > 10.0);
}

/// e^(x²) erfc x for x ≥ 0: the Chebyshev fit of Numerical Recipes (erfcc), which is relative.
fn erfcx(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.5 * x);
    let rest = 1.48851587 + t * (-0.82215223 + t * 0.17087277);
    let high = 0.27886807 + t * (-1.13520398 + t * rest);
    let low = 0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * high));
    return t * exp(-1.26551223 + t * (1.00002368 + t * low));
}

/// ½E log(1 + vz²): the trapezoidal rule in s, √v z = sinh s.
fn mean_log_root(v: f32) -> f32 {
    let root = sqrt(v);
    let step = asinh(6.0 * root) / 32.0;
    var sum = 0.0;
    for (var k = 1; k <= 32; k++) {
        let rise = sinh(f32(k) * step);
        let square = 1.0 + rise * rise;
        let z = rise / root;
        sum += log(square) * sqrt(square) * exp(-0.5 * z * z);
    }
    return 0.3989422804014327 * step * sum / root;
}
