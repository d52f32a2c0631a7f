// Any family from its log-density by quadrature.  Twin of compute/quadrature.py.
//
// `scores`, printed from the family's formula, gives l = log p and its derivatives at (θ, x);
// `abscissae` holds (x, weight, 0, 0).
//!include lib/tensor.wgsl

/// Means of squares, of (l_ij + ½ l_i l_j) l_k and of cubes.
struct Means { metric: vec3f, first1: vec3f, first2: vec3f, cubic: vec4f }

fn anchor(theta: vec2f) {}

fn mass(l: f32, j: u32) -> f32 {
    return exp(l) * abscissae[j].y;
}

fn means(theta: vec2f) -> Means {
    let count = family.NODE_COUNT;
    var m = Means();
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        let p = mass(s.log, j);
        let squares = vec3f(s.first.x * s.first, s.first.y * s.first.y);
        let half = p * (s.second + 0.5 * squares);
        m.metric += p * squares;
        m.first1 += s.first.x * half;
        m.first2 += s.first.y * half;
        m.cubic += p * vec4f(squares * s.first.x, squares.z * s.first.y);
    }
    return m;
}

fn geometry(theta: vec2f) -> Geometry {
    let m = means(theta);
    let ratio = m.metric.y / m.metric.x;
    let count = family.NODE_COUNT;
    var rest = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        let across = s.first.y - ratio * s.first.x;
        rest += mass(s.log, j) * across * across;
    }
    return Geometry(m.metric, m.first1, m.first2, m.cubic, m.metric.x * rest);
}

fn curvature(theta: vec2f) -> f32 {
    let at = geometry(theta);
    if at.det <= 0.0 { return 0.0; }
    let count = family.NODE_COUNT;
    var mean = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        let l = s.first;
        let b = s.second + vec3f(l.x * l, l.y * l.y);
        let turn = b.z * l.x * l.x + b.x * l.y * l.y - 2.0 * b.y * l.x * l.y;
        mean += mass(s.log, j) * (b.x * b.z - b.y * b.y - 0.5 * turn);
    }
    let mixed = vec2f(at.first1.y, at.first2.y);
    let plain = dot(vec2f(at.first1.x, at.first2.x), raised(at, vec2f(at.first1.z, at.first2.z)));
    return (mean + dot(mixed, raised(at, mixed)) - plain) / at.det;
}

/// The entropy −E[l] in nats.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    let count = family.NODE_COUNT;
    var sum = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        sum -= mass(s.log, j) * s.log;
    }
    return sum;
}
