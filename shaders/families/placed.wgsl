// Any family from its log-density over a line, at nodes placed by the density.  Twin of
// compute/definitions/averages.py and compute/definitions/node_placement.py.
//
// `sight`, printed from the family's formula, gives L = log p + log dx/dv and whether the density
// is positive; `scores` adds the derivatives of l.  One loop evaluates L to place the nodes,
// another makes all passes over them, so that each formula is compiled once.
//!include lib/tensor.wgsl
//!include families/placing.wgsl

// largest difference between the two rules, and in K; largest error from a tail, in a stated norm
// and at an end that moves with θ
const ALLOWED = 2e-4;
const ALLOWED_K = 5e-4;
const TAIL = 3e-5;
const STATED = 4e-3;
const EDGE = 1e-5;
// rounding error as a share of the terms of K, and as a share of the scores
const ROUNDING = 2e-6;
const ROUNDED = 1.2e-7;

/// Sums of all passes: the mass; the means of l_i and l_ij + l_i l_j minus their values at the
/// middle node; of centred scores, the means for `Geometry` and for R_1212.  `off_…` is the
/// difference to the rule of every second node.  `entropy` is −E[log p], `rest` the mean square of
/// the part of l₂ orthogonal to l₁; `tail` and `edge` belong to the outermost nodes.
struct Sums {
    norm: f32,
    middle1: vec2f,
    middle2: vec3f,
    drift1: vec2f,
    drift2: vec3f,
    mass: vec3f,
    metric: vec3f,
    first1: vec3f,
    first2: vec3f,
    cubic: vec4f,
    bent: f32,
    off_mass: vec3f,
    off_metric: vec3f,
    off_first1: vec3f,
    off_first2: vec3f,
    off_bent: f32,
    entropy: f32,
    rest: f32,
    tail: f32,
    edge: f32,
}

// g₁₂² may be subtracted from g₁₁g₂₂ if it is at most this share of it
const PLAIN = 0.5;

const TURN_NORM = 0u;
const TURN_MEANS = 1u;
const TURN_ACROSS = 2u;

fn anchor(theta: vec2f) {}

/// v − centre and its weight at a node of the table.
fn node_of(spot: Spot, row: vec4f) -> vec2f {
    if SPACE == CIRCLE {
        let square = spot.scale * spot.scale;
        let slope = spot.scale * (1.0 + row.y) / (1.0 + square * row.y);
        return vec2f(2.0 * atan(spot.scale * row.x), slope * family.WIDTH);
    }
    return spot.scale * vec2f(row.x, row.y * family.WIDTH);
}

fn sums(theta: vec2f) -> Sums {
    let spot = found(theta);
    let count = spot.last - spot.first + 1u;
    // the first node is the middle one: its scores are subtracted from all others
    let shift = family.NODES / 2u - spot.first;
    var m = Sums();
    var j = 0u;
    var turn = TURN_NORM;
    while turn <= TURN_ACROSS {
        let node = spot.first + (j + shift) % count;
        let at = node_of(spot, abscissae[node]);
        let place = seen(spot.centre, at.x);
        var s = scores(theta, place.x, place.y, place.z, place.w);
        let p = exp(min(s.log - spot.top, 40.0)) * at.y;
        if s.weight > 0.0 && p > FAINT * spot.scale {
            s.log -= spot.top;
            s.length = s.slope - place.z - place.w;
            take(&m, s, p, turn, node, node == spot.first || node == spot.last, j == 0u);
        }
        j++;
        if j == count {
            j = 0u;
            if turn == TURN_NORM { close_norm(&m); }
            if turn == TURN_MEANS && plainly_across(&m) { break; }
            turn++;
        }
    }
    m.norm = spot.top + log(m.norm);
    as_a_whole(&m);
    return m;
}

/// Compute `rest` as a difference and return true, unless that would lose digits.
fn plainly_across(m: ptr<function, Sums>) -> bool {
    let along = (*m).metric.y * (*m).metric.y;
    let product = (*m).metric.x * (*m).metric.z;
    if !(along <= PLAIN * product) { return false; }
    (*m).rest = (*m).metric.z - along / (*m).metric.x;
    return true;
}

/// Add a node to the sums.  L is relative to its maximum.
fn take(
    m: ptr<function, Sums>, s: Scores, p: f32, turn: u32, node: u32, outermost: bool, middle: bool,
) {
    if turn == TURN_NORM && middle {
        (*m).middle1 = s.first;
        (*m).middle2 = s.second;
    }
    let first = s.first - (*m).middle1;
    let second = s.second - (*m).middle2;
    if turn == TURN_NORM {
        take_norm(m, first, second, p);
        return;
    }
    let l = first - (*m).drift1;
    let share = p / (*m).norm;
    if turn == TURN_ACROSS {
        let across = l.y - (*m).metric.y / (*m).metric.x * l.x;
        (*m).rest += share * across * across;
        return;
    }
    take_means(m, second, l, share, select(1.0, -1.0, node % 2u == 1u));
    let plain = s.log - s.slope - log((*m).norm);
    (*m).entropy -= share * plain;
    if SPACE != CIRCLE && outermost {
        (*m).tail = max((*m).tail, share / family.WIDTH);
        if SPACE == INTERVAL { (*m).edge = max((*m).edge, exp(plain + s.length)); }
    }
}

