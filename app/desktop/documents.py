"""The window's files: new, open, save, recent, dropped, and recovery of unsaved work."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from app.desktop.lendings import Lendings
from app.desktop.opened_files import HEADS, OPENED, SCENES, is_photograph
from app.desktop.recovery import Recovery
from app.model import autosave, document, recent, scene_entries, scene_file
from app.model.document import Document
from app.model.file_formats import JSON, MARKDOWN, suffixes
from app.model.preferences import Preferences
from app.model.scene import Scene
from app.model.store import Store
from app.views.interface.choices import Act, Answer
from compute.core.refusal import describe
from compute.families import manifold as manifold_of
from compute.heads import head

NAMING = 6  # words of a title used in a file name
# what becomes of changes that are not saved
LOST = "Otherwise the changes since the last save are lost."
UNDONE = (
    "Otherwise only Undo brings back the changes since the last save, until another scene is opened or "
    "the window is closed."
)


class Asking(Protocol):
    """The interface of the window for `Documents`."""

    def ask(self, title: str, text: str, answers: Sequence[Answer]) -> None: ...
    def ask_before_closing(self, may_close: Callable[[], bool]) -> None: ...
    def ask_open(self, title: str, pattern: str) -> str | None: ...
    def ask_save(self, title: str, pattern: str, name: str = "") -> str | None: ...
    def log(self, words: str) -> None: ...
    def on_drop(self, call: Callable[[list[str]], None]) -> None: ...
    def post(self, call: Act) -> None: ...
    def set_document(self, file: str, unsaved: bool) -> None: ...
    def set_recent(self, files: Sequence[str], open_file: Callable[[str], None]) -> None: ...
    def set_undo(self, can_undo: bool, can_redo: bool) -> None: ...
    def tell(self, title: str, text: str) -> None: ...
    def withdraw(self, title: str) -> None: ...


class Kept(Protocol):
    """The interface of the settings for `Documents`; ``folder``: for backups, None for no backup."""

    recent: tuple[str, ...]

    @property
    def preferences(self) -> Preferences: ...
    @property
    def folder(self) -> Path | None: ...
    @property
    def session(self) -> str: ...
    def is_alive(self, session: str) -> bool: ...
    def close(self) -> None: ...


def _ignore(*_: object) -> None:
    """Do nothing; a default callback."""


class Documents:
    """Connects the window, its store and persistent settings.

    ``leave`` ends the program; ``export`` starts an export by name; ``show_picture``, ``show_heads``,
    ``open_lesson`` and ``show_data`` handle files that are not scenes; ``begun`` is called when another
    scene is opened; ``read_scene`` calls a function with the scene of a name or file, later.
    """

    def __init__(
        self,
        window: Asking,
        store: Store,
        settings: Kept,
        leave: Act,
        export: Callable[[str], None] = _ignore,
        show_picture: Callable[[Path], None] = _ignore,
        show_heads: Callable[[Path], None] = _ignore,
        open_lesson: Callable[[str], None] = _ignore,
        begun: Act = _ignore,
        show_data: Callable[[Path], None] = _ignore,
        read_scene: Callable[[str, Callable[[Scene], None]], None] = _ignore,
    ) -> None:
        self._window, self._store, self._settings, self._leave = window, store, settings, leave
        self._export, self._show_picture, self._show_heads = export, show_picture, show_heads
        self._open_lesson, self._begun, self._show_data = open_lesson, begun, show_data
        self._read_scene = read_scene
        self.document = Document(saved=store.scene)
        self._lendings = Lendings()
        # the last scene handed over for backup, and the error of the previous backup
        self._kept: Scene | None = None
        self._said = ""
        self.keeper = self._keeper(settings.folder) if settings.folder else None
        self.recovery = Recovery(window, settings, self.guarded, self._take)
        store.listen(self._follow)
        window.on_drop(self.dropped)
        window.ask_before_closing(self._may_close)
        self._show()
        self._show_recent()

    def _keeper(self, folder: Path) -> autosave.Keeper:
        autosave.sweep(folder, self._settings.is_alive)
        kept = autosave.Autosave(folder, self._settings.session)
        return autosave.Keeper(kept, lambda problem: self._window.post(lambda: self._hear(problem)))

    def commands(self) -> dict[str, Act]:
        """Return a function for each command of the table."""
        return {
            "new": partial(self.open_example, scene_file.names()[0]),
            **{f"example:{name}": partial(self.open_example, name) for name in scene_file.names()},
            "open": self._ask_open,
            "open_head": self._ask_head,
            "save": self.save,
            "save_as": self.save_as,
            "restore": self.recovery.restore,
            "quit": lambda: self.guarded(self._end),
        }

    @property
    def is_unsaved(self) -> bool:
        """Whether there is unsaved work."""
        return self.document.is_unsaved(self._store.scene)

    # --- open ---------------------------------------------------------------------------------
    def open_example(self, name: str) -> None:
        """Show a bundled scene, as one without a file, after asking about unsaved work."""
        self.guarded(
            lambda: self._read(name, lambda scene: self._replace(scene, Document(saved=scene)))
        )

    def _read(self, source: str, then: Callable[[Scene], None]) -> None:
        """Have a scene read; ask about what is changed meanwhile before ``then`` replaces it."""
        asked = Document(saved=self._store.scene)

        def arrived(scene: Scene) -> None:
            act = partial(then, scene)
            self.guarded(act) if asked.is_unsaved(self._store.scene) else act()

        self._read_scene(source, arrived)

    def _ask_open(self) -> None:
        chosen = self._window.ask_open("Open scene", OPENED)
        if chosen is not None:
            self.open(Path(chosen))

    def _ask_head(self) -> None:
        chosen = self._window.ask_open("Open heads", HEADS)
        if chosen is not None:
            self._show_heads(Path(chosen))

    def open(self, path: Path) -> None:
        """Open a file, after asking about unsaved work if that would be lost."""
        suffix = path.suffix.lower()
        adds = head.is_file(path) or is_photograph(path) or suffix in suffixes("table")
        # a lesson asks itself, once it is read
        asks = not adds and suffix != MARKDOWN
        self.guarded(lambda: self._open(path)) if asks else self._open(path)

    def dropped(self, paths: list[str]) -> None:
        """Open a file that was dropped on the window."""
        if paths:
            self.open(Path(paths[0]))

    def _open(self, path: Path) -> None:
        if head.is_file(path):
            self._show_heads(path)
            return
        if path.suffix.lower() == MARKDOWN:
            self._open_lesson(str(path))
            return
        if path.suffix.lower() in suffixes("table"):
            self._show_data(path)
            return
        if is_photograph(path):
            self._show_picture(path)
            return
        self._read(str(path), partial(self._show_scene, path))

    def _show_scene(self, path: Path, scene: Scene) -> None:
        self._replace(scene, Document(saved=scene))
        self._report_unknown(scene)
        self.opened(path)

    def _report_unknown(self, scene: Scene) -> None:
        """Report unknown entries, which are kept in the file."""
        names = ", ".join("/".join(path) for path, _ in scene_entries.unknown(scene))
        if names:
            self._window.log(f"kept, but unknown to this version: {names}")

    def opened(self, path: Path) -> None:
        """Note that the scene comes from ``path``; a figure is not overwritten by saving."""
        if path.suffix.lower() == JSON:
            self.document = document.at(path.absolute(), self._store.scene)
        self._settings.recent = recent.opened(self._settings.recent, path)
        self._show_recent()
        self._show()

    def _replace(self, scene: Scene, document: Document) -> None:
        self.document = document
        self._lendings.clear()
        self._begun()
        self._store.replace(scene)
        self._forget()
        self._show()

    def lend(self, before: Scene) -> None:
        """Note that the scene, which took the place of ``before``, belongs to a lesson: it has no file
        and need not be saved.
        """
        self.document = self._lendings.lend(before, self.document, self._store.scene)
        self._changed()

    # --- save ---------------------------------------------------------------------------------
    def file_name(self) -> str:
        """Return a suggested file name without suffix."""
        if self.document.path is not None:
            return self.document.path.stem
        scene = self._store.scene
        words = re.findall(r"\w+", (scene.title or manifold_of(scene.family).title).lower())
        return "-".join(words[:NAMING]) or "scene"

    def save(self, then: Act = _ignore) -> None:
        """Save to the scene's file, or ask for one; then call the continuation."""
        path = self.document.path
        if path is None:
            self.save_as(then)
        elif self.document.was_overwritten():
            self._window.ask(
                "The file has changed",
                f"{path.name} was changed on disk since it was opened here.",
                [
                    ("Save as…", lambda: self.save_as(then)),
                    ("Overwrite", lambda: self._write(path, then)),
                    ("Cancel", _ignore),
                ],
            )
        else:
            self._write(path, then)

    def save_as(self, then: Act = _ignore) -> None:
        """Ask for a file, save there, and call the continuation."""
        suggested = f"{self.file_name()}{JSON}"
        chosen = self._window.ask_save("Save scene", SCENES, suggested)
        if chosen is not None:
            path = Path(chosen)
            self._write(path if path.suffix else path.with_suffix(JSON), then)

    def _write(self, path: Path, then: Act) -> None:
        try:
            scene_file.save(self._store.scene, path)
        except Exception as problem:  # any exception: the user's work is at stake
            self._offer_way_out("The scene was not saved", f"{path}: {describe(problem)}", then)
            return
        self.document = document.at(path.absolute(), self._store.scene)
        self._settings.recent = recent.opened(self._settings.recent, path)
        self._show_recent()
        self._forget()
        self._show()
        then()

    def _offer_way_out(self, title: str, reason: str, then: Act = _ignore) -> None:
        """Report that saving failed, and suggest alternatives."""
        answers: list[Answer] = [
            ("Save as…", lambda: self.save_as(then)),
            ("Export…", lambda: self._export("export_figure")),
            ("Cancel", _ignore),
        ]
        words = "Nothing is lost: save it elsewhere, or export a figure, which contains the scene."
        self._window.ask(title, f"{reason}\n{words}", answers)

    # --- nothing is lost ----------------------------------------------------------------------
    def keep(self) -> None:
        """Back up unsaved work for the next start."""
        scene = self._store.scene
        if self.keeper is None or not self._settings.preferences.autosave:
            return
        if not self.is_unsaved:
            self._forget()
        elif scene is not self._kept:
            self._kept = scene
            self.keeper.write(scene, self.document.path)

    def _hear(self, problem: Exception | None) -> None:
        """Report why backups fail, once."""
        reason = describe(problem) if problem else ""
        if reason and reason != self._said:
            self._offer_way_out("Unsaved work cannot be backed up", reason)
        self._said = reason

    def _take(self, found: autosave.Lost) -> None:
        """Restore unsaved work by taking over its file, as only one window can.  Raises OSError."""
        assert self.keeper is not None
        self.keeper.take(found.file)
        # no digest: the file may have changed since the lost work began
        self.document, self._kept = Document(found.origin), found.scene
        self._lendings.clear()
        self._begun()
        self._store.replace(found.scene)

    def _forget(self) -> None:
        if self.keeper is not None and self._kept is not None:
            self.keeper.discard()
        self._kept = None

    # --- leaving ------------------------------------------------------------------------------
    def guarded(self, act: Act, otherwise: str = LOST) -> None:
        """Run ``act`` after asking about unsaved work; ``otherwise``: what becomes of it."""
        if not self.is_unsaved:
            act()
            return
        proceed = "Discard" if otherwise == LOST else "Do not save"
        self._window.ask(
            "Save the changes?",
            otherwise,
            [("Save", lambda: self.save(act)), (proceed, act), ("Cancel", _ignore)],
        )

    def _may_close(self) -> bool:
        if self.is_unsaved:
            self.guarded(self._end)
            return False
        return True

    def _end(self) -> None:
        self._forget()
        self.document = Document(saved=self._store.scene)
        self._leave()

    def close(self) -> str:
        """Prepare the end of the program, also by a signal: back up unsaved work.

        Returns the reason if that fails, or "".
        """
        self.keep()
        if not self.is_unsaved:
            self._forget()
        problem = self._end_keeping()
        self._settings.close()
        return describe(problem) if problem and self.is_unsaved else ""

    def _end_keeping(self) -> Exception | None:
        """Wait until the backup is written, and return the reason if it fails."""
        if self.keeper is None:
            return None
        self.keeper.close()
        return self.keeper.problem

    def _follow(self, old: Scene, new: Scene) -> None:
        """Follow a change of the scene; undo and redo of a lesson's step lead to another document."""
        self.document = self._lendings.led_to(old, new, self.document)
        self._changed()

    def _changed(self) -> None:
        self.keep()
        self._show()

    def _show(self) -> None:
        path = self.document.path
        self._window.set_document(path.name if path else "", self.is_unsaved)
        self._window.set_undo(self._store.can_undo, self._store.can_redo)

    def _show_recent(self) -> None:
        self._window.set_recent(recent.present(self._settings.recent), self._open_recent)

    def _open_recent(self, name: str) -> None:
        self.open(Path(name))
