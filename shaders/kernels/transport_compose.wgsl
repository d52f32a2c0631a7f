// Transport from the first node of a path to each: products of its segments' operators, sums of
// their angles, and the drift of g(w, w).  One invocation a path.  Twin of compute/transport.py.
//!include lib/tensor.wgsl
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if i >= parameters.count { return; }
    var carrier = carriers[i];
    if carrier.node == 0u { begin(i, &carrier); }
    let end = min(carrier.node + CHUNK, carrier.segments);
    for (var node = carrier.node; node < end; node++) {
        extend(i, node, &carrier);
    }
    carrier.node = end;
    carriers[i] = carrier;
}

fn begin(i: u32, carrier: ptr<function, Carrier>) {
    let first = nodes[i * parameters.nodes].xy;
    let theta = select(parameters.interior, first, in_domain(first));
    anchor(theta);
    let w = (*carrier).vector;
    (*carrier).start2 = inner(geometry(theta).metric, w, w);
    (*carrier).matrix = vec4f(1.0, 0.0, 0.0, 1.0);
}

/// Carry on from a node to the next.
fn extend(i: u32, node: u32, carrier: ptr<function, Carrier>) {
    let next = segments[i * (parameters.nodes - 1u) + node];
    let m = mat2x2f(next.matrix.xy, next.matrix.zw);
    let before = (*carrier).matrix;
    (*carrier).matrix = vec4f(m * before.xy, m * before.zw);
    (*carrier).angle += next.angle;
    (*carrier).status = max((*carrier).status, next.status);
    let w = (*carrier).matrix.xy * (*carrier).vector.x + (*carrier).matrix.zw * (*carrier).vector.y;
    let scale = select(1.0, (*carrier).start2, (*carrier).start2 > 0.0);
    let change = abs(inner(next.metric, w, w) - (*carrier).start2) / scale;
    (*carrier).drift = max((*carrier).drift, change);
    let slot = i * parameters.nodes + node + 1u;
    operators[slot] = (*carrier).matrix;
    angles[slot] = (*carrier).angle;
}