/// Turn the means that were relative to the middle node into those of the family's own scores.
fn as_a_whole(m: ptr<function, Sums>) {
    let at = (*m).middle1;
    let drift = (*m).drift1;
    let mixed = vec3f(2.0 * at.x * drift.x, at.x * drift.y + at.y * drift.x, 2.0 * at.y * drift.y);
    (*m).drift2 += (*m).middle2 + vec3f(at.x * at, at.y * at.y) + mixed;
    (*m).drift1 += at;
}

fn take_norm(m: ptr<function, Sums>, first: vec2f, second: vec3f, p: f32) {
    (*m).norm += p;
    (*m).drift1 += p * first;
    (*m).drift2 += p * (second + vec3f(first.x * first, first.y * first.y));
}

/// Divide the sums by the mass.
fn close_norm(m: ptr<function, Sums>) {
    (*m).norm = max((*m).norm, 1e-30);
    (*m).drift1 /= (*m).norm;
    (*m).drift2 /= (*m).norm;
}

fn take_means(m: ptr<function, Sums>, bare: vec3f, l: vec2f, p: f32, sign: f32) {
    let d = (*m).drift1;
    let second = bare - (*m).drift2 + vec3f(d.x * d, d.y * d.y);
    let squares = vec3f(l.x * l, l.y * l.y);
    let half = p * (second + 0.5 * squares);
    let b = second + squares;
    let turn = b.z * squares.x + b.x * squares.z - 2.0 * b.y * squares.y;
    let bent = p * (b.x * b.z - b.y * b.y - 0.5 * turn);
    (*m).mass += p * vec3f(1.0, l);
    (*m).metric += p * squares;
    (*m).first1 += l.x * half;
    (*m).first2 += l.y * half;
    (*m).cubic += p * vec4f(squares * l.x, squares.z * l.y);
    (*m).bent += bent;
    (*m).off_mass += sign * p * vec3f(1.0, l);
    (*m).off_metric += sign * p * squares;
    (*m).off_first1 += sign * l.x * half;
    (*m).off_first2 += sign * l.y * half;
    (*m).off_bent += sign * bent;
}

fn largest(v: vec3f) -> f32 {
    return max(abs(v.x), max(abs(v.y), abs(v.z)));
}

/// √(g₁₁g₂₂/D), the factor by which g⁻¹ enlarges relative errors.
fn ratio(m: Sums) -> f32 {
    return sqrt(min(m.metric.z / max(m.rest, 1e-30), 1e8));
}

/// The largest difference between the two rules in the mass, the means, g and Γ, in units of g.
fn gap(m: Sums) -> f32 {
    let a = 1.0 / sqrt(m.metric.x);
    let b = 1.0 / sqrt(m.metric.z);
    let pairs = vec3f(a * a, a * b, b * b);
    let own = largest(m.off_mass * vec3f(1.0, a, b));
    let other = largest(m.off_metric * pairs);
    let rising = max(largest(m.off_first1 * pairs) * a, largest(m.off_first2 * pairs) * b);
    // scores with a mean much larger than their spread have few digits left
    let digits = ROUNDED * max(abs(m.drift1.x) * a, abs(m.drift1.y) * b);
    return max(max(max(own, other), rising), digits) * ratio(m);
}

/// Whether the density is normalised as stated, and its scores have mean zero.
fn as_stated(m: Sums) -> bool {
    if MOVING && m.edge > EDGE { return false; }
    if NORMALISE { return true; }
    let a = 1.0 / sqrt(m.metric.x);
    let b = 1.0 / sqrt(m.metric.z);
    let first = max(abs(m.drift1.x) * a, abs(m.drift1.y) * b);
    let second = largest(m.drift2 * vec3f(a * a, a * b, b * b));
    return max(abs(m.norm), max(first, second)) <= STATED;
}

fn assembled(m: Sums) -> Geometry {
    // D = −1 marks a metric that is not resolved, and can be divided by
    var det = -1.0;
    if m.metric.x > 0.0 && m.metric.z > 0.0 && m.tail <= TAIL {
        if gap(m) <= ALLOWED && as_stated(m) { det = m.metric.x * m.rest; }
    }
    return Geometry(m.metric, m.first1, m.first2, m.cubic, det);
}

fn geometry(theta: vec2f) -> Geometry {
    return assembled(sums(theta));
}

fn curved(theta: vec2f) -> Curved {
    let m = sums(theta);
    let at = assembled(m);
    if at.det <= 0.0 { return Curved(at, UNKNOWN); }
    let mixed = vec2f(at.first1.y, at.first2.y);
    let plain = dot(vec2f(at.first1.x, at.first2.x), raised(at, vec2f(at.first1.z, at.first2.z)));
    let turned = dot(mixed, raised(at, mixed));
    let k = (m.bent + turned - plain) / at.det;
    let rounding = ROUNDING * (abs(m.bent) + abs(turned) + abs(plain)) / at.det;
    let off = abs(m.off_bent) / at.det + 4.0 * gap(m) * ratio(m) + rounding;
    return Curved(at, select(UNKNOWN, k, off <= ALLOWED_K));
}

/// `curved`, which knows what rounding leaves of K.
fn resolved(theta: vec2f) -> Curved {
    return curved(theta);
}

/// The entropy −E[log p] in nats.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    let m = sums(theta);
    return select(UNKNOWN, m.entropy, assembled(m).det > 0.0);
}
