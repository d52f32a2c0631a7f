"""Jobs: frozen values that describe computations, and the worker that performs them.

May import model, views.interface and views.text.
"""
