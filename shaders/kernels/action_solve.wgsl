// The Newton step of every curve by block elimination.  One invocation a curve.
// Twin of compute/geodesics/discrete_energy.py, `_solve`.

/// The result of elimination: S_N, its slope along the step, and whether its Hessian is positive.
struct Solved { value: f32, slope: f32, positive: bool }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let curve = id.x;
    if curve >= parameters.curves || descents[curve].done != 0u { return; }
    var solved = eliminate(curve, false);
    // where curvature makes the second variation indefinite, its curvature term is left out
    if !solved.positive { solved = eliminate(curve, true); }
    substitute(curve);
    descents[curve] = Descent(solved.value, solved.slope, 0u, 0u);
}

/// Forward elimination: pivots P_i, sides P_i⁻¹r_i and factors; the slope is −Σ r_i·P_i⁻¹r_i.
fn eliminate(curve: u32, flat: bool) -> Solved {
    let first = curve * parameters.segments;
    var before = segments[first];
    var factor = mat2x2f();
    var side = vec2f();
    var solved = Solved(before.energy, 0.0, true);
    for (var i = 0u; i + 1u < parameters.segments; i++) {
        let after = segments[first + i + 1u];
        // the first factor and side are zero
        let lower = transpose(block(before.across, bend(before, flat)));
        let sum = block(before.right, bend(before, flat)) + block(after.left, bend(after, flat));
        let pivot = sum - lower * factor;
        let rest = -(before.gradient.zw + after.gradient.xy) - lower * side;
        let det = determinant(pivot);
        let inverse = adjoint(pivot) * (1.0 / select(det, 1.0, det == 0.0));
        factor = inverse * block(after.across, bend(after, flat));
        side = inverse * rest;
        factors[first + i] = vec4f(factor[0], factor[1]);
        steps[first + curve + i + 1u] = side;
        solved.value += after.energy;
        solved.slope -= dot(rest, side);
        solved.positive = solved.positive && det > 0.0 && pivot[0][0] > 0.0;
        before = after;
    }
    return solved;
}

/// Back substitution; the step is zero at both ends.
fn substitute(curve: u32) {
    let first = curve * parameters.segments;
    let node = first + curve;
    steps[node] = vec2f();
    steps[node + parameters.segments] = vec2f();
    var next = vec2f();
    for (var i = parameters.segments - 1u; i > 0u; i--) {
        let factor = factors[first + i - 1u];
        next = steps[node + i] - mat2x2f(factor.xy, factor.zw) * next;
        steps[node + i] = next;
    }
}

fn bend(segment: Segment, flat: bool) -> vec3f {
    // the curvature term has one sign: that of K
    return select(segment.bend, vec3f(), flat && segment.bend.x + segment.bend.z > 0.0);
}

fn block(entries: vec4f, bend: vec3f) -> mat2x2f {
    return mat2x2f(entries.xy, entries.zw) - mat2x2f(bend.x, bend.y, bend.y, bend.z);
}

fn adjoint(m: mat2x2f) -> mat2x2f {
    return mat2x2f(m[1][1], -m[0][1], -m[1][0], m[0][0]);
}
