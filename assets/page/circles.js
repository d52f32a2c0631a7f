// Fisher circles over the view, the twin of app/jobs/ellipses.py.

import { geometry } from "page/fields";

const [COLUMNS, ROWS] = [12, 8];
const OUTLINE = 48;
// half the side of a circle that fits into its cell, in cells; circles are at most this many cells apart
const [FITS, SPARSEST] = [0.55, 4];

/** Outlines of one common Fisher radius in chart coordinates: {outlines, radius}. */
export async function circles(session, chart, view) {
  const cell = [(view.x1 - view.x0) / COLUMNS, (view.y1 - view.y0) / ROWS];
  const places = [];
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const x = [view.x0 + (column + 0.5) * cell[0], view.y0 + (row + 0.5) * cell[1]];
      const theta = chart.inverse(x);
      if (theta.every(Number.isFinite)) places.push({ x, theta, column, row });
    }
  }
  if (!places.length) return { outlines: [], radius: 0 };
  const found = await geometry(session, places.map(({ theta }) => theta));
  const known = places.filter((place, i) => {
    if (found[i].status !== "OK") return false;
    place.drawn = unitCircle(found[i].metric).map((v) => chart.push(place.theta, v));
    place.reach = [0, 1].map((k) => Math.max(...place.drawn.map((v) => Math.abs(v[k]) / cell[k])));
    return place.reach.every(Number.isFinite);
  });
  if (!known.length) return { outlines: [], radius: 0 };
  const radius = short(0.42 / quantile(known.map(({ reach }) => Math.max(...reach)), 0.6));
  const kept = known.filter(({ reach, column, row }) =>
    [column, row].every((place, k) => {
      const apart = 2 ** Math.ceil(Math.log2(Math.max(radius * reach[k], FITS) / FITS));
      return apart <= SPARSEST && place % apart === Math.floor(apart / 2);
    }));
  const outlines = kept.map(({ x, drawn }) => drawn.map((v) => [x[0] + radius * v[0], x[1] + radius * v[1]]));
  return { outlines, radius };
}

/** Vectors v with g(v, v) = 1, a closed outline: the columns of L⁻ᵀ, g = LLᵀ, turned round. */
function unitCircle([a, b, c]) {
  const l = Math.sqrt(a);
  const m = Math.sqrt(Math.max(c - (b * b) / a, 0));
  return Array.from({ length: OUTLINE + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / OUTLINE;
    const y = Math.sin(angle) / m;
    return [(Math.cos(angle) - (b / l) * y) / l, y];
  });
}

function quantile(values, share) {
  const sorted = [...values].sort((x, y) => x - y);
  const at = share * (sorted.length - 1);
  const i = Math.floor(at);
  return sorted[i] + (at - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
}

/** A positive number rounded down to two digits, which can be stated. */
function short(value) {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.floor(value / unit) * unit).toPrecision(2));
}
