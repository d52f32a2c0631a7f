"""The subcommands of the command line, one file a theme."""
