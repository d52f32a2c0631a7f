"""The name under which the wheel offers `compute` beside other code."""

import subprocess
import sys

import attention_geodesics as ag
import pytest

import compute


def test_it_has_the_names_of_compute():
    assert sorted(compute.__all__) == dir(ag)
    assert {
        name for name in compute.__all__ if getattr(ag, name) is not getattr(compute, name)
    } == set()


def test_another_name_is_refused():
    with pytest.raises(AttributeError, match="attention_geodesics has no geodesic; it has "):
        ag.geodesic  # noqa: B018


def test_the_name_alone_imports_nothing_else():
    heavy = "{'compute', 'numpy', 'app'} & set(sys.modules)"
    code = f"import sys, attention_geodesics; print(sorted({heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_star_import_brings_the_names():
    space = {}
    exec("from attention_geodesics import *", space)
    assert space["family"] is compute.family
