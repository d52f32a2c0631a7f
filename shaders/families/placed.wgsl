// Any family from its log-density over a line, at nodes placed by the density.  Twin of
// compute/averages.py and compute/placement.py.
//
// `sight`, printed from the family's formula, gives L = log p + log dx/dv and where there is a density;
// `scores` adds the derivatives of l.  One loop looks at L to place the nodes, another takes all turns
// over them: each is compiled once.
//!include lib/tensor.wgsl

const LINE = 0u;
const HALF_LINE = 1u;
const INTERVAL = 2u;
const CIRCLE = 3u;

// nodes of the scan less one, of a round of looking for the top, and rounds; halvings of the step
// whose curvature is looked at; nodes on a side that look for the rule's ends; intervals of the rule
const SCANNED = 96u;
const ROUND = 8u;
const ROUNDS = 5u;
const HALVINGS = 22u;
const SOUGHT = 32u;
const COUNT = 96u;
// |v| that the scan reaches is sinh of this
const FAR = 14.5;
const STEEP = 5.1;
// as in compute/placement.py, for single precision
const DEPTH = 22.0;
const WIDTH = 1.0;
const BENT = 3.0;
const NOISE = 3e-6;
const NOWHERE = -1e30;
// what two rules may differ by, and in K; what a tail, a stated norm and an end that moves may be off
const ALLOWED = 1e-4;
const ALLOWED_K = 4e-4;
const TAIL = 3e-5;
const STATED = 4e-3;
const EDGE = 1e-5;

/// v = centre + scale sinh u between start and end; L at the top.
struct Spot {
    centre: f32,
    scale: f32,
    start: f32,
    end: f32,
    top: f32,
}

