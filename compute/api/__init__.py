"""Names for scripts and notebooks, thin over the requests.

May import all of compute; nothing in compute imports it.
"""
