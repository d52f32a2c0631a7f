"""Names for scripts and notebooks, thin over the requests.

May import everything of compute; nothing in compute imports it.
"""
