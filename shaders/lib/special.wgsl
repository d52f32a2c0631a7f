// Special functions in the forms that stay accurate in f32.  Twin of compute/special.py.
//
// Each shifts its argument up by the recurrence until an asymptotic series holds (x ≥ 6);
// differences that would cancel have series of their own.

const SERIES_FROM = 6.0;

/// Argument after shifting, and what the shift adds.
struct Shifted { x: f32, sum: f32 }

/// ψ'(x): Σ 1/(x + k)² over the shift.
fn trigamma(x: f32) -> f32 {
    var s = Shifted(x, 0.0);
    for (var k = 0; k < 6 && s.x < SERIES_FROM; k++) {
        s = Shifted(s.x + 1.0, s.sum + 1.0 / (s.x * s.x));
    }
    let r = 1.0 / s.x;
    let q = r * r;
    let tail = 1.0 / 6.0 + q * (-1.0 / 30.0 + q * (1.0 / 42.0 - q / 30.0));
    return s.sum + r * (1.0 + r * (0.5 + r * tail));
}

/// ψ''(x), negative.
fn tetragamma(x: f32) -> f32 {
    var s = Shifted(x, 0.0);
    for (var k = 0; k < 6 && s.x < SERIES_FROM; k++) {
        s = Shifted(s.x + 1.0, s.sum - 2.0 / (s.x * s.x * s.x));
    }
    let r = 1.0 / s.x;
    let q = r * r;
    return s.sum - q * (1.0 + r * (1.0 + r * (0.5 + q * (-1.0 / 6.0 + q * (1.0 / 6.0 - 0.3 * q)))));
}

/// ψ'''(x).
fn pentagamma(x: f32) -> f32 {
    var s = Shifted(x, 0.0);
    for (var k = 0; k < 6 && s.x < SERIES_FROM; k++) {
        s = Shifted(s.x + 1.0, s.sum + 6.0 / (s.x * s.x * s.x * s.x));
    }
    let r = 1.0 / s.x;
    let q = r * r;
    return s.sum + q * r * (2.0 + r * (3.0 + r * (2.0 + q * (-1.0 + q * (4.0 / 3.0 - 3.0 * q)))));
}

/// ψ(x).
fn digamma(x: f32) -> f32 {
    var s = Shifted(x, 0.0);
    for (var k = 0; k < 6 && s.x < SERIES_FROM; k++) {
        s = Shifted(s.x + 1.0, s.sum - 1.0 / s.x);
    }
    let r = 1.0 / s.x;
    let q = r * r;
    return s.sum + log(s.x) - 0.5 * r - q * (1.0 / 12.0 - q * (1.0 / 120.0 - q / 252.0));
}

/// log Γ(x), by Stirling's series.
fn log_gamma(x: f32) -> f32 {
    var s = Shifted(x, 0.0);
    var product = 1.0;
    for (var k = 0; k < 6 && s.x < SERIES_FROM; k++) {
        product *= s.x;
        s.x += 1.0;
    }
    let r = 1.0 / s.x;
    let q = r * r;
    let series = r * (1.0 / 12.0 - q * (1.0 / 360.0 - q / 1260.0));
    return (s.x - 0.5) * log(s.x) - s.x + 0.9189385332046727 + series - log(product);
}

/// xψ'(x) − 1 ≈ 1/(2x).
fn x_trigamma_minus_1(x: f32) -> f32 {
    let r = 1.0 / x;
    let q = r * r;
    let far = r * (0.5 + r * (1.0 / 6.0 + q * (-1.0 / 30.0 + q * (1.0 / 42.0 - q / 30.0))));
    return select(x * trigamma(x) - 1.0, far, x >= SERIES_FROM);
}

/// ψ'(x) + xψ''(x) ≈ −1/(2x²).
fn x_trigamma_slope(x: f32) -> f32 {
    let r = 1.0 / x;
    let q = r * r;
    let far = -q * (0.5 + r * (1.0 / 3.0 + q * (-2.0 / 15.0 + q * (1.0 / 7.0 - 4.0 / 15.0 * q))));
    return select(trigamma(x) + x * tetragamma(x), far, x >= SERIES_FROM);
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
