// A further stage of a step, in increments:
//     d_j = μ d_{j−1} + ν d_{j−2} + gain · L d_{j−1} + base · L z.
// Twin of compute/flow/time_stepping.py.  `after` holds d_{j−2} and receives d_j; the last one is
// added to z.
//!include lib/flow.wgsl

@compute @workgroup_size(HALO, HALO)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let spot = spot_of(tile.xy, local.xy);
    let here = place(local.xy);
    values[here] = now[spot.at];
    workgroupBarrier();
    if !spot.own { return; }
    // d₀ = 0, but its buffer still holds values of an earlier step
    let before = select(after[spot.at], Value(), parameters.nu == 0.0);
    let d = parameters.mu * values[here] + parameters.nu * before
        + parameters.gain * applied(spot, here) + parameters.base * first[spot.at];
    if LAST == 1 {
        state[spot.at] = added(state[spot.at], d);
    } else {
        after[spot.at] = d;
    }
}