/// What the turns gather: the mass and the means of l_i and l_ij + l_i l_j; then of centred scores the
/// means of `Geometry` and of what R_1212 takes, and in `off` by what every second node differs;
/// −E[log p], E of what l₂ has across l₁, squared, and what lies at the ends.
struct Sums {
    norm: f32,
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

const TURN_NORM = 0u;
const TURN_MEANS = 1u;
const TURN_ACROSS = 2u;

fn anchor(theta: vec2f) {}

/// What the tapes see at v = centre + step.
fn seen(centre: f32, step: f32) -> vec4f {
    let v = centre + step;
    if SPACE == HALF_LINE { return vec4f(exp(min(centre, 87.0)) * exp(min(step, 87.0)), 0.0, v, 0.0); }
    if SPACE == INTERVAL {
        let low = min(v, 0.0) - log(1.0 + exp(-abs(v)));
        return vec4f(exp(low), exp(low - v), low, low - v);
    }
    if SPACE == CIRCLE { return vec4f(v - 6.2831853 * round(v / 6.2831853), 0.0, 0.0, 0.0); }
    return vec4f(v, 0.0, 0.0, 0.0);
}

fn height(theta: vec2f, centre: f32, step: f32) -> f32 {
    let place = seen(centre, step);
    let here = sight(theta, place.x, place.y, place.z, place.w);
    return select(NOWHERE, clamp(here.x, NOWHERE, -NOWHERE), here.y > 0.0);
}

fn reach() -> f32 {
    return select(STEEP, FAR, SPACE == LINE);
}

/// The k-th node of the scan.
fn scanned(k: u32) -> f32 {
    let share = f32(k) / f32(SCANNED);
    if SPACE == CIRCLE { return 6.2831853 * (share - 0.5); }
    return sinh(reach() * (2.0 * share - 1.0));
}

const SCAN = 0u;
const HIGH = 1u;
const SCALE = 2u;
const RIGHT = 3u;
const LEFT = 4u;
const FOUND = 5u;

fn found(theta: vec2f) -> Spot {
    var spot = Spot(0.0, 1.0, -3.14159265, 3.14159265, NOWHERE);
    var phase = SCAN;
    var k = 0u;
    var gap = 1.0;
    var best = 0.0;
    var low = 0.0;
    var before = 1e30;
    while phase < FOUND {
        var centre = spot.centre;
        var step = 0.0;
        var u = 0.0;
        if phase == SCAN { centre = scanned(k); }
        if phase == HIGH { step = gap * (2.0 * f32(k) / f32(ROUND) - 1.0); }
        if phase == SCALE { step = select(-gap, gap, k % 2u == 1u); }
        if phase >= RIGHT {
            let side = select(-1.0, 1.0, phase == RIGHT);
            let most = asinh(max(sinh(reach()) - side * spot.centre, 0.0) / spot.scale);
            u = side * most * f32(SOUGHT - k) / f32(SOUGHT);
            step = spot.scale * sinh(u);
        }
        let log = height(theta, centre, step);
        switch phase {
            case SCAN: {
                if log > spot.top {
                    spot.top = log;
                    spot.centre = centre;
                    let next = scanned(min(k + 1u, SCANNED));
                    gap = max(next - centre, centre - scanned(max(k, 1u) - 1u));
                }
                k++;
                if k > SCANNED { phase = HIGH; k = 0u; best = 0.0; }
            }
            case HIGH: {
                if log > spot.top { spot.top = log; best = step; }
                k++;
                if k % (ROUND + 1u) == 0u {
                    spot.centre += best;
                    best = 0.0;
                    gap *= 2.0 / f32(ROUND);
                    k = 0u;
                    low += 1.0;
                    if low >= f32(ROUNDS) {
                        phase = SCALE;
                        gap *= 2.0 * pow(0.5 * f32(ROUND), f32(ROUNDS));
                    }
                }
            }
            case SCALE: {
                if k % 2u == 1u {
                    let fall = max(spot.top - 0.5 * (low + log), 0.0);
                    let good = before >= BENT * fall || fall <= NOISE * (1.0 + abs(spot.top));
                    spot.scale = gap;
                    if (fall <= WIDTH && good) || k >= 2u * HALVINGS {
                        phase = select(RIGHT, FOUND, SPACE == CIRCLE);
                    }
                    before = fall;
                    gap *= 0.5;
                }
                low = log;
                k++;
                if phase != SCALE { k = 0u; }
            }
            default: {
                k++;
                if log + abs(u) > spot.top - DEPTH || k >= SOUGHT {
                    // one node further out
                    let end = u * f32(SOUGHT - max(k, 2u) + 2u) / f32(SOUGHT - k + 1u);
                    if phase == RIGHT { spot.end = end; } else { spot.start = end; }
                    phase++;
                    k = 0u;
                }
            }
        }
    }
    if SPACE == CIRCLE { spot.scale = min(2.0 * spot.scale, 1.0); }
    return spot;
}

fn sums(theta: vec2f, last: u32) -> Sums {
    let spot = found(theta);
    let count = select(COUNT + 1u, COUNT, SPACE == CIRCLE);
    let width = (spot.end - spot.start) / f32(COUNT);
    var m = Sums();
    var j = 0u;
    var turn = TURN_NORM;
    while turn <= last {
        let u = spot.start + (f32(j) + select(0.0, 0.5, SPACE == CIRCLE)) * width;
        var step = spot.scale * sinh(u);
        var slope = spot.scale * cosh(u);
        if SPACE == CIRCLE {
            let t = tan(0.5 * u);
            step = 2.0 * atan(spot.scale * t);
            slope = spot.scale * (1.0 + t * t) / (1.0 + spot.scale * spot.scale * t * t);
        }
        let place = seen(spot.centre, step);
        let s = scores(theta, place.x, place.y, place.z, place.w);
        if s.weight > 0.0 && s.log > spot.top - DEPTH - 20.0 {
            let p = exp(s.log - spot.top) * slope * width;
            if turn == TURN_NORM {
                take_norm(&m, s, p);
            } else {
                let centred = vec2f(s.first.x - m.drift1.x, s.first.y - m.drift1.y);
                let share = p / m.norm;
                if turn == TURN_MEANS {
                    let sign = select(1.0, -1.0, j % 2u == 1u);
                    take_means(&m, s, centred, share, sign);
                    let plain = s.log - s.slope - spot.top - log(m.norm);
                    m.entropy -= share * plain;
                    if SPACE != CIRCLE && (j == 0u || j == COUNT) {
                        m.tail = max(m.tail, share / width);
                        if SPACE == INTERVAL { m.edge = max(m.edge, exp(plain + s.slope - place.z - place.w)); }
                    }
                } else {
                    let across = centred.y - m.metric.y / m.metric.x * centred.x;
                    m.rest += share * across * across;
                }
            }
        }
        j++;
        if j == count {
            j = 0u;
            if turn == TURN_NORM { close_norm(&m); }
            turn++;
        }
    }
    m.norm = spot.top + log(m.norm);
    return m;
}

fn take_norm(m: ptr<function, Sums>, s: Scores, p: f32) {
    (*m).norm += p;
    (*m).drift1 += p * s.first;
    (*m).drift2 += p * (s.second + vec3f(s.first.x * s.first, s.first.y * s.first.y));
}

/// Means of the sums; the mass stays.
fn close_norm(m: ptr<function, Sums>) {
    (*m).norm = max((*m).norm, 1e-30);
    (*m).drift1 /= (*m).norm;
    (*m).drift2 /= (*m).norm;
}

fn take_means(m: ptr<function, Sums>, s: Scores, l: vec2f, p: f32, sign: f32) {
    let d = (*m).drift1;
    let second = s.second - (*m).drift2 + vec3f(d.x * d, d.y * d.y);
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

/// √(g₁₁g₂₂/D), by which what is raised by g⁻¹ is less certain.
fn ratio(m: Sums) -> f32 {
    return sqrt(min(m.metric.z / max(m.rest, 1e-30), 1e8));
}

/// By what the two rules differ in the mass, the means, g and Γ, in units of the metric.
fn gap(m: Sums) -> f32 {
    let a = 1.0 / sqrt(m.metric.x);
    let b = 1.0 / sqrt(m.metric.z);
    let pairs = vec3f(a * a, a * b, b * b);
    let own = largest(m.off_mass * vec3f(1.0, a, b));
    let other = largest(m.off_metric * pairs);
    let rising = max(largest(m.off_first1 * pairs) * a, largest(m.off_first2 * pairs) * b);
    return max(max(own, other), rising) * ratio(m);
}

/// Whether the density's norm and the means that follow from it are what was stated.
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
    var det = 0.0;
    if m.metric.x > 0.0 && m.metric.z > 0.0 && m.tail <= TAIL {
        if gap(m) <= ALLOWED && as_stated(m) { det = m.metric.x * m.rest; }
    }
    return Geometry(m.metric, m.first1, m.first2, m.cubic, det);
}

fn geometry(theta: vec2f) -> Geometry {
    return assembled(sums(theta, TURN_ACROSS));
}

fn curvature(theta: vec2f) -> f32 {
    let m = sums(theta, TURN_ACROSS);
    let at = assembled(m);
    if at.det <= 0.0 { return UNKNOWN; }
    let off = abs(m.off_bent) / at.det + 4.0 * gap(m) * ratio(m);
    let mixed = vec2f(at.first1.y, at.first2.y);
    let plain = dot(vec2f(at.first1.x, at.first2.x), raised(at, vec2f(at.first1.z, at.first2.z)));
    let k = (m.bent + dot(mixed, raised(at, mixed)) - plain) / at.det;
    return select(UNKNOWN, k, off <= ALLOWED_K);
}

/// The entropy −E[log p] in nats.
fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {
    let m = sums(theta, TURN_ACROSS);
    return select(UNKNOWN, m.entropy, assembled(m).det > 0.0);
}
