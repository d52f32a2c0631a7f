// Any family from its log-density by quadrature.  Twin of compute/quadrature.py.
//
// `scores`, printed from the family's formula, gives l = log p, its derivatives and what a node
// counts at (θ, u); `abscissae` holds (u, weight, 0, 0).  With NORMALISE, l is known up to the norm
// of p.
//!include lib/tensor.wgsl

/// Means of squares, of (l_ij + ½ l_i l_j) l_k and of cubes.
struct Means { metric: vec3f, first1: vec3f, first2: vec3f, cubic: vec4f }

fn anchor(theta: vec2f) {}

/// What is taken off l and its derivatives: those of log ∫eˡ, or nothing.
fn norm_of(theta: vec2f) -> Scores {
    var norm = Scores();
    if family.NORMALISE == 0u { return norm; }
    let count = family.NODE_COUNT;
    var top = -1e30;
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        if s.weight > 0.0 { top = max(top, s.log); }
    }
    var sum = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = scores(theta, abscissae[j].x);
        if s.weight <= 0.0 { continue; }
        let p = exp(s.log - top) * s.weight * abscissae[j].y;
        sum += p;
        norm.first += p * s.first;
        norm.second += p * (s.second + vec3f(s.first.x * s.first, s.first.y * s.first.y));
    }
    if sum <= 0.0 { return Scores(); }
    norm.log = top + log(sum);
    norm.first /= sum;
    let m = norm.first;
    norm.second = norm.second / sum - vec3f(m.x * m, m.y * m.y);
    return norm;
}

/// The normalised scores at a node; the weight is that of the whole node, p·dx.
fn node(theta: vec2f, norm: Scores, j: u32) -> Scores {
    let s = scores(theta, abscissae[j].x);
    if s.weight <= 0.0 { return Scores(); }
    let l = s.log - norm.log;
    let p = exp(l) * s.weight * abscissae[j].y;
    return Scores(l, s.first - norm.first, s.second - norm.second, p);
}

fn means(theta: vec2f, norm: Scores) -> Means {
    let count = family.NODE_COUNT;
    var m = Means();
    for (var j = 0u; j < count; j++) {
        let s = node(theta, norm, j);
        let p = s.weight;
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
    return normed_geometry(theta, norm_of(theta));
}

fn normed_geometry(theta: vec2f, norm: Scores) -> Geometry {
    let m = means(theta, norm);
    if m.metric.x <= 0.0 { return Geometry(m.metric, m.first1, m.first2, m.cubic, 0.0); }
    let ratio = m.metric.y / m.metric.x;
    let count = family.NODE_COUNT;
    var rest = 0.0;
    var whole = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = node(theta, norm, j);
        whole += s.weight;
        let across = s.first.y - ratio * s.first.x;
        rest += s.weight * across * across;
    }
    let resolved = abs(whole - 1.0) <= 0.02;
    let det = select(0.0, m.metric.x * rest, resolved);
    return Geometry(m.metric, m.first1, m.first2, m.cubic, det);
}

fn curvature(theta: vec2f) -> f32 {
    let norm = norm_of(theta);
    let at = normed_geometry(theta, norm);
    if at.det <= 0.0 { return 0.0; }
    let count = family.NODE_COUNT;
    var mean = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = node(theta, norm, j);
        let l = s.first;
        let b = s.second + vec3f(l.x * l, l.y * l.y);
        let turn = b.z * l.x * l.x + b.x * l.y * l.y - 2.0 * b.y * l.x * l.y;
        mean += s.weight * (b.x * b.z - b.y * b.y - 0.5 * turn);
    }
    let mixed = vec2f(at.first1.y, at.first2.y);
    let plain = dot(vec2f(at.first1.x, at.first2.x), raised(at, vec2f(at.first1.z, at.first2.z)));
    return (mean + dot(mixed, raised(at, mixed)) - plain) / at.det;
}

/// The entropy −E[l] in nats.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    let norm = norm_of(theta);
    let count = family.NODE_COUNT;
    var sum = 0.0;
    for (var j = 0u; j < count; j++) {
        let s = node(theta, norm, j);
        sum -= s.weight * s.log;
    }
    return sum;
}
