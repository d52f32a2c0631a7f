// Softmax over keys under a softcap: ℓ_j = c tanh((o_j + T_j·θ)/c) + b_j, p = softmax ℓ.
// Twin of compute/definitions/capped_softmax.py.
//
//   A = sech²u T,  a = A − Σ p A,  β = −(2/c) tanh u sech²u,  u = s/c,
//   g = Σ p a a,  T_ijk = Σ p a a a,  Γ_ij,k = Σ p β T_i T_j a_k + ½ T_ijk.
//
// Three passes over `keys` (T₁, T₂, o, b): the largest logit, the sums of weights and slopes, the
// central moments.
//!include lib/tensor.wgsl

/// One key at one point: weight relative to the largest logit, slope A, bend β.
struct Seen { weight: f32, slope: vec2f, bend: f32 }

/// The largest logit, Σ w, and Σ p A.
struct Level { top: f32, total: f32, mean: vec2f }

fn margin(theta: vec2f) -> f32 {
    return family.RADIUS - length(theta);
}

fn in_domain(theta: vec2f) -> bool {
    return margin(theta) > 0.0;
}

/// Nothing is kept from one point to the next.
fn anchor(theta: vec2f) {}

/// tanh u of a key; beyond 15 it is ±1, and some drivers overflow.
fn level_of(key: vec4f, theta: vec2f) -> f32 {
    return tanh(clamp((dot(key.xy, theta) + key.z) / family.CAP, -15.0, 15.0));
}

fn logit(key: vec4f, theta: vec2f) -> f32 {
    return fma(family.CAP, level_of(key, theta), key.w);
}

fn seen(key: vec4f, theta: vec2f, top: f32) -> Seen {
    let level = level_of(key, theta);
    let steep = (1.0 - level) * (1.0 + level);
    let weight = exp(fma(family.CAP, level, key.w) - top);
    return Seen(weight, steep * key.xy, -2.0 / family.CAP * level * steep);
}

fn leveled(theta: vec2f) -> Level {
    let count = family.KEY_COUNT;
    var top = logit(keys[0], theta);
    for (var j = 1u; j < count; j++) { top = max(top, logit(keys[j], theta)); }
    var total = 0.0;
    var sum = vec2f(0.0);
    for (var j = 0u; j < count; j++) {
        let here = seen(keys[j], theta, top);
        total += here.weight;
        sum += here.weight * here.slope;
    }
    return Level(top, total, sum / total);
}

fn geometry(theta: vec2f) -> Geometry {
    let at = leveled(theta);
    let count = family.KEY_COUNT;
    var g = vec3f(0.0);
    var third = vec4f(0.0);
    var bent1 = vec3f(0.0);
    var bent2 = vec3f(0.0);
    for (var j = 0u; j < count; j++) {
        let here = seen(keys[j], theta, at.top);
        let p = here.weight / at.total;
        let a = here.slope - at.mean;
        let second = p * a.xxy * a.xyy;
        let bend = p * here.bend * keys[j].xxy * keys[j].xyy;
        g += second;
        third += second.xyzz * a.xxxy;
        bent1 += bend * a.x;
        bent2 += bend * a.y;
    }
    let det = select(0.0, g.x * g.z - g.y * g.y, g.x + g.z > family.CORNER);
    return Geometry(g, bent1 + 0.5 * third.xyz, bent2 + 0.5 * third.yzw, third, det);
}

/// A curvature is known where rounding, so much of its terms, leaves it known to a hundredth.
const NOISE = 4.8e-7;
const KNOWN_TO = 0.01;

/// K by Gauss's equation in an orthonormal frame, as the reference has it.
fn curved(theta: vec2f) -> Curved {
    let here = geometry(theta);
    if here.det <= 0.0 { return Curved(here, UNKNOWN); }
    let at = leveled(theta);
    let l11 = sqrt(here.metric.x);
    let l21 = here.metric.y / l11;
    let l22 = sqrt(here.det) / l11;
    let count = family.KEY_COUNT;
    var k1 = vec3f(0.0);
    var k2 = vec3f(0.0);
    var b1 = vec3f(0.0);
    var b2 = vec3f(0.0);
    var flat_part = vec3f(0.0);
    var turned = 0.0;
    for (var j = 0u; j < count; j++) {
        let key = seen(keys[j], theta, at.top);
        let p = key.weight / at.total;
        let a = key.slope - at.mean;
        let first = a.x / l11;
        let w = vec2f(first, (a.y - l21 * first) / l22);
        let along = keys[j].x / l11;
        let t = vec2f(along, (keys[j].y - l21 * along) / l22);
        let second = p * w.xxy * w.xyy;
        let bend = p * key.bend * t.xxy * t.xyy;
        k1 += second * w.x;
        k2 += second * w.y;
        b1 += bend * w.x;
        b2 += bend * w.y;
        flat_part += bend;
        let turn = t.x * w.y - t.y * w.x;
        turned += p * key.bend * turn * turn;
    }
    let squares = vec4f(k1.y * k1.y, k2.y * k2.y, -k1.x * k1.z, -k2.x * k2.z);
    let bends = vec4f(b1.y * b1.y, b2.y * b2.y, -b1.x * b1.z, -b2.x * b2.z);
    let mixed = vec4f(b1.y * k1.y, b2.y * k2.y, -0.5 * (b1.x * k1.z + b1.z * k1.x),
        -0.5 * (b2.x * k2.z + b2.z * k2.x));
    let own = vec4f(0.5 * turned, -0.5 * (flat_part.x + flat_part.z), flat_part.y * flat_part.y,
        -flat_part.x * flat_part.z);
    let value = dot(0.25 * squares + bends + mixed + own, vec4f(1.0));
    let size = dot(0.25 * abs(squares) + abs(bends) + abs(mixed) + abs(own), vec4f(1.0));
    let near = 1.0 + here.metric.x * here.metric.z / here.det;
    return Curved(here, select(UNKNOWN, value, NOISE * size * near < KNOWN_TO * max(1.0, abs(value))));
}

/// 0: entropy −Σ p log p in nats; 1: the probability of key `index`; 2: log Σ e^ℓ in nats; 3: the number
/// of the likeliest key.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    let at = leveled(theta);
    if which == 1u { return exp(logit(keys[index], theta) - at.top) / at.total; }
    if which == 2u { return at.top + log(at.total) + family.HIGHEST; }
    let count = family.KEY_COUNT;
    var sum = 0.0;
    var found = 0u;
    var top = logit(keys[0], theta);
    for (var j = 0u; j < count; j++) {
        let here = logit(keys[j], theta);
        let power = here - at.top - log(at.total);
        sum += exp(power) * power;
        if here > top {
            top = here;
            found = j;
        }
    }
    return select(-sum, f32(found), which == 3u);
}
