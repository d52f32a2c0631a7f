// The distributions at A, B and the moving point.

import { drawBars, drawDensities } from "page/bars";
import { densities, softmax } from "page/fields";

const SAMPLES = 128; // points of each density
// a density is drawn if its integral over the drawn part lies here; a pair of half-lines has two
const MASS = [0.5, 2.1];

/** p at points θ: {labels, x, p, exact, outcomes}; by the keys in double precision, or by the density's kernel. */
export async function distributions(session, shown, chart, thetas) {
  const { labels, logits, outcomes } = shown;
  if (logits) return { labels, outcomes, exact: true, p: thetas.map((theta) => softmax(logits, theta)) };
  const x = labels.length ? labels.map((_, j) => j) : samples(shown, chart, thetas);
  return { labels, outcomes, whole: shown.whole, x, p: await densities(session, thetas, x) };
}

/** Sample points that suit each θ, between ends that the program found on a grid of the view. */
function samples({ grid, whole }, chart, thetas) {
  const x = thetas.flatMap((theta) => {
    const [low, high] = nearestEnds(grid, chart.forward(theta));
    return Array.from({ length: SAMPLES }, (_, i) => low + ((high - low) * (i + 0.5)) / SAMPLES);
  });
  return [...new Set(whole ? x.map(Math.round) : x)].sort((a, b) => a - b);
}

/** Whether single precision and the points resolve a density: its integral is that of one. */
function isResolved(x, p) {
  let mass = 0;
  for (let i = 1; i < x.length; i++) mass += 0.5 * (x[i] - x[i - 1]) * (p[i] + p[i - 1]);
  return mass >= MASS[0] && mass <= MASS[1]; // false for NaN
}

function nearestEnds({ view, columns, rows, ends }, [x, y]) {
  const at = (value, low, high, count) => {
    const share = ((value - low) / (high - low)) * (count - 1);
    return Math.min(Math.max(Math.round(share), 0), count - 1);
  };
  return ends[at(y, view.y0, view.y1, rows) * columns + at(x, view.x0, view.x1, columns)];
}

/** Draw them into a canvas with the colours of a look; return what is left out, in words. */
export function drawDistributions(canvas, look, { labels, whole, x, p }) {
  const size = [canvas.clientWidth, canvas.clientHeight];
  const colours = [look.pinA, look.pinB, look.moving];
  const rows = p.map((values, i) => ({ colour: colours[i], p: Array.from(values) }));
  const context = canvas.getContext("2d");
  if (labels.length) return drawBars(context, look, size, labels, rows);
  const lost = whole ? [] : ["A", "B", "the point"].filter((_, i) => !isResolved(x, rows[i].p));
  const kept = rows.filter((row) => whole || isResolved(x, row.p));
  drawDensities(context, look, size, x, kept);
  return lost.length ? `Not drawn, as single precision does not resolve it: ${lost.join(", ")}` : "";
}
