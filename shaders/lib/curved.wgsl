// The local geometry and K of a family that computes them separately.
//
// A kernel that needs both calls `curved`; a family that gets both from the same sums defines it.
//!include lib/tensor.wgsl

fn curved(theta: vec2f) -> Curved {
    return Curved(geometry(theta), curvature(theta));
}

/// A curvature is known where moving θ by a few units in its last place leaves it known to this.
const STEADY = 1e-3;
const LAST_PLACES = 5e-7;

/// `curved`, with K UNKNOWN where it is rounding: noise differs between neighbours, K does not.
fn resolved(theta: vec2f) -> Curved {
    let step = LAST_PLACES * max(max(abs(theta.x), abs(theta.y)), 1e-3);
    var here = Curved(geometry(theta), 0.0);
    var range = vec2f(UNKNOWN, -UNKNOWN);
    // one call in a loop: long formulas take a driver seconds to compile
    for (var turn = 0; turn < 4; turn++) {
        let side = f32(turn) - 3.0;
        let k = curvature(theta + step * vec2f(side, 0.7 * side * side));
        range = vec2f(min(range.x, k), max(range.y, k));
        here.k = k;
    }
    let steady = range.y - range.x < STEADY * max(1.0, abs(here.k));
    here.k = select(UNKNOWN, here.k, steady);
    return here;
}
