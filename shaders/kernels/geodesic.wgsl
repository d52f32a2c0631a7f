// Initial-value geodesics of Γ^(α), one invocation a path.
// Twin of compute/geodesics/initial_value.py.
//
// A dispatch makes at most ATTEMPTS steps of any size and passes its state to the next one.
// `remaining` counts the intervals between nodes; steps are binary fractions of an interval, so
// that the remainder is exact and nodes fall on multiples of dt.
// θ is relative to its first point, `origin`: added to that, short steps would be rounded away.
//!include lib/connection.wgsl
//!include lib/rk4.wgsl
//!include family

/// Where the path of this invocation begins.
var<private> origin: vec2f;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if i >= parameters.count { return; }
    var path = paths[i];
    origin = path.origin;
    anchor(origin + path.y.xy);
    for (var attempt = 0u; attempt < ATTEMPTS && is_running(path); attempt++) {
        advance(i, &path);
    }
    paths[i] = path;
}

/// Whether a path has steps left, or a last node whose speed is not yet measured.
fn is_running(path: Path) -> bool {
    return path.status == OK && (path.node < parameters.steps || path.tries == 0u);
}

/// Try one step and accept it, halve it or stop; at the last node only measure the speed.
fn advance(i: u32, path: ptr<function, Path>) {
    let size = min((*path).share, (*path).remaining);
    let at_end = (*path).node == parameters.steps;
    var step = rk4((*path).y, size * parameters.dt, select(4u, 1u, at_end));
    if at_end {
        measure(path, step.first2);
        (*path).tries = 1u;
        return;
    }
    let kept = MARGIN_KEPT * margin(origin + step.start.xy);
    let aimed = origin + step.start.xy + step.size * step.start.zw;
    refuse(&step, LEFT_DOMAIN, margin(origin + step.end.xy) <= kept || margin(aimed) <= kept);
    refuse(&step, NOT_CONVERGED, parameters.alpha != 0.0 && swells(step));
    if (*path).tries == 0u { measure(path, step.first2); }
    (*path).tries++;
    if step.verdict == OK {
        (*path).y = step.end;
        (*path).sums += step.sums;
        (*path).remaining -= size;
    } else {
        (*path).share = 0.5 * size;
    }
    if (*path).remaining == 0.0 {
        arrive(i, path);
    } else if (*path).tries == MAX_ATTEMPTS {
        (*path).status = select(step.verdict, LEFT_DOMAIN, step.verdict == OK);
    }
}

/// Store the node that was reached and continue with a full step.
fn arrive(i: u32, path: ptr<function, Path>) {
    (*path).node++;
    nodes[i * (parameters.steps + 1u) + (*path).node] = (*path).y;
    (*path).remaining = 1.0;
    (*path).share = 1.0;
    (*path).tries = 0u;
}

/// Keep the largest drift of a node's g(v, v).
fn measure(path: ptr<function, Path>, square: f32) {
    if (*path).node == 0u { (*path).start2 = square; }
    let scale = select(1.0, (*path).start2, (*path).start2 > 0.0);
    (*path).drift = max((*path).drift, abs(square - (*path).start2) / scale);
}

fn speed2(at: Geometry, y: vec4f) -> f32 {
    return inner(at.metric, y.zw, y.zw);
}

/// y' = (v, −Γ^(α) v v) at a stage.  Outside the domain nothing is evaluated: the step is rejected.
fn rate(y: vec4f, stage: u32, step: ptr<function, Step>) -> vec4f {
    let inside = in_domain(origin + y.xy);
    var at = geometry(origin + select((*step).start.xy, y.xy, inside));
    let singular = is_singular(at, SINGULAR);
    at.det = select(at.det, 1.0, singular);
    let a = -christoffel(connection_first(at, parameters.alpha), y.zw, y.zw);
    refuse(step, LEFT_DOMAIN, !inside);
    refuse(step, ILL_CONDITIONED, singular);
    (*step).speed2 = speed2(at, y);
    if stage == 0u {
        let most = parameters.bound * TURN_LIMIT;
        refuse(step, NOT_CONVERGED, turns(at.metric.xz, (*step).size * a, most * y.zw));
    }
    return vec4f(y.zw, a);
}

/// Whether the velocity changes by more than is allowed, both in the given coordinates and in
/// coordinates scaled to g_ii = 1.
fn turns(scale: vec2f, change: vec2f, allowed: vec2f) -> bool {
    let plain = dot(change, change) > dot(allowed, allowed);
    return plain && dot(scale * change, change) > dot(scale * allowed, allowed);
}

/// Whether g(v, v) changes by more than is allowed.  For α = 0 it is constant; its drift is judged.
fn swells(step: Step) -> bool {
    let most = pow(SWELL_LIMIT, parameters.bound);
    return max(step.first2, step.speed2) > most * min(step.first2, step.speed2);
}

/// Keep the first reason to reject a step.
fn refuse(step: ptr<function, Step>, why: i32, wrong: bool) {
    (*step).verdict = select((*step).verdict, why, wrong && (*step).verdict == OK);
}
