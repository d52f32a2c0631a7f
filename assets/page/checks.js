// What a geodesic to B may still lack: it passes a conjugate point, its length contradicts the
// distributions at its ends, or its steps are too long.  The first are twins of
// compute/studies/jacobi_fields.py and compute/geodesics/outcome_bounds.py.

import { energies } from "page/chain";
import { geometry } from "page/fields";

// relative tolerance of a length against a bound; also that of a bound in single precision
const SLACK = 1e-4;

/** The status of a path after all checks; p of `rows` at A and B bounds lengths if x is an outcome. */
export async function checked(session, path, rows, alpha) {
  if (path.status !== "OK") return path.status;
  const bounded = rows?.outcomes ? held(path, rows, alpha) : "OK";
  if (bounded !== "OK") return bounded;
  if (alpha !== 0) return (await isResolved(session, path, alpha)) ? "OK" : "NOT_CONVERGED";
  return (await passesConjugatePoint(session, path)) ? "CONJUGATE_POINT" : "OK";
}

/** Whether steps of half the size give the same energy of an α-geodesic, since no speed is kept that would tell. */
async function isResolved(session, path, alpha) {
  const [own, finer] = await energies(session, path, alpha);
  return Math.abs(finer - own) <= SLACK * finer; // false for NaN
}

/** NOT_CONVERGED below 2 arccos Σ√(pq); NOT_SHORTEST above √J of a softmax, J = Σ(p − q) log(p/q). */
function held({ length, residual }, { p: [p, q], exact }, alpha) {
  const chord = Math.sqrt(total(p, (a, i) => (Math.sqrt(a) - Math.sqrt(q[i])) ** 2));
  const least = 4 * Math.asin(Math.min(chord / 2, 1));
  if (length < least * (1 - SLACK) - residual - (exact ? 0 : SLACK)) return "NOT_CONVERGED";
  if (alpha !== 0 || !exact) return "OK";
  const most = Math.sqrt(total(p, (a, i) => (a === q[i] ? 0 : (a - q[i]) * Math.log(a / q[i]))));
  return length > most * (1 + SLACK) + residual ? "NOT_SHORTEST" : "OK";
}

/** Whether J'' + K|v|² J = 0, J(0) = 0, J'(0) = 1 has a zero before the end; unknown K counts as 0. */
async function passesConjugatePoint(session, { theta, energy }) {
  const at = await geometry(session, theta);
  const rate = at.map(({ curvature }) => (Number.isNaN(curvature) ? 0 : curvature * energy));
  const h = 2 / (theta.length - 1);
  let [j, slope] = [0, 1];
  for (let i = 0; i + 2 < rate.length; i += 2) {
    const [a, b, c] = rate.slice(i, i + 3);
    const [k1, l1] = [slope, -a * j];
    const [k2, l2] = [slope + (h / 2) * l1, -b * (j + (h / 2) * k1)];
    const [k3, l3] = [slope + (h / 2) * l2, -b * (j + (h / 2) * k2)];
    const [k4, l4] = [slope + h * l3, -c * (j + h * k3)];
    j += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    slope += (h / 6) * (l1 + 2 * l2 + 2 * l3 + l4);
    if (j <= 0) return true;
  }
  return false;
}

function total(values, term) {
  return values.reduce((sum, value, i) => sum + term(value, i), 0);
}
