// Sums over all counts of a negative binomial distribution, as integrals over y = log t/(1 − t).
// Twin of compute/definitions/negative_binomial.py, with fewer nodes.

const NB_NODES = 40;
const NB_FALL = 18.0;
const NB_SMALL = 0.4;
const NB_TERMS = 16;

/// Σ_{k ≥ 1} k^power x^k/(k + 2), for small x.
fn nb_power_sum(x: f32, power: i32) -> f32 {
    let small = min(x, NB_SMALL);
    var total = 0.0;
    for (var k = NB_TERMS; k >= 1; k--) {
        let n = f32(k);
        let share = select(select(1.0, n, power == 1), n * n, power == 2);
        total = (total + share / (n + 2.0)) * small;
    }
    return total;
}

/// w(x) − ½, given −log(1 − x).
fn nb_bend(x: f32, log: f32) -> f32 {
    if x < NB_SMALL { return nb_power_sum(x, 0); }
    return (log - x) / (x * x) - 0.5;
}

/// The integrand of kind 0 W, 1 q∂W/∂q, 2 (q∂/∂q)²W, 3 ∂W/∂r, 4 E ∂³l; and its slope by s in the
/// tail.
fn nb_integrand(kind: i32, r: f32, m: f32, y: f32) -> vec2f {
    let q = m / (1.0 + m);
    let up = exp(-abs(y));
    let high = 1.0 / (1.0 + up);
    let t = select(up * high, high, y > 0.0);
    let c = select(high, up * high, y > 0.0);
    let x = q * t;
    let rest = (1.0 + m * c) / (1.0 + m);
    let at_x = nb_bend(x, -log(rest));
    let square = t * t;
    let size = r * (r + 1.0);
    if kind == 0 { return vec2f(size * square * (0.5 + at_x), 0.0); }
    if kind == 1 {
        let far = x / rest - 2.0 * at_x;
        return vec2f(size * square * select(far, nb_power_sum(x, 1), x < NB_SMALL), 0.0);
    }
    if kind == 2 {
        let far = x / (rest * rest) - 2.0 * x / rest + 4.0 * at_x;
        return vec2f(size * square * select(far, nb_power_sum(x, 2), x < NB_SMALL), 0.0);
    }
    let s = nb_softplus(y);
    if kind == 3 {
        let share = square * at_x;
        return vec2f(share * (2.0 * r + 1.0 - size * s), -share * size);
    }
    let sigma = t * (0.5 + nb_bend(t, s));
    let lambda = x * (0.5 + at_x);
    let inner = (2.0 - q) * (lambda - sigma) + (1.0 + lambda) * (2.0 * sigma - q * lambda);
    return vec2f(square * q * inner, q * (2.0 * (1.0 + lambda) - (2.0 - q)));
}

/// s = log(1 + e^y).
fn nb_softplus(y: f32) -> f32 {
    // log(1 + x) = 2 artanh z, since log is inaccurate near 1
    let x = exp(-abs(y));
    let z = x / (2.0 + x);
    let q = z * z;
    let tail = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0));
    let sum = 1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * tail)));
    return max(y, 0.0) + 2.0 * z * sum;
}

fn nb_integral(kind: i32, r: f32, m: f32) -> f32 {
    let low = -log(1.0 + r) - 0.5 * NB_FALL - 1.0;
    let high = min(max(log(m), 0.0) + NB_FALL, 4.0 + NB_FALL / r);
    let step = (high - low) / f32(NB_NODES - 1);
    var total = 0.0;
    var last = vec2f(0.0);
    var weight = 0.0;
    for (var k = 0; k < NB_NODES; k++) {
        let y = low + step * f32(k);
        last = nb_integrand(kind, r, m, y);
        weight = exp(-r * nb_softplus(y));
        total += weight * last.x;
    }
    let decay = exp(-r * step);
    let after = decay / nb_fall(r * step);
    total += weight * (last.x * after + last.y * step * after * (1.0 + after));
    return step * total;
}

/// 1 − e^(−x), x > 0, without cancellation.
fn nb_fall(x: f32) -> f32 {
    if x < 0.1 { return x * (1.0 - 0.5 * x * (1.0 - x / 3.0 * (1.0 - 0.25 * x))); }
    return 1.0 - exp(-x);
}

/// log(1 + x), x ≥ 0.
fn nb_log1p(x: f32) -> f32 {
    if x > 0.5 { return log(1.0 + x); }
    let z = x / (2.0 + x);
    let q = z * z;
    return 2.0 * z * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q / 9.0))));
}

const NB_ENTROPY_NODES = 56;

/// The entropy in nats, by Malmsten's integral in log t.
fn negative_binomial_entropy(r: f32, m: f32) -> f32 {
    let slow = min(r, 1.0);
    let low = log(1e-4 / (1.0 + r * (1.0 + m)));
    let step = (log(20.0 / slow) - low) / f32(NB_ENTROPY_NODES - 1);
    var total = 0.0;
    for (var k = 0; k < NB_ENTROPY_NODES; k++) {
        let t = exp(low + f32(k) * step);
        let gone = nb_fall(t);
        let fall = exp(-slow * t) * nb_fall(abs(1.0 - r) * t);
        let part = fall * nb_fall(r * nb_log1p(m * gone)) / gone;
        total += select(part, part * (1.0 + 1.0 / (exp(step) - 1.0)), k == 0);
    }
    let lead = r * (nb_log1p(m) + m * nb_log1p(1.0 / m));
    return lead + sign(1.0 - r) * step * total;
}

fn negative_binomial_series(r: f32, m: f32) -> f32 { return nb_integral(0, r, m); }
fn negative_binomial_first(r: f32, m: f32) -> f32 { return nb_integral(1, r, m); }
fn negative_binomial_second(r: f32, m: f32) -> f32 { return nb_integral(2, r, m); }
fn negative_binomial_slope(r: f32, m: f32) -> f32 { return nb_integral(3, r, m); }
fn negative_binomial_third(r: f32, m: f32) -> f32 { return nb_integral(4, r, m); }
