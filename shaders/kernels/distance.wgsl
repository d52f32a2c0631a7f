// The distance from a point by the eikonal equation, one workgroup a tile.
// Twin of compute/eikonal.py.
//
// A tile and its halo are loaded once; its cells are renewed several times in workgroup memory
// before they are handed on.  Values only ever fall, so that a halo which is out of date does no
// harm, and a tile has nothing to do while neither it nor one around it has changed.

/// Values and metrics (g₁₁, g₁₂, g₂₂, usable) of the tile with its halo.
var<workgroup> values: array<f32, HALO * HALO>;
var<workgroup> lengths: array<vec4f, HALO * HALO>;
var<workgroup> changes: atomic<u32>;

/// A triangle of a cell and two adjoining neighbours: √A, B/A and m.
struct Triangle { root: f32, b: f32, m: f32 }

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
    for (var i = own; i < HALO * HALO; i += TILE * TILE) { load(tile.xy, i); }
    workgroupBarrier();
    let here = (local.y + 1u) * HALO + local.x + 1u;
    let first = values[here];
    renew(here);
    if values[here] < first * (1.0 - SETTLED) { atomicAdd(&changes, 1u); }
    if inside { after[at] = values[here]; }
    workgroupBarrier();
    if own == 0u { woken[tile_number(tile.xy)] = atomicLoad(&changes); }
}

fn tile_number(tile: vec2u) -> u32 {
    return tile.y * ((parameters.columns + TILE - 1u) / TILE) + tile.x;
}

/// Whether a tile or one around it changed when it was last handed on.
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

/// Renew a cell by its eight triangles, all cells of the tile at a time.
fn renew(here: u32) {
    let t0 = triangle(here, vec2i(1, 0), vec2i(1, 1));
    let t1 = triangle(here, vec2i(1, 1), vec2i(0, 1));
    let t2 = triangle(here, vec2i(0, 1), vec2i(-1, 1));
    let t3 = triangle(here, vec2i(-1, 1), vec2i(-1, 0));
    let t4 = triangle(here, vec2i(-1, 0), vec2i(-1, -1));
    let t5 = triangle(here, vec2i(-1, -1), vec2i(0, -1));
    let t6 = triangle(here, vec2i(0, -1), vec2i(1, -1));
    let t7 = triangle(here, vec2i(1, -1), vec2i(1, 0));
    for (var renewal = 0; renewal < RENEWALS; renewal++) {
        let east = values[here + 1u];
        let north_east = values[here + HALO + 1u];
        let north = values[here + HALO];
        let north_west = values[here + HALO - 1u];
        let west = values[here - 1u];
        let south_west = values[here - HALO - 1u];
        let south = values[here - HALO];
        let south_east = values[here - HALO + 1u];
        var least = min(through(t0, east, north_east), through(t1, north_east, north));
        least = min(least, min(through(t2, north, north_west), through(t3, north_west, west)));
        least = min(least, min(through(t4, west, south_west), through(t5, south_west, south)));
        least = min(least, min(through(t6, south, south_east), through(t7, south_east, east)));
        workgroupBarrier();
        if lengths[here].w > 0.0 { values[here] = min(values[here], least); }
        workgroupBarrier();
    }
}

/// Load one cell of the tile with its halo; beyond the map nothing leads anywhere.
fn load(tile: vec2u, i: u32) {
    // of the cell one further on, so that the halo's first row is not negative
    let next = tile * TILE + vec2u(i % HALO, i / HALO);
    let inside = all(next > vec2u()) && next.x <= parameters.columns && next.y <= parameters.rows;
    let cell = select(vec2u(), next - 1u, inside);
    let at = cell.y * parameters.columns + cell.x;
    values[i] = select(FAR, before[at], inside);
    lengths[i] = select(vec4f(), metrics[at], inside);
}

/// The triangle of a cell and two neighbours, by the lengths of its sides.
fn triangle(here: u32, p: vec2i, q: vec2i) -> Triangle {
    let halo = i32(HALO);
    let own = lengths[here];
    let end_p = metric_or(own, lengths[i32(here) + p.y * halo + p.x]);
    let end_q = metric_or(own, lengths[i32(here) + q.y * halo + q.x]);
    let length_p = side(own.xyz, end_p, vec2f(p));
    let length_q = side(own.xyz, end_q, vec2f(q));
    let near = length_p * length_p;
    let far = length_q * length_q;
    let e = side(end_p, end_q, vec2f(q - p));
    let a = max(max(e * e, LEAST * (near + far)), 1e-30);
    let b = (far - near - a) / (2.0 * a);
    return Triangle(sqrt(a), b, sqrt(max(near / a - b * b, 0.0)));
}

/// The metric of a neighbour; beyond the domain the cell's own.
fn metric_or(own: vec4f, other: vec4f) -> vec3f {
    let known = select(own, other, other.w > 0.0);
    return select(vec3f(1.0, 0.0, 1.0), known.xyz, own.w > 0.0);
}

/// The length of an offset between two cells: Simpson's rule, in the middle the geometric mean.
fn side(one: vec3f, other: vec3f, v: vec2f) -> f32 {
    let a = sqrt(max(inner(one, v, v), 0.0));
    let b = sqrt(max(inner(other, v, v), 0.0));
    return (4.0 * sqrt(a * b) + a + b) / 6.0;
}

fn inner(metric: vec3f, u: vec2f, v: vec2f) -> f32 {
    return metric.x * u.x * v.x + metric.y * (u.x * v.y + u.y * v.x) + metric.z * u.y * v.y;
}

/// The least way to a cell through the far side of a triangle, whose ends have known distances.
fn through(side: Triangle, first: f32, second: f32) -> f32 {
    let k = clamp((second - first) / side.root, -0.999999, 0.999999);
    let t = clamp(-side.b - k * side.m * inverseSqrt(1.0 - k * k), 0.0, 1.0);
    let way = side.root * sqrt((t + side.b) * (t + side.b) + side.m * side.m);
    return (1.0 - t) * first + t * second + way;
}
