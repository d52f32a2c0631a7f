"""The command line, one file a theme; what is heavy is imported by the subcommand that needs it.

May import everything of app.
"""
