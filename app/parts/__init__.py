"""Parts: subjects with a panel, commands and jobs of their own, besides the live geometry.

May import presenters, jobs and model; no toolkit.  `registry` lists them.
"""
