"""From scenes and answers to plain view data: drawables, measures, captions, panels.  Pure functions.

May import jobs, model, views.interface and views.text; no toolkit.
"""
