// Newton on exp_a(v) = b: judge the three rays of a pair that were fired, and aim the next three.
// One invocation a pair.  Twin of compute/shooting.py, `_improve`.
//!include lib/connection.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pair = id.x;
    if pair >= parameters.pairs { return; }
    var aim = aims[pair];
    if aim.round == 0u { aim.v = first_velocity(aim.start, pair); }
    if aim.round == parameters.restart { aim.miss = INFINITE; aim.step = vec2f(); }
    if aim.round > parameters.restart { judge(&aim, pair); }
    aim.round++;
    aims[pair] = aim;
    let trial = aim.v + aim.step;
    let size = offset(trial);
    let hit = aim.miss <= AIM * aim.scale;
    fire(3u * pair, vec4f(aim.start, trial), hit);
    fire(3u * pair + 1u, vec4f(aim.start, trial + vec2f(size, 0.0)), hit);
    fire(3u * pair + 2u, vec4f(aim.start, trial + vec2f(0.0, size)), hit);
}

/// By how much the neighbouring rays differ.
fn offset(v: vec2f) -> f32 {
    return OFFSET * max(length(v), 1e-6);
}

/// θ'(0) of the geodesic through the first nodes of the relaxed curve.
fn first_velocity(start: vec2f, pair: u32) -> vec2f {
    let count = f32(parameters.segments);
    let slope = count * (nodes[pair * (parameters.segments + 1u) + 1u] - start);
    anchor(start);
    return slope + 0.5 / count * christoffel(geometry(start), slope, slope);
}

/// Keep a trial that came nearer, with the step to the next; halve the step of one that did not.
fn judge(aim: ptr<function, Aim>, pair: u32) {
    let rays = array(paths[3u * pair], paths[3u * pair + 1u], paths[3u * pair + 2u]);
    if (*aim).miss <= AIM * (*aim).scale { return; }
    let arrived = min(rays[0].node, min(rays[1].node, rays[2].node)) == parameters.steps;
    let gap = rays[0].y.xy - (*aim).end;
    if !arrived || length(gap) >= (*aim).miss {
        (*aim).step *= 0.5;
        return;
    }
    (*aim).v += (*aim).step;
    (*aim).miss = length(gap);
    let size = offset((*aim).v);
    let jacobian = mat2x2f(rays[1].y.xy - rays[0].y.xy, rays[2].y.xy - rays[0].y.xy) * (1.0 / size);
    let det = determinant(jacobian);
    let inverse = mat2x2f(jacobian[1][1], -jacobian[0][1], -jacobian[1][0], jacobian[0][0]);
    (*aim).step = select(-(inverse * gap) / select(det, 1.0, det == 0.0), vec2f(), det == 0.0);
}

/// A path at its start; one that is not needed any more is at its end already.
fn fire(ray: u32, y: vec4f, needless: bool) {
    var path = Path();
    path.y = y;
    path.remaining = 1.0;
    path.share = 1.0;
    path.node = select(0u, parameters.steps, needless);
    path.tries = select(0u, 1u, needless);
    paths[ray] = path;
}
