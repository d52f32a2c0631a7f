// The canvas of a scene: its frame, map, curves and pins.

import { bytes } from "page/records";
import { circles } from "page/circles";
import { draw, mapImage, withArrows } from "page/drawing";
import { field } from "page/fields";
import { Frame, moved, zoomed } from "page/frame";
import { number } from "page/ticks";

const MAP_SIDES = [64, 256]; // samples along the longer side, coarse first
const STRAIGHT = 64; // parts of the straight line
// sides of a view, in those of the scene's: closer, single precision has no digits left
const [CLOSEST, FARTHEST] = [1e-4, 100];

export class Picture {
  /** `pins` are the buttons of A and B, `look()` the colours of the theme in use. */
  constructor(scene, chart, stage, canvas, pins, look) {
    Object.assign(this, { scene, chart, stage, canvas, pins, look });
    this.context = canvas.getContext("2d");
    this.view = scene.scene.view;
    this.map = null;
    this.circles = [];
    this.turn = 0;
    this.marks = scene.landmarks.map(({ theta, label }) => ({ at: chart.forward(theta), label }));
  }

  /** Fit the canvas to the stage. */
  resize() {
    const { width, height } = this.stage.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(width * ratio, 1);
    this.canvas.height = Math.max(height * ratio, 1);
    this.frame = new Frame(this.view, width, height, this.scene.chart.equal);
  }

  /** Show another rectangle of the chart. */
  lookAt(view) {
    this.view = view;
    this.frame = new Frame(view, this.frame.width, this.frame.height, this.scene.chart.equal);
  }

  pan([dx, dy]) {
    const [from, to] = [[0, 0], [-dx, -dy]].map((pixels) => this.frame.toChart(pixels));
    this.lookAt(moved(this.frame.view, [to[0] - from[0], to[1] - from[1]]));
  }

  zoom(factor, pixels) {
    const { x0, x1, y0, y1 } = this.frame.view;
    const at = pixels ? this.frame.toChart(pixels) : [(x0 + x1) / 2, (y0 + y1) / 2];
    const whole = this.scene.scene.view;
    const share = (x1 - x0) / (whole.x1 - whole.x0);
    const bounded = Math.min(Math.max(share * factor, CLOSEST), FARTHEST) / share;
    this.lookAt(zoomed(this.frame.view, at, bounded));
  }

  pixelsOf(theta) {
    return this.frame.toPixels(this.chart.forward(theta));
  }

  /** θ at pixels, or at the nearest place of the plot: a pin outside could not be seen. */
  thetaAt(pixels) {
    return this.chart.inverse(this.frame.toChart(this.frame.nearest(pixels)));
  }

  /** Draw an answer, or the scene alone; `places` [A, B] are where the pins are. */
  paint(answer, places, point, late) {
    draw(this.context, this.frame, this.look(), { ...this.ground(), ...this.curves(answer, point, late) });
    places.forEach((theta, i) => this.placePin(this.pins[i], "AB"[i], theta));
  }

  ground() {
    const { outline, labels, log } = this.scene.chart;
    const { map, circles: drawn, marks } = this;
    return { map, circles: drawn, outline, labels, log, marks, straight: [], vectors: [] };
  }

  curves(answer, point, late) {
    if (!answer) return {};
    const { request, path, carried } = answer;
    const forward = (theta) => this.chart.forward(theta);
    const { layers } = this.scene;
    const parts = Array.from({ length: layers.straight ? STRAIGHT + 1 : 0 }, (_, i) => i / STRAIGHT);
    const straight = parts.map((t) => forward(request.start.map((a, k) => a + t * (request.end[k] - a))));
    const carries = layers.transport && carried?.status === "OK";
    const vectors = !carries ? [] : withArrows(path.theta.length).map((i) => {
      const theta = path.theta[i];
      return [forward(theta), this.chart.push(theta, carried.vectors[i])];
    });
    const good = path.arrived;
    const curve = layers.geodesic ? path.theta.map(forward) : null;
    return { straight, vectors, curve, good, late, moving: layers.geodesic ? forward(point) : null };
  }

  placePin(button, letter, theta) {
    const [x, y] = this.pixelsOf(theta);
    button.style.left = `${x}px`;
    button.style.top = `${y}px`;
    button.classList.toggle("away", !(x >= 0 && y >= 0 && x <= this.frame.width && y <= this.frame.height));
    const [a, b] = this.scene.coordinates;
    const where = `${a} = ${number(theta[0], 4)}, ${b} = ${number(theta[1], 4)}`;
    button.setAttribute("aria-label", `${letter} at ${where}`);
  }

  /** End the map that is being computed. */
  stop() {
    this.turn++;
  }

  /** Compute circles and map of the view, coarse first, and call `painted` after each; a newer call
   * ends it. */
  async paintMap(session, manifold, painted) {
    const turn = ++this.turn;
    const { frame, chart } = this;
    const { view } = frame;
    if (this.scene.layers.ellipses) {
      const found = await circles(session, chart, view);
      if (turn !== this.turn) return;
      this.circles = found.outlines;
      painted(found.radius);
    }
    if (!this.scene.map) return;
    const { index, limits, opacity, colours } = this.scene.map;
    for (const side of MAP_SIDES) {
      const longest = Math.max(frame.across, frame.down);
      const columns = Math.max(2, Math.round((side * frame.across) / longest));
      const rows = Math.max(2, Math.round((side * frame.down) / longest));
      const place = (i) => chart.inverse([
        view.x0 + (((i % columns) + 0.5) * (view.x1 - view.x0)) / columns,
        view.y1 - ((Math.floor(i / columns) + 0.5) * (view.y1 - view.y0)) / rows,
      ]);
      const wanted = () => turn === this.turn;
      const found = await field(session, manifold, columns * rows, place, index, wanted);
      if (!found || !wanted()) return;
      this.map = { image: mapImage(found, columns, rows, bytes(colours), limits, opacity), view };
      painted();
    }
  }
}
