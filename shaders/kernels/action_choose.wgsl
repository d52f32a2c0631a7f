// The line search: takes the first step size that lowers S_N by Armijo's rule.
// One invocation a curve.  Twin of compute/geodesics/discrete_energy.py, `_search`.
//
// Of many curves the full step is tried first; only those that reject it try the other sizes.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let curve = id.x;
    if curve >= parameters.curves || descents[curve].done != 0u { return; }
    let here = descents[curve];
    var tried = select(STEP_SIZES, parameters.first, here.tried == 0u);
    for (var i = here.tried; i < tried; i++) {
        let size = exp2(-f32(i));
        if trial(curve, i) <= here.value + ARMIJO * size * here.slope {
            shift(curve, size);
            tried = STEP_SIZES;
            break;
        }
    }
    descents[curve].tried = tried;
    descents[curve].done = select(0u, 1u, abs(here.slope) <= FLOOR * here.value);
}

fn trial(curve: u32, size: u32) -> f32 {
    let first = size * parameters.curves * parameters.segments + curve * parameters.segments;
    var sum = 0.0;
    for (var i = 0u; i < parameters.segments; i++) {
        sum += trials[first + i];
    }
    return sum;
}

fn shift(curve: u32, size: f32) {
    let node = curve * (parameters.segments + 1u);
    for (var i = 1u; i < parameters.segments; i++) {
        nodes[node + i] += size * steps[node + i];
    }
}
