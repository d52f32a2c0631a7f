"""The command line: `main` runs it, `parser` finds the commands, each command is one file.

May import everything of app.
"""
