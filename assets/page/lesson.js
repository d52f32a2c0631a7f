// The steps of a lesson: their text beside the picture, and the buttons between them.

// at every step, as texts are written for the program
const GENERAL = "Panels, menus, layers and keys that the text names are in the program. Here drag A and B, and move the sliders.";
const element = (id) => document.getElementById(id);

/** Show the step of a scene, if it has one; `turn(by)` goes to another. */
export function showStep(scenes, at) {
  const { step } = scenes[at];
  element("lesson").hidden = !step;
  if (!step) return;
  element("heading").textContent = step.heading;
  element("text").innerHTML = step.text; // made by the program, which escapes all but its own marks
  element("task").innerHTML = step.task;
  element("task").hidden = !step.task;
  element("absent").replaceChildren(...[...step.absent, GENERAL].map(paragraph));
  const focused = document.activeElement;
  element("count").textContent = `${at + 1} of ${scenes.length}`;
  element("back").disabled = at === 0;
  element("next").disabled = at === scenes.length - 1;
  // a button that is disabled loses the focus
  if (focused?.disabled) element(at === 0 ? "next" : "back").focus();
}

function paragraph(words) {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}

/** Listen once to the buttons between steps. */
export function listenToSteps(turn) {
  element("back").addEventListener("click", () => turn(-1));
  element("next").addEventListener("click", () => turn(1));
}
