// Boundary-value geodesics by multiple shooting, the twin of compute/geodesics/multiple_shooting.py:
// a curve in segments with unknown states (θ, w) at their starts, whose gaps Newton's method closes.

import { geometry, norm } from "page/fields";
import { Records } from "page/records";

const AXES = [0, 1, 2, 3];

/**
 * The geodesic of Γ^(α) between the ends of a curve near it, {status, theta, velocity, length, energy,
 * residual, drift}; null where the gaps stay open.  `alphas`: of the curve first, then up to α.
 */
export async function closed(session, curve, alphas, steps) {
  const chain = { session, end: curve.at(-1), start: curve[0], count: session.limits.chain.segments };
  chain.steps = Math.max(2, steps / chain.count);
  let states = statesOf(curve, chain.count);
  for (const alpha of alphas) {
    states = await closeGaps({ ...chain, alpha }, states);
    if (!states) return null;
  }
  return joined({ ...chain, alpha: alphas.at(-1) }, states);
}

/**
 * The energies of a geodesic by steps of its own size, and of half of it.  The kernel halves long steps itself: without
 * half its bounds, the two runs would have equal steps wherever it does, and their error would not show.
 */
export async function energies(session, { theta, velocity }, alpha) {
  const count = session.limits.chain.segments;
  const every = (theta.length - 1) / count;
  const states = Array.from({ length: count }, (_, i) => [...theta[i * every], ...velocity[i * every].map((w) => w / count)]);
  const found = [];
  for (const [steps, bound] of [[every, 1], [2 * every, 0.5]]) {
    const { ended } = await fired({ session, steps, alpha }, states, bound);
    found.push(count * sum(ended.map(({ arrived, energy }) => (arrived ? energy : NaN))));
  }
  return found;
}

/** States at the starts of the segments, by differences. */
function statesOf(curve, count) {
  const every = (curve.length - 1) / count;
  return Array.from({ length: count }, (_, i) => {
    const at = i * every;
    const [before, after] = [curve[Math.max(at - 1, 0)], curve[at + 1]];
    const scale = every / (at ? 2 : 1);
    return [...curve[at], ...after.map((x, k) => (x - before[k]) * scale)];
  });
}

/** Close all gaps, halving steps that do not reduce them; null if even the first states break off. */
async function closeGaps(chain, first) {
  const { rounds, closed: small } = chain.session.limits.chain;
  let [states, gap, step] = [first, Infinity, first.map(() => [0, 0, 0, 0])];
  for (let round = 0; round < rounds; round++) {
    const trial = states.map((y, i) => y.map((value, k) => value + step[i][k]));
    const found = await newton(chain, trial);
    if (found.gap < gap) {
      [states, gap, step] = [trial, found.gap, found.step];
    } else {
      step = step.map((change) => change.map((value) => value / 2));
    }
    if (!Number.isFinite(gap)) return null;
    if (gap <= small * found.length) break;
  }
  return states;
}

/** The sum of the gaps as Fisher lengths, infinite where a segment breaks off, and the next step. */
async function newton(chain, states) {
  const { session, count, end } = chain;
  const none = { gap: Infinity };
  const ends = await geometry(session, [...states.map((y) => y.slice(0, 2)), end]);
  const metrics = ends.map(({ metric }) => metric);
  if (ends.some(({ status }) => status !== "OK") || metrics.some(([a, , c]) => !(a > 0 && c > 0))) return none;
  const sizes = states.map(([, , ...w], i) => {
    const size = session.limits.chain.offset * Math.max(norm(metrics[i], w), 1e-9);
    return AXES.map((k) => size / Math.sqrt(metrics[i][k % 2 ? 2 : 0]));
  });
  const rays = states.flatMap((y, i) => [y, ...AXES.map((k) => y.map((x, j) => (j === k ? x + sizes[i][k] : x)))]);
  const { ended } = await fired(chain, rays);
  if (ended.some(({ arrived }) => !arrived)) return none;
  const defects = states.map((_, i) => {
    const last = i === count - 1;
    const wanted = last ? [...end, 0, 0] : states[i + 1];
    return ended[5 * i].y.map((x, k) => (last && k > 1 ? 0 : x - wanted[k]));
  });
  const slopes = states.map((_, i) => AXES.map((row) => AXES.map((k) =>
    (ended[5 * i + 1 + k].y[row] - ended[5 * i].y[row]) / sizes[i][k])));
  const widths = defects.map(([a, b, c, d], i) => norm(metrics[i + 1], [a, b]) + norm(metrics[i + 1], [c, d]));
  const gap = sum(widths);
  // of another connection the speed is not constant: that at the start is no length
  const length = sum(states.map((y, i) => norm(metrics[i], y.slice(2))));
  return { gap: Number.isNaN(gap) ? Infinity : gap, length, step: condensed(slopes, defects) };
}

