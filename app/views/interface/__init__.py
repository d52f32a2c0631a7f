"""The interface between controllers and views: plain drawing data, states of panels, events.

Imports no toolkit.
"""
