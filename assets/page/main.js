// The page: opens the device, connects what the reader does with what is computed and drawn.

import { Chart } from "page/charts";
import { drawBars, drawDensities } from "page/bars";
import { bytes } from "page/records";
import { draw, mapImage, withArrows } from "page/drawing";
import { densities, field, geometry, softmax } from "page/fields";
import { Frame, moved, zoomed } from "page/frame";
import { connect, norm } from "page/geodesic";
import { makeGround, makePin } from "page/pins";
import { Newest } from "page/state";
import { number } from "page/ticks";
import { open, Unavailable } from "page/session";
import { transport } from "page/transport";

const LIVE_STEPS = 64;
const REST_STEPS = 128;
const MAP_SIDES = [64, 256]; // samples along the longer side, coarse first
const SAMPLES = 160; // points of a density
const element = (id) => document.getElementById(id);

class Page {
  constructor(data) {
    this.data = data;
    this.chart = new Chart(data.chart.steps);
    this.manifold = {
      first: new Chart(data.first),
      periods: data.periods,
      interior: data.interior,
    };
    this.context = element("picture").getContext("2d");
    this.colours = data.map && bytes(data.map.colours);
    this.reset();
    this.newest = new Newest(
      (request) => this.compute(request),
      (request, answer) => this.show(request, answer),
      (request) => this.moveAhead(request),
    );
    this.mapTurn = 0;
  }

  /** The scene as it was exported. */
  reset() {
    const { start, end, vector, alpha, playhead, view } = this.data.scene;
    this.now = { start, end, vector, alpha, steps: REST_STEPS };
    this.playhead = playhead;
    this.view = { ...view };
    this.answer = null;
    this.map = null;
  }

  async begin(session) {
    this.session = session;
    say("");
    element("still").hidden = true;
    element("stage").hidden = element("panel").hidden = false;
    this.headings();
    this.resize();
    await this.newest.ask({ ...this.now });
    this.paintMap();
  }

