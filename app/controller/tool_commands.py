"""The commands of the menu Tools."""

from __future__ import annotations

from app.views.interface.views import Command

TOOLS = (
    Command(
        "record_macro",
        "Tools",
        "Record macro",
        "",
        "Record every change of the scene as a line of Python, until the recording is stopped",
    ),
    Command("copy_macro", "Tools", "Copy macro", "", "Copy the recorded macro as a Python script"),
    Command(
        "save_macro", "Tools", "Save macro…", "", "Write the recorded macro as a Python script"
    ),
)
