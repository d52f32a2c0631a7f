"""The options that a command declares, by their names."""

from __future__ import annotations

import argparse
from typing import Any


class Declared(argparse.ArgumentParser):
    """A parser that records its options, except those in a group."""

    def __init__(self) -> None:
        self.options: dict[str, argparse.Action] = {}
        super().__init__()

    def add_argument(self, *names: Any, **stated: Any) -> argparse.Action:
        """Remember the option by all its names."""
        action = super().add_argument(*names, **stated)
        self.options |= dict.fromkeys(names, action)
        return action
