"""System fonts by family name, so that a figure's type matches the text around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import freetype

from app.process.font_folders import font_folders
from app.views.canvas import typeface
from compute.core.refusal import shown

SUFFIX = "*.[tT][tT][fF]"
# characters that figures need besides the letters of words
NEEDED = "0123456789−·αθμσλη∂Σ"
MOST_NAMES = 12


def use(name: str) -> None:
    """Draw all text in a TrueType family of this system, for the rest of the process.

    Call it only in a process that draws one figure.  The case of ``name`` does not matter.  Raises
    ValueError if no regular font has this family name, or if it lacks characters that figures need.
    """
    found = list(_faces())
    of_family = [each for each in found if each[0].casefold() == name.casefold()]
    plain = _of_style(of_family, bold=False, italic=False)
    if plain is None:
        known = sorted({family for family, *_ in found})
        more = ", …" if len(known) > MOST_NAMES else ""
        listed = ", ".join(known[:MOST_NAMES]) + more or "none"
        raise ValueError(
            f"font must be a TrueType family of this system ({listed}), got {shown(name)}"
        )
    face = freetype.Face(str(plain))
    lacking = "".join(char for char in NEEDED if not face.get_char_index(char))
    if lacking:
        raise ValueError(f"font {name} has no letters {lacking}, which figures need")
    typeface.choose(
        {(bold, italic): _of_style(of_family, bold, italic) or plain
         for bold, italic in ((False, False), (True, False), (False, True))}
    )  # fmt: skip


def _faces() -> Iterator[tuple[str, bool, bool, Path]]:
    """Yield family, whether bold, whether italic, and path of every readable TrueType font."""
    for folder in font_folders():
        for path in folder.rglob(SUFFIX):
            try:
                face = freetype.Face(str(path))
            except freetype.FT_Exception:
                continue
            flags = face.style_flags
            names = freetype.FT_STYLE_FLAG_BOLD, freetype.FT_STYLE_FLAG_ITALIC
            bold, italic = (bool(flags & flag) for flag in names)
            yield (face.family_name or b"").decode("utf-8", "replace"), bold, italic, path


def _of_style(found: list[tuple[str, bool, bool, Path]], bold: bool, italic: bool) -> Path | None:
    """Return the file of a style, or None.

    Of several, such as condensed ones, choose the file with the shortest name.
    """
    paths = [path for _, *style, path in found if style == [bold, italic]]
    return min(paths, key=lambda path: (len(path.stem), path), default=None)
