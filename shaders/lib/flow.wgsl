// L of a flow by its nine points.  Twin of `Stencil` in compute/flow/laplacian.py.
//
// The field of a tile and its halo is loaded once into workgroup memory, where it is read nine
// times.  Links are read from the buffer: each belongs to two nodes only, and copies cost more.
//!include lib/flow_tile.wgsl

var<workgroup> values: array<Value, HALO * HALO>;

/// The four links of a node, and its neighbours' links to it.
struct Around {
    own: Links,
    west: Weight,
    south: Weight,
    south_west: Weight,
    south_east: Weight,
}

fn around(spot: Spot) -> Around {
    let west = select(spot.at - 1u, spot.at + parameters.columns - 1u, spot.x == 0u);
    let last = spot.x + 1u == parameters.columns;
    let east = select(spot.at + 1u, spot.at + 1u - parameters.columns, last);
    let round = spot.y == 0u && parameters.wraps.y == 1u;
    let down = select(0u - parameters.stride, (parameters.rows - 1u) * parameters.stride, round);
    let south = links[spot.at + down].north;
    var found = Around(links[spot.at], links[west].east, south, Weight(), Weight());
    // without g¹² in the chart there are no diagonal links
    if ACROSS == 1 {
        found.south_west = links[west + down].north_east;
        found.south_east = links[east + down].north_west;
    }
    return found;
}

/// L z at a node of the tile.
fn applied(spot: Spot, here: u32) -> Value {
    let z = values[here];
    let w = around(spot);
    var sum = along(w.own.east, values[here + 1u], z);
    sum += along(w.own.north, values[here + HALO], z);
    sum += against(w.west, values[here - 1u], z);
    sum += against(w.south, values[here - HALO], z);
    if ACROSS == 1 {
        sum += along(w.own.north_east, values[here + HALO + 1u], z);
        sum += along(w.own.north_west, values[here + HALO - 1u], z);
        sum += against(w.south_west, values[here - HALO - 1u], z);
        sum += against(w.south_east, values[here - HALO + 1u], z);
    }
    // the diagonal rest and 1/M
    let own = own[spot.at];
    return own.y * (sum + own.x * z);
}
