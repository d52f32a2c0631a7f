// The Newton step of every curve by block elimination.  One invocation a curve.
// Twin of compute/action.py, `_solve`.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let curve = id.x;
    if curve >= parameters.curves || descents[curve].done != 0u { return; }
    // where curvature makes the second variation indefinite, its curvature term is left out
    if !eliminate(curve, false) { _ = eliminate(curve, true); }
    substitute(curve);
    descents[curve].value = total(curve);
}

/// Forward elimination; false if the matrix is not positive definite.
fn eliminate(curve: u32, flat: bool) -> bool {
    let first = curve * parameters.segments;
    var positive = true;
    var factor = mat2x2f();
    var side = vec2f();
    for (var i = 0u; i + 1u < parameters.segments; i++) {
        let before = segments[first + i];
        let after = segments[first + i + 1u];
        var pivot = block(before.right, bend(before, flat)) + block(after.left, bend(after, flat));
        var rest = -(before.gradient.zw + after.gradient.xy);
        if i > 0u {
            let lower = transpose(block(before.across, bend(before, flat)));
            pivot -= lower * factor;
            rest -= lower * side;
        }
        let det = determinant(pivot);
        positive = positive && det > 0.0 && pivot[0][0] > 0.0;
        let adjoint = mat2x2f(pivot[1][1], -pivot[0][1], -pivot[1][0], pivot[0][0]);
        let inverse = adjoint * (1.0 / select(det, 1.0, det == 0.0));
        factor = inverse * block(after.across, bend(after, flat));
        side = inverse * rest;
        factors[first + i] = vec4f(factor[0], factor[1]);
        steps[curve * (parameters.segments + 1u) + i + 1u] = side;
    }
    return positive;
}

fn bend(segment: Segment, flat: bool) -> vec3f {
    // the curvature term has one sign: that of K
    return select(segment.bend, vec3f(0.0), flat && segment.bend.x + segment.bend.z > 0.0);
}

fn block(entries: vec4f, bend: vec3f) -> mat2x2f {
    return mat2x2f(entries.xy, entries.zw) - mat2x2f(bend.x, bend.y, bend.y, bend.z);
}

/// Back substitution; the step is zero at both ends.  Also the slope of S_N along the step.
fn substitute(curve: u32) {
    let first = curve * parameters.segments;
    let node = curve * (parameters.segments + 1u);
    steps[node] = vec2f();
    steps[node + parameters.segments] = vec2f();
    var next = vec2f();
    var slope = 0.0;
    for (var i = parameters.segments - 1u; i > 0u; i--) {
        let factor = factors[first + i - 1u];
        next = steps[node + i] - mat2x2f(factor.xy, factor.zw) * next;
        steps[node + i] = next;
        slope += dot(segments[first + i - 1u].gradient.zw + segments[first + i].gradient.xy, next);
    }
    descents[curve].slope = slope;
}

fn total(curve: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < parameters.segments; i++) {
        sum += segments[curve * parameters.segments + i].energy;
    }
    return sum;
}
