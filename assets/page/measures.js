// The numbers of an answer with their status.

import { norm } from "page/fields";
import { number } from "page/ticks";

/** Rows [name, value, digits, hint, whether the value is doubtful]; `coordinates` are the names of θ. */
export function rowsOf({ request, path, carried, ends }, coordinates, wordsOf, limits) {
  const metric = request.alpha === 0;
  const name = metric ? "Fisher–Rao length" : `Length of the α-geodesic (α = ${number(request.alpha, 3)})`;
  const partly = path.arrived ? "" : "Of a curve that is no geodesic to B";
  const rows = [
    [name, path.length, 5, partly],
    ["Energy", path.energy, 5, partly],
    ["Misses B by", path.residual, 2, "A Fisher length at B"],
    ["Curvature at A", ends[0].curvature, 4, "Gaussian curvature K"],
    ["Curvature at B", ends[1].curvature, 4, "Gaussian curvature K"],
    ["Length of the vector", norm(ends[0].metric, request.vector), 5, "Under g at A"],
  ];
  rows.push(["Transport error", ...errorOf(carried, wordsOf, limits)]);
  for (const [letter, theta] of [["A", request.start], ["B", request.end]]) {
    coordinates.forEach((coordinate, i) => rows.push([`${letter}: ${coordinate}`, theta[i], 6, ""]));
  }
  return rows;
}

function errorOf(carried, wordsOf, limits) {
  if (!carried) return [NaN, 2, "Its kernels are not ready", false];
  return [carried.error, 2, wordsOf(carried.status), isInexact(carried, limits)];
}

/** Whether the error of transport, a share of the vector, is above the program's limit. */
function isInexact({ error }, limits) {
  return !(error <= limits.drift); // true for NaN
}

/**
 * What is to be said of the carried vector: why there is none, or that it is inexact; "" if all is well.  `lacks` says
 * why its kernels cannot be compiled.
 */
export function doubts({ carried }, wordsOf, limits, lacks) {
  if (!carried && lacks) return `; the vector is not carried: ${lacks}`;
  if (!carried) return "; the vector is carried soon: its kernels are not ready";
  if (carried.status === "NOT_CONVERGED") return "; the vector is not carried: too few nodes for this curve";
  if (carried.status !== "OK") return `; carried vector: ${wordsOf(carried.status)}`;
  return isInexact(carried, limits) ? `; carried vector: its error is ${number(carried.error, 2)} of its length` : "";
}

/** Write rows into a table; cells keep the whole number as `data-value`. */
export function fill(table, rows) {
  const [body] = table.tBodies;
  while (body.rows.length > rows.length) body.deleteRow(-1);
  while (body.rows.length < rows.length) {
    const row = body.insertRow();
    row.append(document.createElement("th"), document.createElement("td"));
    row.cells[0].scope = "row";
  }
  rows.forEach(([name, value, digits, hint, doubtful], i) => {
    const [head, cell] = body.rows[i].cells;
    head.textContent = name;
    cell.textContent = number(value, digits);
    cell.dataset.value = value;
    cell.className = doubtful ? "bad" : "";
    body.rows[i].title = hint;
  });
}
