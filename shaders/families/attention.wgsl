// Softmax over keys: logits ℓ_j = b_j + T_j·θ, p = softmax ℓ.
// Twin of compute/families/attention.py.
//
//   η = Σ p_j T_j,  g = Cov_p(T),  T_abc = third central moments,  Γ_ij,k = ½ T_ijk.
//
// One pass over the keys: weights are relative to the log-normaliser of the previous point, and
// moments are about its mean; both are then shifted exactly to the new ones.  Logits are base-2
// logarithms.  `keys` holds (T₁, T₂, b, 0), centred; the number of keys is a multiple of 8.
//!include lib/tensor.wgsl
//!include lib/triples.wgsl

const LOG2E = 1.4426950408889634;
const LN2 = 0.6931471805599453;
/// Sums of weights between 2^−REACH and 2^REACH neither overflow nor lose small weights.
const REACH = 60.0;

/// Mean η and log₂ Σ 2^ℓ of the last point that was evaluated.
var<private> reference: vec3f;

/// Σw, Σwc, Σwc², Σwc³ of weights and of keys relative to the reference.
struct Moments { s0: f32, s1: vec2f, s2: vec3f, s3: vec4f }

fn margin(theta: vec2f) -> f32 {
    return family.RADIUS - length(theta);
}

fn in_domain(theta: vec2f) -> bool {
    return margin(theta) > 0.0;
}

/// Factors of (T₁, T₂, b) in log₂ of a weight.
fn scaled(theta: vec2f) -> vec3f {
    return LOG2E * vec3f(theta, 1.0);
}

fn logit(key: vec4f, at: vec3f) -> f32 {
    return fma(key.x, at.x, fma(key.y, at.y, key.z * at.z));
}

/// Start a path or a single evaluation at θ: the reference becomes that of θ itself.
fn anchor(theta: vec2f) {
    reference.z = peak(scaled(theta));
    recentre(moments(theta));
}

/// The largest logit.
fn peak(at: vec3f) -> f32 {
    let count = family.KEY_COUNT;
    var top = logit(keys[0], at);
    for (var j = 0u; j < count; j += 8u) {
        let a = max(logit(keys[j], at), logit(keys[j + 1u], at));
        let b = max(logit(keys[j + 2u], at), logit(keys[j + 3u], at));
        let c = max(logit(keys[j + 4u], at), logit(keys[j + 5u], at));
        let d = max(logit(keys[j + 6u], at), logit(keys[j + 7u], at));
        top = max(top, max(max(a, b), max(c, d)));
    }
    return top;
}

fn recentre(m: Moments) {
    reference += vec3f(m.s1 / m.s0, log2(m.s0));
}

fn moments(theta: vec2f) -> Moments {
    let at = scaled(theta);
    let count = family.KEY_COUNT;
    var m = Moments();
    for (var j = 0u; j < count; j += 8u) {
        add(&m, keys[j], at);
        add(&m, keys[j + 1u], at);
        add(&m, keys[j + 2u], at);
        add(&m, keys[j + 3u], at);
        add(&m, keys[j + 4u], at);
        add(&m, keys[j + 5u], at);
        add(&m, keys[j + 6u], at);
        add(&m, keys[j + 7u], at);
    }
    return m;
}

fn add(m: ptr<function, Moments>, key: vec4f, at: vec3f) {
    let weight = exp2(fma(key.x, at.x, fma(key.y, at.y, fma(key.z, at.z, -reference.z))));
    accumulate(m, weight, key.xy - reference.xy);
}

fn accumulate(m: ptr<function, Moments>, weight: f32, c: vec2f) {
    let first = weight * c;
    let second = first.xxy * c.xyy;
    (*m).s0 += weight;
    (*m).s1 += first;
    (*m).s2 += second;
    (*m).s3 = fma(second.xyzz, c.xxxy, (*m).s3);
}

fn geometry(theta: vec2f) -> Geometry {
    var m = moments(theta);
    // rare, and a loop because some drivers run both sides of an `if` in full
    for (var round = 0; round < 2 && !is_close(m); round++) {
        if abs(log2(m.s0)) > REACH {
            reference.z = peak(scaled(theta));
        } else {
            recentre(m);
        }
        m = moments(theta);
    }
    recentre(m);
    return central(m);
}

/// Whether the mean moved so little that shifting the moments loses no digits.
fn is_close(m: Moments) -> bool {
    let raw = m.s2 / m.s0;
    let g = raw - pairs(m.s1, m.s1) * vec3f(1.0, 0.5, 1.0) / (m.s0 * m.s0);
    // each entry too: both determinants are noise where one step crosses most of the keys
    let kept = all(g.xz >= 0.5 * raw.xz) && determinant2(g) >= 0.5 * determinant2(raw);
    return kept && abs(log2(m.s0)) <= REACH;
}

