// A scalar at the points of one tile of a map.  Twin of compute/geodesics/scalar_field.py.
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

/// The value and its status at a point inside the domain.
fn sample(theta: vec2f) -> Sample {
    if SCALAR == OF_FAMILY {
        let value = scalar(theta, parameters.which, parameters.index);
        return Sample(value, select(ILL_CONDITIONED, OK, is_known(value)));
    }
    if SCALAR == CURVATURE {
        let here = resolved(theta);
        return known(here.at, here.k);
    }
    let at = geometry(theta);
    return known(at, select(log_condition(at), log10(at.det), SCALAR == LOG_DET));
}

/// A scalar that every family has, unless the metric is singular.
fn known(at: Geometry, value: f32) -> Sample {
    if is_singular(at, SINGULAR) { return Sample(0.0, ILL_CONDITIONED); }
    return Sample(value, select(ILL_CONDITIONED, OK, is_known(value)));
}
