"""The reference engine, and the opening of the engine that is asked for.

Only `opening` knows that there is a GPU engine.
"""
