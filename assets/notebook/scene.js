// The live widget of a scene: a picture from the kernel's process, and pins to drag over it.

const STEP = 8; // pixels per press of an arrow key, with Shift 1
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function made(kind, className, parent) {
  const element = document.createElement(kind);
  element.className = className;
  parent.append(element);
  return element;
}

/** Let a pin be dragged and moved by keys; `move(at, dragging)` asks for its new place. */
function makePin(pin, scale, move) {
  let grip = null;
  let at = [0, 0];
  pin.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    grip = [at[0] - event.clientX / scale(), at[1] - event.clientY / scale()];
    pin.setPointerCapture(event.pointerId);
    pin.focus();
    event.preventDefault();
  });
  pin.addEventListener("pointermove", (event) => {
    if (!grip) return;
    at = [event.clientX / scale() + grip[0], event.clientY / scale() + grip[1]];
    move(at, true);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pin.addEventListener(end, () => {
      if (grip) move(at, false);
      grip = null;
    });
  }
  pin.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const size = event.shiftKey ? 1 : STEP;
    at = [at[0] + size * direction[0], at[1] + size * direction[1]];
    move(at, false);
  });
  return (place) => {
    if (!grip) at = place;
    pin.style.left = `${place[0] * scale()}px`;
    pin.style.top = `${place[1] * scale()}px`;
  };
}

function render({ model, el }) {
  const root = made("div", "live-scene", el);
  const stage = made("div", "stage", root);
  const image = made("img", "", stage);
  image.alt = "";
  image.draggable = false;
  const [width] = model.get("size");
  const scale = () => (image.clientWidth || width) / width;
  image.style.width = `${width}px`;
  const places = ["A", "B"].map((name) => {
    const pin = made("button", `pin pin-${name}`, stage);
    pin.type = "button";
    pin.setAttribute("aria-label", name);
    return makePin(pin, scale, (at, dragging) => model.send({ pin: name, at, dragging }));
  });
  const table = made("table", "", root);
  const status = made("p", "status", root);
  status.setAttribute("role", "status");

  let shown = "";
  function paintPicture() {
    const content = model.get("picture");
    if (!content || !content.byteLength) return;
    const address = URL.createObjectURL(new Blob([content], { type: "image/png" }));
    image.src = address;
    if (shown) URL.revokeObjectURL(shown);
    shown = address;
  }
  function paintRest() {
    model.get("pins").forEach((place, i) => places[i](place));
    status.textContent = model.get("status");
    root.classList.toggle("stale", !model.get("arrived"));
    table.replaceChildren(...model.get("measures").map(([name, text]) => {
      const row = document.createElement("tr");
      made("th", "", row).textContent = name;
      made("td", "", row).textContent = text;
      return row;
    }));
  }
  model.on("change:picture", paintPicture);
  for (const name of ["pins", "measures", "status", "arrived"]) model.on(`change:${name}`, paintRest);
  model.on("change:followed", () => {
    model.set("seen", model.get("followed"));
    model.save_changes();
  });
  paintPicture();
  paintRest();
  return () => URL.revokeObjectURL(shown);
}

export default { render };
