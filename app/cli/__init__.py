"""The command line: `main` runs it, `parser` finds the commands, one file each.

May import all of app.
"""
