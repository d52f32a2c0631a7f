// The first stage of a step: L z, and the first increment.
// Twin of compute/flow/time_stepping.py.
//!include lib/flow.wgsl

@compute @workgroup_size(HALO, HALO)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let spot = spot_of(tile.xy, local.xy);
    let here = place(local.xy);
    values[here] = high(state[spot.at]);
    workgroupBarrier();
    if !spot.own { return; }
    let rate = applied(spot, here);
    first[spot.at] = rate;
    after[spot.at] = parameters.base * rate;
}
