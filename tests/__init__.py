"""Tests: folders mirror the source, and a name says what is claimed."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
