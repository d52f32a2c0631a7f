"""The controller: connects store, jobs and views.

May import parts, presenters, jobs and model; no toolkit.
"""
