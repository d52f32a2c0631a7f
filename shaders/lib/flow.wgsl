// L of a flow by its nine points.  Twin of `Stencil` in compute/flow/operator.py.
//
// A tile and its halo, field and links, are loaded once into workgroup memory.  Of the links of a node
// four are its own and four its neighbours', carried the other way.
//!include lib/flow_tile.wgsl

var<workgroup> values: array<Value, HALO * HALO>;
var<workgroup> weights: array<Links, HALO * HALO>;

fn load(tile: vec2u, local: vec2u) {
    for (var i = local.y * TILE + local.x; i < HALO * HALO; i += TILE * TILE) {
        let at = place_in_halo(tile, i);
        if at == NOWHERE {
            values[i] = Value();
            weights[i] = Links();
        } else {
            values[i] = given(at);
            weights[i] = links[at];
        }
    }
    workgroupBarrier();
}

/// L z at a node of the tile, whose rest and 1/M are ``own``.
fn applied(local: vec2u, own: vec2f) -> Value {
    let here = (local.y + 1u) * HALO + local.x + 1u;
    let z = values[here];
    let west = here - 1u;
    let south = here - HALO;
    var sum = along(weights[here].east, values[here + 1u], z);
    sum += along(weights[here].north, values[here + HALO], z);
    sum += against(weights[west].east, values[west], z);
    sum += against(weights[south].north, values[south], z);
    // without g¹² in the chart there are no links across
    if ACROSS == 1 {
        sum += along(weights[here].north_east, values[here + HALO + 1u], z);
        sum += along(weights[here].north_west, values[here + HALO - 1u], z);
        sum += against(weights[south - 1u].north_east, values[south - 1u], z);
        sum += against(weights[south + 1u].north_west, values[south + 1u], z);
    }
    return own.y * (sum + own.x * z);
}
