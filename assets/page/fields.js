// Maps of a scalar, the geometry at points, and densities: the pointwise kernels.

import { Records } from "page/records";

// points of one dispatch: a map must not hold up a drag
const TILE = 4096;

/**
 * A scalar at `count` points, `place(i)` the θ of each or NaN: {values, known}, both by index.  `known`
 * is 0 outside the domain and where the value has no digits.  `wanted()` false ends it, with null.
 */
export async function field(session, manifold, count, place, index, wanted) {
  const values = new Float32Array(count);
  const known = new Uint8Array(count);
  const layout = session.struct("field", "Sample");
  const { which } = session.limits;
  for (let begin = 0; begin < count; begin += TILE) {
    if (!wanted()) return null;
    const size = Math.min(TILE, count - begin);
    const { thetas, inside } = placed(manifold, begin, size, place);
    const given = session.parameters("field", "map", { count: size, which, index });
    const samples = session.buffer("samples", TILE * layout.size);
    const points = session.filled("map points", thetas);
    const work = session.dispatch("field", [given, points, samples], session.groups(size));
    const [found] = await session.run([work], [[samples, size * layout.size]]);
    const records = new Records(layout, size, found);
    for (let i = 0; i < size; i++) {
      values[begin + i] = records.get(i, "value");
      known[begin + i] = inside[i] && records.get(i, "status") === 0 ? 1 : 0;
    }
  }
  return { values, known };
}

/** The points of a tile, an interior one where there is none, and which of them are points. */
function placed(manifold, begin, size, place) {
  const thetas = new Float32Array(2 * size);
  const inside = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const theta = place(begin + i);
    inside[i] = Number.isFinite(theta[0]) && Number.isFinite(theta[1]) ? 1 : 0;
    thetas.set(inside[i] ? theta : manifold.interior, 2 * i);
  }
  return { thetas, inside };
}

/** Metric (g₁₁, g₁₂, g₂₂), curvature (NaN where rounding hides it) and status at points θ. */
export async function geometry(session, thetas) {
  const layout = session.struct("geometry", "Point");
  const given = session.parameters("geometry", "geometry", { count: thetas.length });
  const places = session.filled("places", new Float32Array(thetas.flat()));
  const points = session.buffer("points", thetas.length * layout.size);
  const work = session.dispatch("geometry", [given, places, points], session.groups(thetas.length));
  const [found] = await session.run([work], [[points, thetas.length * layout.size]]);
  const records = new Records(layout, thetas.length, found);
  return thetas.map((_, i) => {
    const k = records.get(i, "curvature");
    return {
      metric: records.get(i, "metric"),
      curvature: Math.abs(k) < session.limits.unknown ? k : NaN,
      status: session.published.statuses[records.get(i, "status")][0],
    };
  });
}

/** p(x|θ) of each θ at the points x, as arrays. */
export async function densities(session, thetas, x) {
  const count = thetas.length * x.length;
  const given = session.parameters("density", "density", { count, points: x.length });
  const places = session.filled("density places", new Float32Array(thetas.flat()));
  const samples = session.filled("density samples", new Float32Array(x));
  const found = session.buffer("densities", 4 * count);
  const work = session.dispatch("density", [given, places, samples, found], session.groups(count));
  const [values] = await session.run([work], [[found, 4 * count]]);
  const all = new Float32Array(values);
  return thetas.map((_, i) => all.subarray(i * x.length, (i + 1) * x.length));
}

/** p of a softmax family at θ, in double precision: {T, b} are its published logits. */
export function softmax({ T, b }, theta) {
  const logits = b.map((bias, j) => bias + T[2 * j] * theta[0] + T[2 * j + 1] * theta[1]);
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** √g(v, v) of a packed metric (g₁₁, g₁₂, g₂₂). */
export function norm([a, b, c], [x, y]) {
  return Math.sqrt(Math.max(a * x * x + 2 * b * x * y + c * y * y, 0));
}
