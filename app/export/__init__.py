"""Figures, films, data and scripts without a window.

May import presenters, jobs, model and the canvas; OpenGL in one place, for pixels alone.
"""
