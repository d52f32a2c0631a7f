// Parallel transport along a curve, the twin of compute/gpu/parallel_transport.py.

import { geometry, norm } from "page/fields";
import { Records } from "page/records";

// of a segment's chord: as in compute/geodesics/parallel_transport.py
const UNRESOLVED = 0.5;

/** The vector carried along a path: {status, vectors, error}, vectors only where it is known. */
export async function transport(session, manifold, path, vector, alpha) {
  const m = path.theta.length;
  const nodes = new Float32Array(path.theta.flatMap((theta, i) => [...theta, ...path.velocity[i]]));
  const layout = session.struct("transport_compose", "Carrier");
  const carrier = new Records(layout, 1).set(0, { vector, segments: m - 1 });
  const given = { count: 1, nodes: m, alpha, interior: manifold.interior };
  const parameters = session.parameters("transport", "transport", given);
  const carriers = session.filled("carriers", carrier.buffer);
  const segments = session.buffer("carried segments", m * session.struct("transport", "Segment").size);
  const operators = session.buffer("operators", m * 16);
  const angles = session.buffer("angles", m * 4);
  const work = [
    session.dispatch("transport", [parameters, session.filled("carried nodes", nodes), segments], session.groups(m)),
    session.dispatch("transport_compose", [parameters, segments, carriers, operators, angles], [1]),
  ];
  const [ended, moved] = await session.run(work, [[carriers, layout.size], [operators, m * 16]]);
  const end = new Records(layout, 1, ended);
  const matrices = new Float32Array(moved);
  const along = (v, i) => (i ? applied(matrices.subarray(4 * i, 4 * i + 4), v) : v);
  const missed = await missedBy(session, path, along(path.velocity[0], m - 1));
  const resolved = path.theta.slice(1).every((_, i) => isResolved(path, i));
  return {
    status: resolved ? session.published.statuses[end.get(0, "status")][0] : "NOT_CONVERGED",
    vectors: path.theta.map((_, i) => along(vector, i)),
    error: Math.max(missed, alpha === 0 ? end.get(0, "drift") : 0),
  };
}

/** How much a path's first velocity, carried to its end, differs from the last, as a share of it: a geodesic
 *  carries its own velocity.  As in compute/geodesics/transport_errors.py. */
async function missedBy(session, { theta, velocity }, carried) {
  const [{ metric }] = await geometry(session, theta.slice(-1));
  const v = velocity.at(-1);
  return norm(metric, carried.map((x, k) => x - v[k])) / (norm(metric, v) || 1);
}

/** Whether the chord from node i agrees with the velocities at its ends, so that the interpolant is one. */
function isResolved({ theta, velocity }, i) {
  const chord = [0, 1].map((k) => theta[i + 1][k] - theta[i][k]);
  const excess = chord.map((x, k) => (velocity[i][k] + velocity[i + 1][k]) / (2 * (theta.length - 1)) - x);
  return Math.hypot(...excess) <= UNRESOLVED * Math.hypot(...chord);
}

/** A matrix, column by column, times a vector. */
function applied([a, b, c, d], [x, y]) {
  return [a * x + c * y, b * x + d * y];
}
