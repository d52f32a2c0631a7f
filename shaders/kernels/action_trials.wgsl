// The discrete energy of one segment for each step size of the line search.
// One invocation a (curve, segment), and a row of workgroups a size.
// Twin of compute/geodesics/discrete_energy.py, `action`.
//!include lib/tensor.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let segment = id.x;
    let all = parameters.curves * parameters.segments;
    if segment >= all { return; }
    let curve = segment / parameters.segments;
    let row = descents[curve].tried + id.y;
    if descents[curve].done != 0u || row >= STEP_SIZES { return; }
    let size = exp2(-f32(row));
    let left = nodes[segment + curve] + size * steps[segment + curve];
    let right = nodes[segment + curve + 1u] + size * steps[segment + curve + 1u];
    trials[row * all + segment] = energy(left, right);
}

/// N g(m)(Δ, Δ), or a value above every energy if the segment leaves the domain.
fn energy(left: vec2f, right: vec2f) -> f32 {
    let middle = 0.5 * (left + right);
    if !in_domain(left) || !in_domain(right) || !in_domain(middle) { return INFINITE; }
    anchor(middle);
    let at = geometry(middle);
    let value = f32(parameters.segments) * inner(at.metric, right - left, right - left);
    return select(value, INFINITE, is_singular(at, SINGULAR));
}
