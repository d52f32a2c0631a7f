// The discrete energy, segment by segment: its value, its gradient and the second variation.
// One invocation a (curve, segment).  Twin of compute/geodesics/discrete_energy.py, `_gradient` and
// `_blocks`.
//!include lib/connection.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let segment = id.x;
    if segment >= parameters.curves * parameters.segments { return; }
    let curve = segment / parameters.segments;
    if descents[curve].done != 0u { return; }
    // a curve has one more node than segments
    let left = nodes[segment + curve];
    let right = nodes[segment + curve + 1u];
    let middle = 0.5 * (left + right);
    anchor(middle);
    let here = curved(middle);
    segments[segment] = variation(here.at, select(0.0, here.k, is_known(here.k)), right - left);
}

/// S_N's share of one segment with difference `delta`, all derivatives times N.
fn variation(at: Geometry, k: f32, delta: vec2f) -> Segment {
    let count = f32(parameters.segments);
    let lowered = matrix(at.metric) * delta;
    // ½ ∂_k g_ab Δ^a Δ^b = Γ_ka,b Δ^a Δ^b
    let first = delta.x * at.first1 + delta.y * at.first2;
    let turn = vec2f(dot(first.xy, delta), dot(first.yz, delta));
    let half = 0.5 * mat2x2f(
        christoffel(at, delta, vec2f(1.0, 0.0)),
        christoffel(at, delta, vec2f(0.0, 1.0)),
    );
    let one = mat2x2f(1.0, 0.0, 0.0, 1.0);
    let forward = one + half;
    let backward = half - one;
    let g = matrix(at.metric);
    let normal = 0.5 * vec2f(-delta.y, delta.x);
    return Segment(
        count * vec4f(turn - 2.0 * lowered, turn + 2.0 * lowered),
        2.0 * count * columns(transpose(backward) * g * backward),
        2.0 * count * columns(transpose(forward) * g * forward),
        2.0 * count * columns(transpose(backward) * g * forward),
        2.0 * count * k * at.det * pairs(normal, normal) * vec3f(1.0, 0.5, 1.0),
        count * dot(lowered, delta),
    );
}

fn matrix(g: vec3f) -> mat2x2f {
    return mat2x2f(g.x, g.y, g.y, g.z);
}

/// First column, second column.
fn columns(m: mat2x2f) -> vec4f {
    return vec4f(m[0], m[1]);
}
