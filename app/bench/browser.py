"""Chromium without a window, driven over a pipe by its DevTools protocol; tests use it too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# WebGPU by Chromium's software adapter, which every machine has
WEBGPU = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")
NO_WEBGPU = ("--disable-features=WebGPU",)
_QUIET = (
    "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--window-size=1280,1000",
    # containers have little shared memory
    "--disable-dev-shm-usage",
)  # fmt: skip
PATIENCE = 120.0  # seconds


def chromium() -> str:
    """Return the path of Chromium, "" without one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


class Browser:
    """A browser process; `open` returns its pages.  Raises RuntimeError when it ends."""

    def __init__(self, *flags: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True)
        theirs, ours = os.pipe(), os.pipe()
        # file descriptors 3 and 4 are what Chromium reads from and writes to
        line = f'exec "$@" 3<&{theirs[0]} 4>&{ours[1]}'
        command = [chromium(), *_QUIET, *flags, f"--user-data-dir={self._folder.name}"]
        self._process = subprocess.Popen(
            ["bash", "-c", line, "chromium", *command],
            pass_fds=(theirs[0], ours[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs[0])
        os.close(ours[1])
        self._to, self._from = theirs[1], ours[0]
        self._rest, self._count = b"", 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **given: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result; events meanwhile are kept."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": given}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._heard()
            if heard.get("id") == self._count:
                if "error" in heard:
                    raise RuntimeError(str(heard["error"]))
                return dict(heard["result"])
            self.events.append(heard)

    def _heard(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._rest += piece
        message, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(message))

    def open(self, path: Path, before: str = "") -> Page:
        """Open a file; ``before`` is a script that runs before its own."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page"):
            self.call(f"{domain}.enable", session)
        if before:
            self.call("Page.addScriptToEvaluateOnNewDocument", session, source=before)
        self.events.clear()
        wanted = self.call("Page.navigate", session, url=path.as_uri())["loaderId"]
        page = Page(self, session)
        while not page.is_loaded(wanted):
            self.events.append(self._heard())
        return page

    def close(self) -> None:
        """End Chromium, close its pipes and delete its profile."""
        self._process.terminate()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._folder.cleanup()


class Page:
    """A page that a `Browser` has opened, driven by script, mouse, finger and keys."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self._session = browser, session

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol for this page."""
        return self.browser.call(method, self._session, **given)

    def is_loaded(self, wanted: str) -> bool:
        """Whether the document of a loader is loaded: the empty one before it may be so as late."""
        found = False
        for method, given in self._events():
            if method == "Page.frameNavigated":
                found = given["frame"]["loaderId"] == wanted
            elif method == "Page.loadEventFired" and found:
                return True
        return False

    def _events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what the browser has told of this page: others may tell something late."""
        for event in self.browser.events:
            if event.get("sessionId") == self._session:
                yield event["method"], event.get("params", {})

    def value(self, script: str) -> Any:
        """Return the value of an expression, awaited.  Raises RuntimeError if it throws."""
        found = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def until(self, script: str) -> Any:
        """Return the value of an expression once it is true.  Raises RuntimeError if it stays false."""
        patience = f"(async () => {{ let found; const end = performance.now() + {1e3 * PATIENCE};"
        wait = "await new Promise((done) => setTimeout(done, 10));"
        loop = (
            f"while (!(found = ({script})) && performance.now() < end) {wait} return found; }})()"
        )
        found = self.value(patience + loop)
        if not found:
            raise RuntimeError(f"waited {PATIENCE:g} s for {script}; the page says: {self.said()}")
        return found

    def ready(self, nth: str = "first") -> None:
        """Wait until the page has computed its first picture."""
        self.until(f"document.documentElement.dataset.ready === '{nth}'")

    def live(self) -> None:
        """Wait until pins can be dragged: the first geodesic is there, its vector may come later."""
        self.until("document.documentElement.dataset.live")

    def said(self) -> str:
        """Return the page's note."""
        return str(self.value("document.getElementById('note')?.textContent"))

    def status(self) -> str:
        """Return the status in words."""
        return str(self.value("document.getElementById('status').textContent"))

    def measures(self) -> dict[str, float]:
        """Return the rows of the measures with their whole numbers."""
        rows = "[...document.querySelectorAll('#measures tr')]"
        pairs = self.value(f"{rows}.map((r) => [r.cells[0].textContent, r.cells[1].dataset.value])")
        return {name: float(value) for name, value in pairs}

    def at_rest(self) -> None:
        """Wait until everything that was asked for is computed."""
        self.until("document.getElementById('stage').getAttribute('aria-busy') === 'false'")

    def painted(self) -> None:
        """Wait for two frames: what a frame was asked to show is then on the page."""
        self.value(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        )

    def middle(self, name: str) -> tuple[float, float]:
        """Return the middle of an element on the page."""
        box = self.value(
            f"(() => {{ const b = document.getElementById('{name}').getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        return float(box[0]), float(box[1])

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Send a mouse event of the left button: "Pressed", "Moved" or "Released"."""
        self.call(
            "Input.dispatchMouseEvent",
            type=f"mouse{kind}", x=x, y=y, button="left", buttons=1, clickCount=1,
        )  # fmt: skip

    def drag(self, name: str, dx: float, dy: float, steps: int = 8) -> None:
        """Drag an element by the mouse."""
        x, y = self.middle(name)
        self.mouse("Pressed", x, y)
        for i in range(1, steps + 1):
            self.mouse("Moved", x + dx * i / steps, y + dy * i / steps)
        self.mouse("Released", x + dx, y + dy)

    def touch(self, name: str, dx: float, dy: float, steps: int = 8) -> None:
        """Drag an element by a finger."""
        x, y = self.middle(name)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        for i in range(1, steps + 1):
            place = {"x": x + dx * i / steps, "y": y + dy * i / steps}
            self.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=[place])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def key(self, key: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def faults(self) -> list[str]:
        """Return everything that was thrown or logged as an error."""
        found = []
        for method, given in self._events():
            if method == "Runtime.exceptionThrown":
                found.append(json.dumps(given["exceptionDetails"])[:500])
            elif method == "Log.entryAdded" and given["entry"]["level"] == "error":
                found.append(given["entry"]["text"])
            elif method == "Runtime.consoleAPICalled" and given["type"] != "log":
                found.append(str(given["args"]))
        return found
