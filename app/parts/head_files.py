"""Files of heads that the user adds in a panel."""

from __future__ import annotations

from app.model.head_folders import files_in
from app.views.interface.views import Window
from app.views.text.file_patterns import pattern_of
from compute.core.refusal import describe


def asked_for(window: Window, title: str, folder: bool) -> list[str]:
    """Ask for a file of heads, or for a folder, and return its files; none if the user cancels."""
    if not folder:
        path = window.ask_open(title, pattern_of("heads"))
        return [] if path is None else [path]
    place = window.ask_folder(title)
    try:
        found, left = ([], "") if place is None else files_in(place)
    except OSError as problem:
        window.log(f"⚠ {place} cannot be read: {describe(problem)}")
        return []
    if left:
        window.log(f"⚠ {left}")
    if place is not None and not found:
        window.log(f"{place} holds no files of heads")
    return found
