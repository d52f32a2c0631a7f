// One scene: what the reader does with it, what is computed of it, and what is shown.

import { bytes } from "page/records";
import { Chart } from "page/charts";
import { checked } from "page/checks";
import { distributions, drawDistributions } from "page/distributions";
import { geometry } from "page/fields";
import { connect } from "page/geodesic";
import { doubts, fill, rowsOf } from "page/measures";
import { Newest } from "page/newest";
import { Picture } from "page/picture";
import { number } from "page/ticks";
import { transport } from "page/transport";

const STEPS = { live: 64, rest: 128 };
const SETTLED = 120; // milliseconds after the last turn of the wheel
const element = (id) => document.getElementById(id);

export class Viewer {
  /** `kept`: pins and α in place of the scene's. */
  constructor(scene, kept) {
    this.scene = scene;
    this.session = null; // until the kernels are ready
    this.chart = new Chart(scene.chart.steps);
    this.manifold = { first: new Chart(scene.first), periods: scene.periods, interior: scene.interior };
    const pins = [element("pin-a"), element("pin-b")];
    this.picture = new Picture(scene, this.chart, element("stage"), element("picture"), pins, () => this.look());
    const { start, end, vector, alpha, playhead } = scene.scene;
    this.now = { start, end, vector, alpha, ...kept };
    this.playhead = playhead;
    this.newest = new Newest(
      (request) => this.compute(request),
      (request, answer) => this.show(request, answer),
      (request) => this.moveAhead(request),
    );
  }

  /** Show the scene with nothing computed: its frame, pins and titles, and no numbers. */
  open() {
    element("stage").setAttribute("aria-busy", "true");
    element("status").textContent = "preparing the kernels…";
    element("status").className = "";
    fill(element("measures"), []);
    this.headings();
    this.picture.resize();
    this.paint();
  }

  /** Compute the scene with a session, and wait for the first answer; from then on pins can be dragged. */
  async begin(session) {
    this.session = session;
    this.open();
    await this.rest();
    this.paintMap();
  }

  /** Carry the vector too once its kernels are compiled, or say why it is not. */
  async carry() {
    if (this.answer?.carried) return;
    await this.session.whole;
    await this.rest();
  }

  /** Say that the newest request has no answer: curve and numbers are those of the last one, in grey. */
  stall() {
    element("stage").setAttribute("aria-busy", "false");
    element("measures").className = "stale";
    element("status").textContent = "not computed";
    element("status").className = "bad";
  }

  /** Show and ask for nothing any more; resolves when nothing is computed any more. */
  leave() {
    this.left = true;
    this.picture.stop();
    return this.newest.stop();
  }