  /** The titles and the colour bar, which stay. */
  headings() {
    const { map, distribution } = this.data;
    element("distributions").hidden = !distribution;
    element("map").hidden = !map;
    if (distribution) {
      const over = distribution.labels.length ? "p" : "p(x|θ)";
      element("distributions").querySelector("h2").textContent = `${over} at A, B and the point, over ${distribution.title}`;
    }
    if (!map) return;
    element("map").querySelector("h2").textContent = map.label;
    const [low, high] = element("bar").querySelectorAll("span");
    low.textContent = number(map.limits[0], 3);
    high.textContent = number(map.limits[1], 3);
    const image = new ImageData(256, 1);
    for (let i = 0; i < 256; i++) image.data.set([...this.colours.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    element("bar").querySelector("canvas").getContext("2d").putImageData(image, 0, 0);
  }

  /** Everything that the numbers and the picture need for one request. */
  async compute(request) {
    const { session, manifold } = this;
    const ends = await geometry(session, [request.start, request.end]);
    const outside = ends.findIndex((at) => at.status === "LEFT_DOMAIN");
    if (outside >= 0) return { outside: "AB"[outside] };
    const path = await connect(session, manifold, request);
    const carried = path.theta.length > 1
      ? await transport(session, manifold, path, request.vector, request.alpha)
      : { status: "NOT_CONVERGED", vectors: [request.vector], drift: NaN };
    return { path, carried, ends, rows: await this.rows(request, path) };
  }

  /** The distributions at A, B and the moving point, or null. */
  async rows(request, path) {
    const shown = this.data.distribution;
    if (!shown) return null;
    const thetas = [request.start, request.end, this.pointOf(path)];
    if (shown.logits) return { labels: shown.labels, p: thetas.map((theta) => softmax(shown.logits, theta)) };
    const x = shown.labels.length ? shown.labels.map((_, j) => j) : this.samples(shown, thetas);
    const p = await densities(this.session, thetas, x);
    return { labels: shown.labels, x, p };
  }

  /** Sample points that suit all of these θ, between ends that the program found on a grid. */
  samples({ grid, whole }, thetas) {
    const ends = thetas.map((theta) => nearestEnds(grid, this.chart.forward(theta)));
    const low = Math.min(...ends.map(([a]) => a));
    const high = Math.max(...ends.map(([, b]) => b));
    const x = Array.from({ length: SAMPLES }, (_, i) => low + ((high - low) * (i + 0.5)) / SAMPLES);
    return whole ? [...new Set(x.map(Math.round))] : x;
  }

  pointOf(path) {
    const at = this.playhead * (path.theta.length - 1);
    const i = Math.min(Math.floor(at), path.theta.length - 2);
    if (i < 0) return path.theta[0];
    return path.theta[i].map((t, k) => t + (at - i) * (path.theta[i + 1][k] - t));
  }

  show(request, answer) {
    if (answer.outside) {
      this.refused = answer.outside;
      this.now = { ...this.now, ...(this.shown ?? {}) };
    } else {
      this.refused = null;
      this.shown = { start: request.start, end: request.end };
      this.answer = { request, ...answer };
    }
    this.ahead = null;
    this.count = (this.count ?? 0) + 1;
    element("stage").dataset.answers = this.count;
    this.paint();
    this.tell();
  }

  /** An answer takes long: the pins go ahead, and the curve is grey. */
  moveAhead(request) {
    this.ahead = request;
    this.paint();
    this.tell();
  }

  ask(change, steps = LIVE_STEPS) {
    this.now = { ...this.now, ...change, steps };
    return this.newest.ask({ ...this.now });
  }

  rest() {
    return this.ask({}, REST_STEPS);
  }

  // --- the picture ---------------------------------------------------------------------------
  resize() {
    const canvas = element("picture");
    const box = element("stage").getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.max(box.width * ratio, 1);
    canvas.height = Math.max(box.height * ratio, 1);
    this.frame = new Frame(this.view, box.width, box.height, this.data.chart.equal);
    this.paint();
  }

  paint() {
    if (!this.frame) return;
    requestAnimationFrame(() => {
      draw(this.context, this.frame, this.look(), this.drawn());
      this.placePins();
      this.drawRows();
    });
  }

  look() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    return this.data.looks[dark ? "dark" : "light"];
  }

  /** What the picture shows, in chart coordinates. */
  drawn() {
    const { chart, data, answer } = this;
    const shown = {
      map: this.map,
      outline: data.chart.outline,
      labels: data.chart.labels,
      log: data.chart.log,
      marks: data.landmarks.map(({ theta, label }) => ({ at: chart.forward(theta), label })),
      straight: [],
      vectors: [],
    };
    if (!answer) return shown;
    const { request, path, carried } = answer;
    const share = Array.from({ length: 65 }, (_, i) => i / 64);
    const line = share.map((t) => request.start.map((a, i) => a * (1 - t) + request.end[i] * t));
    return {
      ...shown,
      straight: line.map((theta) => chart.forward(theta)),
      curve: path.theta.map((theta) => chart.forward(theta)),
      good: path.status === "OK",
      late: Boolean(this.ahead),
      vectors: carried.status === "OK" ? this.arrows(path, carried) : [],
      moving: chart.forward(this.pointOf(path)),
    };
  }

  arrows(path, carried) {
    return withArrows(path.theta.length).map((i) => {
      const theta = path.theta[i];
      return [this.chart.forward(theta), this.chart.push(theta, carried.vectors[i])];
    });
  }

  placePins() {
    const at = this.ahead ?? this.answer?.request ?? this.now;
    for (const [id, name] of [["pin-a", "start"], ["pin-b", "end"]]) {
      const [x, y] = this.frame.toPixels(this.chart.forward(at[name]));
      const button = element(id);
      button.style.left = `${x}px`;
      button.style.top = `${y}px`;
      const inside = x >= 0 && y >= 0 && x <= this.frame.width && y <= this.frame.height;
      button.hidden = !inside;
      const [a, b] = this.data.coordinates;
      const letter = id === "pin-a" ? "A" : "B";
      const where = `${a} = ${number(at[name][0], 4)}, ${b} = ${number(at[name][1], 4)}`;
      button.setAttribute("aria-label", `${letter} at ${where}`);
    }
  }

  async paintMap() {
    if (!this.data.map) return;
    const turn = ++this.mapTurn;
    const { view } = this.frame;
    for (const side of MAP_SIDES) {
      const longest = Math.max(this.frame.across, this.frame.down);
      const columns = Math.max(2, Math.round((side * this.frame.across) / longest));
      const rows = Math.max(2, Math.round((side * this.frame.down) / longest));
      const place = (i) => this.chart.inverse([
        view.x0 + ((i % columns) + 0.5) * (view.x1 - view.x0) / columns,
        view.y1 - (Math.floor(i / columns) + 0.5) * (view.y1 - view.y0) / rows,
      ]);
      const wanted = () => turn === this.mapTurn;
      const found = await field(this.session, this.manifold, columns * rows, place, this.data.map.index, wanted);
      if (!found || !wanted()) return;
      const { limits, opacity } = this.data.map;
      this.map = { image: mapImage(found, columns, rows, this.colours, limits, opacity), view };
      this.paint();
    }
  }

  drawRows() {
    const rows = this.answer?.rows;
    if (!rows) return;
    const canvas = element("bars");
    const size = [canvas.clientWidth, canvas.clientHeight];
    const look = this.look();
    const named = [look.pinA, look.pinB, look.moving];
    const all = rows.p.map((p, i) => ({ colour: named[i], p: Array.from(p) }));
    if (rows.labels.length) drawBars(canvas.getContext("2d"), look, size, rows.labels, all);
    else drawDensities(canvas.getContext("2d"), look, size, rows.x, all);
  }

  // --- numbers -------------------------------------------------------------------------------
  /** The measures with their status; of a curve that is late or no geodesic they are greyed. */
  tell() {
    const status = element("status");
    if (this.refused) {
      status.className = "bad";
      status.textContent = `${this.refused} would be outside the domain: ${this.data.domain}`;
      return;
    }
    if (!this.answer) return;
    const { path, carried, ends, request } = this.answer;
    const good = path.status === "OK";
    status.className = good ? "" : "bad";
    status.textContent = this.ahead ? "computing…" : this.wordsOf(path.status);
    element("measures").className = good && !this.ahead ? "" : "stale";
    const at = request.alpha === 0 ? "" : ` (α = ${number(request.alpha, 3)})`;
    const name = request.alpha === 0 ? "Fisher–Rao length" : `Length of the α-geodesic${at}`;
    const [a, b] = this.data.coordinates;
    const turned = norm(ends[0].metric, request.vector);
    this.fill([
      [name, path.length, good ? "" : "of a curve that is no geodesic to B"],
      ["Energy", path.energy, ""],
      ["Misses B by", path.residual, ""],
      ["Curvature at A", ends[0].curvature, ""],
      ["Curvature at B", ends[1].curvature, ""],
      ["Length of the vector", turned, ""],
      ["Drift of its length", carried.drift, this.wordsOf(carried.status)],
      [`A: ${a}`, request.start[0], ""],
      [`A: ${b}`, request.start[1], ""],
      [`B: ${a}`, request.end[0], ""],
      [`B: ${b}`, request.end[1], ""],
    ]);
    element("bars").setAttribute("aria-label", `Distributions at A, B and a point of the curve`);
  }

  wordsOf(status) {
    return this.data.published.statuses.find(([name]) => name === status)[1];
  }

  fill(rows) {
    const body = element("measures").tBodies[0];
    while (body.rows.length < rows.length) {
      const row = body.insertRow();
      row.append(document.createElement("th"), document.createElement("td"));
      row.cells[0].scope = "row";
    }
    rows.forEach(([name, value, hint], i) => {
      const [head, cell] = body.rows[i].cells;
      head.textContent = name;
      cell.textContent = number(value);
      cell.dataset.value = value;
      cell.title = hint;
    });
  }

  // --- what the reader does --------------------------------------------------------------------
  listen() {
    const toStage = ([x, y]) => {
      const box = element("stage").getBoundingClientRect();
      return [x - box.left, y - box.top];
    };
    for (const [id, name] of [["pin-a", "start"], ["pin-b", "end"]]) {
      makePin(element(id), {
        place: (pixels) => this.place(name, toStage(pixels)),
        where: () => {
          const box = element("stage").getBoundingClientRect();
          const [x, y] = this.frame.toPixels(this.chart.forward(this.now[name]));
          return [x + box.left, y + box.top];
        },
        rest: () => this.rest(),
      });
    }
    makeGround(element("picture"), {
      pan: (pixels) => this.pan(pixels),
      zoom: (pixels, factor) => this.zoom(this.frame.toChart(pixels), factor),
      rest: () => this.paintMap(),
    });
    this.slider("alpha", (value) => this.ask({ alpha: value }), () => this.rest());
    this.slider("playhead", (value) => this.turnTo(value), () => {});
    element("reset").addEventListener("click", () => this.startOver());
    for (const [id, factor] of [["closer", 1 / 1.25], ["farther", 1.25]]) {
      element(id).addEventListener("click", () => this.zoom(this.middle(), factor));
    }
    element("save").addEventListener("click", () => this.save());
    window.addEventListener("resize", () => { this.resize(); this.paintMap(); });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  place(name, pixels) {
    const theta = this.chart.inverse(this.frame.toChart(pixels));
    if (theta.every(Number.isFinite)) this.ask({ [name]: theta });
  }

  pan([dx, dy]) {
    const [from, to] = [[0, 0], [-dx, -dy]].map((pixels) => this.frame.toChart(pixels));
    this.look_at(moved(this.frame.view, [to[0] - from[0], to[1] - from[1]]));
  }

  zoom(at, factor) {
    this.look_at(zoomed(this.frame.view, at, factor));
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.paintMap(), 120);
  }

  middle() {
    const { x0, x1, y0, y1 } = this.frame.view;
    return [(x0 + x1) / 2, (y0 + y1) / 2];
  }

  look_at(view) {
    this.view = view;
    this.frame = new Frame(view, this.frame.width, this.frame.height, this.data.chart.equal);
    this.paint();
  }

  slider(id, change, rest) {
    const input = element(id);
    const output = input.nextElementSibling;
    const told = () => { output.textContent = number(Number(input.value), 3); };
    input.value = id === "alpha" ? this.now.alpha : this.playhead;
    told();
    input.addEventListener("input", () => { told(); change(Number(input.value)); });
    input.addEventListener("change", rest);
  }

  async turnTo(value) {
    this.playhead = value;
    if (!this.answer) return;
    const { answer } = this;
    const rows = await this.rows(answer.request, answer.path);
    if (this.answer === answer) answer.rows = rows;
    this.paint();
  }

  startOver() {
    this.reset();
    element("alpha").value = this.now.alpha;
    element("playhead").value = this.playhead;
    for (const id of ["alpha", "playhead"]) {
      element(id).nextElementSibling.textContent = number(Number(element(id).value), 3);
    }
    this.resize();
    this.rest();
    this.paintMap();
  }

  /** The scene with these pins, as a file that the program opens. */
  save() {
    const scene = { ...this.data.saved };
    scene.start = { theta: this.now.start };
    scene.end = { theta: this.now.end };
    scene.alpha = this.now.alpha;
    scene.playhead = this.playhead;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(scene)], { type: "application/json" }));
    link.download = "scene.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

