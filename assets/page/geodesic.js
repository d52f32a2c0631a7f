// Boundary-value geodesics by the program's kernels, the twin of compute/gpu/shooting.py: curves of
// least energy, then Newton's method for exp_a(v) = b by three rays at a time, then multiple shooting.

import { closed } from "page/chain";
import { norm } from "page/fields";
import { Records } from "page/records";

// α is followed from 0 in steps of at most this
const ALPHA_STEP = 0.25;
// a larger miss relative to the length shows in the energy of a curve whose speed is not constant
const EXACT = 1.5e-5;
// aiming rounds before the first look at the rays
const SOON = 3;

/**
 * The geodesic of Γ^(α) from `start` to `end`: {status, theta, velocity, length, energy, residual,
 * drift}.  `status` is a name of the program's; one that is not OK comes with the curve that was
 * found, which is no geodesic to the end.
 */
export async function connect(session, manifold, { start, end, alpha, steps }) {
  const { usual, full } = session.limits;
  const first = firstCurve(manifold, start, end, session.limits.segments);
  const aimed = [...first.at(-1)];
  const wanted = { start, end: aimed, alpha, steps };
  const found = await attempt(session, wanted, first, usual);
  if (isExact(found, alpha) || found.status === "ILL_CONDITIONED") return found;
  // of another connection a ray that strays is not brought back by more rounds
  const again = alpha === 0 ? await attempt(session, wanted, first, full) : found;
  const best = again.status === "OK" || again.residual < found.residual ? again : found;
  if (isExact(best, alpha) || best.status === "ILL_CONDITIONED") return best;
  const whole = await closed(session, await relaxed(session, first, aimed), alphas(alpha), steps);
  return whole && !(best.status === "OK" && best.residual < whole.residual) ? whole : best;
}

/** Whether a geodesic meets B so closely that its energy has the digits of its length. */
function isExact({ status, residual, length }, alpha) {
  return status === "OK" && (alpha === 0 || residual <= EXACT * length);
}

/** The curve of least energy that the last attempt began with; the first curve where it was lost. */
async function relaxed(session, first, aimed) {
  const [nodes] = await session.run([], [[session.buffers.curve, first.length * 8]]);
  const found = new Float32Array(nodes);
  const curve = first.map((_, i) => [found[2 * i], found[2 * i + 1]]);
  if (!found.every(Number.isFinite)) return first;
  return [first[0], ...curve.slice(1, -1), aimed];
}

/** A straight line of the family's first chart, or of θ where that leaves the chart. */
function firstCurve(manifold, start, end, segments) {
  const last = nearestCopy(manifold.periods, start, end);
  const [x, y] = [manifold.first.forward(start), manifold.first.forward(last)];
  const share = Array.from({ length: segments + 1 }, (_, i) => i / segments);
  const straight = (a, b) => share.map((t) => a.map((value, i) => value * (1 - t) + b[i] * t));
  let curve = straight(x, y).map((point) => manifold.first.inverse(point));
  if (!curve.flat().every(Number.isFinite)) curve = straight(start, last);
  curve[0] = start;
  curve[segments] = last;
  return unwrapped(manifold.periods, curve);
}

/** `end` moved by whole periods to be nearest to `start`. */
function nearestCopy(periods, start, end) {
  return end.map((e, i) => (periods[i] ? e + Math.round((start[i] - e) / periods[i]) * periods[i] : e));
}

function unwrapped(periods, curve) {
  const found = [curve[0]];
  for (const point of curve.slice(1)) found.push(nearestCopy(periods, found.at(-1), point));
  return found;
}

/** Values of α from 0, where curves of least energy are geodesics, to the one that is wanted. */
function alphas(alpha) {
  const turns = Math.ceil(Math.abs(alpha) / ALPHA_STEP);
  return Array.from({ length: turns + 1 }, (_, i) => (turns ? (alpha * i) / turns : 0));
}

async function attempt(session, wanted, curve, [relaxing, aiming]) {
  const { start, end, steps, alpha } = wanted;
  const { work, nodes } = relaxation(session, curve, relaxing);
  const layout = session.struct("shooting", "Aim");
  const aim = new Records(layout, 1);
  aim.set(0, { start, apart: end.map((e, i) => e - start[i]), miss: session.limits.infinite });
  const aims = session.filled("aims", aim.buffer);
  const path = alphas(alpha);
  let round;
  path.forEach((value, turn) => {
    round = aimingRound(session, wanted, nodes, aims, turn * (aiming + 1), value);
    const soon = turn === path.length - 1 ? Math.min(SOON, aiming) : aiming;
    for (let i = 0; i < soon; i++) work.push(round.aim, round.fire);
    work.push(round.aim);
  });
  const rays = session.struct("geodesic", "Path");
  const outputs = [
    [aims, layout.size],
    [session.buffers.rays, rays.size],
    [session.buffers.nodes, (steps + 1) * 16],
  ];
  let found = await session.run(work, outputs);
  for (let late = aiming - Math.min(SOON, aiming); late > 0 && !isFinished(rays, found[1], steps); late--) {
    found = await session.run([round.fire, round.aim], outputs);
  }
  if (!isFinished(rays, found[1], steps)) found = await followed(session, wanted, layout, found, outputs);
  return judged(session, wanted, found);
}

