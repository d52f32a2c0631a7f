// Gershgorin's bound of the spectrum: the largest row sum of |L|, by reduction.
//!include lib/flow.wgsl

var<workgroup> largest: atomic<u32>;

@compute @workgroup_size(HALO, HALO)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let spot = spot_of(tile.xy, local.xy);
    // some drivers do not clear it between workgroups
    if all(local.xy == vec2u()) { atomicStore(&largest, 0u); }
    workgroupBarrier();
    // the order of non-negative floats is that of their bits
    if spot.own { atomicMax(&largest, bitcast<u32>(row_sum(spot))); }
    workgroupBarrier();
    if all(local.xy == vec2u()) { atomicMax(&bound[0], atomicLoad(&largest)); }
}

fn row_sum(spot: Spot) -> f32 {
    let w = around(spot);
    let all_of_it = array(
        w.own.east, w.own.north, w.own.north_east, w.own.north_west,
        w.west, w.south, w.south_west, w.south_east,
    );
    var sizes = 0.0;
    var diagonal = own[spot.at].x;
    for (var i = 0; i < 8; i++) {
        sizes += size_of(all_of_it[i]);
        diagonal -= real_of(all_of_it[i]);
    }
    return own[spot.at].y * (sizes + abs(diagonal));
}