/** The corrections that close all gaps to first order: they depend on that of the first velocity. */
function condensed(slopes, defects) {
  let lead = [[0, 0], [0, 0], [1, 0], [0, 1]];
  let rest = [0, 0, 0, 0];
  const rows = slopes.map((slope, i) => {
    const row = { lead, rest };
    lead = slope.map((line) => [0, 1].map((k) => sum(line.map((x, j) => x * row.lead[j][k]))));
    rest = slope.map((line, r) => sum(line.map((x, j) => x * row.rest[j])) + defects[i][r]);
    return row;
  });
  const [[a, b], [c, d]] = lead;
  const det = a * d - b * c || 1;
  const first = [(b * rest[1] - d * rest[0]) / det, (c * rest[0] - a * rest[1]) / det];
  return rows.map((row) => row.rest.map((x, k) => x + row.lead[k][0] * first[0] + row.lead[k][1] * first[1]));
}

/** Fire a ray of one segment from each state: where and how each ended, and all nodes; `bound`: the kernel's. */
async function fired({ session, steps, alpha }, states, bound = 1) {
  const layout = session.struct("geodesic", "Path");
  const rays = new Records(layout, states.length);
  states.forEach(([x, y, ...w], i) => rays.set(i, { origin: [x, y], y: [0, 0, ...w], remaining: 1, share: 1 }));
  const buffer = session.filled("chain rays", rays.buffer);
  const size = states.length * (steps + 1) * 16;
  const nodes = session.buffer("chain nodes", size);
  const given = { count: states.length, steps, dt: 1 / steps, alpha, bound };
  const parameters = session.parameters("geodesic", "chain", given);
  const times = Math.ceil((steps * session.limits.tries) / session.limits.attempts);
  const fire = session.dispatch("geodesic", [parameters, buffer, nodes], session.groups(states.length), times);
  const [ends, trace] = await session.run([fire], [[buffer, rays.buffer.byteLength], [nodes, size]]);
  const found = new Records(layout, states.length, ends);
  const ended = states.map(([x, y], i) => {
    const [dx, dy, ...w] = found.get(i, "y");
    const [length, energy] = found.get(i, "sums");
    const arrived = found.get(i, "status") === 0 && found.get(i, "node") === steps;
    return { y: [x + dx, y + dy, ...w], length, energy, drift: found.get(i, "drift"), arrived };
  });
  return { ended, nodes: new Float32Array(trace) };
}

/** The whole curve of states, with the sum of its gaps as residual; null where one is too large. */
async function joined(chain, states) {
  const { session, steps, count, end, alpha } = chain;
  const { ended, nodes } = await fired(chain, states);
  const wanted = [...states.slice(1).map((y) => y.slice(0, 2)), end];
  const ends = await geometry(session, wanted);
  const gaps = ended.map(({ y }, i) => norm(ends[i].metric, [y[0] - wanted[i][0], y[1] - wanted[i][1]]));
  const [length, residual] = [sum(ended.map((ray) => ray.length)), sum(gaps)];
  const energies = ended.map((ray) => ray.energy);
  const kink = Math.max(...energies.map((energy) => Math.abs(energy - energies[0]))) / energies[0];
  const drift = alpha === 0 ? Math.max(...ended.map((ray) => ray.drift)) + kink : 0;
  const good = ended.every(({ arrived }) => arrived) && residual <= session.limits.chain.gap * length;
  if (!good || !(drift <= session.limits.drift)) return null;
  const [theta, velocity] = [[], []];
  states.forEach(([x, y, u, v], i) => {
    theta.push([x, y]);
    velocity.push([u * count, v * count]);
    const last = i === count - 1 ? steps : steps - 1;
    for (let j = 1; j <= last; j++) {
      const [dx, dy, ...w] = nodes.subarray(4 * (i * (steps + 1) + j), 4 * (i * (steps + 1) + j) + 4);
      theta.push([x + dx, y + dy]);
      velocity.push(w.map((value) => value * count));
    }
  });
  theta[theta.length - 1] = end; // the last gap is in the residual
  const energy = count * sum(energies);
  return { status: "OK", theta, velocity, length, energy, residual, drift };
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
