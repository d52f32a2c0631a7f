// Special functions in the forms that stay accurate.  Twin of compute/special.py.
