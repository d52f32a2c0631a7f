// Nodes of a grid that is worked on tile by tile, and by bands of rows where a binding is too small.

const NOWHERE = 0xffffffffu;

/// The node of an invocation; y counts the rows of the whole grid.
fn node_of(tile: vec2u, local: vec2u) -> vec2u {
    return tile * TILE + local + vec2u(0u, parameters.begin);
}

fn is_own(node: vec2u) -> bool {
    return node.x < parameters.columns && node.y < parameters.end;
}

/// Where the buffers hold a node: they begin with one row before the band's own.
fn place(node: vec2u) -> u32 {
    return (node.y - parameters.origin) * parameters.stride + node.x;
}

/// Where they hold the i-th node of a tile with its halo, or NOWHERE beyond the grid.
fn place_in_halo(tile: vec2u, i: u32) -> u32 {
    // one further on, so that the halo's first row is not negative
    var next = node_of(tile, vec2u(i % HALO, i / HALO));
    let size = vec2u(parameters.columns, parameters.rows);
    if parameters.wraps.x == 1u { next.x = (next.x + size.x - 1u) % size.x + 1u; }
    if parameters.wraps.y == 1u { next.y = (next.y + size.y - 1u) % size.y + 1u; }
    if any(next == vec2u()) || any(next > size) { return NOWHERE; }
    return place(next - 1u);
}
