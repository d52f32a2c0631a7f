"""Text for people: numbers, names, formulas and a small Markdown, without a toolkit.

Imports nothing of the other views.
"""
