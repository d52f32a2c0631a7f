"""Lessons: text to steps, what a step changes, asks for and quotes, and how far somebody is.

May import what `app.model` may.
"""
