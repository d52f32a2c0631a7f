// A scalar at the points of one tile of a map.  Twin of compute/field.py.
//
// SCALAR says which, and is a constant: some drivers run every case of a switch.
//!include lib/tensor.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if i >= parameters.count { return; }
    let theta = thetas[i];
    if !in_domain(theta) {
        samples[i].status = LEFT_DOMAIN;
        return;
    }
    anchor(theta);
    samples[i] = sample(theta);
}

/// The value at a point inside the domain, or that it has no meaning there.
fn sample(theta: vec2f) -> Sample {
    if SCALAR == OF_FAMILY {
        let value = scalar(theta, parameters.which, parameters.index);
        return Sample(value, select(ILL_CONDITIONED, OK, is_known(value)));
    }
    let at = geometry(theta);
    if is_singular(at, SINGULAR) { return Sample(0.0, ILL_CONDITIONED); }
    let value = generic(theta, at);
    return Sample(value, select(ILL_CONDITIONED, OK, is_known(value)));
}

/// A scalar that every family has.
fn generic(theta: vec2f, at: Geometry) -> f32 {
    switch SCALAR {
        case CURVATURE: { return curvature(theta); }
        case LOG_DET: { return log10(at.det); }
        default: { return log_condition(at); }
    }
}
