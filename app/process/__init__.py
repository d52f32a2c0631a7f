"""The process: start and end, display checks, and garbage collection.

May import nothing else of app.
"""