fn determinant2(g: vec3f) -> f32 {
    return g.x * g.z - g.y * g.y;
}

/// Central moments from those about the reference, d away from the mean.
fn central(m: Moments) -> Geometry {
    let d = m.s1 / m.s0;
    let g = m.s2 / m.s0 - vec3f(d.x * d.x, d.x * d.y, d.y * d.y);
    let third = m.s3 / m.s0 - vec4f(
        d.x * (3.0 * g.x + d.x * d.x),
        d.x * (2.0 * g.y + d.x * d.y) + d.y * g.x,
        d.y * (2.0 * g.y + d.x * d.y) + d.x * g.z,
        d.y * (3.0 * g.z + d.y * d.y),
    );
    let det = select(0.0, determinant2(g), g.x + g.z > family.CORNER);
    return Geometry(g, 0.5 * third.xyz, 0.5 * third.yzw, third, det);
}

/// K from triples if the keys fit into one round of the loop, or else from whitened third moments.
fn curved(theta: vec2f) -> Curved {
    let here = geometry(theta);
    if here.det <= 0.0 { return Curved(here, UNKNOWN); }
    // loops, because some drivers run both sides of an `if` in full
    let few = family.KEY_COUNT == FEW;
    var k = UNKNOWN;
    for (var once = 0; once < 1 && few; once++) { k = by_triples(scaled(theta)); }
    for (var once = 0; once < 1 && !few; once++) { k = by_moments(scaled(theta), here); }
    return Curved(here, k);
}

/// `curved`, which knows what rounding leaves of K.
fn resolved(theta: vec2f) -> Curved {
    return curved(theta);
}

/// K is known if its rounding error, NOISE times the size of its terms, is at most one percent.
const NOISE = 4.8e-7;
const KNOWN_TO = 0.01;

/// K = ¼(κ̂₁₁₂² + κ̂₁₂₂² − κ̂₁₁₁κ̂₁₂₂ − κ̂₁₁₂κ̂₂₂₂), κ̂ the third moments of L⁻¹c, g = LLᵀ.
fn by_moments(at: vec3f, here: Geometry) -> f32 {
    let l11 = sqrt(here.metric.x);
    let frame = vec3f(1.0 / l11, here.metric.y / l11, l11 / sqrt(here.det));
    let k = whitened(at, frame);
    let terms = vec4f(k.y * k.y, k.z * k.z, -k.x * k.z, -k.y * k.w);
    let value = 0.25 * dot(terms, vec4f(1.0));
    let near = 1.0 + here.metric.x * here.metric.z / here.det;
    let lost = NOISE * dot(abs(terms), vec4f(1.0)) * near;
    return select(UNKNOWN, value, lost < KNOWN_TO * max(1.0, abs(value)));
}

/// Third moments of the keys in an orthonormal frame; `reference` must be that of θ.
fn whitened(at: vec3f, frame: vec3f) -> vec4f {
    let count = family.KEY_COUNT;
    var m = Moments();
    for (var j = 0u; j < count; j++) {
        let c = keys[j].xy - reference.xy;
        let first = c.x * frame.x;
        let second = (c.y - first * frame.y) * frame.z;
        accumulate(&m, exp2(logit(keys[j], at) - reference.z), vec2f(first, second));
    }
    return m.s3;
}

/// 0: entropy −Σ p log p in nats; 1: the probability of key `index`; 2: log-partition ψ in nats;
/// 3: the number of the likeliest key.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    anchor(theta);
    let at = scaled(theta);
    if which == 1u { return exp2(logit(keys[index], at) - reference.z); }
    // keys lie about their centre, and the largest bias is 0
    let shift = dot(vec2f(family.CENTRE_1, family.CENTRE_2), theta) + family.HIGHEST;
    if which == 2u { return fma(LN2, reference.z, shift); }
    if which == 3u { return f32(likeliest(at)); }
    let count = family.KEY_COUNT;
    var sum = 0.0;
    for (var j = 0u; j < count; j++) {
        let power = logit(keys[j], at) - reference.z;
        sum += exp2(power) * power;
    }
    return -LN2 * sum;
}

/// The first of the keys whose logit is largest.
fn likeliest(at: vec3f) -> u32 {
    let count = family.KEY_COUNT;
    var found = 0u;
    var top = logit(keys[0], at);
    for (var j = 1u; j < count; j++) {
        let here = logit(keys[j], at);
        if here > top {
            top = here;
            found = j;
        }
    }
    return found;
}
