// The page: opens the device, shows its scenes, and says what failed.

import { follow, listen } from "page/controls";
import { listenToSteps, showStep } from "page/lesson";
import { openDevice, Session, Unavailable } from "page/session";
import { Viewer } from "page/viewer";

const element = (id) => document.getElementById(id);

class Page {
  constructor({ texts, kernels, scenes }) {
    Object.assign(this, { texts, kernels, scenes });
    this.at = this.turns = 0;
    const turn = (by) => this.turn(by).catch((problem) => this.fail(problem));
    listen(() => this.viewer, () => turn(0));
    listenToSteps(turn);
  }

  /** Use a device: the first one, or another after a loss, where the pins stay as they are. */
  async use(device) {
    this.device = device;
    this.sessions = {};
    await this.turn(0, this.viewer?.now);
  }

  /**
   * Go to another scene, or begin this one again; `kept`: with these pins.  The last scene's answers
   * are waited for and dropped, as it may share buffers; of several turns in a row only the newest shows.
   */
  async turn(by, kept = {}) {
    const turn = ++this.turns;
    this.at += by;
    const scene = this.scenes[this.at];
    showStep(this.scenes, this.at);
    element("line").textContent = scene.line;
    await this.viewer?.leave();
    const session = await this.session(scene.kernels);
    if (turn !== this.turns) return;
    const viewer = new Viewer(scene, session);
    element("still").hidden = true;
    element("stage").hidden = element("panel").hidden = false;
    Object.assign(viewer.now, kept);
    this.viewer = viewer;
    follow(viewer);
    say("");
    await viewer.begin();
    this.prepareNext();
  }

  /** Compile the kernels of the next step before it is asked for; what fails then is said then. */
  prepareNext() {
    const next = this.scenes[this.at + 1];
    if (next) this.session(next.kernels).catch(() => {});
  }

  /** Say why a scene cannot be shown; the steps stay. */
  fail(problem) {
    element("stage").hidden = true;
    element("status").textContent = "";
    say(wordsOf(problem));
  }

  /** The compiled kernels of a family, once. */
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

/** Open the device, and once more if it is lost. */
async function main() {
  say("Preparing the kernels…");
  let device = await openDevice();
  const page = new Page(JSON.parse(element("data").textContent));
  for (const last of [false, true]) {
    await page.use(device);
    await drawn();
    document.documentElement.dataset.ready = last ? "again" : "first";
    await device.lost;
    if (last) break;
    say("The graphics device was lost: opening it again…");
    device = await openDevice();
  }
  throw new Unavailable("The graphics device was lost twice. Reload the page to compute again.");
}

window.addEventListener("unhandledrejection", (event) => {
  // what was computed while the device was lost has no answer; anything else is a fault to be seen
  if (event.reason?.name === "AbortError" || event.reason?.name === "OperationError") event.preventDefault();
});
main().catch(giveUp);
