// Parallel transport along curves, one invocation a segment and one a path.  Twin of
// compute/geodesics/parallel_transport.py.
//
// The operator of M' = −Γ^(α)(θ)[θ'] M over a segment, by collocation of order 6 at Gauss's nodes
// on the cubic Hermite interpolant, and the angle −∫ω in the frame e₁ = ∂₁/√g₁₁.
//!include lib/connection.wgsl
//!include family

/// Gauss–Legendre nodes and weights on [0, 1], and the stages of their collocation method.
const GAUSS = vec3f(0.112701665, 0.5, 0.887298335);
const WEIGHTS = vec3f(0.277777778, 0.444444444, 0.277777778);
const STAGE1 = vec3f(0.138888889, -0.0359766675, 0.00978944402);
const STAGE2 = vec3f(0.300263195, 0.222222222, -0.0224854172);
const STAGE3 = vec3f(0.267988334, 0.480421112, 0.138888889);
const SUBSTITUTIONS = 10;

/// Rates at one Gauss node: the matrix −Γ^k_ij θ'^j and the angle −ω(θ').
struct Rate { matrix: mat2x2f, turn: f32 }
/// The rates of a segment, the metric at its end, and the worst status in between.
struct Found { rates: array<Rate, 3>, metric: vec3f, status: i32 }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let path = id.x / parameters.nodes;
    if path >= parameters.count { return; }
    // the last invocation of a path has no segment: it computes the metric at the first node
    let alone = id.x % parameters.nodes == parameters.nodes - 1u;
    let node = select(id.x, path * parameters.nodes, alone);
    let end = select(node + 1u, node, alone);
    anchor(safe(nodes[node].xy));
    var found: Found;
    found.status = OK;
    // evaluated in one place, as the stages in lib/rk4.wgsl
    if AT_ONE_PLACE {
        for (var k = select(0u, 3u, alone); k < 4u; k++) { visit(k, node, end, &found); }
    } else {
        visit(0u, node, end, &found);
        visit(1u, node, end, &found);
        visit(2u, node, end, &found);
        visit(3u, node, end, &found);
    }
    let rates = found.rates;
    let turn = dot(WEIGHTS, vec3f(rates[0].turn, rates[1].turn, rates[2].turn));
    let m = collocation(rates[0].matrix, rates[1].matrix, rates[2].matrix);
    segments[id.x] = Segment(vec4f(m[0], m[1]), found.metric, turn, found.status);
}

/// Evaluate Gauss node k, or the segment's end for k = 3.
fn visit(k: u32, node: u32, end: u32, found: ptr<function, Found>) {
    let y = select(hermite(node, GAUSS[min(k, 2u)]), nodes[end], k == 3u);
    let at = geometry(safe(y.xy));
    if k == 3u {
        (*found).metric = at.metric;
        return;
    }
    var status = (*found).status;
    (*found).rates[k] = rate(at, y, &status);
    (*found).status = status;
}

/// θ if it is inside the domain, otherwise a point that is.
fn safe(theta: vec2f) -> vec2f {
    return select(parameters.interior, theta, in_domain(theta));
}

/// Position and velocity (per segment) at the fraction s of the segment that starts at a node.
fn hermite(node: u32, s: f32) -> vec4f {
    let h = 1.0 / f32(parameters.nodes - 1u);
    let a = nodes[node].xy;
    let step = nodes[node + 1u].xy - a;
    let u = h * nodes[node].zw;
    let v = h * nodes[node + 1u].zw;
    let r = 1.0 - s;
    // relative to a, so that short segments keep their digits
    let position = a + s * s * (3.0 - 2.0 * s) * step + s * r * (r * u - s * v);
    let speed = 6.0 * s * r * step + r * (1.0 - 3.0 * s) * u + s * (3.0 * s - 2.0) * v;
    return vec4f(position, speed);
}

fn rate(here: Geometry, y: vec4f, status: ptr<function, i32>) -> Rate {
    let inside = in_domain(y.xy);
    var at = here;
    let singular = is_singular(at, SINGULAR);
    at.det = select(at.det, 1.0, singular);
    *status = max(*status, select(select(OK, ILL_CONDITIONED, singular), LEFT_DOMAIN, !inside));
    let shifted = connection_first(at, parameters.alpha);
    let one = -christoffel(shifted, y.zw, vec2f(1.0, 0.0));
    let two = -christoffel(shifted, y.zw, vec2f(0.0, 1.0));
    return Rate(mat2x2f(one, two), sqrt(at.det) / at.metric.x * one.y);
}

/// The operator over a unit step from its rates at Gauss's nodes.
///
/// The implicit slopes are found by substitution, which gains a digit or more each time while a
/// segment turns by less than a radian.
fn collocation(b1: mat2x2f, b2: mat2x2f, b3: mat2x2f) -> mat2x2f {
    let unit = mat2x2f(1.0, 0.0, 0.0, 1.0);
    var k1 = b1;
    var k2 = b2;
    var k3 = b3;
    for (var i = 0; i < SUBSTITUTIONS; i++) {
        k1 = b1 * (unit + STAGE1.x * k1 + STAGE1.y * k2 + STAGE1.z * k3);
        k2 = b2 * (unit + STAGE2.x * k1 + STAGE2.y * k2 + STAGE2.z * k3);
        k3 = b3 * (unit + STAGE3.x * k1 + STAGE3.y * k2 + STAGE3.z * k3);
    }
    return unit + WEIGHTS.x * k1 + WEIGHTS.y * k2 + WEIGHTS.z * k3;
}
