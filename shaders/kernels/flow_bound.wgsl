// Gershgorin's bound of the spectrum: the largest row sum of |L|, by reduction.
//!include lib/flow.wgsl

var<workgroup> largest: atomic<u32>;

fn given(at: u32) -> Value { return Value(); }

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    // some drivers do not clear it between workgroups
    if all(local.xy == vec2u()) { atomicStore(&largest, 0u); }
    load(tile.xy, local.xy);
    let node = node_of(tile.xy, local.xy);
    if is_own(node) {
        // floats that are not negative are in the order of their bits
        atomicMax(&largest, bitcast<u32>(row_sum(local.xy, own[place(node)])));
    }
    workgroupBarrier();
    if all(local.xy == vec2u()) { atomicMax(&bound[0], atomicLoad(&largest)); }
}

fn row_sum(local: vec2u, own: vec2f) -> f32 {
    let here = (local.y + 1u) * HALO + local.x + 1u;
    let around = array(
        weights[here].east, weights[here].north,
        weights[here].north_east, weights[here].north_west,
        weights[here - 1u].east, weights[here - HALO].north,
        weights[here - HALO - 1u].north_east, weights[here - HALO + 1u].north_west,
    );
    var sizes = 0.0;
    var diagonal = own.x;
    for (var i = 0; i < 8; i++) {
        sizes += size_of(around[i]);
        diagonal -= real_of(around[i]);
    }
    return own.y * (sizes + abs(diagonal));
}
