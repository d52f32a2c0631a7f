// Newton's method for exp_a(v) = b: assess the three rays of a pair, and aim the next three.
// A miss is a Fisher length at b: in coordinates that span decades a small miss may be a long way.
// One invocation a pair.  Twin of compute/geodesics/shooting.py, `_improve`.
//!include lib/connection.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pair = id.x;
    if pair >= parameters.pairs { return; }
    var aim = aims[pair];
    if aim.round == 0u { begin(&aim, pair); }
    if aim.round == parameters.restart { aim.miss = INFINITE; aim.step = vec2f(); }
    if aim.round > parameters.restart { judge(&aim, pair); }
    aim.round++;
    aims[pair] = aim;
    // what has hit stays as it is: its first ray is the geodesic
    if is_hit(aim) { return; }
    let trial = aim.v + aim.step;
    let size = offset(aim, trial);
    fire(pair, aim.start, trial);
    fire(pair + parameters.pairs, aim.start, trial + vec2f(size.x, 0.0));
    fire(pair + 2u * parameters.pairs, aim.start, trial + vec2f(0.0, size.y));
}

/// The metrics at both ends, and the first velocity with its length.
fn begin(aim: ptr<function, Aim>, pair: u32) {
    var at: Geometry;
    // a loop, so that the family is compiled once
    for (var ends = 2u; ends > 0u; ends--) {
        let place = (*aim).start + select(vec2f(), (*aim).apart, ends == 2u);
        anchor(place);
        at = geometry(place);
        if ends == 2u { (*aim).far = at.metric; }
    }
    at = connection_first(at, parameters.alpha);
    (*aim).near = at.metric;
    (*aim).v = first_velocity(at, (*aim).start, pair);
    (*aim).scale = norm(at.metric, (*aim).v);
}

/// Whether the best velocity so far meets the end to the precision of float32.
fn is_hit(aim: Aim) -> bool {
    return aim.miss <= AIM * aim.scale;
}

/// The offsets of the two neighbouring rays: the same Fisher length along each axis.
fn offset(aim: Aim, v: vec2f) -> vec2f {
    return OFFSET * max(norm(aim.near, v), 1e-6) / sqrt(aim.near.xz);
}

fn norm(metric: vec3f, v: vec2f) -> f32 {
    return sqrt(max(inner(metric, v, v), 0.0));
}

/// θ'(0) of the geodesic through the first nodes of the initial curve.
fn first_velocity(at: Geometry, start: vec2f, pair: u32) -> vec2f {
    let count = f32(parameters.segments);
    let slope = count * (nodes[pair * (parameters.segments + 1u) + 1u] - start);
    return slope + 0.5 / count * christoffel(at, slope, slope);
}

/// Keep a trial that came nearer, with its next Newton step; otherwise halve the step.
fn judge(aim: ptr<function, Aim>, pair: u32) {
    let count = parameters.pairs;
    let rays = array(paths[pair], paths[pair + count], paths[pair + 2u * count]);
    if is_hit(*aim) { return; }
    let arrived = min(rays[0].node, min(rays[1].node, rays[2].node)) == parameters.steps;
    let gap = rays[0].y.xy - (*aim).apart;
    let miss = norm((*aim).far, gap);
    if !arrived || miss >= (*aim).miss {
        (*aim).step *= 0.5;
        return;
    }
    (*aim).v += (*aim).step;
    (*aim).miss = miss;
    let size = offset(*aim, (*aim).v);
    let first = (rays[1].y.xy - rays[0].y.xy) / size.x;
    let second = (rays[2].y.xy - rays[0].y.xy) / size.y;
    let jacobian = mat2x2f(first, second);
    let det = determinant(jacobian);
    let inverse = mat2x2f(jacobian[1][1], -jacobian[0][1], -jacobian[1][0], jacobian[0][0]);
    (*aim).step = select(-(inverse * gap) / select(det, 1.0, det == 0.0), vec2f(), det == 0.0);
}

/// A path at its start.
fn fire(ray: u32, start: vec2f, v: vec2f) {
    var path = Path();
    path.origin = start;
    path.y = vec4f(vec2f(), v);
    path.remaining = 1.0;
    path.share = 1.0;
    paths[ray] = path;
}
