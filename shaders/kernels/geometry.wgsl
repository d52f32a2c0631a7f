// Local geometry at many points.  Twin of ReferenceEngine.geometry.
//!include lib/tensor.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if i >= parameters.count { return; }
    let theta = thetas[i];
    if !in_domain(theta) {
        points[i].status = LEFT_DOMAIN;
        return;
    }
    anchor(theta);
    points[i] = measured(theta);
}

/// All requested quantities at one point inside the domain.
fn measured(theta: vec2f) -> Point {
    let here = resolved(theta);
    let at = here.at;
    let status = select(OK, ILL_CONDITIONED, is_singular(at, SINGULAR));
    return Point(at.metric, at.det, at.first1, here.k, at.first2, status, at.cubic);
}
