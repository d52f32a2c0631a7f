"""Formatting of text: numbers, names, formulas and a Markdown subset, without a toolkit.

Imports no other views.
"""
