// The pins A and B as buttons over the canvas: dragged by mouse or finger, moved by arrow keys.

const STEP = 8; // pixels per press of an arrow key, with Shift 1
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Make a button a pin.  `place(pixels)` moves it, `where()` is its place, `rest()` ends a move. */
export function makePin(button, { place, where, rest }) {
  let grip = null;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = where();
    grip = [x - event.clientX, y - event.clientY];
    button.setPointerCapture(event.pointerId);
    button.focus();
    event.preventDefault();
  });
  button.addEventListener("pointermove", (event) => {
    if (grip) place([event.clientX + grip[0], event.clientY + grip[1]]);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    button.addEventListener(end, () => {
      if (grip) rest();
      grip = null;
    });
  }
  button.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const size = event.shiftKey ? 1 : STEP;
    const [x, y] = where();
    place([x + size * direction[0], y + size * direction[1]]);
  });
  button.addEventListener("keyup", (event) => {
    if (ARROWS[event.key]) rest();
  });
}

/** Drag the ground to move the view, turn the wheel to zoom. */
export function makeGround(canvas, { pan, zoom, rest }) {
  let last = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    last = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    pan([event.clientX - last[0], event.clientY - last[1]]);
    last = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (last) rest();
      last = null;
    });
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(1.0015 ** event.deltaY, [event.clientX - box.left, event.clientY - box.top]);
  }, { passive: false });
}
