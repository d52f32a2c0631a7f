"""Pure functions from scenes and answers to plain view data: drawables, measures, captions, panels.

May import jobs, model, views.interface and views.text; no toolkit.
"""
