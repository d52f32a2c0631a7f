"""Stand-ins for anywidget and traitlets: traits with observers, and no front end."""

import sys
from contextlib import nullcontext
from types import ModuleType


class Trait:
    """A trait of any kind: observers hear of each change, on the thread that makes it."""

    def __init__(self, *default, **_):
        self._default = default[0] if default else None

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, widget, owner=None):
        return self if widget is None else widget.__dict__.get(self._name, self._default)

    def __set__(self, widget, value):
        old, widget.__dict__[self._name] = self.__get__(widget), value
        if old != value:
            for call in list(widget.observers.get(self._name, [])):
                call({"name": self._name, "old": old, "new": value})

    def tag(self, **_):
        """Return this trait, as that of traitlets does with its metadata."""
        return self


class Widget:
    """A widget without a front end."""

    def __init__(self):
        self.observers = {}

    def observe(self, call, names):
        """Call ``call`` at each change of these traits."""
        for name in names:
            self.observers.setdefault(name, []).append(call)

    def on_msg(self, call):
        """Take messages by `heard`."""
        self.heard = call

    def hold_sync(self):
        """Return a context in which nothing is sent."""
        return nullcontext()

    def close(self):
        """Do nothing: there is no connection to a browser to end."""


def install():
    """Stand in for both libraries in this process."""
    anywidget, traitlets = ModuleType("anywidget"), ModuleType("traitlets")
    anywidget.AnyWidget = Widget
    for kind in ("Tuple", "Float", "Int", "List", "Bytes", "Unicode", "Bool"):
        setattr(traitlets, kind, Trait)
    sys.modules.update(anywidget=anywidget, traitlets=traitlets)
