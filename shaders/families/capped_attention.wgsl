// Softmax over keys under a softcap: ℓ_j = c tanh((o_j + T_j·θ)/c) + b_j, p = softmax ℓ.
// Twin of compute/definitions/capped_softmax.py.
//
//   A = sech²u T,  a = A − Σ p A,  β = −(2/c) tanh u sech²u,  u = s/c,
//   g = Σ p a a,  T_ijk = Σ p a a a,  Γ_ij,k = Σ p β T_i T_j a_k + ½ T_ijk.
//
// Three passes over `keys` (T₁, T₂, o, b): the largest logit, the sums of weights and slopes,
// the central moments.
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

/// K is known if its rounding error, NOISE times the size of its terms, is at most one percent.
const NOISE = 4.8e-7;
const KNOWN_TO = 0.01;

/// In an orthonormal frame, w = L⁻¹a and t = L⁻¹T: κ_ab1 and κ_ab2 = Σ p w w w, b_ab1 and
/// b_ab2 = Σ p β t t w, B_ab = Σ p β t t, and Σ p β (t₁w₂ − t₂w₁)².
struct Framed { k1: vec3f, k2: vec3f, b1: vec3f, b2: vec3f, bent: vec3f, turned: f32 }

fn framed(theta: vec2f, here: Geometry) -> Framed {
    let at = leveled(theta);
    let l11 = sqrt(here.metric.x);
    let frame = vec3f(1.0 / l11, here.metric.y / l11, l11 / sqrt(here.det));
    let count = family.KEY_COUNT;
    var sums = Framed();
    for (var j = 0u; j < count; j++) {
        let key = seen(keys[j], theta, at.top);
        let p = key.weight / at.total;
        let w = in_frame(key.slope - at.mean, frame);
        let t = in_frame(keys[j].xy, frame);
        let second = p * w.xxy * w.xyy;
        let bend = p * key.bend * t.xxy * t.xyy;
        sums.k1 += second * w.x;
        sums.k2 += second * w.y;
        sums.b1 += bend * w.x;
        sums.b2 += bend * w.y;
        sums.bent += bend;
        let turn = t.x * w.y - t.y * w.x;
        sums.turned += p * key.bend * turn * turn;
    }
    return sums;
}

/// L⁻¹v, g = LLᵀ.
fn in_frame(v: vec2f, frame: vec3f) -> vec2f {
    let first = v.x * frame.x;
    return vec2f(first, (v.y - first * frame.y) * frame.z);
}

/// K by Gauss's equation, with the formula of the reference.
fn curved(theta: vec2f) -> Curved {
    let here = geometry(theta);
    if here.det <= 0.0 { return Curved(here, UNKNOWN); }
    let s = framed(theta, here);
    let third = vec4f(s.k1.y * s.k1.y, s.k2.y * s.k2.y, -s.k1.x * s.k1.z, -s.k2.x * s.k2.z);
    let bends = vec4f(s.b1.y * s.b1.y, s.b2.y * s.b2.y, -s.b1.x * s.b1.z, -s.b2.x * s.b2.z);
    let mixed = vec4f(
        s.b1.y * s.k1.y,
        s.b2.y * s.k2.y,
        -0.5 * (s.b1.x * s.k1.z + s.b1.z * s.k1.x),
        -0.5 * (s.b2.x * s.k2.z + s.b2.z * s.k2.x),
    );
    let own = vec4f(s.turned, -s.bent.x - s.bent.z, 2.0 * s.bent.y * s.bent.y,
        -2.0 * s.bent.x * s.bent.z);
    let value = dot(0.25 * third + bends + mixed + 0.5 * own, vec4f(1.0));
    let size = dot(0.25 * abs(third) + abs(bends) + abs(mixed) + 0.5 * abs(own), vec4f(1.0));
    let near = 1.0 + here.metric.x * here.metric.z / here.det;
    let known = NOISE * size * near < KNOWN_TO * max(1.0, abs(value));
    return Curved(here, select(UNKNOWN, value, known));
}

/// `curved`, which knows what rounding leaves of K.
fn resolved(theta: vec2f) -> Curved {
    return curved(theta);
}

/// 0: entropy −Σ p log p in nats; 1: the probability of key `index`; 2: log Σ e^ℓ in nats;
/// 3: the number of the likeliest key.
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
