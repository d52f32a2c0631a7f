// The distributions at A, B and the moving point.

import { drawBars, drawDensities } from "page/bars";
import { densities, softmax } from "page/fields";

const SAMPLES = 160; // points of a density

/** p at points θ: {labels, x, p, exact}; by the keys in double precision, or by the density's kernel. */
export async function distributions(session, shown, chart, thetas) {
  const { labels, logits } = shown;
  if (logits) return { labels, exact: true, p: thetas.map((theta) => softmax(logits, theta)) };
  const x = labels.length ? labels.map((_, j) => j) : samples(shown, chart, thetas);
  return { labels, x, p: await densities(session, thetas, x) };
}

/** Sample points that suit all θ, between ends that the program found on a grid of the view. */
function samples({ grid, whole }, chart, thetas) {
  const ends = thetas.map((theta) => nearestEnds(grid, chart.forward(theta)));
  const low = Math.min(...ends.map(([a]) => a));
  const high = Math.max(...ends.map(([, b]) => b));
  const x = Array.from({ length: SAMPLES }, (_, i) => low + ((high - low) * (i + 0.5)) / SAMPLES);
  return whole ? [...new Set(x.map(Math.round))] : x;
}

function nearestEnds({ view, columns, rows, ends }, [x, y]) {
  const at = (value, low, high, count) => {
    const share = ((value - low) / (high - low)) * (count - 1);
    return Math.min(Math.max(Math.round(share), 0), count - 1);
  };
  return ends[at(y, view.y0, view.y1, rows) * columns + at(x, view.x0, view.x1, columns)];
}

/** Draw them into a canvas with the colours of a look; return what is left out, in words. */
export function drawDistributions(canvas, look, { labels, x, p }) {
  const size = [canvas.clientWidth, canvas.clientHeight];
  const colours = [look.pinA, look.pinB, look.moving];
  const rows = p.map((values, i) => ({ colour: colours[i], p: Array.from(values) }));
  const context = canvas.getContext("2d");
  if (labels.length) return drawBars(context, look, size, labels, rows);
  drawDensities(context, look, size, x, rows);
  return "";
}
