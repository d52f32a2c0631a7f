"""The examples of public names run, and each public class and function has one."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest

import compute

# protocols, results and reasons have no example of their own
WITHOUT = ("Engine", "NoAdapter", "Path", "Status", "GeodesicViT")
TORCH = ("capture", "capture_sdpa", "from_transformer_lens")
ANYWIDGET = ("show",)
PUBLIC = [name for name in compute.__all__ if name not in (*WITHOUT, *TORCH, *ANYWIDGET)]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_example_of_a_public_name_is_true(name):
    value = getattr(compute, name)
    module = importlib.import_module(value.__module__)
    finder = doctest.DocTestFinder(recurse=inspect.isclass(value))
    examples = [e for e in finder.find(value, name, module, vars(module).copy()) if e.examples]
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in examples:
        runner.run(example)
    assert runner.tries > 0, f"{name} has no example"
    assert runner.failures == 0
