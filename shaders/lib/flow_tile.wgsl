// A grid processed tile by tile, and by bands of rows if it does not fit into one binding.
//
// A workgroup is a tile of TILE × TILE nodes with its halo, an invocation a node.  The buffers hold
// one more row before and after the band: rows of the neighbouring bands, or zeros.  Columns are
// treated as periodic: if they are not, no link leads from the last to the first.

/// The node of an invocation: its column, its row in the grid, where the buffers hold it, whether
/// there is one, and whether it is one of the tile itself.
struct Spot { x: u32, y: u32, at: u32, there: bool, own: bool }

fn spot_of(tile: vec2u, local: vec2u) -> Spot {
    // counted from one, so that the halo's first row and column are not negative
    let node = tile * TILE + local + vec2u(0u, parameters.begin);
    let size = vec2u(parameters.columns, parameters.rows);
    let before = node == vec2u();
    let beyond = node > size;
    let x = select(select(node.x, 1u, beyond.x), size.x, before.x) - 1u;
    let round = select(select(node.y, 1u, beyond.y), size.y, before.y);
    let row = select(min(node.y, parameters.end + 1u), round, parameters.wraps.y == 1u);
    let at = (row - parameters.begin) * parameters.stride + x;
    let there = !(before.x || beyond.x) || parameters.wraps.x == 1u;
    let core = all(local > vec2u()) && all(local <= vec2u(TILE));
    let own = core && all(node <= vec2u(size.x, parameters.end));
    return Spot(x, row - 1u, at, there, own);
}

/// Where a node of the tile lies in it with its halo.
fn place(local: vec2u) -> u32 {
    return local.y * HALO + local.x;
}
