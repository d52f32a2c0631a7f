"""Families that a user states as text: read by a parser of its own, never run as code.

May import core, manifold, requests and definitions.
"""
