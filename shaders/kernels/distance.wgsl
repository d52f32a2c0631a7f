// The distance from a point by the eikonal equation, one workgroup a tile.
// Twin of compute/distances/eikonal.py.
//
// A tile and its halo are loaded once; its cells are updated several times in workgroup memory
// before they are written back.  Values only ever decrease, so an outdated halo does no harm, and a
// tile is skipped while neither it nor a tile next to it has changed.

/// Values of the tile with its halo, and at the end FAR for neighbours that do not exist.
var<workgroup> values: array<f32, MOST + 1>;
var<workgroup> changes: atomic<u32>;

/// A triangle of a cell X and two adjacent neighbours P and Q: the places of their values, |XP|,
/// |PQ| (0 if no path through PQ is allowed), and X as ``foot`` along PQ and ``height`` above it.
struct Triangle { p: u32, q: u32, near: f32, far: f32, foot: f32, height: f32 }

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let cell = tile.xy * TILE + local.xy;
    let at = cell.y * parameters.columns + cell.x;
    let inside = cell.x < parameters.columns && cell.y < parameters.rows;
    if !is_awake(tile.xy) {
        if inside { after[at] = before[at]; }
        if all(local.xy == vec2u()) { woken[tile_number(tile.xy)] = 0u; }
        return;
    }
    let own = local.y * TILE + local.x;
    // some drivers do not clear it between workgroups
    if own == 0u { atomicStore(&changes, 0u); }
    if own == 0u { values[MOST] = FAR; }
    let halo = TILE + 2u * parameters.reach;
    for (var i = own; i < halo * halo; i += TILE * TILE) { load(tile.xy, i, halo); }
    workgroupBarrier();
    let here = (local.y + parameters.reach) * halo + local.x + parameters.reach;
    let first = values[here];
    renew(here, cell);
    if values[here] < first * (1.0 - SETTLED) { atomicAdd(&changes, 1u); }
    if inside { after[at] = values[here]; }
    workgroupBarrier();
    if own == 0u { woken[tile_number(tile.xy)] = atomicLoad(&changes); }
}

fn tile_number(tile: vec2u) -> u32 {
    return tile.y * ((parameters.columns + TILE - 1u) / TILE) + tile.x;
}

/// Whether a tile or one next to it changed in the last dispatch.
fn is_awake(tile: vec2u) -> bool {
    let most = (vec2u(parameters.columns, parameters.rows) + TILE - 1u) / TILE - 1u;
    let low = max(tile, vec2u(1u)) - 1u;
    let high = min(tile + 1u, most);
    var changed = 0u;
    for (var y = low.y; y <= high.y; y++) {
        for (var x = low.x; x <= high.x; x++) { changed |= awake[tile_number(vec2u(x, y))]; }
    }
    return changed > 0u;
}

/// Update a cell from its eight triangles, together with all cells of the tile.
fn renew(here: u32, cell: vec2u) {
    let usable = all(cell < vec2u(parameters.columns, parameters.rows));
    let at = select(0u, cell.y * parameters.columns + cell.x, usable);
    let t0 = triangle(here, at, 0u);
    let t1 = triangle(here, at, 1u);
    let t2 = triangle(here, at, 2u);
    let t3 = triangle(here, at, 3u);
    let t4 = triangle(here, at, 4u);
    let t5 = triangle(here, at, 5u);
    let t6 = triangle(here, at, 6u);
    let t7 = triangle(here, at, 7u);
    for (var renewal = 0; renewal < RENEWALS; renewal++) {
        var least = min(min(through(t0), through(t1)), min(through(t2), through(t3)));
        least = min(least, min(min(through(t4), through(t5)), min(through(t6), through(t7))));
        workgroupBarrier();
        if usable { values[here] = min(values[here], least); }
        workgroupBarrier();
    }
}

/// Load one cell of the tile with its halo; FAR outside the map.
fn load(tile: vec2u, i: u32, halo: u32) {
    let cell = vec2i(tile * TILE + vec2u(i % halo, i / halo)) - i32(parameters.reach);
    let size = vec2i(i32(parameters.columns), i32(parameters.rows));
    let inside = all(cell >= vec2i()) && all(cell < size);
    let at = select(0, cell.y * i32(parameters.columns) + cell.x, inside);
    values[i] = select(FAR, before[at], inside);
}

/// One of the eight triangles of a cell.
fn triangle(here: u32, at: u32, number: u32) -> Triangle {
    let count = parameters.columns * parameters.rows;
    let next = (number + 1u) % 8u;
    let near = lengths[number * count + at];
    let other = lengths[next * count + at];
    let far = lengths[(8u + number) * count + at];
    let foot = 0.5 * (far + (near - other) * (near + other) / max(far, 1e-30));
    let height = sqrt(max((near - foot) * (near + foot), 0.0));
    return Triangle(place(here, at, number), place(here, at, next), near, far, foot, height);
}

/// The place of a neighbour's value; that of FAR if the neighbour is not usable.
fn place(here: u32, at: u32, number: u32) -> u32 {
    let step = steps[number * parameters.columns * parameters.rows + at];
    let offset = step.y * i32(TILE + 2u * parameters.reach) + step.x;
    return select(u32(i32(here) + offset), MOST, all(step == vec2i()));
}

/// The shortest distance to X through the side PQ of a triangle, or along the side XP.
fn through(side: Triangle) -> f32 {
    let first = values[side.p];
    let second = values[side.q];
    let edge = first + side.near;
    if side.far <= 0.0 || max(first, second) >= FAR { return edge; }
    // the virtual source, from its distances to P and to Q
    let along = 0.5 * (side.far + (first - second) * (first + second) / side.far);
    let behind = sqrt(max((first - along) * (first + along), 0.0));
    let across = side.height + behind;
    let crossing = along * across + (side.foot - along) * behind;
    let seen = abs(along) < first && crossing > 0.0 && crossing < side.far * across;
    return min(edge, select(FAR, length(vec2f(side.foot - along, across)), seen));
}
