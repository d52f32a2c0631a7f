// What the reader touches: pins, ground, sliders and buttons act on the viewer that is shown.

import { makeGround, makePin } from "page/pins";
import { number } from "page/ticks";

const element = (id) => document.getElementById(id);

/** Listen once; `viewer()` is the one that is shown, `again()` shows its scene from the start. */
export function listen(viewer, again) {
  for (const [id, name] of [["pin-a", "start"], ["pin-b", "end"]]) {
    makePin(element(id), {
      place: (pixels) => viewer().place(name, onStage(pixels)),
      where: () => onPage(viewer().picture.pixelsOf(viewer().now[name])),
      rest: () => viewer().rest(),
    });
  }
  makeGround(element("stage"), element("picture"), {
    pan: (pixels) => viewer().pan(pixels),
    zoom: (factor, pixels) => viewer().zoom(factor, pixels),
    rest: () => viewer().paintMap(),
  });
  slide("alpha", (alpha) => viewer().ask({ alpha }), () => viewer().rest());
  slide("playhead", (share) => viewer().turnTo(share), () => {});
  element("reset").addEventListener("click", again);
  element("closer").addEventListener("click", () => viewer().zoom(1 / 1.25));
  element("farther").addEventListener("click", () => viewer().zoom(1.25));
  element("save").addEventListener("click", () => download(viewer().text()));
  // also before the first scene is shown
  window.addEventListener("resize", () => viewer()?.resize());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => viewer()?.paint());
}

/** Show the numbers of a viewer on the sliders. */
export function follow({ now, playhead }) {
  for (const [id, value] of [["alpha", now.alpha], ["playhead", playhead]]) {
    element(id).value = value;
    element(id).nextElementSibling.textContent = number(value, 3);
  }
}

function onStage([x, y]) {
  const box = element("stage").getBoundingClientRect();
  return [x - box.left, y - box.top];
}

function onPage([x, y]) {
  const box = element("stage").getBoundingClientRect();
  return [x + box.left, y + box.top];
}

function slide(id, change, rest) {
  const input = element(id);
  input.addEventListener("input", () => {
    input.nextElementSibling.textContent = number(Number(input.value), 3);
    change(Number(input.value));
  });
  input.addEventListener("change", rest);
}

function download(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "scene.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
