// The pins A and B as buttons over the canvas: dragged by mouse or finger, moved by arrow keys.

const STEP = 8; // pixels per press of an arrow key, with Shift 1
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Make a button a pin.  `place(pixels)` moves it, `where()` is its place, `rest()` ends a move. */
export function makePin(button, { place, where, rest }) {
  let grip = null;
  let pressed = false;
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || grip) return;
    const [x, y] = where();
    grip = { finger: event.pointerId, offset: [x - event.clientX, y - event.clientY] };
    button.setPointerCapture(event.pointerId);
    button.focus();
    event.preventDefault();
  });
  button.addEventListener("pointermove", (event) => {
    if (grip?.finger === event.pointerId) place([event.clientX + grip.offset[0], event.clientY + grip.offset[1]]);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    button.addEventListener(end, (event) => {
      if (grip?.finger !== event.pointerId) return;
      grip = null;
      rest();
    });
  }
  button.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pressed = true;
    const size = event.shiftKey ? 1 : STEP;
    const [x, y] = where();
    place([x + size * direction[0], y + size * direction[1]]);
  });
  // a key that is still down when the focus leaves is let go elsewhere
  for (const end of ["keyup", "blur"]) {
    button.addEventListener(end, (event) => {
      if (!pressed || (end === "keyup" && !ARROWS[event.key])) return;
      pressed = false;
      rest();
    });
  }
}

/** Drag the ground of a stage to move the view; turn the wheel or move two fingers to zoom. */
export function makeGround(stage, canvas, { pan, zoom, rest }) {
  const fingers = new Map();
  const middle = () => [0, 1].map((k) => mean([...fingers.values()].map((at) => at[k])));
  const spread = () => mean([...fingers.values()].map(([x, y]) => Math.hypot(x - middle()[0], y - middle()[1])));
  const onStage = ([x, y]) => {
    const box = stage.getBoundingClientRect();
    return [x - box.left, y - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const [before, wide] = [middle(), spread()];
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const after = middle();
    pan([after[0] - before[0], after[1] - before[1]]);
    if (fingers.size > 1 && wide > 1 && spread() > 1) zoom(wide / spread(), onStage(after));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (fingers.delete(event.pointerId) && !fingers.size) rest();
    });
  }
  // over a pin too
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(1.0015 ** event.deltaY, onStage([event.clientX, event.clientY]));
  }, { passive: false });
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