  look() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    return this.scene.looks[dark ? "dark" : "light"];
  }

  // --- computing -------------------------------------------------------------------------------
  /** Whether the kernels are ready and the scene is still shown. */
  computes() {
    return this.session && !this.left;
  }

  /** Whether an answer is being computed. */
  isAsked() {
    return Boolean(this.newest.running);
  }

  async ask(change, steps = STEPS.live) {
    this.now = { ...this.now, ...change };
    if (!this.computes()) return this.paint();
    const stage = element("stage");
    stage.setAttribute("aria-busy", "true");
    await this.newest.ask({ ...this.now, steps }).finally(() => {
      if (!this.left) stage.setAttribute("aria-busy", String(!this.session.isWhole && !this.session.lacks));
    });
  }

  /** A pin was let go: compute with all steps. */
  rest() {
    return this.ask({}, STEPS.rest);
  }

  /** Everything that picture and numbers need of one request. */
  async compute(request) {
    const { session, manifold } = this;
    const ends = await geometry(session, [request.start, request.end]);
    const outside = ends.findIndex((at) => at.status === "LEFT_DOMAIN");
    if (outside >= 0) return { outside: "AB"[outside] };
    const path = await connect(session, manifold, request);
    const carried = await this.carried(request, path);
    const { playhead } = this;
    const rows = await this.rows(request, path);
    if (request.steps === STEPS.rest) path.status = await checked(session, path, rows, request.alpha);
    path.arrived = this.statusOf(path.status)[2];
    return { path, carried, ends, rows, playhead };
  }

  /** The vector along a path; null while its kernels are not ready. */
  async carried({ vector, alpha }, path) {
    if (path.theta.length <= 1) return { status: "NOT_CONVERGED", vectors: [vector], error: NaN };
    return this.session.isWhole ? transport(this.session, this.manifold, path, vector, alpha) : null;
  }

  /** [name, words, whether the curve is a geodesic to B]. */
  statusOf(name) {
    return this.session.published.statuses.find(([known]) => known === name);
  }

  async rows(request, path) {
    if (!this.scene.distribution) return null;
    const thetas = [request.start, request.end, this.pointOf(path)];
    return distributions(this.session, this.scene.distribution, this.chart, thetas);
  }

  pointOf({ theta }) {
    const at = this.playhead * (theta.length - 1);
    const i = Math.min(Math.floor(at), theta.length - 2);
    if (i < 0) return theta[0];
    return theta[i].map((t, k) => t + (at - i) * (theta[i + 1][k] - t));
  }

  // --- showing ---------------------------------------------------------------------------------
  show(request, answer) {
    if (this.left) return;
    element("note").hidden = true; // what failed before it is over
    this.ahead = null;
    this.refused = answer.outside;
    if (answer.outside) {
      const { start, end } = this.answer?.request ?? this.scene.scene;
      this.now = { ...this.now, start, end };
    } else {
      this.answer = { request, ...answer };
    }
    const { dataset } = element("stage");
    dataset.answers = Number(dataset.answers ?? 0) + 1;
    // moved while the answer was computed
    if (!answer.outside && answer.playhead !== this.playhead) this.turnTo(this.playhead);
    this.paint();
    this.tell();
  }

  /** An answer takes long: the pins go ahead, and curve and numbers are grey. */
  moveAhead(request) {
    if (this.left) return;
    this.ahead = request;
    this.paint();
    this.tell();
  }

  paint() {
    if (this.painting) return;
    this.painting = requestAnimationFrame(() => {
      this.painting = 0;
      if (this.left) return;
      const at = this.ahead ?? this.answer?.request ?? this.now;
      const point = this.answer && this.pointOf(this.answer.path);
      this.picture.paint(this.answer, [at.start, at.end], point, Boolean(this.ahead));
      this.paintRows();
    });
  }

  paintRows() {
    if (!this.answer?.rows) return;
    const left = drawDistributions(element("bars"), this.look(), this.answer.rows);
    element("left-out").textContent = left;
  }

  async paintMap() {
    if (!this.computes()) return;
    await this.picture.paintMap(this.session, this.manifold, (radius) => {
      if (radius) element("circles").textContent = `Circles of Fisher radius ${number(radius, 3)}`;
      this.paint();
    });
  }

  /** The titles and the colour bar, which stay. */
  headings() {
    const { map, distribution } = this.scene;
    element("distributions").hidden = !distribution;
    element("map").hidden = !map;
    for (const id of ["circles", "left-out"]) element(id).textContent = "";
    element("bars").width = 0; // which clears it
    if (distribution) {
      const title = `Distributions over ${distribution.title}`;
      element("distributions").querySelector("h2").textContent = title;
      element("bars").setAttribute("aria-label", `${title}, at A, B and the point`);
    }
    if (!map) return;
    element("map").querySelector("h2").textContent = map.label;
    element("bar").querySelectorAll("span").forEach((span, i) => { span.textContent = number(map.limits[i], 3); });
    const image = new ImageData(256, 1);
    const colours = bytes(map.colours);
    for (let i = 0; i < 256; i++) image.data.set([...colours.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    element("bar").querySelector("canvas").getContext("2d").putImageData(image, 0, 0);
  }

  /** The measures with their status; those of a curve that is late or no geodesic are grey. */
  tell() {
    const status = element("status");
    const { status: found, arrived } = this.answer?.path ?? {};
    status.className = found === "OK" && !this.refused ? "" : "bad";
    if (this.refused) {
      status.textContent = `${this.refused} would leave the domain: ${this.scene.domain}`;
      return;
    }
    if (!this.answer) return;
    const wordsOf = (name) => this.statusOf(name)[1];
    const { limits, lacks } = this.session;
    const doubt = arrived ? doubts(this.answer, wordsOf, limits, lacks) : "";
    status.textContent = this.ahead ? "computing…" : wordsOf(found) + doubt;
    element("measures").className = arrived && !this.refused && !this.ahead ? "" : "stale";
    fill(element("measures"), rowsOf(this.answer, this.scene.coordinates, wordsOf, limits));
  }

  // --- what the reader does ----------------------------------------------------------------------
  place(name, pixels) {
    const theta = this.picture.thetaAt(pixels);
    if (theta.every(Number.isFinite)) this.ask({ [name]: theta });
  }

  pan(pixels) {
    this.picture.pan(pixels);
    this.paint();
  }

  zoom(factor, pixels) {
    this.picture.zoom(factor, pixels);
    this.paint();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.paintMap(), SETTLED);
  }

  resize() {
    this.picture.resize();
    this.paint();
    this.paintMap();
  }

  async turnTo(playhead) {
    this.playhead = playhead;
    const { answer } = this;
    if (!answer || !this.computes()) return;
    const rows = await this.rows(answer.request, answer.path);
    if (this.answer === answer) answer.rows = rows;
    this.paint();
  }

  /** The scene with these pins, as the text of a file that the program opens. */
  text() {
    const { start, end, alpha } = this.now;
    const scene = { ...this.scene.saved, start: { theta: start }, end: { theta: end }, alpha, playhead: this.playhead };
    return JSON.stringify(scene, null, 1);
  }
}
