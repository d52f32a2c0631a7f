"""The process: start and end, display checks, garbage collection, folders of the system's fonts.

May import nothing else of app.
"""
