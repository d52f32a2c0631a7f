// The nodes of a mean over a sample space, placed by the density at θ.  Twin of
// compute/definitions/node_placement.py; a part of families/placed.wgsl.

const LINE = 0u;
const HALF_LINE = 1u;
const INTERVAL = 2u;
const CIRCLE = 3u;

// intervals in each round of the search for the maximum, and rounds; halvings of the step that
// measures the curvature; nodes on each side that search for the rule's ends
const ROUND = 8u;
const ROUNDS = 5u;
const HALVINGS = 22u;
const SOUGHT = 36u;
// as in compute/definitions/node_placement.py, for single precision
const DEPTH = 22.0;
const NARROW = 1.0;
// nodes below this share of the maximum are skipped: derivatives may be NaN there
const FAINT = 1e-13;
const STRETCH = 3.0;
const BENT = 3.0;
const NOISE = 3e-6;
const NOWHERE = -1e30;

/// v = centre + scale sinh u(w) at the nodes first … last of the table `abscissae`, and the maximum
/// of L.  A row of the table holds sinh u and its derivative by w (on a circle tan ½u and its
/// square), and v of a node of the scan.
struct Spot {
    centre: f32,
    scale: f32,
    first: u32,
    last: u32,
    top: f32,
}

/// The sample as the tapes take it, at v = centre + step.
fn seen(centre: f32, step: f32) -> vec4f {
    let v = centre + step;
    if SPACE == HALF_LINE {
        return vec4f(exp(min(centre, 87.0)) * exp(min(step, 87.0)), 0.0, v, 0.0);
    }
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

const SCAN = 0u;
const HIGH = 1u;
const SCALE = 2u;
const RIGHT = 3u;
const LEFT = 4u;
const FOUND = 5u;
// factor from the step of the last round back to twice the step of the scan
const WIDEN = 2048.0;

/// The state of the search: its phase, the turn k in it, a step, and what the phase remembers.
struct Search {
    spot: Spot,
    phase: u32,
    k: u32,
    gap: f32,
    best: f32,
    low: f32,
    before: f32,
}

fn found(theta: vec2f) -> Spot {
    var s = Search(Spot(0.0, 1.0, 0u, family.NODES - 1u, NOWHERE), SCAN, 0u, 1.0, 0.0, 0.0, 1e30);
    while s.phase < FOUND {
        let node = outer(s);
        let centre = select(s.spot.centre, abscissae[s.k].z, s.phase == SCAN);
        let step = next(s, node);
        let here = height(theta, centre, step);
        s.k++;
        if s.phase == SCAN {
            look_anywhere(&s, here, centre);
        } else if s.phase == HIGH {
            look_higher(&s, here, step);
        } else if s.phase == SCALE {
            look_beside(&s, here);
        } else {
            look_inwards(&s, here + log(abscissae[node].y));
        }
    }
    if SPACE == CIRCLE { s.spot.scale = min(s.spot.scale, 1.0); }
    return s.spot;
}

/// The node of turn k on the way from the outermost node to the middle.
fn outer(s: Search) -> u32 {
    let inwards = min(s.k, SOUGHT) * (family.NODES / 2u) / SOUGHT;
    return select(inwards, family.NODES - 1u - inwards, s.phase == RIGHT);
}

/// The distance from the centre at which L is evaluated next.
fn next(s: Search, node: u32) -> f32 {
    if s.phase == SCAN { return 0.0; }
    if s.phase == HIGH { return s.gap * (2.0 * f32(s.k) / f32(ROUND) - 1.0); }
    if s.phase == SCALE { return select(-s.gap, s.gap, s.k % 2u == 1u); }
    return s.spot.scale * abscissae[node].x;
}

fn look_anywhere(s: ptr<function, Search>, here: f32, centre: f32) {
    if here > (*s).spot.top {
        (*s).spot.top = here;
        (*s).spot.centre = centre;
        (*s).best = f32((*s).k - 1u);
    }
    if (*s).k < family.SCANNED { return; }
    let at = u32((*s).best);
    let after = abscissae[min(at + 1u, family.SCANNED - 1u)].z - (*s).spot.centre;
    (*s).gap = max(after, (*s).spot.centre - abscissae[max(at, 1u) - 1u].z);
    (*s).phase = HIGH;
    (*s).k = 0u;
    (*s).best = 0.0;
}

fn look_higher(s: ptr<function, Search>, here: f32, step: f32) {
    if here > (*s).spot.top {
        (*s).spot.top = here;
        (*s).best = step;
    }
    if (*s).k <= ROUND { return; }
    (*s).spot.centre += (*s).best;
    (*s).best = 0.0;
    (*s).gap *= 2.0 / f32(ROUND);
    (*s).k = 0u;
    (*s).low += 1.0;
    if (*s).low >= f32(ROUNDS) {
        (*s).phase = SCALE;
        (*s).gap *= WIDEN;
    }
}

fn look_beside(s: ptr<function, Search>, here: f32) {
    if (*s).k % 2u == 0u {
        let fall = max((*s).spot.top - 0.5 * ((*s).low + here), 0.0);
        let bends = (*s).before >= BENT * fall || fall <= NOISE * (1.0 + abs((*s).spot.top));
        (*s).spot.scale = STRETCH * (*s).gap;
        if (fall <= NARROW && bends) || (*s).k >= 2u * HALVINGS {
            (*s).phase = select(RIGHT, FOUND, SPACE == CIRCLE);
            (*s).k = 0u;
        }
        (*s).before = fall;
        (*s).gap *= 0.5;
    }
    (*s).low = here;
}

fn look_inwards(s: ptr<function, Search>, here: f32) {
    if here <= (*s).spot.top - DEPTH && (*s).k < SOUGHT { return; }
    // one node further out
    let end = (max((*s).k, 2u) - 2u) * (family.NODES / 2u) / SOUGHT;
    if (*s).phase == RIGHT {
        (*s).spot.last = family.NODES - 1u - end;
    } else {
        (*s).spot.first = end;
    }
    (*s).phase++;
    (*s).k = 0u;
}
