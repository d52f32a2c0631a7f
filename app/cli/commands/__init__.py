"""The commands, one file each; a module that defines ``COMMAND`` is found automatically.

Heavy modules are imported inside functions, since all files here are read at every start of the
program.
"""
