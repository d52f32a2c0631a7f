"""The words between a caller and an engine: requests, results, and the engine's interface.

May import core and manifold.  Requests are checked when they are made; results are arrays.
"""
