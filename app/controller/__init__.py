"""Events in, answers out: the store, the plan of jobs and the views, joined.

May import parts, presenters, jobs and model; no toolkit.
"""
