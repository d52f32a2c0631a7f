"""Figures without a window."""
