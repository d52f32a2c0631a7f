"""The commands, one file each: it states a ``COMMAND`` and is found by being there.

A file here imports what is light at its top, and what computes or draws inside its functions: every
file is read whenever the program starts, whichever command it is started for.
"""
