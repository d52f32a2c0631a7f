// Entropies of Poisson and binomial distributions, in nats, from ratios of neighbours.
// Twin of compute/definitions/count_entropies.py, with fewer terms.

const CE_FAR = 16.0;
// more steps from the mode than any takes: n is at most 1000
const CE_STEPS = 1001;
const CE_LEAST = 1e-11;

/// log(1 + x), x ≥ 0.
fn ce_log1p(x: f32) -> f32 {
    if x > 0.25 { return log(1.0 + x); }
    let z = x / (2.0 + x);
    let q = z * z;
    return 2.0 * z * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q / 7.0)));
}

/// Σ w and Σ w log w of one side, w = Π (a − k)/(b + k) · odds.
fn ce_side(a: f32, b: f32, odds: f32, falling: f32) -> vec2f {
    var total = vec2f(0.0);
    var w = 1.0;
    for (var k = 0; k < CE_STEPS; k++) {
        let i = f32(k);
        w *= max(a - falling * i, 0.0) / (b + i) * odds;
        if w < CE_LEAST { break; }
        total += w * vec2f(1.0, log(w));
    }
    return total;
}

fn ce_entropy(sums: vec2f) -> f32 {
    return ce_log1p(sums.x) - sums.y / (1.0 + sums.x);
}

fn poisson_entropy(rate: f32) -> f32 {
    if rate >= CE_FAR {
        let r = 1.0 / rate;
        let tail = r * (1.0 / 12.0 + r * (1.0 / 24.0 + r * (19.0 / 360.0 + r * 0.1125)));
        return 0.5 * log(rate) + 1.4189385 - tail;
    }
    let mode = floor(rate);
    // upwards λ/(m + 1 + k); downwards (m − k)/λ, where the divisor does not change
    let up = ce_side(rate, mode + 1.0, 1.0, 0.0);
    return ce_entropy(up + ce_down(mode, rate));
}

/// Σ w and Σ w log w below the mode of a Poisson distribution.
fn ce_down(mode: f32, rate: f32) -> vec2f {
    var total = vec2f(0.0);
    var w = 1.0;
    for (var i = mode; i > 0.5; i -= 1.0) {
        w *= i / rate;
        if w < CE_LEAST { break; }
        total += w * vec2f(1.0, log(w));
    }
    return total;
}

fn binomial_entropy(n: f32, p: f32) -> f32 {
    let odds = p / (1.0 - p);
    let mode = min(floor((n + 1.0) * p), n);
    let up = ce_side(n - mode, mode + 1.0, odds, 1.0);
    return ce_entropy(up + ce_side(mode, n - mode + 1.0, 1.0 / odds, 1.0));
}
