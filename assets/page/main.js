// The page: opens the device, shows its scenes, and says what failed.

import { follow, listen } from "page/controls";
import { listenToSteps, showStep } from "page/lesson";
import { openDevice, Session, Unavailable } from "page/session";
import { Viewer } from "page/viewer";

const SOON = 1000; // milliseconds within which the loss of a device is known, also on a slow machine
const element = (id) => document.getElementById(id);

class Page {
  constructor({ texts, kernels, scenes }) {
    Object.assign(this, { texts, kernels, scenes });
    this.at = 0;
    const turn = (by) => this.turn(by).catch((problem) => this.fail(problem));
    listen(() => this.viewer, () => turn(0));
    listenToSteps(turn);
  }

  /** Use a device: the first one, or another after a loss, where the pins stay as they are. */
  async use(device) {
    this.device = device;
    this.sessions = {};
    device.addEventListener("uncapturederror", ({ error }) => this.fail(error));
    await this.turn(0, this.viewer?.now);
  }

  /**
   * Go to another scene, or begin this one again; `kept`: with these pins.  Text, pins and sliders change
   * at once.  As scenes of a family share buffers, what the last one computes is waited for and dropped;
   * of several turns in a row only the newest computes.
   */
  async turn(by, kept = {}) {
    this.at += by;
    const scene = this.scenes[this.at];
    this.quiet = Promise.all([this.quiet, this.viewer?.leave()]);
    const viewer = new Viewer(scene, kept);
    this.viewer = viewer;
    showStep(this.scenes, this.at);
    element("line").textContent = scene.line;
    follow(viewer);
    // at first the still picture stays until the kernels are ready
    if (element("still").hidden) viewer.open();
    try {
      await this.quiet;
      const session = await this.session(scene.kernels);
      if (viewer !== this.viewer) return;
      element("still").hidden = true;
      element("stage").hidden = element("panel").hidden = false;
      say("");
      await viewer.begin(session);
      document.documentElement.dataset.live = "true";
      await viewer.carry();
      this.prepareNext();
    } catch (problem) {
      if (viewer === this.viewer) throw problem;
    }
  }

  /** Compile the kernels of the next step before it is asked for; what fails then is said then. */
  prepareNext() {
    const next = this.scenes[this.at + 1];
    if (next) this.session(next.kernels).catch(() => {});
  }

  /**
   * Say in one sentence what failed, unless the device is lost and opened again, or `isOver()` once that
   * is known; the steps stay.
   */
  async fail(problem, isOver = () => false) {
    if (await isLost(this.device)) return;
    if (isOver()) return;
    this.viewer.stall();
    say(wordsOf(problem));
  }

  /** The compiled kernels of a family with their buffers, once: they serve all its scenes. */
  session(key) {
    const published = this.kernels[key];
    this.sessions[key] ??= Session.compiled(this.device, published, this.texts);
    return this.sessions[key];
  }
}

function say(sentence) {
  element("note").textContent = sentence;
  element("note").hidden = !sentence;
}

function wordsOf(problem) {
  return problem instanceof Unavailable ? problem.message : `The page failed: ${problem.message}.`;
}

/** Show the still picture with one sentence. */
function giveUp(problem) {
  element("still").hidden = false;
  element("stage").hidden = element("panel").hidden = true;
  say(`${wordsOf(problem)} This is the picture as it was exported.`);
}

/** Wait until what was asked for is on the screen. */
function drawn() {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** Whether a device is lost, which may be known only after what it computed has failed. */
function isLost(device) {
  const later = new Promise((done) => { setTimeout(() => done(false), SOON); });
  return Promise.race([device.lost.then(() => true), later]);
}

/** Open the device, and once more if it is lost. */
async function main() {
  say("Preparing the kernels…");
  let device = await openDevice();
  const page = new Page(JSON.parse(element("data").textContent));
  window.addEventListener("unhandledrejection", (event) => {
    // the console keeps faults of the page; what was computed on a lost device is none
    if (["AbortError", "OperationError"].includes(event.reason?.name)) event.preventDefault();
    // what is asked for after a request that failed is shown, not its failure
    const { answers } = element("stage").dataset;
    page.fail(event.reason, () => page.viewer.isAsked() || element("stage").dataset.answers !== answers);
  });
  for (const last of [false, true]) {
    const problem = await page.use(device).then(() => null, (reason) => reason);
    if (problem && !(await isLost(device))) throw problem;
    await drawn();
    document.documentElement.dataset.ready = last ? "again" : "first";
    await device.lost;
    if (last) break;
    say("The graphics device was lost: opening it again…");
    device = await openDevice();
  }
  throw new Unavailable("The graphics device was lost twice. Reload the page to compute again.");
}

main().catch(giveUp);
