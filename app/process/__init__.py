"""The process: how it begins and ends, whether there is a screen, and where Python collects cycles.

May import nothing else of app.
"""
