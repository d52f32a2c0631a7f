// A number for each pair of a row a_i of one array and a row b_j of another, a workgroup a tile.
//
//   DOT       Σ a b                          products of matrices
//   SQUARE    Σ (a − b)²                     squared distances, without cancellation
//   SPHERE    (4 arcsin ½√Σ(a − b)²)²        of square roots of distributions, squared
//   JEFFREYS  Σ (a − b)(α − β)               with the moments α, β of the rows
// Twin of compute/attention/geometric_attention.py.  Each invocation computes a block of four by
// four pairs, and the workgroup reads DEPTH columns at a time.

/// DEPTH columns of the tile's rows: element k · TILE + l holds those of four rows from 4l.
var<workgroup> left: array<vec4f, DEPTH * TILE>;
var<workgroup> right: array<vec4f, DEPTH * TILE>;
var<workgroup> left_moments: array<vec4f, DEPTH * TILE>;
var<workgroup> right_moments: array<vec4f, DEPTH * TILE>;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
    let i = (tile.y * TILE + local.y) * 4u;
    let j = (tile.x * TILE + local.x) * 4u;
    var sums = mat4x4f();
    for (var start = 0u; start < parameters.width; start += DEPTH) {
        load(tile.xy * TILE, start, local.y * TILE + local.x);
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
            sums += terms(k * TILE + local.y, k * TILE + local.x);
        }
        workgroupBarrier();
    }
    for (var row = 0u; row < 4u; row++) {
        for (var column = 0u; column < 4u; column++) {
            if i + row < parameters.rows && j + column < parameters.columns {
                let at = (i + row) * parameters.stride + parameters.first + j + column;
                found[at] = finished(sums[row][column]);
            }
        }
    }
}

/// The terms of one column: for each row of a, a vector over the rows of b.
fn terms(i: u32, j: u32) -> mat4x4f {
    let a = left[i];
    let b = right[j];
    if PAIR == DOT { return mat4x4f(a.x * b, a.y * b, a.z * b, a.w * b); }
    let c0 = a.x - b;
    let c1 = a.y - b;
    let c2 = a.z - b;
    let c3 = a.w - b;
    if PAIR != JEFFREYS { return mat4x4f(c0 * c0, c1 * c1, c2 * c2, c3 * c3); }
    let m = left_moments[i];
    let n = right_moments[j];
    return mat4x4f(c0 * (m.x - n), c1 * (m.y - n), c2 * (m.z - n), c3 * (m.w - n));
}

fn finished(sum: f32) -> f32 {
    if PAIR == DOT { return sum; }
    if PAIR != SPHERE { return max(sum, 0.0); }
    let angle = 4.0 * arcsine(0.5 * sqrt(sum));
    return angle * angle;
}

/// arcsin x of x in [0, 1]; the built-in one may err by 1e-4.  (Moshier's coefficients)
fn arcsine(x: f32) -> f32 {
    let far = x > 0.5;
    let z = select(x * x, max(0.5 * (1.0 - x), 0.0), far);
    let y = select(x, sqrt(z), far);
    let high = (4.2163199048e-2 * z + 2.4181311049e-2) * z + 4.5470025998e-2;
    let near = y + y * z * ((high * z + 7.4953002686e-2) * z + 1.6666752422e-1);
    return select(near, 1.5707963268 - 2.0 * near, far);
}

/// One invocation's share of the tile: four rows of one column, zeros beyond the arrays.
fn load(tile: vec2u, start: u32, own: u32) {
    for (var at = own; at < DEPTH * TILE; at += TILE * TILE) {
        let k = start + at / TILE;
        let lane = at % TILE;
        for (var n = 0u; n < 4u; n++) {
            let i = (tile.y + lane) * 4u + n;
            let j = (tile.x + lane) * 4u + n;
            let in_a = k < parameters.width && i < parameters.rows;
            let in_b = k < parameters.width && j < parameters.columns;
            let of_a = select(0u, (parameters.begin + i) * parameters.width + k, in_a);
            let of_b = select(0u, j * parameters.width + k, in_b);
            left[at][n] = select(0.0, a[of_a], in_a);
            right[at][n] = select(0.0, b[of_b], in_b);
            if PAIR == JEFFREYS {
                left_moments[at][n] = select(0.0, a_moments[of_a], in_a);
                right_moments[at][n] = select(0.0, b_moments[of_b], in_b);
            }
        }
    }
}