/** The ends of the sample space at the grid's point nearest to x. */
function nearestEnds({ view, columns, rows, ends }, [x, y]) {
  const at = (value, low, high, count) => {
    const share = ((value - low) / (high - low)) * (count - 1);
    return Math.min(Math.max(Math.round(share), 0), count - 1);
  };
  const i = at(x, view.x0, view.x1, columns);
  const j = at(y, view.y0, view.y1, rows);
  return ends[j * columns + i];
}

/** Show the still picture with one sentence. */
function giveUp(sentence) {
  element("still").hidden = false;
  element("stage").hidden = element("panel").hidden = true;
  say(`${sentence} This is the picture as it was exported.`);
}

function say(sentence) {
  element("note").textContent = sentence;
  element("note").hidden = !sentence;
}

/** Open the device, and once more if it is lost. */
async function main() {
  const data = JSON.parse(element("data").textContent);
  const page = new Page(data);
  let listening = false;
  for (let losses = 0; losses < 2; losses++) {
    const session = await open(data.published);
    await page.begin(session);
    if (!listening) page.listen();
    listening = true;
    document.documentElement.dataset.ready = String(losses + 1);
    await session.device.lost;
  }
  throw new Unavailable("The graphics device was lost twice.");
}

main().catch((problem) => {
  giveUp(problem instanceof Unavailable ? problem.message : `The page failed: ${problem.message}.`);
});
