// Transport from the first node of a path to each: products of its segments' operators, sums of
// their angles, and the drift of g(w, w), by a parallel prefix scan.  One workgroup a path.
// Twin of compute/geodesics/parallel_transport.py.
//
// Each invocation multiplies a few neighbouring segments, the workgroup scans the products (Hillis
// and Steele), and each invocation goes over its own segments again with all that come before.
// Operators do not commute: a later one multiplies from the left.
//!include lib/tensor.wgsl

const IDENTITY = vec4f(1.0, 0.0, 0.0, 1.0);
var<workgroup> products: array<vec4f, WORKGROUP>;
var<workgroup> turns: array<f32, WORKGROUP>;
var<workgroup> drifts: array<f32, WORKGROUP>;
var<workgroup> statuses: array<i32, WORKGROUP>;

/// The operator and the angle from the first node of a path to the current one.
struct Journey { matrix: vec4f, angle: f32 }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let path = group.x;
    let own = local.x;
    let width = parameters.nodes - 1u;
    let each = (width + WORKGROUP - 1u) / WORKGROUP;
    let first = own * each;
    let last = min(first + each, width);
    var journey = Journey(IDENTITY, 0.0);
    for (var node = first; node < last; node++) { journey = extended(journey, path, node); }
    let before = scanned(own, journey);
    walk(path, own, first, last, before);
    workgroupBarrier();
    if own == 0u { gather(path); }
}

/// The product of the operators of all earlier invocations.
fn scanned(own: u32, mine: Journey) -> Journey {
    products[own] = mine.matrix;
    turns[own] = mine.angle;
    workgroupBarrier();
    for (var reach = 1u; reach < WORKGROUP; reach *= 2u) {
        let other = max(own, reach) - reach;
        let from_afar = Journey(products[other], turns[other]);
        let so_far = Journey(products[own], turns[own]);
        workgroupBarrier();
        if own >= reach {
            products[own] = multiplied(so_far.matrix, from_afar.matrix);
            turns[own] = so_far.angle + from_afar.angle;
        }
        workgroupBarrier();
    }
    let previous = max(own, 1u) - 1u;
    if own == 0u { return Journey(IDENTITY, 0.0); }
    return Journey(products[previous], turns[previous]);
}

/// Matrices are stored by columns.
fn multiplied(later: vec4f, earlier: vec4f) -> vec4f {
    let m = mat2x2f(later.xy, later.zw);
    return vec4f(m * earlier.xy, m * earlier.zw);
}

/// A journey continued by one segment.
fn extended(journey: Journey, path: u32, node: u32) -> Journey {
    let next = segments[path * parameters.nodes + node];
    return Journey(multiplied(next.matrix, journey.matrix), journey.angle + next.angle);
}

/// Go over the segments again; store the result of each node, and the worst status and drift.
fn walk(path: u32, own: u32, first: u32, last: u32, before: Journey) {
    let carrier = carriers[path];
    let start2 = square_at_start(path, carrier.vector);
    let scale = select(1.0, start2, start2 > 0.0);
    var journey = before;
    var drift = 0.0;
    var status = OK;
    for (var node = first; node < last; node++) {
        journey = extended(journey, path, node);
        let next = segments[path * parameters.nodes + node];
        let w = journey.matrix.xy * carrier.vector.x + journey.matrix.zw * carrier.vector.y;
        let change = abs(inner(next.metric, w, w) - start2) / scale;
        let counts = node < carrier.segments;
        drift = max(drift, select(0.0, change, counts));
        status = max(status, select(OK, next.status, counts));
        let slot = path * parameters.nodes + node + 1u;
        operators[slot] = journey.matrix;
        angles[slot] = journey.angle;
    }
    drifts[own] = drift;
    statuses[own] = status;
}

/// g(w, w) at the first node of the path, which is stored after its segments.
fn square_at_start(path: u32, w: vec2f) -> f32 {
    return inner(segments[(path + 1u) * parameters.nodes - 1u].metric, w, w);
}

/// The worst status and drift of all invocations.
fn gather(path: u32) {
    for (var i = 0u; i < WORKGROUP; i++) {
        carriers[path].drift = max(carriers[path].drift, drifts[i]);
        carriers[path].status = max(carriers[path].status, statuses[i]);
    }
}
