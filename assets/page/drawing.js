// The picture: map, axes, curves, vectors and named points on a canvas.

import { ticks } from "page/ticks";

const ARROWS = 9; // vectors drawn along the curve
const FONT = "12px system-ui, sans-serif";

/** Draw everything; `look` holds the theme's colours, `scene` what is shown. */
export function draw(context, frame, look, scene) {
  const ratio = context.canvas.width / frame.width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = look.background;
  context.fillRect(0, 0, frame.width, frame.height);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.across, frame.down);
  context.clip();
  context.fillStyle = look.plot;
  context.fillRect(frame.left, frame.top, frame.across, frame.down);
  if (scene.map) drawMap(context, frame, scene.map);
  for (const outline of scene.circles) line(context, frame, outline, look.ellipse, 1);
  if (scene.outline) line(context, frame, scene.outline, look.frame, 1.5);
  line(context, frame, scene.straight, look.casing, 3.5);
  line(context, frame, scene.straight, look.straight, 1.5, [6, 5]);
  drawCurve(context, frame, look, scene);
  for (const [at, vector] of scene.vectors) arrow(context, frame, look, at, vector);
  drawMarks(context, frame, look, scene.marks);
  if (scene.moving) disc(context, frame.toPixels(scene.moving), 5, look.moving, look.casing);
  context.restore();
  drawAxes(context, frame, look, scene);
}

function drawMap(context, frame, { image, view }) {
  const [left, top] = frame.toPixels([view.x0, view.y1]);
  const [right, bottom] = frame.toPixels([view.x1, view.y0]);
  context.imageSmoothingEnabled = true;
  context.drawImage(image, left, top, right - left, bottom - top);
}

/** A curve that is no geodesic to B is dashed and grey, and so is one of an earlier place. */
function drawCurve(context, frame, look, { curve, good, late }) {
  if (!curve) return;
  line(context, frame, curve, look.casing, 6);
  line(context, frame, curve, good && !late ? look.geodesic : look.stale, 3, good ? [] : [9, 6]);
}

function line(context, frame, points, colour, width, dashes = []) {
  context.beginPath();
  let pen = false;
  for (const point of points) {
    const [x, y] = frame.toPixels(point);
    // canvases lose lines whose ends are far outside
    const drawable = Math.abs(x) < 1e5 && Math.abs(y) < 1e5;
    if (drawable && pen) context.lineTo(x, y);
    else if (drawable) context.moveTo(x, y);
    pen = drawable;
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dashes);
  context.stroke();
  context.setLineDash([]);
}

function arrow(context, frame, look, at, [dx, dy]) {
  const [x, y] = frame.toPixels(at);
  const [ex, ey] = frame.toPixels([at[0] + dx, at[1] + dy]);
  const size = Math.hypot(ex - x, ey - y);
  if (!(size > 2) || size > 1e4) return;
  const [ux, uy] = [(ex - x) / size, (ey - y) / size];
  const head = Math.min(10, size / 2);
  for (const [colour, width] of [[look.casing, 5], [look.vector, 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(ex, ey);
    for (const side of [1, -1]) {
      context.moveTo(ex - head * (ux + 0.5 * side * uy), ey - head * (uy - 0.5 * side * ux));
      context.lineTo(ex, ey);
    }
    context.stroke();
  }
}

/** Which nodes of a curve carry an arrow. */
export function withArrows(count) {
  return Array.from({ length: ARROWS }, (_, i) => Math.round((i * (count - 1)) / (ARROWS - 1)));
}

function drawMarks(context, frame, look, marks) {
  context.font = FONT;
  const taken = [];
  for (const { at, label } of marks) {
    const [x, y] = frame.toPixels(at);
    disc(context, [x, y], 3, look.mark, look.casing);
    const box = [x + 6, y - 7, x + 8 + context.measureText(label).width, y + 7];
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    words(context, look, label, x + 7, y, "left", "middle");
  }
}

function overlap([a0, b0, a1, b1], [c0, d0, c1, d1]) {
  return a0 < c1 && c0 < a1 && b0 < d1 && d0 < b1;
}

function disc(context, [x, y], radius, colour, casing) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = casing;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

function words(context, look, text, x, y, align, baseline) {
  context.textAlign = align;
  context.textBaseline = baseline;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = look.casing;
  context.strokeText(text, x, y);
  context.fillStyle = look.mark;
  context.fillText(text, x, y);
}

function drawAxes(context, frame, look, { labels, log }) {
  const { x0, x1, y0, y1 } = frame.view;
  const foot = frame.top + frame.down;
  context.strokeStyle = look.frame;
  context.lineWidth = 1;
  context.strokeRect(frame.left, frame.top, frame.across, frame.down);
  context.fillStyle = look.muted;
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const [at, text] of ticks(x0, x1, frame.across / 80, log[0])) {
    const [x] = frame.toPixels([at, y0]);
    context.fillText(text, x, foot + 6);
  }
  context.fillText(labels[0], frame.left + frame.across / 2, foot + 24);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [at, text] of ticks(y0, y1, frame.down / 50, log[1])) {
    const [, y] = frame.toPixels([x0, at]);
    context.fillText(text, frame.left - 6, y);
  }
  context.save();
  context.translate(12, frame.top + frame.down / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(labels[1], 0, 0);
  context.restore();
}

/** The image of a map: colours between the limits, nothing where the value is unknown. */
export function mapImage({ values, known }, columns, rows, colours, [low, high], opacity) {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < values.length; i++) {
    if (!known[i]) continue;
    const share = Math.min(Math.max((values[i] - low) / (high - low || 1), 0), 1);
    const at = 3 * Math.round(255 * share);
    image.data.set([colours[at], colours[at + 1], colours[at + 2], 255 * opacity], 4 * i);
  }
  const canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
