// Rows e^ℓ/Σe^ℓ and their square roots, ℓ = scale · given, one workgroup a row.
// Twin of compute/attention/geometric_attention.py.

/// One value of each invocation of a row, reduced to one in steps.
var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let start = group.x * parameters.columns;
    var most = -FAR;
    for (var j = local.x; j < parameters.columns; j += WORKGROUP) {
        most = max(most, logit(start, j));
    }
    let largest = reduced(local.x, most, true);
    var sum = 0.0;
    for (var j = local.x; j < parameters.columns; j += WORKGROUP) {
        sum += exp(logit(start, j) - largest);
    }
    let total = reduced(local.x, sum, false);
    for (var j = local.x; j < parameters.columns; j += WORKGROUP) {
        let p = exp(logit(start, j) - largest) / total;
        weights[start + j] = p;
        roots[start + j] = sqrt(p);
    }
}

fn logit(start: u32, j: u32) -> f32 {
    return clamp(parameters.scale * given[start + j], -FAR, FAR);
}

/// The maximum or the sum of the workgroup's values, by a tree.
fn reduced(own: u32, value: f32, largest: bool) -> f32 {
    partial[own] = value;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        if own < half {
            let other = partial[own + half];
            let sum = partial[own] + other;
            partial[own] = select(sum, max(partial[own], other), largest);
        }
        workgroupBarrier();
    }
    let found = partial[0];
    workgroupBarrier();
    return found;
}
