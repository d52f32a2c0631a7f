"""The interface between controllers and views: plain drawing data, panel states, events.

Imports no toolkit.
"""
