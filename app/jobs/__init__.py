"""Jobs: frozen values that say what is computed, how an engine does it, and the worker that does.

May import model, views.interface and views.text.
"""
