"""The command table: menus, toolbar, shortcuts, palette and the sheet of shortcuts are made from it."""

from __future__ import annotations

from app.model.lessons.catalogue import titles
from app.views.interface.views import Command

COMMANDS: tuple[Command, ...] = (
    Command(
        "new", "File", "New", "Ctrl+N", "Start over with the default scene", "file-plus-outline"
    ),
    Command("open", "File", "Open…", "Ctrl+O", "Open a scene file", "folder-open-outline"),
    Command("open_picture", "File", "Open picture…", "", "Show a photograph and its patches"),
    Command(
        "open_head",
        "File",
        "Open heads…",
        "Ctrl+Shift+O",
        "Show the attention heads of an .npz or .safetensors file",
    ),
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
        "Write an MP4, WebM or GIF",
        "movie-outline",
    ),
    Command("export_data", "File", "Export data…", "", "Write the computed arrays"),
    Command(
        "export_script", "File", "Export Python script…", "", "Write what computes the numbers"
    ),
    Command("quit", "File", "Quit", "Ctrl+Q", "Close the window", apart=True),
    Command("undo", "Edit", "Undo", "Ctrl+Z", "Take the last change back", "undo"),
    Command("redo", "Edit", "Redo", "Ctrl+Shift+Z", "Make the change again", "redo"),
    Command(
        "swap",
        "Edit",
        "Swap A and B",
        "Ctrl+T",
        "The geodesic is the same, the vector moves",
        "swap-horizontal",
        apart=True,
    ),
    Command(
        "copy_picture",
        "Edit",
        "Copy picture",
        "Ctrl+Shift+C",
        "Put the canvas on the clipboard",
        "content-copy",
    ),
    Command(
        "copy_caption", "Edit", "Copy caption", "", "Put the caption of a figure on the clipboard"
    ),
    Command(
        "preferences",
        "Edit",
        "Preferences…",
        "Ctrl+,",
        "Engine, numbers, theme and autosave",
        apart=True,
    ),
    Command(
        "reset_view",
        "View",
        "Reset view",
        "Ctrl+0",
        "Show the chart’s own rectangle",
        "fit-to-screen-outline",
    ),
    Command(
        "equal_axes",
        "View",
        "Equal axes",
        "Ctrl+Shift+A",
        "One scale for both axes, or each its own",
    ),
    Command(
        "reset_layout", "View", "Reset layout", "", "Put all panels back where they were at first"
    ),
    Command(
        "switch_theme",
        "View",
        "Dark or light",
        "Ctrl+Shift+D",
        "Change between the dark and the light theme",
        "theme-light-dark",
    ),
    Command(
        "browse_heads",
        "View",
        "Browse heads…",
        "Ctrl+B",
        "All heads of the file side by side, each with its numbers and a picture",
        apart=True,
    ),
    Command(
        "play",
        "Play",
        "Play or pause",
        "Space",
        "Let the keyframes play, or else the point glide from A to B",
    ),
    Command("to_start", "Play", "Back to the beginning", "Home", "Time 0, or the point on A"),
    Command("to_end", "Play", "On to the end", "End", "The last time, or the point on B"),
    Command(
        "key_set",
        "Play",
        "Set a keyframe",
        "K",
        "Keep what the scene shows at this time; between two keyframes it changes smoothly",
    ),
    Command(
        "key_remove",
        "Play",
        "Remove the keyframe",
        "Shift+K",
        "Take the keyframe of this time away",
    ),
    Command(
        "relax",
        "Play",
        "Watch the path relax",
        "Ctrl+L",
        "From the straight line to a geodesic, as its energy falls",
        "vector-curve",
        apart=True,
    ),
    Command(
        "check",
        "Play",
        "Check in float64",
        "Ctrl+Shift+F",
        "Compute the path and the map again in double precision and compare",
        "check-decagram-outline",
    ),
    Command(
        "flow_evolve",
        "Flow",
        "Evolve or pause",
        "Ctrl+Return",
        "Let the field flow",
        "waves-arrow-right",
    ),
    Command("flow_step", "Flow", "One step", "Ctrl+.", "Let the field flow for one step"),
    Command("flow_reset", "Flow", "Begin again", "Ctrl+Home", "Back to the field at time 0"),
    Command("flow_unpaint", "Flow", "Wipe the painted field", "", "Forget all strokes"),
    Command(
        "lessons",
        "Lessons",
        "All lessons",
        "Ctrl+Shift+L",
        "Short tours with something to do",
        "school-outline",
    ),
    Command(
        "lesson_next", "Lessons", "Next step", "Ctrl+PgDown", "Go on in the lesson", apart=True
    ),
    Command("lesson_back", "Lessons", "Step before", "Ctrl+PgUp", "Go back in the lesson"),
    Command("lesson_show", "Lessons", "Show me", "", "Let the program do what the lesson asks for"),
    Command("lesson_restart", "Lessons", "Start the step over", "", "The scene as the step began"),
    Command(
        "present",
        "View",
        "Present",
        "F11",
        "Full screen, large type, the canvas, its timeline and the lesson",
        "presentation",
        apart=True,
    ),
    *(
        Command(
            f"lesson:{name}",
            "Lessons",
            title,
            "",
            "Begin this lesson, or go on with it",
            apart=i == 0,
        )
        for i, (name, title) in enumerate(titles().items())
    ),
    Command("palette", "Help", "All commands…", "Ctrl+K", "Find a command by typing", "magnify"),
    Command("shortcuts", "Help", "Keys…", "F1", "All keys and gestures on one sheet"),
    Command(
        "doctor",
        "Help",
        "Doctor",
        "",
        "What the program runs on; each kernel against the reference",
        apart=True,
    ),
    Command("about", "Help", "About Attention Geodesics", "", "What this program is"),
)
# keys and gestures of the canvas, which are no commands
GESTURES: tuple[tuple[str, str], ...] = (
    ("Drag a pin or the vector’s tip", "Move it; near a token it snaps"),
    ("Tab, or A and B", "Choose a pin or the vector’s tip"),
    ("Arrow keys", "Move what is chosen; with Shift finely"),
    ("Enter", "Bring what is chosen to the middle"),
    ("Escape", "Choose nothing; put back what is dragged"),
    ("Drag beside everything", "Move the view"),
    ("Wheel or pinch", "Zoom at the pointer"),
    ("Double click", "Bring that point to the middle"),
    ("Shift and drag", "Draw a loop and carry the vector round it"),
    ("Alt and drag", "Paint a field that flows"),
    ("Right click", "What can be done here"),
)
