"""Keys and gestures of the canvas that are not commands, for the sheet of keys and the guide."""

from __future__ import annotations

GESTURES: tuple[tuple[str, str], ...] = (
    ("Drag a pin or the vector’s tip", "Move it; near a token it snaps"),
    ("Ctrl while a pin is dragged", "Snap to the grid, or do not where snapping is on"),
    ("Tab, or A, B, C and V", "Select a pin or the vector’s tip"),
    ("Arrow keys", "Move the selection; with Shift in small steps"),
    ("Enter", "Centre the view on the selection"),
    ("Ctrl and arrow keys", "Move the view; turn a surface"),
    ("+ and −", "Zoom at the selection"),
    ("Escape", "Clear the selection; cancel a drag"),
    ("Drag the background", "Move the view"),
    ("Click a name at the edge", "Fit the curve: bring what is out of view into it"),
    ("Wheel or pinch", "Zoom at the pointer"),
    ("Double click", "Centre the view on that point"),
    ("Shift and drag", "Draw a loop and carry the vector around it"),
    ("Alt and drag", "Paint a field for the flow"),
    ("Drag, or Ctrl and drag", "Move a point of data; select those in a rectangle"),
    ("Page Down and Page Up", "Go through the points of data"),
    ("Double click a note", "Edit it"),
    ("Enter and Delete on a selected note", "Edit it; remove it"),
    ("Right click, menu key or Shift+F10", "Show what can be done here"),
    ("Alt and a letter, or F10", "Open a menu"),
)
