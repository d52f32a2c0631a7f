"""Lessons: parsing, the changes, checks and numbers of steps, and progress.

May import what `app.model` may.
"""
