"""Subjects with a panel, commands and jobs of their own: what is not the live geometry.

May import presenters, jobs and model; no toolkit.  `registry` lists them.
"""
