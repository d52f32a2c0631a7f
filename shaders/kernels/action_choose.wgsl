// The line search: the first step size that lowers S_N by Armijo's rule is taken.
// One invocation a curve.  Twin of compute/action.py, `_search`.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let curve = id.x;
    if curve >= parameters.curves || descents[curve].done != 0u { return; }
    let here = descents[curve];
    var size = 1.0;
    for (var i = 0u; i < STEP_SIZES; i++) {
        if trial(curve, i) <= here.value + ARMIJO * size * here.slope {
            shift(curve, size);
            break;
        }
        size *= 0.5;
    }
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
