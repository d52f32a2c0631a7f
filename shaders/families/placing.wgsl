// Where the mean over a sample space is taken: nodes placed by the density at θ.  Twin of
// compute/placement.py; a part of families/placed.wgsl.

const LINE = 0u;
const HALF_LINE = 1u;
const INTERVAL = 2u;
const CIRCLE = 3u;

// nodes of a round of looking for the top less one, and rounds; halvings of the step whose
// curvature is looked at; nodes on a side that look for the rule's ends
const ROUND = 8u;
const ROUNDS = 5u;
const HALVINGS = 22u;
const SOUGHT = 36u;
// as in compute/placement.py, for single precision
const DEPTH = 22.0;
const NARROW = 1.0;
// share of the rule's top below which a node is not counted: derivatives may not be numbers there
const FAINT = 1e-13;
const STRETCH = 3.0;
const BENT = 3.0;
const NOISE = 3e-6;
const NOWHERE = -1e30;
/// v = centre + scale sinh u(w) at the nodes first … last of the table `abscissae`, whose rows hold
/// sinh u and its slope in w (on a circle tan ½u and its square), and v of a node of the scan; L at
/// the top.
struct Spot {
    centre: f32,
    scale: f32,
    first: u32,
    last: u32,
    top: f32,
}

/// What the tapes see at v = centre + step.
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
// from the last round's step back to twice that of the scan
const WIDEN = 2048.0;

fn found(theta: vec2f) -> Spot {
    let middle = family.NODES / 2u;
    var spot = Spot(0.0, 1.0, 0u, family.NODES - 1u, NOWHERE);
    var phase = SCAN;
    var k = 0u;
    var gap = 1.0;
    var best = 0.0;
    var low = 0.0;
    var before = 1e30;
    while phase < FOUND {
        var centre = spot.centre;
        var step = 0.0;
        // of the table's nodes, from the outermost to the middle
        let inwards = k * middle / SOUGHT;
        let node = select(inwards, family.NODES - 1u - inwards, phase == RIGHT);
        if phase == SCAN { centre = abscissae[k].z; }
        if phase == HIGH { step = gap * (2.0 * f32(k) / f32(ROUND) - 1.0); }
        if phase == SCALE { step = select(-gap, gap, k % 2u == 1u); }
        if phase >= RIGHT { step = spot.scale * abscissae[node].x; }
        let here = height(theta, centre, step);
        k++;
        if phase == SCAN {
            if here > spot.top {
                spot.top = here;
                spot.centre = centre;
                best = f32(k - 1u);
            }
            if k == family.SCANNED {
                let at = u32(best);
                let next = abscissae[min(at + 1u, family.SCANNED - 1u)].z - spot.centre;
                gap = max(next, spot.centre - abscissae[max(at, 1u) - 1u].z);
                phase = HIGH;
                k = 0u;
                best = 0.0;
            }
        } else if phase == HIGH {
            if here > spot.top {
                spot.top = here;
                best = step;
            }
            if k > ROUND {
                spot.centre += best;
                best = 0.0;
                gap *= 2.0 / f32(ROUND);
                k = 0u;
                low += 1.0;
                if low >= f32(ROUNDS) {
                    phase = SCALE;
                    gap *= WIDEN;
                }
            }
        } else if phase == SCALE {
            if k % 2u == 0u {
                let fall = max(spot.top - 0.5 * (low + here), 0.0);
                let bends = before >= BENT * fall || fall <= NOISE * (1.0 + abs(spot.top));
                spot.scale = STRETCH * gap;
                if (fall <= NARROW && bends) || k >= 2u * HALVINGS {
                    phase = select(RIGHT, FOUND, SPACE == CIRCLE);
                    k = 0u;
                }
                before = fall;
                gap *= 0.5;
            }
            low = here;
        } else if here + log(abscissae[node].y) > spot.top - DEPTH || k >= SOUGHT {
            // one node further out
            if phase == RIGHT {
                spot.last = family.NODES - 1u - (max(k, 2u) - 2u) * middle / SOUGHT;
            } else {
                spot.first = (max(k, 2u) - 2u) * middle / SOUGHT;
            }
            phase++;
            k = 0u;
        }
    }
    if SPACE == CIRCLE { spot.scale = min(spot.scale, 1.0); }
    return spot;
}
