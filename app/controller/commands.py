"""The command table: menus and shortcuts are made from it."""

from __future__ import annotations

from app.views.base import Command

COMMANDS: tuple[Command, ...] = (
    Command("new", "File", "New", "Ctrl+N", "Start over with the default scene"),
    Command("open", "File", "Open…", "Ctrl+O", "Open a scene file"),
    Command("save", "File", "Save", "Ctrl+S", "Write the scene to its file"),
    Command("save_as", "File", "Save as…", "Ctrl+Shift+S", "Write the scene to another file"),
    Command("export_figure", "File", "Export figure…", "Ctrl+E", "Write a PNG, SVG or PDF"),
    Command("export_film", "File", "Export film…", "Ctrl+Shift+E", "Write an MP4, WebM or GIF"),
    Command("export_data", "File", "Export data…", "", "Write the computed arrays"),
    Command(
        "export_script", "File", "Export Python script…", "", "Write what computes the numbers"
    ),
    Command(
        "copy_picture", "Edit", "Copy picture", "Ctrl+Shift+C", "Put the canvas on the clipboard"
    ),
    Command("quit", "File", "Quit", "Ctrl+Q", "Close the window"),
    Command("undo", "Edit", "Undo", "Ctrl+Z", "Take the last change back"),
    Command("redo", "Edit", "Redo", "Ctrl+Shift+Z", "Make the change again"),
    Command("swap", "Edit", "Swap A and B", "Ctrl+T", "The geodesic is the same, the vector moves"),
    Command("reset_view", "View", "Reset view", "Ctrl+0", "Show the chart’s own rectangle"),
    Command("play", "Play", "Play or pause", "Space", "Let the point glide from A to B"),
    Command("to_start", "Play", "Back to A", "Home", "Put the moving point on A"),
    Command(
        "relax",
        "Play",
        "Watch the path relax",
        "Ctrl+L",
        "From the straight line to a geodesic, as its action falls",
    ),
    Command(
        "check",
        "Play",
        "Check in float64",
        "Ctrl+Shift+F",
        "Compute the path again in double precision and compare",
    ),
    Command("about", "Help", "About Attention Geodesics", "", "What this program is"),
)
