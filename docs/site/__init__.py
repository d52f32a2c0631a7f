"""The documentation as a site: static, searchable, without a network.

``python -m docs.site FOLDER`` gathers the sources, with the reference of the Python interface and the
lessons as pages; Sphinx makes HTML of them (`conf`).
"""
