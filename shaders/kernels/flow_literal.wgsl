// A step of the literal equation by central differences.  Twin of compute/flow/literal_equation.py.
//!include lib/flow_tile.wgsl
//!include lib/flow_vectors.wgsl

/// A¹ + iA² of the tile with its halo, and whether there is one.
var<workgroup> values: array<vec3f, HALO * HALO>;

@compute @workgroup_size(HALO, HALO)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let spot = spot_of(tile.xy, local.xy);
    let here = place(local.xy);
    let coefficients = second[spot.at];
    values[here] = vec3f(high(state[spot.at]), select(0.0, coefficients.w, spot.there));
    workgroupBarrier();
    if !spot.own { return; }
    let rate = rate_at(here, coefficients.xyz, turned[spot.at]);
    after[spot.at] = added(state[spot.at], parameters.base * rate);
}

fn rate_at(here: u32, g: vec3f, turns: vec4f) -> vec2f {
    let a = values[here].xy;
    let east = beside(here + 1u, a);
    let west = beside(here - 1u, a);
    let north = beside(here + HALO, a);
    let south = beside(here - HALO, a);
    let across = beside(here + HALO + 1u, a) - beside(here + HALO - 1u, a)
        - beside(here - HALO + 1u, a) + beside(here - HALO - 1u, a);
    let second = g.x * ((east - a) + (west - a)) + g.y * across + g.z * ((north - a) + (south - a));
    let slopes = vec2f(east.x - west.x, north.y - south.y);
    return -(second + vec2f(dot(turns.xy, slopes), dot(turns.zw, slopes)));
}

/// The value of a neighbour, or the node's own if the neighbour has none.
fn beside(there: u32, own: vec2f) -> vec2f {
    return select(own, values[there].xy, values[there].z > 0.0);
}
