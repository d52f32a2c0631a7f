// The distributions at A, B and the moving point: bars of outcomes, or curves of densities.

const MOST = 14; // outcomes shown

/** Draw rows [{name, colour, p}] over labelled outcomes, the likeliest first in their own order. */
export function drawBars(context, look, size, labels, rows) {
  prepare(context, look, size);
  const peak = labels.map((_, j) => Math.max(...rows.map((row) => row.p[j])));
  const order = peak.map((_, j) => j).sort((i, j) => peak[j] - peak[i]).slice(0, MOST).sort((i, j) => i - j);
  const most = Math.max(...order.map((j) => peak[j]), 1e-9);
  const [width, height] = size;
  const each = width / order.length;
  const foot = height - 54;
  order.forEach((j, i) => {
    rows.forEach(({ colour, p }, k) => {
      const tall = (p[j] / most) * (foot - 14);
      const wide = (0.8 * each) / rows.length;
      context.fillStyle = colour;
      context.fillRect(i * each + 0.1 * each + k * wide, foot - tall, Math.max(wide - 1, 1), tall);
    });
    context.save();
    context.translate((i + 0.5) * each, foot + 4);
    context.rotate(-Math.PI / 4);
    context.textAlign = "right";
    context.textBaseline = "top";
    context.fillStyle = look.muted;
    context.fillText(labels[j].length > 9 ? `${labels[j].slice(0, 8)}…` : labels[j], 0, 0);
    context.restore();
  });
  ground(context, look, foot, width, most);
  return order.length < labels.length ? `the ${order.length} likeliest of ${labels.length}` : "";
}

/** Draw rows [{name, colour, p}] over the points x of a density. */
export function drawDensities(context, look, size, x, rows) {
  prepare(context, look, size);
  const [width, height] = size;
  const foot = height - 20;
  const most = heightOf(rows);
  for (const { colour, p } of rows) {
    context.beginPath();
    p.forEach((value, i) => {
      const at = [((x[i] - x[0]) / (x.at(-1) - x[0])) * width, foot - Math.min(value / most, 1) * (foot - 14)];
      if (i) context.lineTo(...at);
      else context.moveTo(...at);
    });
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.stroke();
  }
  ground(context, look, foot, width, most);
  context.textBaseline = "top";
  context.fillStyle = look.muted;
  context.textAlign = "left";
  context.fillText(short(x[0]), 0, foot + 4);
  context.textAlign = "right";
  context.fillText(short(x.at(-1)), width, foot + 4);
}

/** The height of the plot: of the tallest curve, and at most four times that of the second. */
function heightOf(rows) {
  const tops = rows.map(({ p }) => p.reduce((top, value) => (value > top && value < Infinity ? value : top), 0));
  tops.sort((a, b) => b - a);
  if (!tops.length) return 1;
  return Math.max(Math.min(tops[0], tops.length > 1 ? 4 * tops[1] : tops[0]), 1e-30);
}

function short(value) {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

function prepare(context, look, [width, height]) {
  const ratio = window.devicePixelRatio || 1;
  context.canvas.width = width * ratio;
  context.canvas.height = height * ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
}

function ground(context, look, foot, width, most) {
  context.strokeStyle = look.frame;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, foot + 0.5);
  context.lineTo(width, foot + 0.5);
  context.stroke();
  context.fillStyle = look.muted;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(short(most), 0, 0);
}
