"""Text in any script, in files that are written without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.views.canvas import typeface

if TYPE_CHECKING:
    from app.views.interface.letters import TextEngine

PLATFORM = "offscreen"
PLAIN = "Letters that the program’s own font lacks are written as their code points"


@contextmanager
def any_script(tell: Callable[[str], None]) -> Iterator[None]:
    """Let Qt lay out text that the canvas's font cannot, within a ``with`` block.

    Letters that no font has are written as code points, and ``tell`` receives a message.  If Qt
    cannot start, this happens to all letters that the canvas's font lacks.
    """
    with ExitStack() as stack, typeface.using(lambda: _begin(tell, stack)):
        yield


def any_script_in_window(tell: Callable[[str], None] | None) -> None:
    """Let the window's Qt lay out text that the canvas's font cannot; None ends this.

    ``tell`` receives messages about letters that no font has.
    """
    typeface.use(lambda: None if tell is None else _begin(tell, ExitStack()))


def _begin(tell: Callable[[str], None], stack: ExitStack) -> TextEngine | None:
    try:
        from PySide6.QtGui import QGuiApplication

        from app.views.qt.style.shaping import Shaping
    except ImportError as problem:
        tell(f"{PLAIN}: {problem}")
        return None
    if QGuiApplication.instance() is None:
        why = _missing_platform()
        if why:
            tell(f"{PLAIN}: {why}")
            return None
        application = QGuiApplication(["attention-geodesics", "-platform", PLATFORM])
        stack.callback(application.shutdown)
    return Shaping([str(typeface.path(bold)) for bold in typeface.FONTS], tell)


def _missing_platform() -> str:
    """Return why Qt cannot start without a screen, or "" if it can.

    Starting Qt without this plugin would end the process.
    """
    from PySide6.QtCore import QLibraryInfo, QPluginLoader

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    loaders = [QPluginLoader(str(path)) for path in folder.glob(f"*q{PLATFORM}*")]
    if not loaders:
        return f"Qt has no platform {PLATFORM}"
    return "" if loaders[0].load() else loaders[0].errorString()