/** Whether the first ray has hit: it stays as it ended, and others wait to be fired again. */
function isFinished(layout, buffer, steps) {
  const ray = new Records(layout, 1, buffer);
  return ray.get(0, "node") === steps && ray.get(0, "tries") > 0;
}

/** The dispatches that relax one curve to least energy, and the buffer of its nodes. */
function relaxation(session, curve, rounds) {
  const { segments, stepSizes } = session.limits;
  const count = curve.length;
  const size = (kernel, name) => session.struct(kernel, name).size;
  const nodes = session.filled("curve", new Float32Array(curve.flat()));
  const given = session.parameters("action_segments", "action", { curves: 1, segments, first: stepSizes });
  const own = {
    nodes,
    descents: session.filled("descents", new ArrayBuffer(size("action_solve", "Descent"))),
    steps: session.buffer("steps", count * 8),
    segments: session.buffer("segments", segments * size("action_solve", "Segment")),
    factors: session.buffer("factors", segments * 16),
    trials: session.buffer("trials", segments * 4 * stepSizes),
  };
  const [wide] = session.groups(segments);
  const shapes = [
    ["action_segments", [wide]],
    ["action_solve", [1]],
    ["action_trials", [wide, stepSizes]],
    ["action_choose", [1]],
  ];
  const round = shapes.map(([name, shape]) => {
    const buffers = session.published.kernels[name].storage.map(([storage]) => own[storage]);
    return session.dispatch(name, [given, ...buffers], shape);
  });
  return { work: Array.from({ length: rounds }, () => round).flat(), nodes };
}

/** The dispatches of one round for one α: evaluate and correct, then shoot. */
function aimingRound(session, { steps }, nodes, aims, restart, alpha) {
  const { segments, attempts, tries } = session.limits;
  const paths = session.buffer("rays", 3 * session.struct("geodesic", "Path").size);
  const traces = session.buffer("nodes", 3 * (steps + 1) * 16);
  const own = session.parameters("shooting", `aiming ${restart}`, { pairs: 1, segments, steps, restart, alpha });
  const given = session.parameters("geodesic", `firing ${restart}`, { count: 3, steps, dt: 1 / steps, alpha, bound: 1 });
  return {
    aim: session.dispatch("shooting", [own, nodes, paths, aims], [1]),
    fire: session.dispatch("geodesic", [given, paths, traces], [1], Math.ceil((steps * tries) / attempts)),
  };
}

/** The ray with the best velocity that was found, which misses. */
async function followed(session, { start, steps, alpha }, layout, [aims], outputs) {
  const v = new Records(layout, 1, aims).get(0, "v");
  const ray = new Records(session.struct("geodesic", "Path"), 3);
  for (const i of [0, 1, 2]) ray.set(i, { origin: start, y: [0, 0, ...v], remaining: 1, share: 1 });
  const paths = session.filled("rays", ray.buffer);
  const given = session.parameters("geodesic", "following", { count: 1, steps, dt: 1 / steps, alpha, bound: 1 });
  const { attempts, tries } = session.limits;
  const times = Math.ceil((steps * tries) / attempts);
  const fire = session.dispatch("geodesic", [given, paths, session.buffers.nodes], [1], times);
  const [, ...rays] = await session.run([fire], outputs);
  return [aims, ...rays];
}

/** A ray with its status: judged by its miss as a Fisher length at the end, and by its speed. */
function judged(session, { start, end, steps, alpha }, [aims, rays, trace]) {
  const aim = new Records(session.struct("shooting", "Aim"), 1, aims);
  const ray = new Records(session.struct("geodesic", "Path"), 1, rays);
  const [near, far] = [aim.get(0, "near"), aim.get(0, "far")];
  const [length, energy] = ray.get(0, "sums");
  const [x, y] = ray.get(0, "y");
  const residual = norm(far, [x - (end[0] - start[0]), y - (end[1] - start[1])]);
  const drift = alpha === 0 ? ray.get(0, "drift") : 0;
  const count = Math.min(ray.get(0, "node") + 1, steps + 1);
  const { theta, velocity } = curveOf(new Float32Array(trace), start, aim.get(0, "v"), count);
  let status = session.published.statuses[ray.get(0, "status")][0];
  const { miss, drift: most } = session.limits;
  // written so that NaN is a miss
  if (!(residual <= miss * length) && ["OK", "LEFT_DOMAIN"].includes(status)) status = "NOT_CONVERGED";
  if (status === "OK" && !(drift <= most)) status = "NOT_CONVERGED";
  const singular = ([a, b, c]) => !(a * c - b * b > session.limits.singular * a * c);
  if (singular(near) || singular(far)) status = "ILL_CONDITIONED";
  // where g is small in some direction even a small miss is large in θ, and a carried vector feels it
  if (status === "OK") theta[steps] = end;
  return { status, theta, velocity, length, energy, residual, drift };
}

/** Nodes of a ray: the kernel stores those after the first. */
function curveOf(nodes, start, v, count) {
  const [theta, velocity] = [[start], [v]];
  for (let i = 1; i < count; i++) {
    const [x, y, ...w] = nodes.subarray(4 * i, 4 * i + 4);
    theta.push([start[0] + x, start[1] + y]);
    velocity.push(w);
  }
  return { theta, velocity };
}
