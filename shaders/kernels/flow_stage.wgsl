// A further stage of a step, in increments: d_j = μ d_{j−1} + ν d_{j−2} + gain · L d_{j−1} + base · L z.
// Twin of compute/flow/stepping.py.  `after` holds d_{j−2} and takes d_j; the last stage adds it to z.
//!include lib/flow.wgsl

fn given(at: u32) -> Value { return now[at]; }

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    load(tile.xy, local.xy);
    let node = node_of(tile.xy, local.xy);
    if !is_own(node) { return; }
    let at = place(node);
    var d = parameters.gain * applied(local.xy, own[at]);
    d += parameters.mu * values[(local.y + 1u) * HALO + local.x + 1u];
    // not read where it counts for nothing: another flow's
    if parameters.nu != 0.0 { d += parameters.nu * after[at]; }
    if parameters.base != 0.0 { d += parameters.base * first[at]; }
    if parameters.last == 1u {
        state[at] = added(state[at], d);
    } else {
        after[at] = d;
    }
}
