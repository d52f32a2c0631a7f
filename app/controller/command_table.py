"""The command table, from which menus, toolbar, shortcuts, palette and the sheet of keys are made."""

from __future__ import annotations

from dataclasses import replace

from app.controller.command_words import WORDS
from app.controller.tool_commands import TOOLS
from app.jobs.studies import constructions
from app.model.examples import examples
from app.model.lessons.catalogue import titles
from app.views.interface.views import Command

_COMMANDS: tuple[Command, ...] = (
    Command(
        "new", "File", "New", "Ctrl+N", "Start over with the default scene", "file-plus-outline"
    ),
    Command("open", "File", "Open…", "Ctrl+O", "Open a scene file", "folder-open-outline"),
    Command(
        "examples", "File", "Open example…", "", "Choose one of the program’s scenes by picture"
    ),
    *(
        Command(f"example:{it.name}", "Example", it.title, "", it.words, listed=False, also=it.name)
        for it in examples()
    ),
    Command("open_picture", "File", "Open picture…", "", "Show a photograph and its patches"),
    Command(
        "open_head",
        "File",
        "Open heads…",
        "Ctrl+Shift+O",
        "Show the attention heads of an .npz or .safetensors file",
    ),
    Command("open_data", "File", "Open data…", "", "Fit the family to a table, or show its points"),
    Command(
        "save",
        "File",
        "Save",
        "Ctrl+S",
        "Write the scene to its file",
        "content-save-outline",
        apart=True,
    ),
    Command("save_as", "File", "Save as…", "Ctrl+Shift+S", "Write the scene to another file"),
    Command("restore", "File", "Restore unsaved work…", "", "Show what a cut-off session left"),
    Command(
        "export_figure",
        "File",
        "Export figure…",
        "Ctrl+E",
        "Write a PNG, SVG, PDF or TikZ",
        "image-outline",
        apart=True,
    ),
    Command(
        "export_film",
        "File",
        "Export film…",
        "Ctrl+Shift+E",
        "Write a WebM, GIF or MP4",
        "movie-outline",
    ),
    Command("export_fits", "File", "Export the fits…", "", "Write the table of fits as CSV"),
    Command(
        "export_distances",
        "File",
        "Export distances…",
        "",
        "Write the distances between the points of data as a table or a figure",
    ),
    Command("export_comparison", "File", "Export comparison…", "", "As a figure or a table"),
    Command("export_matrix", "File", "Export attention matrix…", "", "As a figure or a table"),
    Command("export_atlas", "File", "Export atlas of heads…", "", "As a figure or a table"),
    Command("export_why", "File", "Export why it attends there…", "", "As a figure or a table"),
    Command("export_steering", "File", "Export steering…", "", "As a figure or a table"),
    Command("export_data", "File", "Export data…", "", "Write the computed arrays"),
    Command(
        "export_script",
        "File",
        "Export Python script…",
        "",
        "Write a script that computes the numbers",
    ),
    Command(
        "export_page",
        "File",
        "Export interactive page…",
        "",
        "Write a page with pins to drag in a browser",
    ),
    Command("quit", "File", "Quit", "Ctrl+Q", "Close the window", apart=True),
    Command("undo", "Edit", "Undo", "Ctrl+Z", "Undo the last change", "undo"),
    Command("redo", "Edit", "Redo", "Ctrl+Shift+Z", "Redo the change", "redo"),
    Command(
        "swap",
        "Edit",
        "Swap A and B",
        "Ctrl+T",
        "The geodesic stays; the vector moves to the other end",
        "swap-horizontal",
        apart=True,
    ),
    Command(
        "attend",
        "Edit",
        "As the token at A really attends",
        "Ctrl+R",
        "Put A on the token nearest to it, and show the plane of that token’s own mask and row",
    ),
    Command(
        "copy_point",
        "Edit",
        "Copy point",
        "Ctrl+C",
        "Copy the selected pin, or the vector, as text",
        apart=True,
    ),
    Command(
        "paste_point",
        "Edit",
        "Paste point",
        "Ctrl+V",
        "Move the selected pin to a point given as text, such as (0, 1)",
    ),
    Command(
        "copy_picture",
        "Edit",
        "Copy picture",
        "Ctrl+Shift+C",
        "Copy the canvas to the clipboard",
        "content-copy",
    ),
    Command("copy_light", "Edit", "Copy picture, light", "", "Copy the canvas on white"),
    Command("copy_dark", "Edit", "Copy picture, dark", "", "Copy the canvas on black"),
    Command("copy_caption", "Edit", "Copy caption", "", "Copy the caption of a figure"),
    Command(
        "note",
        "Edit",
        "Add a note…",
        "Ctrl+Shift+N",
        "Write words beside the selected pin; right click to write them anywhere",
        apart=True,
    ),
    Command(
        "arrow_note", "Edit", "Add a note with an arrow…", "", "Write words that point at a pin"
    ),
    Command(
        "angle_vector",
        "Edit",
        "Mark angles of the vector",
        "",
        "Mark the Fisher angles of geodesic and carried vector at A and at B, or remove the marks",
    ),
    Command(
        "angle_curves",
        "Edit",
        "Mark angles of curves",
        "",
        "Mark the Fisher angles of the geodesic and other curves at A and at B, or remove them",
    ),
    Command("angle_triangle", "Edit", "Mark angles of the triangle", "", "Mark the angles of ABC"),
    Command(
        "points",
        "Edit",
        "Type points…",
        "Ctrl+Shift+P",
        "Type A, B and all other numbers of the scene",
        apart=True,
    ),
    Command(
        "snap",
        "Edit",
        "Snap to grid",
        "Ctrl+G",
        "Let dragged pins keep to the crossings of the grid’s lines",
    ),
    Command("clear_data", "Edit", "Remove the data", "", "Remove all its points", apart=True),
    Command("fit_data", "Edit", "Fit the data again", "", "Fit the table to the family shown"),
    Command("pin_a_on_data", "Edit", "A on the chosen point", "", "Put A on the point of data"),
    Command("pin_b_on_data", "Edit", "B on the chosen point", "", "Put B on the point of data"),
    Command(
        "preferences",
        "Edit",
        "Preferences…",
        "Ctrl+,",
        "Engine, numbers, theme, size of letters and autosave",
        apart=True,
    ),
    Command(
        "reset_view",
        "View",
        "Reset view",
        "Ctrl+0",
        "Show the chart’s default region",
        "fit-to-screen-outline",
    ),
    Command(
        "fit_curve",
        "View",
        "Fit the curve",
        "F",
        "Bring the geodesic, the moving point, both pins and the vector into view",
        "fit-to-page-outline",
    ),
    Command(
        "equal_axes",
        "View",
        "Equal axes",
        "Ctrl+Shift+A",
        "Draw both axes at one scale, or each at its own",
    ),
    Command("reset_layout", "View", "Reset layout", "", "Return panels to their places"),
    Command(
        "switch_theme",
        "View",
        "Dark or light",
        "Ctrl+Shift+D",
        "Switch between the dark and the light theme",
        "theme-light-dark",
    ),
    Command(
        "describe",
        "View",
        "Describe the chart",
        "Ctrl+I",
        "What the chart shows, in words to read, hear or copy; each number with its status",
        apart=True,
    ),
    Command(
        "next_region",
        "View",
        "Next part of the window",
        "F6",
        "Give the keyboard to the next panel, the canvas, the timeline or the toolbar",
        apart=True,
    ),
    Command(
        "previous_region",
        "View",
        "Previous part of the window",
        "Shift+F6",
        "The same backwards",
    ),
    Command(
        "browse_heads",
        "View",
        "Browse heads…",
        "Ctrl+B",
        "All heads of the file side by side, each with its numbers and a picture",
        apart=True,
    ),
    # their panels stand in the menu
    *(
        Command(f"show_{name}", "View", f"{title}…", "", hint, listed=False)
        for name, title, hint in (
            ("data", "Data", "The table, its fits and how sure they are"),
            ("comparison", "Compare", "Heads, layers, texts or temperatures"),
            ("descents", "Descents", "A race of three descents of a loss"),
            ("distances", "Distances", "All distances between the points of data"),
        )
    ),
    Command(
        "play",
        "Play",
        "Play or pause",
        "Space",
        "Play the keyframes; without keyframes, move the point from A to B",
    ),
    Command(
        "to_start", "Play", "Go to the beginning", "Home", "Go to time 0, or move the point to A"
    ),
    Command(
        "to_end", "Play", "Go to the end", "End", "Go to the last time, or move the point to B"
    ),
    Command(
        "key_set",
        "Play",
        "Set a keyframe",
        "K",
        "Record the scene at this time; it changes smoothly between keyframes",
        apart=True,
    ),
    Command(
        "key_remove",
        "Play",
        "Remove the keyframe",
        "Shift+K",
        "Remove the keyframe at this time",
    ),
    Command(
        "relax",
        "Play",
        "Watch the path relax",
        "Ctrl+L",
        "Animate the straight line relaxing to a geodesic as its energy decreases",
        "vector-curve",
        apart=True,
    ),
    Command("descents_play", "Play", "Play the descents", "", "Play or pause the race of descents"),
    Command(
        "check",
        "Play",
        "Check in float64",
        "Ctrl+Shift+F",
        "Recompute the path and the map in double precision and compare",
        "check-decagram-outline",
    ),
    Command(
        "flow_evolve",
        "Flow",
        "Evolve or pause",
        "Ctrl+Return",
        "Start or pause the flow",
        "waves-arrow-right",
    ),
    Command("flow_step", "Flow", "One step", "Ctrl+.", "Advance the flow by one step"),
    Command("flow_reset", "Flow", "Restart", "Ctrl+Home", "Return to the field at time 0"),
    Command(
        "flow_unpaint", "Flow", "Clear the painted field", "", "Delete all strokes", apart=True
    ),
    Command("third", "Construct", "Point C", "Ctrl+Shift+K", "Show or hide a third pin"),
    *(
        Command(f"construct:{kind.layer()}", "Construct", kind.title, "", kind.hint, apart=i == 0)
        for i, kind in enumerate(constructions())
    ),
    *TOOLS,
    Command(
        "lessons",
        "Lessons",
        "All lessons",
        "Ctrl+Shift+L",
        "Short tours with something to do",
        "school-outline",
    ),
    Command(
        "lesson_next",
        "Lessons",
        "Next step",
        "Ctrl+PgDown",
        "Go to the next step of the lesson",
        apart=True,
    ),
    Command(
        "lesson_back",
        "Lessons",
        "Previous step",
        "Ctrl+PgUp",
        "Go to the previous step of the lesson",
    ),
    Command("lesson_show", "Lessons", "Show me", "", "Have the program do what the lesson asks"),
    Command(
        "lesson_restart",
        "Lessons",
        "Restart the step",
        "",
        "Return to the scene at the start of the step",
    ),
    Command(
        "present",
        "View",
        "Present",
        "F11",
        "Full screen in large type: canvas, timeline and lesson",
        "presentation",
        apart=True,
    ),
    *(
        Command(
            f"lesson:{name}",
            "Lessons",
            title,
            "",
            "Start or continue this lesson",
            apart=i == 0,
        )
        for i, (name, title) in enumerate(titles().items())
    ),
    Command(
        "palette", "Help", "All commands…", "Ctrl+K", "Find a command by typing its name", "magnify"
    ),
    Command("shortcuts", "Help", "Keys…", "F1", "All keys and gestures on one sheet"),
    Command(
        "mathematics", "Help", "Mathematics…", "", "The definitions and formulas behind the numbers"
    ),
    Command(
        "doctor",
        "Help",
        "Doctor",
        "",
        "Show GPU and versions; check each kernel against the reference",
        apart=True,
    ),
    Command("about", "Help", "About Attention Geodesics", "", "About this program"),
)
COMMANDS = tuple(replace(c, also=WORDS.get(c.name, c.also)) for c in _COMMANDS)
