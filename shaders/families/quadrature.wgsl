// Any family from its log-density by quadrature.  Twin of compute/definitions/quadrature.py.
//
// `scores`, printed from the family's formula, gives l = log p, its derivatives and the weight of a
// node at (θ, u); `abscissae` holds (u, weight, 0, 0).  With NORMALISE, l is known up to the norm
// of p.  One loop makes all passes over the nodes: the scores are compiled once, not for each mean.
//!include lib/tensor.wgsl

/// Sums of all passes: the largest l; the norm that is subtracted from l, with its derivatives; the
/// means of squares, of (l_ij + ½ l_i l_j) l_k and of cubes; the mass and −E[l]; in `rest` the mean
/// square of the part of l₂ orthogonal to l₁; in `bent` the mean in R_1212.
struct Sums {
    top: f32,
    norm: Scores,
    metric: vec3f,
    first1: vec3f,
    first2: vec3f,
    cubic: vec4f,
    whole: f32,
    entropy: f32,
    rest: f32,
    bent: f32,
}

const TURN_TOP = 0u;
const TURN_NORM = 1u;
const TURN_MEANS = 2u;
const TURN_ACROSS = 3u;
// no pass of its own: passes up to TURN_ACROSS, with the mean of the curvature among the others
const TURN_BENT = 4u;

fn anchor(theta: vec2f) {}

fn sums(theta: vec2f, last: u32) -> Sums {
    var m = Sums();
    m.top = -1e30;
    let count = family.NODE_COUNT;
    var turn = select(TURN_MEANS, TURN_TOP, NORMALISE);
    var j = 0u;
    while turn <= min(last, TURN_ACROSS) {
        let s = scores(theta, abscissae[j].x);
        if s.weight > 0.0 { take(&m, s, turn, last, s.weight * abscissae[j].y); }
        j++;
        if j == count {
            j = 0u;
            turn++;
            if NORMALISE && turn == TURN_MEANS { close_norm(&m); }
        }
    }
    return m;
}

fn take(m: ptr<function, Sums>, s: Scores, turn: u32, last: u32, width: f32) {
    if NORMALISE && turn == TURN_TOP {
        (*m).top = max((*m).top, s.log);
        return;
    }
    if NORMALISE && turn == TURN_NORM {
        take_norm(m, s, exp(s.log - (*m).top) * width);
        return;
    }
    let l = s.log - (*m).norm.log;
    let p = exp(l) * width;
    let normed = Scores(l, s.first - (*m).norm.first, s.second - (*m).norm.second, p);
    if turn == TURN_MEANS {
        take_means(m, normed);
        if last == TURN_BENT { take_curvature(m, normed); }
    } else if turn == TURN_ACROSS {
        let across = normed.first.y - (*m).metric.y / (*m).metric.x * normed.first.x;
        (*m).rest += p * across * across;
    }
}

fn take_norm(m: ptr<function, Sums>, s: Scores, p: f32) {
    (*m).norm.weight += p;
    (*m).norm.first += p * s.first;
    (*m).norm.second += p * (s.second + vec3f(s.first.x * s.first, s.first.y * s.first.y));
}

/// log ∫eˡ and its derivatives, from their sums.
fn close_norm(m: ptr<function, Sums>) {
    let sum = max((*m).norm.weight, 1e-30);
    let first = (*m).norm.first / sum;
    let second = (*m).norm.second / sum - vec3f(first.x * first, first.y * first.y);
    (*m).norm = Scores((*m).top + log(sum), first, second, 0.0);
}

fn take_means(m: ptr<function, Sums>, s: Scores) {
    let p = s.weight;
    let squares = vec3f(s.first.x * s.first, s.first.y * s.first.y);
    let half = p * (s.second + 0.5 * squares);
    (*m).metric += p * squares;
    (*m).first1 += s.first.x * half;
    (*m).first2 += s.first.y * half;
    (*m).cubic += p * vec4f(squares * s.first.x, squares.z * s.first.y);
    (*m).whole += p;
    (*m).entropy -= p * s.log;
}

fn take_curvature(m: ptr<function, Sums>, s: Scores) {
    let l = s.first;
    let b = s.second + vec3f(l.x * l, l.y * l.y);
    let turn = b.z * l.x * l.x + b.x * l.y * l.y - 2.0 * b.y * l.x * l.y;
    (*m).bent += s.weight * (b.x * b.z - b.y * b.y - 0.5 * turn);
}

fn assembled(m: Sums) -> Geometry {
    // UNRESOLVED in the reference: nodes do not resolve a density whose mass is further from 1
    let usable = m.metric.x > 0.0 && abs(m.whole - 1.0) <= 0.02;
    let det = select(0.0, m.metric.x * m.rest, usable);
    return Geometry(m.metric, m.first1, m.first2, m.cubic, det);
}

fn geometry(theta: vec2f) -> Geometry {
    return assembled(sums(theta, TURN_ACROSS));
}

/// Share of the terms of K that may be lost in rounding, and what of K they may leave unknown.
const ROUNDING = 4e-5;
const KNOWN_TO = 1e-3;

fn curved(theta: vec2f) -> Curved {
    return bent(theta, 1e30);
}

/// `curved`, with K UNKNOWN where rounding is more of it than a thousandth.
fn resolved(theta: vec2f) -> Curved {
    return bent(theta, KNOWN_TO);
}

fn bent(theta: vec2f, allowed: f32) -> Curved {
    let m = sums(theta, TURN_BENT);
    let at = assembled(m);
    if at.det <= 0.0 { return Curved(at, 0.0); }
    let mixed = vec2f(at.first1.y, at.first2.y);
    let turned = dot(mixed, raised(at, mixed));
    let plain = dot(vec2f(at.first1.x, at.first2.x), raised(at, vec2f(at.first1.z, at.first2.z)));
    let k = (m.bent + turned - plain) / at.det;
    let rounding = ROUNDING * (abs(m.bent) + abs(turned) + abs(plain)) / at.det;
    return Curved(at, select(UNKNOWN, k, rounding < allowed * max(1.0, abs(k))));
}

/// The entropy −E[l] in nats.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    return sums(theta, TURN_MEANS).entropy;
}
