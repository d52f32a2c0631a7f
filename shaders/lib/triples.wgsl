// Curvature of attention over few keys, summed over their triples: every term of D is positive, and
// nothing cancels.  Twin of Softmax._by_triples in compute/families/attention.py; `keys`, `logit`
// and `reference` are defined by families/attention.wgsl.

/// The number of keys in one round of the family's loops.
const FEW = 8u;
/// The number of their triples.
const TRIPLES = 56u;

/// With S_abc = (T_b − T_a) × (T_c − T_a), [ab] = Σ_c p_c S_abc and D = Σ p_a p_b p_c S_abc²,
/// K = ¼ Σ (p_a p_b p_c S_abc²/D) ([ab][bc][ca]/(S_abc D)), both over a < b < c.
fn by_triples(at: vec3f) -> f32 {
    var p: array<f32, 8>;
    for (var j = 0u; j < FEW; j++) { p[j] = exp2(logit(keys[j], at) - reference.z); }
    var det = 0.0;
    for (var t = 0u; t < TRIPLES; t++) {
        let s = corners_of(t);
        det += p[s.x] * p[s.y] * p[s.z] * area(s) * area(s);
    }
    // smaller (subnormal) numbers have fewer digits
    if det < 1e-36 { return UNKNOWN; }
    let root = inverseSqrt(det);
    var sum = 0.0;
    for (var t = 0u; t < TRIPLES; t++) {
        let s = corners_of(t);
        let near = (bracket(&p, s.x, s.y) * root) * (bracket(&p, s.z, s.x) * root);
        let turn = near * bracket(&p, s.y, s.z);
        // p_a p_b p_c may be too small for its product with the rest
        sum += ((p[s.x] * root) * (p[s.y] * root)) * p[s.z] * area(s) * turn;
    }
    return 0.25 * sum;
}

/// The t-th of the triples a < b < c < 8, in the order of c, then b, then a.
fn corners_of(t: u32) -> vec3u {
    var rest = t;
    var c = 2u;
    for (; rest >= c * (c - 1u) / 2u; c++) { rest -= c * (c - 1u) / 2u; }
    var b = 1u;
    for (; rest >= b; b++) { rest -= b; }
    return vec3u(rest, b, c);
}

fn area(s: vec3u) -> f32 {
    return cross2(keys[s.y].xy - keys[s.x].xy, keys[s.z].xy - keys[s.x].xy);
}

fn cross2(u: vec2f, v: vec2f) -> f32 {
    return u.x * v.y - u.y * v.x;
}

/// [ab] = Σ_c p_c (T_b − T_a) × (T_c − T_a).
fn bracket(p: ptr<function, array<f32, 8>>, a: u32, b: u32) -> f32 {
    var sum = 0.0;
    for (var c = 0u; c < FEW; c++) { sum += (*p)[c] * area(vec3u(a, b, c)); }
    return sum;
}
