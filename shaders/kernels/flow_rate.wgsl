// The first stage of a step: L z, and the increment that it begins with.
// Twin of compute/flow/stepping.py.
//!include lib/flow.wgsl

fn given(at: u32) -> Value { return high(state[at]); }

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    load(tile.xy, local.xy);
    let node = node_of(tile.xy, local.xy);
    if !is_own(node) { return; }
    let at = place(node);
    let rate = applied(local.xy, own[at]);
    first[at] = rate;
    after[at] = parameters.base * rate;
}
